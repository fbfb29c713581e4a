import Probability
import RealModule

/// The bias-corrected and accelerated (BCa) bootstrap of a ratio of two arms, over runs and then over blocks.
///
/// Runs are drawn with replacement (matched runs together), then, inside each drawn run, blocks of neighbouring values.
/// For statistics that the t-interval does not cover, from about 20 runs: over few runs any bootstrap claims too much.
/// Drawing inside runs as well counts their inner variation twice, so the interval is a little wide, never narrow: over
/// 20 runs of 50 steps (run sd 0.5 %, step sd 2 %) a nominal 95 % covers in 96.5 to 97.3 % of 1,000 repetitions.
/// Source: Efron (1987); Davison and Hinkley (1997), with moving blocks after Künsch (1989).
package struct Bootstrap: Equatable, Sendable {
    /// What of an arm is compared.
    package enum Statistic: Sendable {
        /// The mean of the means of the runs.
        case mean
        /// The median of all values of the runs together.
        case median
    }

    /// A bootstrap interval and what it rests on.
    package struct Result: Equatable, Sendable {
        /// The ratio other / baseline with its interval.
        package let interval: Interval
        /// Length of the blocks inside runs; 1 where neighbours are independent.
        package let blockLength: Int
        /// Bias correction z0, in standard normal units.
        package let bias: Double
        /// Acceleration a.
        package let acceleration: Double
        /// Whether there are fewer runs than `recommendedRuns`, so that the level is not to be trusted.
        package let hasFewRuns: Bool
    }

    /// From so many runs an arm the interval is recommended.
    package static let recommendedRuns = 20
    /// The fewest draws that leave something in each tail.
    package static let fewestDraws = 100

    /// The number of draws.
    package let draws: Int
    /// The seed: the same one gives the same interval.
    package let seed: UInt64

    /// A bootstrap of so many draws, raised to `fewestDraws` where lower.
    package init(draws: Int = 10_000, seed: UInt64 = 1) {
        self.draws = max(draws, Self.fewestDraws)
        self.seed = seed
    }

    /// The ratio other / baseline of two arms, each a list of runs, each run its values in order.
    ///
    /// Needs two runs an arm, none empty, and positive values. Matched runs stand at the same place in both arms.
    package func ratio(
        baseline: [[Double]],
        other: [[Double]],
        statistic: Statistic,
        matched: Bool,
        level: Double = 0.95
    ) throws(StatisticsError) -> Result {
        guard level > 0, level < 1 else { throw .outsideUnit(what: "level", value: level) }
        if matched, baseline.count != other.count {
            throw .unmatched(baseline: baseline.count, other: other.count)
        }
        try Self.check(baseline, "baseline")
        try Self.check(other, "other")
        let block = Self.blockLength(baseline + other)
        var left = ResampledArm(baseline, statistic, blockLength: block)
        var right = ResampledArm(other, statistic, blockLength: block)
        let wholeLeft = left.whole()
        let wholeRight = right.whole()
        let estimate = wholeRight / wholeLeft

        var generator = RandomGenerator(seed: seed)
        var ratios = [Double](repeating: 0, count: draws)
        var chosen = [Int](repeating: 0, count: baseline.count)
        var chosenOther = [Int](repeating: 0, count: other.count)
        for draw in 0..<draws {
            for place in chosen.indices { chosen[place] = generator.index(below: baseline.count) }
            if matched {
                chosenOther = chosen
            } else {
                for place in chosenOther.indices { chosenOther[place] = generator.index(below: other.count) }
            }
            let below = left.resample(chosen, &generator)
            ratios[draw] = right.resample(chosenOther, &generator) / below
        }

        let influences =
            matched
            ? Self.centered(baseline.indices.map { right.whole(without: $0) / left.whole(without: $0) })
            : Self.centered(baseline.indices.map { wholeRight / left.whole(without: $0) })
                + Self.centered(other.indices.map { right.whole(without: $0) / wholeLeft })
        return try Self.correct(ratios, estimate, influences, level, block, min(baseline.count, other.count))
    }

    /// The block length for runs of dependent values: the cube root of their length, 1 without autocorrelation.
    package static func blockLength(_ runs: [[Double]]) -> Int {
        var sum = 0.0
        var pairs = 0
        var longest = 0
        for run in runs {
            longest = max(longest, run.count)
            guard let rho = Autocorrelation.lagOne(run) else { continue }
            sum += rho * Double(run.count)
            pairs += run.count
        }
        guard pairs > 0 else { return 1 }
        // Pooled over all runs, with the known bias of about -1/n of each run's estimate given back.
        let pooled = sum / Double(pairs) + Double(runs.count) / Double(pairs)
        if Autocorrelation.isNegligible(pooled, count: pairs) { return 1 }
        return max(1, Int(Double.root(Double(longest), 3).rounded()))
    }

    private static func check(_ runs: [[Double]], _ arm: String) throws(StatisticsError) {
        guard runs.count >= 2 else { throw .tooFew(unit: "\(arm) runs", have: runs.count, need: 2) }
        for (index, run) in runs.enumerated() {
            guard !run.isEmpty else { throw .tooFew(unit: "values in \(arm) run \(index + 1)", have: 0, need: 1) }
            try LogRatio.requirePositive(run, "\(arm) run \(index + 1): value")
        }
    }

    /// Empirical influences from leave-one-out estimates, on the scale of their arm.
    private static func centered(_ left: [Double]) -> [Double] {
        let mean = Moments(left).mean
        let scale = Double(left.count - 1) / Double(left.count)
        return left.map { (mean - $0) * scale }
    }

    private static func correct(
        _ ratios: [Double],
        _ estimate: Double,
        _ influences: [Double],
        _ level: Double,
        _ block: Int,
        _ runs: Int
    ) throws(StatisticsError) -> Result {
        let spread = Moments(ratios).standardDeviation
        guard spread.isFinite, spread > LogRatio.resolution * estimate else {
            throw .noSpread(unit: "bootstrap draws", count: ratios.count, estimate: estimate)
        }
        var below = 0.0
        for ratio in ratios { below += ratio < estimate ? 1 : ratio == estimate ? 0.5 : 0 }
        let count = Double(ratios.count)
        let bias = Normal.quantile(min(max(below, 0.5), count - 0.5) / count)
        var squares = 0.0
        var cubes = 0.0
        // Relative to the estimate, so that no power underflows.
        for influence in influences {
            let relative = influence / estimate
            squares += relative * relative
            cubes += relative * relative * relative
        }
        let acceleration = squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
        func share(_ z: Double) -> Double {
            let shifted = bias + z
            let divisor = 1 - acceleration * shifted
            // Beyond the pole the correction has no meaning; the end of the draws is all that can be said.
            return divisor > 0 ? Normal.cumulative(bias + shifted / divisor) : (z < 0 ? 0 : 1)
        }
        let z = Normal.quantile(0.5 + 0.5 * level)
        let bounds = Quantiles.of(ratios, [share(-z), share(z)])
        guard bounds.count == 2 else { throw .outsideUnit(what: "level", value: level) }
        return Result(
            interval: Interval(
                estimate: estimate,
                low: min(bounds[0], estimate),
                high: max(bounds[1], estimate),
                level: level
            ),
            blockLength: block,
            bias: bias,
            acceleration: acceleration,
            hasFewRuns: runs < recommendedRuns
        )
    }
}

