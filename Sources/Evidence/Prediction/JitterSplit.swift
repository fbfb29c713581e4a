import Probability
import RealModule

/// How much of a job's overhead is steady loss and how much the unevenness of its steps.
///
/// On logarithms, run by run: ln(mean) is ln(typical) plus ln(mean/typical), so the two parts add up to the whole. The
/// typical step is the median, or another quantile to see what hangs on that choice. It bounds what jitter could explain,
/// but proves no cause: a step that waits for its slowest rank has some jitter in its median too.
package struct JitterSplit: Sendable {
    /// The overhead of the mean, as a share.
    package let total: Interval
    /// The overhead of the typical step, as a share.
    package let steady: Interval
    /// What the unevenness of steps adds, as a share.
    package let jitter: Interval
    /// The part of the whole that jitter explains, on logarithms; absent where the interval of the whole holds zero.
    package let share: Interval?
    /// The quantile that was taken as typical.
    package let quantile: Double

    /// Splits the overhead of one arm over another; each run is its steps in any order.
    ///
    /// - Parameters:
    ///   - baseline: Steps of each run, bare metal.
    ///   - other: Steps of each run of the other arm.
    ///   - quantile: What is typical: 0.5 is the median.
    ///   - level: Of the intervals.
    /// - Throws: ``StatisticsError`` for fewer than two runs an arm and steps that are no times.
    package init(
        baseline: [[Double]],
        other: [[Double]],
        quantile: Double = 0.5,
        level: Double = 0.95
    ) throws(StatisticsError) {
        guard quantile > 0, quantile < 1 else { throw .outsideUnit(what: "quantile", value: quantile) }
        guard level > 0, level < 1 else { throw .outsideUnit(what: "level", value: level) }
        for (arm, name) in [(baseline, "baseline"), (other, "other")] {
            for run in arm { try LogRatio.requirePositive(run, "\(name) step") }
        }
        func means(_ arm: [[Double]]) -> [Double] { arm.map { Moments($0).mean } }
        func typical(_ arm: [[Double]]) -> [Double] { arm.compactMap { Quantiles.of($0, [quantile]).first } }
        func unevenness(_ arm: [[Double]]) -> [Double] { zip(means(arm), typical(arm)).map { $0 / $1 } }
        func ratio(_ values: ([[Double]]) -> [Double]) throws(StatisticsError) -> LogRatio {
            try LogRatio.independent(baseline: values(baseline), other: values(other))
        }
        let whole = try ratio(means)
        let uneven = try ratio(unevenness)
        total = whole.interval(level: level).map { $0 - 1 }
        steady = try ratio(typical).interval(level: level).map { $0 - 1 }
        jitter = uneven.interval(level: level).map { $0 - 1 }
        self.quantile = quantile
        let bounds = whole.logInterval(level: level)
        guard bounds.low > 0 || bounds.high < 0 else {
            share = nil
            return
        }
        // A ratio of two t variables of the same runs: by draws of both, which widens it where the whole is uncertain.
        var generator = RandomGenerator(seed: 1)
        let draws = (0..<20_000).map { _ -> Double in
            let part =
                uneven.mean
                + uneven.standardError * StudentT.quantile(generator.uniform(), df: uneven.degreesOfFreedom)
            let all =
                whole.mean + whole.standardError * StudentT.quantile(generator.uniform(), df: whole.degreesOfFreedom)
            return part / all
        }
        let ends = Quantiles.of(draws, [0.5 - level / 2, 0.5 + level / 2])
        guard ends.count == 2 else { throw .outsideUnit(what: "level", value: level) }
        let estimate = uneven.mean / whole.mean
        share = Interval(estimate: estimate, low: min(ends[0], estimate), high: max(ends[1], estimate), level: level)
    }
}
