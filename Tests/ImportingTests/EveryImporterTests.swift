import Documents
import Evidence
import Foundation
import Importing
import Probability
import Testing

/// What holds of every importer and every sample, whatever the format.
@Suite struct EveryImporterTests {
    @Test func `every format has a name of its own, a command and a sample`() {
        let formats = ImporterRegistry.formats
        #expect(Set(formats.map(\.name)).count == formats.count)
        for format in formats {
            #expect(!format.title.isEmpty && !format.command.isEmpty && !format.limits.isEmpty)
            #expect(!format.marks.isEmpty, "\(format.name) is never suggested for a damaged file")
            #expect(ImportSample.all.contains { $0.format == format.name }, "\(format.name) has no sample")
        }
        for sample in ImportSample.all {
            #expect(ImporterRegistry.importer(named: sample.format) != nil, "\(sample.testDescription) has no importer")
        }
    }

    @Test(arguments: ImportSample.all)
    func `a sample is recognised as its format and no other`(_ sample: ImportSample) throws {
        let head = ImportHead(sample.bytes, isWhole: true)
        #expect(ImporterRegistry.all.filter { $0.recognises(head) }.map { $0.format.name } == [sample.format])
        #expect(try ImporterRegistry.importer(for: head, file: sample.name).format.name == sample.format)
    }

    @Test(arguments: ImportSample.all)
    func `a sample becomes a record that can be read again`(_ sample: ImportSample) throws {
        let record = try Import.record(try Import.runs(sample.bytes, sample.importer), sample.importer)
        let again = try Record.read(try record.encoded(), file: "again.record.json")
        #expect(again.id == record.id)
        #expect(again.content == record.content)
        for (_, _, run) in record.runs where sample.format != "dcgm-diag" {
            #expect(run.condition("imported_from") == sample.format)
            #expect(run.condition("file_sha256") == "sha256:0")
        }
    }

    @Test(arguments: ImportSample.all)
    func `what is read does not depend on how the bytes arrive`(_ sample: ImportSample) throws {
        let whole = try Import.record(try Import.runs(sample.bytes, sample.importer), sample.importer)
        for piece in [1, 2, 3, 7, 64, 4_096] {
            let pieces = try Import.record(
                try Import.runs(sample.bytes, sample.importer, piece: piece),
                sample.importer
            )
            #expect(pieces.id == whole.id, "pieces of \(piece)")
        }
    }

    @Test(arguments: ImportSample.all)
    func `line ends of another system change nothing`(_ sample: ImportSample) throws {
        let whole = try Import.record(try Import.runs(sample.bytes, sample.importer), sample.importer)
        let bytes = sample.bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
        #expect(try Import.record(try Import.runs(bytes, sample.importer), sample.importer).id == whole.id)
    }

    /// Formats whose files say themselves whether they are whole.
    ///
    /// A log of steps that is cut is the log of a shorter job.
    private static let selfContained: Set<String> = [
        "fio", "iperf3", "sockperf", "cyclictest", "oslat", "rtla", "stream", "likwid-bench", "hyperfine",
    ]

    @Test(arguments: ImportSample.all)
    func `a file that is cut at any byte is refused, or read for what it says`(_ sample: ImportSample) throws {
        let type = try sample.importer
        let whole = try Import.record(try Import.runs(sample.bytes, type), type)
        for end in 0..<sample.bytes.count {
            do {
                let imported = try Import.runs(Array(sample.bytes[..<end]), type)
                let record = try Import.record(imported, type)
                // The tables of rtla's top have no end by which a row would be missed.
                let isOpenEnded = sample.format == "rtla" && sample.name.contains("-top")
                guard Self.selfContained.contains(sample.format), !isOpenEnded, record.id != whole.id else { continue }
                // What is there is as in the whole file, or it is said what is missing.
                let known = whole.runs.first?.run
                for series in record.runs.flatMap(\.run.series) where known?.series(of: series.metric) != series {
                    #expect(!imported.diagnostics.isEmpty, "cut at \(end), \(series.metric) differs silently")
                }
            } catch let error as DocumentError {
                #expect(!error.problem.isEmpty && error.file == "run.out", "\(error)")
            }
        }
    }

