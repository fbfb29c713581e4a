/// Jobs as they were submitted, in columns, in the order of their submission.
///
/// The columns have one length. The engine wants jobs ordered by submission; jobs of one instant stand in the order in
/// which they came, which every queue keeps as its last tie-break. See ``sortBySubmission()``.
package struct Trace: Sendable {
    /// The jobs' numbers in their file.
    package private(set) var id: ContiguousArray<Int64> = []
    /// When each was submitted, in milliseconds.
    package private(set) var submit: ContiguousArray<Int64> = []
    /// How long each ran, in milliseconds.
    package private(set) var duration: ContiguousArray<Int64> = []
    /// How long each was said to run, in milliseconds; ``TraceJob/unknown`` where the trace does not say.
    package private(set) var requested: ContiguousArray<Int64> = []
    /// GPUs, or instances of a profile, in all.
    package private(set) var gpus: ContiguousArray<Int32> = []
    /// The part of each GPU, in thousandths.
    package private(set) var gpuMilli: ContiguousArray<Int32> = []
    /// Indices into ``profiles``; ``TraceJob/none`` for none.
    package private(set) var profile: ContiguousArray<Int32> = []
    /// Memory needed on each GPU or slice, in MiB; 0 where it is not known.
    package private(set) var gpuMemoryMiB: ContiguousArray<Int32> = []
    /// GPU types that will do, one bit per name in ``gpuTypes``; 0 for any.
    package private(set) var gpuTypeMask: ContiguousArray<UInt64> = []
    /// CPU in thousandths of a processor, in all.
    package private(set) var cpuMilli: ContiguousArray<Int32> = []
    /// Host memory in MiB, in all.
    package private(set) var memoryMiB: ContiguousArray<Int32> = []
    /// Nodes over which to spread evenly; 0 lets the scheduler choose.
    package private(set) var nodes: ContiguousArray<Int32> = []
    /// Indices into ``teams``; ``TraceJob/none`` for none.
    package private(set) var team: ContiguousArray<Int32> = []
    /// Priorities; higher goes first.
    package private(set) var priority: ContiguousArray<Int32> = []
    /// Classes of the speed table.
    package private(set) var speedClass: ContiguousArray<Int32> = []

    /// Names of teams, in the order in which they were first seen.
    package var teams: [String] = []
    /// Names of MIG profiles, in the order in which they were first seen.
    package var profiles: [String] = []
    /// Names of GPU types, at most 64, in the order in which they were first seen.
    package var gpuTypes: [String] = []
    /// Milliseconds from 1970-01-01T00:00:00Z to time 0 of the trace; nil where it is not known.
    package var epochMilliseconds: Int64?

    /// A trace without jobs.
    package init() {}

    /// How many jobs there are.
    package var count: Int { submit.count }

    /// Makes room for a number of jobs.
    package mutating func reserveCapacity(_ count: Int) {
        id.reserveCapacity(count)
        submit.reserveCapacity(count)
        duration.reserveCapacity(count)
        requested.reserveCapacity(count)
        gpus.reserveCapacity(count)
        gpuMilli.reserveCapacity(count)
        profile.reserveCapacity(count)
        gpuMemoryMiB.reserveCapacity(count)
        gpuTypeMask.reserveCapacity(count)
        cpuMilli.reserveCapacity(count)
        memoryMiB.reserveCapacity(count)
        nodes.reserveCapacity(count)
        team.reserveCapacity(count)
        priority.reserveCapacity(count)
        speedClass.reserveCapacity(count)
    }

    /// Adds a job at the end.
    package mutating func append(_ job: TraceJob) {
        id.append(job.id)
        submit.append(job.submit)
        duration.append(job.duration)
        requested.append(job.requested)
        gpus.append(job.gpus)
        gpuMilli.append(job.gpuMilli)
        profile.append(job.profile)
        gpuMemoryMiB.append(job.gpuMemoryMiB)
        gpuTypeMask.append(job.gpuTypes)
        cpuMilli.append(job.cpuMilli)
        memoryMiB.append(job.memoryMiB)
        nodes.append(job.nodes)
        team.append(job.team)
        priority.append(job.priority)
        speedClass.append(job.speedClass)
    }

    /// Adds jobs at the end, column by column: much faster than one by one.
    package mutating func append(contentsOf jobs: ContiguousArray<TraceJob>) {
        let jobs = jobs.span
        Self.extend(&id, jobs) { $0.id }
        Self.extend(&submit, jobs) { $0.submit }
        Self.extend(&duration, jobs) { $0.duration }
        Self.extend(&requested, jobs) { $0.requested }
        Self.extend(&gpus, jobs) { $0.gpus }
        Self.extend(&gpuMilli, jobs) { $0.gpuMilli }
        Self.extend(&profile, jobs) { $0.profile }
        Self.extend(&gpuMemoryMiB, jobs) { $0.gpuMemoryMiB }
        Self.extend(&gpuTypeMask, jobs) { $0.gpuTypes }
        Self.extend(&cpuMilli, jobs) { $0.cpuMilli }
        Self.extend(&memoryMiB, jobs) { $0.memoryMiB }
        Self.extend(&nodes, jobs) { $0.nodes }
        Self.extend(&team, jobs) { $0.team }
        Self.extend(&priority, jobs) { $0.priority }
        Self.extend(&speedClass, jobs) { $0.speedClass }
    }

    /// Adds one field of some jobs to its column.
    @inline(__always)
    private static func extend<Value: FixedWidthInteger>(
        _ column: inout ContiguousArray<Value>,
        _ jobs: Span<TraceJob>,
        _ value: (borrowing TraceJob) -> Value
    ) {
        let count = column.count
        column.append(contentsOf: repeatElement(0, count: jobs.count))
        var values = column.mutableSpan
        for index in jobs.indices { values[count + index] = value(jobs[unchecked: index]) }
    }

    /// The job at an index in 0..<``count``, as one value.
    package subscript(index: Int) -> TraceJob {
        get {
            TraceJob(
                id: id[index],
                submit: submit[index],
                duration: duration[index],
                requested: requested[index],
                gpus: gpus[index],
                gpuMilli: gpuMilli[index],
                profile: profile[index],
                gpuMemoryMiB: gpuMemoryMiB[index],
                gpuTypes: gpuTypeMask[index],
                cpuMilli: cpuMilli[index],
                memoryMiB: memoryMiB[index],
                nodes: nodes[index],
                team: team[index],
                priority: priority[index],
                speedClass: speedClass[index]
            )
        }
        set {
            id[index] = newValue.id
            submit[index] = newValue.submit
            duration[index] = newValue.duration
            requested[index] = newValue.requested
            gpus[index] = newValue.gpus
            gpuMilli[index] = newValue.gpuMilli
            profile[index] = newValue.profile
            gpuMemoryMiB[index] = newValue.gpuMemoryMiB
            gpuTypeMask[index] = newValue.gpuTypes
            cpuMilli[index] = newValue.cpuMilli
            memoryMiB[index] = newValue.memoryMiB
            nodes[index] = newValue.nodes
            team[index] = newValue.team
            priority[index] = newValue.priority
            speedClass[index] = newValue.speedClass
        }
    }

    /// Whether each job was submitted no earlier than the one before it.
    package var isSortedBySubmission: Bool {
        for index in submit.indices.dropFirst() where submit[index] < submit[index - 1] { return false }
        return true
    }

    /// Orders jobs by submission, those of one instant as they stood.
    ///
    /// - Returns: how many jobs stood after one that was submitted later.
    @discardableResult
    package mutating func sortBySubmission() -> Int {
        var late = 0
        var latest = Int64.min
        for time in submit {
            if time < latest { late += 1 }
            latest = max(latest, time)
        }
        guard late > 0 else { return 0 }
        reorder(TimeOrder.of(submit))
        return late
    }

    /// Puts the jobs in an order: the index of each, from the first.
    mutating func reorder(_ order: ContiguousArray<Int>) {
        id = TimeOrder.apply(order, to: id)
        submit = TimeOrder.apply(order, to: submit)
        duration = TimeOrder.apply(order, to: duration)
        requested = TimeOrder.apply(order, to: requested)
        gpus = TimeOrder.apply(order, to: gpus)
        gpuMilli = TimeOrder.apply(order, to: gpuMilli)
        profile = TimeOrder.apply(order, to: profile)
        gpuMemoryMiB = TimeOrder.apply(order, to: gpuMemoryMiB)
        gpuTypeMask = TimeOrder.apply(order, to: gpuTypeMask)
        cpuMilli = TimeOrder.apply(order, to: cpuMilli)
        memoryMiB = TimeOrder.apply(order, to: memoryMiB)
        nodes = TimeOrder.apply(order, to: nodes)
        team = TimeOrder.apply(order, to: team)
        priority = TimeOrder.apply(order, to: priority)
        speedClass = TimeOrder.apply(order, to: speedClass)
    }

    /// Takes a time from every submission, which are no earlier.
    mutating func shiftSubmissions(by origin: Int64) {
        var times = submit.mutableSpan
        for index in times.indices { times[index] -= origin }
    }

    /// Says of every job that it was submitted at time 0.
    mutating func clearSubmissions() {
        var times = submit.mutableSpan
        for index in times.indices { times[index] = 0 }
    }

    /// The jobs at some indices, in their order; an index may stand more than once.
    package func selecting(_ indices: [Int]) -> Trace {
        var chosen = Trace()
        chosen.teams = teams
        chosen.profiles = profiles
        chosen.gpuTypes = gpuTypes
        chosen.epochMilliseconds = epochMilliseconds
        chosen.reserveCapacity(indices.count)
        for index in indices { chosen.append(self[index]) }
        return chosen
    }
}
