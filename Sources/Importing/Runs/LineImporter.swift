package import Documents

/// An importer of a text that is read line by line.
package protocol LineImporter: Importer {
    /// The lines of the file.
    var feed: LineFeed { get set }

    /// Takes one line.
    mutating func take(_ line: ImportLine) throws(DocumentError)

    /// What the file says, once all lines were taken.
    mutating func close() throws(DocumentError) -> ImportedRuns
}

extension LineImporter {
    /// Takes the next bytes of the file.
    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) {
        feed.append(bytes)
        try drain()
    }

    /// What the file says, once all bytes were fed.
    package mutating func finish() throws(DocumentError) -> ImportedRuns {
        feed.end()
        try drain()
        return try close()
    }

    private mutating func drain() throws(DocumentError) {
        while let line = try feed.next() { try take(line) }
    }
}

/// An importer of a file that is one JSON text, with other text around it at most.
package protocol JSONImporter: Importer {
    /// The text of the file.
    var feed: JSONFeed { get set }

    /// What the JSON says.
    func read(_ root: Reader) throws(DocumentError) -> ImportedRuns
}

extension JSONImporter {
    /// Takes the next bytes of the file.
    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) { try feed.append(bytes) }

    /// What the file says, once all bytes were fed.
    package mutating func finish() throws(DocumentError) -> ImportedRuns { try read(feed.document().root) }
}
