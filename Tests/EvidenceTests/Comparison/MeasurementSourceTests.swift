import Documents
import Estate
import Evidence
import Testing

@Suite("What measured a number, and in which file it stood")
struct MeasurementSourceTests {
    private func imported(
        _ id: String,
        file: Character,
        tool: String? = "fio 3.33",
        metric: String = Sample.stepTime.name,
        _ values: [Double] = [1, 1.1]
    ) throws -> Run {
        var conditions = ["imported_from": "fio", "file_sha256": "sha256:" + String(repeating: file, count: 64)]
        conditions["tool"] = tool
        return Run(
            id: id,
            conditions: conditions.map { Condition(name: $0.key, value: $0.value) },
            series: [try Sample.summary(values, metric: metric)]
        )
    }

    private func record(_ runs: [Run], _ names: [String] = [Sample.stepTime.name]) throws -> Record {
        try Record(
            Record.Content(
                tool: Record.Tool(name: "assay", version: "9.9"),
                metrics: names.map { Metric(name: $0, unit: "s", direction: .lower, kind: .component) },
                hosts: [Host(id: "h", boots: [Boot(id: "b", runs: runs)])]
            )
        )
    }

    @Test("each file is a source of its own, with tool, format, hash, runs and metrics") func files() throws {
        let record = try record(
            [
                imported("a.json", file: "a"), imported("b.json: 1", file: "b", tool: nil),
                imported("b.json: 2", file: "b", tool: nil, metric: "other"),
            ],
            [Sample.stepTime.name, "other"]
        )
        let sources = MeasurementSource.all(of: record)
        try #require(sources.count == 2)
        #expect(sources[0].tool == "fio 3.33" && sources[0].format == "fio" && sources[0].runs == 1)
        #expect(sources[0].fileSHA256 == "sha256:" + String(repeating: "a", count: 64))
        #expect(sources[0].record == record.id && sources[0].runWords == "a.json")
        // No program in the file: the format stands for it.
        #expect(sources[1].tool == "fio" && sources[1].runs == 2)
        #expect(sources[1].runWords == "b.json: 1 and 1 more run")
        #expect(sources[1].metrics == [Sample.stepTime.name, "other"])
    }

    @Test("what Assay measured names Assay, and no file") func own() throws {
        let record = try record([Run(id: "r", series: [try Sample.summary([1, 2])])])
        let sources = MeasurementSource.all(of: record)
        #expect(sources.map(\.tool) == ["assay 9.9"])
        #expect(sources.allSatisfy { $0.fileSHA256 == nil && $0.format == nil })
    }

    @Test("a comparison says of each metric what measured it, in both arms") func comparison() throws {
        let left = try record([imported("a", file: "a"), imported("b", file: "b", [1.02, 1.1])])
        let right = try record([imported("c", file: "c", tool: "fio 3.36"), imported("d", file: "d", [1.2, 1.3])])
        let comparison = try Comparison.compare(baseline: [left], other: [right])
        #expect(comparison.tools(of: Sample.stepTime.name) == ["fio 3.33", "fio 3.36"])
        #expect(comparison.tools(of: "nothing") == [])
        #expect(comparison.other.files(of: Sample.stepTime.name).map(\.firstRun) == ["c", "d"])
        let text = String(decoding: try comparison.json.canonical(), as: UTF8.self)
        for letter in ["a", "b", "c", "d"] {
            #expect(text.contains("sha256:" + String(repeating: letter, count: 64)), "\(letter)")
        }
        #expect(text.contains("\"tool\":\"fio 3.36\""))
    }

    @Test("a further statistic without an interval says why: no spread, or nothing above 0") func noInterval() throws {
        // Whole microseconds: the medians of all runs of an arm agree, their means do not.
        func arm(_ level: Double, _ name: String) throws -> Record {
            try record(
                (0..<4).map { place in
                    Run(
                        id: "\(name)\(place)",
                        series: [try Sample.summary([level, level, level, level + 1 + Double(place)])]
                    )
                }
            )
        }
        let comparison = try Comparison.compare(baseline: [arm(2, "a")], other: [arm(4, "b")])
        let median = try #require(comparison.metrics.first?.secondary.first { $0.statistic == .median })
        #expect(median.effect == nil)
        #expect(median.noneBecause?.hasPrefix("no spread") == true)
        #expect(
            comparison.lines.contains { $0.contains("median") && $0.contains("no spread") || $0.contains("too few") }
        )
        let zero = try Comparison.compare(baseline: [arm(0, "a")], other: [arm(4, "b")])
        let none = try #require(zero.metrics.first?.secondary.first { $0.statistic == .median })
        #expect(none.noneBecause?.contains("not above 0") == true)
    }
}
