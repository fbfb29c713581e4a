/// Whether what was taken for a number is only a part of one: `1.05` of `1.05e-02`, `1` of `1,250.5`.
enum NumberToken {
    /// The longer number around a part of a line; nil where the part stands alone.
    ///
    /// A comma, colon, point or sign beside it that the pattern itself names (`before`, `after`) parts numbers and is no
    /// part of one.
    static func around(_ part: Range<Int>, of line: [UInt8], before: UInt8?, after: UInt8?) -> String? {
        guard let first = at(part.lowerBound, line), let last = at(part.upperBound - 1, line), !part.isEmpty else {
            return nil
        }
        let begins = isDigit(first) || ".+-".utf8.contains(first)
        let ends = isDigit(last) || last == UInt8(ascii: ".")
        let isPart =
            ends && continues(at: part.upperBound, line, isZero: part.count == 1 && first == 0x30, named: after)
            || begins && continued(before: part.lowerBound, line, named: before)
        guard isPart else { return nil }
        var (low, high) = (part.lowerBound, part.upperBound)
        while low > 0, part.lowerBound - low < most, belongs(line[low - 1]) { low -= 1 }
        while high < line.count, high - part.upperBound < most, belongs(line[high]) { high += 1 }
        return String(decoding: line[low..<high], as: UTF8.self)
    }

    /// So much of it is shown on each side, in bytes.
    private static let most = 24

    private static func at(_ place: Int, _ line: [UInt8]) -> UInt8? { line.indices.contains(place) ? line[place] : nil }

    private static func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }

    private static func isLetter(_ byte: UInt8?) -> Bool { byte.map { (0x61...0x7A).contains($0 | 0x20) } ?? false }

    private static func isOne(_ byte: UInt8?, of text: String) -> Bool { byte.map(text.utf8.contains) ?? false }

    private static func belongs(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) || isOne(byte, of: ".,:_'+-") }

    /// Whether what follows goes on with the number.
    private static func continues(at place: Int, _ line: [UInt8], isZero: Bool, named: UInt8?) -> Bool {
        let (one, two, three) = (at(place, line), at(place + 1, line), at(place + 2, line))
        if isDigit(one) { return true }
        if isOne(one, of: ".,:_'") { return isDigit(two) && one != named }
        if isOne(one, of: "eEdD") { return isDigit(two) || isOne(two, of: "+-") && isDigit(three) }
        return isZero && isOne(one, of: "xX") && (isDigit(two) || isOne(two, of: "abcdefABCDEF"))
    }

    /// Whether what stands before is the beginning of the number.
    private static func continued(before place: Int, _ line: [UInt8], named: UInt8?) -> Bool {
        let (one, two, three) = (at(place - 1, line), at(place - 2, line), at(place - 3, line))
        let isExponent = isOne(two, of: "eEdD") && (isDigit(three) || three == UInt8(ascii: "."))
        if isDigit(one) { return true }
        if isOne(one, of: ",:_'") { return isDigit(two) && one != named }
        switch one {
        case UInt8(ascii: "."): return one != named && !isLetter(two) && two != UInt8(ascii: ".")
        case UInt8(ascii: "+"): return isExponent
        case UInt8(ascii: "-"):
            // A hyphen after a word is none of the number; after anything else it is its sign.
            return isExponent || one != named && !isLetter(two) && two != UInt8(ascii: "-")
        default: break
        }
        if isOne(one, of: "eEdD") { return isDigit(two) }
        return isOne(one, of: "xX") && two == UInt8(ascii: "0")
    }
}
