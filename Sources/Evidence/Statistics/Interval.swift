/// An estimate with a confidence interval.
package struct Interval: Equatable, Sendable {
    /// The point estimate; between low and high.
    package let estimate: Double
    /// The lower bound.
    package let low: Double
    /// The upper bound.
    package let high: Double
    /// The confidence level, such as 0.95.
    package let level: Double

    /// Makes an interval of known bounds.
    package init(estimate: Double, low: Double, high: Double, level: Double) {
        self.estimate = estimate
        self.low = low
        self.high = high
        self.level = level
    }

    /// Whether the value lies inside, bounds included.
    package func contains(_ value: Double) -> Bool { low <= value && value <= high }

    /// The same interval with a rising function applied to its three numbers.
    package func map(_ rising: (Double) -> Double) -> Interval {
        Interval(estimate: rising(estimate), low: rising(low), high: rising(high), level: level)
    }
}
