import Probability
import RealModule

/// How much evidence a question needs, and what the evidence at hand could have seen.
///
/// A pair is one run of each arm; `sd` is the standard deviation of a pair's log ratio. The usual approximation by
/// central t quantiles, iterated because they depend on the number sought.
package enum Power {
    /// Beyond so many pairs no number is worth stating.
    package static let mostPairs = 100_000

    /// Pairs with which equivalence within the margin is shown with the power given; nil beyond `mostPairs`.
    ///
    /// `effect` is the true ln ratio supposed; at 0 both tests may fail, so each gets half of the risk.
    package static func pairsNeeded(
        sd: Double,
        margin: Double,
        effect: Double = 0,
        power: Double = 0.8
    ) throws(StatisticsError) -> Int? {
        let bounds = try Equivalence.bounds(margin: margin)
        guard power > 0, power < 1 else { throw .outsideUnit(what: "power", value: power) }
        let room: Double
        let confidence: Double
        if effect == 0 {
            room = 0.5 * (bounds.high - bounds.low)
            confidence = 0.5 + 0.5 * power
        } else {
            room = effect > 0 ? bounds.high - effect : effect - bounds.low
            confidence = power
        }
        return pairs(sd: sd, distance: room, 0.95, confidence)
    }

    /// Pairs with which a true ln ratio of `effect` is told from 0, two-sided at 5 %; nil beyond `mostPairs`.
    package static func pairsToDetect(
        effect: Double,
        sd: Double,
        power: Double = 0.8
    ) throws(StatisticsError) -> Int? {
        guard power > 0, power < 1 else { throw .outsideUnit(what: "power", value: power) }
        return pairs(sd: sd, distance: abs(effect), 0.975, power)
    }

    /// How many more pairs would probably settle an inconclusive comparison; at least 1, nil when none can be named.
    ///
    /// It takes the estimate for the truth, and the nearer of two ends: showing a difference, or, where a margin is
    /// given, showing equivalence.
    package static func morePairs(_ ratio: LogRatio, margin: Double?) throws(StatisticsError) -> Int? {
        let have =
            switch ratio.matching {
            case .paired(let pairs): pairs
            case .independent(let baseline, let other): min(baseline, other)
            }
        var need = try pairsToDetect(effect: ratio.mean, sd: ratio.standardDeviation)
        if let margin {
            let other = try pairsNeeded(sd: ratio.standardDeviation, margin: margin, effect: ratio.mean)
            need = [need, other].compactMap { $0 }.min()
        }
        return need.map { max(1, $0 - have) }
    }

    /// The smallest true difference that so much evidence finds with the power given, as a share of the baseline.
    package static func minimumDetectableEffect(_ ratio: LogRatio, power: Double = 0.8) -> Double {
        let df = ratio.degreesOfFreedom
        let reach = StudentT.quantile(0.975, df: df) + StudentT.quantile(power, df: df)
        return Double.expMinusOne(reach * ratio.standardError)
    }

    /// The fewest pairs n with (t_first + t_second)^2 sd^2 <= n distance^2, at n - 1 degrees of freedom.
    private static func pairs(sd: Double, distance: Double, _ first: Double, _ second: Double) -> Int? {
        guard sd >= 0, sd.isFinite, distance > 0 else { return nil }
        let scale = sd / distance
        func suffices(_ n: Int) -> Bool {
            let df = Double(n - 1)
            let reach = (StudentT.quantile(first, df: df) + StudentT.quantile(second, df: df)) * scale
            return reach * reach <= Double(n)
        }
        guard suffices(mostPairs) else { return nil }
        // The need falls with n, so the first n that suffices can be bisected.
        var low = 2
        var high = mostPairs
        while low < high {
            let middle = low + (high - low) / 2
            if suffices(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
