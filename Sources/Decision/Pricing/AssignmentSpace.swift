/// The assignments that the constraints allow, in the documented order.
struct AssignmentSpace: Sendable {
    /// For each workload the positions of the platforms it may use, in the study's order; none is empty.
    let eligible: [[Int]]
    /// Today's assignment.
    let today: [Int]

    /// At most this many assignments are priced one by one over all draws.
    static let exactLimit = 4_096

    /// How many assignments there are; nil above `limit`.
    func count(upTo limit: Int) -> Int? {
        var count = 1
        for choices in eligible {
            let (product, overflow) = count.multipliedReportingOverflow(by: choices.count)
            guard !overflow, product <= limit else { return nil }
            count = product
        }
        return count
    }

    /// Whether every workload may stay where it is.
    var isTodayEligible: Bool {
        zip(eligible, today).allSatisfy { $0.contains($1) }
    }

    /// All of them: today's first where it is allowed, then by the study's order of platforms, the first workload slowest.
    ///
    /// Nothing when there are more than `exactLimit`.
    func all() -> [[Int]]? {
        guard let count = count(upTo: AssignmentSpace.exactLimit) else { return nil }
        var list: [[Int]] = []
        list.reserveCapacity(count)
        if isTodayEligible { list.append(today) }
        var places = [Int](repeating: 0, count: eligible.count)
        for _ in 0..<count {
            let assignment = zip(eligible, places).map { $0[$1] }
            if assignment != today { list.append(assignment) }
            for workload in places.indices.reversed() {
                places[workload] += 1
                if places[workload] < eligible[workload].count { break }
                places[workload] = 0
            }
        }
        return list
    }

    /// The assignment with one workload elsewhere.
    static func moving(_ workload: Int, to platform: Int, in assignment: [Int]) -> [Int] {
        var moved = assignment
        moved[workload] = platform
        return moved
    }
}
