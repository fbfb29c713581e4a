import Cost

/// Good assignments where there are too many to price each one: local search from every plain start.
///
/// Starts: today's assignment where it is allowed, and for each platform the one that puts there whatever may go there
/// (the rest at its own cheapest). From each, workloads move one at a time to where the expected total is lowest, until
/// none gains. Costs are means over a few common draws. Deterministic: no random step.
struct AssignmentSearch {
    let pricer: Pricer
    let space: AssignmentSpace
    /// Draws that the search compares on, and how many assignments it hands on.
    static let sample = 256
    static let kept = 48
    static let rounds = 24

    /// The assignments met with the lowest expected costs, in the documented order of starts; never empty.
    func candidates() -> [[Int]] {
        var met: [[Int]: Double] = [:]
        for start in starts() { descend(start, &met) }
        let ranked = met.sorted { left, right in
            left.value != right.value ? left.value < right.value : left.key.lexicographicallyPrecedes(right.key)
        }
        var kept = ranked.prefix(AssignmentSearch.kept).map(\.key)
        if space.isTodayEligible {
            kept.removeAll { $0 == space.today }
            kept.insert(space.today, at: 0)
        }
        return kept
    }

    private func starts() -> [[Int]] {
        var starts: [[Int]] = space.isTodayEligible ? [space.today] : []
        let alone = space.eligible.map { $0.first ?? 0 }
        for platform in pricer.model.platforms.indices {
            let start = space.eligible.indices.map { space.eligible[$0].contains(platform) ? platform : alone[$0] }
            if !starts.contains(start) { starts.append(start) }
        }
        return starts
    }

    private func descend(_ start: [Int], _ met: inout [[Int]: Double]) {
        var current = start
        var cost = price([current], &met)[0]
        for _ in 0..<AssignmentSearch.rounds {
            var improved = false
            for workload in current.indices {
                let moves = space.eligible[workload].filter { $0 != current[workload] }.map {
                    AssignmentSpace.moving(workload, to: $0, in: current)
                }
                let costs = price(moves, &met)
                for (move, moved) in zip(moves, costs) where moved < cost && !Tally.ties(moved, cost) {
                    current = move
                    cost = moved
                    improved = true
                }
            }
            if !improved { return }
        }
    }

    private func price(_ assignments: [[Int]], _ met: inout [[Int]: Double]) -> [Double] {
        let unknown = assignments.filter { met[$0] == nil }
        if !unknown.isEmpty {
            let means = pricer.means(unknown, sample: AssignmentSearch.sample)
            for (assignment, mean) in zip(unknown, means) { met[assignment] = mean }
        }
        return assignments.map { met[$0] ?? .infinity }
    }
}
