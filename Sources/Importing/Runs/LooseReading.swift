internal import Documents

extension ObjectReader {
    /// The value of a key, nil where it is missing or null.
    func optional(_ key: String) -> Reader? {
        guard let reader = self[key], !reader.isNull else { return nil }
        return reader
    }

    /// The number of a key, nil where it is missing, null or a word such as `nan`.
    func number(_ key: String) throws(DocumentError) -> Double? {
        guard let reader = optional(key) else { return nil }
        return try reader.looseNumber()
    }

    /// The value of a key as text for a condition: a string, a number or a truth value; nil for all else.
    func text(_ key: String) -> String? { optional(key)?.plainText }
}

extension Reader {
    /// Words that tools write where there is no number.
    private static let absent: Set<String> = ["nan", "-nan", "n/a", "na", "none", "null", ""]

    /// The number that a string spells, nil for a word that says that there is none.
    ///
    /// - Throws: for any other text.
    func spelledNumber() throws(DocumentError) -> Double? {
        let text = try string().trimmed
        if Self.absent.contains(text.lowercased()) { return nil }
        guard let number = TextNumber.parse(text) else {
            throw fail("\(found) is not a number; expected digits with a point, such as '55.63'")
        }
        return number
    }

    /// The number here, whether it stands in quotes or not; nil for a word that says that there is none.
    func looseNumber() throws(DocumentError) -> Double? {
        if isString { return try spelledNumber() }
        return try double()
    }

    /// A string, a number or a truth value as one line; nil for all else.
    var plainText: String? {
        switch value.content {
        case .string(let text): PlainText.line(text)
        case .number(let number): NumberText.plain(number)
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }
}
