/// What became of a job.
package enum JobOutcome: UInt8, Sendable, Hashable, CaseIterable {
    /// It ran to its end.
    case completed
    /// It started, and departures are off.
    case running
    /// It was lost: it did not fit on arrival, and departures are off.
    case lost
    /// No node, or not all of them together, has so many GPUs.
    case tooManyGPUs
    /// No GPU is of a type that it accepts.
    case noSuchType
    /// No GPU can be cut into what it asks for.
    case noSuchSlice
    /// No node that has the GPUs has the CPU.
    case tooMuchCPU
    /// No node that has the GPUs has the memory.
    case tooMuchMemory
    /// What it asks for makes no sense: a negative size, a part of several GPUs, times beyond 30,000 years.
    case malformed
    /// Its team may not hold so much at once.
    case aboveQuota

    /// Whether it was refused because the cluster could never run it.
    package var isRejected: Bool { rawValue >= JobOutcome.tooManyGPUs.rawValue }
}

/// One sample of the state of the cluster.
package struct ClusterSample: Sendable, Hashable {
    /// When, in milliseconds of the trace.
    package var time: Int64
    /// GPUs asked for by the jobs that have arrived, rejected ones left out; whole-GPU equivalents.
    package var arrivedGPUs: Double
    /// GPUs allocated, in whole-GPU equivalents.
    package var allocatedGPUs: Double
    /// Jobs that wait.
    package var waiting: Int
    /// Jobs that run.
    package var running: Int
}

/// What the engine counted.
package struct SimulationCounters: Sendable, Hashable {
    /// Jobs that ended.
    package var completed = 0
    /// Jobs refused because the cluster could never run them.
    package var rejected = 0
    /// Times that a job was held against the cluster.
    package var tries = 0
    /// Tries that failed for want of GPUs or slices.
    package var blockedByGPUs = 0
    /// Tries that found the GPUs, but on no node with the CPU and memory as well.
    package var blockedByNodes = 0
    /// Jobs that started before one that came earlier, under EASY.
    package var backfilled = 0
    /// Jobs that the quota of their team held back when they came.
    package var held = 0
    /// MIG instances created for jobs.
    package var repartitions = 0
    /// Milliseconds during which at least one job waited.
    package var queuedMilliseconds: Int64 = 0

    package init() {}
}

/// What a replay found, in columns that go with the trace's.
package struct SimulationResult: Sendable {
    /// When each job started, in milliseconds of the trace; ``never`` for one that did not.
    package var start: ContiguousArray<Int64>
    /// When each ended; ``never`` for one that did not.
    package var end: ContiguousArray<Int64>
    /// What became of each.
    package var outcome: ContiguousArray<JobOutcome>
    /// The node of each, the first of several; ``nowhere`` in a pool and for one that did not start.
    package var node: ContiguousArray<Int32>
    /// The GPUs that each had on its node, one bit each, bit 0 the first.
    ///
    /// 0 in a pool; one bit for a slice or share.
    package var gpuMask: ContiguousArray<UInt64>
    /// For a MIG instance, the index of its profile in the GPU's geometry times 64 plus its first memory slice; for
    /// anything else ``noSlice``.
    package var slice: ContiguousArray<Int16>
    /// Whole-GPU equivalents that each held: 1 for a GPU, a share's thousandths, a slice's part of compute slices.
    package var gpuEquivalents: ContiguousArray<Float>
    /// For a job of several parts (nodes, instances), the others and what it had there, by job, in order of job.
    package var furtherNodes: [FurtherNode]
    /// Samples, at the times ``SimulationOptions/sampleEveryMilliseconds`` asked for.
    package var series: [ClusterSample]
    /// What was counted.
    package var counters: SimulationCounters
    /// GPUs of the cluster.
    package var gpuCount: Int
    /// The time of the first submission, 0 without jobs.
    package var firstSubmit: Int64
    /// The latest end, or start where departures are off; ``firstSubmit`` when nothing ran.
    package var lastEnd: Int64
    /// GPU-milliseconds allocated, in whole-GPU equivalents.
    package var allocatedGPUMilliseconds: Double

    /// Whether ``SimulationOptions/promise`` was broken before the end, and the rest was not replayed.
    package var isCutShort = false

    /// A time that never came.
    package static let never: Int64 = -1
    /// No node.
    package static let nowhere: Int32 = -1
    /// No slice.
    package static let noSlice: Int16 = -1

    /// What a job of several parts had beyond the first.
    package struct FurtherNode: Sendable, Hashable {
        /// The job's index.
        package var job: Int
        /// The node.
        package var node: Int32
        /// The GPUs there, bit 0 the first.
        package var gpuMask: UInt64
        /// Which MIG instance, as ``SimulationResult/slice``.
        package var slice = SimulationResult.noSlice
    }

    /// From the first submission to the last end, in milliseconds.
    package var makespanMilliseconds: Int64 { lastEnd - firstSubmit }

    /// The part of the GPUs' time from first submission to last end that was allocated, 0 to 1; 0 without any time.
    package var allocatedShare: Double {
        let available = Double(gpuCount) * Double(makespanMilliseconds)
        return available > 0 ? allocatedGPUMilliseconds / available : 0
    }
}
