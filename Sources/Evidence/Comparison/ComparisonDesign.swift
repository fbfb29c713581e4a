internal import Documents
internal import Estate

/// What is replicated and how units belong together: settled once, from the layout of the runs alone.
struct ComparisonDesign {
    /// The runs that enter, on hosts of both arms where there are such.
    var left: ArmView
    var right: ArmView
    var level = ReplicationUnit.run
    /// Units of the arms that belong together, where the design is paired; else all units of each arm.
    var baseline: [ReplicatedUnit] = []
    var other: [ReplicatedUnit] = []
    var matching = Design.unpaired
    /// One host in an arm at least, and none in both: what differs may be the hosts.
    var hostsConfounded = false
    /// Whether every host is in both arms, so that each is a comparison of its own.
    var isCrossed = false
    /// What is replicated inside a host: boots, else runs.
    var lower = ReplicationUnit.run
    var notes: [ValidityNote] = []

    init(_ baseline: ArmView, _ other: ArmView) {
        let shared = baseline.hosts.intersection(other.hosts)
        (left, right) = (baseline, other)
        if shared.isEmpty {
            settleApart()
        } else {
            restrict(to: shared)
            if shared.count > 1 { settleCrossed() } else { settleOneHost() }
        }
        noteBoots()
        noteUnknownHosts()
    }

    /// What the baseline's control is formed of: units inside hosts, which differ from each other for other reasons.
    var controlUnits: (level: ReplicationUnit, units: [ReplicatedUnit]) {
        guard level == .host else { return (level, baseline) }
        let level =
            left.byHost.allSatisfy { $0.view.hasNamedBoots && $0.view.boots.count > 1 } ? ReplicationUnit.boot : .run
        return (level, left.units(level))
    }

    // MARK: Layouts

    private static func lower(_ a: ArmView, _ b: ArmView) -> ReplicationUnit {
        // Boots of the arms are different boots; those that nobody named cannot be told apart.
        a.hasNamedBoots && b.hasNamedBoots && min(a.boots.count, b.boots.count) > 1 ? .boot : .run
    }

    private mutating func settleOneHost() {
        lower = Self.lower(left, right)
        settle(lower, UnitPairing.find(left.units(lower), right.units(lower), byHost: true))
    }

    /// Several hosts, each in both arms: the host is the unit, whatever was measured how often on it.
    private mutating func settleCrossed() {
        let partners = Dictionary(right.byHost.map { ($0.host, $0.view) }) { first, _ in first }
        var levels: Set<ReplicationUnit> = []
        var (droppedUnits, hostsWithDrops) = (0, 0)
        var by = ""
        for (host, view) in left.byHost {
            guard let partner = partners[host] else { continue }
            let lower = Self.lower(view, partner)
            levels.insert(lower)
            let found = UnitPairing.find(view.units(lower), partner.units(lower), byHost: true)
            if let found, found.isUsable {
                baseline.append(ReplicatedUnit(host: host, groups: found.units.map { $0.0.runs }, isMatched: true))
                other.append(ReplicatedUnit(host: host, groups: found.units.map { $0.1.runs }, isMatched: true))
                if found.leftOut > 0 {
                    (droppedUnits, hostsWithDrops) = (droppedUnits + found.leftOut, hostsWithDrops + 1)
                }
                by = found.by
            } else {
                baseline.append(ReplicatedUnit(runs: view.runs))
                other.append(ReplicatedUnit(runs: partner.runs))
            }
        }
        lower = levels == [.boot] ? .boot : .run
        (level, matching, isCrossed) = (.host, .paired, true)
        if droppedUnits > 0 {
            caution(
                "pairs-unmatched",
                "\(droppedUnits) of the \(lower.rawValue)s, on \(hostsWithDrops) of the hosts, have no partner by \(by) and "
                    + "were left out."
            )
        }
    }

    /// No host in both arms.
    private mutating func settleApart() {
        let hosts = (left.hosts.count, right.hosts.count)
        lower = Self.lower(left, right)
        let level = min(hosts.0, hosts.1) > 1 ? ReplicationUnit.host : lower
        settle(level, UnitPairing.find(left.units(level), right.units(level), byHost: false))
        hostsConfounded = min(hosts.0, hosts.1) == 1
        guard hostsConfounded else { return }
        caution(
            "one-host-per-arm",
            (hosts == (1, 1) ? "Each arm is one host and the two differ" : "An arm is one host, not in the other arm")
                + ", so the numbers say how these hosts differ, not what the deployment model costs; "
                + "cross the arms over (both models on each host) to tell."
        )
    }

