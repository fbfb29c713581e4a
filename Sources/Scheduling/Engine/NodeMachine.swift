/// Nodes with GPUs, CPU and memory.
struct NodeMachine: Machine {
    private var cluster: ClusterState
    private let parts: ContiguousArray<ClusterState.Part>
    /// Parts of each shape, by shape: from here to the next shape's.
    private let firstPart: ContiguousArray<Int>
    /// Columns of the speeds, by kind and request; see ``JobPlan``.
    private let columns: ContiguousArray<ContiguousArray<Int>>
    private let creates: ContiguousArray<Bool>

    /// What each job got on its first node.
    private let nodes: Column<Int32>
    private let masks: Column<UInt64>
    private let slots: Column<UInt16>
    /// What jobs of several nodes got on the others.
    private(set) var further: [Int: [ClusterState.Grant]] = [:]
    private var scratch: [ClusterState.Grant] = []
    /// What the reservation holds, by node.
    private var reserved: [ClusterState.Hold] = []

    init(_ plan: JobPlan, jobs: Int) {
        cluster = plan.cluster
        parts = plan.parts
        firstPart = plan.firstPart
        columns = plan.columns
        creates = plan.creates
        nodes = Column(repeating: SimulationResult.nowhere, count: jobs)
        masks = Column(repeating: 0, count: jobs)
        slots = Column(repeating: ClusterState.noSlot, count: jobs)
    }

    /// The first node of each job, and the GPUs that it had there.
    var node: ContiguousArray<Int32> { nodes.array }
    var gpuMask: ContiguousArray<UInt64> { masks.array }

    var lackedOnlyNodes: Bool { cluster.lackedOnlyNodes }

    /// ``SimulationResult/slice`` of a job.
    func sliceCode(_ job: Int) -> Int16 { sliceCode(grant(job)) }

    /// The same of one part of a job.
    func sliceCode(_ grant: ClusterState.Grant) -> Int16 {
        guard grant.node >= 0, grant.slot != ClusterState.noSlot else { return SimulationResult.noSlice }
        return cluster.slot(on: Int(grant.node), Int(grant.slot)).code
    }

    @inline(__always)
    mutating func start(_ job: Int, shape: Int) -> Bool {
        let first = firstPart[shape]
        if firstPart[shape + 1] == first + 1, parts[first].count == 1 {
            guard let grant = cluster.give(parts[first]) else { return false }
            keep(grant, job)
            return true
        }
        return startGang(job, shape)
    }

    @inline(__always)
    mutating func start(_ job: Int, shape: Int, where ended: Run) -> Bool {
        let first = firstPart[shape]
        let node = Int(ended.grant.node)
        guard firstPart[shape + 1] == first + 1, parts[first].count == 1, !ended.isGang,
            cluster.hasRoom(parts[first], on: node)
        else { return start(job, shape: shape) }
        keep(cluster.give(parts[first], on: node), job)
        return true
    }

    private mutating func startGang(_ job: Int, _ shape: Int) -> Bool {
        guard giveAll(shape) else { return false }
        if let grant = scratch.first {
            keep(grant, job)
            if scratch.count > 1 { further[job] = Array(scratch.dropFirst()) }
        }
        return true
    }

