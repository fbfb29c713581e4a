import Documents

/// What an unquoted scalar of a study means.
enum PlainScalar {
    /// The content, or nil for a number that is not finite.
    static func content(_ text: String) -> Content? {
        switch text {
        case "", "null", "~": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case ".nan", ".NaN", ".NAN", "NaN", "nan", ".inf", "-.inf", "+.inf", ".Inf", "-.Inf", "+.Inf", ".INF", "-.INF",
            "+.INF":
            return nil
        default: break
        }
        guard let digits = number(text) else { return .string(text) }
        guard let number = Double(digits), number.isFinite else { return nil }
        return .number(number)
    }

    /// The text as a JSON number without separators, or nil when it is none.
    ///
    /// `_` may stand between two digits. Leading zeros, signs before positive numbers and bare points are no numbers in
    /// JSON, so `010` and `.5` stay text: the reader of a number then asks for another spelling, rather than guess.
    static func number(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        guard bytes.count <= 400 else { return nil }
        let separator = UInt8(ascii: "_")
        for (index, byte) in bytes.enumerated() where byte == separator {
            guard index > 0, index + 1 < bytes.count, isDigit(bytes[index - 1]), isDigit(bytes[index + 1]) else {
                return nil
            }
        }
        bytes.removeAll { $0 == separator }
        var rest = bytes[...]
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let whole = rest.prefix(while: isDigit)
        guard let first = whole.first, whole.count == 1 || first != UInt8(ascii: "0") else { return nil }
        rest = rest.dropFirst(whole.count)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            let fraction = rest.prefix(while: isDigit)
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(fraction.count)
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            let exponent = rest.prefix(while: isDigit)
            guard !exponent.isEmpty else { return nil }
            rest = rest.dropFirst(exponent.count)
        }
        return rest.isEmpty ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
