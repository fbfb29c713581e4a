import Documents
import Estate
import Evidence
import Foundation
import Importing
import Testing

/// One file of another tool among our samples: `Samples/FORMAT/NAME`.
struct ImportSample: CustomTestStringConvertible, Sendable {
    /// The format it is of: its folder.
    var format: String
    /// Its name in the folder.
    var name: String
    /// What it holds.
    var bytes: [UInt8]

    var testDescription: String { "\(format)/\(name)" }

    /// The importer of its format.
    var importer: any Importer.Type {
        get throws { try #require(ImporterRegistry.importer(named: format), "no importer is called \(format)") }
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Samples")

    /// All samples of formats that become records, in order of their names; traces and telemetry have suites of their own.
    static let all: [ImportSample] = {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        return paths.sorted().compactMap { path in
            let parts = path.split(separator: "/").map(String.init)
            guard parts.count == 2, !parts[1].hasPrefix("."),
                !parts[0].hasPrefix("kubernetes"), !parts[0].hasPrefix("prometheus"),
                let data = try? Data(contentsOf: folder.appendingPathComponent(path))
            else { return nil }
            return ImportSample(format: parts[0], name: parts[1], bytes: Array(data))
        }
    }()

    /// The sample of that name.
    static func named(_ path: String) throws -> ImportSample {
        try #require(all.first { "\($0.format)/\($0.name)" == path }, "there is no sample \(path)")
    }

    /// Options that fit the format: free text needs a pattern for some of its forms, never for our samples.
    static var options: ImportOptions { ImportOptions() }
}

/// Reading with an importer as the command does.
enum Import {
    /// What a file says, fed in pieces of a size.
    static func runs(
        _ bytes: [UInt8],
        _ type: any Importer.Type,
        piece: Int = 1 << 20,
        options: ImportOptions = ImportSample.options,
        file: String = "run.out"
    ) throws(DocumentError) -> ImportedRuns {
        var importer = try type.init(file: file, options: options)
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + piece)
            try importer.consume(Array(bytes[at..<end]))
            at = end
        }
        return try importer.finish()
    }

    /// The record of what a file says.
    static func record(
        _ imported: ImportedRuns,
        _ type: any Importer.Type,
        options: ImportOptions = ImportOptions(),
        keepsHostNames: Bool = false,
        file: String = "run.out"
    ) throws -> Record {
        var assembly = RecordAssembly(options: options, keepsHostNames: keepsHostNames)
        try assembly.add(imported, format: type.format, file: file, sha256: "sha256:0")
        if imported.runs.isEmpty, imported.metrics.isEmpty {
            // A file of facts alone becomes a record only beside a measurement.
            let measured = try runs(ImportSample.named("gdsio/reads.txt").bytes, GDSIO.self)
            try assembly.add(measured, format: GDSIO.format, file: "reads.txt", sha256: "sha256:1")
        }
        return try assembly.finish(tool: .init(name: "test", version: "1"))
    }

    /// The record of a sample.
    static func record(_ path: String, options: ImportOptions = ImportOptions()) throws -> Record {
        let sample = try ImportSample.named(path)
        return try record(try runs(sample.bytes, sample.importer, options: options), sample.importer, options: options)
    }

    /// The one value of a metric in the only run.
    static func value(_ record: Record, _ metric: String) throws -> Double {
        let summary = try #require(record.runs.first?.run.series(of: metric), "there is no \(metric)")
        #expect(summary.count == 1)
        return summary.mean
    }

    /// The samples of a metric in the only run.
    static func series(_ record: Record, _ metric: String) throws -> SampleSummary {
        #expect(record.runs.count == 1)
        return try #require(record.runs.first?.run.series(of: metric), "there is no \(metric)")
    }

    /// The sample's text with one piece of it replaced.
    static func replacing(_ path: String, _ old: String, _ new: String) throws -> [UInt8] {
        let text = String(decoding: try ImportSample.named(path).bytes, as: UTF8.self)
        try #require(text.contains(old), "\(path) does not hold \(old)")
        return Array(text.replacingOccurrences(of: old, with: new).utf8)
    }

    /// The error of a file that must be refused.
    static func refusal(_ bytes: [UInt8], _ type: any Importer.Type, options: ImportOptions = ImportOptions())
        -> String?
    {
        do {
            _ = try runs(bytes, type, options: options)
            return nil
        } catch {
            return error.description
        }
    }
}
