import Documents
import Estate
import Evidence
import Probability
import Testing

@Suite("A comparison says what its runs allow")
struct ComparisonTests {
    /// Values about a level with a relative spread, the same for the same seed.
    static func values(_ count: Int, _ level: Double, sd: Double = 0.003, seed: UInt64) -> [Double] {
        var generator = RandomGenerator(seed: seed)
        return (0..<count).map { _ in level * (1 + sd * generator.normal()) }
    }

    /// Minutes at which runs began: the arms of an ABBA sequence.
    static func minutes(_ count: Int, other: Bool) -> [Int] {
        (0..<count).map { 10 * (2 * $0 + (($0 % 2 == 0) == other ? 1 : 0)) }
    }

    static func single(
        _ baseline: [Double],
        _ other: [Double],
        metric: Metric = Sample.stepTime,
        hosts: (String, String) = ("h1", "h1"),
        timed: Bool = true,
        facts: ([String: String], [String: String]) = ([:], [:]),
        _ change: (inout ComparisonOptions) -> Void = { _ in }
    ) throws -> Comparison {
        var options = ComparisonOptions()
        change(&options)
        return try Comparison.compare(
            baseline: [
                Sample.record(
                    baseline,
                    host: hosts.0,
                    model: .bareMetal,
                    metric: metric,
                    facts: facts.0,
                    started: timed ? minutes(baseline.count, other: false) : nil,
                    boot: "a"
                )
            ],
            other: [
                Sample.record(
                    other,
                    host: hosts.1,
                    model: .vmPassthrough,
                    metric: metric,
                    facts: facts.1,
                    started: timed ? minutes(other.count, other: true) : nil,
                    boot: "b"
                )
            ],
            options: options
        )
    }

    // MARK: Verdicts

    @Test("a clear difference is an overhead, its opposite is faster, and rates turn the sign")
    func signs() throws {
        let slow = Self.values(8, 1.05, seed: 1)
        let fast = Self.values(8, 1, seed: 2)
        #expect(try Self.single(fast, slow).metrics.first?.verdict == .overhead)
        #expect(try Self.single(slow, fast).metrics.first?.verdict == .faster)
        let rates = try Self.single(slow, fast, metric: Sample.rate)
        let overhead = try #require(rates.metrics.first?.overhead)
        #expect(rates.metrics.first?.verdict == .overhead)
        // Baseline rate over the other's, minus one.
        let expected = zip(slow, fast).map { ($0 / $1) }
        #expect(abs(overhead.estimate - (Moments(expected).mean - 1)) < 1e-4)
        #expect(overhead.low < overhead.estimate && overhead.estimate < overhead.high)
    }

    @Test("equivalence comes before overhead, and says when the difference can be detected")
    func equivalence() throws {
        let same = try Self.single(Self.values(12, 1, seed: 3), Self.values(12, 1, seed: 4))
        #expect(same.metrics.first?.verdict == .equivalent(margin: 0.01, detectable: false))
        let small = try Self.single(Self.values(12, 1, sd: 0.001, seed: 3), Self.values(12, 1.005, sd: 0.001, seed: 4))
        #expect(small.metrics.first?.verdict == .equivalent(margin: 0.01, detectable: true))
        #expect(small.lines.joined().contains("equivalent within 1 %, small but detectable"))
        let strict = try Self.single(Self.values(12, 1, sd: 0.001, seed: 3), Self.values(12, 1.005, sd: 0.001, seed: 4))
        {
            $0.margin = nil
        }
        #expect(strict.metrics.first?.verdict == .overhead)
        #expect(strict.margin == nil)
    }

    @Test("few noisy pairs are inconclusive with the pairs still needed, and that many would do")
    func inconclusive() throws {
        let comparison = try Self.single(Self.values(4, 1, sd: 0.02, seed: 5), Self.values(4, 1.01, sd: 0.02, seed: 6))
        guard case .inconclusive(let more?) = comparison.metrics.first?.verdict else {
            Issue.record("expected inconclusive, got \(String(describing: comparison.metrics.first?.verdict))")
            return
        }
        let sd = 0.02 * 2.0.squareRoot()
        #expect(more >= 1)
        #expect(Double(more) < 30 * 64 * sd * sd / (0.01 * 0.01))
        #expect(comparison.lines.joined().contains("more pair"))
    }

