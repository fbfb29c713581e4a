internal import Estate

/// The runs of one arm, laid out for comparison.
struct ArmView {
    /// Which arm it is: boots, and hosts that nobody named, are told apart by it.
    enum Side: String {
        case baseline, other
    }

    /// One run and where it ran.
    struct PlacedRun {
        /// The host's name; one for all hosts of the arm that nobody named.
        var host: String
        /// The boot with its host and its arm: a boot runs one deployment model.
        var boot: String
        var isBootNamed: Bool
        var facts: [HostFact]
        var run: Run
    }

    let side: Side
    let records: [Record]
    /// What whoever compares says that the arm is, such as a study's evidence; a record's own declaration goes first.
    let stated: DeploymentModel?
    /// In order of time where all runs say when they began, else as the records list them.
    let runs: [PlacedRun]
    let isTimed: Bool
    /// Whether nobody named the host of some run.
    let hasUnknownHost: Bool
    /// Named boots as the records call them, with their hosts: to notice labels that both arms use.
    let bootLabels: Set<[String]>

    /// The arm of these records; those of several metrics of the same runs (host, boot, run) are joined.
    init(_ records: [Record], side: Side, stated: DeploymentModel? = nil) {
        self.side = side
        self.stated = stated
        self.records = records
        var runs: [PlacedRun] = []
        var places: [[String]: [Int]] = [:]
        var labels: Set<[String]> = []
        var hasUnknownHost = false
        for record in records {
            let known = runs.count
            var joined: Set<Int> = []
            for (host, boot, run) in record.runs {
                let key = [host.id, boot.id, run.id]
                if boot.id != Boot.unnamed { labels.insert([host.id, boot.id]) }
                let twin = places[key]?.first {
                    $0 < known && !joined.contains($0) && Self.isSame(runs[$0].run, run)
                }
                if let twin {
                    joined.insert(twin)
                    runs[twin].join(run, facts: host.facts)
                    continue
                }
                if host.isUnnamed { hasUnknownHost = true }
                let name = host.isUnnamed ? "\u{0}unknown, \(side.rawValue)" : host.id
                places[key, default: []].append(runs.count)
                runs.append(
                    PlacedRun(
                        host: name,
                        boot: "\(side.rawValue)\u{0}\(name)\u{0}\(boot.id)",
                        isBootNamed: boot.id != Boot.unnamed,
                        facts: host.facts,
                        run: run
                    )
                )
            }
        }
        let isTimed = runs.allSatisfy { $0.run.started != nil }
        if isTimed {
            // Sorting is stable by the index, so that equal times keep the order of the records.
            runs = runs.enumerated().sorted {
                ($0.element.run.started?.seconds ?? 0, $0.offset) < ($1.element.run.started?.seconds ?? 0, $1.offset)
            }.map(\.element)
        }
        self.runs = runs
        self.isTimed = isTimed
        self.hasUnknownHost = hasUnknownHost
        bootLabels = labels
    }

    /// The deployment models that the arm is said to be of, by its records or by whoever compares them.
    var claimed: Set<DeploymentModel> {
        Set(records.compactMap { $0.content.declaredModel ?? stated ?? $0.content.detectedModel })
    }

    private init(_ whole: ArmView, runs: [PlacedRun]) {
        stated = whole.stated
        side = whole.side
        records = whole.records
        self.runs = runs
        isTimed = runs.allSatisfy { $0.run.started != nil }
        hasUnknownHost = whole.hasUnknownHost
        bootLabels = whole.bootLabels
    }

    /// Whether two entries describe one run: other metrics, and nothing that contradicts.
    private static func isSame(_ known: Run, _ next: Run) -> Bool {
        if let a = known.started, let b = next.started, a.seconds != b.seconds { return false }
        for condition in next.conditions {
            if let value = known.condition(condition.name), value != condition.value { return false }
        }
        return next.series.allSatisfy { known.series(of: $0.metric) == nil }
    }

    /// The arm with the runs of these hosts only.
    func restricted(to hosts: Set<String>) -> ArmView { ArmView(self, runs: runs.filter { hosts.contains($0.host) }) }

