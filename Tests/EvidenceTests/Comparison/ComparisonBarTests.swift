import Documents
import Evidence
import Testing

@Suite("A bar is missed, open or kept, and what says nothing does not keep it")
struct ComparisonBarTests {
    static func values(_ level: Double, spread: Double = 0.001) -> [Double] {
        (0..<6).map { level * (1 + spread * Double($0 * 7 % 5 - 2)) }
    }

    static func check(_ a: [Double], _ b: [Double], bar: Double, margin: Double? = 0.01) throws -> BarCheck {
        try ComparisonTests.single(a, b, timed: false) { $0.margin = margin }.held(against: bar)
    }

    @Test("above the bar is missed, also where it is equivalent within a wider margin")
    func above() throws {
        let overhead = try Self.check(Self.values(1), Self.values(1.05), bar: 0.02)
        #expect(overhead.missed == ["step_time: overhead 5.0 % is above 2.0 %"])
        let equivalent = try Self.check(Self.values(1), Self.values(1.05), bar: 0.02, margin: 0.1)
        #expect(
            equivalent.missed == [
                "step_time: overhead 5.0 % is above 2.0 % (equivalent within 10 %, small but detectable)"
            ]
        )
        #expect(try Self.check(Self.values(1), Self.values(1.05), bar: 0.06).isKept)
        #expect(try Self.check(Self.values(1.05), Self.values(1), bar: 0.02).isKept)
    }

    @Test("inconclusive above the bar is open, no interval and no verdict are missed")
    func open() throws {
        let noisy = try Self.check(Self.values(1, spread: 0.03), Self.values(1.02, spread: 0.04), bar: 0.02)
        #expect(noisy.missed.isEmpty && noisy.open.count == 1)
        for (a, b) in [([1.0], [1.05]), ([100.0, 100, 100], [80.0, 80, 80]), ([1.0, 0, 1], [1.0, 2, 3])] {
            let check = try Self.check(a, b, bar: 0.2)
            #expect(check.missed.count == 1 && check.missed[0].contains("cannot be checked"))
        }
    }

    @Test("one run, and runs without spread, show their estimate and no interval")
    func estimateOnly() throws {
        for (a, b) in [([100.0], [80.0]), ([100.0, 100, 100], [80.0, 80, 80])] {
            let comparison = try ComparisonTests.single(a, b, metric: Sample.rate, timed: false)
            let metric = try #require(comparison.metrics.first)
            #expect(abs((metric.estimateOnly ?? 9) - 0.25) < 1e-12)
            let fields = try Reader(JSONDocument.parse(text: comparison.json.pretty(), file: "out"), file: "out")
                .mapping().require("metrics").array()[0].mapping()
            #expect(try fields.require("overhead_percent").double() == 25)
            #expect(!fields.has("low_percent") && !fields.has("high_percent") && fields.has("descriptive"))
            #expect(comparison.lines.joined().contains("+25.0 %"))
            #expect(metric.verdict.code == "inconclusive")
        }
    }

    @Test("a quantile of too few samples is no verdict, however large the difference", arguments: [0.99, 0.999])
    func tooFew(quantile: Double) throws {
        func record(_ level: Double, _ boot: String) throws -> Record {
            let runs = try (0..<5).map { run in
                let samples = (0..<8).map { step -> Double in
                    level + level * 0.002 * Double((step * 3 + run) % 7 + run % 3)
                }
                return try Sample.run("\(run)", samples)
            }
            return try Sample.record(hosts: ["g1": [runs]], file: boot)
        }
        var options = ComparisonOptions()
        options.statistic = .quantile(quantile)
        let comparison = try Comparison.compare(
            baseline: [record(1, "a")],
            other: [record(1.05, "b")],
            options: options
        )
        let metric = try #require(comparison.metrics.first)
        #expect(metric.verdict == .inconclusive(morePairs: nil))
        #expect(metric.descriptiveBecause?.hasPrefix("too few: ") == true)
        let check = comparison.held(against: 0.01)
        #expect(check.missed.count == 1 && check.missed[0].contains("cannot be checked"))
    }

    // MARK: Words

    @Test("the tail of a rate is its low end")
    func tails() throws {
        func record(_ level: Double, _ metric: Metric) throws -> Record {
            let runs = try (0..<4).map { run in
                let samples = (0..<400).map { step -> Double in level + Double((step * 37) % 101 + run) }
                return try Sample.run("\(run)", samples, metric: metric)
            }
            return try Sample.record(metrics: [metric], hosts: ["g1": [runs]])
        }
        func tail(_ metric: Metric) throws -> SecondaryEffect? {
            try Comparison.compare(baseline: [record(1000, metric)], other: [record(900, metric)]).metrics.first?
                .secondary
                .last
        }
        #expect(try tail(Sample.stepTime)?.statistic.description == "p99")
        let rate = try #require(try tail(Sample.rate))
        #expect(rate.statistic.description == "p1")
        #expect(abs((rate.effect?.estimate ?? 9) - 0.111) < 0.002)
    }

    @Test("small overheads keep two digits")
    func small() throws {
        let comparison = try ComparisonTests.single(
            Self.values(1, spread: 1e-6),
            Self.values(1.0002, spread: 1.1e-6),
            timed: false
        )
        let text = comparison.lines.joined(separator: "\n")
        #expect(text.contains("+0.020 %"), "\(text)")
        #expect(!text.contains("[0.0, 0.0]"))
    }

    @Test("a correction that takes a finding away is named, and more pairs are counted at its level")
    func correction() throws {
        func record(_ metrics: Int, _ lift: Double, _ arm: String) throws -> Record {
            let list = (0..<metrics).map { Metric(name: "m\($0)", unit: "s", direction: .lower) }
            let runs = try (0..<6).map { run in
                Run(
                    id: "\(arm)\(run)",
                    series: try list.enumerated().map { index, metric in
                        let noise = 0.01 * Double(run * (index + 2) % 7)
                        return try Sample.summary(
                            [(1 + noise) * (index == 0 ? 1 + lift : 1 + 1e-5)],
                            metric: metric.name
                        )
                    }
                )
            }
            return try Sample.record(metrics: list, hosts: ["g1": [runs]])
        }
        func first(_ metrics: Int) throws -> MetricComparison {
            var options = ComparisonOptions()
            options.margin = nil
            let comparison = try Comparison.compare(
                baseline: [record(metrics, 0, "a")],
                other: [record(metrics, 0.032, "b")],
                options: options
            )
            return try #require(comparison.metrics.first)
        }
        let alone = try first(1)
        #expect(alone.verdict == .overhead)
        let among = try first(5)
        #expect(among.overhead == alone.overhead)
        guard case .inconclusive(let more?) = among.verdict else {
            Issue.record("expected more pairs, got \(among.verdict)")
            return
        }
        // At 5 % about as many as there are would do.
        #expect(more > 2)
        let note = try #require(among.validity.first { $0.code == "corrected" })
        #expect(note.sentence.contains("Holm, 5 confirmatory metrics"))
    }
}
