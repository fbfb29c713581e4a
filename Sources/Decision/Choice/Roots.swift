/// A sign change of a function, closed in on.
enum Roots {
    /// The root of a continuous function between two points where its signs differ, by regula falsi (Illinois).
    ///
    /// Exact after two steps where the function is straight. Falls back on halving, so it always closes in.
    static func solve(
        _ low: Double,
        _ high: Double,
        _ atLow: Double,
        _ atHigh: Double,
        steps: Int = 16,
        tolerance: Double = 1e-7,
        _ function: (Double) -> Double
    ) -> Double {
        var a = low
        var b = high
        var fa = atLow
        var fb = atHigh
        if fa == 0 { return a }
        if fb == 0 { return b }
        guard (fa < 0) != (fb < 0) else { return a + (b - a) / 2 }
        let width = abs(b - a)
        var side = 0
        for step in 0..<steps where abs(b - a) > tolerance * width {
            let secant = (a * fb - b * fa) / (fb - fa)
            let inside = secant > min(a, b) && secant < max(a, b)
            let x = inside && step % 5 != 4 ? secant : a + (b - a) / 2
            let fx = function(x)
            if abs(fx) <= 1e-9 * max(abs(atLow), abs(atHigh)) { return x }
            if (fx < 0) == (fa < 0) {
                a = x
                fa = fx
                if side == 1 { fb /= 2 }
                side = 1
            } else {
                b = x
                fb = fx
                if side == 2 { fa /= 2 }
                side = 2
            }
        }
        // The secant of the last bracket, where nothing else decides between its ends.
        let last = (a * fb - b * fa) / (fb - fa)
        return last >= min(a, b) && last <= max(a, b) ? last : a + (b - a) / 2
    }
}
