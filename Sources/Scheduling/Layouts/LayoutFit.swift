import Estate

/// How a pattern stands best on a GPU, given what stands there: with the fewest running jobs in the way, then with most
/// left to later jobs, then with least change.
struct LayoutFit {
    /// A layout with the instances that stay beside it only because a job runs on them.
    struct Place: Hashable {
        /// What is wanted, in bits.
        let wanted: UInt64
        /// What stays besides, in bits.
        let kept: UInt64
    }

    /// Running jobs that must end first.
    let jobs: Int
    /// What later jobs could use beside it, in millionths of a memory slice.
    let usable: Int
    /// What the change costs; see ``ChangeCost``.
    let cost: Int
    /// Layouts that are alike in all of this; at least one.
    let places: [Place]
}

/// What changes cost beside one another: changes of MIG mode weigh more, above all with a reset, then instances.
struct ChangeCost {
    /// The highest cost of one GPU.
    static let most = 20_000

    let mode: Int

    init(_ model: GPUModel) { mode = model.resetsForMIG ? 10_000 : 1_000 }

    func callAsFunction(_ standing: StandingGPU, _ target: UInt64) -> Int {
        let destroyed = (standing.places & ~target).nonzeroBitCount
        let created = (target & ~standing.places).nonzeroBitCount
        return (standing.isWhole ? mode : 0) + destroyed * 10 + created
    }
}

extension LayoutChoices {
    /// The best ways to hold a pattern on a GPU; nil for a pattern that is not legal.
    ///
    /// - Parameters:
    ///   - pattern: what is wanted.
    ///   - standing: what stands there; nil where it is not known.
    ///   - cost: what changes cost.
    /// - Returns: all ways that are alike in jobs, use and cost.
    func fit(_ pattern: [Int], on standing: StandingGPU?, cost: ChangeCost) -> LayoutFit? {
        if let standing, standing.hostJobs > 0 { return drained(pattern, standing, cost) }
        var best: (jobs: Int, usable: Int, cost: Int)?
        var places: [LayoutFit.Place] = []
        for candidate in candidates(pattern) {
            let after = standing.map { staying(beside: candidate.shape, on: $0) }
            let jobs = after?.jobs ?? 0
            if let best, jobs > best.jobs { continue }
            let kept = after?.kept ?? 0
            let usable = kept == 0 ? candidate.usable : states.usable(after?.shape ?? candidate.shape)
            if let best, (jobs, -usable) > (best.jobs, -best.usable) { continue }
            let change = standing.map { cost($0, candidate.shape.places | kept) } ?? 0
            let place = LayoutFit.Place(wanted: candidate.shape.places, kept: kept)
            if let best {
                if (jobs, -usable, change) > (best.jobs, -best.usable, best.cost) { continue }
                if (jobs, -usable, change) == (best.jobs, -best.usable, best.cost) {
                    places.append(place)
                    continue
                }
            }
            best = (jobs, usable, change)
            places = [place]
        }
        return best.map { LayoutFit(jobs: $0.jobs, usable: $0.usable, cost: $0.cost, places: places) }
    }

    /// Where every job of the host ends before anything changes: as it stands if that holds the pattern, else the best
    /// without jobs.
    private func drained(_ pattern: [Int], _ standing: StandingGPU, _ cost: ChangeCost) -> LayoutFit? {
        if let place = candidates(pattern).lazy.compactMap({ unchanged($0, standing) }).first {
            let shape = rules.shape(of: rules.layout(of: standing.places).instances)
            return LayoutFit(jobs: 0, usable: states.usable(shape), cost: 0, places: [place])
        }
        return fit(pattern, on: standing.idle, cost: cost).map {
            LayoutFit(jobs: standing.hostJobs, usable: $0.usable, cost: $0.cost, places: $0.places)
        }
    }

    /// A candidate in what stands, beside which only instances with running jobs stand; nil for any other.
    private func unchanged(_ candidate: Candidate, _ standing: StandingGPU) -> LayoutFit.Place? {
        let wanted = candidate.shape.places
        let rest = standing.places & ~wanted
        guard !standing.isWhole, wanted & ~standing.places == 0, rest & ~standing.busy == 0 else { return nil }
        return LayoutFit.Place(wanted: wanted, kept: rest)
    }

    /// The jobs that must end before each pattern stands on a GPU, by the pattern's position.
    func jobs(inTheWayOn standing: StandingGPU) -> [UInt8] {
        let bySet = sets.map { set in
            if standing.hostJobs > 0 {
                let stays = set.contains { unchanged($0, standing) != nil }
                return stays ? 0 : UInt8(clamping: standing.hostJobs)
            }
            var least = Int.max
            for candidate in set where least > 0 {
                least = min(least, staying(beside: candidate.shape, on: standing).jobs)
            }
            return UInt8(clamping: least)
        }
        return setOf.map { bySet[$0] }
    }

    /// What becomes of the running jobs of a GPU: an instance that a layout has, or that can stay beside it, is kept.
    ///
    /// Taken one after another by placement: whether all can stay does not depend on the order, since every limit on
    /// instances also limits fewer of them.
    private func staying(
        beside layout: LayoutRules.Shape,
        on standing: StandingGPU
    ) -> (jobs: Int, kept: UInt64, shape: LayoutRules.Shape) {
        guard !standing.hasWholeJob else { return (1, 0, layout) }
        var shape = layout
        var (jobs, kept) = (0, UInt64(0))
        var rest = standing.busy & ~layout.places
        while rest != 0 {
            let bit = rest.trailingZeroBitCount
            rest &= rest - 1
            if rules.fits(bit, beside: shape) {
                rules.add(bit, to: &shape)
                kept |= 1 << UInt64(bit)
            } else {
                jobs += 1
            }
        }
        return (jobs, kept, shape)
    }
}
