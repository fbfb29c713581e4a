import RealModule

/// Detours of one length at random times, in a job that waits for its slowest rank after every step.
///
/// What decides is length and frequency, not the share of time: 0.1 % of stolen time costs 0.1 % to 10 % at 512 ranks.
/// Where a single rank is hit often in a step (several detours), the maximum is that of Poisson counts.
package enum RareDetours {
    /// The slowdown as a share, where at most one detour is counted a step and rank: (D/T)(1 - (1 - p)^N), p = νT/D.
    ///
    /// Good while p is small; it saturates at D/T. NaN for senseless arguments.
    ///
    /// - Parameters:
    ///   - noiseShare: The share of time that detours take of one rank, 0 to below 1.
    ///   - detour: The length of a detour, in seconds.
    ///   - step: The work between two synchronisations, in seconds.
    ///   - ranks: How many ranks wait for each other.
    /// - Returns: a share, 0.1 for ten per cent.
    package static func single(noiseShare: Double, detour: Double, step: Double, ranks: Double) -> Double {
        guard isSensible(noiseShare, detour, step, ranks) else { return .nan }
        let p = min(1, noiseShare * step / detour)
        return detour / step * ExpectedMaximum.exceeding(p, ranks)
    }

    /// The slowdown as a share with any number of detours a step: (D/T) E[max of N Poisson counts of mean νT/D].
    package static func several(noiseShare: Double, detour: Double, step: Double, ranks: Double) -> Double {
        guard isSensible(noiseShare, detour, step, ranks) else { return .nan }
        let mean = noiseShare * step / detour
        return detour / step * expectedMaximumOfPoisson(mean: mean, ranks: ranks)
    }

    /// The expected maximum of N Poisson counts: the sum over k of P(max > k).
    ///
    /// NaN for a mean above 1e6 or below 0.
    package static func expectedMaximumOfPoisson(mean: Double, ranks: Double) -> Double {
        guard mean >= 0, mean <= 1e6, ranks >= 1 else { return .nan }
        guard mean > 0 else { return 0 }
        // Tails are summed from the far end, where terms are small, so that they keep their digits.
        let last = Int(mean + 12 * mean.squareRoot() + 60)
        var masses: [Double] = []
        masses.reserveCapacity(last + 1)
        for k in 0...last {
            masses.append(Double.exp(Double(k) * Double.log(mean) - mean - Double.logGamma(Double(k) + 1)))
        }
        var (sum, above) = (0.0, 0.0)
        for k in stride(from: last, through: 0, by: -1) {
            sum += ExpectedMaximum.exceeding(min(above, 1), ranks)
            above += masses[k]
        }
        return sum
    }

    private static func isSensible(_ share: Double, _ detour: Double, _ step: Double, _ ranks: Double) -> Bool {
        share >= 0 && share < 1 && detour > 0 && detour.isFinite && step > 0 && step.isFinite && ranks >= 1
            && ranks.isFinite
    }
}
