import Foundation
import Scheduling

/// Measures the import of traces against the fastest that any reader of lines can be: a search for line feeds.
///
/// Without files it reads the headline workload, written as a table of ours, as SWF and as sacct writes it.
enum ParseBench {
    /// Bytes handed over at once, as from a file.
    private static let piece = 1 << 20
    /// Readings of each file; the fastest counts, since other work on the machine only ever adds.
    private static let repetitions = 7

    static func run(_ paths: [String]) throws {
        if paths.isEmpty {
            let (trace, _) = try HeadlineWorkload().make(Main.geometry())
            try measure("headline as CSV", TraceText.table(trace))
            try measure("headline as SWF", TraceText.swf(trace))
            try measure("headline as sacct", TraceText.sacct(trace))
        }
        for path in paths {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            try measure((path as NSString).lastPathComponent, bytes)
        }
        print("peak memory \(Main.peakMiB()) MiB")
    }

    private static func measure(_ name: String, _ bytes: [UInt8]) throws {
        let megabytes = Double(bytes.count) / 1e6
        var (parsing, scanning) = (Double.infinity, Double.infinity)
        var (jobs, rows, lines) = (0, 0, 0)
        for _ in 0..<repetitions {
            scanning = min(scanning, Main.seconds { lines = lineFeeds(bytes) })
            var imported: ImportedTrace?
            parsing = min(parsing, try Main.seconds { imported = try read(bytes) })
            (jobs, rows) = (imported?.trace.count ?? 0, imported?.audit.rows ?? 0)
        }
        print(
            String(
                format:
                    "%@: %.1f MB, %d lines, %d rows, %d jobs: %.0f MB/s, %.0f ns a row; line feeds alone %.0f MB/s, "
                    + "%.1f times as fast",
                name,
                megabytes,
                lines,
                rows,
                jobs,
                megabytes / parsing,
                parsing / Double(max(rows, 1)) * 1e9,
                megabytes / scanning,
                parsing / scanning
            )
        )
    }

    private static func read(_ bytes: [UInt8]) throws -> ImportedTrace {
        var options = TraceImportOptions()
        options.expectedBytes = bytes.count
        var importer = TraceImporter(file: "trace", options: options)
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + piece)
            try importer.consume(bytes.span.extracting(at..<end))
            at = end
        }
        return try importer.finish()
    }

    /// How many line feeds there are, by the C library's vectorised search.
    private static func lineFeeds(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            var (count, at) = (0, 0)
            while at < buffer.count, let found = memchr(base + at, 0x0A, buffer.count - at) {
                count += 1
                at = UnsafeRawPointer(found) - base + 1
            }
            return count
        }
    }
}