    @Test("one run an arm gives no interval, identical runs none either, and both say why")
    func degenerate() throws {
        let one = try Self.single([1], [1.1])
        #expect(one.metrics.first?.overhead == nil)
        #expect(one.metrics.first?.verdict == .inconclusive(morePairs: nil))
        #expect(one.metrics.first?.validity.map(\.code) == ["too-few"])
        let copies = try Self.single([1, 1, 1], [1.1, 1.1, 1.1])
        #expect(copies.metrics.first?.validity.map(\.code) == ["no-spread"])
        let zeros = try Self.single([1, 0, 1], [1.1, 1.2, 1.1])
        #expect(zeros.metrics.first?.verdict.code == "invalid")
    }

    // MARK: Designs

    @Test("runs that alternate on one host are paired by time, others are not")
    func pairing() throws {
        let (a, b) = (Self.values(6, 1, seed: 7), Self.values(6, 1.02, seed: 8))
        let paired = try Self.single(a, b)
        #expect(paired.design == .paired)
        #expect(paired.metrics.first?.overhead?.method == "paired t on log ratios, 6 pairs")
        let direct = try LogRatio.paired(baseline: a, other: b)
        #expect(abs((paired.metrics.first?.overhead?.estimate ?? 9) - (direct.ratio - 1)) < 1e-12)
        #expect(try Self.single(a, b, timed: false).design == .unpaired)
        let elsewhere = try Self.single(a, b, hosts: ("h1", "h2"))
        #expect(elsewhere.design == .unpaired)
        #expect(elsewhere.hostsConfounded)
    }

    @Test("a common drift does not enter pairs, and all of one arm first is a caution")
    func drift() throws {
        // 3 % over the whole sequence, no true difference.
        func level(_ minutes: [Int]) -> [Double] { minutes.map { 1 + 0.03 * Double($0) / 190 } }
        let abba = try Self.single(level(Self.minutes(10, other: false)), level(Self.minutes(10, other: true)))
        #expect(abs(abba.metrics.first?.overhead?.estimate ?? 9) < 1e-4)
        #expect(abba.metrics.first?.validity.map(\.code) == ["drift"] || abba.metrics.first?.drift == nil)
        let minutes = (0..<20).map { 10 * $0 }
        let first = try Sample.record(
            level(Array(minutes[..<10])),
            host: "h",
            started: Array(minutes[..<10]),
            boot: "a"
        )
        let second = try Sample.record(
            level(Array(minutes[10...])),
            host: "h",
            started: Array(minutes[10...]),
            boot: "b"
        )
        let sequential = try Comparison.compare(baseline: [first], other: [second])
        #expect(sequential.validity.contains { $0.code == "sequential-order" && $0.severity == .caution })
        #expect(abs((sequential.metrics.first?.overhead?.estimate ?? 9) - 0.0157) < 5e-4)
    }

    @Test("the condition 'pair' pairs runs whatever their order, and names what it leaves out")
    func named() throws {
        let baseline = try Sample.record([1, 2, 4], host: "a", pairs: ["x", "y", "z"])
        let other = try Sample.record([4.1, 1.01, 2.03, 7], host: "b", pairs: ["z", "x", "y", "w"])
        let comparison = try Comparison.compare(baseline: [baseline], other: [other])
        #expect(comparison.design == .paired)
        #expect(comparison.metrics.first?.baselineValues == [1, 2, 4])
        #expect(comparison.metrics.first?.otherValues == [1.01, 2.03, 4.1])
        #expect(comparison.hostsConfounded)
        #expect(comparison.validity.contains { $0.code == "pairs-unmatched" })
    }

