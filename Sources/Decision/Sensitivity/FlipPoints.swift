import Cost
import Documents
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
        /// Nothing where nothing is eligible.
        var below: [Int]?
        var above: [Int]?
        /// The workload whose eligibility changes; nothing for flips of cost.
        var workload: Int?
        /// What is said of an alternative where the choice stays.
        var note = (below: "", above: "")
    }

    /// Cost flips by input in the study's order, then those of eligibility by workload.
    func found() async -> [Found] {
        await cost() + eligibility()
    }

    /// The flip points of one workload: those that move it, or change what it may use.
    ///
    /// A change of cost that moves every one of several workloads together is the estate's, and stands there only.
    func points(of workload: Int, in found: [Found]) -> [FlipPoint] {
        found.compactMap { flip in
            guard flip.workload == nil || flip.workload == workload else { return nil }
            if flip.workload == nil {
                guard let below = flip.below, let above = flip.above, below[workload] != above[workload] else {
                    return nil
                }
                let moved = zip(below, above).filter { $0 != $1 }.count
                guard moved < below.count || below.count == 1 else { return nil }
            }
            func text(_ assignment: [Int]?, _ note: String) -> String {
                assignment.map { preparation.model.platforms[$0[workload]].rawValue + note } ?? FlipPoints.nothing
            }
            var point = flip.point
            point.below = text(flip.below, flip.note.below)
            point.above = text(flip.above, flip.note.above)
            return point
        }
    }

    /// What stands where no model is left for a workload.
    static let nothing = "nothing eligible"

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
        let inert = inertInputs
        let inputs = pricer.model.inputs.indices.filter { !inert.contains(pricer.model.inputs[$0].key) }
        let (candidates, expected) = await contenders(kept, inputs)
        guard candidates.count > 1 else { return [] }
        let scan = FlipScan(pricer: pricer, candidates: candidates, expected: expected)
        let changes = await Sweep.map(inputs) { input in
            scan.changes(of: input, over: scan.pricer.model.inputs[input].range)
        }
        return zip(inputs, changes).flatMap { input, changes in
            changes.map { change in
                found(input, change.value, .cost, candidates[change.below], candidates[change.above])
            }
        }
    }

    /// What the scan compares, with expected costs; where not all were priced, what a search with inputs held adds.
    private func contenders(_ kept: [Int], _ inputs: [Int]) async -> (assignments: [[Int]], expected: [Double]) {
        let candidates = kept.map { selection.candidates[$0] }
        let expected = kept.map(selection.tally.mean)
        guard !selection.isExact else { return (candidates, expected) }
        let search = FlipSearch(pricer: pricer, space: preparation.space, chosen: selection.chosen)
        let further = await search.found(inputs, known: Set(candidates))
        // Against the choice on common draws, so that few of them do.
        let means = pricer.means([selection.chosen] + further, sample: FlipScan.solveDraws)
        let mean = selection.tally.mean(selection.best)
        return (candidates + further, expected + means.dropFirst().map { mean + $0 - means[0] })
    }

    /// Inputs that mean nothing where they stand: how full slices are, and neighbours, where GPUs are not shared.
    private var inertInputs: Set<String> {
        let platforms = preparation.study.platforms
        let whole = platforms.filter { !$0.model.sharesGPU }.flatMap { [$0.packing.key, $0.interference.key] }
        let shared = platforms.filter(\.model.sharesGPU).flatMap { [$0.packing.key, $0.interference.key] }
        return Set(whole).subtracting(shared)
    }

    private func found(_ input: Int, _ value: Double, _ kind: FlipPoint.Kind, _ below: [Int]?, _ above: [Int]?) -> Found
    {
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
                below: below.map(preparation.title) ?? FlipPoints.nothing,
                above: above.map(preparation.title) ?? FlipPoints.nothing
            ),
            below: below,
            above: above
        )
    }

    // MARK: Eligibility

    private func eligibility() -> [Found] {
        let flips = EligibilityFlips(preparation: preparation, pricer: pricer, selection: selection).passed()
        var seen: Set<String> = []
        return flips.compactMap { flip in
            let model = preparation.model.platforms[flip.platform].rawValue
            let isSame = flip.below == flip.above
            var found = found(flip.input, flip.value, .eligibility, flip.below, flip.above)
            found.workload = flip.workload
            if isSame {
                found.note = (" (\(model) eligible)", " (\(model) not eligible)")
                found.point.below += found.note.below
                found.point.above += found.note.above
            }
            let mark = "\(flip.input) \(flip.value) \(found.point.below) \(found.point.above)"
            return seen.insert(mark).inserted ? found : nil
        }
    }

    // MARK: The expected value

    /// Sentences for inputs at whose expected value another assignment is cheapest than on average over their spread.
    func atExpectedValues(_ found: [Found]) -> [String] {
        var seen: Set<String> = []
        return found.filter { $0.point.kind == .cost }.compactMap { flip -> String? in
            let point = flip.point
            guard seen.insert(point.input).inserted else { return nil }
            let all = found.filter { $0.point.kind == .cost && $0.point.input == point.input }
            let there = all.last { $0.point.value <= point.current }?.above ?? flip.below
            guard let there, there != selection.chosen else { return nil }
            return
                "\(point.title): at its expected value alone, \(preparation.title(there)) would be cheapest; the choice is "
                + "cheapest on average over its spread."
        }
    }

    /// How many of the assignments the scan compares, where those are not all; nothing where they are.
    var coverage: String? {
        let kept = min(FlipPoints.candidates, selection.candidates.count)
        guard !selection.isExact || kept < selection.candidates.count else { return nil }
        let all = preparation.space.eligible.reduce(1.0) { $0 * Double($1.count) }
        let total = all < 1e15 ? NumberText.grouped(Int(all)) : NumberText.significant(all, 3)
        let again = selection.isExact ? "" : ", and by searching again at both ends of every input's range"
        return
            "Flip points were looked for among \(NumberText.grouped(kept)) of \(total) assignments\(again): a change to "
            + "another one would not be seen, so none found does not mean none exists."
    }
}
