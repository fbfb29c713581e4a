import RealModule

/// Student's t distribution with any positive, not necessarily whole, number of degrees of freedom.
package enum StudentT {
    /// The probability density at t; NaN unless df > 0.
    package static func density(_ t: Double, df: Double) -> Double {
        guard df > 0 else { return .nan }
        if df >= normalFrom { return Normal.density(t) }
        let square = t / df * t
        let log = square.isFinite ? Double.log(onePlus: square) : 2 * Double.log(abs(t)) - Double.log(df)
        return Double.exp(logNorm(df) - 0.5 * (df + 1) * log)
    }

    /// The probability of a value of at most t; NaN unless df > 0.
    package static func cumulative(_ t: Double, df: Double) -> Double {
        t <= 0 ? upperTail(-t, df: df) : 1 - upperTail(t, df: df)
    }

    /// The probability of a value of at least |t| on either side: the two-sided p-value of a statistic t.
    package static func twoSided(_ t: Double, df: Double) -> Double {
        min(1, 2 * upperTail(abs(t), df: df))
    }

    /// The value below which a share p of the distribution lies; -inf at 0, +inf at 1, NaN outside or unless df > 0.
    ///
    /// Newton's method on logarithms, kept inside a bracket: relative error about 1e-13 where the value is finite.
    package static func quantile(_ p: Double, df: Double) -> Double {
        guard df > 0, p >= 0, p <= 1 else { return .nan }
        if df >= normalFrom { return Normal.quantile(p) }
        if p == 0.5 { return 0 }
        let tail = p < 0.5 ? p : 1 - p
        if tail == 0 { return p < 0.5 ? -.infinity : .infinity }
        let magnitude = upperQuantile(tail, df: df)
        return p < 0.5 ? -magnitude : magnitude
    }

    /// From here on the difference from the normal distribution is below double precision.
    private static let normalFrom = 1e16

    /// ln of the density at 0, whose gamma functions are combined by Stirling errors so that they do not cancel.
    private static func logNorm(_ df: Double) -> Double {
        if df < 20 {
            return Double.logGamma((df + 1) / 2) - Double.logGamma(df / 2) - 0.5 * Double.log(df * Double.pi)
        }
        let half = df / 2
        let gammas =
            half * Double.log(onePlus: 0.5 / half) + 0.5 * Double.log(half) - 0.5
            + Binomial.stirlingError(half + 0.5) - Binomial.stirlingError(half)
        return gammas - 0.5 * Double.log(df * Double.pi)
    }

    /// P(T >= t) for t >= 0.
    private static func upperTail(_ t: Double, df: Double) -> Double {
        guard df > 0, !t.isNaN else { return .nan }
        if df >= normalFrom { return Normal.cumulative(-t) }
        if t.isInfinite { return 0 }
        let (x, y) = shares(t, df: df)
        if x == 0 {
            // t is so far out that t * t overflows or swamps df: only the leading power is left.
            return Double.exp(
                logNorm(df) - (df + 1) * Double.log(t) + 0.5 * (df + 1) * Double.log(df)
                    + Double.log(t / df)
            )
        }
        return 0.5 * IncompleteBeta.regularized(a: df / 2, b: 0.5, x: x, complement: y)
    }

    /// P(0 <= T <= t) for t >= 0, to full relative precision for small t.
    private static func center(_ t: Double, df: Double) -> Double {
        let (x, y) = shares(t, df: df)
        return 0.5 * IncompleteBeta.regularized(a: 0.5, b: df / 2, x: y, complement: x)
    }

    /// df / (df + t^2) and t^2 / (df + t^2), each without cancellation.
    private static func shares(_ t: Double, df: Double) -> (Double, Double) {
        let square = t / df * t
        if square.isInfinite { return (0, 1) }
        return (1 / (1 + square), square / (1 + square))
    }

    /// The t with P(T >= t) = tail, for tail in (0, 0.5).
    private static func upperQuantile(_ tail: Double, df: Double) -> Double {
        // Few runs are common, and these two have closed forms; 1 - 4q(1 - q) is a square, so nothing cancels.
        if df == 2 { return (1 - 2 * tail) / (2 * tail * (1 - tail)).squareRoot() }
        if df == 1, tail > 0.01 { return Double.tan(Double.pi * (0.5 - tail)) }
        // In the tail ln P is nearly linear in ln t; near the centre ln(1/2 - P) is. Solve the one that suits.
        let central = tail >= 0.25
        let target = Double.log(central ? 0.5 - tail : tail)
        var low = -800.0
        var high = 709.0
        var s = Double.log(firstGuess(tail, df: df))
        if !(s > low && s < high) { s = 0 }
        for _ in 0..<200 {
            let t = Double.exp(s)
            let probability = central ? center(t, df: df) : upperTail(t, df: df)
            let residual = (probability > 0 ? Double.log(probability) : -Double.infinity) - target
            if central == (residual < 0) { low = s } else { high = s }
            if residual == 0 { return t }
            let slope = (central ? 1 : -1) * density(t, df: df) * t / probability
            var next = s - residual / slope
            // Newton's error squares at each step, so the step after this one could not be seen.
            if abs(next - s) < 1e-8 {
                s = next
                break
            }
            if !(next > low && next < high) { next = 0.5 * (low + high) }
            s = next
            if high - low < 4e-15 { break }
        }
        return s >= 708.999 ? .infinity : Double.exp(s)
    }

    /// A start within a few per cent: Cornish and Fisher's expansion about the normal, or the leading power of the tail.
    private static func firstGuess(_ tail: Double, df: Double) -> Double {
        if df < 3 {
            let power = Double.exp((logNorm(df) + 0.5 * (df - 1) * Double.log(df) - Double.log(tail)) / df)
            return tail < 0.1 ? power : -Normal.quantile(tail)
        }
        let z = -Normal.quantile(tail)
        let square = z * z
        let first = (square + 1) * z / 4
        let second = ((5 * square + 16) * square + 3) * z / 96
        let third = (((3 * square + 19) * square + 17) * square - 15) * z / 384
        let expansion = z + (first + (second + third / df) / df) / df
        return expansion
    }
}
