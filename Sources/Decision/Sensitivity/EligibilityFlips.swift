import Cost
import Estate
import Probability
import Study

/// Values of latency, overhead and memory beyond which a model may no longer, or may again, carry a workload.
///
/// Shown whether the choice moves, an alternative comes or goes, or nothing is left to choose.
struct EligibilityFlips: Sendable {
    let preparation: Preparation
    let pricer: Pricer
    let selection: Selection

    /// A threshold that was passed: what is chosen on its two sides, nothing where nothing is eligible.
    struct Passed: Sendable {
        var input: Int
        var value: Double
        var workload: Int
        var platform: Int
        var below: [Int]?
        var above: [Int]?
    }

    private struct Threshold {
        var input: Int
        var value: Double
        var code: String
        var platform: Int
        /// Whether the input is the latency itself, which every platform stretches.
        var isShared: Bool
    }

    /// By workload, then input in the study's order, then value.
    func passed() -> [Passed] {
        preparation.study.workloads.indices.flatMap { workload in
            preparation.model.platforms.indices.flatMap { thresholds(workload, $0) }
                .sorted { left, right in
                    if left.input != right.input { return left.input < right.input }
                    return left.value != right.value ? left.value < right.value : left.platform < right.platform
                }
                .map { threshold in
                    Passed(
                        input: threshold.input,
                        value: threshold.value,
                        workload: workload,
                        platform: threshold.platform,
                        below: best(workload, threshold, isBelow: true),
                        above: best(workload, threshold, isBelow: false)
                    )
                }
                .filter { $0.below != nil || $0.above != nil }
        }
    }

    private func thresholds(_ position: Int, _ platform: Int) -> [Threshold] {
        let workload = preparation.study.workloads[position]
        let terms = preparation.study.platforms[platform]
        let rejections = preparation.eligibility[position][platform].rejections
        var thresholds: [Threshold] = []
        func add(_ key: String?, _ value: Double, _ code: String, isShared: Bool) {
            // Another rejection stands whatever this input is.
            guard rejections.allSatisfy({ $0.code == code }), let key, let input = pricer.model.input(key),
                value.isFinite, pricer.model.inputs[input].range.contains(value)
            else { return }
            thresholds.append(
                Threshold(input: input, value: value, code: code, platform: platform, isShared: isShared)
            )
        }
        if let objective = workload.needs.latencyP99Milliseconds, let latency = latency(position, platform),
            latency.stretch > 0, latency.bareMetal > 0
        {
            add(workload.needs.measuredP99Milliseconds?.key, objective / latency.stretch, "latency", isShared: true)
            let overhead = workload.overhead[terms.model]
            let others = latency.stretch / (1 + (overhead?.distribution.mean ?? 0))
            add(overhead?.key, objective / (latency.bareMetal * others) - 1, "latency", isShared: false)
        }
        if terms.model.usesMIG, let slices = try? preparation.study.estate.shape.gpu.migGeometry?.sliceOptions(),
            let largest = slices.map(\.memoryMiB).max()
        {
            add(workload.memoryGiB.key, Double(largest) / 1024, "memory", isShared: true)
        }
        return thresholds
    }

    private func latency(_ workload: Int, _ platform: Int) -> Latency? {
        Latency(
            workload: preparation.study.workloads[workload],
            platform: preparation.study.platforms[platform],
            share: preparation.shares[workload][platform]
        )
    }

    /// Whether a platform may carry the workload just below, or just above, a threshold.
    private func isEligible(_ workload: Int, _ platform: Int, _ threshold: Threshold, isBelow: Bool) -> Bool {
        let rejections = preparation.eligibility[workload][platform].rejections
        guard rejections.allSatisfy({ $0.code == threshold.code }) else { return false }
        if platform == threshold.platform { return isBelow }
        guard threshold.isShared else { return rejections.isEmpty }
        if threshold.code == "memory" {
            return preparation.study.platforms[platform].model.usesMIG ? isBelow : rejections.isEmpty
        }
        guard let objective = preparation.study.workloads[workload].needs.latencyP99Milliseconds,
            let latency = latency(workload, platform)
        else { return rejections.isEmpty }
        let expected = threshold.value * latency.stretch
        return abs(expected - objective) <= 1e-9 * objective ? isBelow : expected < objective
    }

    /// The cheapest assignment on one side of a threshold; nothing when the workload has nowhere to go.
    private func best(_ workload: Int, _ threshold: Threshold, isBelow: Bool) -> [Int]? {
        let chosen = selection.chosen
        let open = preparation.model.platforms.indices.filter {
            isEligible(workload, $0, threshold, isBelow: isBelow)
        }
        let options = open.flatMap { platform -> [[Int]] in
            let moved = AssignmentSpace.moving(workload, to: platform, in: chosen)
            let known = selection.candidates.indices.filter { selection.candidates[$0][workload] == platform }
                .min { selection.tally.sums[$0] < selection.tally.sums[$1] }
            return [moved] + (known.map { [selection.candidates[$0]] } ?? [])
        }
        // The choice stands while it may.
        if open.contains(chosen[workload]), open.allSatisfy({ isCandidate(workload, $0) }) { return chosen }
        let ordered = options.filter { $0 == chosen } + options.filter { $0 != chosen }
        let means = pricer.means(ordered, sample: FlipScan.solveDraws)
        var least = 0
        for index in means.indices where means[index] < means[least] && !Tally.ties(means[index], means[least]) {
            least = index
        }
        return ordered.indices.contains(least) ? ordered[least] : nil
    }

    /// Whether a platform was among those that the choice was made from.
    private func isCandidate(_ workload: Int, _ platform: Int) -> Bool {
        preparation.space.eligible[workload].contains(platform)
    }
}
