/// Costs of several alternatives, draw by draw: one column for each alternative, in one block of memory.
struct CostColumns: Sendable {
    /// How many alternatives.
    let count: Int
    /// How many draws each has.
    let draws: Int
    /// The columns one after another.
    var values: ContiguousArray<Double>

    /// Columns of zeros.
    init(count: Int, draws: Int) {
        self.count = count
        self.draws = draws
        values = ContiguousArray(repeating: 0, count: count * draws)
    }

    /// Columns given one by one, cut to the shortest.
    init(_ columns: [[Double]]) {
        count = columns.count
        draws = columns.map(\.count).min() ?? 0
        values = []
        values.reserveCapacity(count * draws)
        for column in columns { values.append(contentsOf: column.prefix(draws)) }
    }

    /// The cost of an alternative in a draw.
    subscript(alternative: Int, draw: Int) -> Double { values[alternative * draws + draw] }

    /// One alternative's costs.
    func column(_ alternative: Int) -> ArraySlice<Double> {
        ArraySlice(values[(alternative * draws)..<((alternative + 1) * draws)])
    }

    /// The lowest cost of each draw among some of the alternatives.
    func lowest(_ alternatives: Range<Int>) -> [Double] {
        var lowest = [Double](repeating: .infinity, count: draws)
        for alternative in alternatives {
            for (draw, cost) in column(alternative).enumerated() where cost < lowest[draw] { lowest[draw] = cost }
        }
        return lowest
    }

    /// The mean cost of an alternative.
    func mean(_ alternative: Int) -> Double {
        var sum = 0.0
        for index in (alternative * draws)..<((alternative + 1) * draws) { sum += values[index] }
        return draws > 0 ? sum / Double(draws) : 0
    }
}
