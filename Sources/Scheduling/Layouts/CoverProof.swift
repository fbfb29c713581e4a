/// Whole weights that prove a bound: anybody can add them up.
struct CoverProof: Sendable, Hashable {
    /// By row.
    let weights: [Int]
    /// By limit.
    let charges: [Int]
    /// What a column holds at most beyond its charges.
    let capacity: Int
    /// Columns needed at least.
    let bound: Int

    /// Weights from the prices of the relaxation, with the smallest capacity that proves what they promise.
    ///
    /// Charges are computed from the weights, so that the proof holds whatever the rounding of the prices. For problems
    /// whose columns cost 1 and count against one limit each.
    ///
    /// - Parameters:
    ///   - problem: the problem.
    ///   - prices: by row.
    ///   - target: the bound wanted; where no capacity gives it, the best one is taken.
    /// - Returns: weights that hold, whatever they prove.
    static func make(_ problem: CoverProblem, prices: [Double], target: Int) -> CoverProof {
        var best: CoverProof?
        for capacity in capacities {
            let weights = prices.map { Int(($0 * Double(capacity) + 1e-6).rounded(.down)) }
            var charges = Array(repeating: 0, count: problem.limits.count)
            var isValid = true
            for column in problem.columns {
                var weight = 0
                for row in weights.indices { weight += weights[row] * column.items[row] }
                guard weight > capacity else { continue }
                guard let limit = column.limits.first, problem.limits[limit] < Int.max else {
                    isValid = false
                    break
                }
                charges[limit] = max(charges[limit], weight - capacity)
            }
            guard isValid else { continue }
            var total = 0
            for row in weights.indices { total += weights[row] * problem.demand[row] }
            for limit in charges.indices where charges[limit] > 0 { total -= charges[limit] * problem.limits[limit] }
            let bound = total <= 0 ? 0 : (total + capacity - 1) / capacity
            let proof = CoverProof(weights: weights, charges: charges, capacity: capacity, bound: bound)
            if bound >= target { return proof }
            if bound > best?.bound ?? -1 { best = proof }
        }
        return best
            ?? CoverProof(
                weights: prices.map { _ in 0 },
                charges: problem.limits.map { _ in 0 },
                capacity: 1,
                bound: 0
            )
    }

    /// Small ones first: most prices are sevenths or quarters.
    private static let capacities = Array(1...60) + [84, 105, 120, 168, 210, 420, 840, 2_520, 5_040, 1 << 20]
}
