import Documents

/// Numbers that people write as text.
enum NumberSpelling {
    /// `38%` or `38 %` as 0.38; nil for anything else.
    static func percentage(_ text: String) -> Double? {
        guard text.hasSuffix("%") else { return nil }
        let digits = trimmed(text.dropLast())
        guard let number = PlainScalar.number(digits) else { return nil }
        // Through the exponent, so that 2.3% is the very double that 0.023 is.
        let value =
            number.contains { $0 == "e" || $0 == "E" } ? Double(number).map { $0 / 100 } : Double(number + "e-2")
        return value.flatMap { $0.isFinite ? $0 : nil }
    }

    /// What is wrong with text in the place of a number, and what to write.
    static func remedy(for text: String, unit: String) -> String {
        let found = quoted(text)
        let bare = text.filter { $0 != "," && $0 != "'" && $0 != " " && $0 != "\u{A0}" }
        if bare != text, let number = PlainScalar.number(bare), number.count <= 30 {
            return "\(found) is not a number; write \(number) (digits may be grouped with '_')"
        }
        let digits = String(
            text.drop { !$0.isASCII || !($0.isNumber || $0 == "-") }.prefix { $0.isNumber || $0 == "." }
        )
        if let number = PlainScalar.number(digits), digits.count <= 30 {
            return "\(found) is not a number; write \(number) alone, the unit is \(unit)"
        }
        return "\(found) is not a number; expected a number in \(unit)"
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        var slice = Substring(text)
        while let first = slice.first, first.isWhitespace { slice.removeFirst() }
        while let last = slice.last, last.isWhitespace { slice.removeLast() }
        return String(slice)
    }
}

extension String {
    /// The text with a small first letter, to stand inside a sentence; abbreviations stay.
    var lowercasedFirst: String {
        guard let first, let second = dropFirst().first, !second.isUppercase else { return self }
        return first.lowercased() + dropFirst()
    }
}
