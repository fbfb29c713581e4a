import Cost

/// A compiled study with its draws: prices assignments over all of them, or over a few with an input held fixed.
struct Pricer: Sendable {
    let model: CostModel
    let table: DrawTable

    /// Which of the assignments is cheapest in each draw, and what each costs on average.
    func tally(_ assignments: [[Int]]) async -> Tally {
        let parts = await Sweep.map(Sweep.runs(table.count)) { run in
            var tally = Tally(draws: run.count)
            var costs = ContiguousArray<Double>()
            for block in Sweep.blocks(run) {
                var slab = CostSlab(model, table, block)
                for (position, assignment) in assignments.enumerated() {
                    slab.total(assignment, into: &costs)
                    costs.withUnsafeBufferPointer { all in
                        tally.add(
                            position,
                            UnsafeBufferPointer(rebasing: all[..<min(slab.count, all.count)]),
                            from: block.lowerBound - run.lowerBound
                        )
                    }
                }
            }
            return tally
        }
        var whole = Tally(draws: 0)
        for part in parts { whole.append(part) }
        return whole
    }

    /// What the assignments cost in each of the first draws, and the useful GPU-hours a month in the same draws.
    func columns(_ assignments: [[Int]], draws: Int) async -> (costs: CostColumns, useful: [Double]) {
        let count = min(draws, table.count)
        let parts = await Sweep.map(Sweep.runs(count)) { run in
            var costs = CostColumns(count: assignments.count, draws: run.count)
            var useful: [Double] = []
            useful.reserveCapacity(run.count)
            var buffer = ContiguousArray<Double>()
            for block in Sweep.blocks(run) {
                var slab = CostSlab(model, table, block)
                useful.append(contentsOf: slab.useful)
                for position in assignments.indices {
                    slab.total(assignments[position], into: &buffer)
                    let start = position * run.count + block.lowerBound - run.lowerBound
                    for draw in 0..<slab.count { costs.values[start + draw] = buffer[draw] }
                }
            }
            return (run, costs, useful)
        }
        var whole = CostColumns(count: assignments.count, draws: count)
        var useful: [Double] = []
        useful.reserveCapacity(count)
        for (run, costs, part) in parts {
            useful.append(contentsOf: part)
            for position in assignments.indices {
                let to = position * count + run.lowerBound
                let from = position * run.count
                for draw in 0..<run.count { whole.values[to + draw] = costs.values[from + draw] }
            }
        }
        return (whole, useful)
    }

    /// What assignments cost by group; nil for one that the model does not have.
    func breakdowns(_ assignments: [[Int]]) async -> [CostBreakdown?] {
        let parts = await Sweep.map(Sweep.runs(table.count)) { run in
            Sweep.blocks(run).map { model.groups(of: assignments, table, $0) }
        }
        // Block after block, as the model itself adds them up.
        var whole = GroupTotals(assignments.count)
        for part in parts { for block in part { whole.add(block) } }
        return whole.means
    }

    /// Mean cost of each assignment over the first draws, an input held at a value where one is given.
    func means(_ assignments: [[Int]], sample: Int, fixing input: Int? = nil, at value: Double = 0) -> [Double] {
        let table = input.map { self.table.fixing($0, at: value) } ?? self.table
        var sums = [Double](repeating: 0, count: assignments.count)
        var costs = ContiguousArray<Double>()
        let count = min(sample, table.count)
        for block in Sweep.blocks(0..<count) {
            var slab = CostSlab(model, table, block)
            for position in assignments.indices {
                slab.total(assignments[position], into: &costs)
                var sum = 0.0
                for draw in 0..<slab.count { sum += costs[draw] }
                sums[position] += sum
            }
        }
        return sums.map { $0 / Double(max(count, 1)) }
    }
}
