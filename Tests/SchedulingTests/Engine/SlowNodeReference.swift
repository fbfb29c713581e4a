import Scheduling

/// EASY on nodes that are alike, whole GPUs, written as its definition reads: every node is looked at for every job.
struct SlowNodeReference {
    /// One node; bit n of `idle` is GPU n.
    struct Node: Hashable {
        var idle: UInt64
        var cpu: Int64
        var memory: Int64
    }

    /// What a job has on one node.
    struct Place: Hashable {
        var node: Int
        var mask: UInt64
        var cpu: Int64
        var memory: Int64
    }

    let trace: Trace
    let policy: PlacementPolicy
    private let gpusPerNode: Int
    private let cpuDemands: [Int64]
    private let memoryDemands: [Int64]
    private var nodes: [Node]
    private(set) var start: [Int64]
    /// What each job got, part by part.
    private(set) var places: [[Place]]
    private(set) var backfilled = 0
    private var running: [Int] = []

    init(_ trace: Trace, on group: NodeGroup, policy: PlacementPolicy) {
        self.trace = trace
        self.policy = policy
        gpusPerNode = group.gpus
        nodes = Array(
            repeating: Node(
                idle: (1 << UInt64(group.gpus)) - 1,
                cpu: group.cpuMilli ?? .max / 4,
                memory: group.memoryMiB ?? .max / 4
            ),
            count: group.count
        )
        start = Array(repeating: SimulationResult.never, count: trace.count)
        places = Array(repeating: [], count: trace.count)
        let parts = (0..<trace.count).flatMap { Self.parts(trace, $0, group.gpus) }
        cpuDemands = group.cpuMilli == nil ? [] : Set(parts.map(\.cpu)).filter { $0 > 0 }.sorted()
        memoryDemands = group.memoryMiB == nil ? [] : Set(parts.map(\.memory)).filter { $0 > 0 }.sorted()
        let empty = nodes
        var waiting: [Int] = []
        var next = 0
        while true {
            let ends = running.map { start[$0] + trace.duration[$0] }.min()
            let arrival = next < trace.count ? trace.submit[next] : nil
            guard let now = [ends, arrival].compactMap({ $0 }).min() else { return }
            for job in running where start[job] + trace.duration[job] == now { nodes.takeBack(places[job]) }
            running.removeAll { start[$0] + trace.duration[$0] == now }
            while next < trace.count, trace.submit[next] == now {
                if room(next, empty) != nil { waiting.append(next) }
                next += 1
            }
            startJobs(&waiting, now)
        }
    }

    /// One pass; durations are at least 1, so that an instant has one.
    private mutating func startJobs(_ waiting: inout [Int], _ now: Int64) {
        while let head = waiting.first, let places = room(head, nodes) {
            begin(head, places, now)
            waiting.removeFirst()
        }
        guard let head = waiting.first else { return }
        // Let what runs end when expected, and not before now, until the head has room.
        let endings = running.map { (time: max(now, start[$0] + trace.requested[$0]), job: $0) }
        var limit = now
        var reserved: [Place] = []
        // What the nodes have at that time beside the head.
        var beside = nodes
        for time in Set(endings.map(\.time) + [now]).sorted() {
            var future = nodes
            for ending in endings where ending.time <= time { future.takeBack(places[ending.job]) }
            limit = time
            if let found = room(head, future) {
                reserved = found
                future.give(found)
                beside = future
                break
            }
        }
        var left: [Int] = [head]
        for job in waiting.dropFirst() {
            let isShort = now + trace.requested[job] <= limit
            // Who outlives the reservation has what is free now and then.
            var shown = nodes
            if !isShort {
                for place in reserved {
                    shown[place.node].idle &= ~place.mask
                    shown[place.node].cpu = min(nodes[place.node].cpu, beside[place.node].cpu)
                    shown[place.node].memory = min(nodes[place.node].memory, beside[place.node].memory)
                }
            }
            if let places = room(job, shown) {
                begin(job, places, now)
                if !isShort { beside.give(places) }
                backfilled += 1
            } else {
                left.append(job)
            }
        }
        waiting = left
    }

    private mutating func begin(_ job: Int, _ found: [Place], _ now: Int64) {
        start[job] = now
        places[job] = found
        running.append(job)
        nodes.give(found)
    }

    /// A job's parts: one, or as many of a node's size as it takes and one of what remains.
    private static func parts(
        _ trace: Trace,
        _ job: Int,
        _ largest: Int
    ) -> [(gpus: Int, cpu: Int64, memory: Int64)] {
        let total = Int(trace.gpus[job])
        var sizes = Array(repeating: largest, count: total / largest)
        if total % largest > 0 { sizes.append(total % largest) }
        return sizes.map { gpus in
            func portion(_ amount: Int32) -> Int64 { (Int64(amount) * Int64(gpus) + Int64(total) - 1) / Int64(total) }
            return (gpus, portion(trace.cpuMilli[job]), portion(trace.memoryMiB[job]))
        }
    }

    /// Where the policy puts a job, all parts or none.
    private func room(_ job: Int, _ nodes: [Node]) -> [Place]? {
        var nodes = nodes
        var found: [Place] = []
        for part in Self.parts(trace, job, gpusPerNode) {
            var best: (order: [Int], node: Int)?
            for index in nodes.indices {
                let node = nodes[index]
                let idle = node.idle.nonzeroBitCount
                guard idle >= part.gpus, node.cpu >= part.cpu, node.memory >= part.memory else { continue }
                let levels = [
                    cpuDemands.filter { $0 <= node.cpu }.count, memoryDemands.filter { $0 <= node.memory }.count,
                ]
                let order =
                    switch policy {
                    case .bestFit: [idle] + levels + [index]
                    case .worstFit: [-idle] + levels.map { -$0 } + [index]
                    default: [index]
                    }
                if let best, !order.lexicographicallyPrecedes(best.order) { continue }
                best = (order, index)
            }
            guard let best else { return nil }
            var (mask, rest) = (UInt64(0), nodes[best.node].idle)
            for _ in 0..<part.gpus {
                mask |= rest & (0 &- rest)
                rest &= rest &- 1
            }
            found.append(Place(node: best.node, mask: mask, cpu: part.cpu, memory: part.memory))
            nodes.give(found.suffix(1))
        }
        return found
    }
}

extension [SlowNodeReference.Node] {
    fileprivate mutating func give(_ places: some Sequence<SlowNodeReference.Place>) { change(places, -1) }

    fileprivate mutating func takeBack(_ places: some Sequence<SlowNodeReference.Place>) { change(places, 1) }

    private mutating func change(_ places: some Sequence<SlowNodeReference.Place>, _ sign: Int64) {
        for place in places {
            self[place.node].idle ^= place.mask
            self[place.node].cpu += sign * place.cpu
            self[place.node].memory += sign * place.memory
        }
    }
}
