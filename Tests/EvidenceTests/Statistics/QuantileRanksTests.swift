import Evidence
import Probability
import Testing

@Suite struct QuantileRanksTests {
    @Test(
        "the fewest samples for a finite 95 % interval",
        arguments: zip([0.5, 0.9, 0.99, 0.999, 0.9999, 0.1, 0.01], [6, 36, 368, 3688, 36_887, 36, 368])
    )
    func minimum(p: Double, need: Int) throws {
        #expect(try QuantileRanks.samplesNeeded(quantile: p) == need)
        _ = try QuantileRanks(quantile: p, samples: need)
        #expect(throws: StatisticsError.tooFew(unit: "samples", have: need - 1, need: need)) {
            try QuantileRanks(quantile: p, samples: need - 1)
        }
    }

    @Test(
        "ranks and exact coverage: scipy 1.17.1 binom.cdf searched rank by rank",
        arguments: [
            (6, 0.5, 1, 6, 0.96875), (36, 0.9, 29, 36, 0.9539621052026521), (100, 0.5, 40, 61, 0.9647997997822952),
            (368, 0.99, 360, 368, 0.9624158204108587), (1000, 0.9, 881, 919, 0.9549071811148259),
            (3688, 0.999, 3680, 3688, 0.9616237518034272),
        ]
    )
    func known(samples: Int, p: Double, low: Int, high: Int, coverage: Double) throws {
        let ranks = try QuantileRanks(quantile: p, samples: samples)
        #expect(ranks.low == low)
        #expect(ranks.high == high)
        #expect(abs(ranks.coverage - coverage) < 1e-12)
    }

    @Test(
        "how wide tails are: p99 of 10,000 spans 0.988 to 0.992",
        arguments: [
            (10_000, 0.99, 9880, 9921), (100_000, 0.999, 99_880, 99_921), (1_000_000, 0.9999, 999_880, 999_921),
        ]
    )
    func width(samples: Int, p: Double, low: Int, high: Int) throws {
        let ranks = try QuantileRanks(quantile: p, samples: samples)
        #expect(abs(ranks.low - low) <= 1)
        #expect(abs(ranks.high - high) <= 1)
    }

    @Test("coverage is at least the level and one rank fewer is not", arguments: [40, 57, 200, 999])
    func tight(samples: Int) throws {
        for p in [0.2, 0.5, 0.9] {
            for level in [0.8, 0.9, 0.95] {
                let ranks = try QuantileRanks(quantile: p, samples: samples, level: level)
                #expect(ranks.coverage >= level)
                let tail = (1 - level) / 2
                #expect(Binomial.cumulative(ranks.low - 1, of: samples, probability: p) <= tail)
                #expect(Binomial.cumulative(ranks.low, of: samples, probability: p) > tail)
                #expect(Binomial.cumulative(ranks.high - 1, of: samples, probability: p) >= 1 - tail)
                #expect(Binomial.cumulative(ranks.high - 2, of: samples, probability: p) < 1 - tail)
            }
        }
    }

    @Test("of skewed samples the interval holds the true quantile as often as it says", arguments: [0.5, 0.9])
    func coverage(p: Double) throws {
        var generator = RandomGenerator(seed: 8)
        let law = try Distribution.lognormal(p10: 1, p90: 20)
        let truth = law.quantile(p)
        let samples = 60
        let repetitions = 2_000
        var held = 0
        for _ in 0..<repetitions {
            let sorted = (0..<samples).map { _ in law.draw(&generator) }.sorted()
            if try QuantileRanks.interval(sorted: sorted, quantile: p).contains(truth) { held += 1 }
        }
        let exact = try QuantileRanks(quantile: p, samples: samples).coverage
        #expect(abs(Double(held) / Double(repetitions) - exact) < 0.016)
    }

    @Test("dependent samples are worth fewer: wider ranks, and too few sooner")
    func dependent() throws {
        let all = try QuantileRanks(quantile: 0.9, samples: 1000)
        let fewer = try QuantileRanks(quantile: 0.9, samples: 1000, effectiveSamples: 250)
        #expect(fewer.low < all.low && fewer.high > all.high && fewer.high <= 1000)
        #expect(throws: StatisticsError.tooFew(unit: "samples", have: 20, need: 36)) {
            try QuantileRanks(quantile: 0.9, samples: 1000, effectiveSamples: 20)
        }
        // An effective number above the real one is not believed.
        #expect(try QuantileRanks(quantile: 0.9, samples: 1000, effectiveSamples: 9999) == all)
    }

    @Test("nonsense is refused and huge claims do not trap")
    func nonsense() throws {
        for p in [0, 1, -0.5, Double.nan, .infinity] {
            #expect(throws: StatisticsError.self) { try QuantileRanks(quantile: p, samples: 1000) }
        }
        for level in [0, 1, 1.5, Double.nan] {
            #expect(throws: StatisticsError.self) { try QuantileRanks(quantile: 0.5, samples: 1000, level: level) }
        }
        #expect(throws: StatisticsError.self) { try QuantileRanks(quantile: 0.5, samples: .min) }
        #expect(throws: StatisticsError.self) { try QuantileRanks.interval(sorted: [], quantile: 0.5) }
        #expect(try QuantileRanks.samplesNeeded(quantile: 1e-300) == .max)
        let ranks = try QuantileRanks(quantile: 0.5, samples: .max, effectiveSamples: 1000)
        #expect(ranks.low < ranks.high)
    }
}
