import Probability
import RealModule

/// Two one-sided tests of whether two arms differ by less than a margin.
///
/// Source: Schuirmann (1987); at a significance of 5 % it asks that the 90 % interval lies inside the margin.
package enum Equivalence {
    /// Whether the 90 % interval of ln ratio lies inside (ln(1 - margin), ln(1 + margin)).
    package static func holds(_ ratio: LogRatio, margin: Double) throws(StatisticsError) -> Bool {
        let bounds = try self.bounds(margin: margin)
        let interval = ratio.logInterval(level: 0.90)
        return bounds.low < interval.low && interval.high < bounds.high
    }

    /// Whether an interval of the ratio itself, at 90 %, lies inside (1 - margin, 1 + margin): for the bootstrap.
    package static func holds(_ ratio: Interval, margin: Double) throws(StatisticsError) -> Bool {
        _ = try bounds(margin: margin)
        return ratio.level >= 0.90 && 1 - margin < ratio.low && ratio.high < 1 + margin
    }

    /// The larger of the two one-sided p-values: below 0.05 exactly where `holds` is true.
    package static func pValue(_ ratio: LogRatio, margin: Double) throws(StatisticsError) -> Double {
        let bounds = try self.bounds(margin: margin)
        let df = ratio.degreesOfFreedom
        let above = StudentT.cumulative((bounds.low - ratio.mean) / ratio.standardError, df: df)
        let below = StudentT.cumulative((ratio.mean - bounds.high) / ratio.standardError, df: df)
        return max(above, below)
    }

    /// ln(1 - margin) and ln(1 + margin), for a margin between 0 and 1.
    package static func bounds(margin: Double) throws(StatisticsError) -> (low: Double, high: Double) {
        guard margin > 0, margin < 1 else { throw .outsideUnit(what: "margin", value: margin) }
        return (Double.log(onePlus: -margin), Double.log(onePlus: margin))
    }
}