    /// Gives every part of a shape into the scratch, or none.
    private mutating func giveAll(_ shape: Int) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        for part in firstPart[shape]..<firstPart[shape + 1] {
            for _ in 0..<parts[part].count {
                guard let grant = cluster.give(parts[part]) else {
                    takeBackScratch(shape)
                    return false
                }
                scratch.append(grant)
            }
        }
        return true
    }

    private mutating func takeBackScratch(_ shape: Int) {
        var index = 0
        for part in firstPart[shape]..<firstPart[shape + 1] {
            for _ in 0..<parts[part].count where index < scratch.count {
                cluster.takeBack(scratch[index], parts[part])
                index += 1
            }
        }
    }

    @inline(__always)
    private mutating func keep(_ grant: ClusterState.Grant, _ job: Int) {
        nodes[job] = grant.node
        masks[job] = grant.gpuMask
        slots[job] = grant.slot
    }

    @inline(__always)
    private func grant(_ job: Int) -> ClusterState.Grant {
        ClusterState.Grant(node: nodes[job], slot: slots[job], gpuMask: masks[job])
    }

    @inline(__always)
    func grant(_ job: Int, shape: Int) -> (ClusterState.Grant, isGang: Bool) {
        let first = firstPart[shape]
        return (grant(job), firstPart[shape + 1] != first + 1 || parts[first].count > 1)
    }

    @inline(__always)
    mutating func finish(_ run: Run) {
        let first = firstPart[Int(run.shape)]
        cluster.takeBack(run.grant, parts[first])
        if run.isGang { finishGang(run) }
    }

    @inline(__always)
    func fetch(_ run: Run) -> Int64 { cluster.fetch(Int(run.grant.node)) }

    private mutating func finishGang(_ run: Run) {
        let range = firstPart[Int(run.shape)]..<firstPart[Int(run.shape) + 1]
        Self.takeBackFurther(further[Int(run.job)] ?? [], parts, range, &cluster)
    }

    private static func takeBackFurther(
        _ grants: [ClusterState.Grant],
        _ parts: ContiguousArray<ClusterState.Part>,
        _ range: Range<Int>,
        _ cluster: inout ClusterState
    ) {
        var index = -1
        for part in range {
            for _ in 0..<parts[part].count {
                if index >= 0, index < grants.count { cluster.takeBack(grants[index], parts[part]) }
                index += 1
            }
        }
    }

    private static func giveFurtherAgain(
        _ grants: [ClusterState.Grant],
        _ parts: ContiguousArray<ClusterState.Part>,
        _ range: Range<Int>,
        _ cluster: inout ClusterState
    ) {
        var index = -1
        for part in range {
            for _ in 0..<parts[part].count {
                if index >= 0, index < grants.count { cluster.giveAgain(grants[index], parts[part]) }
                index += 1
            }
        }
    }

    @inline(__always)
    func units(_ grant: ClusterState.Grant, shape: Int) -> Int64 {
        var total: Int64 = 0
        for part in firstPart[shape]..<firstPart[shape + 1] {
            total += cluster.units(grant, parts[part]) * Int64(parts[part].count)
        }
        return total
    }

    @inline(__always)
    func terms(_ job: Int, shape: Int) -> (column: Int, created: Int) {
        guard slots[job] != ClusterState.noSlot else { return (0, 0) }
        let kind = cluster.kind(of: Int(nodes[job]))
        let request = cluster.slot(on: Int(nodes[job]), Int(slots[job])).request
        return (columns[kind][request], creates[kind] ? parts[firstPart[shape]].count : 0)
    }

    @inline(__always)
    mutating func mayFit(shape: Int, where ended: Run) -> Bool {
        let first = firstPart[shape]
        // Jobs of several parts, and those that ended on several nodes, are simply tried.
        guard firstPart[shape + 1] == first + 1, parts[first].count == 1, !ended.isGang else { return true }
        return cluster.hasRoom(parts[first], on: Int(ended.grant.node))
    }

    mutating func hasRoom(shape: Int) -> Bool {
        let first = firstPart[shape]
        if firstPart[shape + 1] == first + 1, parts[first].count == 1 { return cluster.find(parts[first]) >= 0 }
        guard giveAll(shape) else { return false }
        takeBackScratch(shape)
        return true
    }

    mutating func reserve(shape: Int, running: ContiguousArray<Ending>, now: Int64) -> Int64 {
        // Let the future happen to what is free, until the job fits, and then take it back.
        let first = firstPart[shape]
        let isOnePart = firstPart[shape + 1] == first + 1 && parts[first].count == 1
        reserved.removeAll(keepingCapacity: true)
        var index = 0
        var time = now
        while true {
            // A job of one part that did not fit can only fit where something ended.
            var mayFit = !isOnePart || index == 0
            while index < running.count, running[index].time <= time {
                let job = Int(running[index].job)
                let ended = Int(running[index].shape)
                cluster.takeBack(grant(job), parts[firstPart[ended]])
                if let grants = further[job] {
                    Self.takeBackFurther(grants, parts, firstPart[ended]..<firstPart[ended + 1], &cluster)
                    mayFit = true
                }
                mayFit = mayFit || cluster.hasRoom(parts[first], on: Int(nodes[job]))
                index += 1
            }
            if index == running.count { mayFit = true }
            if mayFit, giveAll(shape) {
                hold()
                takeBackScratch(shape)
                break
            }
            if index == running.count { break }
            time = running[index].time
        }
        while index > 0 {
            index -= 1
            let job = Int(running[index].job)
            let ended = Int(running[index].shape)
            cluster.giveAgain(grant(job), parts[firstPart[ended]])
            if let grants = further[job] {
                Self.giveFurtherAgain(grants, parts, firstPart[ended]..<firstPart[ended + 1], &cluster)
            }
        }
        return time
    }

    /// Holds the GPUs that the scratch was given, and what its nodes have left besides.
    private mutating func hold() {
        for grant in scratch {
            let node = Int(grant.node)
            if let known = reserved.firstIndex(where: { $0.node == node }) {
                reserved[known].gpus |= grant.gpuMask
                continue
            }
            let (cpu, memory) = cluster.free(on: node)
            reserved.append(
                ClusterState.Hold(node: node, gpus: grant.gpuMask, spareCPU: cpu, spareMemory: memory)
            )
        }
    }

    mutating func startBeside(_ job: Int, shape: Int) -> Bool {
        for index in reserved.indices { cluster.withhold(&reserved[index]) }
        let started = start(job, shape: shape)
        for index in reserved.indices { cluster.release(&reserved[index]) }
        return started
    }
}
