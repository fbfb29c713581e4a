import Documents
import Evidence
import Testing

@testable import Importing

@Suite("Numbers of another locale are refused, never cut at their comma")
struct MixedLocaleTests {
    /// The text with a comma for each point between two digits.
    private static func withCommas(_ bytes: [UInt8]) -> [UInt8] {
        bytes.indices.map { place in
            guard bytes[place] == UInt8(ascii: "."), place > 0, place + 1 < bytes.count,
                (0x30...0x39).contains(bytes[place - 1]), (0x30...0x39).contains(bytes[place + 1])
            else { return bytes[place] }
            return UInt8(ascii: ",")
        }
    }

    /// How many samples each metric has in each run, and their mean.
    private static func numbers(_ runs: ImportedRuns) -> [String] {
        runs.runs.flatMap { run in run.run.series.map { "\($0.metric) \($0.count) \($0.mean) \($0.maximum)" } }
    }

    /// Events of a log that are no JSON are left out and counted, so fewer numbers are right; other numbers never are.
    @Test("a sample with decimal commas is refused, or says no other number than before", arguments: ImportSample.all)
    func sample(_ sample: ImportSample) throws {
        let changed = Self.withCommas(sample.bytes)
        let importer = try sample.importer
        let original = try Import.runs(sample.bytes, importer)
        do throws(DocumentError) {
            let runs = try Import.runs(changed, importer)
            let (found, known) = (Set(Self.numbers(runs)), Set(Self.numbers(original)))
            #expect(found.isSubset(of: known), "\(sample.testDescription): \(found.subtracting(known))")
        } catch {
            #expect(!error.problem.isEmpty)
        }
    }

    @Test(
        "logs of steps say what is wrong with the number",
        arguments: [
            ("Epoch 0: global_step=0.000, train_step_timing in s=10,40, val_loss=11,00\n", nil),
            ("train_step_timing in s: 0,95\n", nil), ("{'train_runtime': 123,4, 'train_loss': 1}\n", nil),
            ("took 0,95 s\n", "took ([0-9.]+)"), ("took 0,95 s\n", "took ([0-9.,]+)"),
        ] as [(String, String?)]
    )
    func logs(_ text: String, _ pattern: String?) throws {
        var options = ImportOptions()
        options.pattern = pattern
        let error = try #require(throws: DocumentError.self) {
            try Import.runs(Array(text.utf8), StepLog.self, options: options)
        }
        #expect(error.problem.contains("has a comma; run the tool with LC_ALL=C"), "\(error)")
        #expect(error.line == 1)
    }

    @Test("a comma behind a number is no part of it where no digit follows") func lists() throws {
        let log = "Epoch 0: train_step_timing in s=10, val_loss=11.00\nEpoch 0: train_step_timing in s=12,\n"
        let runs = try Import.runs(Array(log.utf8), StepLog.self)
        #expect(runs.runs.first?.run.series.first?.maximum == 12)
        for (text, found) in [("took 5, then 7", "5"), ("took 5,7 s", "5,7")] {
            let line = ImportLine(number: 1, text: text)
            #expect(try StepCapture("took ([0-9.]+)").find(in: line, file: "a") == found)
        }
    }

    @Test("JSON with a decimal comma says so") func json() throws {
        let error = try #require(throws: DocumentError.self) {
            try JSONDocument.parse(text: #"{"mean": 12,5}"#, file: "a.json")
        }
        #expect(error.problem.contains("decimal comma") && error.problem.contains("LC_ALL=C"), "\(error)")
    }

    @Test("a byte order mark before a sample changes nothing", arguments: ImportSample.all)
    func mark(_ sample: ImportSample) throws {
        let marked = [0xEF, 0xBB, 0xBF] + sample.bytes
        let found = try ImporterRegistry.importer(for: ImportHead(marked, isWhole: true), file: "x")
        #expect(found.format.name == sample.format)
        let (with, without) = try (Import.runs(marked, found), Import.runs(sample.bytes, found))
        #expect(Self.numbers(with) == Self.numbers(without))
    }

    @Test(
        "what is packed is named",
        arguments: [
            ([0x1F, 0x8B, 8, 0, 0], "packed by gzip"), ([0xFF, 0xFE, 0x7B, 0], "zero bytes"),
        ] as [([UInt8], String)]
    )
    func beginnings(_ bytes: [UInt8], _ words: String) throws {
        let error = try #require(throws: DocumentError.self) {
            try ImporterRegistry.importer(for: ImportHead(bytes, isWhole: true), file: "x")
        }
        #expect(error.problem.contains(words), "\(error)")
    }
}
