/// What the engine asks of a cluster.
///
/// A pool and nodes answer; the engine is specialised for each.
protocol Machine {
    /// Gives a job what its shape asks for; false, with nothing changed, where there is no room.
    mutating func start(_ job: Int, shape: Int) -> Bool
    /// The same where another job has just ended, the only place that may have room for it.
    mutating func start(_ job: Int, shape: Int, where ended: Run) -> Bool
    /// What a job that started has on its first node, and whether it has more elsewhere.
    func grant(_ job: Int, shape: Int) -> (ClusterState.Grant, isGang: Bool)
    /// Takes back what a job has.
    mutating func finish(_ run: Run)
    /// Whether the last start that failed found the GPUs, but not with the CPU and memory.
    var lackedOnlyNodes: Bool { get }
    /// Units of ``ClusterState/unitsPerGPU`` that a job has, by what it has on its first node.
    func units(_ grant: ClusterState.Grant, shape: Int) -> Int64
    /// Which column of the speeds holds for a job that started, and whether MIG instances were created for it.
    func terms(_ job: Int, shape: Int) -> (column: Int, created: Int)

    /// Reads what the end of a job will change, so that it is near by then; any number.
    func fetch(_ run: Run) -> Int64
    /// Whether a job that did not fit may fit now that another has ended; it has not changed elsewhere.
    mutating func mayFit(shape: Int, where ended: Run) -> Bool
    /// Whether one more job of a shape would find room.
    mutating func hasRoom(shape: Int) -> Bool
    /// Finds the time at which a job that does not fit now will, if nothing else starts, and holds its place.
    ///
    /// - Parameters:
    ///   - shape: of the job.
    ///   - running: running jobs with the ends that the scheduler expects, in order of time.
    ///   - now: earlier ends count as now.
    /// - Returns: the time.
    mutating func reserve(shape: Int, running: ContiguousArray<Ending>, now: Int64) -> Int64
    /// Gives a job what it asks for where it leaves the reserved place alone.
    mutating func startBeside(_ job: Int, shape: Int) -> Bool
}

extension Machine {
    @inline(__always)
    mutating func start(_ job: Int, shape: Int, where ended: Run) -> Bool { start(job, shape: shape) }

    @inline(__always)
    func fetch(_ run: Run) -> Int64 { Int64(run.job) }
}

/// A running job: all that its end needs.
struct Run {
    let job: Int32
    let shape: Int32
    private let node: Int32
    private let slot: UInt16
    let isGang: Bool
    private let gpuMask: UInt64

    init(job: Int32, shape: Int32, grant: ClusterState.Grant, isGang: Bool) {
        self.job = job
        self.shape = shape
        node = grant.node
        slot = grant.slot
        self.isGang = isGang
        gpuMask = grant.gpuMask
    }

    @inline(__always)
    var grant: ClusterState.Grant { ClusterState.Grant(node: node, slot: slot, gpuMask: gpuMask) }

    /// No job.
    static let none = Run(
        job: -1,
        shape: -1,
        grant: ClusterState.Grant(node: SimulationResult.nowhere, slot: ClusterState.noSlot, gpuMask: 0),
        isGang: false
    )
}

/// When a running job is expected to end.
struct Ending {
    let time: Int64
    let job: Int32
    let shape: Int32
}

/// One pool of GPUs: a number.
struct PoolMachine: Machine {
    private let wanted: ContiguousArray<Int>
    private(set) var free: Int
    /// GPUs that will be left at the reservation once its job has started.
    private var spare = 0
    let lackedOnlyNodes = false

    init(_ shapes: ContiguousArray<JobShapes.Shape>, gpus: Int) {
        wanted = ContiguousArray(shapes.map { Int($0.gpus) })
        free = gpus
    }

    @inline(__always)
    mutating func start(_ job: Int, shape: Int) -> Bool {
        guard wanted[shape] <= free else { return false }
        free -= wanted[shape]
        return true
    }

    @inline(__always)
    func grant(_ job: Int, shape: Int) -> (ClusterState.Grant, isGang: Bool) {
        (ClusterState.Grant(node: SimulationResult.nowhere, slot: ClusterState.noSlot, gpuMask: 0), false)
    }

    @inline(__always)
    mutating func finish(_ run: Run) { free += wanted[Int(run.shape)] }

    @inline(__always)
    func units(_ grant: ClusterState.Grant, shape: Int) -> Int64 { Int64(wanted[shape]) * ClusterState.unitsPerGPU }

    @inline(__always)
    func terms(_ job: Int, shape: Int) -> (column: Int, created: Int) { (0, 0) }

    @inline(__always)
    mutating func mayFit(shape: Int, where ended: Run) -> Bool { wanted[shape] <= free }

    @inline(__always)
    mutating func hasRoom(shape: Int) -> Bool { wanted[shape] <= free }

    mutating func reserve(shape: Int, running: ContiguousArray<Ending>, now: Int64) -> Int64 {
        var available = free
        var index = 0
        var time = now
        // All that end at one time are free together.
        while index < running.count, available < wanted[shape] || running[index].time <= time {
            time = max(time, running[index].time)
            available += wanted[Int(running[index].shape)]
            index += 1
        }
        spare = available - wanted[shape]
        return time
    }

    @inline(__always)
    mutating func startBeside(_ job: Int, shape: Int) -> Bool {
        guard wanted[shape] <= min(free, spare) else { return false }
        free -= wanted[shape]
        spare -= wanted[shape]
        return true
    }
}
