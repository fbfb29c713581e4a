import Documents
import Estate
import Evidence
import Testing

@Suite("The gate sees what differs, however it is written and whichever run it stands in")
struct ComparisonGateTests {
    static let latency = Metric(name: "latency", unit: "ms", direction: .lower)

    static func compare(
        _ name: String,
        _ a: [String],
        _ b: [String],
        unit: String = "ms",
        names: (String, String)? = nil,
        paired: Bool = false
    ) throws -> Comparison {
        let metric = Metric(name: "latency", unit: unit, direction: .lower)
        func record(_ name: String, _ values: [String], _ level: Double, _ arm: String) throws -> Record {
            let runs = try values.enumerated().map { index, value in
                var conditions = value.isEmpty ? [:] : [name: value]
                if paired { conditions["pair"] = "\(index)" }
                return try Sample.run(
                    "\(arm)\(index)",
                    [level + 0.003 * Double(index)],
                    metric: metric,
                    conditions: conditions
                )
            }
            return try Sample.record(metrics: [metric], hosts: ["g1": [runs]])
        }
        return try Comparison.compare(
            baseline: [record(names?.0 ?? name, a, 1, "a")],
            other: [record(names?.1 ?? name, b, 1.052, "b")]
        )
    }

    static func notes(_ comparison: Comparison) -> [ValidityNote] {
        comparison.validity + comparison.metrics.flatMap(\.validity)
    }

    static let loads: [(String, String, [String], [String], String)] = [
        ("ms", "concurrency", ["1", "2", "3", "4", "5"], ["100", "200", "300", "400", "500"], "invalid"),
        ("ms", "concurrency", ["10", "10", "10", "10", "40"], ["10", "40", "40", "40", "40"], "invalid"),
        ("ms", "concurrency", ["10", "10", "40", "40"], ["10.0", "40", "10", "40"], "overhead"),
        ("ms", "offered_load", ["10", "10", "10"], ["40", "40", "40"], "invalid"),
        ("ms", "QPS", ["10", "10", "10"], ["40", "40", "40"], "invalid"),
        ("ms", "rps", ["10", "10", "10"], ["40", "40", "40"], "invalid"),
        ("ms", "Request-Rate", ["10", "10", "10"], ["40", "40", "40"], "invalid"),
        ("ms", "offered load", ["10", "10", "10"], ["40", "40", "40"], "invalid"),
        ("sec", "concurrency", ["10", "10", "10"], ["40", "40", "40"], "invalid"),
        ("msec", "concurrency", ["10", "10", "10"], ["40", "40", "40"], "invalid"),
        ("usec", "concurrency", ["10", "10", "10"], ["40", "40", "40"], "invalid"),
        ("\u{B5}s", "concurrency", ["10", "10", "10"], ["40", "40", "40"], "invalid"),
        ("\u{3BC}s", "concurrency", ["10", "10", "10"], ["40", "40", "40"], "invalid"),
        ("J", "concurrency", ["10", "10", "10"], ["40", "40", "40"], "overhead"),
        ("ms", "GPU", ["A100", "A100", "A100"], ["H100", "H100", "H100"], "invalid"),
        ("ms", "Batch-Size", ["8", "8", "8"], ["16", "16", "16"], "invalid"),
        ("ms", "batch_size", ["8", "8", "8", "16"], ["8", "16", "16", "16"], "invalid"),
    ]

    @Test("loads and work compare run by run under every name", arguments: loads.indices)
    func load(index: Int) throws {
        let (unit, name, a, b, verdict) = Self.loads[index]
        let comparison = try Self.compare(name, a, b, unit: unit)
        #expect(comparison.metrics.first?.verdict.code == verdict, "\(comparison.lines)")
    }

    @Test("pairs with other loads inside them are invalid though both arms had the same ones")
    func loadByPair() throws {
        let crossed = try Self.compare(
            "concurrency",
            ["10", "40", "10", "40"],
            ["40", "10", "40", "10"],
            paired: true
        )
        #expect(crossed.metrics.first?.verdict.reason?.contains("differs inside 4 of 4 pairs") == true)
        let equal = try Self.compare("concurrency", ["10", "40", "10", "40"], ["10", "40", "10", "40"], paired: true)
        #expect(equal.metrics.first?.verdict.code == "overhead")
    }

    @Test("a load that one arm does not record is a caution for latencies")
    func oneSided() throws {
        let comparison = try Self.compare("concurrency", ["", "", ""], ["40", "40", "40"])
        #expect(comparison.metrics.first?.validity.map(\.code) == ["concurrency-unknown"])
        #expect(comparison.metrics.first?.validity.first?.severity == .caution)
    }

