import Cost
import Study

/// Where along one input's range the cheapest assignment changes.
///
/// The input is held at each point of a grid while every other one is drawn as before (common draws). Expected costs
/// come from a few draws, corrected by what the same draws are off for the decision itself; each bracket in which the
/// cheapest assignment changes is halved until it holds one change, and that is then solved on more draws.
struct FlipScan: Sendable {
    let pricer: Pricer
    /// The assignments that may become the cheapest.
    let candidates: [[Int]]
    /// Their expected costs over all draws, nothing held.
    let expected: [Double]
    /// The same over the draws of the scan and of the solution.
    let scanned: [Double]
    let solved: [Double]

    /// Draws of the scan, draws of the solution, intervals of the grid and halvings of each.
    static let scanDraws = 128
    static let solveDraws = 1_024
    static let intervals = 8
    static let halvings = 4

    init(pricer: Pricer, candidates: [[Int]], expected: [Double]) {
        self.pricer = pricer
        self.candidates = candidates
        self.expected = expected
        scanned = pricer.means(candidates, sample: FlipScan.scanDraws)
        solved = pricer.means(candidates, sample: FlipScan.solveDraws)
    }

    /// A change of the cheapest assignment at a value of the input.
    struct Change: Sendable {
        var value: Double
        /// Positions among the candidates.
        var below: Int
        var above: Int
    }

    /// The changes over a range, ascending; empty when the input does not matter.
    func changes(of input: Int, over range: ClosedRange<Double>) -> [Change] {
        let low = range.lowerBound
        let width = range.upperBound - low
        guard candidates.count > 1, width > 0, width.isFinite else { return [] }
        let grid = (0...FlipScan.intervals).map { low + width * Double($0) / Double(FlipScan.intervals) }
        let ends = [grid.first, grid[FlipScan.intervals / 2], grid.last].compactMap { $0 }.map { costs(input, $0) }
        guard let first = ends.first, ends.dropFirst().contains(where: { !isSameOrder($0, first) }) else { return [] }
        let best = grid.map { cheapest(costs(input, $0)) }
        var changes: [Change] = []
        for step in 0..<FlipScan.intervals where best[step] != best[step + 1] {
            split(input, grid[step], best[step], grid[step + 1], best[step + 1], FlipScan.halvings, &changes)
        }
        return changes
    }

    /// Expected costs of the candidates with the input held.
    private func costs(_ input: Int, _ value: Double) -> [Double] {
        let means = pricer.means(candidates, sample: FlipScan.scanDraws, fixing: input, at: value)
        return means.indices.map { expected[$0] + means[$0] - scanned[$0] }
    }

    /// Whether the candidates' differences are those of the other point, so that the input adds the same to all.
    private func isSameOrder(_ a: [Double], _ b: [Double]) -> Bool {
        guard let baseA = a.first, let baseB = b.first else { return true }
        return zip(a, b).allSatisfy { abs(($0 - baseA) - ($1 - baseB)) <= 1e-9 * max(abs($0), abs($1)) }
    }

    private func cheapest(_ costs: [Double]) -> Int {
        var best = 0
        for index in costs.indices where costs[index] < costs[best] && !Tally.ties(costs[index], costs[best]) {
            best = index
        }
        return best
    }

    private func split(
        _ input: Int,
        _ low: Double,
        _ below: Int,
        _ high: Double,
        _ above: Int,
        _ halvings: Int,
        _ changes: inout [Change]
    ) {
        guard below != above else { return }
        guard halvings > 0 else {
            if let value = solve(input, low, below, high, above) {
                changes.append(Change(value: value, below: below, above: above))
            }
            return
        }
        let middle = low + (high - low) / 2
        let between = cheapest(costs(input, middle))
        split(input, low, below, middle, between, halvings - 1, &changes)
        split(input, middle, between, high, above, halvings - 1, &changes)
    }

    /// Where the two cost the same, on more draws; the bracket is widened once when those disagree about its ends.
    private func solve(_ input: Int, _ low: Double, _ below: Int, _ high: Double, _ above: Int) -> Double? {
        let pair = [candidates[below], candidates[above]]
        func difference(_ value: Double) -> Double {
            let means = pricer.means(pair, sample: FlipScan.solveDraws, fixing: input, at: value)
            let lower = expected[below] + means[0] - solved[below]
            let upper = expected[above] + means[1] - solved[above]
            return upper - lower
        }
        let range = pricer.model.inputs[input].range
        var low = low
        var high = high
        var atLow = difference(low)
        var atHigh = difference(high)
        if (atLow < 0) == (atHigh < 0) {
            let width = 4 * (high - low)
            low = max(range.lowerBound, low - width)
            high = min(range.upperBound, high + width)
            atLow = difference(low)
            atHigh = difference(high)
        }
        guard (atLow < 0) != (atHigh < 0) else { return nil }
        return Roots.solve(low, high, atLow, atHigh, tolerance: 1e-3, difference)
    }
}
