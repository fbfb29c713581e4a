import Evidence
import Probability
import Testing

@Suite struct DriftTests {
    static let values = [1.0, 1.01, 1.005, 1.02, 1.018, 1.03]

    @Test(
        "slope over order or time with its interval: scipy 1.17.1 linregress on logs",
        arguments: [
            (nil, [1.0269683604063293, 1.0111222469147756, 1.0430628111425173]),
            ([0, 1, 2, 5, 6, 9], [1.0274684330881707, 1.0156797575777838, 1.0393939360476157]),
        ] as [([Double]?, [Double])]
    )
    func known(times: [Double]?, expected: [Double]) throws {
        let drift = try Drift.estimate(Self.values, times: times)
        for (found, wanted) in zip([drift.estimate, drift.low, drift.high], expected) {
            #expect(abs(found - wanted) < 1e-12)
        }
    }

    @Test("too few runs, one time for all, no residual and wrong values are refused")
    func refused() {
        #expect(throws: StatisticsError.tooFew(unit: "runs in order", have: 2, need: 3)) { try Drift.estimate([1, 2]) }
        #expect(throws: StatisticsError.self) { try Drift.estimate([1, 2, 3], times: [5, 5, 5]) }
        #expect(throws: StatisticsError.self) { try Drift.estimate([1, 2, 3], times: [1, 2]) }
        #expect(throws: StatisticsError.self) { try Drift.estimate([1, 2, 3], times: [1, 2, .nan]) }
        #expect(throws: StatisticsError.self) { try Drift.estimate([1, 2, 4, 8]) }
        #expect(throws: StatisticsError.self) { try Drift.estimate([1, 2, -4, 8]) }
    }

    @Test("a null drift is excluded in about 5 % of cases")
    func calibration() throws {
        var generator = RandomGenerator(seed: 14)
        var excluded = 0
        for _ in 0..<2_000 where !(try Drift.estimate((0..<6).map { _ in 1 + 0.01 * generator.normal() }).contains(1)) {
            excluded += 1
        }
        #expect((70...130).contains(excluded))
    }
}

@Suite struct RunOrderTests {
    static func order(_ letters: String) throws -> RunOrder { try RunOrder(isOther: letters.map { $0 == "B" }) }

    @Test(
        "designs are named and their leak of a linear drift is exact",
        arguments: [
            ("AAAAAAAAAABBBBBBBBBB", .sequential, 10.0 / 19), ("ABABABABABABABABABAB", .alternating, 1.0 / 19),
            ("ABBAABBAABBAABBAABBA", .mirrored, 0), ("ABBABAAB", .mirrored, 0), ("BAAB", .mirrored, 0),
            ("BBAA", .sequential, -2.0 / 3), ("AB", .sequential, 1), ("ABBBA", .mixed, 0),
            ("ABBAB", .mixed, 0.25 / 1.2),
        ] as [(String, RunOrder.Pattern, Double)]
    )
    func designs(letters: String, pattern: RunOrder.Pattern, leak: Double) throws {
        let order = try Self.order(letters)
        #expect(order.pattern == pattern)
        #expect(abs(order.driftLeak - leak) < 1e-14)
    }

    @Test("with 3 % drift and no difference, sequential arms show 1.57 %, alternating 0.16 %, mirrored nothing")
    func bias() throws {
        for (letters, bias) in [
            ("AAAAAAAAAABBBBBBBBBB", 0.0157), ("ABABABABABABABABABAB", 0.0016), ("ABBAABBAABBAABBAABBA", 0.0),
        ] {
            var arms: (a: [Double], b: [Double]) = ([], [])
            for (place, letter) in letters.enumerated() {
                let value = 1 + 0.03 * Double(place) / 19 + 1e-6 * Double(place % 3)
                if letter == "A" { arms.a.append(value) } else { arms.b.append(value) }
            }
            let ratio = try LogRatio.independent(baseline: arms.a, other: arms.b).ratio
            #expect(abs(ratio - 1 - bias) < 1e-4)
        }
    }

    @Test("an arm without runs is refused")
    func refused() {
        for letters in ["", "A", "AAA", "B", "BB"] {
            #expect(throws: StatisticsError.self) { try Self.order(letters) }
        }
    }

