import Documents
import Estate
import Evidence
import Probability
import Testing

@Suite("What is replicated, and what belongs together, is read from the records rightly")
struct ComparisonDesignTests {
    /// One row of a CSV: host, boot, run, when it began in minutes, its pair and its value; empty texts are left out.
    typealias Row = (host: String, boot: String, run: String, minute: Int?, pair: String, value: Double)

    static func record(
        _ rows: [Row],
        model: DeploymentModel? = nil,
        metric: Metric = Sample.stepTime,
        pairName: String = "pair",
        file: String = "runs.csv"
    ) throws -> Record {
        let columns: [(String, (Row) -> String)] = [
            ("host", \.host), ("boot", \.boot), (pairName, \.pair),
            (
                "started",
                { $0.minute.map { "2026-03-01T\($0 / 600)\($0 / 60 % 10):\($0 / 10 % 6)\($0 % 10):00Z" } ?? "" }
            ),
        ].filter { column in rows.contains { !column.1($0).isEmpty } }
        let header = (["run", "value"] + columns.map(\.0)).joined(separator: ",")
        let lines = rows.map { row in ([row.run, "\(row.value)"] + columns.map { $0.1(row) }).joined(separator: ",") }
        var options = CSVRecordOptions(metric: metric)
        options.declaredModel = model
        let bytes = Array(([header] + lines).joined(separator: "\n").utf8)
        return try CSVRecordParser.record(from: bytes, file: file, options: options).record
    }

    static func codes(_ comparison: Comparison) -> [String] { comparison.validity.map(\.code) }

    // MARK: Boots

    /// Four boots an arm whose labels both arms use, eight runs each, no true difference: 200 comparisons.
    @Test("boots stay the unit where both arms use the same labels, and false findings stay at 5 %")
    func reusedBoots() throws {
        var generator = RandomGenerator(seed: 11)
        var options = ComparisonOptions()
        options.margin = nil
        var findings = 0
        for trial in 0..<200 {
            let arms = try [DeploymentModel.bareMetal, .vmPassthrough].map { model in
                let rows: [Row] = (0..<4).flatMap { boot -> [Row] in
                    let level = 0.005 * generator.normal()
                    return (0..<8).map { run in
                        ("g1", "\(boot)", "r\(run)", nil, "", 1 + level + 0.002 * generator.normal())
                    }
                }
                return try Self.record(rows, model: model, file: "\(trial).csv")
            }
            let comparison = try Comparison.compare(baseline: [arms[0]], other: [arms[1]], options: options)
            #expect(comparison.unitOfReplication == .boot)
            #expect(Self.codes(comparison).contains("boot-labels-reused"))
            let overhead = try #require(comparison.metrics.first?.overhead)
            if overhead.low > 0 || overhead.high < 0 { findings += 1 }
        }
        // 5 % of 200, and three and a half standard deviations.
        #expect(findings <= 21, "\(findings) of 200")
    }

    @Test("boots that nobody named are no boots")
    func unnamedBoots() throws {
        let rows: [Row] = (0..<4).map { ("g1", "", "r\($0)", nil, "", 1 + 0.01 * Double($0 % 3)) }
        let comparison = try Comparison.compare(
            baseline: [Self.record(rows, model: .bareMetal)],
            other: [Self.record(rows.map { ($0.0, "", $0.2, nil, "", $0.5 * 1.02) }, model: .vmPassthrough)]
        )
        #expect(comparison.unitOfReplication == .run)
        #expect(!Self.codes(comparison).contains("boot-labels-reused"))
    }

    @Test(
        "the kernel's identifier in both arms is one boot; a label in both arms may be two",
        arguments: [
            ("0b3f2c1e-9a77-4f0e-8d11-2f6c5e4d3b2a", "boot-shared"), ("1", "boot-labels-reused"),
            ("0b3f2c1e-9a77-4f0e-8d11-2f6c5e4d3b2", "boot-labels-reused"),
            ("0b3f2c1e-9a77-4f0e-8d11-2f6c5e4d3b2x", "boot-labels-reused"),
        ]
    )
    func kernelBoots(boot: String, code: String) throws {
        func arm(_ level: Double) throws -> Record {
            try Self.record((0..<4).map { ("g1", boot, "\(level)\($0)", nil, "", level + 0.01 * Double($0 % 3)) })
        }
        let comparison = try Comparison.compare(baseline: [arm(1)], other: [arm(1.1)])
        #expect(Self.codes(comparison).filter { $0.hasPrefix("boot-") } == [code])
        #expect(!Self.codes(comparison).contains("one-boot-per-arm"))
        let says = comparison.lines.contains { $0.contains("Both arms call a boot") }
        #expect(says == (code == "boot-labels-reused"), "\(comparison.lines)")
    }

