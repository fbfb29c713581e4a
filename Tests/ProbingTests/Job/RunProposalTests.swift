import Evidence
import Probability
import Testing

@testable import Probing

@Suite("How many runs find a slowdown")
struct RunProposalTests {
    /// Chi-square quantiles at 0.1, from tables.
    @Test(
        "Chi-square's lower quantile is within 1 % of the tables",
        arguments: [(4.0, 1.0636), (7, 2.8331), (9, 4.1682)]
    )
    func chiSquare(freedom: Double, value: Double) {
        #expect(abs(RunProposal.chiSquareQuantile(0.1, freedom) / value - 1) < 0.01)
    }

    @Test("Fewer than three runs, or runs without time, propose nothing")
    func tooFew() {
        #expect(RunProposal(runs: [1, 2], detect: 0.02) == nil)
        #expect(RunProposal(runs: [1, 0, -1, .nan, .infinity], detect: 0.02) == nil)
        #expect(RunProposal(pairs: [(1, 2), (0, 1), (2, .nan)], detect: 0.02) == nil)
    }

    @Test("A spread beyond all measure is said, not numbered")
    func hopeless() throws {
        let proposal = try #require(RunProposal(runs: [1, 1000, 1e6], detect: 0.001))
        #expect(proposal.runs == nil)
    }

    @Test("Without any spread nothing is proposed: neither the least number nor the most")
    func noSpread() throws {
        for proposal in [
            RunProposal(runs: [2.5, 2.5, 2.5, 2.5], detect: 0.02),
            RunProposal(pairs: [(1, 1.5), (2, 3), (4, 6)], detect: 0.02),
        ] {
            let found = try #require(proposal)
            #expect(!found.isSpreadKnown && found.runs == nil)
        }
        let spread = try #require(RunProposal(runs: [2.5, 2.500001, 2.5], detect: 0.02))
        #expect(spread.isSpreadKnown && spread.runs == 3)
    }

    @Test("More spread asks for more runs, a larger slowdown for fewer")
    func monotonous() throws {
        func runs(_ spread: Double, _ detect: Double) throws -> Int {
            let values = [1, 1 + spread, 1 - spread, 1 + spread / 2, 1 - spread / 2]
            return try #require(RunProposal(runs: values, detect: detect)?.runs)
        }
        #expect(try runs(0.01, 0.02) < runs(0.03, 0.02))
        #expect(try runs(0.03, 0.05) < runs(0.03, 0.02))
    }

    /// A whole measurement of two arms, each with the number of runs that its pilot proposes: whether it is found.
    static func isFound(slowdown: Double, spread: Double, seed: UInt64) throws -> Bool {
        var generator = RandomGenerator(seed: seed, stream: 7)
        func run(_ slow: Double) -> Double {
            100 * slow * (1 + spread * generator.normal())
        }
        let pilot = (0..<8).map { _ in run(1) }
        let count = try #require(RunProposal(runs: pilot, detect: 0.02)?.runs)
        let base = pilot + (0..<max(0, count - 8)).map { _ in run(1) }
        let other = (0..<base.count).map { _ in run(1 + slowdown) }
        let ratio = try LogRatio.independent(baseline: base, other: other)
        let interval = ratio.logInterval(level: 0.95)
        return interval.low > 0 || interval.high < 0
    }

    @Test(
        "A 2 % slowdown is found in 19 of 20 measurements with the proposed number of runs",
        arguments: [0.003, 0.01, 0.02]
    )
    func power(spread: Double) throws {
        let trials = 400
        let found = try (0..<trials).count { try Self.isFound(slowdown: 0.02, spread: spread, seed: UInt64($0)) }
        // On average over pilots at least 95 % (380), less three standard errors of the simulation.
        #expect(found >= 367, "found \(found) of \(trials)")
    }

    @Test("No slowdown is found in about 5 % of measurements")
    func falseAlarms() throws {
        let trials = 600
        let found = try (0..<trials).count { try Self.isFound(slowdown: 0, spread: 0.01, seed: UInt64(10_000 + $0)) }
        #expect((12...50).contains(found), "found \(found) of \(trials)")
    }
}
