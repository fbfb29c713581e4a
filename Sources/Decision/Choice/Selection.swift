import Cost
import Estate

/// The assignment chosen among the candidates, and the costs of those that matter around it, draw by draw.
struct Selection: Sendable {
    let candidates: [[Int]]
    let tally: Tally
    /// The chosen one's place among the candidates.
    let best: Int
    /// Whether every assignment was priced; else how far the choice could be from the best, per month.
    let isExact: Bool
    let gap: Double
    /// Assignments priced draw by draw, the chosen one first; where each stands.
    let priced: [[Int]]
    private let places: [[Int]: Int]
    let costs: CostColumns
    /// Useful GPU-hours a month in the same draws.
    let useful: [Double]
    /// Shown in the result: the chosen one, the best others, today's; at most twelve.
    let shown: [[Int]]
    /// The ones that are cheapest most often, the chosen one first: what a measurement could lead to.
    let rivals: [[Int]]
    /// The cheapest on average that use bare metal alone and virtual machines alone.
    let bareMetal: [Int]?
    let virtualized: [Int]?

    var chosen: [Int] { candidates[best] }

    /// At most so many assignments are shown, and so many rivals valued.
    static let shownLimit = 12
    static let rivalLimit = 10
    /// At most so many costs are held at once: 64 MiB.
    static let heldCosts = 8_388_608

    /// Prices every assignment that the constraints allow, or what the search finds where those are too many.
    init?(_ pricer: Pricer, _ space: AssignmentSpace) async {
        let all = space.all()
        isExact = all != nil
        let candidates = all ?? AssignmentSearch(pricer: pricer, space: space).candidates()
        let tally = await pricer.tally(candidates)
        guard let best = tally.best else { return nil }
        self.candidates = candidates
        self.tally = tally
        self.best = best
        let chosen = candidates[best]
        gap = all != nil ? 0 : LowerBound(pricer: pricer, space: space).gap(of: chosen)
        let byMean = candidates.indices.filter { $0 != best }.sorted {
            tally.sums[$0] != tally.sums[$1] ? tally.sums[$0] < tally.sums[$1] : $0 < $1
        }
        var shown = [chosen] + byMean.prefix(Selection.shownLimit - 1).map { candidates[$0] }
        if !shown.contains(space.today) {
            if shown.count == Selection.shownLimit { shown.removeLast() }
            shown.append(space.today)
        }
        self.shown = shown
        let wins = tally.wins
        let byWins = byMean.enumerated().sorted { left, right in
            let a = wins[left.element]
            let b = wins[right.element]
            return a != b ? a > b : left.offset < right.offset
        }
        rivals = [chosen] + byWins.prefix(Selection.rivalLimit - 1).map { candidates[$0.element] }
        let platforms = pricer.model.platforms
        func cheapest(_ isVirtual: Bool) -> [Int]? {
            ([best] + byMean).map { candidates[$0] }.first { assignment in
                assignment.allSatisfy { platforms[$0].isVirtual == isVirtual }
            }
        }
        bareMetal = cheapest(false)
        virtualized = cheapest(true)
        let moves = space.eligible.indices.flatMap { workload in
            (space.eligible[workload] + [CostModel.absent]).map { AssignmentSpace.moving(workload, to: $0, in: chosen) }
        }
        var priced: [[Int]] = []
        var places: [[Int]: Int] = [:]
        for assignment in shown + rivals + [bareMetal, virtualized].compactMap({ $0 }) + moves
        where places[assignment] == nil {
            places[assignment] = priced.count
            priced.append(assignment)
        }
        self.priced = priced
        self.places = places
        let block = DrawTable.blockSize
        let affordable = max(1, Selection.heldCosts / max(priced.count, 1) / block) * block
        (costs, useful) = await pricer.columns(priced, draws: min(pricer.table.count, affordable))
    }

    /// The place of an assignment among the priced ones.
    func place(_ assignment: [Int]) -> Int? { places[assignment] }

    /// What an assignment costs in each draw; empty when it was not priced.
    func column(_ assignment: [Int]) -> ArraySlice<Double> {
        place(assignment).map(costs.column) ?? []
    }

    /// What one costs above another, draw by draw.
    func difference(_ left: [Int], _ right: [Int]) -> [Double] {
        zip(column(left), column(right)).map { $0 - $1 }
    }

    /// Cost over useful GPU-hours, draw by draw; infinite where nothing useful is done.
    func perUsefulHour(_ assignment: [Int]) -> [Double] {
        zip(column(assignment), useful).map { $1 > 0 ? $0 / $1 : .infinity }
    }

    /// The rivals' columns, the chosen one first.
    var rivalCosts: CostColumns {
        CostColumns(rivals.map { Array(column($0)) })
    }

    /// Share of draws in which nothing is cheaper than a candidate, within rounding.
    ///
    /// Ties count for each of the tied, so the shares of all may add up to more than 1.
    func probability(_ assignment: [Int]) -> Estimated {
        guard candidates.contains(assignment), place(assignment) != nil else {
            return Estimated(value: 0, standardError: 0)
        }
        return Estimated(shareOf: zip(column(assignment), tally.lowest).map { Tally.isLowest($0, $1) })
    }

    /// Share of the draws in which the best assignment of one kind is cheaper than the best of another.
    ///
    /// Nothing when either kind has none.
    func isCheaper(_ pricer: Pricer, first: ([Int]) -> Bool, second: ([Int]) -> Bool) async -> Estimated? {
        let one = candidates.filter(first)
        let other = candidates.filter(second)
        guard !one.isEmpty, !other.isEmpty else { return nil }
        let block = DrawTable.blockSize
        let affordable = max(1, Selection.heldCosts / 2 / (one.count + other.count) / block) * block
        let columns = await pricer.columns(one + other, draws: min(16_384, affordable, pricer.table.count)).costs
        let least = columns.lowest(0..<one.count)
        let rival = columns.lowest(one.count..<columns.count)
        return Estimated(shareOf: zip(least, rival).map { $0 < $1 && !Tally.ties($0, $1) })
    }

    /// Expected cost of the choice above the cheapest candidate of each draw.
    var regret: Estimated {
        Estimated(regretOf: column(chosen), lowest: tally.lowest.prefix(costs.draws))
    }
}
