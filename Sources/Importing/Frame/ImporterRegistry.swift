package import Documents

/// Every format that can be imported, and which of them a file is of.
package enum ImporterRegistry {
    /// All importers, in the order in which formats are listed; each family has its list in a file of its own.
    package static let all: [any Importer.Type] = machine + accelerated

    /// What is known of all formats.
    package static var formats: [ImportFormat] { all.map { $0.format } }

    /// The importer of a name, as after `--as`.
    package static func importer(named name: String) -> (any Importer.Type)? { all.first { $0.format.name == name } }

    /// The importer of a file that begins so.
    ///
    /// - Throws: where several formats recognise it, with their names, and where none does, with what was seen and the
    ///   formats that come nearest.
    package static func importer(for head: ImportHead, file: String) throws(DocumentError) -> any Importer.Type {
        let found = all.filter { $0.recognises(head) }
        if let only = found.first, found.count == 1 { return only }
        guard found.isEmpty else {
            let names = found.map { "'\($0.format.name)'" }.joined(separator: ", ")
            throw DocumentError(file: file, problem: "could be any of \(names); say which with --as")
        }
        guard !head.bytes.isEmpty else {
            throw DocumentError(file: file, problem: "is empty; expected the output of a tool (--formats lists them)")
        }
        let near = nearest(to: head)
        let advice =
            near.isEmpty
            ? "the formats are listed by 'assay import --formats'"
            : "nearest are \(near.map { "\($0.name) (\($0.title))" }.joined(separator: ", ")); say which with --as to see "
                + "what stands in the way"
        throw DocumentError(file: file, problem: "is of no format that Assay knows: \(seen(head)); \(advice)")
    }

    /// The formats whose marks the file holds, most first, at most three.
    static func nearest(to head: ImportHead) -> [ImportFormat] {
        let scored = formats.enumerated().compactMap { index, format -> (Int, Int, ImportFormat)? in
            let held = format.marks.count { head.holds($0) }
            return held > 0 ? (held, index, format) : nil
        }
        return scored.sorted { ($1.0, $0.1) < ($0.0, $1.1) }.prefix(3).map { $0.2 }
    }

    /// What a file begins with, in a few words.
    private static func seen(_ head: ImportHead) -> String {
        if head.bytes.starts(with: [0x1F, 0x8B]) { return "it is packed by gzip; unpack it first" }
        if head.bytes.prefix(4_096).contains(0) { return "it holds zero bytes, so it is no text" }
        let line = head.lines.first { !$0.trimmed.isEmpty } ?? ""
        guard !line.isEmpty else { return "it is blank" }
        guard head.opensObject else { return "it begins with \(quoted(String(line.prefix(60))))" }
        let keys = head.leadingKeys.map { quoted($0) }
        return keys.isEmpty ? "a JSON object" : "a JSON object whose first keys are \(keys.joined(separator: ", "))"
    }
}