    @Test(arguments: ImportSample.all)
    func `another tool's file is refused with a sentence`(_ sample: ImportSample) throws {
        for type in ImporterRegistry.all where type.format.name != sample.format {
            guard let refusal = Import.refusal(sample.bytes, type) else {
                Issue.record("\(type.format.name) reads \(sample.testDescription) as its own")
                continue
            }
            #expect(refusal.hasPrefix("run.out") && refusal.count > 20, "\(refusal)")
        }
    }

    @Test(arguments: ImporterRegistry.all.map { $0.format.name })
    func `rubbish is refused by every importer`(_ name: String) throws {
        let type = try #require(ImporterRegistry.importer(named: name))
        let deep = String(repeating: "{\"a\":", count: 50_000)
        let rubbish: [[UInt8]] = [
            [], Array("\n".utf8), Array("{}".utf8), Array("[]".utf8), Array("{".utf8), Array("null\n".utf8), [0, 0, 0],
            [0xFF, 0xFE, 0x0A, 0xFF], Array(deep.utf8), Array("{\"a\":1,\"a\":2}\n".utf8),
            Array("NaN\n".utf8), Array("{\"results\":[],\"jobs\":[],\"end\":{}}".utf8),
            [UInt8](repeating: UInt8(ascii: "x"), count: (1 << 20) + 100), Array(repeating: 0x0A, count: 10_000),
        ]
        for bytes in rubbish {
            let refusal = try #require(Import.refusal(bytes, type), "\(name) reads rubbish of \(bytes.count) bytes")
            #expect(refusal.utf8.count < 1_000)
        }
    }

    @Test("seeded damage is refused or makes a record that can be read", arguments: 0..<8)
    func damage(_ seed: Int) throws {
        var random = RandomGenerator(seed: UInt64(seed))
        let tokens: [String] = [
            "-1", "99999999999999999999", "1e308", "1e400", "nan", "NaN", "-nan", "inf", "\"", "\0", "\r", "\n", ",",
            "1,5", "{",
            "}", "[", "]", "null", "true", "\u{FEFF}", "é", "9223372036854775807", "-9223372036854775808", "0", ".",
            ":", "|",
            "#", "\u{1B}[2;35m", "\u{1B}[",
        ]
        for sample in ImportSample.all {
            let type = try sample.importer
            for _ in 0..<12 {
                var bytes = sample.bytes
                for _ in 0...random.index(below: 4) {
                    guard !bytes.isEmpty else { break }
                    let at = random.index(below: bytes.count)
                    switch random.index(below: 5) {
                    case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                    case 1: bytes.replaceSubrange(at..<at, with: tokens[random.index(below: tokens.count)].utf8)
                    case 2: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.index(below: 20)))
                    case 3:
                        let end = min(bytes.count, at + 1 + random.index(below: 200))
                        bytes.insert(contentsOf: Array(bytes[at..<end]), at: at)
                    default:
                        // A value becomes another token.
                        let end =
                            bytes[at...].firstIndex { [0x2C, 0x20, 0x0A, 0x3A, 0x7D].contains($0) } ?? bytes.count
                        bytes.replaceSubrange(at..<end, with: tokens[random.index(below: tokens.count)].utf8)
                    }
                }
                try check(bytes, type, sample)
            }
        }
    }

    private func check(_ bytes: [UInt8], _ type: any Importer.Type, _ sample: ImportSample) throws {
        for type in [type] {
            do {
                let imported = try Import.runs(bytes, type, piece: 97)
                let record = try Import.record(imported, type)
                #expect(try Record.read(try record.encoded(), file: "a").id == record.id)
            } catch let error as DocumentError {
                #expect(!error.description.isEmpty && error.description.utf8.count < 2_000)
            }
        }
    }
}
