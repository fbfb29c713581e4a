import Probability

/// Dependence of neighbours in a series.
package enum Autocorrelation {
    /// The lag-1 autocorrelation, in -1...1; nil below three values or without spread.
    package static func lagOne(_ values: [Double]) -> Double? {
        guard values.count >= 3 else { return nil }
        let moments = Moments(values)
        guard moments.variance > 0, moments.variance.isFinite else { return nil }
        var products = 0.0
        for (a, b) in zip(values, values.dropFirst()) { products += (a - moments.mean) * (b - moments.mean) }
        return min(1, max(-1, products / (moments.variance * Double(values.count - 1))))
    }

    /// Whether an autocorrelation from so many values is within the noise of none: |rho| < 1.96 / sqrt(n).
    package static func isNegligible(_ lagOne: Double, count: Int) -> Bool {
        count < 1 || abs(lagOne) * Double(count).squareRoot() < 1.96
    }

    /// How many independent values a series is worth: n (1 - rho) / (1 + rho), at least 1.
    ///
    /// A negligible or negative autocorrelation leaves n: evidence is never counted as more than it is.
    package static func effectiveCount(_ count: Int, lagOne: Double) -> Int {
        guard count > 1, lagOne > 0, !isNegligible(lagOne, count: count) else { return count }
        let rho = min(lagOne, 1)
        return max(1, Int(min(Double(count) * (1 - rho) / (1 + rho), Double(count) * 0.999_999)))
    }
}
