internal import Documents

/// One event of MLCommons' logging: a line with `:::MLLOG` and an object behind it, other text before it at most.
struct MLLogEvent: Sendable {
    static let mark = ":::MLLOG"

    let key: String
    let fields: ObjectReader
    let line: Int
    /// The process that wrote the line, where a launcher said it before the event: `3:`, `[rank3]:`, `[1,3]<stdout>:`.
    let rank: String?

    /// The event of a line, nil where the line has none.
    ///
    /// - Throws: where what follows the mark is no JSON object with a key.
    init?(_ line: ImportLine, file: String) throws(DocumentError) {
        guard let text = PlainText.between(line.text[...], Self.mark)?.trimmed, text.first == "{" else { return nil }
        do {
            let fields = try Reader(JSONDocument.parse(text: String(text), file: file), file: file).mapping()
            key = try fields.require("key", expected: "the name of the event").string()
            self.fields = fields
        } catch {
            throw DocumentError(file: file, line: line.number, path: error.path, problem: error.problem)
        }
        self.line = line.number
        rank = line.text.hasPrefix(Self.mark) ? nil : Self.rank(line.text)
    }

    private static func rank(_ text: String) -> String? {
        guard let mark = text.firstRange(of: Self.mark),
            var word = text[..<mark.lowerBound].split(whereSeparator: { $0.isWhitespace }).last, word.last == ":"
        else { return nil }
        word = word.dropLast()
        if word.last == ">", let tag = word.lastIndex(of: "<") { word = word[..<tag] }
        if word.first == "[", word.last == "]" { word = word.dropFirst().dropLast() }
        for name in ["rank", "default"] where word.hasPrefix(name) { word = word.dropFirst(name.count) }
        let isNumber =
            !word.isEmpty && word.utf8.count < 20
            && word.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ",") }
        return isNumber ? String(word) : nil
    }

    /// Milliseconds: since 1970 in training logs, since the start of the process in LoadGen's.
    var milliseconds: Double? { get throws(DocumentError) { try fields.number("time_ms") } }

    /// The event's value.
    var value: Reader? { fields.optional("value") }

    /// The event's value as text.
    var text: String? { fields.text("value") }

    /// A member of the event's metadata.
    func metadata(_ key: String) throws(DocumentError) -> Reader? {
        guard let metadata = fields.optional("metadata"), metadata.isObject else { return nil }
        return try metadata.mapping().optional(key)
    }
}
