import Probability
import RealModule

/// Change over the order of the runs: least squares on logarithms.
package enum Drift {
    /// The ratio of the last value to the first on the fitted line, with its t-interval; at least three values.
    ///
    /// Values are in the order in which they were measured; 1 means no drift. Give `times`, in any unit, where the
    /// runs were not evenly spaced.
    package static func estimate(
        _ values: [Double],
        times: [Double]? = nil,
        level: Double = 0.95
    ) throws(StatisticsError) -> Interval {
        guard values.count >= 3 else { throw .tooFew(unit: "runs in order", have: values.count, need: 3) }
        try LogRatio.requirePositive(values, "run")
        let times = times ?? values.indices.map(Double.init)
        guard times.count == values.count else { throw .unmatched(baseline: values.count, other: times.count) }
        let logs = values.map { LogRatio.logOfRatio($0, to: values[0]) }
        let time = Moments(times)
        let log = Moments(logs)
        guard let first = times.min(), let last = times.max(), time.variance > 0, time.variance.isFinite else {
            throw .tooFew(unit: "different times", have: 1, need: 3)
        }
        var product = 0.0
        for (t, y) in zip(times, logs) { product += (t - time.mean) * (y - log.mean) }
        let squares = time.variance * Double(values.count - 1)
        let slope = product / squares
        var residual = 0.0
        for (t, y) in zip(times, logs) {
            let error = y - log.mean - slope * (t - time.mean)
            residual += error * error
        }
        let df = Double(values.count - 2)
        let span = last - first
        let error = (residual / df / squares).squareRoot() * span
        let estimate = slope * span
        guard (residual / df).squareRoot() > LogRatio.resolution else {
            throw .noSpread(unit: "runs about their trend", count: values.count, estimate: Double.exp(estimate))
        }
        let half = StudentT.quantile(0.5 + 0.5 * level, df: df) * error
        return Interval(estimate: estimate, low: estimate - half, high: estimate + half, level: level)
            .map { Double.exp($0) }
    }
}
