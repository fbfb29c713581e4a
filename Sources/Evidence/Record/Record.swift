package import Estate

/// One set of measurements under one deployment model, with the facts of the hosts: the unit of evidence.
///
/// Runs nest in boots and boots in hosts, because steps of a run, runs of a boot and boots of a host resemble each
/// other. ``id`` is the hash of everything else, so a record cannot change without its name changing.
package struct Record: Sendable, Hashable {
    /// The version of the format that this package writes and reads.
    package static let formatVersion = 1

    /// What a record is made of, its identifier apart.
    package struct Content: Sendable, Hashable {
        /// When it was made, as its maker says; absent where nobody said.
        package var created: Timestamp?
        /// What made it: `assay` and a version.
        package var tool: Tool?
        /// How the GPU reaches the workload, as declared by whoever measured.
        package var declaredModel: DeploymentModel?
        /// The same, as the measuring tool saw it.
        package var detectedModel: DeploymentModel?
        /// What was measured, in order of declaration.
        package var metrics: [Metric]
        /// Where it was measured, with the runs.
        package var hosts: [Host]

        /// Everything that a record says.
        package init(
            created: Timestamp? = nil,
            tool: Tool? = nil,
            declaredModel: DeploymentModel? = nil,
            detectedModel: DeploymentModel? = nil,
            metrics: [Metric],
            hosts: [Host]
        ) {
            self.created = created
            self.tool = tool
            self.declaredModel = declaredModel
            self.detectedModel = detectedModel
            self.metrics = metrics
            self.hosts = hosts
        }
    }

    /// A program and its version.
    package struct Tool: Sendable, Hashable {
        /// The program's name.
        package var name: String
        /// Its version.
        package var version: String

        /// A program and its version.
        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// What the record says.
    package let content: Content
    /// `sha256:` and 64 hexadecimal digits: the hash of the canonical JSON (RFC 8785) of the record without its id.
    package let id: String
    /// The file it was read from, empty for one made here; no part of the content.
    package var file: String

    init(content: Content, id: String, file: String) {
        self.content = content
        self.id = id
        self.file = file
    }

    /// What was measured.
    package var metrics: [Metric] { content.metrics }
    /// Where it was measured.
    package var hosts: [Host] { content.hosts }
    /// The declared deployment model, else the detected one.
    package var model: DeploymentModel? { content.declaredModel ?? content.detectedModel }

    /// Every run with the host and the boot it belongs to, in the record's order.
    package var runs: [(host: Host, boot: Boot, run: Run)] {
        hosts.flatMap { host in host.boots.flatMap { boot in boot.runs.map { (host, boot, $0) } } }
    }
}

/// Something measured: its name, its unit, and which way is good.
package struct Metric: Sendable, Hashable {
    /// Whether a metric was named before measuring as the one to decide by.
    package enum Role: String, Sendable, Hashable, CaseIterable {
        /// Named beforehand; corrected by Holm.
        case confirmatory
        /// Looked at besides; corrected by Benjamini and Hochberg.
        case exploratory
    }

    /// What a metric measures.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The job itself: its time, its rate.
        case job
        /// One part of it: a link, a kernel, a collective.
        case component
    }

    /// The name, unique in a record: `step_time`.
    package var name: String
    /// The unit of every value of the metric: `s`, `tokens/s`.
    package var unit: String
    /// Whether less or more is better.
    package var direction: Direction
    /// Whether it was named beforehand.
    package var role: Role
    /// Job or part of a job.
    package var kind: Kind

    /// A metric, by default a confirmatory one of the job.
    package init(
        name: String,
        unit: String,
        direction: Direction,
        role: Role = .confirmatory,
        kind: Kind = .job
    ) {
        self.name = name
        self.unit = unit
        self.direction = direction
        self.role = role
        self.kind = kind
    }
}

/// A host, or a set of hosts that ran one job together, as one place that may differ from another.
package struct Host: Sendable, Hashable {
    /// The name, unique in a record.
    package var id: String
    /// What is known of it, by name.
    package var facts: [HostFact]
    /// What could not be seen, one sentence each.
    package var blindSpots: [String]
    /// The times it was booted, in order.
    package var boots: [Boot]

    /// A host with its boots; facts are put in the order of their names.
    package init(id: String, facts: [HostFact] = [], blindSpots: [String] = [], boots: [Boot]) {
        self.id = id
        self.facts = facts.sorted { $0.name < $1.name }
        self.blindSpots = blindSpots
        self.boots = boots
    }
}

extension Host {
    /// What a host is called where nobody named it; the file it was read from follows.
    package static let unnamedPrefix = "unnamed, of "
    /// Whether nobody named it: then nothing says that it is another host than any other.
    var isUnnamed: Bool { id == Boot.unnamed || id.hasPrefix(Self.unnamedPrefix) }
}

extension Boot {
    /// What a boot is called where nobody named it.
    package static let unnamed = "unnamed"
}

/// One fact of a host and where it is from.
package struct HostFact: Sendable, Hashable {
    /// The name: `gpu`, `driver`, `power_limit_w`; ``ComparisonGate`` lists those with consequences.
    package var name: String
    /// The value, as text.
    package var value: String
    /// Where it is from: `declared`, `nvml: nvmlDeviceGetName`.
    package var evidence: String

    /// A fact with its evidence.
    package init(name: String, value: String, evidence: String) {
        self.name = name
        self.value = value
        self.evidence = evidence
    }
}

/// What ran between two boots of a host.
package struct Boot: Sendable, Hashable {
    /// The name, unique in its host.
    package var id: String
    /// The runs, in order.
    package var runs: [Run]

    /// A boot with its runs.
    package init(id: String, runs: [Run]) {
        self.id = id
        self.runs = runs
    }
}

/// One process or placement, never one step of one: the unit of replication.
package struct Run: Sendable, Hashable {
    /// The name, unique in its boot.
    package var id: String
    /// When it began, where known; interleaved runs on one host are paired by it.
    package var started: Timestamp?
    /// What was set for it: `batch` = `32`; in the order of their names.
    package var conditions: [Condition]
    /// Samples at its beginning that were left out of every metric.
    package var warmUpExcluded: Int
    /// The samples, one summary a metric.
    package var series: [SampleSummary]

    /// A run; conditions are put in the order of their names.
    package init(
        id: String,
        started: Timestamp? = nil,
        conditions: [Condition] = [],
        warmUpExcluded: Int = 0,
        series: [SampleSummary]
    ) {
        self.id = id
        self.started = started
        self.conditions = conditions.sorted { $0.name < $1.name }
        self.warmUpExcluded = warmUpExcluded
        self.series = series
    }

    /// The samples of a metric.
    package func series(of metric: String) -> SampleSummary? { series.first { $0.metric == metric } }

    /// The value of a condition.
    package func condition(_ name: String) -> String? { conditions.first { $0.name == name }?.value }
}

/// Something that was set for a run.
package struct Condition: Sendable, Hashable {
    /// The name.
    package var name: String
    /// The value, as text.
    package var value: String

    /// A condition.
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
