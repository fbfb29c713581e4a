import Probability

/// The state of a replay that every queue shares: what runs, until when, and what was found so far.
struct Replay<Cluster: Machine> {
    /// The longest duration and the latest submission that are taken: some 35,000 years.
    static var longest: Int64 { 1 << 50 }

    let shapeOf: ContiguousArray<Int32>
    private let work: ContiguousArray<Int64>
    private let speedClass: TraceColumn<Int32>
    /// Speeds by column; empty where all are 1.
    private let speeds: [[Double]]
    private let startUp: Int64
    private let repartition: Int64
    private let departs: Bool

    var machine: Cluster
    private(set) var wheel: EventWheel
    private let starts: Column<Int64>
    private let ends: Column<Int64>
    var outcome: ContiguousArray<JobOutcome>
    var counters = SimulationCounters()
    private(set) var running = 0
    private(set) var allocatedUnits: Int64 = 0
    /// What the jobs that started hold until they end; exact, in whatever order they come.
    private(set) var allocatedUnitMilliseconds: Int128 = 0
    private let unitsGiven: Column<Int64>
    /// Nothing: keeps the compiler from leaving out what is only read to have it near.
    private var fetched: Int64 = 0
    /// Whether the last job that did not fit found GPUs, but not with the CPU and memory.
    private var isHeldByNodes = false
    private(set) var lastEnd: Int64
    /// The first job whose end could not be written, if any.
    private(set) var overflow: Int?
    /// Whether the rest is not replayed.
    private(set) var isCutShort = false

    init(_ trace: Trace, _ shapes: JobShapes, machine: Cluster, speeds: [[Double]], options: SimulationOptions) {
        shapeOf = shapes.shapeOf
        work = trace.duration
        speedClass = trace.speedClass
        self.speeds = speeds
        self.machine = machine
        startUp = options.startUpMilliseconds
        repartition = options.repartitionMilliseconds
        departs = options.departures
        let first = max(0, trace.submit.first ?? 0)
        wheel = EventWheel(from: first)
        lastEnd = first
        starts = Column(repeating: SimulationResult.never, count: trace.count)
        ends = Column(repeating: SimulationResult.never, count: trace.count)
        unitsGiven = Column(repeating: 0, count: trace.count)
        outcome = ContiguousArray(repeating: .completed, count: trace.count)
    }

    /// When each job started, when it ended, and the units that it had.
    var start: ContiguousArray<Int64> { starts.array }
    var end: ContiguousArray<Int64> { ends.array }
    var units: ContiguousArray<Int64> { unitsGiven.array }

    /// Starts a job if there is room, and sets its end.
    ///
    /// - Parameters:
    ///   - job: the job.
    ///   - now: the time.
    ///   - ended: the only place that may have room, where there is but one.
    /// - Returns: whether it started.
    @inline(__always)
    mutating func tryStart(_ job: Int, now: Int64, where ended: Run? = nil) -> Bool {
        counters.tries += 1
        let shape = Int(shapeOf[job])
        let starts =
            if let ended { machine.start(job, shape: shape, where: ended) } else { machine.start(job, shape: shape) }
        guard starts else {
            isHeldByNodes = machine.lackedOnlyNodes
            if machine.lackedOnlyNodes { counters.blockedByNodes += 1 } else { counters.blockedByGPUs += 1 }
            return false
        }
        began(job, shape, now)
        return true
    }

    /// Whether a job that did not fit may fit now that another has ended; counts as a try where it does not.
    @inline(__always)
    mutating func mayFit(_ job: Int, where ended: Run) -> Bool {
        if machine.mayFit(shape: Int(shapeOf[job]), where: ended) { return true }
        counters.tries += 1
        // GPUs that were seen elsewhere without the CPU and memory are still there.
        isHeldByNodes = isHeldByNodes || machine.lackedOnlyNodes
        if isHeldByNodes { counters.blockedByNodes += 1 } else { counters.blockedByGPUs += 1 }
        return false
    }

