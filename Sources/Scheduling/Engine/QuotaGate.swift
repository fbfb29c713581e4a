import Estate

/// What teams may hold at once, and what each job counts against that.
struct QuotaGate {
    /// By team, in units of ``ClusterState/unitsPerGPU``; nil for a team without a quota.
    let limits: [Int64?]
    /// By shape, in the same units: the most that a job of it may be given.
    let charges: ContiguousArray<Int64>

    /// A gate; nil where no team has a quota.
    ///
    /// - Parameters:
    ///   - quotas: GPUs by team; nil for none.
    ///   - charges: by shape.
    init?(_ quotas: [Double?], charges: ContiguousArray<Int64>) {
        guard quotas.contains(where: { $0 != nil }) else { return nil }
        limits = quotas.map { quota in
            quota.map { Int64(min(max($0, 0), 1e9) * Double(ClusterState.unitsPerGPU)) }
        }
        self.charges = charges
    }

    /// The quota of a team, in units; nil without one.
    @inline(__always)
    func limit(_ team: Int32) -> Int64? { limits.indices.contains(Int(team)) ? limits[Int(team)] : nil }

    /// What jobs of a pool count: their GPUs.
    static func charges(_ shapes: JobShapes) -> ContiguousArray<Int64> {
        ContiguousArray(shapes.shapes.map { Int64(max($0.gpus, 0)) * ClusterState.unitsPerGPU })
    }

    /// What jobs count on nodes: whole GPUs, a share's thousandths, an instance's part of the compute slices.
    ///
    /// Where nodes differ in what a job would get, the most counts, so that what a team holds never exceeds its quota.
    static func charges(
        _ shapes: JobShapes,
        _ trace: Trace,
        _ groups: [NodeGroup]
    ) throws(SimulationError) -> ContiguousArray<Int64> {
        var kinds: [NodeGroup] = []
        for group in groups
        where !kinds.contains(where: { ($0.gpuType, $0.partition) == (group.gpuType, group.partition) }) {
            kinds.append(group)
        }
        var charges: ContiguousArray<Int64> = []
        for shape in shapes.shapes {
            var most: Int64 = 0
            for kind in kinds where shape.isWellFormed && JobPlan.allows(shape.gpuTypes, kind, trace.gpuTypes) {
                switch try kind.wish(shape, profiles: trace.profiles) {
                case .impossible: break
                case .whole: most = max(most, Int64(shape.gpus) * ClusterState.unitsPerGPU)
                case .slice(let request):
                    most = max(most, Int64(shape.gpus) * GPUKind.units(of: request, kind.partition))
                }
            }
            charges.append(most)
        }
        return charges
    }
}

/// Holds jobs back whose team has no room within its quota; all others go to a queue of any discipline.
///
/// A job is let in when what its team's jobs hold or, once let in, wait for, and what it asks for, stay within the quota. So
/// what is let in never waits for its own team, and a reservation needs to know nothing of quotas. A team's jobs are let in
/// in the order of the queue, none before one of its team that came earlier; other teams are not held up.
struct QuotaQueue<Inner: WaitingQueue>: WaitingQueue {
    private var inner: Inner
    private let gate: QuotaGate
    private let team: TraceColumn<Int32>
    private let shapeOf: ContiguousArray<Int32>
    /// By job; empty where only arrival counts.
    private let priority: ContiguousArray<Int32>
    private var room: [Int64]
    private var lines: [KeyedHeap]
    private var waiting = 0
    /// Jobs that were not let in when they came.
    private(set) var held = 0

    init(_ inner: Inner, _ gate: QuotaGate, _ trace: Trace, _ shapes: JobShapes, priority: ContiguousArray<Int32> = [])
    {
        self.inner = inner
        self.gate = gate
        team = trace.team
        shapeOf = shapes.shapeOf
        self.priority = priority
        room = gate.limits.map { $0 ?? 0 }
        lines = Array(repeating: KeyedHeap(), count: gate.limits.count)
    }

    var isEmpty: Bool { waiting == 0 && inner.isEmpty }
    var count: Int { waiting + inner.count }

    mutating func arrive(_ job: Int, now: Int64) {
        let team = team[job]
        guard gate.limit(team) != nil else { return inner.arrive(job, now: now) }
        let key = priority.isEmpty ? 0 : -Double(priority[job])
        lines[Int(team)].push(KeyedHeap.Entry(key: key, job: Int32(truncatingIfNeeded: job), tag: 0))
        waiting += 1
        let before = waiting
        letIn(Int(team), now)
        if waiting == before { held += 1 }
    }

    mutating func pass<Cluster: Machine>(_ replay: inout Replay<Cluster>, now: Int64, released: Bool) {
        if !inner.isEmpty { inner.pass(&replay, now: now, released: released) }
    }

    mutating func ended<Cluster: Machine>(_ runs: ContiguousArray<Run>, _ replay: inout Replay<Cluster>) {
        inner.ended(runs, &replay)
        for run in runs {
            let team = team[Int(run.job)]
            guard gate.limit(team) != nil else { continue }
            room[Int(team)] += gate.charges[Int(run.shape)]
            letIn(Int(team), replay.lastEnd)
        }
    }

    /// Lets in jobs of a team, the first of its line first, as long as there is room for it.
    private mutating func letIn(_ team: Int, _ now: Int64) {
        while let first = lines[team].first {
            let charge = gate.charges[Int(shapeOf[Int(first.job)])]
            guard charge <= room[team] else { return }
            lines[team].removeFirst()
            room[team] -= charge
            waiting -= 1
            inner.arrive(Int(first.job), now: now)
        }
    }
}