    @Test("several hosts of its own in each arm: the host is the unit, not its runs")
    func hosts() throws {
        func record(_ prefix: String, _ levels: [Double], seed: UInt64) throws -> Record {
            var hosts: [String: [[Run]]] = [:]
            for (index, level) in levels.enumerated() {
                hosts["\(prefix)\(index)"] = [
                    try Self.values(10, level, sd: 0.0001, seed: seed + UInt64(index)).enumerated().map {
                        try Sample.run("\($0.offset)", [$0.element])
                    }
                ]
            }
            return try Sample.record(hosts: hosts)
        }
        let comparison = try Comparison.compare(
            baseline: [record("a", [1, 1.02, 0.98], seed: 31)],
            other: [record("b", [1.01, 1.03, 0.99], seed: 10)]
        )
        #expect(comparison.unitOfReplication == .host)
        #expect(comparison.metrics.first?.baselineValues.count == 3)
        #expect(!comparison.hostsConfounded)
        // Thirty runs an arm agree to 0.01 %, three hosts do not to 2 %.
        #expect(comparison.metrics.first?.verdict.code == "inconclusive")
        let crossed = try Comparison.compare(
            baseline: [record("h", [1, 1.02, 0.98], seed: 1)],
            other: [record("h", [1.01, 1.0302, 0.9898], seed: 20)]
        )
        #expect(crossed.unitOfReplication == .host)
        #expect(crossed.design == .paired)
        #expect(!crossed.hostsConfounded)
        #expect(abs((crossed.metrics.first?.overhead?.estimate ?? 9) - 0.01) < 2e-4)
    }

    @Test("several boots in each arm of one host: the boot is the unit")
    func boots() throws {
        func record(_ name: String, _ levels: [Double]) throws -> Record {
            let boots = try levels.enumerated().map { index, level in
                Boot(
                    id: "\(name)\(index)",
                    runs: try (0..<5).map { try Sample.run("\($0)", [level * (1 + 1e-4 * Double($0))]) }
                )
            }
            return try Record(Record.Content(metrics: [Sample.stepTime], hosts: [Host(id: "h", boots: boots)]))
        }
        let comparison = try Comparison.compare(
            baseline: [record("a", [1, 1.01, 0.99])],
            other: [record("b", [1.02, 1.03])]
        )
        #expect(comparison.unitOfReplication == .boot)
        #expect(comparison.metrics.first?.overhead?.method == "Welch t on log ratios, 3 and 2 boots")
    }

    // MARK: Gate

    static let gates: [(String, (String, String), ValidityNote.Severity?)] = [
        ("gpu", ("H100", "A100"), .invalid), ("gpu", ("H100", "h100"), nil),
        ("batch_size", ("32", "64"), .invalid), ("driver", ("535.86.10", "550.54.15"), .caution),
        ("power_limit_w", ("700", "700.0"), nil), ("power_limit_w", ("700", "350"), .caution),
        ("sm_clock_mhz", ("1980", "1755"), .caution), ("numa", ("2", "1"), .caution),
        ("iommu", ("off", "translated"), .caution), ("cpu", ("8462Y+", "8480C"), .caution),
        ("container", ("24.01", "24.02"), .caution), ("anything_else", ("a", "b"), .caution),
        ("hypervisor", ("none", "kvm"), .note), ("offered_load_per_s", ("100", "80"), .invalid),
    ]