    @Test("control pairs turn every other pair round, so a linear drift cancels")
    func control() throws {
        let pairs = try RunOrder.controlPairs([1, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(pairs.baseline == [1, 4, 5, 8])
        #expect(pairs.other == [2, 3, 6, 7])
        #expect(throws: StatisticsError.tooFew(unit: "runs for a control", have: 3, need: 4)) {
            try RunOrder.controlPairs([1, 2, 3])
        }
    }
}

@Suite struct AutocorrelationTests {
    /// A series in which each value keeps a share rho of the one before.
    static func series(_ rho: Double, _ count: Int, seed: UInt64) -> [Double] {
        var generator = RandomGenerator(seed: seed)
        let fresh = (1 - rho * rho).squareRoot()
        var value = generator.normal()
        return (0..<count).map { _ in
            value = rho * value + fresh * generator.normal()
            return 10 + value
        }
    }

    @Test("it finds the dependence that is there", arguments: [-0.5, 0, 0.3, 0.9])
    func estimate(rho: Double) throws {
        let found = try #require(Autocorrelation.lagOne(Self.series(rho, 5_000, seed: 15)))
        #expect(abs(found - rho) < 0.05)
        #expect(Autocorrelation.isNegligible(found, count: 5_000) == (rho == 0))
    }

    @Test("known by hand: 1 2 3 4 has 0.25; a sawtooth is negative; constants and pairs have none")
    func known() throws {
        #expect(abs(try #require(Autocorrelation.lagOne([1, 2, 3, 4])) - 0.25) < 1e-15)
        #expect(try #require(Autocorrelation.lagOne([0, 1, 0, 1, 0, 1])) < -0.8)
        #expect(Autocorrelation.lagOne([5, 5, 5]) == nil)
        #expect(Autocorrelation.lagOne([1, 2]) == nil)
        #expect(Autocorrelation.lagOne([1, .infinity, 2]) == nil)
    }

    @Test("dependent samples count for fewer: the variance of their mean says how many")
    func effective() {
        #expect(Autocorrelation.effectiveCount(1000, lagOne: 0.5) == 333)
        #expect(Autocorrelation.effectiveCount(1000, lagOne: 0.01) == 1000)
        #expect(Autocorrelation.effectiveCount(1000, lagOne: -0.9) == 1000)
        #expect(Autocorrelation.effectiveCount(1000, lagOne: 1) == 1)
        #expect(Autocorrelation.effectiveCount(0, lagOne: 0.5) == 0)
        #expect(Autocorrelation.effectiveCount(.max, lagOne: 1e-6) > 0)
        let count = 400
        let means = Moments((0..<400).map { Moments(Self.series(0.6, count, seed: 100 + UInt64($0))).mean })
        // Values have variance 1, so the variance of a mean is one over the effective number.
        let worth = Double(Autocorrelation.effectiveCount(count, lagOne: 0.6))
        #expect(abs(means.variance * worth - 1) < 0.25)
    }
}

@Suite struct MultiplicityTests {
    @Test("Holm by hand, in the order given")
    func holm() {
        // Sorted 0.005 0.01 0.03 0.04: times 4, 3, 2, 1, then never below an earlier one.
        let adjusted = Multiplicity.holm([0.01, 0.04, 0.03, 0.005])
        for (found, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(abs(found - expected) < 1e-15) }
        #expect(Multiplicity.holm([0.6, 0.7]) == [1, 1])
    }

    @Test("Benjamini and Hochberg: scipy 1.17.1 false_discovery_control")
    func benjaminiHochberg() {
        let adjusted = Multiplicity.benjaminiHochberg([0.01, 0.04, 0.03, 0.005, 0.5])
        for (found, expected) in zip(adjusted, [0.025, 0.05, 0.05, 0.025, 0.5]) {
            #expect(abs(found - expected) < 1e-15)
        }
    }

    @Test("one metric needs no adjustment, none gives none, NaN counts as 1")
    func edges() {
        for adjust in [Multiplicity.holm, Multiplicity.benjaminiHochberg] {
            #expect(adjust([]).isEmpty)
            #expect(adjust([0.03]) == [0.03])
            #expect(adjust([.nan, 0.001, 7]) == [1, adjust([1, 0.001, 1])[1], 1])
        }
    }

    @Test("with ten true nulls, Holm finds something in at most about 5 % of families")
    func family() {
        var generator = RandomGenerator(seed: 16)
        var families = 0
        for _ in 0..<2_000 {
            let adjusted = Multiplicity.holm((0..<10).map { _ in generator.uniform() })
            if adjusted.contains(where: { $0 < 0.05 }) { families += 1 }
        }
        #expect((65...135).contains(families))
    }
}
