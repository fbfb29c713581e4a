package import Documents
internal import Probability

/// Which probes run when: rounds, in each of which every probe runs once, in an order drawn anew.
///
/// So a change of the machine during the measurement meets all probes alike, and no probe always follows the same other
/// one. A round is a run in the record's sense: fresh processes, and single processors drawn anew.
package struct MeasurePlan: Sendable {
    /// How thorough to be.
    package enum Length: String, Sendable, Hashable, CaseIterable {
        /// About 20 seconds: a look.
        case quick
        /// About 2 minutes: for the record.
        case full

        /// How many times each probe runs; four is what a control within one arm needs.
        package var rounds: Int {
            switch self {
            case .quick: 4
            case .full: 12
            }
        }

        /// Time for samples of all probes in one round, in seconds; setting up comes on top.
        var sampleSeconds: Double {
            switch self {
            case .quick: 2.4
            case .full: 7
            }
        }
    }

    /// How thorough.
    package let length: Length
    /// For the order, the processors and everything random in a run: 0 to 2^53 - 1.
    package let seed: Int
    /// How many times each probe runs.
    package let rounds: Int
    /// The probes.
    package let probes: [ComponentProbe]
    /// A folder on the storage to measure.
    package let path: String?
    /// The GPU to measure, by CUDA's number; nil for the first.
    package let gpu: Int?
    /// The processors that may be used, ascending.
    package let processors: [Int]
    /// Time for all probes' samples in one round, in seconds.
    package let sampleSeconds: Double

    /// A plan; probes that need a path are left out where none is given.
    ///
    /// `rounds` (1...1000) and `sampleSeconds`, the time for samples in one round, are the length's own unless given.
    package init(
        _ length: Length,
        seed: Int,
        processors: [Int],
        probes: [ComponentProbe] = ComponentProbe.all,
        path: String? = nil,
        gpu: Int? = nil,
        rounds: Int? = nil,
        sampleSeconds: Double? = nil
    ) {
        self.length = length
        self.seed = min(max(0, seed), ProbeRequest.largestSeed)
        self.processors = processors
        self.probes = probes.filter { !$0.needsPath || path != nil }
        self.path = path
        self.gpu = gpu
        self.rounds = min(max(1, rounds ?? length.rounds), 1000)
        self.sampleSeconds = sampleSeconds ?? length.sampleSeconds
    }

    /// The runs of a round, from 0, in order.
    package func requests(round: Int) -> [ProbeRequest] {
        var generator = RandomGenerator(seed: UInt64(seed), stream: UInt64(max(0, round)) + 1)
        let total = probes.reduce(0.0) { $0 + $1.weight }
        return probes.shuffled(using: &generator).map { probe in
            let processors =
                switch probe.placement {
                case .all: self.processors
                case .one:
                    self.processors.isEmpty ? [] : [self.processors[generator.index(below: self.processors.count)]]
                }
            return ProbeRequest(
                probe: probe.name,
                seconds: min(max(sampleSeconds * probe.weight / total, 0.001), ProbeRequest.longest),
                seed: Int(generator.next() >> 11),
                processors: processors,
                path: probe.needsPath ? path : nil,
                gpu: gpu
            )
        }
    }

    /// The plan for a file, from which the same plan can be made again.
    package var json: JSON {
        .fields([
            "length": .string(length.rawValue),
            "seed": .integer(seed),
            "rounds": .integer(rounds),
            "sample_seconds": .number(sampleSeconds),
            "processors": .string(ProcessorList.text(processors)),
            "probes": .array(probes.map { .string($0.name) }),
            "path": path.map { .string($0) },
            "gpu": gpu.map { .integer($0) },
        ])
    }
}
