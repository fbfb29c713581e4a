internal import Probability

/// How many pairs a difference takes at a stricter level than 5 %, as a correction for several metrics leaves it.
enum CorrectedPower {
    /// Pairs with which a true ln ratio of `effect` is told from 0, two-sided at `level`; nil beyond 100,000.
    static func pairsToDetect(effect: Double, sd: Double, level: Double, power: Double = 0.8) -> Int? {
        guard sd > 0, sd.isFinite, abs(effect) > 0, level > 0, level < 1 else { return nil }
        let scale = sd / abs(effect)
        func suffices(_ n: Int) -> Bool {
            let df = Double(n - 1)
            let reach = (StudentT.quantile(1 - 0.5 * level, df: df) + StudentT.quantile(power, df: df)) * scale
            return reach * reach <= Double(n)
        }
        guard suffices(Power.mostPairs) else { return nil }
        var (low, high) = (2, Power.mostPairs)
        while low < high {
            let middle = low + (high - low) / 2
            if suffices(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
