internal import Documents

/// One event of MLCommons' logging: a line with `:::MLLOG` and an object behind it, other text before it at most.
struct MLLogEvent: Sendable {
    static let mark = ":::MLLOG"

    let key: String
    let fields: ObjectReader
    let line: Int

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
