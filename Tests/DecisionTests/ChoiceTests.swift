import Cost
import Probability
import Testing

@testable import Decision

@Suite("Choice: cheapest, probability, regret, information")
struct ChoiceTests {
    /// Normal draws at the midpoints of equal steps of probability, shuffled: mean and spread without noise.
    private func normals(_ count: Int, mean: Double, sd: Double, seed: UInt64) -> [Double] {
        var generator = RandomGenerator(seed: seed)
        var values = (0..<count).map { mean + sd * Normal.quantile((Double($0) + 0.5) / Double(count)) }
        values.shuffle(using: &generator)
        return values
    }

    private func tally(_ columns: [[Double]]) -> Tally {
        var tally = Tally(draws: columns.first?.count ?? 0)
        for (index, column) in columns.enumerated() {
            column.withUnsafeBufferPointer { tally.add(index, $0) }
        }
        return tally
    }

    @Test("against a brute force: the mean, the cheapest of each draw, its cost", arguments: 0..<5 as Range<UInt64>)
    func bruteForce(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        let columns = (0..<6).map { _ in (0..<257).map { _ in (generator.uniform() * 8).rounded() } }
        let tally = tally(columns)
        for draw in 0..<257 {
            let costs = columns.map { $0[draw] }
            let least = try #require(costs.min())
            #expect(tally.lowest[draw] == least)
            // Ties count for the first.
            #expect(Int(tally.cheapest[draw]) == costs.firstIndex(of: least))
        }
        let means = columns.map { $0.reduce(0, +) / 257 }
        #expect(tally.best == means.firstIndex(of: try #require(means.min())))
        #expect(tally.wins.reduce(0, +) == 257)
        let best = try #require(tally.best)
        let regret = Estimated(regretOf: columns[best], lowest: tally.lowest)
        let expected = means[best] - tally.lowest.reduce(0, +) / 257
        #expect(abs(regret.value - expected) < 1e-12)
        // No other fixed choice has less regret.
        for column in columns {
            #expect(Estimated(regretOf: column, lowest: tally.lowest).value >= regret.value - 1e-12)
        }
    }