/// One arm of a bootstrap, prepared so that a draw costs by the number of blocks, not of values, where it can.
private struct ResampledArm {
    private let runs: [[Double]]
    private let statistic: Bootstrap.Statistic
    private let blockLength: Int
    /// Running sums of each run, relative to its first value so that they keep their digits.
    private let sums: [[Double]]
    private var pooled: [Double] = []

    init(_ runs: [[Double]], _ statistic: Bootstrap.Statistic, blockLength: Int) {
        self.runs = runs
        self.statistic = statistic
        self.blockLength = blockLength
        sums = runs.map { run in
            let first = run.first ?? 0
            var total = 0.0
            return [0]
                + run.map { value in
                    total += value - first
                    return total
                }
        }
    }

    /// The statistic of the arm as measured, with one run left out where asked.
    func whole(without left: Int? = nil) -> Double {
        let kept = runs.indices.filter { $0 != left }
        switch statistic {
        case .mean:
            var total = 0.0
            for run in kept { total += (runs[run].first ?? 0) + (sums[run].last ?? 0) / Double(runs[run].count) }
            return total / Double(kept.count)
        case .median:
            return Quantiles.median(kept.flatMap { runs[$0] }) ?? .nan
        }
    }

    /// The statistic of one draw: the chosen runs, each rebuilt from blocks of itself.
    mutating func resample(_ chosen: [Int], _ generator: inout RandomGenerator) -> Double {
        switch statistic {
        case .mean:
            var total = 0.0
            for run in chosen {
                let values = runs[run]
                let count = values.count
                let length = min(blockLength, count)
                var sum = 0.0
                if length == 1 {
                    for _ in 0..<count { sum += values[generator.index(below: count)] }
                    total += sum / Double(count)
                    continue
                }
                let sums = sums[run]
                var filled = 0
                while filled < count {
                    let start = generator.index(below: count - length + 1)
                    let taken = min(length, count - filled)
                    sum += sums[start + taken] - sums[start]
                    filled += taken
                }
                total += values[0] + sum / Double(count)
            }
            return total / Double(chosen.count)
        case .median:
            pooled.removeAll(keepingCapacity: true)
            for run in chosen {
                let values = runs[run]
                let length = min(blockLength, values.count)
                if length == 1 {
                    for _ in 0..<values.count { pooled.append(values[generator.index(below: values.count)]) }
                    continue
                }
                var filled = 0
                while filled < values.count {
                    let start = generator.index(below: values.count - length + 1)
                    let taken = min(length, values.count - filled)
                    pooled.append(contentsOf: values[start..<(start + taken)])
                    filled += taken
                }
            }
            return Quantiles.medianReordering(&pooled) ?? .nan
        }
    }
}
