import Estate

/// Which GPU gets what.
struct Placing {
    /// GPUs of one kind that get the same.
    struct Unit {
        let model: Int
        let layout: MIGLayout
        /// The row of each instance; -1 for one that nobody asked for.
        let rows: [Int]
        /// Whether each instance stays only because a job runs on it.
        let kept: [Bool]
        let idleGPUs: Double
        let fragmentedGPUs: Double
    }

    fileprivate(set) var units: [Unit] = []
    /// The unit of each site; -1 for one that no slices have.
    fileprivate(set) var unitOf: [Int]
    fileprivate(set) var idleGPUs = 0.0
    fileprivate(set) var fragmentedGPUs = 0.0
}

extension PlannerRun {
    /// Deals the patterns to GPUs.
    func place() throws(PlanError) -> Placing {
        var placing = Placing(unitOf: Array(repeating: -1, count: sites.count))
        guard !cover.parts.isEmpty else { return placing }
        let preferred = preference()
        var ranks: [Int: [LayoutFit.Place: Int]] = [:]
        var have = rows.map { Double($0.count) }
        for group in cover.groups.indices {
            let parts = cover.parts.filter { $0.group == group }
            guard !parts.isEmpty else { continue }
            let members = Set(cover.groups[group])
            var kinds: [Int] = []
            var positionOf = Array(repeating: -1, count: standing.kinds.count)
            var sitesOf: [[Int]] = []
            for site in preferred where members.contains(sites[site].model) {
                let kind = standing.kindOf[site]
                if positionOf[kind] < 0 {
                    positionOf[kind] = kinds.count
                    kinds.append(kind)
                    sitesOf.append([])
                }
                sitesOf[positionOf[kind]].append(site)
            }
            let matching = LayoutMatching(
                wanted: parts.map(\.count),
                available: sitesOf.map(\.count),
                cost: parts.map { part in kinds.map { cost(part.pattern, standing.kinds[$0]) } }
            )
            for (position, kind) in kinds.enumerated() {
                let taken = parts.indices.reduce(0) { $0 + matching.flow[$1][position] }
                guard taken > 0 else { continue }
                var next = alternating(Array(sitesOf[position].prefix(taken)))[...]
                for (index, part) in parts.enumerated() where matching.flow[index][position] > 0 {
                    let count = matching.flow[index][position]
                    let gpu = standing.kinds[kind]
                    let pattern = request.fillsIdle ? filled(part.pattern, on: gpu, count, &have) : part.pattern
                    guard let unit = try unit(pattern, on: gpu, &ranks[gpu.model, default: [:]]) else { continue }
                    placing.units.append(unit)
                    placing.idleGPUs += unit.idleGPUs * Double(count)
                    placing.fragmentedGPUs += unit.fragmentedGPUs * Double(count)
                    for site in next.prefix(count) { placing.unitOf[site] = placing.units.count - 1 }
                    next = next.dropFirst(count)
                }
            }
        }
        return placing
    }

    /// Nil where nothing is known of what stands.
    private func present(_ gpu: StandingGPU) -> StandingGPU? { request.isPresentKnown ? gpu : nil }

    /// Jobs first, then idle GPUs, then what changes: each more than all that follow together.
    private func cost(_ pattern: [Int], _ gpu: StandingGPU) -> Int {
        guard let known = present(gpu) else { return 0 }
        guard let choice = choices[gpu.model],
            let fit = choice.fit(pattern, on: known, cost: ChangeCost(models[gpu.model]))
        else { return .max / 2 }
        let all = cover.gpus + 1
        return (fit.jobs * all + (gpu.hasJobs ? 0 : 1)) * all * ChangeCost.most + fit.cost
    }

    /// The layout that holds a pattern best; among equals the one that is created most surely.
    private func unit(
        _ pattern: [Int],
        on gpu: StandingGPU,
        _ ranks: inout [LayoutFit.Place: Int]
    ) throws(PlanError) -> Placing.Unit? {
        guard let choice = choices[gpu.model],
            let fit = choice.fit(pattern, on: present(gpu), cost: ChangeCost(models[gpu.model])),
            var best = fit.places.first
        else { return nil }
        if fit.places.count > 1 {
            var least = Int.max
            for place in fit.places {
                let rank: Int
                if let known = ranks[place] {
                    rank = known
                } else {
                    rank = try self.rank(choice.rules.layout(of: place.wanted | place.kept), choice)
                    ranks[place] = rank
                }
                if rank < least { (least, best) = (rank, place) }
            }
        }
        let layout = choice.rules.layout(of: best.wanted | best.kept)
        let idle = choice.idle(beside: choice.rules.shape(of: layout.instances))
        return Placing.Unit(
            model: gpu.model,
            layout: layout,
            rows: choice.rows(of: layout, pattern: pattern, kept: best.kept),
            kept: layout.instances.map { instance in
                choice.rules.bit(of: instance).map { best.kept & 1 << UInt64($0) != 0 } ?? false
            },
            idleGPUs: idle,
            fragmentedGPUs: max(0, idle - choice.usable(fit.usable))
        )
    }

    private func rank(_ layout: MIGLayout, _ choice: LayoutChoices) throws(PlanError) -> Int {
        do throws(CatalogueError) {
            return switch try choice.geometry.creationOrder(for: layout) {
            case .forced: 0
            case .expected: 1
            case .none: 2
            }
        } catch {
            throw .catalogue(error)
        }
    }

    /// A pattern with more instances of the mix where there is room, those of which there are fewest for what is wanted first.
    ///
    /// No running job gets in the way of them.
    private func filled(_ pattern: [Int], on gpu: StandingGPU, _ count: Int, _ have: inout [Double]) -> [Int] {
        guard let choice = choices[gpu.model] else { return pattern }
        let cost = ChangeCost(models[gpu.model])
        func jobs(_ pattern: [Int]) -> Int? { choice.fit(pattern, on: present(gpu), cost: cost)?.jobs }
        guard let allowed = jobs(pattern) else { return pattern }
        var result = pattern
        while true {
            var best = -1
            var least = Double.infinity
            for row in rows.indices {
                let share = (have[row] + Double(count)) / Double(rows[row].count)
                guard share < least else { continue }
                var more = result
                more[row] += 1
                if let jobs = jobs(more), jobs <= allowed { (best, least) = (row, share) }
            }
            guard best >= 0 else { return result }
            result[best] += 1
            have[best] += Double(count)
        }
    }
}
