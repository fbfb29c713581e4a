/// The members of one mapping, by key.
package struct ObjectReader: Sendable {
    /// The mapping itself, for errors about it as a whole.
    package let reader: Reader
    let list: [Member]
    private let trail: Trail?

    init(reader: Reader, list: [Member], trail: Trail?) {
        self.reader = reader
        self.list = list
        self.trail = trail
    }

    /// Whether the key is there.
    package func has(_ key: String) -> Bool { list.contains { $0.key == key } }

    /// A cursor on the key's value, or nil where the key is not there.
    package subscript(_ key: String) -> Reader? { list.first { $0.key == key }.map(cursor) }

    /// A cursor on the key's value, which must be there; `expected` says what to write, with its article.
    ///
    /// - Throws: at the mapping's own line where the key is missing.
    package func require(_ key: String, expected: String = "") throws(DocumentError) -> Reader {
        guard let reader = self[key] else {
            throw DocumentError(
                file: reader.file,
                line: reader.line,
                path: Trail(trail, .key(key)).description,
                problem: "is missing; " + (expected.isEmpty ? "add this key" : "expected \(expected)")
            )
        }
        return reader
    }

    /// All members, in the file's order.
    package var members: [(key: String, reader: Reader)] {
        list.map { (key: $0.key, reader: cursor($0)) }
    }

    /// The error of the mapping as a whole.
    package func fail(_ problem: String) -> DocumentError { reader.fail(problem) }

    private func cursor(_ member: Member) -> Reader {
        Reader(member.value, file: reader.file, trail: Trail(trail, .key(member.key)))
    }
}
