/// The part of a demand that some models serve and no other: rounding up is done for each such part by itself.
struct CoverPart {
    /// What was found.
    struct Solution {
        let outcome: CoverSearch.Outcome
        /// GPUs needed at least: by the weights, or because every case was tried.
        let bound: Int
        /// What the weights alone prove.
        let weighed: Int
        /// Whether there are too few of some model for what would be best without limits.
        let isLimited: Bool
    }

    /// More is needed than there is.
    struct Short: Error {
        let needed: Int
        let available: Int
        let isBound: Bool
        let groups: [Int]
    }

    /// The columns of these groups, and the rows that they serve.
    let problem: CoverProblem
    private let groups: [Int]
    private let room: [Int]

    init(_ whole: CoverProblem, groups: [Int], room: [Int]) {
        var own = whole
        own.columns = whole.columns.filter { groups.contains($0.limits[0]) }
        for row in own.demand.indices where !own.columns.contains(where: { $0.items[row] > 0 }) { own.demand[row] = 0 }
        (problem, self.groups, self.room) = (own, groups, room)
    }

    /// Fewest GPUs.
    func solved() throws(Short) -> Solution {
        guard let ideal = CoverSearch.solve(problem) else {
            throw Short(needed: 1, available: 0, isBound: true, groups: groups)
        }
        let available = groups.reduce(0) { $0 + room[$1] }
        let least = Int(ideal.bound.rounded())
        if least > available { throw Short(needed: least, available: available, isBound: true, groups: groups) }
        var limited = problem
        limited.limits = room
        let isLimited = !limited.isCovered(by: ideal.counts)
        var outcome = ideal
        if isLimited {
            guard let found = CoverSearch.solve(limited, nodeLimit: 20_000) else {
                throw short(ideal: Int(ideal.cost), available: available)
            }
            outcome = found
        }
        let bound = Int(outcome.bound.rounded())
        let weighed = CoverProof.make(isLimited ? limited : problem, prices: outcome.prices, target: bound).bound
        // Where not every case was tried, only the sum that anybody can check counts.
        return Solution(
            outcome: outcome,
            bound: outcome.isOptimal ? bound : min(bound, max(weighed, 0)),
            weighed: weighed,
            isLimited: isLimited
        )
    }

    /// Of one group the ideal says what is needed; of several, the rows that only one can serve.
    private func short(ideal: Int, available: Int) -> Short {
        for group in groups {
            var own = problem
            own.columns = problem.columns.filter { $0.limits == [group] }
            for row in own.demand.indices {
                let others = problem.columns.contains { $0.limits != [group] && $0.items[row] > 0 }
                if others { own.demand[row] = 0 }
            }
            guard let alone = CoverSearch.solve(own), Int(alone.bound.rounded()) > room[group] else { continue }
            return Short(needed: Int(alone.bound.rounded()), available: room[group], isBound: true, groups: [group])
        }
        return Short(
            needed: max(ideal, available + 1),
            available: available,
            isBound: groups.count > 1,
            groups: groups
        )
    }
}
