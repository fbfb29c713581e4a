/// Jobs as they were submitted, in columns, in the order of their submission.
///
/// The columns have one length; one whose jobs are all alike holds one value. The engine wants jobs ordered by
/// submission; jobs of one instant stand in the order in which they came, which every queue keeps as its last
/// tie-break. See ``sortBySubmission()``.
package struct Trace: Sendable {
    /// The jobs' numbers in their file.
    package private(set) var id: ContiguousArray<Int64> = []
    /// When each was submitted, in milliseconds.
    package private(set) var submit: ContiguousArray<Int64> = []
    /// How long each ran, in milliseconds.
    package private(set) var duration: ContiguousArray<Int64> = []
    /// How long each was said to run, in milliseconds; ``TraceJob/unknown`` where the trace does not say.
    package private(set) var requested = TraceColumn<Int64>(TraceJob.unknown)
    /// GPUs, or instances of a profile, in all.
    package private(set) var gpus: ContiguousArray<Int32> = []
    /// The part of each GPU, in thousandths.
    package private(set) var gpuMilli = TraceColumn<Int32>(1_000)
    /// Indices into ``profiles``; ``TraceJob/none`` for none.
    package private(set) var profile = TraceColumn<Int32>(TraceJob.none)
    /// Memory needed on each GPU or slice, in MiB; 0 where it is not known.
    package private(set) var gpuMemoryMiB = TraceColumn<Int32>(0)
    /// GPU types that will do, one bit per name in ``gpuTypes``; 0 for any.
    package private(set) var gpuTypeMask = TraceColumn<UInt64>(0)
    /// CPU in thousandths of a processor, in all.
    package private(set) var cpuMilli = TraceColumn<Int32>(0)
    /// Host memory in MiB, in all.
    package private(set) var memoryMiB = TraceColumn<Int32>(0)
    /// Nodes over which to spread evenly; 0 lets the scheduler choose.
    package private(set) var nodes = TraceColumn<Int32>(0)
    /// Indices into ``teams``; ``TraceJob/none`` for none.
    package private(set) var team = TraceColumn<Int32>(TraceJob.none)
    /// Priorities; higher goes first.
    package private(set) var priority = TraceColumn<Int32>(0)
    /// Classes of the speed table.
    package private(set) var speedClass = TraceColumn<Int32>(0)

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
        requested.append(jobs) { $0.requested }
        Self.extend(&gpus, jobs) { $0.gpus }
        gpuMilli.append(jobs) { $0.gpuMilli }
        profile.append(jobs) { $0.profile }
        gpuMemoryMiB.append(jobs) { $0.gpuMemoryMiB }
        gpuTypeMask.append(jobs) { $0.gpuTypes }
        cpuMilli.append(jobs) { $0.cpuMilli }
        memoryMiB.append(jobs) { $0.memoryMiB }
        nodes.append(jobs) { $0.nodes }
        team.append(jobs) { $0.team }
        priority.append(jobs) { $0.priority }
        speedClass.append(jobs) { $0.speedClass }
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
        requested.reorder(order)
        gpus = TimeOrder.apply(order, to: gpus)
        gpuMilli.reorder(order)
        profile.reorder(order)
        gpuMemoryMiB.reorder(order)
        gpuTypeMask.reorder(order)
        cpuMilli.reorder(order)
        memoryMiB.reorder(order)
        nodes.reorder(order)
        team.reorder(order)
        priority.reorder(order)
        speedClass.reorder(order)
    }

    /// Some jobs in an order of their own, each submitted at another time: much faster than ``selecting(_:)``.
    ///
    /// - Parameters:
    ///   - rows: the jobs' indices; one may stand more than once.
    ///   - submissions: when each is submitted, in step with `rows`, ascending.
    /// - Returns: those jobs, with the names of this trace.
    func gathered(_ rows: ContiguousArray<Int32>, submissions: ContiguousArray<Int64>) -> Trace {
        var gathered = self
        gathered.id = TimeOrder.gather(rows, from: id)
        gathered.submit = submissions
        gathered.duration = TimeOrder.gather(rows, from: duration)
        gathered.requested = requested.gathered(rows)
        gathered.gpus = TimeOrder.gather(rows, from: gpus)
        gathered.gpuMilli = gpuMilli.gathered(rows)
        gathered.profile = profile.gathered(rows)
        gathered.gpuMemoryMiB = gpuMemoryMiB.gathered(rows)
        gathered.gpuTypeMask = gpuTypeMask.gathered(rows)
        gathered.cpuMilli = cpuMilli.gathered(rows)
        gathered.memoryMiB = memoryMiB.gathered(rows)
        gathered.nodes = nodes.gathered(rows)
        gathered.team = team.gathered(rows)
        gathered.priority = priority.gathered(rows)
        gathered.speedClass = speedClass.gathered(rows)
        return gathered
    }

    /// Gives every job other lengths, in step with the jobs.
    mutating func setLengths(_ durations: ContiguousArray<Int64>, requested lengths: TraceColumn<Int64>) {
        precondition(durations.count == count && lengths.count == count, "lengths are of all jobs")
        duration = durations
        requested = lengths
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
