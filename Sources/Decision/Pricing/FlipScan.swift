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
    /// The same over the draws that pick the contenders, of the scan and of the solution.
    let probed: [Double]
    let scanned: [Double]
    let solved: [Double]

    /// Draws that pick the contenders, of the scan and of the solution; intervals of the grid and halvings of each.
    static let probeDraws = 32
    static let scanDraws = 128
    static let solveDraws = 1_024
    static let intervals = 8
    static let halvings = 4

    init(pricer: Pricer, candidates: [[Int]], expected: [Double]) {
        self.pricer = pricer
        self.candidates = candidates
        self.expected = expected
        probed = pricer.means(candidates, sample: FlipScan.probeDraws)
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
        let contenders = contenders(input, grid)
        guard contenders.count > 1 else { return [] }
        let line = Line(input: input, contenders: contenders)
        let best = grid.map { cheapest(line, $0) }
        var changes: [Change] = []
        for step in 0..<FlipScan.intervals where best[step] != best[step + 1] {
            split(line, grid[step], best[step], grid[step + 1], best[step + 1], FlipScan.halvings, &changes)
        }
        return changes
    }

    /// One input and the candidates that can be the cheapest somewhere along it.
    private struct Line {
        var input: Int
        var contenders: [Int]
    }

    /// The candidates that may be cheapest somewhere on the grid: the rest are too far off at every other point of it.
    ///
    /// A few draws tell how a candidate moves against the present best. It stays in when, at its closest, it comes within
    /// a third of its own movement: room for their noise and for a bend between the points.
    private func contenders(_ input: Int, _ grid: [Double]) -> [Int] {
        guard let present = cheapest(expected) else { return [] }
        let rows = stride(from: 0, through: FlipScan.intervals, by: 2).map { point in
            let means = pricer.means(candidates, sample: FlipScan.probeDraws, fixing: input, at: grid[point])
            return means.indices.map { expected[$0] + means[$0] - probed[$0] }
        }
        return candidates.indices.filter { index in
            if index == present { return true }
            let against = rows.map { $0[index] - $0[present] }
            guard let low = against.min(), let high = against.max() else { return false }
            let size = 1e-9 * abs(expected[present])
            guard high - low > size else { return false }
            let closest = rows.map { row in row[index] - (row.min() ?? 0) }.min() ?? 0
            return closest <= (high - low) / 3
        }
    }

    /// The cheapest contender with the input held.
    private func cheapest(_ line: Line, _ value: Double) -> Int {
        let means = pricer.means(
            line.contenders.map { candidates[$0] },
            sample: FlipScan.scanDraws,
            fixing: line.input,
            at: value
        )
        let costs = zip(line.contenders, means).map { expected[$0] + $1 - scanned[$0] }
        return cheapest(costs).map { line.contenders[$0] } ?? 0
    }

    /// The place of the least cost, the first of ties.
    private func cheapest(_ costs: [Double]) -> Int? {
        guard !costs.isEmpty else { return nil }
        var best = 0
        for index in costs.indices where costs[index] < costs[best] && !Tally.ties(costs[index], costs[best]) {
            best = index
        }
        return best
    }

    private func split(
        _ line: Line,
        _ low: Double,
        _ below: Int,
        _ high: Double,
        _ above: Int,
        _ halvings: Int,
        _ changes: inout [Change]
    ) {
        guard below != above else { return }
        guard halvings > 0 else {
            if let value = solve(line.input, low, below, high, above) {
                changes.append(Change(value: value, below: below, above: above))
            }
            return
        }
        let middle = low + (high - low) / 2
        let between = cheapest(line, middle)
        split(line, low, below, middle, between, halvings - 1, &changes)
        split(line, middle, between, high, above, halvings - 1, &changes)
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
