import Probability
import RealModule

/// The order statistics that bound a quantile, whatever the distribution: the exact binomial interval.
///
/// Of independent samples x(1) <= ... <= x(n), [x(low), x(high)] holds the quantile p with at least the level asked for.
package struct QuantileRanks: Equatable, Sendable {
    /// Rank of the lower bound, from 1.
    package let low: Int
    /// Rank of the upper bound, at most the number of samples.
    package let high: Int
    /// The level that these ranks reach, at least the one asked for.
    package let coverage: Double

    /// Ranks for the quantile p of so many samples; throws `tooFew` when a bound would be infinite.
    ///
    /// Samples that depend on their neighbours are worth fewer (`Autocorrelation.effectiveCount`): the ranks are then
    /// those of the smaller number, spread over all samples and rounded outwards.
    package init(
        quantile p: Double,
        samples: Int,
        effectiveSamples: Int? = nil,
        level: Double = 0.95
    ) throws(StatisticsError) {
        let need = try Self.samplesNeeded(quantile: p, level: level)
        let worth = min(samples, effectiveSamples ?? samples)
        guard worth >= need else { throw .tooFew(unit: "samples", have: worth, need: need) }
        let tail = 0.5 * (1 - level)
        guard let lower = Binomial.quantile(tail, of: worth, probability: p),
            let upper = Binomial.quantile(1 - tail, of: worth, probability: p)
        else { throw .outsideUnit(what: "quantile", value: p) }
        // P(Bin <= low - 1) <= tail, and P(Bin <= high - 1) >= 1 - tail.
        let tied = Binomial.cumulative(lower, of: worth, probability: p) <= tail
        let first = max(1, tied ? lower + 1 : lower)
        let last = min(worth, upper + 1)
        coverage =
            Binomial.cumulative(last - 1, of: worth, probability: p)
            - Binomial.cumulative(first - 1, of: worth, probability: p)
        if worth == samples {
            low = first
            high = last
        } else {
            let scale = Double(samples) / Double(worth)
            low = min(samples, Int(min(Double(first - 1) * scale, 9e18)) + 1)
            high = max(low, min(samples, Int(min((Double(last) * scale).rounded(.up), 9e18))))
        }
    }

    /// The fewest independent samples with a finite two-sided interval: 6 for the median, 368 for p99 at 95 %.
    package static func samplesNeeded(quantile p: Double, level: Double = 0.95) throws(StatisticsError) -> Int {
        guard p > 0, p < 1 else { throw .outsideUnit(what: "quantile", value: p) }
        guard level > 0, level < 1 else { throw .outsideUnit(what: "level", value: level) }
        // Neither tail may be emptier than p^n or (1 - p)^n allow.
        let rarer = min(p, 1 - p)
        let count = Double.log(0.5 * (1 - level)) / Double.log(onePlus: -rarer)
        // A quotient a rounding error above a whole number is that number.
        guard count < 1e15 else { return .max }
        return max(1, Int((count * (1 - 1e-12)).rounded(.up)))
    }

    /// The quantile p of samples in ascending order, with its exact interval; the estimate is type 7.
    package static func interval(
        sorted: [Double],
        quantile p: Double,
        effectiveSamples: Int? = nil,
        level: Double = 0.95
    ) throws(StatisticsError) -> Interval {
        let ranks = try QuantileRanks(
            quantile: p,
            samples: sorted.count,
            effectiveSamples: effectiveSamples,
            level: level
        )
        guard let estimate = Quantiles.ofSorted(sorted, p) else {
            throw .tooFew(unit: "samples", have: sorted.count, need: 1)
        }
        return Interval(estimate: estimate, low: sorted[ranks.low - 1], high: sorted[ranks.high - 1], level: level)
    }
}
