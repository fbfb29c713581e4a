import Probability
import Testing

@testable import Evidence

/// How well the windows of runs tell how regularly detours come.
@Suite struct RunWindowsTests {
    /// A variance of k degrees of freedom has a relative deviation of the root of 2/k (chi-squared over k).
    @Test(arguments: [(4.0, 200), (120.0, 40), (0.3, 1_000)])
    func `a dispersion is redrawn as the variance of so many windows`(_ dispersion: Double, _ degrees: Int) {
        var run = RunWindows()
        run.classes[2].add(dispersion, degrees, 5_000)
        var generator = RandomGenerator(seed: 7)
        let draws = (0..<4_000).map { _ in
            RunWindows.regularity([run.redrawn(&generator)]).dispersions[2] / dispersion
        }
        let mean = draws.reduce(0, +) / Double(draws.count)
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count - 1)
        let expected = 2 / Double(degrees)
        #expect(abs(mean - 1) < 4 * (expected / 4_000).squareRoot() + 0.002)
        #expect(abs(variance / expected - 1) < 0.15)
    }

    @Test func `runs weigh as many detours as they saw; too few windows say nothing, drawn or not`() {
        var (one, other) = (RunWindows(), RunWindows())
        one.classes[0].add(3, 100, 900)
        other.classes[0].add(5, 100, 100)
        #expect(abs(RunWindows.regularity([one, other]).dispersions[0] - 3.2) < 1e-12)
        var few = RunWindows()
        few.classes[1].add(50, 5, 1_000)
        var generator = RandomGenerator(seed: 1)
        #expect(RunWindows.regularity([few]).dispersions[1] == 1)
        #expect(RunWindows.regularity([few.redrawn(&generator)]).dispersions[1] == 1)
        // Without classes the windows over all lengths hold for each.
        var all = RunWindows()
        all.all.add(2, 400, 3_000)
        #expect(RunWindows.regularity([all]).dispersions == [2, 2, 2, 2])
    }
}
