import RealModule

/// The binomial distribution: successes in n independent trials of probability p.
package enum Binomial {
    /// The probability of exactly `successes` in `trials`; 0 outside 0...trials, NaN for an invalid p.
    ///
    /// Loader's saddle-point form (2000): relative error near 1e-14 whatever the number of trials.
    package static func mass(_ successes: Int, of trials: Int, probability p: Double) -> Double {
        guard p >= 0, p <= 1, trials >= 0 else { return .nan }
        guard successes >= 0, successes <= trials else { return 0 }
        return density(Double(successes), Double(trials - successes), p, 1 - p)
    }

    /// The probability of at most `successes` in `trials`; NaN for an invalid p.
    ///
    /// Accurate to about 1e-11 for 1e9 trials; takes about sqrt(trials) steps at worst.
    package static func cumulative(_ successes: Int, of trials: Int, probability p: Double) -> Double {
        guard p >= 0, p <= 1, trials >= 0 else { return .nan }
        if successes < 0 { return 0 }
        if successes >= trials { return 1 }
        let k = Double(successes)
        return IncompleteBeta.regularized(a: Double(trials) - k, b: k + 1, x: 1 - p, complement: p)
    }

    /// The smallest number of successes whose cumulative probability is at least u; nil for an invalid argument.
    package static func quantile(_ u: Double, of trials: Int, probability p: Double) -> Int? {
        guard u >= 0, u <= 1, p >= 0, p <= 1, trials >= 0 else { return nil }
        // Search outwards from the normal approximation, then bisect: the cumulative probability is the only judge.
        let n = Double(trials)
        let guess = n * p + Normal.quantile(min(max(u, 1e-300), 1 - 1e-16)) * (n * p * (1 - p)).squareRoot()
        let middle = Int(exactly: min(max(guess, 0), n).rounded(.down)).map { min($0, trials) } ?? trials
        var low = middle
        var high = middle
        var step = 1
        while low > 0, cumulative(low, of: trials, probability: p) >= u {
            low = max(0, low - step)
            step = step &* 2 > 0 ? step &* 2 : trials
        }
        step = 1
        while high < trials, cumulative(high, of: trials, probability: p) < u {
            high = trials - high > step ? high + step : trials
            step = step &* 2 > 0 ? step &* 2 : trials
        }
        while low < high {
            let half = low + (high - low) / 2
            if cumulative(half, of: trials, probability: p) >= u { high = half } else { low = half + 1 }
        }
        return low
    }

    /// (x + rest)! / (x! rest!) p^x q^rest for real x, rest >= 0, where q = 1 - p is given to keep its precision.
    static func density(_ x: Double, _ rest: Double, _ p: Double, _ q: Double) -> Double {
        if p == 0 { return x == 0 ? 1 : 0 }
        if q == 0 { return rest == 0 ? 1 : 0 }
        let n = x + rest
        if x == 0 { return Double.exp(p < 0.1 ? n * Double.log(onePlus: -p) : n * Double.log(q)) }
        if rest == 0 { return Double.exp(q < 0.1 ? n * Double.log(onePlus: -q) : n * Double.log(p)) }
        // x - np, written so that nothing cancels when one part is tiny beside the other.
        let excess = x * q - rest * p
        let exponent =
            stirlingError(n) - stirlingError(x) - stirlingError(rest)
            - deviance(x, n * p, excess) - deviance(rest, n * q, -excess)
        let scale = 6.283_185_307_179_586_476_93 * x * (rest / n)
        return Double.exp(exponent) / scale.squareRoot()
    }

    /// What Stirling's formula leaves out of ln gamma(x + 1), for x > 0.
    static func stirlingError(_ x: Double) -> Double {
        if x <= 16 {
            // 0.5 ln(2 pi)
            let half = 0.918_938_533_204_672_741_78
            return Double.logGamma(x + 1) - (x + 0.5) * Double.log(x) + x - half
        }
        let square = 1 / (x * x)
        let series =
            1.0 / 12 - square
            * (1.0 / 360 - square
                * (1.0 / 1260 - square
                    * (1.0 / 1680 - square * (1.0 / 1188 - square * (691.0 / 360_360 - square / 156)))))
        return series / x
    }

    /// x ln(x/m) + m - x, given the difference x - m, without cancellation near x = m.
    private static func deviance(_ x: Double, _ m: Double, _ difference: Double) -> Double {
        guard abs(difference) < 0.1 * (x + m) else { return x * Double.log(x / m) - difference }
        let ratio = difference / (x + m)
        let square = ratio * ratio
        var sum = difference * ratio
        var power = 2 * x * ratio
        var odd = 3.0
        while odd < 2001 {
            power *= square
            let next = sum + power / odd
            if next == sum { return next }
            sum = next
            odd += 2
        }
        return sum
    }
}