    @Test(
        "one boot cannot be bare metal and a virtual machine, and a guest is not bare metal because a study says so",
        arguments: [
            (DeploymentModel.vmPassthrough, [String: String](), true), (.bareMetalMIG, [:], false),
            (.bareMetalMIG, ["hypervisor": "kvm"], true), (.bareMetalMIG, ["hypervisor": "none"], false),
        ]
    )
    func statedModels(model: DeploymentModel, facts: [String: String], isRefused: Bool) throws {
        func arm(_ level: Double) throws -> Record {
            let runs = try (0..<4).map { run in
                try Sample.run("\(level)\(run)", [level + 0.01 * Double(run % 3)], metric: ComparisonGateTests.latency)
            }
            let boot = Boot(id: "0b3f2c1e-9a77-4f0e-8d11-2f6c5e4d3b2a", runs: runs)
            let host = Host(
                id: "g1",
                facts: facts.map { HostFact(name: $0.key, value: $0.value, evidence: "cpuid") },
                boots: [boot]
            )
            return try Record(.init(metrics: [ComparisonGateTests.latency], hosts: [host]))
        }
        var options = ComparisonOptions()
        let silent = try Comparison.compare(baseline: [arm(1)], other: [arm(1.1)], options: options)
        #expect(!silent.validity.contains { $0.severity == .invalid })
        options.stated = (.bareMetal, model)
        let stated = try Comparison.compare(baseline: [arm(1)], other: [arm(1.1)], options: options)
        let invalid = stated.validity.filter { $0.severity == .invalid }.map(\.code)
        #expect(!invalid.isEmpty == isRefused, "\(stated.validity)")
        #expect(Set(invalid).isSubset(of: facts.isEmpty ? ["boot-shared"] : ["model-disproved"]))
        #expect(stated.metrics.allSatisfy { ($0.verdict.code == "invalid") == isRefused })
    }

    @Test("no share of the hours billed is below -100 %", arguments: [(0.6, true), (0.003, false)])
    func lostShare(factor: Double, isShown: Bool) throws {
        func arm(_ level: Double, _ name: String) throws -> Record {
            try Self.record((0..<4).map { ("g1", name, "\($0)", nil, "", level * (1 + 0.01 * Double($0 % 3))) })
        }
        let comparison = try Comparison.compare(baseline: [arm(1, "a")], other: [arm(factor, "b")])
        let row = try #require(comparison.lines.first { $0.contains(", mean") })
        #expect(row.split(separator: "%").count - 1 == (isShown ? 2 : 1), "\(row)")
    }

    // MARK: Hosts

    @Test("files that name no host are of one unknown host an arm, which is confounded with the arm")
    func unknownHosts() throws {
        func arm(_ name: String, _ level: Double) throws -> [Record] {
            try (0..<4).map { index in
                try Self.record(
                    [("", "", "r", nil, "", level * (1 + 0.001 * Double(index * index)))],
                    file: "\(name)\(index).csv"
                )
            }
        }
        let comparison = try Comparison.compare(baseline: arm("x", 1), other: arm("y", 1.03))
        #expect(comparison.unitOfReplication == .run)
        #expect(comparison.hostsConfounded)
        #expect(comparison.baseline.hosts == 1 && comparison.baseline.runs == 4)
        #expect(Self.codes(comparison).contains("host-unknown"))
        #expect(comparison.lines.joined().contains("these two hosts differ by +3.0 %"))
    }

    static func crossed(hosts: Int, timed: Bool, _ generator: inout RandomGenerator) throws -> ([Record], [Record]) {
        var arms: [[Row]] = [[], []]
        for host in 0..<hosts {
            let level = 0.02 * generator.normal()
            let interaction = 0.01 * generator.normal()
            for run in 0..<4 {
                for arm in 0...1 {
                    let minute = 20 * run + 10 * ((arm + run) % 2)
                    let value = 1 + level + Double(arm) * interaction + 0.003 * generator.normal()
                    arms[arm].append(("g\(host)", "", "\(arm)\(run)", timed ? minute : nil, "", value))
                }
            }
        }
        return ([try record(arms[0])], [try record(arms[1])])
    }