    static let conditions: [(String, [String], [String], Bool)] = [
        ("sm_clock_mhz", ["1980", "1981", "1982", "1983"], ["1201", "1202", "1203", "1204"], true),
        ("sm_clock_mhz", ["1980", "1981", "1982", "1983"], ["1981", "1979", "1984", "1982"], false),
        ("gpu_temperature", ["61", "62", "63", "64"], ["81", "82", "83", "84"], true),
        ("gpu_temperature", ["61", "62", "63", "64"], ["60", "62.5", "65", "63"], false),
        ("driver", ["a1", "a2", "a3", "a4"], ["b1", "b2", "b3", "b4"], true),
        ("job", ["a1", "a2", "a3", "a4"], ["b1", "b2", "b3", "b4"], false),
        ("seed", ["1", "2", "3", "4"], ["5", "6", "7", "8"], false),
        ("pytorch", ["2.1", "2.1", "2.1"], ["2.10", "2.10", "2.10"], true),
        ("power_limit_w", ["700", "700", "700"], ["700.0", "700.0", "700.0"], false),
    ]

    @Test(
        "a value that is another in each run still counts, by its range where it is a number",
        arguments: conditions.indices
    )
    func perRun(index: Int) throws {
        let (name, a, b, differs) = Self.conditions[index]
        let code = name.replacing("_", with: "-") + "-differs"
        let found = try Self.notes(Self.compare(name, a, b)).filter { $0.code == code }
        #expect(found.map(\.severity) == (differs ? [.caution] : []), "\(found)")
    }

    @Test("spellings of one name are one name")
    func spellings() throws {
        let names = ("SM-Clock MHz", "sm_clock_mhz")
        let same = try Self.compare("", ["1980", "1980", "1980"], ["1980.0", "1980", "1980"], names: names)
        #expect(!Self.notes(same).contains { $0.code.hasPrefix("sm-clock") })
        let other = try Self.compare("", ["1980", "1980", "1980"], ["1500", "1500", "1500"], names: names)
        #expect(Self.notes(other).contains { $0.code == "sm-clock-mhz-differs" })
    }

    static let neighbours: [([String], [String], [DeploymentModel], String?)] = [
        (["no", "no", "no"], ["yes", "yes", "yes"], [.bareMetal, .bareMetal], "neighbour-compared"),
        (["yes", "yes", "yes"], ["no", "no", "no"], [.vmVGPU, .vmVGPU], "neighbour-compared"),
        // One thing more that differs between two models.
        (["no", "no", "no"], ["yes", "yes", "yes"], [.bareMetal, .vmVGPU], "neighbour-differs"),
        (["no", "no", "yes"], ["yes", "yes", "yes"], [.bareMetal, .bareMetal], "neighbour-differs"),
        (["no", "no", "no"], ["no", "no", "no"], [.bareMetal, .bareMetal], nil),
    ]

    @Test("a neighbour beside one arm is what is compared, unless the model differs too", arguments: neighbours.indices)
    func neighbour(index: Int) throws {
        let (a, b, models, code) = Self.neighbours[index]
        func record(_ values: [String], _ level: Double, _ model: DeploymentModel) throws -> Record {
            let runs = try values.enumerated().map { number, value in
                try Sample.run("\(level)-\(number)", [level + 0.003 * Double(number)], conditions: ["neighbour": value])
            }
            return try Sample.record(model: model, hosts: ["g1": [runs]])
        }
        let comparison = try Comparison.compare(
            baseline: [record(a, 1, models[0])],
            other: [record(b, 1.05, models[1])]
        )
        let found = comparison.validity.filter { $0.code.hasPrefix("neighbour") }
        #expect(found.map(\.code) == [code].compactMap { $0 })
        #expect(found.first?.severity == (code == "neighbour-compared" ? .note : code.map { _ in .caution }))
    }

    @Test("what a record could not see is told in one line, whatever it holds")
    func blindSpots() throws {
        func record(_ level: Double) throws -> Record {
            var content = try Sample.record([level, level + 0.1], host: "h").content
            content.hosts[0].blindSpots = ["unseen\u{1B}[2J\ncaution: forged"]
            return try Record(content)
        }
        let lines = try Comparison.compare(baseline: [record(1)], other: [record(2)]).lines
        #expect(lines.contains("note: unseen [2J caution: forged"), "\(lines)")
    }
}
