/// The runs of one arm, laid out for comparison.
struct ArmView {
    /// One run and where it ran.
    struct PlacedRun {
        var host: String
        /// The boot with its host, since boots are named within one.
        var boot: String
        var run: Run
    }

    let records: [Record]
    /// In order of time where all runs say when they began, else as the records list them.
    let runs: [PlacedRun]
    let isTimed: Bool

    init(_ records: [Record]) {
        self.records = records
        var runs = records.flatMap { record in
            record.runs.map { PlacedRun(host: $0.host.id, boot: "\($0.host.id)\u{0}\($0.boot.id)", run: $0.run) }
        }
        isTimed = runs.allSatisfy { $0.run.started != nil }
        if isTimed {
            // Sorting is stable by the index, so that equal times keep the order of the records.
            runs = runs.enumerated().sorted {
                ($0.element.run.started?.seconds ?? 0, $0.offset) < ($1.element.run.started?.seconds ?? 0, $1.offset)
            }.map(\.element)
        }
        self.runs = runs
    }

    var hosts: Set<String> { Set(runs.map(\.host)) }
    var boots: Set<String> { Set(runs.map(\.boot)) }

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
        guard level != .run else { return runs.map { ReplicatedUnit(host: $0.host, runs: [$0]) } }
        var units: [ReplicatedUnit] = []
        var places: [String: Int] = [:]
        for run in runs {
            let key = level == .host ? run.host : run.boot
            if let place = places[key] {
                units[place].runs.append(run)
            } else {
                places[key] = units.count
                units.append(ReplicatedUnit(host: run.host, runs: [run]))
            }
        }
        return units
    }
}

/// One unit of replication: a host, a boot or a run.
struct ReplicatedUnit {
    var host: String
    var runs: [ArmView.PlacedRun]

    /// When its first run began.
    var started: Double? { runs.first?.run.started?.seconds }

    /// What the user paired it by: the condition `pair`, else `block`, where all its runs agree.
    var pair: String? {
        for name in ["pair", "block"] {
            let labels = Set(runs.map { $0.run.condition(name) })
            if labels.count == 1, let label = labels.first, let label { return label }
        }
        return nil
    }

    /// The summaries of a metric, boot by boot.
    func series(of metric: String) -> [[SampleSummary]] {
        var boots: [[SampleSummary]] = []
        var places: [String: Int] = [:]
        for run in runs {
            guard let series = run.run.series(of: metric) else { continue }
            if let place = places[run.boot] {
                boots[place].append(series)
            } else {
                places[run.boot] = boots.count
                boots.append([series])
            }
        }
        return boots
    }
}
