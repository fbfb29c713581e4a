import Documents
import Scheduling

/// Reading texts as traces.
enum Read {
    /// The trace in a text, fed in pieces of a number of bytes.
    static func trace(
        _ text: String,
        _ options: TraceImportOptions = TraceImportOptions(),
        piece: Int = .max
    ) throws(DocumentError) -> ImportedTrace {
        try trace(Array(text.utf8), options, piece: piece)
    }

    static func trace(
        _ bytes: [UInt8],
        _ options: TraceImportOptions = TraceImportOptions(),
        piece: Int = .max
    ) throws(DocumentError) -> ImportedTrace {
        var importer = TraceImporter(file: "trace", options: options)
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, piece == .max ? bytes.count : at + piece)
            try importer.consume(bytes.span.extracting(at..<end))
            at = end
        }
        return try importer.finish()
    }

    /// What is said when a text is refused; nil when it is read.
    static func refusal(_ text: String, _ options: TraceImportOptions = TraceImportOptions()) -> String? {
        do {
            _ = try trace(text, options)
            return nil
        } catch {
            return error.description
        }
    }

    /// Findings as `code count`, in order.
    static func findings(_ imported: ImportedTrace) -> [String] {
        imported.audit.entries.map { "\($0.finding.code) \($0.count)" }
    }

    static func jobs(_ imported: ImportedTrace) -> [TraceJob] {
        (0..<imported.trace.count).map { imported.trace[$0] }
    }
}
