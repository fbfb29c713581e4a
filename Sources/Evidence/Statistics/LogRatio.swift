import Probability
import RealModule

/// The ratio other / baseline of two arms, estimated on logarithms with the run as the unit of replication.
///
/// One value per run: steps inside a run are not independent, so pooling them would claim far more than is known.
/// Source: Student's t for pairs; Welch (1947) with Satterthwaite's degrees of freedom for independent arms.
package struct LogRatio: Equatable, Sendable {
    /// How the runs of the arms belong together.
    package enum Matching: Equatable, Sendable {
        /// Runs were matched one to one; the number of pairs.
        case paired(Int)
        /// The arms are independent; the number of runs of each.
        case independent(baseline: Int, other: Int)
    }

    /// How the runs were matched, and how many there are.
    package let matching: Matching
    /// The estimate of ln(other / baseline).
    package let mean: Double
    /// The standard error of `mean`.
    package let standardError: Double
    /// The standard deviation of one pair's log ratio; for independent arms that of a pair formed at random.
    package let standardDeviation: Double
    /// Degrees of freedom, not whole for independent arms.
    package let degreesOfFreedom: Double

    /// The geometric mean of the ratios other / baseline; for independent arms the ratio of geometric means.
    package var ratio: Double { Double.exp(mean) }

    /// The ratio with its t-interval at a level between 0 and 1; NaN bounds outside.
    package func interval(level: Double = 0.95) -> Interval {
        logInterval(level: level).map { Double.exp($0) }
    }

    /// The natural logarithm of the ratio with its t-interval.
    package func logInterval(level: Double = 0.95) -> Interval {
        let half = StudentT.quantile(0.5 + 0.5 * level, df: degreesOfFreedom) * standardError
        return Interval(estimate: mean, low: mean - half, high: mean + half, level: level)
    }

    /// The two-sided p-value of 'the ratio is 1'.
    package var pValue: Double { StudentT.twoSided(mean / standardError, df: degreesOfFreedom) }

    /// The ratio baseline / other: what rates need where times need other / baseline.
    package var inverse: LogRatio {
        LogRatio(
            matching: matching,
            mean: -mean,
            standardError: standardError,
            standardDeviation: standardDeviation,
            degreesOfFreedom: degreesOfFreedom
        )
    }

    /// The ratio from runs matched one to one, in the same order; at least two pairs.
    package static func paired(baseline: [Double], other: [Double]) throws(StatisticsError) -> LogRatio {
        guard baseline.count == other.count else {
            throw .unmatched(baseline: baseline.count, other: other.count)
        }
        guard baseline.count >= 2 else { throw .tooFew(unit: "pairs", have: baseline.count, need: 2) }
        try requirePositive(baseline, "baseline run")
        try requirePositive(other, "other run")
        var logs: [Double] = []
        logs.reserveCapacity(baseline.count)
        for place in baseline.indices { logs.append(logOfRatio(other[place], to: baseline[place])) }
        let moments = Moments(logs)
        let sd = moments.standardDeviation
        guard sd > resolution else {
            throw .noSpread(unit: "pairs", count: moments.count, estimate: Double.exp(moments.mean))
        }
        return LogRatio(
            matching: .paired(moments.count),
            mean: moments.mean,
            standardError: moments.standardError,
            standardDeviation: sd,
            degreesOfFreedom: Double(moments.count - 1)
        )
    }

    /// The ratio from independent arms, whose numbers of runs and spreads may differ; at least two runs each.
    package static func independent(baseline: [Double], other: [Double]) throws(StatisticsError) -> LogRatio {
        guard baseline.count >= 2 else { throw .tooFew(unit: "baseline runs", have: baseline.count, need: 2) }
        guard other.count >= 2 else { throw .tooFew(unit: "other runs", have: other.count, need: 2) }
        try requirePositive(baseline, "baseline run")
        try requirePositive(other, "other run")
        // Relative to one run, so that logarithms of nearly equal values keep their digits.
        let reference = baseline[0]
        let left = Moments(baseline.map { logOfRatio($0, to: reference) })
        let right = Moments(other.map { logOfRatio($0, to: reference) })
        let mean = right.mean - left.mean
        let total = left.variance + right.variance
        guard total.squareRoot() > resolution else {
            throw .noSpread(unit: "runs", count: left.count + right.count, estimate: Double.exp(mean))
        }
        let a = left.variance / Double(left.count)
        let b = right.variance / Double(right.count)
        // As shares of the sum, so that no square underflows.
        let shareA = a / (a + b)
        let shareB = b / (a + b)
        let df = 1 / (shareA * shareA / Double(left.count - 1) + shareB * shareB / Double(right.count - 1))
        return LogRatio(
            matching: .independent(baseline: left.count, other: right.count),
            mean: mean,
            standardError: (a + b).squareRoot(),
            standardDeviation: total.squareRoot(),
            degreesOfFreedom: df
        )
    }

    /// Spreads of log ratios at or below this are rounding, not measurement.
    static let resolution = 1e-14

    /// ln(value / reference), also where the quotient leaves the range of Double.
    static func logOfRatio(_ value: Double, to reference: Double) -> Double {
        let quotient = value / reference
        return quotient.isNormal ? Double.log(quotient) : Double.log(value) - Double.log(reference)
    }

    /// Throws for the first value that has no logarithm.
    static func requirePositive(_ values: [Double], _ what: String) throws(StatisticsError) {
        guard !values.allSatisfy({ $0 > 0 && $0 < .infinity }) else { return }
        for (index, value) in values.enumerated() where !(value > 0 && value.isFinite) {
            throw .notPositive(what: what, place: index + 1, value: value)
        }
    }
}
