import Evidence
import Probability
import Testing

/// Runs whose means vary by 0.5 % and whose 200 steps vary by 2 %, with a known true ratio.
@Suite struct NullSimulationTests {
    static let runSd = 0.005
    static let stepSd = 0.02
    static let steps = 200

    /// The mean of a run, by the law that the mean of its normal steps has.
    static func runMean(_ generator: inout RandomGenerator) -> Double {
        // Step noise leaves sd / sqrt(200) in the mean; the sum of two normals is one.
        let sd = (runSd * runSd + stepSd * stepSd / Double(steps)).squareRoot()
        return 1 + sd * generator.normal()
    }

    static func run(_ generator: inout RandomGenerator) -> [Double] {
        let level = 1 + runSd * generator.normal()
        return (0..<steps).map { _ in level + stepSd * generator.normal() }
    }

    @Test("20,000 repetitions: false positives and coverage at every size", arguments: [3, 4, 5, 10, 20])
    func calibration(runs: Int) throws {
        let repetitions = 20_000
        var generator = RandomGenerator(seed: 2, stream: UInt64(runs))
        var excluded = (paired: 0, welch: 0)
        var covered = (paired: 0, welch: 0)
        for _ in 0..<repetitions {
            let baseline = (0..<runs).map { _ in Self.runMean(&generator) }
            let other = (0..<runs).map { _ in Self.runMean(&generator) }
            if !(try LogRatio.paired(baseline: baseline, other: other).interval().contains(1)) { excluded.paired += 1 }
            if !(try LogRatio.independent(baseline: baseline, other: other).interval().contains(1)) {
                excluded.welch += 1
            }
            let slower = (0..<runs).map { _ in 1.03 * Self.runMean(&generator) }
            if try LogRatio.paired(baseline: baseline, other: slower).interval().contains(1.03) { covered.paired += 1 }
            if try LogRatio.independent(baseline: baseline, other: slower).interval().contains(1.03) {
                covered.welch += 1
            }
        }
        let share = 1 / Double(repetitions)
        #expect((0.045...0.055).contains(Double(excluded.paired) * share))
        #expect((0.030...0.055).contains(Double(excluded.welch) * share))
        #expect((0.945...0.955).contains(Double(covered.paired) * share))
        #expect((0.945...0.970).contains(Double(covered.welch) * share))
    }

    @Test("the law of the run mean is that of runs simulated step by step")
    func shortcut() {
        var generator = RandomGenerator(seed: 3)
        let count = 2_000
        let means = Moments((0..<count).map { _ in Moments(Self.run(&generator)).mean })
        let law = Moments((0..<count).map { _ in Self.runMean(&generator) })
        let variance = Self.runSd * Self.runSd + Self.stepSd * Self.stepSd / Double(Self.steps)
        // A sample variance of n values has relative sd sqrt(2/n), here 3.2 %.
        #expect(abs(means.variance / variance - 1) < 0.11)
        #expect(abs(law.variance / variance - 1) < 0.11)
        #expect(abs(means.mean - 1) < 4 * (variance / Double(count)).squareRoot())
    }

    @Test("pooling steps as if they were independent finds a difference in half of the cases where none is")
    func pooling() throws {
        var generator = RandomGenerator(seed: 4)
        let repetitions = 300
        var pooled = 0
        var byRun = 0
        for _ in 0..<repetitions {
            let baseline = (0..<3).map { _ in Self.run(&generator) }
            let other = (0..<3).map { _ in Self.run(&generator) }
            let left = Moments(baseline.flatMap { $0 })
            let right = Moments(other.flatMap { $0 })
            let error = (left.variance / Double(left.count) + right.variance / Double(right.count)).squareRoot()
            if abs(left.mean - right.mean) > 1.96 * error { pooled += 1 }
            let runs = try LogRatio.independent(
                baseline: baseline.map { Moments($0).mean },
                other: other.map { Moments($0).mean }
            )
            if !runs.interval().contains(1) { byRun += 1 }
        }
        #expect(pooled > repetitions * 45 / 100)
        #expect(byRun < repetitions * 9 / 100)
    }
}