    private mutating func settle(_ level: ReplicationUnit, _ pairing: UnitPairing?) {
        self.level = level
        if let pairing, pairing.isUsable {
            (baseline, other) = (pairing.units.map(\.0), pairing.units.map(\.1))
            matching = .paired
            if pairing.leftOut > 0 {
                caution(
                    "pairs-unmatched",
                    "\(pairing.leftOut) of the \(level.rawValue)s have no partner by \(pairing.by) and were left out."
                )
            }
            return
        }
        (baseline, other) = (left.units(level), right.units(level))
        if let pairing {
            caution(
                "pairs-unusable",
                "The labels in \(pairing.by) join \(pairing.units.count) of the \(level.rawValue)s of one arm with one of "
                    + "the other, and two pairs are needed; compared without pairs."
            )
        }
    }

    private mutating func restrict(to shared: Set<String>) {
        let (onlyLeft, onlyRight) = (left.hosts.subtracting(shared).count, right.hosts.subtracting(shared).count)
        guard onlyLeft + onlyRight > 0 else { return }
        let runs = (left.runs.count, right.runs.count)
        (left, right) = (left.restricted(to: shared), right.restricted(to: shared))
        func hosts(_ count: Int) -> String { counted(count, "host") }
        caution(
            "hosts-partly-shared",
            "Compared on the \(hosts(shared.count)) of both arms; left out: \(hosts(onlyLeft)) with "
                + "\(counted(runs.0 - left.runs.count, "run")) of the baseline, \(hosts(onlyRight)) with "
                + "\(counted(runs.1 - right.runs.count, "run")) of the other arm. Measure both models on every host."
        )
    }

    // MARK: Notes

    private mutating func noteBoots() {
        let reused = left.bootLabels.intersection(right.bootLabels)
        let models = (Set(left.records.compactMap(\.model)), Set(right.records.compactMap(\.model)))
        let isOneModel = models.0 == models.1
        // The kernel's identifier is drawn anew at each start: the same one in both arms is the same boot of one host.
        let same = reused.filter { $0.last.map(Boot.isKernelIdentifier) ?? false }
        func list(_ boots: Set<[String]>) -> String {
            Set(boots.compactMap(\.last)).sorted().prefix(3).map(quoted).joined(separator: ", ")
                + (boots.count > 3 ? " and so on" : "")
        }
        func note(_ code: String, _ sentence: String) {
            notes.append(ValidityNote(severity: .note, code: code, sentence: sentence))
        }
        if !same.isEmpty, let (bare, virtual) = bareAndVirtual {
            notes.append(
                ValidityNote(
                    severity: .invalid,
                    code: "boot-shared",
                    sentence:
                        "Both arms ran between two starts of one system (boot \(list(same))), which cannot be both "
                        + "\(bare) and \(virtual)."
                )
            )
        } else if !same.isEmpty {
            note(
                "boot-shared",
                "Both arms ran between two starts of the host (boot \(list(same))), so a restart is no part of the difference."
            )
        }
        let labels = reused.subtracting(same)
        if !labels.isEmpty {
            note(
                "boot-labels-reused",
                "Both arms call a boot \(list(labels)); they count as different boots, so give each boot its own name."
            )
        }
        let isOneBoot = min(left.boots.count, right.boots.count) == 1
        if level != .host, left.hosts == right.hosts, isOneBoot, left.hasNamedBoots, right.hasNamedBoots,
            reused.isEmpty || !isOneModel, same.count < max(left.boots.count, right.boots.count)
        {
            caution(
                "one-boot-per-arm",
                "An arm has one boot only, so what a restart changes is part of the difference."
            )
        }
    }

    /// The models of the arms where one is said to be without a hypervisor and the other with one.
    private var bareAndVirtual: (bare: String, virtual: String)? {
        let (a, b) = (left.claimed, right.claimed)
        guard let one = a.first, let two = b.first, a.count == 1, b.count == 1, one.isVirtual != two.isVirtual else {
            return nil
        }
        return one.isVirtual ? (two.rawValue, one.rawValue) : (one.rawValue, two.rawValue)
    }

    private mutating func noteUnknownHosts() {
        let arms = [(left, "the baseline"), (right, "the other arm")].filter(\.0.hasUnknownHost).map(\.1)
        guard !arms.isEmpty else { return }
        caution(
            "host-unknown",
            "Records of \(arms.joined(separator: " and ")) name no host; their runs count as those of one host, which may "
                + "be another than any other. Record it: a column 'host', or --host."
        )
    }

    private mutating func caution(_ code: String, _ sentence: String) {
        notes.append(ValidityNote(severity: .caution, code: code, sentence: sentence))
    }
}

extension Boot {
    /// Whether a name is the kernel's own identifier of a boot, a random UUID, rather than a label that somebody chose.
    static func isKernelIdentifier(_ id: String) -> Bool {
        let groups = id.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12]
            && groups.joined().allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
    }
}
