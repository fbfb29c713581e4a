package import Evidence

/// A measurement of one part of a machine: what it measures, and how.
///
/// A run of a probe is a process of its own (``ProbeChild``), because what differs between runs is decided when a process
/// starts: where its memory lies, and on which processor it runs.
package struct ComponentProbe: Sendable {
    /// On which processors a run stands.
    package enum Placement: Sendable, Hashable {
        /// On one, drawn anew for each run.
        case one
        /// On all that we may use.
        case all
    }

    /// The name on the command line and in messages: `memory-latency`.
    package let name: String
    /// What it measures, in a few words.
    package let title: String
    /// On which processors a run stands.
    package let placement: Placement
    /// How much of a plan's time it gets, relative to the others.
    package let weight: Double
    /// What may happen during a run without making its numbers wrong, as it is what the probe looks for.
    package let tolerates: Set<Disturbance.Kind>
    /// Whether it only runs where a path for storage was given.
    package let needsPath: Bool
    /// The metrics it yields on a machine.
    package let metrics: @Sendable (MachineLayout) -> [Metric]
    /// One run; called in the run's own process, once pinned.
    package let run: @Sendable (ProbeContext) throws(ProbeRefusal) -> ProbeSamples

    /// A probe.
    package init(
        name: String,
        title: String,
        placement: Placement,
        weight: Double,
        tolerates: Set<Disturbance.Kind> = [],
        needsPath: Bool = false,
        metrics: @escaping @Sendable (MachineLayout) -> [Metric],
        run: @escaping @Sendable (ProbeContext) throws(ProbeRefusal) -> ProbeSamples
    ) {
        self.name = name
        self.title = title
        self.placement = placement
        self.weight = weight
        self.tolerates = tolerates
        self.needsPath = needsPath
        self.metrics = metrics
        self.run = run
    }

    /// Every probe of this machine's parts, GPU and network aside.
    package static let all: [ComponentProbe] = [
        .compute, .memoryBandwidth, .memoryLatency, .detours, .timers, .systemCalls, .pageFaults, .storage,
    ]

    /// Every probe that a run's process can be asked for.
    package static let known = all + GPUProbes.known
}

/// What a run of a probe knows.
package struct ProbeContext: Sendable {
    /// What was asked.
    package var request: ProbeRequest
    /// The machine.
    package var layout: MachineLayout

    /// A context.
    package init(request: ProbeRequest, layout: MachineLayout) {
        self.request = request
        self.layout = layout
    }

    /// The time that samples may take, in nanoseconds.
    var nanoseconds: UInt64 { UInt64(min(max(request.seconds, 0.001), 3600) * 1e9) }
}

extension Metric {
    /// A metric of a part of the machine.
    static func component(_ name: String, _ unit: String, _ better: Direction, _ role: Role = .confirmatory) -> Metric {
        Metric(name: name, unit: unit, direction: better, role: role, kind: .component)
    }
}
