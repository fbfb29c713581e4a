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
    /// Hosts that are drained first, so that no job is left on them.
    fileprivate(set) var drained: Set<Int> = []
    /// Jobs that end with those hosts.
    fileprivate var jobsEnded = 0
}

extension Placing {
    /// Exchanges what two GPUs get.
    mutating func swap(_ one: Int, _ other: Int) { unitOf.swapAt(one, other) }

    /// Puts one unit in the place of another on a GPU.
    fileprivate mutating func change(_ site: Int, to unit: Int) {
        let old = units[unitOf[site]]
        idleGPUs += units[unit].idleGPUs - old.idleGPUs
        fragmentedGPUs += units[unit].fragmentedGPUs - old.fragmentedGPUs
        unitOf[site] = unit
    }
}

extension PlannerRun {
    /// The most times that patterns are dealt anew to end fewer jobs by draining hosts.
    private static let dealings = 12
    /// GPUs of a large estate, for which they are dealt anew twice at most.
    private static let large = 20_000

    /// Deals the patterns to GPUs; where whole hosts are drained, so that few jobs end.
    func place() throws(PlanError) -> Placing {
        guard request.isPresentKnown, request.drainScope == .host, standing.kinds.contains(where: \.isInUse) else {
            return try placed(draining: [])
        }
        // Every change counts all jobs of its host, so a host that is drained in any case is told apart: there more changes
        // end no more jobs.
        var open = drained { site in whole.teamOf[site] != nil && !kind(of: site).isWhole }
        var best = try placed(draining: open)
        var last = best
        for _ in 0..<(sites.count > Self.large ? 2 : Self.dealings) where best.jobsEnded > 0 {
            var changes: [Int: Int] = [:]
            for (site, unit) in last.unitOf.enumerated() where unit >= 0 && isChanged(site, last) {
                changes[sites[site].host, default: 0] += 1
            }
            // The host that ends the fewest jobs for what it takes.
            let next = last.drained.subtracting(open).min { one, other in
                let (mine, theirs) = (jobs[one] * (changes[other] ?? 1), jobs[other] * (changes[one] ?? 1))
                return (mine, one) < (theirs, other)
            }
            guard let next else { break }
            open.insert(next)
            last = try placed(draining: open)
            if last.jobsEnded < best.jobsEnded { best = last }
        }
        return try withoutKept(best)
    }

    private func kind(of site: Int) -> StandingGPU { standing.kinds[standing.kindOf[site]] }

    /// The running jobs of each host.
    private var jobs: [Int] {
        var result = request.hosts.map { _ in 0 }
        for (site, entry) in sites.enumerated() { result[entry.host] = kind(of: site).hostJobs }
        return result
    }

    /// The hosts of some sites.
    private func drained(_ isMatch: (Int) -> Bool) -> Set<Int> {
        Set(sites.indices.filter { kind(of: $0).hostJobs > 0 && isMatch($0) }.map { sites[$0].host })
    }

    /// Whether anything is done to a GPU.
    private func isChanged(_ site: Int, _ placing: Placing) -> Bool {
        let gpu = kind(of: site)
        let unit = placing.unitOf[site]
        guard unit >= 0, let choice = choices[gpu.model] else { return whole.teamOf[site] != nil && !gpu.isWhole }
        return gpu.isWhole || choice.rules.shape(of: placing.units[unit].layout.instances).places != gpu.places
    }

    /// The same without instances that would stay for jobs on hosts that are drained.
    private func withoutKept(_ placing: Placing) throws(PlanError) -> Placing {
        var result = placing
        var known: [Int: Int] = [:]
        for (site, number) in placing.unitOf.enumerated()
        where number >= 0 && placing.drained.contains(sites[site].host) {
            let unit = placing.units[number]
            guard unit.kept.contains(true), let choice = choices[unit.model] else { continue }
            if let found = known[number] {
                result.change(site, to: found)
                continue
            }
            let wanted = unit.layout.instances.indices.filter { !unit.kept[$0] }
            let layout = MIGLayout(wanted.map { unit.layout.instances[$0] })
            let shape = choice.rules.shape(of: layout.instances)
            let idle = choice.idle(beside: shape)
            known[number] = result.units.count
            result.units.append(
                Placing.Unit(
                    model: unit.model,
                    layout: layout,
                    rows: wanted.map { unit.rows[$0] },
                    kept: wanted.map { _ in false },
                    idleGPUs: idle,
                    fragmentedGPUs: max(0, idle - choice.usable(choice.states.usable(shape)))
                )
            )
            result.change(site, to: result.units.count - 1)
        }
        return result
    }

    /// Deals the patterns to GPUs, where jobs on some hosts end in any case.
    private func placed(draining open: Set<Int>) throws(PlanError) -> Placing {
        var placing = try dealt(draining: open)
        guard request.isPresentKnown, request.drainScope == .host else { return placing }
        placing.drained = drained { isChanged($0, placing) }
        let jobs = jobs
        placing.jobsEnded = placing.drained.reduce(0) { $0 + jobs[$1] }
        return placing
    }

    private func dealt(draining open: Set<Int>) throws(PlanError) -> Placing {
        var placing = Placing(unitOf: Array(repeating: -1, count: sites.count))
        guard !cover.parts.isEmpty else { return placing }
        let preferred = preference()
        var ranks: [Int: [LayoutFit.Place: Int]] = [:]
        var have = rows.map { Double($0.count) }
        for group in cover.groups.indices {
            let parts = cover.parts.filter { $0.group == group }
            guard !parts.isEmpty else { continue }
            let members = Set(cover.groups[group])
            var kinds: [(kind: Int, isOpen: Bool)] = []
            var positionOf = Array(repeating: -1, count: 2 * standing.kinds.count)
            var sitesOf: [[Int]] = []
            for site in preferred where members.contains(sites[site].model) {
                let kind = standing.kindOf[site]
                let isOpen = !open.isEmpty && open.contains(sites[site].host)
                let key = 2 * kind + (isOpen ? 1 : 0)
                if positionOf[key] < 0 {
                    positionOf[key] = kinds.count
                    kinds.append((kind, isOpen))
                    sitesOf.append([])
                }
                sitesOf[positionOf[key]].append(site)
            }
            let matching = LayoutMatching(
                wanted: parts.map(\.count),
                available: sitesOf.map(\.count),
                cost: parts.map { part in kinds.map { cost(part.pattern, standing.kinds[$0.kind], isOpen: $0.isOpen) } }
            )
            for (position, kind) in kinds.enumerated() {
                let taken = parts.indices.reduce(0) { $0 + matching.flow[$1][position] }
                guard taken > 0 else { continue }
                var next = alternating(Array(sitesOf[position].prefix(taken)))[...]
                for (index, part) in parts.enumerated() where matching.flow[index][position] > 0 {
                    let count = matching.flow[index][position]
                    let gpu = standing.kinds[kind.kind]
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
    ///
    /// On an open host jobs end in any case.
    private func cost(_ pattern: [Int], _ gpu: StandingGPU, isOpen: Bool) -> Int {
        guard let known = present(gpu) else { return 0 }
        guard let choice = choices[gpu.model],
            let fit = choice.fit(pattern, on: known, cost: ChangeCost(models[gpu.model]))
        else { return .max / 2 }
        let all = cover.gpus + 1
        return ((isOpen ? 0 : fit.jobs) * all + (gpu.hasJobs ? 0 : 1)) * all * ChangeCost.most + fit.cost
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
