/// Teams that would lose all of their instances with one host.
extension PlannerRun {
    /// Who gets which instance.
    func teams(_ placing: Placing) -> TeamDeal {
        var places: [TeamDeal.Place] = []
        for (index, unit) in placing.unitOf.enumerated() where unit >= 0 {
            for row in placing.units[unit].rows { places.append(TeamDeal.Place(row: row, host: sites[index].host)) }
        }
        return TeamDeal(places, rows: rows)
    }

    /// The most exchanges that are tried, and the most instances that are dealt in trying them.
    private static let trials = (exchanges: 400, instances: 2_000_000)

    /// Exchanges whole layouts between hosts while that splits a team that has all on one host, and puts no other there.
    ///
    /// Only GPUs on which the same stands change places, so that neither a job nor any more of what stands has to move.
    func split(_ placing: Placing) -> Placing {
        guard rows.contains(where: { $0.teams.contains { $0.team != nil } }) else { return placing }
        var best = placing
        var together = teams(best).onOneHost
        let instances = max(1, rows.reduce(0) { $0 + $1.count })
        var left = min(Self.trials.exchanges, Self.trials.instances / instances)
        while !together.isEmpty, left > 0 {
            var found: (placing: Placing, together: [(team: String, host: Int)])?
            search: for (_, host) in together {
                for exchange in exchanges(best, host) {
                    guard left > 0 else { break search }
                    left -= 1
                    var trial = best
                    trial.swap(exchange.one, exchange.other)
                    let after = teams(trial).onOneHost
                    guard after.count < together.count, Set(after.map(\.team)).isSubset(of: together.map(\.team)) else {
                        continue
                    }
                    found = (trial, after)
                    break search
                }
            }
            guard let found else { break }
            (best, together) = found
        }
        return best
    }

    /// Pairs of GPUs, the first on a host: those with slices elsewhere before free ones, each pair of layouts once a host.
    private func exchanges(_ placing: Placing, _ host: Int) -> [(one: Int, other: Int)] {
        struct Kind: Hashable {
            let one: Int
            let other: Int
            let host: Int
        }
        var seen: Set<Kind> = []
        var inUse: [(one: Int, other: Int)] = []
        var free: [(one: Int, other: Int)] = []
        let wholeOn = Set(sites.indices.filter { whole.teamOf[$0] != nil }.map { sites[$0].host })
        for one in sites.indices where sites[one].host == host && placing.unitOf[one] >= 0 {
            // Where a host is drained, what else changes there counts too.
            guard standing.kinds[standing.kindOf[one]].hostJobs == 0 else { continue }
            for other in sites.indices
            where sites[other].host != host && standing.kindOf[other] == standing.kindOf[one]
                && whole.teamOf[other] == nil && placing.unitOf[other] != placing.unitOf[one]
            {
                let isFree = placing.unitOf[other] < 0
                // GPUs that change mode by a reset keep to hosts of their own.
                if isFree, wholeOn.contains(sites[other].host), models[sites[other].model].resetsForMIG { continue }
                let kind = Kind(one: placing.unitOf[one], other: placing.unitOf[other], host: sites[other].host)
                guard seen.insert(kind).inserted else { continue }
                if isFree { free.append((one, other)) } else { inUse.append((one, other)) }
            }
        }
        return inUse + free
    }
}
