/// Numbers as a CSV writes them: digits, at most one point, an exponent; nothing else.
enum DecimalText {
    /// The number that the bytes spell, or nil where they are no number or one that `Double` cannot hold.
    static func parse(_ bytes: ArraySlice<UInt8>) -> Double? {
        var index = bytes.startIndex
        let end = bytes.endIndex
        var negative = false
        if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            negative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        var mantissa: UInt64 = 0
        var (digits, places, significant) = (0, 0, 0)
        var pointSeen = false
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "."), !pointSeen {
                pointSeen = true
            } else if byte >= 0x30, byte <= 0x39 {
                digits += 1
                if pointSeen { places += 1 }
                if significant > 0 || byte != 0x30 { significant += 1 }
                if significant <= 19 { mantissa = mantissa &* 10 &+ UInt64(byte - 0x30) }
            } else {
                break
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        if index == end, significant <= 19, mantissa < 1 << 53, places <= 22 {
            // Both are exact, so one division rounds correctly (Clinger 1990).
            let magnitude = Double(mantissa) / powers[places]
            return negative ? -magnitude : magnitude
        }
        guard index == end || isExponent(bytes[index...]), let number = Double(String(decoding: bytes, as: UTF8.self)),
            number.isFinite
        else { return nil }
        return number
    }

    private static func isExponent(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        guard let letter = rest.popFirst(), letter | 0x20 == UInt8(ascii: "e") else { return false }
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
        return !rest.isEmpty && rest.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    /// The powers of ten that are exact.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
