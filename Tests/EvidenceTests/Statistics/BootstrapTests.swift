import Evidence
import Probability
import Testing

@Suite struct BootstrapTests {
    /// Runs of normal steps about a run level, as a share of `level`.
    static func arm(
        _ level: Double,
        runs: Int,
        steps: Int,
        rho: Double = 0,
        _ generator: inout RandomGenerator
    ) -> [[Double]] {
        (0..<runs).map { _ in
            let center = 1 + 0.005 * generator.normal()
            var noise = generator.normal()
            let fresh = (1 - rho * rho).squareRoot()
            return (0..<steps).map { _ in
                noise = rho * noise + fresh * generator.normal()
                return level * (center + 0.02 * noise)
            }
        }
    }

    @Test("over many runs it agrees with the t-interval", arguments: [true, false])
    func agreement(matched: Bool) throws {
        var generator = RandomGenerator(seed: 17)
        let baseline = Self.arm(1, runs: 30, steps: 50, &generator)
        let other = Self.arm(1.03, runs: 30, steps: 50, &generator)
        let result = try Bootstrap(draws: 2_000).ratio(
            baseline: baseline,
            other: other,
            statistic: .mean,
            matched: matched
        )
        let means = (baseline.map { Moments($0).mean }, other.map { Moments($0).mean })
        let t =
            try matched
            ? LogRatio.paired(baseline: means.0, other: means.1).interval()
            : LogRatio.independent(baseline: means.0, other: means.1).interval()
        #expect(abs(result.interval.estimate - t.estimate) < 1e-4)
        // Steps are drawn again inside runs, which adds their share of the variance: at most a fifth of the width here.
        let width = (result.interval.high - result.interval.low) / (t.high - t.low)
        #expect((0.85...1.35).contains(width))
        #expect(!result.hasFewRuns)
        #expect(result.blockLength == 1)
        #expect(result.interval.contains(1.03))
    }

    @Test("the median is that of all values, and the same seed gives the same interval")
    func median() throws {
        var generator = RandomGenerator(seed: 18)
        let baseline = Self.arm(1, runs: 20, steps: 20, &generator)
        let other = Self.arm(1.05, runs: 20, steps: 20, &generator)
        let bootstrap = Bootstrap(draws: 500, seed: 7)
        let result = try bootstrap.ratio(baseline: baseline, other: other, statistic: .median, matched: false)
        let expected =
            try #require(Quantiles.median(other.flatMap { $0 })) / #require(Quantiles.median(baseline.flatMap { $0 }))
        #expect(result.interval.estimate == expected)
        #expect(result.interval.contains(1.05))
        #expect(result == (try bootstrap.ratio(baseline: baseline, other: other, statistic: .median, matched: false)))
        let another = try Bootstrap(draws: 500, seed: 8).ratio(
            baseline: baseline,
            other: other,
            statistic: .median,
            matched: false
        )
        #expect(another.interval.low != result.interval.low)
    }

    @Test("matched runs that share a disturbance give a much narrower interval than unmatched ones")
    func pairing() throws {
        var generator = RandomGenerator(seed: 19)
        var baseline: [[Double]] = []
        var other: [[Double]] = []
        for _ in 0..<20 {
            let shared = 1 + 0.1 * generator.normal()
            baseline.append((0..<10).map { _ in shared * (1 + 0.005 * generator.normal()) })
            other.append((0..<10).map { _ in 1.02 * shared * (1 + 0.005 * generator.normal()) })
        }
        let bootstrap = Bootstrap(draws: 500)
        let matched = try bootstrap.ratio(baseline: baseline, other: other, statistic: .mean, matched: true).interval
        let apart = try bootstrap.ratio(baseline: baseline, other: other, statistic: .mean, matched: false).interval
        #expect(matched.high - matched.low < 0.2 * (apart.high - apart.low))
        #expect(matched.contains(1.02))
    }

    @Test("neighbours that depend on each other are drawn in blocks of about the cube root of the run")
    func blocks() {
        var generator = RandomGenerator(seed: 20)
        #expect(Bootstrap.blockLength(Self.arm(1, runs: 10, steps: 125, &generator)) == 1)
        #expect(Bootstrap.blockLength(Self.arm(1, runs: 10, steps: 125, rho: 0.6, &generator)) == 5)
        #expect(Bootstrap.blockLength([[1], [2]]) == 1)
    }

    @Test("skewed runs pull the interval to the long side: the correction is not nought")
    func skew() throws {
        var generator = RandomGenerator(seed: 21)
        let law = try Distribution.lognormal(p10: 1, p90: 20)
        let baseline = (0..<25).map { _ in [1 + 0.01 * generator.normal()] }
        let other = (0..<25).map { _ in [law.draw(&generator)] }
        let result = try Bootstrap(draws: 1_000).ratio(
            baseline: baseline,
            other: other,
            statistic: .mean,
            matched: false
        )
        #expect(result.acceleration > 0.02)
        #expect(result.interval.high - result.interval.estimate > result.interval.estimate - result.interval.low)
    }

    @Test("few runs are said to be few; too few, empty, unmatched and spreadless arms are refused")
    func refused() throws {
        var generator = RandomGenerator(seed: 22)
        let few = Self.arm(1, runs: 3, steps: 4, &generator)
        let bootstrap = Bootstrap(draws: 100)
        #expect(try bootstrap.ratio(baseline: few, other: few.reversed(), statistic: .mean, matched: false).hasFewRuns)
        #expect(throws: StatisticsError.tooFew(unit: "baseline runs", have: 1, need: 2)) {
            try bootstrap.ratio(baseline: [[1]], other: few, statistic: .mean, matched: false)
        }
        #expect(throws: StatisticsError.tooFew(unit: "values in other run 2", have: 0, need: 1)) {
            try bootstrap.ratio(baseline: few, other: [[1], []], statistic: .mean, matched: false)
        }
        #expect(throws: StatisticsError.unmatched(baseline: 3, other: 2)) {
            try bootstrap.ratio(baseline: few, other: [[1], [2]], statistic: .mean, matched: true)
        }
        #expect(throws: StatisticsError.self) {
            try bootstrap.ratio(baseline: [[1, 1], [1, 1]], other: [[2], [2]], statistic: .mean, matched: false)
        }
        #expect(throws: StatisticsError.self) {
            try bootstrap.ratio(baseline: few, other: [[1], [0]], statistic: .mean, matched: false)
        }
        #expect(throws: StatisticsError.self) {
            try bootstrap.ratio(baseline: few, other: few, statistic: .mean, matched: false, level: 1)
        }
    }
}
