import Documents
import Evidence
import Foundation
import Importing
import Testing

@Suite struct MemoryImporterTests {
    @Test func `STREAM's best rates are named as such`() throws {
        let record = try Import.record("stream/run.txt")
        let expected = [("copy", 12.0005), ("scale", 11.5), ("add", 13.0), ("triad", 12.9502)]
        for (kernel, rate) in expected { #expect(try Import.value(record, "memory_\(kernel)_best") == rate) }
        #expect(record.metrics.filter { $0.role == .confirmatory }.map(\.name) == ["memory_triad_best"])
        let run = try #require(record.runs.first?.run)
        #expect(run.condition("tool") == "stream 5.10" && run.condition("stream_threads") == "2")
        #expect(run.condition("stream_array_elements") == "10000000")
    }

    @Test(arguments: [
        ("Triad:          12950.2", "Triad:          12950,2", "LC_ALL=C"),
        ("Triad:          12950.2", "Triad:          -nan", "is not a finite number"),
        ("Solution Validates", "Failed Validation", "results are wrong"),
        ("Best Rate MB/s", "Rate (MB/s)", "expected 'Best Rate MB/s'"),
        ("Add: ", "Sub: ", "has 3 of STREAM's four kernels"),
        (
            "Triad:          12950.2", "Triad:          129502.2",
            "Triad: 129502.2 MB/s is not 240000000 bytes in the least"
        ),
    ])
    func `what STREAM did not measure is refused`(_ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing("stream/run.txt", old, new), StreamImporter.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }

    @Test func `likwid-bench has one rate`() throws {
        let record = try Import.record("likwid-bench/triad.txt")
        #expect(abs(try Import.value(record, "memory_triad_likwid") - 0.64008) < 1e-12)
        let run = try #require(record.runs.first?.run)
        #expect(run.condition("likwid_threads") == "1" && run.condition("likwid_bytes") == "20000000")
        for (old, new, words) in [
            ("MByte/s:\t\t640.08", "MByte/s:\t\tinf", "is not a finite number"), ("MByte/s:", "Rate:", "has no rate"),
            ("Test: triad", "Trial: triad", "names no test"), ("Time:", "MByte/s:", "stands a second time"),
        ] {
            let refusal = Import.refusal(
                try Import.replacing("likwid-bench/triad.txt", old, new),
                LikwidBenchImporter.self
            )
            #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
        }
    }
}

@Suite struct HyperfineTests {
    private func results() throws -> [[String: Any]] {
        let object = try JSONSerialization.jsonObject(
            with: Data(try ImportSample.named("hyperfine/two-commands.json").bytes)
        )
        return try #require((object as? [String: Any])?["results"] as? [[String: Any]])
    }

    @Test func `each time is a run, and each command a metric`() throws {
        let record = try Import.record("hyperfine/two-commands.json")
        let results = try results()
        for (result, name) in zip(results, ["completion_time_true", "completion_time_sleep_0_01"]) {
            let times = try #require(result["times"] as? [Double])
            let found = record.runs.compactMap { $0.run.series(of: name) }
            #expect(found.map(\.count) == [1, 1, 1, 1, 1])
            #expect(found.map(\.mean) == times)
        }
        #expect(record.runs.count == 10)
        #expect(record.metrics.allSatisfy { $0.kind == .job && $0.unit == "s" })
        #expect(record.runs.first?.run.condition("command") == "true")
    }

    @Test func `a failed run is no measurement, and a file of failed runs none either`() throws {
        let bytes = Array(
            """
            {"results": [{"command": "job", "mean": 2, "user": 0, "times": [1.5, 2, 2.5], "exit_codes": [0, 1, null],
              "memory_usage_byte": [1048576, 5, 5], "parameters": {"n": "3"}}]}
            """.utf8
        )
        let imported = try Import.runs(bytes, HyperfineImporter.self)
        let record = try Import.record(imported, HyperfineImporter.self)
        #expect(try Import.value(record, "completion_time") == 1.5)
        #expect(try Import.value(record, "peak_memory") == 1)
        #expect(record.runs.first?.run.condition("parameter_n") == "3")
        #expect(imported.diagnostics.first?.message.hasPrefix("2 of 3 runs of 'job' failed") == true)
        let all = Array(
            #"{"results": [{"command": "false", "mean": 0, "user": 0, "times": [0], "exit_codes": [1]}]}"#.utf8
        )
        #expect(Import.refusal(all, HyperfineImporter.self)?.contains("holds no measurement") == true)
        for (old, new, words) in [
            ("\"times\"", "\"time\"", "times: is missing"), ("0.063145116", "-0.063145116", "is out of range"),
            ("0.063145116", "NaN", "expected a value"), ("\"exit_codes\"", "\"times\"", "stands twice"),
            ("0.063145116,", "", "4 times for 5 exit codes"), ("0.063145116", "0", "run it with -N"),
        ] {
            let refusal = Import.refusal(
                try Import.replacing("hyperfine/two-commands.json", old, new),
                HyperfineImporter.self
            )
            #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
        }
    }
}