    /// The arm host by host, in order of their first run.
    var byHost: [(host: String, view: ArmView)] {
        var order: [String] = []
        var groups: [String: [PlacedRun]] = [:]
        for run in runs {
            if groups[run.host] == nil { order.append(run.host) }
            groups[run.host, default: []].append(run)
        }
        return order.map { ($0, ArmView(self, runs: groups[$0] ?? [])) }
    }

    var hosts: Set<String> { Set(runs.map(\.host)) }
    var boots: Set<String> { Set(runs.map(\.boot)) }
    var hasNamedBoots: Bool { runs.allSatisfy(\.isBootNamed) }

    /// Every declaration of a metric among the records.
    func declarations(of name: String) -> [Metric] { records.flatMap(\.metrics).filter { $0.name == name } }

    /// Names of metrics, confirmatory before exploratory, in order of declaration.
    var metricNames: [String] {
        var names: [String] = []
        for role in Metric.Role.allCases {
            for metric in records.flatMap(\.metrics) where metric.role == role && !names.contains(metric.name) {
                names.append(metric.name)
            }
        }
        return names
    }

    /// The runs grouped into units of a level, in order of their first run.
    func units(_ level: ReplicationUnit) -> [ReplicatedUnit] {
        guard level != .run else { return runs.map { ReplicatedUnit(host: $0.host, groups: [[$0]]) } }
        var units: [[PlacedRun]] = []
        var places: [String: Int] = [:]
        for run in runs {
            let key = level == .host ? run.host : run.boot
            if let place = places[key] {
                units[place].append(run)
            } else {
                places[key] = units.count
                units.append([run])
            }
        }
        return units.map { ReplicatedUnit(runs: $0) }
    }
}

extension ArmView.PlacedRun {
    /// Adds the metrics that another record has of this run.
    mutating func join(_ next: Run, facts more: [HostFact]) {
        let known = Set(run.conditions.map(\.name))
        run = Run(
            id: run.id,
            started: run.started ?? next.started,
            conditions: run.conditions + next.conditions.filter { !known.contains($0.name) },
            warmUpExcluded: run.warmUpExcluded,
            series: run.series + next.series
        )
        let names = Set(facts.map(\.name))
        facts += more.filter { !names.contains($0.name) }
    }
}

/// One unit of replication: a host, a boot, a run, or the runs of one block.
struct ReplicatedUnit {
    var host: String
    /// Its runs in groups of equal weight: those of a boot, or where a host's runs were matched, those of a pair.
    var groups: [[ArmView.PlacedRun]]
    /// Whether each group belongs to the group at its place in the unit's partner.
    var isMatched = false

    init(host: String, groups: [[ArmView.PlacedRun]], isMatched: Bool = false) {
        self.host = host
        self.groups = groups
        self.isMatched = isMatched
    }

    /// The unit of these runs, grouped by boot.
    init(runs: [ArmView.PlacedRun]) {
        var groups: [[ArmView.PlacedRun]] = []
        var places: [String: Int] = [:]
        for run in runs {
            if let place = places[run.boot] {
                groups[place].append(run)
            } else {
                places[run.boot] = groups.count
                groups.append([run])
            }
        }
        self.init(host: runs.first?.host ?? "", groups: groups)
    }

    var runs: [ArmView.PlacedRun] { groups.flatMap { $0 } }

    /// When its first run began.
    var started: Double? { groups.first?.first?.run.started?.seconds }

    /// What the user paired it by: the condition `pair`, else `block`, where all its runs agree.
    var pair: String? {
        for name in ["pair", "block"] {
            let labels = Set(runs.map { $0.run.label(name) })
            if labels.count == 1, let label = labels.first, let label { return label }
        }
        return nil
    }

    /// The summaries of a metric, group by group; a group without the metric is empty.
    func series(of metric: String) -> [[SampleSummary]] {
        groups.map { $0.compactMap { $0.run.series(of: metric) } }
    }
}

extension Run {
    /// A label such as `pair`, whatever the case of its name.
    func label(_ name: String) -> String? {
        conditions.first {
            $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name && !$0.value.isEmpty
        }?.value
    }
}
