import RealModule

/// What is believed about one uncertain quantity, in the units of that quantity.
///
/// Every distribution is drawn by inversion of exactly one uniform number: two models that share an input share its
/// draw by passing the same number to `quantile`.
package struct Distribution: Equatable, Sendable {
    /// The family of a distribution, with its parameters as a person states them.
    package enum Shape: Equatable, Sendable {
        /// One certain value.
        case point(Double)
        /// Every value from low to high, equally likely.
        case range(low: Double, high: Double)
        /// Rises straight from low to the mode and falls straight to high.
        case triangular(low: Double, mode: Double, high: Double)
        /// Positive and skewed, by its 10th and 90th percentiles.
        case lognormal(p10: Double, p90: Double)
        /// Symmetric about its mean; may be negative.
        case normal(mean: Double, sd: Double)
        /// Observed values; quantiles are linear between them in order.
        case empirical([Double])
    }

    /// The family and its parameters; empirical values are in ascending order.
    package let shape: Shape
    /// The expected value.
    package let mean: Double
    /// The expected squared distance from the mean.
    package let variance: Double
    /// Mean and standard deviation of the logarithm, for the lognormal only.
    private let logMean: Double
    private let logDeviation: Double

    /// Makes a distribution, or says what is wrong with its parameters.
    ///
    /// Low equal to high, a zero sd and P10 equal to P90 are allowed: they are certain values.
    package init(_ shape: Shape) throws(DistributionError) {
        var shape = shape
        if case .empirical(let values) = shape {
            guard !values.isEmpty else { throw .empty }
            if let wrong = values.first(where: { !$0.isFinite }) { throw .notFinite("value", wrong) }
            shape = .empirical(values.sorted())
        } else {
            try Self.check(shape)
        }
        self.shape = shape
        if case .lognormal(let p10, let p90) = shape {
            logMean = 0.5 * (Double.log(p10) + Double.log(p90))
            logDeviation = (Double.log(p90) - Double.log(p10)) / (2 * Self.z90)
        } else {
            logMean = 0
            logDeviation = 0
        }
        (mean, variance) = Self.moments(shape, logMean: logMean, logDeviation: logDeviation)
        guard mean.isFinite, variance.isFinite else { throw .tooWide }
    }

    /// One certain value.
    package static func point(_ value: Double) throws(DistributionError) -> Distribution {
        try Distribution(.point(value))
    }

    /// Every value from low to high, equally likely.
    package static func range(low: Double, high: Double) throws(DistributionError) -> Distribution {
        try Distribution(.range(low: low, high: high))
    }

    /// Triangular with the most likely value `mode`.
    package static func triangular(
        low: Double,
        mode: Double,
        high: Double
    ) throws(DistributionError) -> Distribution {
        try Distribution(.triangular(low: low, mode: mode, high: high))
    }

    /// Lognormal by its 10th and 90th percentiles, both positive.
    package static func lognormal(p10: Double, p90: Double) throws(DistributionError) -> Distribution {
        try Distribution(.lognormal(p10: p10, p90: p90))
    }

    /// Normal by its mean and standard deviation.
    package static func normal(mean: Double, sd: Double) throws(DistributionError) -> Distribution {
        try Distribution(.normal(mean: mean, sd: sd))
    }

    /// Observed values, at least one, in any order.
    package static func empirical(_ values: [Double]) throws(DistributionError) -> Distribution {
        try Distribution(.empirical(values))
    }

    /// The value below which a share u of the distribution lies; u is clamped to 0...1, NaN gives NaN.
    ///
    /// At 0 and 1 the unbounded families give the end of their support, which may be infinite.
    package func quantile(_ u: Double) -> Double {
        guard !u.isNaN else { return .nan }
        let u = min(max(u, 0), 1)
        switch shape {
        case .point(let value): return value
        case .range(let low, let high): return min(high, low + u * (high - low))
        case .triangular(let low, let mode, let high):
            let width = high - low
            guard width > 0 else { return low }
            if u * width < mode - low { return low + (u * width * (mode - low)).squareRoot() }
            return high - ((1 - u) * width * (high - mode)).squareRoot()
        case .lognormal(let p10, _):
            return logDeviation > 0 ? Double.exp(logMean + logDeviation * Normal.quantile(u)) : p10
        case .normal(let mean, let sd): return sd > 0 ? mean + sd * Normal.quantile(u) : mean
        case .empirical(let sorted): return Quantiles.ofSorted(sorted, u) ?? .nan
        }
    }

    /// One draw, always from exactly one uniform number, even for a certain value.
    package func draw(_ generator: inout RandomGenerator) -> Double {
        quantile(generator.uniform())
    }

    /// The 10th percentile.
    package var p10: Double { quantile(0.1) }
    /// The median.
    package var p50: Double { quantile(0.5) }
    /// The 90th percentile.
    package var p90: Double { quantile(0.9) }
    /// The square root of the variance.
    package var standardDeviation: Double { variance.squareRoot() }
    /// Whether only one value is possible.
    package var isCertain: Bool { variance == 0 }

    /// The lowest and highest possible values; infinite where the family is unbounded.
    package var support: ClosedRange<Double> {
        switch shape {
        case .lognormal where logDeviation > 0: 0...Double.infinity
        case .normal(_, let sd) where sd > 0: -Double.infinity...Double.infinity
        default: quantile(0)...max(quantile(0), quantile(1))
        }
    }

    /// The distribution of this quantity times a positive, finite factor: another unit or currency.
    package func scaled(by factor: Double) throws(DistributionError) -> Distribution {
        guard factor.isFinite else { throw .notFinite("factor", factor) }
        guard factor > 0 else { throw .notPositive("factor", factor) }
        return switch shape {
        case .point(let value): try .point(value * factor)
        case .range(let low, let high): try .range(low: low * factor, high: high * factor)
        case .triangular(let low, let mode, let high):
            try .triangular(low: low * factor, mode: mode * factor, high: high * factor)
        case .lognormal(let p10, let p90): try .lognormal(p10: p10 * factor, p90: p90 * factor)
        case .normal(let mean, let sd): try .normal(mean: mean * factor, sd: sd * factor)
        case .empirical(let values): try .empirical(values.map { $0 * factor })
        }
    }

    /// The standard normal's 90th percentile.
    private static let z90 = 1.281_551_565_544_600_466_97

    private static func check(_ shape: Shape) throws(DistributionError) {
        switch shape {
        case .point(let value): try finite(("value", value))
        case .range(let low, let high):
            try finite(("low", low), ("high", high))
            try ordered(("low", low), ("high", high))
        case .triangular(let low, let mode, let high):
            try finite(("low", low), ("mode", mode), ("high", high))
            try ordered(("low", low), ("mode", mode))
            try ordered(("mode", mode), ("high", high))
        case .lognormal(let p10, let p90):
            try finite(("p10", p10), ("p90", p90))
            if p10 <= 0 { throw .notPositive("p10", p10) }
            if p90 <= 0 { throw .notPositive("p90", p90) }
            try ordered(("p10", p10), ("p90", p90))
        case .normal(let mean, let sd):
            try finite(("mean", mean), ("sd", sd))
            if sd < 0 { throw .negative("sd", sd) }
        case .empirical: break
        }
    }

    private static func finite(_ parameters: (String, Double)...) throws(DistributionError) {
        for (name, value) in parameters where !value.isFinite { throw .notFinite(name, value) }
    }

    private static func ordered(_ low: (String, Double), _ high: (String, Double)) throws(DistributionError) {
        if low.1 > high.1 { throw .outOfOrder(low.0, low.1, high.0, high.1) }
    }

    private static func moments(_ shape: Shape, logMean: Double, logDeviation: Double) -> (Double, Double) {
        switch shape {
        case .point(let value): return (value, 0)
        case .range(let low, let high):
            let width = high - low
            return (low + width / 2, width * width / 12)
        case .triangular(let low, let mode, let high):
            // About the low end, so that a narrow triangle far from zero keeps its digits.
            let rise = mode - low
            let width = high - low
            return (low + (rise + width) / 3, (width * width - width * rise + rise * rise) / 18)
        case .lognormal(let p10, _):
            guard logDeviation > 0 else { return (p10, 0) }
            let square = logDeviation * logDeviation
            let mean = Double.exp(logMean + square / 2)
            return (mean, mean * mean * Double.expMinusOne(square))
        case .normal(let mean, let sd): return (mean, sd * sd)
        case .empirical(let sorted): return empiricalMoments(sorted)
        }
    }

    /// Moments of what `quantile` draws: uniform between neighbours, each gap equally likely.
    private static func empiricalMoments(_ sorted: [Double]) -> (Double, Double) {
        guard let first = sorted.first, sorted.count > 1 else { return (sorted.first ?? .nan, 0) }
        let gaps = Double(sorted.count - 1)
        var mean = 0.0
        for (a, b) in zip(sorted, sorted.dropFirst()) { mean += (0.5 * (a - first) + 0.5 * (b - first)) / gaps }
        var variance = 0.0
        for (a, b) in zip(sorted, sorted.dropFirst()) {
            let below = a - first - mean
            let above = b - first - mean
            variance += (below * below + below * above + above * above) / 3 / gaps
        }
        return (first + mean, variance)
    }
}

/// Why parameters do not make a distribution.
package enum DistributionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A parameter is infinite or not a number.
    case notFinite(String, Double)
    /// A parameter that must be above zero is not.
    case notPositive(String, Double)
    /// A parameter that must be zero or above is not.
    case negative(String, Double)
    /// The first parameter must not exceed the second.
    case outOfOrder(String, Double, String, Double)
    /// No values were given.
    case empty
    /// The mean or the variance would overflow.
    case tooWide

    /// One sentence: what was found, what was expected.
    package var description: String {
        switch self {
        case .notFinite(let name, let value): "'\(name)' is \(value), expected a finite number"
        case .notPositive(let name, let value): "'\(name)' is \(value), expected a number above 0"
        case .negative(let name, let value): "'\(name)' is \(value), expected 0 or more"
        case .outOfOrder(let low, let a, let high, let b):
            "'\(low)' is \(a), above '\(high)' at \(b); expected \(low) <= \(high), so swap or correct them"
        case .empty: "no values were given, expected at least one"
        case .tooWide: "the spread is too wide to compute with, expected a finite mean and variance"
        }
    }
}
