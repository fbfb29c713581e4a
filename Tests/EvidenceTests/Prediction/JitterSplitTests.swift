import Foundation
import Probability
import Testing

@testable import Evidence

@Suite("Jitter and steady loss")
struct JitterSplitTests {
    /// Runs of steps that are `typical`, every tenth one longer by a share.
    static func arm(_ typical: Double, longer: Double, seed: UInt64) -> [[Double]] {
        var generator = RandomGenerator(seed: seed)
        return (0..<6).map { _ in
            let run = typical * (1 + 0.001 * generator.normal())
            return (0..<200).map { $0 % 10 == 0 ? run * (1 + longer) : run * (1 + 0.0001 * generator.normal()) }
        }
    }

    @Test("a slower machine is all steady, a noisier one all jitter")
    func extremes() throws {
        let base = Self.arm(1, longer: 0.05, seed: 1)
        let steady = try JitterSplit(baseline: base, other: Self.arm(1.1, longer: 0.05, seed: 2))
        #expect(steady.steady.contains(0.1) && abs(steady.jitter.estimate) < 0.001)
        let noisy = try JitterSplit(baseline: base, other: Self.arm(1, longer: 0.55, seed: 3))
        #expect(abs(noisy.jitter.estimate - (1.055 / 1.005 - 1)) < 0.001)
        #expect(abs(noisy.steady.estimate) < 0.002)
        #expect(try #require(noisy.share).contains(1))
    }

    @Test("the parts add up to the whole, on logarithms")
    func sum() throws {
        let split = try JitterSplit(
            baseline: Self.arm(1, longer: 0.05, seed: 1),
            other: Self.arm(1.03, longer: 0.3, seed: 2)
        )
        let product = (1 + split.steady.estimate) * (1 + split.jitter.estimate)
        #expect(abs(product - 1 - split.total.estimate) < 1e-12)
    }

    @Test("is refused for what is no step")
    func refused() {
        #expect(throws: StatisticsError.self) {
            try JitterSplit(baseline: [[1, 0], [1, 1]], other: [[1, 1], [1, 2]])
        }
        #expect(throws: StatisticsError.self) { try JitterSplit(baseline: [[1, 2]], other: [[1, 1], [1, 2]]) }
    }

    static let steps = SharedData.path("mlperf/gpt3_v31_step_s.csv")

    @Test(
        "of the public GPT-3 runs: jitter could explain a quarter, at most two thirds, and perhaps nothing",
        .enabled(if: steps != nil, "needs the public step series, mlperf/gpt3_v31_step_s.csv in the shared data folder")
    )
    func published() throws {
        let text = try String(contentsOfFile: try #require(Self.steps), encoding: .utf8)
        var arms: [String: [String: [Double]]] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",").map(String.init)
            guard fields.count == 4, let step = Int(fields[2]), step >= 5, let seconds = Double(fields[3]) else {
                continue
            }
            arms[fields[0], default: [:]][fields[1], default: []].append(seconds)
        }
        func runs(_ name: String) throws -> [[Double]] {
            let runs = try #require(arms[name])
            return runs.keys.sorted().compactMap { runs[$0] }
        }
        let split = try JitterSplit(baseline: runs("bm_eos"), other: runs("vm_azure"))
        func percent(_ interval: Interval) -> [String] {
            [interval.estimate, interval.low, interval.high].map { String(format: "%.1f", $0 * 100) }
        }
        #expect(percent(split.total) == ["2.6", "2.1", "3.1"])
        #expect(percent(split.steady) == ["2.0", "0.6", "3.4"])
        #expect(percent(split.jitter) == ["0.6", "-0.3", "1.6"])
        let share = try #require(split.share)
        #expect(
            [share.estimate, share.low, share.high].map { String(format: "%.0f", $0 * 100) } == ["24", "-16", "64"]
        )
        // What hangs on the choice of the typical step: a low quantile blames jitter less, not more.
        let other = try JitterSplit(baseline: runs("bm_eos"), other: runs("vm_azure"), quantile: 0.05)
        #expect(try #require(other.share).estimate < share.estimate)
    }
}