    @Test("hosts crossed over are the unit, timed or not, and false findings stay at 5 %", arguments: [true, false])
    func crossedHosts(timed: Bool) throws {
        var generator = RandomGenerator(seed: 5)
        var findings = 0
        for _ in 0..<200 {
            let (baseline, other) = try Self.crossed(hosts: 3, timed: timed, &generator)
            let comparison = try Comparison.compare(baseline: baseline, other: other)
            #expect(comparison.unitOfReplication == .host)
            #expect(comparison.design == .paired)
            let overhead = try #require(comparison.metrics.first?.overhead)
            if overhead.low > 0 || overhead.high < 0 { findings += 1 }
        }
        #expect(findings <= 21, "\(findings) of 200")
    }

    @Test("two hosts keep the interval over hosts, say that it is wide, and give that over runs beside it")
    func twoHosts() throws {
        var generator = RandomGenerator(seed: 6)
        for timed in [true, false] {
            let (baseline, other) = try Self.crossed(hosts: 2, timed: timed, &generator)
            let metric = try #require(try Comparison.compare(baseline: baseline, other: other).metrics.first)
            #expect(metric.overhead?.method == "paired t on log ratios, 2 pairs")
            let note = try #require(metric.validity.first { $0.code == "two-hosts" })
            #expect(note.sentence.contains("12.7 standard errors"))
            #expect(note.sentence.contains("Over runs it is"))
        }
    }

    @Test("hosts in one arm only are left out, and said")
    func partlyShared() throws {
        func rows(_ hosts: [String], _ arm: String) -> [Row] {
            hosts.flatMap { host in
                (0..<4).map { (host, "", "\(arm)\($0)", nil, "", (host == "g1" ? 1 : 1.04) + 0.001 * Double($0)) }
            }
        }
        let comparison = try Comparison.compare(
            baseline: [Self.record(rows(["g1"], "a"))],
            other: [Self.record(rows(["g1", "g2", "g3"], "b"))]
        )
        // The slower hosts are no overhead.
        #expect(abs(comparison.metrics.first?.overhead?.estimate ?? 9) < 1e-9)
        #expect(comparison.metrics.first?.otherValues.count == 4)
        let note = try #require(comparison.validity.first { $0.code == "hosts-partly-shared" })
        #expect(note.severity == .caution && note.sentence.contains("2 hosts with 8 runs of the other arm"))
    }

    @Test("the control holds a host against itself, not against the next, which may be slower")
    func control() throws {
        var generator = RandomGenerator(seed: 8)
        var arms: [[Row]] = [[], []]
        for (place, host) in ["g1", "g2", "g2", "g1", "g1", "g2", "g2", "g1", "g1", "g2", "g2", "g1"].enumerated() {
            for half in 0...1 {
                let arm = (place + half) % 2
                let level = (host == "g2" ? 1.03 : 1) * (arm == 1 ? 1.02 : 1)
                arms[arm].append(
                    (host, "", "\(place)", 10 * place + 5 * half, "", level * (1 + 0.002 * generator.normal()))
                )
            }
        }
        let comparison = try Comparison.compare(baseline: [Self.record(arms[0])], other: [Self.record(arms[1])])
        guard case .passed(let effect) = comparison.control else {
            Issue.record("expected a passed control, got \(comparison.control)")
            return
        }
        #expect(effect < 0.015)
        #expect(comparison.controlUnit == .run)
    }

    @Test("an order in a file is not one in time: no drift without 'started'")
    func untimedDrift() throws {
        let rising: [Row] = (0..<8).map { ("g1", "", "r\($0)", nil, "", 1 + 0.01 * Double($0)) }
        func compare(_ minute: (Int) -> Int?) throws -> Comparison {
            try Comparison.compare(
                baseline: [Self.record(rising.enumerated().map { ("g1", "", $1.run, minute($0), "", $1.value) })],
                other: [Self.record(rising.map { ("g1", "", "o" + $0.run, nil, "", $0.value * 1.05 + 0.001) })]
            )
        }
        #expect(try compare { _ in nil }.metrics.first?.drift == nil)
        let drift = try #require(try compare { 10 * $0 }.metrics.first?.drift)
        #expect(abs(drift.estimate - 0.07) < 0.001)
    }

    // MARK: Pairs

