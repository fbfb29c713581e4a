import Probability
import RealModule

/// The expected largest of N independent values: what a step costs that waits for its slowest rank.
///
/// By numerical integration, not by the asymptotic forms: those are 2.5 % off for eight normal values.
package enum ExpectedMaximum {
    /// The most values that the rules here are accurate for.
    package static let mostValues = 1e12

    /// Of N standard normal values, in standard deviations; NaN unless 1 <= N <= ``mostValues``.
    package static func normal(_ count: Double) -> Double {
        guard count >= 1, count <= mostValues else { return .nan }
        // The density of the maximum, with the power taken on logarithms so that no digit is lost near 1.
        return Quadrature.integral(from: -13, to: 13, panels: 104) { x in
            let logBelow =
                x > 0 ? Double.log(onePlus: -Normal.cumulative(-x)) : Double.log(Normal.cumulative(x))
            return x * count * Normal.density(x) * Double.exp((count - 1) * logBelow)
        }
    }

    /// Of N exponential values of mean 1: the harmonic number, by integration; NaN unless 1 <= N <= ``mostValues``.
    package static func exponential(_ count: Double) -> Double {
        guard count >= 1, count <= mostValues else { return .nan }
        return ofSurvival(count, from: 0, to: Double.log(count) + 45, panels: 600) { Double.exp(-$0) }
    }

    /// Of N values that are nowhere below `low` and, but for a share too small to matter, nowhere above `high`.
    ///
    /// The last argument is the probability of a value above its own.
    package static func ofSurvival(
        _ count: Double,
        from low: Double,
        to high: Double,
        panels: Int = 200,
        survival: (Double) -> Double
    ) -> Double {
        low + Quadrature.integral(from: low, to: high, panels: panels) { exceeding(survival($0), count) }
    }

    /// Of N values drawn from a sample in ascending order: the sum of x(i) [(i/n)^N - ((i-1)/n)^N].
    ///
    /// Means something only while N is small against n: nothing larger than the largest sample can come of it.
    package static func ofSample(_ sorted: [Double], _ count: Double) -> Double {
        guard count >= 1, !sorted.isEmpty else { return .nan }
        let total = Double(sorted.count)
        var (sum, below) = (0.0, 0.0)
        for (place, value) in sorted.enumerated() {
            let reached = place + 1 == sorted.count ? 1 : Double.pow(Double(place + 1) / total, count)
            sum += value * (reached - below)
            below = reached
        }
        return sum
    }

    /// 1 - (1 - q)^N without losing the digits of a small q.
    static func exceeding(_ probability: Double, _ count: Double) -> Double {
        guard probability < 1 else { return 1 }
        guard probability > 0 else { return 0 }
        return -Double.expMinusOne(count * Double.log(onePlus: -probability))
    }
}
