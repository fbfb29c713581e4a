/// Which units of two arms belong together, one to one.
struct UnitPairing {
    var units: [(ReplicatedUnit, ReplicatedUnit)]
    /// What tells it: a label or time, in words.
    var by: String
    /// Units without a partner.
    var leftOut: Int

    /// A spread needs two.
    var isUsable: Bool { units.count >= 2 }

    /// The pairs that the user named, else those that time makes on hosts that both arms share.
    ///
    /// Where hosts are shared, labels are those of a host: pair 1 of one host is not pair 1 of the next. Units of one
    /// arm with the same label are a block and enter as one. Nil where there are neither labels nor neighbours.
    static func find(_ baseline: [ReplicatedUnit], _ other: [ReplicatedUnit], byHost: Bool) -> UnitPairing? {
        let labelled = named(baseline, other, byHost: byHost)
        if let labelled, labelled.isUsable { return labelled }
        return (byHost ? interleaved(baseline, other) : nil) ?? labelled
    }

    private static func named(_ baseline: [ReplicatedUnit], _ other: [ReplicatedUnit], byHost: Bool) -> UnitPairing? {
        var order: [[String]] = []
        var sides: [[String]: (left: [ReplicatedUnit], right: [ReplicatedUnit])] = [:]
        var (unlabelled, seen) = (0, 0)
        for (units, isOther) in [(baseline, false), (other, true)] {
            for unit in units {
                guard let label = unit.pair else {
                    unlabelled += 1
                    continue
                }
                seen += 1
                let key = byHost ? [unit.host, label] : [label]
                if sides[key] == nil { order.append(key) }
                if isOther {
                    sides[key, default: ([], [])].right.append(unit)
                } else {
                    sides[key, default: ([], [])].left.append(unit)
                }
            }
        }
        guard seen > 0 else { return nil }
        var pairing = UnitPairing(units: [], by: "'pair' or 'block'", leftOut: unlabelled)
        for key in order {
            guard let (left, right) = sides[key] else { continue }
            guard let a = block(left), let b = block(right) else {
                pairing.leftOut += left.count + right.count
                continue
            }
            pairing.units.append((a, b))
        }
        return pairing
    }

    private static func block(_ units: [ReplicatedUnit]) -> ReplicatedUnit? {
        guard let first = units.first else { return nil }
        return units.count == 1 ? first : ReplicatedUnit(host: first.host, groups: units.flatMap(\.groups))
    }

    /// Neighbours in time on one host, one of each arm: ABBA, ABAB and random pairs alike.
    ///
    /// A run that failed leaves one without a neighbour, which is left out; where more than a fifth would be, the runs
    /// were not made in pairs.
    private static func interleaved(_ baseline: [ReplicatedUnit], _ other: [ReplicatedUnit]) -> UnitPairing? {
        var timeline: [(unit: ReplicatedUnit, isOther: Bool, started: Double)] = []
        for (units, isOther) in [(baseline, false), (other, true)] {
            for unit in units {
                guard let started = unit.started else { return nil }
                timeline.append((unit, isOther, started))
            }
        }
        timeline.sort {
            ($0.unit.host, $0.started, $0.isOther ? 1 : 0) < ($1.unit.host, $1.started, $1.isOther ? 1 : 0)
        }
        var units: [(ReplicatedUnit, ReplicatedUnit)] = []
        var place = 0
        while place + 1 < timeline.count {
            let (first, second) = (timeline[place], timeline[place + 1])
            if first.isOther != second.isOther, first.unit.host == second.unit.host {
                units.append(first.isOther ? (second.unit, first.unit) : (first.unit, second.unit))
                place += 2
            } else {
                place += 1
            }
        }
        guard units.count >= 2, 10 * units.count >= 4 * timeline.count else { return nil }
        // In order of time, whatever the hosts are called.
        units.sort { ($0.0.started ?? 0, $0.0.host) < ($1.0.started ?? 0, $1.0.host) }
        return UnitPairing(units: units, by: "time", leftOut: timeline.count - 2 * units.count)
    }
}
