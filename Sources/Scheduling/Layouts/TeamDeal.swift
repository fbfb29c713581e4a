/// Which team gets which instance: each team's are dealt evenly along the hosts, so that no host holds all of a team
/// where that can be helped.
struct TeamDeal {
    /// An instance that was planned.
    struct Place {
        let row: Int
        let host: Int
    }

    /// The team of each place; nil where the demand names none.
    private(set) var teams: [String?]
    /// Teams with two instances or more, all on one host, with that host.
    private(set) var onOneHost: [(team: String, host: Int)] = []

    init(_ places: [Place], rows: [DemandRows.Row]) {
        teams = Array(repeating: nil, count: places.count)
        for (row, entry) in rows.enumerated() {
            let list = places.indices.filter { places[$0].row == row }.sorted {
                (places[$0].host, $0) < (places[$1].host, $1)
            }
            var given = entry.teams.map { _ in 0 }
            for (position, place) in list.enumerated() {
                // Who is furthest behind an even share of what has been dealt so far.
                var next = -1
                var behind = -Double.infinity
                for (team, share) in entry.teams.enumerated() where given[team] < share.count {
                    let due = Double(share.count) * Double(position + 1) / Double(max(entry.count, 1))
                    if due - Double(given[team]) > behind + 1e-12 {
                        behind = due - Double(given[team])
                        next = team
                    }
                }
                guard next >= 0 else { break }
                given[next] += 1
                teams[place] = entry.teams[next].team
            }
        }
        mend(places)
    }

    /// Swaps an instance of a team that has all on one host with another team's elsewhere.
    private mutating func mend(_ places: [Place]) {
        var held: [String: [Int: Int]] = [:]
        for (place, team) in zip(places, teams) {
            guard let team else { continue }
            held[team, default: [:]][place.host, default: 0] += 1
        }
        let single = held.filter { $0.value.count == 1 && ($0.value.values.first ?? 0) > 1 }.keys.sorted()
        guard !single.isEmpty else { return }
        for team in single {
            guard let host = held[team]?.keys.first, held[team]?.count == 1 else { continue }
            var isMended = false
            for mine in places.indices where teams[mine] == team && !isMended {
                for other in places.indices where places[other].row == places[mine].row && places[other].host != host {
                    let owner = teams[other]
                    if let owner, owner != team {
                        var after = held[owner] ?? [:]
                        after[places[other].host, default: 1] -= 1
                        if after[places[other].host] == 0 { after[places[other].host] = nil }
                        after[host, default: 0] += 1
                        if after.count == 1, after[host] ?? 0 > 1 { continue }
                        held[owner] = after
                    }
                    held[team]?[host, default: 1] -= 1
                    held[team]?[places[other].host, default: 0] += 1
                    teams[mine] = owner
                    teams[other] = team
                    isMended = true
                    break
                }
            }
            if !isMended { onOneHost.append((team, host)) }
        }
    }
}
