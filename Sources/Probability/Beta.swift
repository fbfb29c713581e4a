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
        let front = Binomial.density(a, of: a + b, x, y) * (a / (a + b)) * b
        // The fraction converges fast below the mean; above it the symmetric one does.
        if x <= (a + 1) / (a + b + 2) {
            return min(1, front * fraction(a, b, x) / a)
        }
        return max(0, 1 - front * fraction(b, a, y) / b)
    }

    /// The continued fraction of I_x(a, b) (Abramowitz and Stegun 26.5.8) by the modified Lentz method.
    ///
    /// It takes about sqrt(max(a, b)) steps near the mean, which bounds the work: 1e9 trials need some 40,000.
    private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        let sum = a + b
        let above = a + 1
        let below = a - 1
        var c = 1.0
        var d = 1 - sum * x / above
        if abs(d) < tiny { d = tiny }
        d = 1 / d
        var value = d
        var m = 0.0
        while m < 1_000_000 {
            m += 1
            let even = a + 2 * m
            var term = m * (b - m) * x / ((below + 2 * m) * even)
            d = 1 + term * d
            if abs(d) < tiny { d = tiny }
            c = 1 + term / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            value *= d * c
            term = -(a + m) * (sum + m) * x / (even * (above + 2 * m))
            d = 1 + term * d
            if abs(d) < tiny { d = tiny }
            c = 1 + term / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            let step = d * c
            value *= step
            if abs(step - 1) < 3e-16 { break }
        }
        return value
    }
}
