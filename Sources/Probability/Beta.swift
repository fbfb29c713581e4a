import RealModule

/// The natural logarithm of |gamma(x)|.
package func logGamma(_ x: Double) -> Double { Double.logGamma(x) }

/// The regularized incomplete beta function.
package enum IncompleteBeta {
    /// The regularized incomplete beta function I_x(a, b), for a, b > 0 and x in 0...1; NaN outside.
    package static func regularized(a: Double, b: Double, x: Double) -> Double {
        regularized(a: a, b: b, x: x, complement: 1 - x)
    }

    /// I_x(a, b) where the caller knows 1 - x better than subtraction would give it (x close to 1).
    package static func regularized(a: Double, b: Double, x: Double, complement y: Double) -> Double {
        guard a > 0, b > 0, a.isFinite, b.isFinite, x >= 0, y >= 0, x <= 1, y <= 1 else { return .nan }
        if x == 0 { return 0 }
        if y == 0 { return 1 }
        // x^a y^b / B(a, b), in the saddle-point form that keeps its precision when a and b are large.
        let front = Binomial.density(a, b, x, y) * (a / (a + b)) * b
        // The fraction converges fast below the mean; above it the symmetric one does.
        if a * y >= b * x {
            return min(1, front / fraction(a, b, x, y))
        }
        return max(0, 1 - front / fraction(b, a, y, x))
    }

    /// The continued fraction of DiDonato and Morris (ACM TOMS 18, 1992, equation 9), by the modified Lentz method.
    ///
    /// It is written with both x and y = 1 - x, so that nothing cancels where one parameter is far larger than the other.
    /// It takes about sqrt(max(a, b)) steps near the mean, which bounds the work: 1e9 trials need some 20,000.
    private static func fraction(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
        let tiny = 1e-300
        let sum = a + b
        let lead = a * y - b * x + 1
        var value = a * lead / (a + 1)
        if value == 0 { value = tiny }
        var c = value
        var d = 0.0
        var m = 0.0
        while m < 1_000_000 {
            m += 1
            let below = a + 2 * m - 1
            let cross = m * (b - m) * x / below
            let numerator = (a + m - 1) * ((sum + m - 1) / below) * x * cross
            let denominator = m + cross + (a + m) * ((lead + m * (2 - x)) / (a + 2 * m + 1))
            d = denominator + numerator * d
            if d == 0 { d = tiny }
            c = denominator + numerator / c
            if c == 0 { c = tiny }
            d = 1 / d
            let step = c * d
            value *= step
            if abs(step - 1) < 3e-16 { break }
        }
        return value
    }
}
