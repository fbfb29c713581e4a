/// What the engine accepts of a drawn value.
///
/// A distribution may reach beyond what a quantity can mean (a normal share above 1, a lognormal hour count in the
/// billions). Draws are clamped here, in one place, so that no arithmetic below overflows, divides by zero or is
/// undefined; the bounds are far outside what a study states.
enum Bounds {
    static let hours = 0.0...1e12
    static let share = 0.0...1.0
    /// Overhead: a platform may be faster than bare metal, but no more than ten times.
    static let overhead = -0.9...1e3
    static let interference = 0.0...1e3
    static let computeNeed = 1e-6...1.0
    static let peakToMean = 1.0...1e6
    static let growth = -0.99...10.0
    static let rate = -0.5...10.0
    static let lifeYears = 1.0 / 12...100.0
    static let positiveShare = 0.01...1.0
    static let money = -1e15...1e15
    static let count = 0.0...1e9
    static let months = 0.0...120.0
    /// More hosts than this are as good as infinitely many.
    static let hosts = 1e12

    /// The value moved into the range; NaN becomes the lower end.
    @inline(__always)
    static func clamp(_ value: Double, _ range: ClosedRange<Double>) -> Double {
        // `max` first: with NaN as its first argument the comparison fails and the bound is returned.
        let raised = value >= range.lowerBound ? value : range.lowerBound
        return raised <= range.upperBound ? raised : range.upperBound
    }

    /// The least whole number at or above a value of 0 to 1e12, forgiving rounding errors of a billionth.
    @inline(__always)
    static func roundedUp(_ value: Double) -> Double {
        let target = min(max(value - 1e-9, 0), hosts)
        // Adding 1.5 * 2^52 leaves no bits for a fraction: the sum is rounded to the nearest whole number.
        let nearest = (target + 0x1.8p52) - 0x1.8p52
        return nearest < target ? nearest + 1 : nearest
    }

    /// The value as an integer, where it is one; the largest the engine uses otherwise.
    static func integer(_ value: Double) -> Int {
        Int(clamp(value, 0...hosts))
    }
}