    @Test("a tally of parts is the tally of the whole")
    func parts() {
        let columns = (0..<3).map { normals(1_000, mean: 5, sd: Double($0 + 1), seed: UInt64($0)) }
        var joined = tally(columns.map { Array($0[..<300]) })
        joined.append(tally(columns.map { Array($0[300...]) }))
        let whole = tally(columns)
        #expect(joined.cheapest == whole.cheapest)
        #expect(joined.lowest == whole.lowest)
        for (a, b) in zip(joined.sums, whole.sums) { #expect(abs(a - b) < 1e-9) }
    }

    @Test("rounding never decides: costs a part in 10^12 apart are a tie, for the first")
    func roundingTies() {
        let tally = tally([[1_000, 1_000], [1_000 - 1e-9, 999]])
        #expect(Array(tally.cheapest) == [0, 1])
        #expect(self.tally([[1_000], [1_000 - 1e-9]]).best == 0)
    }

    @Test(
        "perfect information on a normal difference is sd times the unit normal loss",
        arguments: [(0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (2.0, 1.0), (30.0, 60.0), (-20.0, 40.0)]
    )
    func normalInformation(mean: Double, sd: Double) {
        let count = 40_000
        let difference = normals(count, mean: mean, sd: sd, seed: 3)
        let base = normals(count, mean: 1_000, sd: 200, seed: 4)
        let columns = CostColumns([base, zip(base, difference).map { $0 + $1 }])
        let chosen = mean >= 0 ? 0 : 1
        let z = abs(mean) / sd
        let exact = sd * (Normal.density(z) - z * (1 - Normal.cumulative(z)))
        // Knowing the difference is knowing everything.
        let everything = PerfectInformation.ofEverything(costs: columns, chosen: chosen).value
        #expect(abs(everything - exact) < 0.002 * sd)
        let binned = PerfectInformation(of: difference, costs: columns, chosen: chosen).value
        #expect(abs(binned.value - exact) < 3 * binned.standardError + 0.01 * sd)
        #expect(binned.value < everything + 1e-9)
        // Knowing what does not bear on the difference is worth nothing.
        let useless = PerfectInformation(of: base, costs: columns, chosen: chosen).value
        #expect(useless.value <= 3 * useless.standardError)
    }

    @Test("noise is not information: crossed halves give no worth to an idle input", arguments: 0..<20 as Range<UInt64>)
    func noBias(seed: UInt64) {
        var generator = RandomGenerator(seed: seed, stream: 9)
        let idle = (0..<2_000).map { _ in generator.uniform() }
        let costs = CostColumns((0..<4).map { _ in (0..<2_000).map { _ in generator.normal() } })
        let means = (0..<4).map(costs.mean)
        let chosen = means.firstIndex(of: means.min() ?? 0) ?? 0
        let value = PerfectInformation(of: idle, costs: costs, chosen: chosen).value
        #expect(value.value <= 3.5 * value.standardError)
    }

    @Test("degenerate indices and columns: nothing to gain, no trap")
    func degenerate() {
        let one = CostColumns([[1, 2, 3]])
        #expect(PerfectInformation(of: [1.0, 2, 3], costs: one, chosen: 0).value.value == 0)
        let two = CostColumns([[1, 2], [2, 1]])
        #expect(PerfectInformation(of: [5.0, 5], costs: two, chosen: 0).value.value == 0)
        #expect(PerfectInformation(of: [Double](), costs: two, chosen: 0).value.value == 0)
        #expect(PerfectInformation(of: [Double.nan, .infinity], costs: two, chosen: 1).value.value == 0)
    }

    @Test("standard errors of shares: never zero at none or all, near the binomial one between")
    func shares() {
        let none = Estimated(shareOf: [Bool](repeating: false, count: 1_000))
        #expect(none.value == 0 && none.standardError > 0)
        var generator = RandomGenerator(seed: 5)
        let half = Estimated(shareOf: (0..<16_384).map { _ in generator.uniform() < 0.5 })
        #expect(abs(half.standardError - 0.0039) < 0.002)
        #expect(Estimated(shareOf: [Bool]()).value == 0)
    }

    @Test("rank correlation: monotone is one, ties share ranks, an idle input has no share")
    func ranks() {
        let x = (0..<500).map(Double.init)
        let cubed = RankCorrelation.centredRanks(x.map { $0 * $0 * $0 })
        #expect(abs(RankCorrelation.correlation(RankCorrelation.centredRanks(x), cubed) - 1) < 1e-12)
        #expect(RankCorrelation.centredRanks([2, 1, 2]) == [0.5, -1, 0.5])
        #expect(RankCorrelation.varianceShares([0.8, 0.02, -0.4], draws: 1_000) == [0.8, 0, 0.2])
        #expect(RankCorrelation.varianceShares([0, 0], draws: 10) == [0, 0])
    }

    @Test("a straight line's root is exact; a step and a kink are closed in on")
    func roots() {
        let line = Roots.solve(0, 10, -3, 17) { 2 * $0 - 3 }
        #expect(abs(line - 1.5) < 1e-12)
        let cubic = Roots.solve(0, 3, -2, 25, steps: 60) { $0 * $0 * $0 - 2 }
        #expect(abs(cubic - 1.259_921_049_894_873) < 1e-5)
        let step = Roots.solve(0, 1, -1, 1, steps: 60) { $0 < 0.37 ? -1 : 1 }
        #expect(abs(step - 0.37) < 1e-5)
    }

    @Test("the order of assignments: today's first, then the study's, the first workload slowest")
    func order() {
        let space = AssignmentSpace(eligible: [[0, 1], [1, 2]], today: [1, 1])
        #expect(space.all() == [[1, 1], [0, 1], [0, 2], [1, 2]])
        let barred = AssignmentSpace(eligible: [[0], [1, 2]], today: [1, 1])
        #expect(!barred.isTodayEligible)
        #expect(barred.all() == [[0, 1], [0, 2]])
        let many = AssignmentSpace(eligible: [[Int]](repeating: [0, 1, 2, 3], count: 64), today: [])
        #expect(many.all() == nil)
    }
}
