import Evidence
import Glibc
import Probability

/// How often the BCa interval holds the true ratio: the seeded simulation of the tests, too long for a test.
enum BootstrapCoverage {
    /// One line per case: 1,000 repetitions of 2,000 draws over 20 runs an arm, true ratio 1.03.
    static func run(repetitions: Int = 1_000, draws: Int = 2_000, runs: Int = 20) throws {
        print(
            "BCa bootstrap, \(repetitions) repetitions of \(draws) draws, \(runs) runs of 50 steps an arm, nominal 95 %"
        )
        let cases: [(Noise, Bootstrap.Statistic, Bool)] = [
            (.normal, .mean, true), (.normal, .mean, false), (.normal, .median, true), (.normal, .median, false),
            (.autocorrelated, .mean, false), (.autocorrelated, .median, false), (.skewed, .mean, false),
            (.skewed, .median, false),
        ]
        for (noise, statistic, matched) in cases {
            let clock = ContinuousClock()
            let start = clock.now
            let covered = try coverage(noise, statistic, matched, repetitions, draws, runs)
            let seconds = (clock.now - start).components.seconds
            let label = "\(noise) steps, ratio of \(statistic)s, \(matched ? "paired" : "unpaired")"
            print("\(label): coverage \(tenths(covered)) % in \(seconds) s")
            fflush(nil)
        }
    }

    /// How steps vary inside a run; runs themselves vary by 0.5 %.
    enum Noise {
        case normal, autocorrelated, skewed
    }

    private static func coverage(
        _ noise: Noise,
        _ statistic: Bootstrap.Statistic,
        _ matched: Bool,
        _ repetitions: Int,
        _ draws: Int,
        _ runs: Int
    ) throws -> Double {
        var covered = 0
        for repetition in 0..<repetitions {
            var generator = RandomGenerator(seed: 2026, stream: UInt64(repetition))
            let baseline = (0..<runs).map { _ in steps(noise, 1, &generator) }
            let other = (0..<runs).map { _ in steps(noise, 1.03, &generator) }
            let result = try Bootstrap(draws: draws, seed: UInt64(repetition)).ratio(
                baseline: baseline,
                other: other,
                statistic: statistic,
                matched: matched
            )
            if result.interval.contains(1.03) { covered += 1 }
        }
        return Double(covered) / Double(repetitions)
    }

    private static func steps(_ noise: Noise, _ level: Double, _ generator: inout RandomGenerator) -> [Double] {
        let center = level * (1 + 0.005 * generator.normal())
        var state = generator.normal()
        return (0..<50).map { _ in
            switch noise {
            case .normal: return center * (1 + 0.02 * generator.normal())
            case .autocorrelated:
                state = 0.6 * state + 0.8 * generator.normal()
                return center * (1 + 0.02 * state)
            case .skewed:
                let normal = generator.normal()
                return center * (1 + 0.02 * normal * normal)
            }
        }
    }

    /// A share in per cent with one decimal.
    private static func tenths(_ share: Double) -> Double { (share * 1000).rounded() / 10 }
}
