/// Choosing columns, each as often as one likes, so that their items cover a demand at the least cost.
///
/// Fewest GPUs is this problem: items are instances, a column is what one GPU can hold, its cost is 1. Rows are few (the
/// profiles asked for) and columns some hundred at most, whatever the size of the estate.
struct CoverProblem: Sendable {
    /// A choice that may be taken any number of times, within its limits.
    struct Column: Sendable, Hashable {
        /// What one of it holds, by row.
        var items: [Int]
        /// At least 0.
        var cost: Double
        /// The limits that it counts against.
        var limits: [Int]
    }

    /// What must be covered, by row.
    var demand: [Int]
    var columns: [Column]
    /// How many columns that count against each limit may be taken.
    var limits: [Int]

    /// Whether the columns, so many of each, cover the demand within the limits.
    func isCovered(by counts: [Int]) -> Bool {
        for row in demand.indices {
            var sum = 0
            for (index, count) in counts.enumerated() where count > 0 { sum += count * columns[index].items[row] }
            guard sum >= demand[row] else { return false }
        }
        var used = Array(repeating: 0, count: limits.count)
        for (index, count) in counts.enumerated() where count > 0 {
            for limit in columns[index].limits { used[limit] += count }
        }
        return zip(used, limits).allSatisfy { $0 <= $1 }
    }

    /// What the columns cost.
    func cost(of counts: [Int]) -> Double {
        zip(counts, columns).reduce(0) { $0 + Double($1.0) * $1.1.cost }
    }
}
