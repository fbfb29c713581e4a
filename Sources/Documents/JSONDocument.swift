/// Reading JSON by RFC 8259, strictly, into located values.
package enum JSONDocument {
    /// What a file may ask of us before it is refused.
    package struct Limits: Sendable, Hashable {
        /// The size of the file.
        package var bytes: Int
        /// How deep lists and objects may stand in one another.
        package var depth: Int
        /// How many values the file may hold: memory follows this, not the size.
        package var values: Int

        /// The default limits: 256 MiB, 64 levels, ten million values; depth is never more than 256.
        package init(bytes: Int = 256 << 20, depth: Int = 64, values: Int = 10_000_000) {
            self.bytes = bytes
            self.depth = min(depth, 256)
            self.values = values
        }
    }

    /// Keys that a known tool writes several times into one object, each time with the same value.
    package struct Repeats: Sendable, Hashable {
        /// The key of that object, which stands in the outermost one.
        package var object: String
        /// The keys that may stand there again.
        package var keys: Set<String>

        /// Keys that may stand again in the object of that key.
        package init(in object: String, keys: Set<String>) {
            self.object = object
            self.keys = keys
        }
    }

    /// Parses one JSON text; `file` is the name that errors carry.
    ///
    /// Beyond the grammar: the text must be UTF-8 without a byte order mark, keys of an object must differ, numbers
    /// must be finite as `Double`, and surrogates must come in pairs. Columns count UTF-8 bytes. Of `repeats` the first
    /// is kept where all have the same plain value.
    ///
    /// - Throws: the first problem, with its line and column.
    package static func parse(
        _ bytes: [UInt8],
        file: String,
        limits: Limits = Limits(),
        repeats: Repeats? = nil
    ) throws(DocumentError) -> Value {
        var parser = JSONParser(bytes: bytes, file: file, limits: limits, repeats: repeats)
        return try parser.document()
    }

    /// Parses one JSON text held as a string.
    package static func parse(text: String, file: String, limits: Limits = Limits()) throws(DocumentError) -> Value {
        try parse(Array(text.utf8), file: file, limits: limits)
    }
}