    @Test("pair labels are those of a host, in any case, and a unit without one is left out, not the pairing")
    func labels() throws {
        for name in ["pair", "Pair", "BLOCK"] {
            let a: [Row] = (0..<5).map { ("g1", "", "a\($0)", nil, "\($0)", 1 + 0.1 * Double($0)) }
            var b: [Row] = a.map { ("g1", "", "b" + $0.run, nil, $0.pair, $0.value * (1.02 + 0.01 * ($0.value - 1))) }
            b[4].pair = ""
            let comparison = try Comparison.compare(
                baseline: [Self.record(a, pairName: name)],
                other: [Self.record(b, pairName: name)]
            )
            #expect(comparison.design == .paired)
            #expect(comparison.metrics.first?.baselineValues.count == 4)
            let note = comparison.validity.first { $0.code == "pairs-unmatched" }
            #expect(note?.severity == .caution && note?.sentence.hasPrefix("2 of the runs") == true)
        }
    }

    @Test("labels that join nothing are said rather than ignored")
    func unusableLabels() throws {
        let a: [Row] = (0..<4).map { ("g1", "", "a\($0)", nil, "x\($0)", 1 + 0.01 * Double($0)) }
        let b: [Row] = (0..<4).map { ("g1", "", "b\($0)", nil, "y\($0)", 1.02 + 0.011 * Double($0)) }
        let comparison = try Comparison.compare(baseline: [Self.record(a)], other: [Self.record(b)])
        #expect(comparison.design == .unpaired)
        #expect(Self.codes(comparison).contains("pairs-unusable"))
    }

    @Test("several runs under one label are a block, and blocks are paired")
    func blocks() throws {
        func rows(_ arm: String, _ factor: Double) -> [Row] {
            (0..<6).map { run -> Row in
                let value = factor * (1 + 0.1 * Double(run / 2) + 0.01 * Double(run % 2))
                return ("g1", "", "\(arm)\(run)", nil, "\(run / 2)", value)
            }
        }
        var other = rows("b", 1.02)
        other[0].value *= 1.001
        let comparison = try Comparison.compare(baseline: [Self.record(rows("a", 1))], other: [Self.record(other)])
        #expect(comparison.metrics.first?.overhead?.method == "paired t on log ratios, 3 pairs")
        #expect(abs((comparison.metrics.first?.overhead?.estimate ?? 9) - 0.02) < 5e-4)
    }

    @Test("ABBA with a failed run stays paired by time; one arm after the other does not become it")
    func failedRun() throws {
        func rows(_ minutes: [Int], _ factor: Double) -> [Row] {
            minutes.map { minute -> Row in
                let value = factor * (1 + 0.03 * Double(minute / 2 % 3) + 0.0001 * Double(minute))
                return ("g1", "", "\(minute)", minute * 10, "", value)
            }
        }
        let (a, b) = ([0, 3, 4, 7, 8, 11], [1, 2, 5, 6, 9])
        let comparison = try Comparison.compare(
            baseline: [Self.record(rows(a, 1))],
            other: [Self.record(rows(b, 1.02))]
        )
        #expect(comparison.design == .paired)
        #expect(comparison.metrics.first?.baselineValues.count == 5)
        #expect(Self.codes(comparison).contains("pairs-unmatched"))
        let apart = try Comparison.compare(
            baseline: [Self.record(rows([0, 1, 2, 3], 1))],
            other: [Self.record(rows([4, 5, 6, 7], 1.02))]
        )
        #expect(apart.design == .unpaired)
        #expect(Self.codes(apart).contains("sequential-order"))
    }

    // MARK: Metrics

    @Test("two metrics in records of their own are two metrics of the same runs")
    func metricsApart() throws {
        let lat = Metric(name: "lat", unit: "ms", direction: .lower)
        func rows(_ arm: String, _ factor: Double) -> [Row] {
            (0..<6).map { index in
                let noise = 1 + 0.05 * Double(index * 7 % 5)
                let small = 1 + 0.001 * Double(index * 3 % 4) * (factor - 1) / 0.02
                return ("g1", "", "\(arm)\(index)", 20 * index + (arm == "b" ? 10 : 0), "", factor * noise * small)
            }
        }
        func arm(_ arm: String, _ factor: Double) throws -> [Record] {
            [try Self.record(rows(arm, factor)), try Self.record(rows(arm, 3 * factor), metric: lat)]
        }
        let both = try Comparison.compare(baseline: arm("a", 1), other: arm("b", 1.02))
        let one = try Comparison.compare(baseline: [arm("a", 1)[0]], other: [arm("b", 1.02)[0]])
        #expect(both.design == .paired)
        #expect(both.baseline.runs == 6)
        #expect(both.metrics.map(\.name) == ["step_time", "lat"])
        #expect(both.metrics.first?.overhead == one.metrics.first?.overhead)
        #expect(both.metrics.allSatisfy { $0.baselineValues.count == 6 && $0.validity.isEmpty })
    }
}
