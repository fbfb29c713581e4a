/// What is replicated and how units belong together: settled once, from the layout of the runs alone.
struct ComparisonDesign {
    var level: ReplicationUnit
    /// Units of the arms that belong together, where the design is paired; else all units of each arm.
    var baseline: [ReplicatedUnit]
    var other: [ReplicatedUnit]
    var matching: Design
    /// One host in an arm at least, and none in both: what differs may be the hosts.
    var hostsConfounded: Bool
    var notes: [ValidityNote] = []

    init(_ baseline: ArmView, _ other: ArmView) {
        let (left, right) = (baseline.hosts, other.hosts)
        let confounded = left.isDisjoint(with: right) && min(left.count, right.count) == 1
        // The level below the hosts: boots where they differ and are replicated in both arms.
        let bootsDiffer = baseline.boots.isDisjoint(with: other.boots)
        let bootsReplicated = min(baseline.boots.count, other.boots.count) > 1
        let lower: ReplicationUnit = bootsDiffer && bootsReplicated ? .boot : .run

        if left == right {
            let paired = Self.pairs(baseline.units(lower), other.units(lower), sameHosts: true)
            if let paired {
                self.init(lower, paired)
            } else if left.count > 1 {
                // Each host is its own comparison.
                let order = baseline.units(.host)
                let partner = Dictionary(other.units(.host).map { ($0.host, $0) }) { first, _ in first }
                let matched = order.compactMap { unit in partner[unit.host].map { (unit, $0) } }
                self.init(.host, Pairing(units: matched, by: "host", leftOut: 0))
            } else {
                self.init(lower, unpaired: baseline, other)
            }
            if left.count == 1, bootsDiffer, !bootsReplicated {
                notes.append(
                    ValidityNote(
                        severity: .caution,
                        code: "one-boot-per-arm",
                        sentence: "An arm has one boot only, so what a restart changes is part of the difference."
                    )
                )
            }
            return
        }
        let level: ReplicationUnit = min(left.count, right.count) > 1 ? .host : lower
        if let paired = Self.pairs(baseline.units(level), other.units(level), sameHosts: false) {
            self.init(level, paired)
        } else {
            self.init(level, unpaired: baseline, other)
        }
        hostsConfounded = confounded
        if confounded {
            let both = left.count == 1 && right.count == 1
            notes.append(
                ValidityNote(
                    severity: .caution,
                    code: "one-host-per-arm",
                    sentence: (both
                        ? "Each arm is one host and the two differ" : "An arm is one host, not in the other arm")
                        + ", so the numbers say how these hosts differ, not what the deployment model costs; "
                        + "cross the arms over (both models on each host) to tell."
                )
            )
        } else if !left.isDisjoint(with: right) {
            notes.append(
                ValidityNote(
                    severity: .caution,
                    code: "hosts-partly-shared",
                    sentence: "Some hosts are in both arms and some in one only; measure both models on every host."
                )
            )
        }
    }

    private init(_ level: ReplicationUnit, _ pairing: Pairing) {
        self.level = level
        baseline = pairing.units.map(\.0)
        other = pairing.units.map(\.1)
        matching = .paired
        hostsConfounded = false
        if pairing.leftOut > 0 {
            notes.append(
                ValidityNote(
                    severity: .caution,
                    code: "unmatched-left-out",
                    sentence: "\(pairing.leftOut) of the \(level.rawValue)s have no partner by "
                        + "\(pairing.by) and were left out."
                )
            )
        }
    }

    private init(_ level: ReplicationUnit, unpaired baseline: ArmView, _ other: ArmView) {
        self.level = level
        self.baseline = baseline.units(level)
        self.other = other.units(level)
        matching = .unpaired
        hostsConfounded = false
    }

    private struct Pairing {
        var units: [(ReplicatedUnit, ReplicatedUnit)]
        var by: String
        var leftOut: Int
    }

    /// The pairs that the user named, else those that time makes on hosts that both arms share.
    private static func pairs(
        _ baseline: [ReplicatedUnit],
        _ other: [ReplicatedUnit],
        sameHosts: Bool
    ) -> Pairing? {
        named(baseline, other) ?? (sameHosts ? interleaved(baseline, other) : nil)
    }

    private static func named(_ baseline: [ReplicatedUnit], _ other: [ReplicatedUnit]) -> Pairing? {
        func byLabel(_ units: [ReplicatedUnit]) -> [String: ReplicatedUnit]? {
            var labels: [String: ReplicatedUnit] = [:]
            for unit in units {
                // A label that stands twice names no pair.
                guard let label = unit.pair, labels.updateValue(unit, forKey: label) == nil else { return nil }
            }
            return labels
        }
        guard byLabel(baseline) != nil, let partners = byLabel(other) else { return nil }
        let units = baseline.compactMap { unit in
            unit.pair.flatMap { partners[$0] }.map { (unit, $0) }
        }
        guard units.count >= 2 else { return nil }
        return Pairing(units: units, by: "'pair'", leftOut: baseline.count + other.count - 2 * units.count)
    }

    /// Neighbours in time on one host, one of each arm: ABBA, ABAB and random pairs alike.
    private static func interleaved(_ baseline: [ReplicatedUnit], _ other: [ReplicatedUnit]) -> Pairing? {
        guard baseline.count == other.count, baseline.count >= 2 else { return nil }
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
        for place in stride(from: 0, to: timeline.count - 1, by: 2) {
            let (first, second) = (timeline[place], timeline[place + 1])
            guard first.isOther != second.isOther, first.unit.host == second.unit.host else { return nil }
            units.append(first.isOther ? (second.unit, first.unit) : (first.unit, second.unit))
        }
        // In order of time, whatever the hosts are called.
        units.sort { ($0.0.started ?? 0, $0.0.host) < ($1.0.started ?? 0, $1.0.host) }
        return Pairing(units: units, by: "time", leftOut: 0)
    }
}
