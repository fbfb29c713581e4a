/// The same problem without the demand that counts be whole: its optimum is a bound, its prices are a proof of it.
///
/// The dual (prices for items, charges for limits, no column worth more than its cost and charges) starts feasible at
/// zero, so one run of the simplex method solves both. Its tableau has a row for each column of the problem and a
/// column for each row and limit: some hundred by ten.
struct CoverRelaxation {
    /// The least cost.
    let value: Double
    /// The price of one item, by row.
    let prices: [Double]
    /// How often each column is taken, by position in `active`.
    let counts: [Double]

    /// Solves it for some of the columns.
    ///
    /// - Parameters:
    ///   - problem: where columns come from.
    ///   - demand: what is left to cover, by row.
    ///   - active: the columns that may be taken.
    ///   - limits: what is left of each limit.
    /// - Returns: nil where the columns cannot cover the demand.
    static func solve(_ problem: CoverProblem, demand: [Int], active: [Int], limits: [Int]) -> CoverRelaxation? {
        let rows = demand.indices.filter { demand[$0] > 0 }
        guard !rows.isEmpty else {
            return CoverRelaxation(
                value: 0,
                prices: Array(repeating: 0, count: demand.count),
                counts: Array(repeating: 0, count: active.count)
            )
        }
        let bounded = limits.indices.filter { limits[$0] < Int.max }
        let width = rows.count + bounded.count
        let height = active.count
        let stride = width + 1
        // Rows 0..<height: slack of a column of the problem; the last row: the objective. The last entry: the value.
        var table = ContiguousArray(repeating: 0.0, count: (height + 1) * stride)
        for (line, index) in active.enumerated() {
            let column = problem.columns[index]
            for (position, row) in rows.enumerated() { table[line * stride + position] = Double(column.items[row]) }
            for (position, limit) in bounded.enumerated() where column.limits.contains(limit) {
                table[line * stride + rows.count + position] = -1
            }
            table[line * stride + width] = column.cost
        }
        let objective = height * stride
        for (position, row) in rows.enumerated() { table[objective + position] = Double(demand[row]) }
        for (position, limit) in bounded.enumerated() {
            table[objective + rows.count + position] = -Double(limits[limit])
        }
        // Variables 0..<width are prices and charges, width + line the slacks.
        var outside = Array(0..<width)
        var inside = (0..<height).map { width + $0 }
        let tiny = 1e-9
        var stalled = 0
        for _ in 0..<20_000 {
            var entering = -1
            if stalled < 40 {
                var steepest = tiny
                for position in 0..<width where table[objective + position] > steepest {
                    steepest = table[objective + position]
                    entering = position
                }
            } else {
                // Bland's rule cannot cycle.
                for position in 0..<width where table[objective + position] > tiny {
                    if entering < 0 || outside[position] < outside[entering] { entering = position }
                }
            }
            guard entering >= 0 else { break }
            var leaving = -1
            var least = Double.infinity
            for line in 0..<height where table[line * stride + entering] > tiny {
                let ratio = table[line * stride + width] / table[line * stride + entering]
                let isTie = abs(ratio - least) <= 1e-12
                if (ratio < least && !isTie) || (isTie && (leaving < 0 || inside[line] < inside[leaving])) {
                    least = min(ratio, least)
                    leaving = line
                }
            }
            // Nothing stops this price from rising: no set of columns covers its row.
            guard leaving >= 0 else { return nil }
            stalled = least > 1e-12 ? 0 : stalled + 1
            pivot(&table, stride: stride, height: height, line: leaving, position: entering)
            swap(&inside[leaving], &outside[entering])
        }
        var prices = Array(repeating: 0.0, count: demand.count)
        for (line, variable) in inside.enumerated() where variable < rows.count {
            prices[rows[variable]] = max(0, table[line * stride + width])
        }
        var counts = Array(repeating: 0.0, count: height)
        for (position, variable) in outside.enumerated() where variable >= width {
            counts[variable - width] = max(0, -table[objective + position])
        }
        return CoverRelaxation(value: -table[objective + width], prices: prices, counts: counts)
    }

    private static func pivot(
        _ table: inout ContiguousArray<Double>,
        stride: Int,
        height: Int,
        line: Int,
        position: Int
    ) {
        let start = line * stride
        let inverse = 1 / table[start + position]
        for index in 0..<stride where index != position { table[start + index] *= inverse }
        table[start + position] = inverse
        for other in 0...height where other != line {
            let base = other * stride
            let factor = table[base + position]
            guard factor != 0 else { continue }
            for index in 0..<stride where index != position { table[base + index] -= factor * table[start + index] }
            table[base + position] = -factor * inverse
        }
    }
}
