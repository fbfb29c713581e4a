import Cost
import Estate
import Probability
import Study

/// Every value of an input, within its declared range, at which the decision changes.
struct FlipPoints: Sendable {
    let preparation: Preparation
    let pricer: Pricer
    let selection: Selection

    /// Assignments that a scan compares at each point: beyond so many, those that are cheapest in some draw and the next
    /// cheapest on average.
    static let candidates = 96

    /// A flip point with the assignments on its two sides.
    struct Found: Sendable {
        var point: FlipPoint
        var below: [Int]
        var above: [Int]
    }

    /// Cost flips by input in the study's order, then those of eligibility by workload.
    func found() async -> [Found] {
        await cost() + eligibility()
    }

    /// The flip points of one workload: those at which its own model changes.
    func points(of workload: Int, in found: [Found]) -> [FlipPoint] {
        found.compactMap { flip in
            guard flip.below[workload] != flip.above[workload] else { return nil }
            var point = flip.point
            point.below = preparation.model.platforms[flip.below[workload]].rawValue
            point.above = preparation.model.platforms[flip.above[workload]].rawValue
            return point
        }
    }

    private func cost() async -> [Found] {
        let tally = selection.tally
        let wins = tally.wins
        let order = selection.candidates.indices.sorted { left, right in
            let a = wins[left] > 0 || left == selection.best
            let b = wins[right] > 0 || right == selection.best
            if a != b { return a }
            return tally.sums[left] != tally.sums[right] ? tally.sums[left] < tally.sums[right] : left < right
        }
        // Kept in the documented order, so that ties fall as they do in the decision.
        let kept = order.prefix(FlipPoints.candidates).sorted()
        let candidates = kept.map { selection.candidates[$0] }
        guard candidates.count > 1 else { return [] }
        let scan = FlipScan(pricer: pricer, candidates: candidates, expected: kept.map(tally.mean))
        let inert = inertInputs
        let inputs = pricer.model.inputs.indices.filter { !inert.contains(pricer.model.inputs[$0].key) }
        let changes = await Sweep.map(inputs) { input in
            scan.changes(of: input, over: scan.pricer.model.inputs[input].range)
        }
        return zip(inputs, changes).flatMap { input, changes in
            changes.map { change in
                found(input, change.value, .cost, candidates[change.below], candidates[change.above])
            }
        }
    }

    /// Inputs that mean nothing where they stand: how full slices are, and neighbours, where GPUs are not shared.
    private var inertInputs: Set<String> {
        let platforms = preparation.study.platforms
        let whole = platforms.filter { !$0.model.sharesGPU }.flatMap { [$0.packing.key, $0.interference.key] }
        let shared = platforms.filter(\.model.sharesGPU).flatMap { [$0.packing.key, $0.interference.key] }
        return Set(whole).subtracting(shared)
    }

    private func found(_ input: Int, _ value: Double, _ kind: FlipPoint.Kind, _ below: [Int], _ above: [Int]) -> Found {
        let quantity = pricer.model.inputs[input]
        return Found(
            point: FlipPoint(
                input: quantity.key,
                title: quantity.title,
                unit: quantity.unit,
                value: value,
                current: quantity.distribution.mean,
                range: quantity.range,
                kind: kind,
                below: preparation.title(below),
                above: preparation.title(above)
            ),
            below: below,
            above: above
        )
    }

    // MARK: Eligibility

    /// Values of latency, overhead and memory beyond which a model may no longer, or may again, carry a workload.
    ///
    /// Only where that changes the choice: the chosen model would be lost, or a lost one would be cheaper.
    private func eligibility() -> [Found] {
        preparation.study.workloads.indices.flatMap { workload in
            preparation.model.platforms.indices.flatMap { platform in
                thresholds(workload, platform).compactMap { threshold in
                    flip(workload, platform, threshold)
                }
            }
        }
    }

    private struct Threshold {
        var input: Int
        var value: Double
        var code: String
    }

    private func thresholds(_ position: Int, _ platform: Int) -> [Threshold] {
        let workload = preparation.study.workloads[position]
        let terms = preparation.study.platforms[platform]
        var thresholds: [Threshold] = []
        func add(_ key: String?, _ value: Double, _ code: String) {
            guard let key, let input = pricer.model.input(key), value.isFinite,
                pricer.model.inputs[input].range.contains(value)
            else { return }
            thresholds.append(Threshold(input: input, value: value, code: code))
        }
        if let objective = workload.needs.latencyP99Milliseconds,
            let latency = Latency(
                workload: workload,
                platform: terms,
                share: preparation.shares[position][platform]
            ), latency.stretch > 0, latency.bareMetal > 0
        {
            add(workload.needs.measuredP99Milliseconds?.key, objective / latency.stretch, "latency")
            let overhead = workload.overhead[terms.model]
            let others = latency.stretch / (1 + (overhead?.distribution.mean ?? 0))
            add(overhead?.key, objective / (latency.bareMetal * others) - 1, "latency")
        }
        if terms.model.usesMIG, let slices = try? preparation.study.estate.shape.gpu.migGeometry?.sliceOptions(),
            let largest = slices.map(\.memoryMiB).max()
        {
            add(workload.memoryGiB.key, Double(largest) / 1024, "memory")
        }
        return thresholds
    }

    private func flip(_ workload: Int, _ platform: Int, _ threshold: Threshold) -> Found? {
        let chosen = selection.chosen
        let rejections = preparation.eligibility[workload][platform].rejections
        // Another rejection stands whatever this input is.
        guard rejections.allSatisfy({ $0.code == threshold.code }) else { return nil }
        if chosen[workload] == platform {
            guard let instead = best(where: { $0[workload] != platform }) else { return nil }
            return found(threshold.input, threshold.value, .eligibility, chosen, instead)
        }
        guard !rejections.isEmpty else { return nil }
        let regained = AssignmentSpace.moving(workload, to: platform, in: chosen)
        let means = pricer.means([chosen, regained], sample: FlipScan.solveDraws)
        guard means[1] < means[0], !Tally.ties(means[0], means[1]) else { return nil }
        return found(threshold.input, threshold.value, .eligibility, regained, chosen)
    }

    /// The candidate with the lowest expected cost among those that pass; nothing when none does.
    private func best(where isAllowed: ([Int]) -> Bool) -> [Int]? {
        let allowed = selection.candidates.indices.filter { isAllowed(selection.candidates[$0]) }
        return allowed.min { selection.tally.sums[$0] < selection.tally.sums[$1] }.map { selection.candidates[$0] }
    }
}
