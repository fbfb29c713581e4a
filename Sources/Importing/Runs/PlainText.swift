/// Text of a file in the form in which a record keeps it.
enum PlainText {
    /// The most bytes that a condition or a fact keeps.
    static let limit = 200

    /// One printable line without spaces around it, cut where it is long; nil for nothing.
    static func line(_ text: some StringProtocol) -> String? {
        var result = ""
        for scalar in text.unicodeScalars {
            guard result.utf8.count < limit else { break }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
                // A tab or a line break separates words; all else of these shows nothing.
                if scalar.properties.isWhitespace { result.append(" ") }
            default: result.unicodeScalars.append(scalar)
            }
        }
        let trimmed = result.trimmed
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// The text as part of a metric's name: lower-case letters, digits and `_` between words.
    static func name(_ text: some StringProtocol) -> String {
        var result = ""
        for byte in text.utf8.prefix(100) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): result.unicodeScalars.append(Unicode.Scalar(byte | 0x20))
            default: if let last = result.last, last != "_" { result.append("_") }
            }
        }
        while result.last == "_" { result.removeLast() }
        return result
    }

    /// What stands behind a beginning and before the next end; nil where either is missing.
    static func between(_ text: Substring, _ beginning: String, _ end: String? = nil) -> Substring? {
        guard let start = ByteSearch.range(of: beginning, in: text)?.upperBound else { return nil }
        let rest = text[start...]
        guard let end else { return rest }
        guard let stop = ByteSearch.range(of: end, in: rest)?.lowerBound else { return nil }
        return rest[..<stop]
    }

    /// Whether the text is digits alone, and at least one.
    static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The whole number that digits spell, else nil.
    static func count(_ text: some StringProtocol) -> Int? {
        guard isDigits(text) else { return nil }
        return Int(String(text))
    }
}