    @Test("what differs between the arms is named, and some of it makes numbers incomparable", arguments: gates.indices)
    func gate(index: Int) throws {
        let (name, (a, b), severity) = Self.gates[index]
        let comparison = try Self.single(
            Self.values(5, 1, seed: 1),
            Self.values(5, 1.05, seed: 2),
            facts: ([name: a], [name: b])
        )
        let metric = try #require(comparison.metrics.first)
        let code = name.replacing("_", with: "-") + "-differs"
        let notes = (comparison.validity + metric.validity).filter { $0.code == code }
        #expect(notes.map(\.severity).contains { $0 == severity } == (severity != nil))
        #expect(notes.isEmpty == (severity == nil))
        #expect((metric.verdict.code == "invalid") == (severity == .invalid))
        if severity == .invalid { #expect(metric.verdict.reason?.contains("'\(a)'") == true) }
        // The number is shown all the same.
        #expect(metric.overhead != nil)
    }

    @Test("load offered matters to latencies, and is a caution for rates")
    func load() throws {
        let facts = (["offered_load_per_s": "100"], ["offered_load_per_s": "80"])
        let rates = try Self.single(
            Self.values(5, 1.05, seed: 1),
            Self.values(5, 1, seed: 2),
            metric: Sample.rate,
            facts: facts
        )
        #expect(rates.metrics.first?.verdict == .overhead)
        #expect(rates.validity.contains { $0.code == "offered-load-per-s-differs" && $0.severity == .caution })
    }

    @Test("what only one arm knows is a note, and what neither knows is listed")
    func unknown() throws {
        let comparison = try Self.single(
            Self.values(5, 1, seed: 1),
            Self.values(5, 1.05, seed: 2),
            facts: (["gpu": "H100"], [:])
        )
        #expect(comparison.validity.contains { $0.code == "gpu-unknown" && $0.severity == .note })
        let note = comparison.validity.first { $0.code == "facts-unknown" }
        #expect(note?.sentence.contains("driver") == true)
        #expect(comparison.metrics.first?.verdict == .overhead)
    }

    @Test("a condition that varies inside an arm is a caution, one that names each run is not")
    func conditions() throws {
        func record(_ host: String, _ name: String, _ values: [String]) throws -> Record {
            let runs = try values.enumerated().map { index, value in
                try Sample.run("\(index)", [Double(100 + index)], conditions: [name: value])
            }
            return try Sample.record(hosts: [host: [runs]])
        }
        func codes(_ name: String, _ values: [String], _ others: [String]) throws -> [String] {
            try Comparison.compare(baseline: [record("a", name, values)], other: [record("b", name, others)])
                .validity.filter { $0.severity == .caution }.map(\.code)
        }
        let host = "one-host-per-arm"
        #expect(try codes("ranks", ["8", "8", "16", "16"], ["8", "8", "16", "16"]) == ["condition-varies", host])
        #expect(try codes("ranks", ["8", "8"], ["16", "16"]) == ["ranks-differs", host])
        #expect(try codes("job", ["a", "b", "c", "d"], ["e", "f", "g", "h"]) == [host])
        #expect(try codes("rank_count", ["8", "8.0"], ["8", "8"]).contains("rank-count-differs") == false)
    }

    @Test("units that differ are invalid; metrics that differ are an error with both lists")
    func metrics() throws {
        let seconds = try Sample.record([1, 1.1, 1.2], host: "a")
        let millis = try Sample.record(
            [1, 1.1, 1.3],
            host: "b",
            metric: Metric(name: "step_time", unit: "ms", direction: .lower)
        )
        let mixed = try Comparison.compare(baseline: [seconds], other: [millis])
        #expect(mixed.metrics.first?.verdict.code == "invalid")
        #expect(mixed.metrics.first?.overhead == nil)
        let rate = try Sample.record([5, 6], host: "c", metric: Sample.rate)
        let error = #expect(throws: ComparisonError.self) { try Comparison.compare(baseline: [seconds], other: [rate]) }
        #expect(error?.description.contains("'step_time'") == true)
        #expect(error?.description.contains("'throughput'") == true)
    }

    @Test("nothing counts twice")
    func twice() throws {
        let a = try Sample.record([1, 1.1, 1.2], host: "a")
        let same = try Sample.record([1, 1.1, 1.2], host: "a", facts: ["note": "copied"])
        let b = try Sample.record([1, 1.1, 1.3], host: "b")
        #expect(throws: ComparisonError.sameRecord(first: "", second: "")) {
            try Comparison.compare(baseline: [a], other: [a])
        }
        let long = try (1...2).map { copy in
            let run = try Sample.run("1", Self.values(30, 1, seed: 1))
            return try Sample.record(facts: ["copy": "\(copy)"], hosts: ["a": [[run]]])
        }
        #expect(throws: ComparisonError.self) { try Comparison.compare(baseline: long, other: [b]) }
        // One name, one run: so are few equal values in one arm. Across arms they may be a coarse clock's.
        #expect(throws: ComparisonError.self) { try Comparison.compare(baseline: [a, same], other: [b]) }
        #expect(throws: Never.self) { try Comparison.compare(baseline: [a], other: [same]) }
        // What began at another time is another run, whatever a counter of it reads.
        let apart = try [0, 1].map { minute in
            try Sample.record(hosts: ["a": [[try Sample.run("1", [1], started: minute)]]])
        }
        #expect(throws: Never.self) { try Comparison.compare(baseline: apart, other: [b]) }
        // So is one of a job that rounds its steps to one value; with one beginning it is the same.
        let rounded = try [0, 1, 1].enumerated().map { copy, minute in
            let run = try Sample.run("1", Array(repeating: 0.01, count: 30), started: minute)
            return try Sample.record(facts: ["copy": "\(copy)"], hosts: ["a": [[run]]])
        }
        #expect(throws: Never.self) { try Comparison.compare(baseline: [rounded[0]], other: [rounded[1]]) }
        #expect(throws: Never.self) { try Comparison.compare(baseline: [rounded[0], rounded[1]], other: [b]) }
        #expect(throws: ComparisonError.self) {
            try Comparison.compare(baseline: [rounded[1], rounded[2]], other: [b])
        }
        let together = try [0, 1].map { copy in
            let run = try Sample.run("1", [1], started: 0)
            return try Sample.record(facts: ["copy": "\(copy)"], hosts: ["a": [[run]]])
        }
        #expect(throws: ComparisonError.self) { try Comparison.compare(baseline: together, other: [b]) }
        #expect(throws: ComparisonError.noRecords(arm: "other")) { try Comparison.compare(baseline: [a], other: []) }
        #expect(throws: ComparisonError.self) {
            try Comparison.compare(baseline: [a], other: [b], options: Self.options { $0.margin = 1 })
        }
        #expect(throws: ComparisonError.unknownMetric("x", common: ["step_time"])) {
            try Comparison.compare(baseline: [a], other: [b], options: Self.options { $0.metrics = ["x"] })
        }
    }

    static func options(_ change: (inout ComparisonOptions) -> Void) -> ComparisonOptions {
        var options = ComparisonOptions()
        change(&options)
        return options
    }

    // MARK: Control and multiplicity

    @Test("a baseline that differs from itself blocks the verdict")
    func control() throws {
        // Turned AB, BA: the first of the odd pairs and the second of the even ones are slow.
        let slow = Self.values(8, 1, sd: 0.001, seed: 1)
        let drifting = slow.enumerated().map { $0.element * ([0, 3].contains($0.offset % 4) ? 1.03 : 1) }
        let failed = try Self.single(drifting, Self.values(8, 1.05, seed: 2))
        guard case .failed(let low, let high) = failed.control else {
            Issue.record("expected a failed control, got \(failed.control)")
            return
        }
        #expect(low < high && high < 0)
        #expect(failed.metrics.first?.verdict.code == "invalid")
        #expect(failed.metrics.first?.verdict.reason?.contains("A/A control") == true)
        let passed = try Self.single(slow, Self.values(8, 1.05, seed: 2))
        guard case .passed(let effect) = passed.control else {
            Issue.record("expected a passed control, got \(passed.control)")
            return
        }
        #expect(effect > 0.0005 && effect < 0.01)
        #expect(passed.metrics.first?.verdict == .overhead)
    }

    @Test("many metrics are corrected together, confirmatory ones by Holm, others by Benjamini and Hochberg")
    func multiplicity() throws {
        func record(_ host: String, _ shift: Double, seed: UInt64) throws -> Record {
            let metrics = (0..<6).map {
                Metric(name: "m\($0)", unit: "s", direction: .lower, role: $0 % 2 == 0 ? .confirmatory : .exploratory)
            }
            let runs = try (0..<6).map { run in
                Run(
                    id: "\(run)",
                    series: try metrics.enumerated().map { index, metric in
                        let level = index == 0 ? shift : 1
                        let value = Self.values(1, level, seed: seed + UInt64(run * 10 + index))[0]
                        return try Sample.summary([value], metric: metric.name)
                    }
                )
            }
            return try Record(
                Record.Content(metrics: metrics, hosts: [Host(id: host, boots: [Boot(id: "1", runs: runs)])])
            )
        }
        let comparison = try Comparison.compare(
            baseline: [record("a", 1, seed: 100)],
            other: [record("b", 1.05, seed: 900)]
        )
        #expect(comparison.metrics.map(\.name) == ["m0", "m2", "m4", "m1", "m3", "m5"])
        #expect(comparison.metrics.first?.adjustment == "Holm, 3 confirmatory metrics")
        #expect(comparison.metrics.last?.adjustment == "Benjamini-Hochberg, 3 exploratory metrics")
        #expect(comparison.metrics.first?.verdict == .overhead)
        let first = try #require(comparison.metrics.first)
        let raw = try LogRatio.independent(baseline: first.baselineValues, other: first.otherValues).pValue
        #expect(abs((first.adjustedPValue ?? 9) - min(1, 3 * raw)) < 1e-12)
    }

    @Test("a lucky metric among ten is no finding")
    func lucky() throws {
        // One metric's interval just excludes zero; nine are pure noise.
        func record(_ host: String, _ lift: Double) throws -> Record {
            let metrics = (0..<10).map { Metric(name: "m\($0)", unit: "s", direction: .lower) }
            let runs = try (0..<5).map { run in
                Run(
                    id: "\(run)",
                    series: try metrics.enumerated().map { index, metric in
                        let noise = 1 + 0.01 * Double((run * (index + 2) + (lift > 0 && index > 0 ? 1 : 0)) % 5)
                        return try Sample.summary([noise * (index == 0 ? 1 + lift : 1)], metric: metric.name)
                    }
                )
            }
            return try Record(
                Record.Content(metrics: metrics, hosts: [Host(id: host, boots: [Boot(id: "1", runs: runs)])])
            )
        }
        let comparison = try Comparison.compare(baseline: [record("a", 0)], other: [record("b", 0.026)])
        let first = try #require(comparison.metrics.first)
        #expect((first.overhead?.low ?? -1) > 0)
        #expect((first.adjustedPValue ?? 0) > 0.05)
        #expect(first.verdict.code == "inconclusive")
    }

    @Test("from twenty runs an arm a bootstrap stands beside the t-interval and agrees with it")
    func bootstrap() throws {
        func record(_ level: Double, host: String, seed: UInt64) throws -> Record {
            var generator = RandomGenerator(seed: seed)
            let runs = try (0..<20).map { run in
                let center = level * (1 + 0.005 * generator.normal())
                return try Sample.run("\(run)", (0..<30).map { _ in center * (1 + 0.02 * generator.normal()) })
            }
            return try Sample.record(hosts: [host: [runs]])
        }
        var options = ComparisonOptions()
        options.bootstrapDraws = 500
        let comparison = try Comparison.compare(
            baseline: [record(1, host: "a", seed: 1)],
            other: [record(1.03, host: "b", seed: 2)],
            options: options
        )
        let metric = try #require(comparison.metrics.first)
        let (t, b) = (try #require(metric.overhead), try #require(metric.bootstrap))
        #expect(abs(t.estimate - b.estimate) < 1e-3)
        #expect(abs((b.high - b.low) / (t.high - t.low) - 1) < 0.35)
        #expect(b.method.hasPrefix("BCa bootstrap of means over 20 and 20 runs"))
    }

    // MARK: Output

    @Test("the JSON has the documented keys, with shares in percent to four decimals")
    func json() throws {
        let comparison = try PublicTrainingRunTests.compare(
            [3.9156, 3.9172, 3.9337],
            [4.0085, 4.0079, 4.0244],
            Metric(name: "time_to_train", unit: "min", direction: .lower)
        )
        let value = try JSONDocument.parse(text: try comparison.json.pretty(), file: "out")
        let root = try Reader(value, file: "out").mapping()
        #expect(try root.require("design").string() == "unpaired")
        #expect(try root.require("unit_of_replication").string() == "run")
        #expect(try root.require("control").mapping().require("result").string() == "no control")
        let metric = try #require(try root.require("metrics").array().first).mapping()
        #expect(try metric.require("overhead_percent").double() == 2.3312)
        #expect(try metric.require("lost_share_percent").double() == 2.2781)
        #expect(try metric.require("verdict").string() == "these two hosts differ by +2.3 %")
        #expect(try metric.require("verdict_code").string() == "overhead")
        #expect(try metric.require("validity").array().count == comparison.validity.count)
        for key in ["name", "unit", "low_percent", "high_percent", "method"] { _ = try metric.require(key) }
    }

    @Test("the same input gives the same bytes")
    func deterministic() throws {
        let make = {
            try Self.single(
                Self.values(6, 1, seed: 1),
                Self.values(6, 1.02, seed: 2),
                facts: (["b": "1", "a": "2"], ["c": "1"])
            )
        }
        #expect(try make().json.canonical() == make().json.canonical())
        #expect(try make().lines == make().lines)
    }
}
