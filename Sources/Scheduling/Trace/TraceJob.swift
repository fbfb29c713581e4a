/// One job of a trace: what it asked for, when, and how long it ran.
///
/// Times are whole milliseconds. A job that asks for no GPU is a CPU job.
package struct TraceJob: Sendable, Hashable {
    /// The job's number in its file, for messages and results.
    package var id: Int64
    /// When it was submitted, in milliseconds from the start of the trace.
    package var submit: Int64
    /// How long it ran on what the trace says it had, in milliseconds.
    package var duration: Int64
    /// How long its user said it would run, in milliseconds; ``unknown`` where the trace does not say.
    package var requested: Int64
    /// GPUs in all; 0 for a CPU job.
    package var gpus: Int32
    /// The part of each GPU, in thousandths: 1,000 is a whole GPU; less only where ``gpus`` is 1.
    package var gpuMilli: Int32
    /// The index of a MIG profile in the trace's profiles, or ``none``.
    ///
    /// Of a job with a profile, ``gpus`` counts instances.
    package var profile: Int32
    /// Memory needed on each GPU or slice, in MiB; 0 where it is not known.
    package var gpuMemoryMiB: Int32
    /// GPU types that will do, one bit per name in ``Trace/gpuTypes``; 0 for any.
    package var gpuTypes: UInt64
    /// CPU time wanted in all, in thousandths of a processor; 0 where it is not known.
    package var cpuMilli: Int32
    /// Host memory wanted in all, in MiB; 0 where it is not known.
    package var memoryMiB: Int32
    /// Nodes over which the GPUs are to be spread evenly; 0 lets the scheduler choose.
    package var nodes: Int32
    /// The team, an index into ``Trace/teams``; ``none`` where it is not known.
    package var team: Int32
    /// Its priority: higher goes first under a priority queue.
    package var priority: Int32
    /// The class whose speed on each slice the speed table states; 0 without classes.
    package var speedClass: Int32

    /// An index that points nowhere.
    package static let none: Int32 = -1
    /// A time that is not known.
    package static let unknown: Int64 = -1

    /// Makes a job; what is left out is not known, or a whole GPU for one team.
    package init(
        id: Int64,
        submit: Int64,
        duration: Int64,
        requested: Int64 = TraceJob.unknown,
        gpus: Int32 = 1,
        gpuMilli: Int32 = 1_000,
        profile: Int32 = TraceJob.none,
        gpuMemoryMiB: Int32 = 0,
        gpuTypes: UInt64 = 0,
        cpuMilli: Int32 = 0,
        memoryMiB: Int32 = 0,
        nodes: Int32 = 0,
        team: Int32 = TraceJob.none,
        priority: Int32 = 0,
        speedClass: Int32 = 0
    ) {
        self.id = id
        self.submit = submit
        self.duration = duration
        self.requested = requested
        self.gpus = gpus
        self.gpuMilli = gpuMilli
        self.profile = profile
        self.gpuMemoryMiB = gpuMemoryMiB
        self.gpuTypes = gpuTypes
        self.cpuMilli = cpuMilli
        self.memoryMiB = memoryMiB
        self.nodes = nodes
        self.team = team
        self.priority = priority
        self.speedClass = speedClass
    }
}
