import Evidence
import Probability
import Testing

@Suite struct EquivalenceTests {
    /// Pairs whose log ratios have exactly this mean and standard deviation.
    static func ratio(mean: Double, sd: Double, pairs: Int) throws -> LogRatio {
        let raw = (0..<pairs).map { Normal.quantile((Double($0) + 0.5) / Double(pairs)) }
        let scale = sd / Moments(raw).standardDeviation
        // exp by repeated inversion is not needed: differences this small go through a series to full precision.
        let other = raw.map { exponential(mean + $0 * scale) }
        return try LogRatio.paired(baseline: [Double](repeating: 1, count: pairs), other: other)
    }

    static func exponential(_ x: Double) -> Double {
        var sum = 1.0
        var term = 1.0
        for n in 1..<30 {
            term *= x / Double(n)
            sum += term
        }
        return sum
    }

    @Test("the p-value is the larger of two one-sided ones: scipy 1.17.1 t.sf")
    func pValue() throws {
        let ratio = try LogRatio.paired(baseline: LogRatioTests.baseline, other: LogRatioTests.other)
        #expect(abs(try Equivalence.pValue(ratio, margin: 0.1) - 0.0033696658801542186) < 1e-12)
    }

    @Test("equivalence is the 90 % interval inside the margin, and p below 0.05", arguments: 1...30)
    func duality(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        let ratio = try Self.ratio(
            mean: 0.004 * generator.normal(),
            sd: 0.002 + 0.01 * generator.uniform(),
            pairs: 3 + generator.index(below: 9)
        )
        let holds = try Equivalence.holds(ratio, margin: 0.01)
        #expect(holds == (try Equivalence.pValue(ratio, margin: 0.01) < 0.05))
        #expect(holds == (try Equivalence.holds(ratio.interval(level: 0.9), margin: 0.01)))
    }

    @Test("a wide interval about no difference is not equivalence")
    func absenceOfEvidence() throws {
        let ratio = try Self.ratio(mean: 0, sd: 0.05, pairs: 4)
        #expect(ratio.pValue > 0.9)
        #expect(!(try Equivalence.holds(ratio, margin: 0.01)))
        // The 95 % interval may exclude 1 while the difference is still within the margin.
        let small = try Self.ratio(mean: 0.003, sd: 0.002, pairs: 12)
        #expect(small.pValue < 0.05)
        #expect(try Equivalence.holds(small, margin: 0.01))
    }

    @Test(
        "pairs needed for 80 % power at no difference: the published table",
        arguments: [
            (0.003, 0.01, 3), (0.005, 0.01, 4), (0.01, 0.01, 11), (0.01, 0.02, 4), (0.02, 0.01, 36), (0.02, 0.02, 11),
        ]
    )
    func pairs(sd: Double, margin: Double, need: Int) throws {
        #expect(try Power.pairsNeeded(sd: sd, margin: margin) == need)
    }

    @Test(
        "with the pairs needed, equivalence is shown in about four of five simulated comparisons",
        arguments: [0.01, 0.02]
    )
    func power(sd: Double) throws {
        let need = try #require(try Power.pairsNeeded(sd: sd, margin: 0.01))
        var generator = RandomGenerator(seed: 12)
        let repetitions = 1_500
        var shown = 0
        for _ in 0..<repetitions {
            let baseline = [Double](repeating: 1, count: need)
            let other = baseline.map { _ in Self.exponential(sd * generator.normal()) }
            if try Equivalence.holds(LogRatio.paired(baseline: baseline, other: other), margin: 0.01) { shown += 1 }
        }
        #expect((0.75...0.88).contains(Double(shown) / Double(repetitions)))
    }

    @Test("an effect of the detectable size is found in about four of five simulated comparisons", arguments: [5, 12])
    func detectable(pairs: Int) throws {
        let sd = 0.01
        let planned = try Self.ratio(mean: 0, sd: sd, pairs: pairs)
        let effect = Power.minimumDetectableEffect(planned)
        var generator = RandomGenerator(seed: 13)
        let repetitions = 1_500
        var found = 0
        for _ in 0..<repetitions {
            let baseline = [Double](repeating: 1, count: pairs)
            let other = baseline.map { _ in (1 + effect) * Self.exponential(sd * generator.normal()) }
            if try LogRatio.paired(baseline: baseline, other: other).pValue < 0.05 { found += 1 }
        }
        #expect((0.75...0.86).contains(Double(found) / Double(repetitions)))
    }

    @Test("more pairs: never none, fewer when more are there, none named when no number would do")
    func morePairs() throws {
        let few = try #require(try Power.morePairs(Self.ratio(mean: 0.004, sd: 0.01, pairs: 5), margin: 0.01))
        let more = try #require(try Power.morePairs(Self.ratio(mean: 0.004, sd: 0.01, pairs: 15), margin: 0.01))
        #expect(few - more == 10)
        let plain = try #require(try Power.morePairs(Self.ratio(mean: 0.004, sd: 0.01, pairs: 5), margin: nil))
        #expect(plain >= few)
        #expect(try Power.morePairs(Self.ratio(mean: 1e-9, sd: 0.05, pairs: 5), margin: nil) == nil)
        #expect(try #require(try Power.morePairs(Self.ratio(mean: 0.4, sd: 0.01, pairs: 5), margin: nil)) == 1)
    }

    @Test("margins outside 0 to 1 are refused", arguments: [0, 1, -0.1, 2, Double.nan])
    func margin(value: Double) {
        #expect(throws: StatisticsError.self) { try Equivalence.bounds(margin: value) }
        #expect(throws: StatisticsError.self) { try Power.pairsNeeded(sd: 0.01, margin: value) }
    }

    @Test("nonsense spreads need no number of pairs")
    func spreads() throws {
        #expect(try Power.pairsNeeded(sd: .nan, margin: 0.01) == nil)
        #expect(try Power.pairsNeeded(sd: .infinity, margin: 0.01) == nil)
        #expect(try Power.pairsNeeded(sd: 0, margin: 0.01) == 2)
        #expect(try Power.pairsNeeded(sd: 0.01, margin: 0.01, effect: 0.02) == nil)
        #expect(try Power.pairsToDetect(effect: 0, sd: 0.01) == nil)
        #expect(throws: StatisticsError.self) { try Power.pairsToDetect(effect: 1, sd: 1, power: 1) }
    }
}
