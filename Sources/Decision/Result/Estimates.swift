/// Percentiles of a distribution of results.
package struct Spread: Sendable, Hashable {
    package var p10: Double
    package var p50: Double
    package var p90: Double
    package var mean: Double

    package init(p10: Double, p50: Double, p90: Double, mean: Double) {
        self.p10 = p10
        self.p50 = p50
        self.p90 = p90
        self.mean = mean
    }
}

/// An estimate from Monte Carlo draws with its standard error.
package struct Estimated: Sendable, Hashable {
    package var value: Double
    package var standardError: Double

    package init(value: Double, standardError: Double) {
        self.value = value
        self.standardError = standardError
    }
}
