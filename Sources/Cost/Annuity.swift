import RealModule

/// The arithmetic of money over time: year-end flows, one-off amounts at the start.
package enum Annuity {
    /// Hours of a month: 8,760 hours of a year over twelve.
    package static let hoursPerMonth = 730.0

    /// What one unit bought now costs a year over its life, as capital recovery: `(1 - s/(1+r)^n) r / (1 - (1+r)^-n)`.
    ///
    /// - Parameters:
    ///   - residual: What it fetches at the end of its life, as a share of its price (s).
    ///   - rate: Cost of capital a year (r); at 0 this is straight-line depreciation.
    ///   - years: Life (n).
    /// - Returns: The yearly amount, paid at the end of each year.
    package static func capitalRecovery(residual: Double, rate: Double, years: Double) -> Double {
        let rate = Bounds.clamp(rate, Bounds.rate)
        let years = Bounds.clamp(years, Bounds.lifeYears)
        guard abs(rate) > 1e-9 else { return (1 - residual) / years }
        let logDiscount = -years * Double.log(onePlus: rate)
        return (1 - residual * Double.exp(logDiscount)) * rate / -Double.expMinusOne(logDiscount)
    }

    /// The present value of 1 paid at the end of each year: `sum of (1+r)^-(y+1)`.
    package static func presentValue(ofYears years: Int, rate: Double) -> Double {
        let step = 1 / (1 + Bounds.clamp(rate, Bounds.rate))
        var sum = 0.0
        var factor = 1.0
        for _ in 0..<max(years, 0) {
            factor *= step
            sum += factor
        }
        return sum
    }

    /// The present value of 1 paid at a time in years: `(1+r)^-t`.
    package static func discount(_ time: Double, rate: Double) -> Double {
        Double.exp(-time * Double.log(onePlus: Bounds.clamp(rate, Bounds.rate)))
    }

    /// `(1 + escalator)^y` for the years 0 to `years` - 1.
    static func growth(_ escalator: Double, years: Int) -> [Double] {
        let step = 1 + Bounds.clamp(escalator, Bounds.growth)
        var factors: [Double] = []
        var factor = 1.0
        for _ in 0..<years {
            factors.append(factor)
            factor *= step
        }
        return factors
    }
}

/// Overhead and lost share: two ways to say the same, never to be mixed.
package enum LostHours {
    /// The share of billed hours that an overhead takes: `o / (1 + o)`.
    package static func share(ofOverhead overhead: Double) -> Double {
        overhead / (1 + overhead)
    }

    /// The overhead that takes a share of billed hours: `l / (1 - l)`; infinite at a share of 1.
    package static func overhead(ofShare share: Double) -> Double {
        share / (1 - share)
    }
}