    /// Starts a job if there is room beside the reservation.
    mutating func tryStartBeside(_ job: Int, now: Int64) -> Bool {
        counters.tries += 1
        let shape = Int(shapeOf[job])
        guard machine.startBeside(job, shape: shape) else {
            if machine.lackedOnlyNodes { counters.blockedByNodes += 1 } else { counters.blockedByGPUs += 1 }
            return false
        }
        began(job, shape, now)
        return true
    }

    @inline(__always)
    private mutating func began(_ job: Int, _ shape: Int, _ now: Int64) {
        let (column, created) = machine.terms(job, shape: shape)
        counters.repartitions += created
        let length = length(work[job], job, column: column, created: created)
        let (finish, tooLate) = now.addingReportingOverflow(length)
        starts[job] = now
        ends[job] = finish
        running += 1
        let (grant, isGang) = machine.grant(job, shape: shape)
        let taken = machine.units(grant, shape: shape)
        unitsGiven[job] = taken
        allocatedUnits += taken
        guard !tooLate, finish < EventWheel.end else {
            overflow = overflow ?? job
            return
        }
        guard departs else { return }
        allocatedUnitMilliseconds += Self.product(taken, length)
        let run = Run(
            job: Int32(truncatingIfNeeded: job),
            shape: Int32(truncatingIfNeeded: shape),
            grant: grant,
            isGang: isGang
        )
        wheel.push(finish, run)
    }

    @inline(__always)
    private static func product(_ units: Int64, _ milliseconds: Int64) -> Int128 {
        let (high, low) = units.multipliedFullWidth(by: milliseconds)
        return Int128(high) << 64 | Int128(low)
    }

    /// How long a job holds what it was given: start-up, the creation of its instances, and its work there.
    @inline(__always)
    func length(_ work: Int64, _ job: Int, column: Int, created: Int) -> Int64 {
        var length = work
        if !speeds.isEmpty, column < speeds.count {
            let row = Int(speedClass[job])
            if row >= 0, row < speeds[column].count {
                // Below 2^50 over at least 2^-10, so the quotient can be written.
                length = Int64((Double(work) / speeds[column][row]).rounded(.up))
            }
        }
        return length + startUp + (created > 0 ? repartition * Int64(created) : 0)
    }

    /// Ends all jobs whose end the wheel stands at, and says which.
    @inline(__always)
    mutating func finishDue(_ due: inout ContiguousArray<Run>) {
        due.removeAll(keepingCapacity: true)
        wheel.drain(into: &due)
        for run in due {
            allocatedUnits -= machine.units(run.grant, shape: Int(run.shape))
            machine.finish(run)
        }
        running -= due.count
        counters.completed += due.count
        lastEnd = wheel.now
    }

    /// Turns the wheel to the next end, if it is not after a limit.
    @inline(__always)
    mutating func nextEnd(upTo limit: Int64) -> Int64? {
        let time = wheel.advance(to: limit)
        if !wheel.near.isEmpty { fetchNear() }
        return time
    }

    /// Reads what soon ends, all at once: memory that is far away answers in the time that one read takes.
    private mutating func fetchNear() {
        for index in 0..<wheel.near.count { fetched &+= machine.fetch(wheel.near[index]) }
        wheel.near.removeAll()
    }

    /// Whether a job that has come has neither started nor been refused.
    @inline(__always)
    func isWaiting(_ job: Int) -> Bool { starts[job] == SimulationResult.never && !outcome[job].isRejected }

    /// Leaves it at what was replayed so far.
    mutating func cutShort() { isCutShort = true }

    /// Counts what still runs when departures are off.
    mutating func close(at now: Int64) {
        for job in outcome.indices where starts[job] >= 0 && outcome[job] == .running {
            ends[job] = SimulationResult.never
            allocatedUnitMilliseconds += Self.product(unitsGiven[job], now - starts[job])
        }
        lastEnd = now
    }
}
