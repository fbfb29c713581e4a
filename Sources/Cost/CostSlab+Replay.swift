extension CostSlab {
    /// Whole hosts and hours held, by year, then draw, from the replay of the workloads' pooled jobs.
    ///
    /// The load is the workloads' bare-metal work over that of their jobs in the trace; the stretch is that of their
    /// jobs' time, each workload's by its own overhead. Hosts out of service carry nothing, so a demand counts one over
    /// the availability.
    func sizeByReplay(
        _ platform: Int,
        _ members: [Int],
        _ replay: ReplayedDemand,
        into columns: inout PlatformColumns
    ) {
        let n = count
        let platforms = model.terms.count
        var whole = 0.0
        var subset: UInt64 = 0
        for member in members where replay.heldHours.indices.contains(member) {
            whole += replay.heldHours[member]
            subset |= 1 << UInt64(member)
        }
        columns.held = yearlyZeros
        guard whole > 0 else { return }
        let table = SizeTable(replay.sizes(platform, subset))
        // Demand of 1 that hosts in service must carry, per hour of work.
        let share = ContiguousArray(
            (0..<n).map { 1 / whole / lanes(model.finance.availability, $0, Bounds.positiveShare) }
        )
        var (work, held) = (zeros, zeros)
        var hint = 0
        for year in 0..<model.years {
            for draw in 0..<n { (work[draw], held[draw]) = (0, 0) }
            for member in members {
                let (own, factors) = (member * n, (member * model.years + year) * n)
                let stretches = (member * platforms + platform) * n
                for draw in 0..<n {
                    let factor = growth[factors + draw]
                    let busy = active[own + draw] * factor
                    let rest = inactive[own + draw] * factor
                    work[draw] += busy + rest
                    held[draw] += busy * stretch[stretches + draw] + rest
                }
            }
            for draw in 0..<n {
                let need = table.need(
                    load: work[draw] * share[draw],
                    stretch: work[draw] > 0 ? held[draw] / work[draw] : 1,
                    from: &hint
                )
                columns.hosts[year * n + draw] = need.hosts
                columns.held[year * n + draw] = work[draw] * need.held
            }
        }
    }

    /// What a bill says of the replay behind a platform's size; nil without a trace.
    func replayedSize(_ part: SubsetKey) -> ReplayedSizes? {
        guard let replay = model.replay, part.subset != 0 else { return nil }
        return replay.sizes(part.platform, part.subset)
    }
}

extension CostModel {
    /// The bare-metal time of each workload a month at the expected inputs: in which it works, and in which it holds its
    /// GPUs and does nothing.
    package var expectedWork: [(active: Double, inactive: Double)] {
        let slab = CostSlab(self, .expected(self), 0..<1)
        return demand.indices.map { (slab.active[$0], slab.inactive[$0]) }
    }
}
