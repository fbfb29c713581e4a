import Foundation
import Testing

/// `assay predict` through the binary: records made here, text, JSON, a page, and what it refuses.
@Suite(.serialized) struct PredictTests {
    /// Services of 10 ms in three runs, as `assay record` reads them.
    private func makeServices(_ folder: TemporaryFolder) throws {
        for (name, milliseconds) in [("bm", 10), ("vm", 12)] {
            let rows = (0..<600).map { "r\($0 / 200),\(milliseconds)" }.joined(separator: "\n")
            try folder.write("\(name).csv", "run,ms\n\(rows)\n")
            let made = try AssayBinary.run(
                [
                    "record", "\(name).csv", "--metric", "service_time", "--unit", "ms", "--better", "lower",
                    "--column", "ms",
                    "-o", "\(name).record.json",
                ],
                in: folder.path
            )
            try #require(made.status == 0, "\(made.errors)")
        }
    }

    private static let load =
        ["--record", "bm.record.json", "--with", "vm.record.json", "--rate", "1,350,450"]
        + ["--replicas", "4", "--objective", "p99<100ms"]

    @Test("a service's tail: known capacities, no bound above them, and the same numbers for the same seed")
    func tail() throws {
        let folder = try TemporaryFolder()
        try makeServices(folder)
        let text = try AssayBinary.run(["predict"] + Self.load, in: folder.path)
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.contains("no bound"), "\(text.output)")
        let object = try AssayBinary.json(["predict"] + Self.load + ["--json"], in: folder.path)
        let arms = try #require((object["tail"] as? [String: Any])?["arms"] as? [[String: Any]], "\(object)")
        // Four replicas of 10 ms serve 400 a second, of 12 ms 333.
        let capacities = arms.compactMap { $0["capacity_per_s"] as? Double }
        #expect(capacities.count == 2 && abs(capacities[0] - 400) < 1e-6 && abs(capacities[1] - 1000 / 3.0) < 1e-6)
        let rows = try #require(arms.first?["rows"] as? [[String: Any]])
        let alone = try #require((rows.first?["latencies"] as? [[String: Any]])?.first)
        // At one request a second almost nothing queues.
        let median = try #require(alone["ms"] as? Double, "\(alone)")
        #expect(abs(median - 10) < 1e-3)
        let again = try AssayBinary.run(["predict"] + Self.load, in: folder.path)
        #expect(again.output == text.output)
        let other = try AssayBinary.run(["predict"] + Self.load + ["--seed", "2"], in: folder.path)
        #expect(other.output != text.output)
    }

    @Test("a page is written whole, with its charts, in both colour schemes, without anything from elsewhere")
    func page() throws {
        let folder = try TemporaryFolder()
        try makeServices(folder)
        let outcome = try AssayBinary.run(["predict"] + Self.load + ["-o", "tail.html"], in: folder.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("Written: tail.html"))
        let page = try folder.read("tail.html")
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("</html>"))
        #expect(page.contains("<svg") && page.contains("prefers-color-scheme: dark"))
        #expect(!page.contains("<script src") && !page.contains("http-equiv=\"refresh\""))
    }

    @Test("detours that were measured here say what many ranks wait for")
    func scale() throws {
        let folder = try TemporaryFolder()
        let measured = try AssayBinary.run(
            [
                "measure", "--probes", "detours", "--rounds", "2", "--seconds", "2", "--keep-disturbed",
                "--allow-emulated",
                "--seed", "7", "-o", "host.record.json",
            ],
            in: folder.path
        )
        try #require(measured.status == 0, "\(measured.errors)")
        let arguments = ["predict", "--record", "host.record.json", "--nodes", "1,8,64", "--step-ms", "20", "--json"]
        let object = try AssayBinary.json(arguments, in: folder.path)
        let arms = try #require((object["scale"] as? [String: Any])?["arms"] as? [[String: Any]], "\(object)")
        let rows = try #require(arms.first?["rows"] as? [[String: Any]])
        try #require(rows.compactMap { $0["nodes"] as? Int } == [1, 8, 64])
        // More ranks never wait less. Detours of a loaded machine can have a tail without a mean: what has no bound is left out.
        let noise = rows.map { ($0["noise"] as? [String: Any])?["estimate"] as? Double ?? .infinity }
        #expect(noise.allSatisfy { $0 >= 0 } && noise[0] <= noise[1])
        // The third is a fitted tail's, the others are the sample's: they need not meet.
        #expect(noise[2] >= 0.5 * noise[1])
        let notes = try #require(arms.first?["notes"] as? [String])
        #expect(notes.contains { $0.contains("has no mean") } || noise.allSatisfy(\.isFinite), "\(notes)")
        // A record is one arm, not both: held against itself it says nothing.
        let same = try AssayBinary.run(arguments + ["--with", "host.record.json"], in: folder.path)
        #expect(same.status == 2 && same.errors.contains("host.record.json is given twice"), "\(same.errors)")
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var arguments: [String]
        var status: Int32
        var says: String
    }

    static let wrong = [
        Wrong(
            testDescription: "a record without detours",
            arguments: ["--record", "bm.record.json", "--nodes", "8", "--step-ms", "20"],
            status: 2,
            says: "assay measure --probes detours"
        ),
        Wrong(
            testDescription: "no such file",
            arguments: ["--record", "none.json", "--rate", "1", "--replicas", "1"],
            status: 2,
            says: "none.json"
        ),
        Wrong(
            testDescription: "a file that is no record",
            arguments: ["--record", "bm.csv", "--rate", "1", "--replicas", "1"],
            status: 2,
            says: "make one of a table with: assay record bm.csv"
        ),
        Wrong(
            testDescription: "a record given twice",
            arguments: ["--record", "bm.record.json", "bm.record.json", "--rate", "1"],
            status: 2,
            says: "its runs would count twice"
        ),
        Wrong(
            testDescription: "a closed loop of a nanosecond",
            arguments: ["--record", "bm.record.json", "--rate", "1", "--closed-loop-ms", "0.000001"],
            status: 2,
            says: "the interval of the closed loop"
        ),
        Wrong(
            testDescription: "a part that is none",
            arguments: ["--record", "bm.record.json", "--with", "vm.record.json", "--share", "collectives=0.2"],
            status: 2,
            says: "did you mean 'collective'?"
        ),
        Wrong(
            testDescription: "nothing asked",
            arguments: ["--record", "bm.record.json"],
            status: 64,
            says: "nothing is asked"
        ),
        Wrong(
            testDescription: "an objective that is none",
            arguments: ["--record", "bm.record.json", "--rate", "1", "--replicas", "1", "--objective", "fast"],
            status: 64,
            says: "'fast' is not a quantile and a time"
        ),
        Wrong(
            testDescription: "more ranks than there are",
            arguments: ["--record", "bm.record.json", "--nodes", "2000000000", "--step-ms", "20"],
            status: 64,
            says: "no more than 1000000000 ranks"
        ),
        Wrong(
            testDescription: "a step that is no number",
            arguments: ["--record", "bm.record.json", "--nodes", "8", "--step-ms", "nan"],
            status: 64,
            says: "--step-ms is not a number; expected 0.001 to 1000000000 milliseconds"
        ),
        Wrong(
            testDescription: "a rate without end",
            arguments: ["--record", "bm.record.json", "--rate", "inf"],
            status: 64,
            says: "--rate is infinite; expected 0.000001 to 1000000000 requests a second"
        ),
        Wrong(
            testDescription: "a slack above the work",
            arguments: ["--record", "bm.record.json", "--nodes", "8", "--step-ms", "20", "--slack-ms", "30"],
            status: 64,
            says: "the slack"
        ),
    ]

    @Test("bad input is one sentence with the remedy, and nothing is written")
    func refuses() throws {
        let folder = try TemporaryFolder()
        try makeServices(folder)
        let before = folder.names
        for wrong in Self.wrong {
            let outcome = try AssayBinary.run(["predict"] + wrong.arguments + ["-o", "page.html"], in: folder.path)
            #expect(outcome.status == wrong.status, "\(wrong.testDescription): \(outcome.errors)")
            #expect(outcome.errors.contains(wrong.says), "\(wrong.testDescription): \(outcome.errors)")
            #expect(outcome.output.isEmpty, "\(wrong.testDescription)")
            #expect(folder.names == before, "\(wrong.testDescription)")
        }
    }
}
