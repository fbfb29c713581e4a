import Foundation
import Importing
import Testing

/// `docs/import-samples.md` beside the importers and the files.
@Suite struct DocumentedSampleTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    private static let page = tests.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/import-samples.md")

    /// The rows: a format, and the samples in its row or in those below it.
    private static func rows() throws -> [String: [String]] {
        var rows: [String: [String]] = [:]
        var format = ""
        for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") where line.hasPrefix("|") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 3, cells[1].hasPrefix("`") else { continue }
            if !cells[0].isEmpty { format = cells[0].trimmingCharacters(in: ["`"]) }
            #expect(cells[2].count > 5, "\(line)")
            rows[format, default: []] += cells[1].split(separator: ",")
                .map { $0.trimmingCharacters(in: ["`", " "]) }
        }
        return rows
    }

    @Test func `every importer has a documented sample, of its own folder`() throws {
        let rows = try Self.rows()
        let formats = ImporterRegistry.formats.map(\.name) + ClusterFormat.allCases.map(\.rawValue)
        #expect(formats.count == 27)
        for format in formats {
            let samples = rows[format] ?? []
            #expect(!samples.isEmpty, "\(format) has no sample in \(Self.page.lastPathComponent)")
            for sample in samples { #expect(sample.hasPrefix(format + "/"), "\(sample)") }
        }
        #expect(Set(rows.keys) == Set(formats))
    }

    @Test func `every sample is documented, and every documented one is there`() throws {
        var files: [String] = []
        for folder in ["Samples", "ClusterSamples"] {
            let path = Self.tests.appendingPathComponent(folder).path
            files += try FileManager.default.subpathsOfDirectory(atPath: path).filter {
                $0.split(separator: "/").count == 2 && !$0.contains("/.")
            }
        }
        #expect(try Self.rows().values.flatMap(\.self).sorted() == files.sorted())
    }
}
