import Evidence
import Probability
import RealModule
import Study

/// What is believed about an overhead after it was measured: Student's t on the log ratio.
///
/// The interval of a comparison on log ratios is m ± t·se; read as a belief (flat prior) the log ratio is a t variable
/// about m with that se. Its ends are therefore the interval's own ends whatever the degrees of freedom, which only
/// shape what lies between and beyond them.
struct MeasuredOverhead {
    var distribution: Distribution

    /// The belief for an interval, or nothing when the interval is not one (not finite, or at -100 % and below).
    ///
    /// - Parameters:
    ///   - effect: The overhead as a share with its two-sided interval.
    ///   - degreesOfFreedom: Of the t distribution; below 3 it is taken as 3, since the tails beyond the interval would
    ///     otherwise rule every mean.
    init?(_ effect: Effect, degreesOfFreedom: Double) {
        guard effect.estimate > -1, effect.low > -1, effect.low <= effect.estimate, effect.estimate <= effect.high,
            effect.high.isFinite, effect.level > 0, effect.level < 1
        else { return nil }
        let freedom = max(degreesOfFreedom, 3)
        let center = Double.log(onePlus: effect.estimate)
        let below = center - Double.log(onePlus: effect.low)
        let above = Double.log(onePlus: effect.high) - center
        let reach = StudentT.quantile(0.5 + effect.level / 2, df: freedom)
        guard reach > 0, reach.isFinite else { return nil }
        // Values at equal steps of probability, so that the empirical distribution's straight lines follow the curve;
        // the last step stops short of infinity.
        let values = (0...Self.steps).map { step in
            let u = min(max(Double(step) / Double(Self.steps), Self.tail), 1 - Self.tail)
            let t = StudentT.quantile(u, df: freedom) / reach
            return Double.expMinusOne(center + t * (t < 0 ? below : above))
        }
        guard let distribution = try? Distribution.empirical(values) else { return nil }
        self.distribution = distribution
    }

    private static let steps = 400
    /// Where the table ends: one draw in two thousand lies beyond.
    private static let tail = 0.0005
}
