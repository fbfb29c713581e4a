/// The least cost in whole columns: branch and bound over how often a column is taken, bounded by ``CoverRelaxation``.
///
/// The bound, rounded up, is nearly always reached at the first descent, since a GPU's patterns are few and regular; a
/// number of nodes caps what a stubborn case may cost.
struct CoverSearch {
    /// What was found.
    struct Outcome: Sendable, Hashable {
        /// How often each column is taken.
        var counts: [Int]
        var cost: Double
        /// No solution costs less; rounded up where costs are whole.
        var bound: Double
        /// The price of one item under the relaxation, by row.
        var prices: [Double]
        /// Whether nothing cheaper exists: the bound is met, or every case was tried.
        var isOptimal: Bool
    }

    private let problem: CoverProblem
    private let hasWholeCosts: Bool
    private let nodeLimit: Int
    private var nodes = 0
    private var best: (cost: Double, counts: [Int])?
    private var counts: [Int]
    /// Columns, dearest first.
    private let dearest: [Int]
    private var rootBound = 0.0
    private var isComplete = true

    /// Solves a problem; nil where the demand cannot be covered within the limits, or nothing was found in time.
    ///
    /// - Parameters:
    ///   - problem: what to solve.
    ///   - start: counts that are known to cover the demand, where there are.
    ///   - nodeLimit: the most cases looked at.
    /// - Returns: the best that was found, with its bound.
    static func solve(_ problem: CoverProblem, start: [Int]? = nil, nodeLimit: Int = 4_000) -> Outcome? {
        var search = CoverSearch(problem, nodeLimit)
        return search.run(start)
    }

    private init(_ problem: CoverProblem, _ nodeLimit: Int) {
        self.problem = problem
        self.nodeLimit = nodeLimit
        hasWholeCosts = problem.columns.allSatisfy { $0.cost == $0.cost.rounded() }
        counts = Array(repeating: 0, count: problem.columns.count)
        let columns = problem.columns
        dearest = columns.indices.sorted { (columns[$1].cost, $0) < (columns[$0].cost, $1) }
    }

    private mutating func run(_ start: [Int]?) -> Outcome? {
        let active = Array(problem.columns.indices)
        guard
            let root = CoverRelaxation.solve(
                problem,
                demand: problem.demand,
                active: active,
                limits: problem.limits
            )
        else { return nil }
        rootBound = roundedUp(root.value)
        if let start, problem.isCovered(by: start) { offer(start) }
        _ = visit(problem.demand, active, problem.limits, cost: 0, root)
        guard let best else { return nil }
        return Outcome(
            counts: best.counts,
            cost: best.cost,
            bound: isComplete ? max(best.cost, rootBound) : min(rootBound, best.cost),
            prices: root.prices,
            isOptimal: isComplete || best.cost <= rootBound + 1e-9
        )
    }

    private func roundedUp(_ value: Double) -> Double {
        hasWholeCosts ? (value - 1e-6).rounded(.up) : value
    }

    private var isDone: Bool {
        guard let best else { return false }
        return best.cost <= rootBound + 1e-9
    }

    private mutating func offer(_ candidate: [Int]) {
        let cost = problem.cost(of: candidate)
        if let best, best.cost <= cost + 1e-9 { return }
        guard problem.isCovered(by: candidate) else { return }
        best = (cost, candidate)
    }

    /// Looks at what is left once some columns are fixed.
    ///
    /// - Returns: whether its bound leaves room for something better than the best so far.
    private mutating func visit(
        _ demand: [Int],
        _ active: [Int],
        _ limits: [Int],
        cost: Double,
        _ known: CoverRelaxation? = nil
    ) -> Bool {
        nodes += 1
        guard nodes <= nodeLimit else {
            isComplete = false
            return true
        }
        guard
            let relaxed = known
                ?? CoverRelaxation.solve(problem, demand: demand, active: active, limits: limits)
        else { return false }
        let bound = roundedUp(cost + relaxed.value)
        if let best, bound >= best.cost - 1e-9 { return false }
        // Rounding up is a solution wherever limits allow it.
        var rounded = counts
        var branch = -1
        for (position, index) in active.enumerated() {
            let value = relaxed.counts[position]
            let near = value.rounded()
            if abs(value - near) <= 1e-6 {
                rounded[index] += Int(near)
            } else {
                rounded[index] += Int(value.rounded(.up))
                if branch < 0 || value > relaxed.counts[branch] { branch = position }
            }
        }
        offer(trimmed(rounded))
        if branch < 0 || isDone { return true }
        let index = active[branch]
        let value = relaxed.counts[branch]
        var rest = active
        rest.remove(at: branch)
        var (down, up) = (Int(value.rounded(.down)), Int(value.rounded(.down)) + 1)
        var (goesDown, goesUp) = (true, true)
        let column = problem.columns[index]
        var most = column.limits.map { limits[$0] }.min() ?? Int.max
        var needed = 0
        for row in demand.indices where column.items[row] > 0 && demand[row] > 0 {
            needed = max(needed, (demand[row] + column.items[row] - 1) / column.items[row])
        }
        most = min(most, needed)
        // The cost is convex in how often the column is taken, so a direction ends where its bound no longer helps.
        while goesDown || goesUp {
            if goesDown {
                if down < 0 {
                    goesDown = false
                } else {
                    goesDown = take(index, down, demand, rest, limits, cost)
                    down -= 1
                }
                if isDone || !isComplete { return true }
            }
            if goesUp {
                if up > most {
                    goesUp = false
                } else {
                    goesUp = take(index, up, demand, rest, limits, cost)
                    up += 1
                }
                if isDone || !isComplete { return true }
            }
        }
        return true
    }

    private mutating func take(
        _ index: Int,
        _ count: Int,
        _ demand: [Int],
        _ active: [Int],
        _ limits: [Int],
        _ cost: Double
    ) -> Bool {
        let column = problem.columns[index]
        var left = demand
        for row in left.indices { left[row] = max(0, left[row] - count * column.items[row]) }
        var room = limits
        for limit in column.limits where room[limit] < Int.max { room[limit] -= count }
        guard room.allSatisfy({ $0 >= 0 }) else { return false }
        counts[index] += count
        defer { counts[index] -= count }
        return visit(left, active, room, cost: cost + Double(count) * column.cost)
    }

    /// The same without columns that are not needed, dearest first.
    private func trimmed(_ candidate: [Int]) -> [Int] {
        var result = candidate
        var covered = Array(repeating: 0, count: problem.demand.count)
        for (index, count) in candidate.enumerated() where count > 0 {
            for row in covered.indices { covered[row] += count * problem.columns[index].items[row] }
        }
        for index in dearest where result[index] > 0 {
            let items = problem.columns[index].items
            var spare = result[index]
            for row in covered.indices where items[row] > 0 {
                spare = min(spare, (covered[row] - problem.demand[row]) / items[row])
            }
            guard spare > 0 else { continue }
            result[index] -= spare
            for row in covered.indices { covered[row] -= spare * items[row] }
        }
        return result
    }
}
