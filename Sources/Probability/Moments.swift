/// The count, mean and variance of a sample.
package struct Moments: Equatable, Sendable {
    /// The number of values.
    package let count: Int
    /// The arithmetic mean; NaN for an empty sample.
    package let mean: Double
    /// The unbiased variance (divisor n - 1); 0 below two values.
    package let variance: Double

    /// The square root of the variance.
    package var standardDeviation: Double { variance.squareRoot() }

    /// The standard error of the mean of independent values; NaN for an empty sample.
    package var standardError: Double { (variance / Double(count)).squareRoot() }

    /// Summarises a sample in two passes, so that a small spread on a large mean keeps its digits.
    package init(_ values: [Double]) {
        count = values.count
        guard let first = values.first else {
            mean = .nan
            variance = 0
            return
        }
        var sum = 0.0
        for value in values { sum += value - first }
        let center = first + sum / Double(values.count)
        mean = center
        guard values.count > 1 else {
            variance = 0
            return
        }
        var squares = 0.0
        var drift = 0.0
        for value in values {
            let deviation = value - center
            squares += deviation * deviation
            drift += deviation
        }
        variance = max(0, (squares - drift * drift / Double(values.count)) / Double(values.count - 1))
    }
}
