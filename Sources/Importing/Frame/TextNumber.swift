package import Documents

/// Numbers as tools print them in the C locale: digits, a point, an exponent; no NaN, no infinity, no thousands.
package enum TextNumber {
    /// The number that the text spells, or nil.
    package static func parse(_ text: some StringProtocol) -> Double? {
        var rest = Array(text.utf8)[...]
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        var digits = 0
        var seenPoint = false
        while let byte = rest.first {
            if (0x30...0x39).contains(byte) {
                digits += 1
            } else if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
            } else {
                break
            }
            rest.removeFirst()
        }
        guard digits > 0, digits <= 400 else { return nil }
        if let letter = rest.first {
            guard letter | 0x20 == UInt8(ascii: "e") else { return nil }
            rest.removeFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
            guard !rest.isEmpty, rest.count <= 6, rest.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        }
        guard let number = Double(String(text)), number.isFinite else { return nil }
        return number
    }

    /// The beginning of a text where it is a number with a decimal comma, such as `0,95`; nil where it is none.
    ///
    /// A list of numbers has a space behind its commas: whoever cuts at a comma alone would take 0 for 0.95.
    static func withDecimalComma(_ text: Substring) -> Substring? {
        let whole = text.prefix { $0.isASCII && ($0.isNumber || $0 == "-" || $0 == "+") }
        guard !whole.isEmpty, text[whole.endIndex...].first == "," else { return nil }
        let rest = text[whole.endIndex...].dropFirst().prefix { $0.isASCII && $0.isNumber }
        return rest.isEmpty ? nil : text[..<rest.endIndex]
    }

    /// The number that a field of a line spells.
    ///
    /// - Throws: what is there instead, and, for a comma, that the tool wrote in another locale.
    package static func require(
        _ text: some StringProtocol,
        _ name: String,
        file: String,
        line: Int
    ) throws(DocumentError) -> Double {
        if let number = parse(text) { return number }
        let found = quoted(String(text.prefix(80)))
        let problem =
            if text.isEmpty {
                "is missing; expected a number"
            } else if text.contains(",") {
                "\(found) has a comma; run the tool with LC_ALL=C, so that it writes numbers with a point"
            } else {
                "\(found) is not a finite number; expected one such as 12.5"
            }
        throw DocumentError(file: file, line: line, path: name, problem: problem)
    }

    /// The whole number, 0 or more, that a field of a line spells; at most 2^50, what a run has at most.
    package static func requireCount(
        _ text: some StringProtocol,
        _ name: String,
        file: String,
        line: Int
    ) throws(DocumentError) -> Int {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(String(text)),
            count <= 1 << 50
        else {
            throw DocumentError(
                file: file,
                line: line,
                path: name,
                problem: "\(quoted(String(text.prefix(80)))) is not a count; expected a whole number"
            )
        }
        return count
    }
}
