import Estate

/// Which GPUs slices take first, and what is written into the hosts.
extension PlannerRun {
    /// Free GPUs in the order in which slices take them.
    func preference() -> [Int] {
        var free: [[Int]] = request.hosts.map { _ in [] }
        var wholeOn = request.hosts.map { _ in 0 }
        for (index, site) in sites.enumerated() {
            if whole.teamOf[index] == nil { free[site.host].append(index) } else { wholeOn[site.host] += 1 }
        }
        // Ampere GPUs change mode by a reset, so hosts with whole ones come last there; elsewhere what is left beside
        // whole jobs is used up first, so that the next large job finds a host.
        func key(_ host: Int) -> (Int, Int) {
            guard let site = free[host].first else { return (2, host) }
            let resets = models[sites[site].model].resetsForMIG
            return (wholeOn[host] > 0 ? (resets ? 1 : -1) : 0, host)
        }
        let order = request.hosts.indices.sorted { key($0) < key($1) }.filter { !free[$0].isEmpty }
        switch request.dealing {
        case .spread:
            let last = order.filter { key($0).0 > 0 }
            return Self.alternate(order.filter { key($0).0 <= 0 }.map { free[$0] })
                + Self.alternate(last.map { free[$0] })
        case .pack:
            // A team that would lose everything with one host gets a second.
            let needsTwo = rows.contains { $0.teams.contains { $0.team != nil && $0.count > 1 } }
            guard needsTwo, cover.gpus > 1, order.count > 1, free[order[0]].count >= cover.gpus else {
                return order.flatMap { free[$0] }
            }
            let half = (cover.gpus + 1) / 2
            return Array(free[order[0]].prefix(half)) + free[order[1]] + free[order[0]].dropFirst(half)
                + order.dropFirst(2).flatMap { free[$0] }
        }
    }

    /// One of each host in turn, so that GPUs with one pattern stand on several hosts.
    func alternating(_ list: [Int]) -> [Int] {
        var byHost: [Int: [Int]] = [:]
        var order: [Int] = []
        for site in list {
            if byHost[sites[site].host] == nil { order.append(sites[site].host) }
            byHost[sites[site].host, default: []].append(site)
        }
        return Self.alternate(order.map { byHost[$0] ?? [] })
    }

    private static func alternate(_ lists: [[Int]]) -> [Int] {
        var result: [Int] = []
        for position in 0..<(lists.map(\.count).max() ?? 0) {
            for list in lists where position < list.count { result.append(list[position]) }
        }
        return result
    }

    /// Writes layouts with their teams into the hosts.
    ///
    /// - Returns: teams whose instances are all on one host.
    func deal(_ placing: Placing, _ hosts: inout [PlannedHost]) -> [(team: String, host: Int)] {
        let hasTeams = rows.contains { $0.teams.contains { $0.team != nil } }
        // Without teams all GPUs of a unit on which the same jobs run share one list.
        struct Alike: Hashable {
            let unit: Int
            let busy: UInt64
        }
        var shared: [Alike: [PlannedInstance]] = [:]
        func instances(_ index: Int, _ unit: Int) -> [PlannedInstance] {
            let isDrained = placing.drained.contains(sites[index].host)
            let kind = standing.kinds[standing.kindOf[index]]
            let busy = isDrained ? 0 : kind.busy
            let key = Alike(unit: unit, busy: busy)
            if let found = shared[key] { return found }
            let entry = placing.units[unit]
            let rules = choices[entry.model]?.rules
            let list = zip(entry.layout.instances, entry.kept).map { instance, isKept in
                let hasJob = rules?.bit(of: instance).map { busy & 1 << UInt64($0) != 0 } ?? false
                return PlannedInstance(instance, isBusy: hasJob && !isKept, isKept: isKept)
            }
            shared[key] = list
            return list
        }
        guard hasTeams else {
            for (index, unit) in placing.unitOf.enumerated() where unit >= 0 {
                hosts[sites[index].host].gpus[sites[index].position].cut(instances(index, unit))
            }
            return []
        }
        let dealt = teams(placing)
        var next = 0
        for (index, unit) in placing.unitOf.enumerated() where unit >= 0 {
            var instances = instances(index, unit)
            for position in instances.indices {
                instances[position].team = dealt.teams[next]
                next += 1
            }
            hosts[sites[index].host].gpus[sites[index].position].cut(instances)
        }
        return dealt.onOneHost
    }
}

extension PlannedGPU {
    /// Gives it these instances.
    fileprivate mutating func cut(_ instances: [PlannedInstance]) {
        (mode, team, isBusy, isSpare) = (.mig(instances), nil, false, false)
    }
}
