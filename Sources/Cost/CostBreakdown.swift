/// What an assignment costs by group, levelised over the horizon and averaged over draws.
package struct CostBreakdown: Sendable {
    /// Money a month, in the order of `CostGroup.allCases`; sums to the total.
    package var amounts: [Double]
    /// What became of the GPU-hours of a month, levelised as costs are.
    package var hours: GPUHours

    /// Money a month.
    package var total: Double { amounts.reduce(0, +) }

    /// Money a month of one group.
    package subscript(_ group: CostGroup) -> Double {
        CostGroup.allCases.firstIndex(of: group).map { amounts[$0] } ?? 0
    }

    /// Total over useful hours; nil when nothing useful is done.
    package var costPerUsefulGPUHour: Double? {
        hours.useful > 0 ? total / hours.useful : nil
    }
}

/// From one cost to another by group, in the documented order of `CostGroup`.
package struct CostWaterfall: Sendable {
    package var start: Double
    package var steps: [Step]
    package var end: Double

    package struct Step: Sendable {
        package var group: CostGroup
        package var amount: Double
    }

    /// From one breakdown to another; the steps sum to the difference of the totals.
    ///
    /// With `perUsefulGPUHour` amounts are divided by the useful hours of `to`, which every assignment shares; nil when
    /// there are none.
    package init?(from: CostBreakdown, to: CostBreakdown, perUsefulGPUHour: Bool = false) {
        let scale = perUsefulGPUHour ? 1 / to.hours.useful : 1
        guard scale.isFinite else { return nil }
        start = from.total * scale
        end = to.total * scale
        steps = CostGroup.allCases.map { Step(group: $0, amount: (to[$0] - from[$0]) * scale) }
    }
}

extension CostModel {
    /// The cost of an assignment by group, averaged over draws; nil for an assignment that is not one of the model's.
    package func breakdown(_ assignment: [Int], _ draws: DrawTable) -> CostBreakdown? {
        breakdowns([assignment], draws).first ?? nil
    }

    /// The same of several assignments; each block of draws is prepared once for all of them.
    package func breakdowns(_ assignments: [[Int]], _ draws: DrawTable) -> [CostBreakdown?] {
        var whole = GroupTotals(assignments.count)
        for range in draws.blocks { whole.add(groups(of: assignments, draws, range)) }
        return whole.means
    }

    /// What some draws add to breakdowns: added up in the order of the draws they give the same on any number of tasks.
    package func groups(of assignments: [[Int]], _ draws: DrawTable, _ range: Range<Int>) -> GroupTotals {
        var slab = CostSlab(self, draws, range)
        var totals = GroupTotals(assignments.count)
        totals.draws = slab.count
        for (place, assignment) in assignments.enumerated() {
            if slab.isValid(assignment) {
                slab.addGroups(assignment, to: &totals.sums[place])
            } else {
                totals.isValid[place] = false
            }
        }
        return totals
    }

    /// From one assignment to another by group, averaged over the same draws.
    package func waterfall(
        from: [Int],
        to: [Int],
        _ draws: DrawTable,
        perUsefulGPUHour: Bool = false
    ) -> CostWaterfall? {
        guard let from = breakdown(from, draws), let to = breakdown(to, draws) else { return nil }
        return CostWaterfall(from: from, to: to, perUsefulGPUHour: perUsefulGPUHour)
    }
}

extension DrawTable {
    /// The table cut into blocks that fit a slab, in order.
    package var blocks: [Range<Int>] {
        stride(from: 0, to: count, by: DrawTable.blockSize).map { $0..<min($0 + DrawTable.blockSize, count) }
    }
}

/// Sums over draws of several assignments, group by group.
package struct GroupTotals: Sendable {
    fileprivate(set) var sums: [GroupSums]
    fileprivate(set) var isValid: [Bool]
    fileprivate(set) var draws = 0

    /// No draws yet.
    package init(_ assignments: Int) {
        sums = Array(repeating: GroupSums(), count: assignments)
        isValid = Array(repeating: true, count: assignments)
    }

    /// Adds further draws of the same assignments.
    package mutating func add(_ next: GroupTotals) {
        for place in sums.indices where next.sums.indices.contains(place) {
            sums[place].add(next.sums[place])
            isValid[place] = isValid[place] && next.isValid[place]
        }
        draws += next.draws
    }

    /// The breakdowns over all draws; nil for an assignment that is not one of the model's.
    package var means: [CostBreakdown?] { zip(sums, isValid).map { $1 ? $0.mean(of: draws) : nil } }
}

/// Sums over draws, group by group.
struct GroupSums: Sendable {
    var hardware = 0.0
    var lost = 0.0
    var idleAllocated = 0.0
    var idleUnallocated = 0.0
    var licences = 0.0
    var storage = 0.0
    var people = 0.0
    var waiting = 0.0
    var change = 0.0
    var hours = GPUHours(available: 0, useful: 0, lost: 0, idleAllocated: 0, idleUnallocated: 0)

    mutating func add(_ next: GroupSums) {
        hardware += next.hardware
        lost += next.lost
        idleAllocated += next.idleAllocated
        idleUnallocated += next.idleUnallocated
        licences += next.licences
        storage += next.storage
        people += next.people
        waiting += next.waiting
        change += next.change
        hours.add(next.hours, times: 1)
    }

    func mean(of count: Int) -> CostBreakdown {
        let scale = 1 / Double(max(1, count))
        let amounts = CostGroup.allCases.map { group in
            switch group {
            case .hardware: hardware * scale
            case .lost: lost * scale
            case .idleAllocated: idleAllocated * scale
            case .idleUnallocated: idleUnallocated * scale
            case .licences: licences * scale
            case .storage: storage * scale
            case .people: people * scale
            case .waiting: waiting * scale
            case .change: change * scale
            }
        }
        return CostBreakdown(
            amounts: amounts,
            hours: GPUHours(
                available: hours.available * scale,
                useful: hours.useful * scale,
                lost: hours.lost * scale,
                idleAllocated: hours.idleAllocated * scale,
                idleUnallocated: hours.idleUnallocated * scale
            )
        )
    }
}
