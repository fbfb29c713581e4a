import Probability
import Scheduling
import Testing

@Suite("The place that a policy chooses")
struct PlaceTests {
    static let groups = [
        NodeGroup(count: 9, cpuMilli: 16_000, memoryMiB: 4_000, gpus: 4, partition: .shares),
        NodeGroup(count: 60, cpuMilli: 12_000, memoryMiB: 6_000, gpus: 2, partition: .shares),
    ]

    /// Shares, whole GPUs and CPU jobs, with enough waiting that nodes fill in every way.
    static func trace(_ seed: UInt64, jobs: Int) -> Trace {
        var random = RandomGenerator(seed: seed, stream: 9)
        var trace = Trace()
        for index in 0..<jobs {
            let kind = random.index(below: 6)
            trace.append(
                TraceJob(
                    id: Int64(index),
                    submit: Int64(index),
                    duration: Int64(1 + random.index(below: 400)),
                    gpus: kind == 0 ? 0 : kind < 3 ? Int32(1 + random.index(below: 4)) : 1,
                    gpuMilli: kind < 3 ? 1_000 : Int32(100 * (1 + random.index(below: 8))),
                    cpuMilli: Int32(500 * random.index(below: 12)),
                    memoryMiB: Int32(150 * random.index(below: 15))
                )
            )
        }
        return trace
    }

    /// One node as the reference keeps it: what is used of each GPU in thousandths.
    struct Node {
        var cpu: Int64
        var memory: Int64
        var used: [Int]
    }

    /// Distinct demands that a free amount satisfies.
    static func level(_ free: Int64, _ demands: [Int64]) -> Int { demands.filter { $0 <= free }.count }

    /// How a node stands in the policy's order for a job, lowest first; nil where it has no room.
    static func order(
        _ trace: Trace,
        _ job: Int,
        _ node: Node,
        _ number: Int,
        _ policy: PlacementPolicy,
        cpu: [Int64],
        memory: [Int64]
    ) -> [Int]? {
        guard node.cpu >= Int64(trace.cpuMilli[job]), node.memory >= Int64(trace.memoryMiB[job]) else { return nil }
        let idle = node.used.filter { $0 == 0 }.count
        let room: Int
        if trace.gpus[job] == 0 || trace.gpuMilli[job] == 1_000 {
            guard idle >= Int(trace.gpus[job]) else { return nil }
            room = idle
        } else {
            let rooms = node.used.map { 1_000 - $0 }.filter { $0 >= Int(trace.gpuMilli[job]) }
            guard let chosen = policy == .worstFit ? rooms.max() : rooms.min() else { return nil }
            room = chosen
        }
        let levels = [level(node.cpu, cpu), level(node.memory, memory)]
        switch policy {
        case .bestFit: return [room] + levels + [number]
        case .worstFit: return [-room] + levels.map { -$0 } + [number]
        default: return [number]
        }
    }

    /// The GPUs that a job gets on a node.
    static func mask(_ trace: Trace, _ job: Int, _ node: Node, _ policy: PlacementPolicy) -> UInt64 {
        if trace.gpus[job] == 0 || trace.gpuMilli[job] == 1_000 {
            return node.used.indices.filter { node.used[$0] == 0 }.prefix(Int(trace.gpus[job]))
                .reduce(0) { $0 | 1 << UInt64($1) }
        }
        let fitting = node.used.indices.filter { node.used[$0] + Int(trace.gpuMilli[job]) <= 1_000 }
        let gpu =
            switch policy {
            case .bestFit: fitting.min { (-node.used[$0], $0) < (-node.used[$1], $1) }
            case .worstFit: fitting.min { (node.used[$0], $0) < (node.used[$1], $1) }
            default: fitting.first
            }
        return gpu.map { 1 << UInt64($0) } ?? 0
    }

    @Test(
        "every start is on the node and the GPUs that a look at every node finds",
        arguments: LawTests.policies,
        1...3 as ClosedRange<UInt64>
    )
    func equalsReference(_ policy: PlacementPolicy, _ seed: UInt64) throws {
        let trace = Self.trace(seed, jobs: 1_200)
        var options = SimulationOptions()
        options.placement = policy
        let result = try simulate(trace, on: .nodes(Self.groups), options: options)
        let cpu = Set(trace.cpuMilli.map { Int64($0) }).filter { $0 > 0 }.sorted()
        let memory = Set(trace.memoryMiB.map { Int64($0) }).filter { $0 > 0 }.sorted()
        var nodes = Self.groups.flatMap { group in
            Array(
                repeating: Node(
                    cpu: group.cpuMilli ?? 0,
                    memory: group.memoryMiB ?? 0,
                    used: Array(repeating: 0, count: group.gpus)
                ),
                count: group.count
            )
        }
        func change(_ job: Int, _ sign: Int) {
            let node = Int(result.node[job])
            nodes[node].cpu -= Int64(sign) * Int64(trace.cpuMilli[job])
            nodes[node].memory -= Int64(sign) * Int64(trace.memoryMiB[job])
            for gpu in nodes[node].used.indices where result.gpuMask[job] & (1 << UInt64(gpu)) != 0 {
                nodes[node].used[gpu] += sign * Int(trace.gpuMilli[job])
            }
        }
        var running: [Int] = []
        var used: Set<Int32> = []
        var waited = 0
        // Under FCFS jobs start in their order.
        for job in 0..<trace.count where result.outcome[job] == .completed {
            for ended in running where result.end[ended] <= result.start[job] { change(ended, -1) }
            running.removeAll { result.end[$0] <= result.start[job] }
            let best = nodes.indices.compactMap {
                Self.order(trace, job, nodes[$0], $0, policy, cpu: cpu, memory: memory)
            }.min { $0.lexicographicallyPrecedes($1) }
            let number = try #require(best?.last)
            #expect(Int(result.node[job]) == number)
            #expect(result.gpuMask[job] == Self.mask(trace, job, nodes[number], policy))
            change(job, 1)
            running.append(job)
            used.insert(result.node[job])
            if result.start[job] > trace.submit[job] { waited += 1 }
        }
        #expect(waited > 50 && used.count > 20)
    }

    @Test("every demand is a level, however many ways there are in which GPUs can be in use", arguments: 1..<17)
    func levels(_ level: Int) throws {
        let demands = (1...17).map { Int32(10 * $0) }
        let types = (0..<5).map { "t\($0)" }
        var trace = Trace()
        trace.gpuTypes = types
        // A share of any size leaves each type a thousand states; what is asked of memory differs by 10 MiB.
        trace.append(TraceJob(id: 0, submit: 0, duration: 1, gpus: 1, gpuMilli: 500, gpuTypes: 1, memoryMiB: 10))
        for kind in types.indices {
            for memory in demands {
                let mask: UInt64 = 1 << UInt64(kind)
                trace.append(
                    TraceJob(id: 1, submit: 9, duration: 1, gpus: 1, gpuMilli: 1, gpuTypes: mask, memoryMiB: memory)
                )
            }
        }
        // The second node has a level less free than the first, so that it fits best.
        var groups = [level + 1, level].map {
            NodeGroup(count: 1, memoryMiB: Int64(10 * $0 + 5), gpuType: types[0], gpus: 1, partition: .shares)
        }
        groups += types.dropFirst().map {
            NodeGroup(count: 1, memoryMiB: 500, gpuType: $0, gpus: 1, partition: .shares)
        }
        #expect(try simulate(trace, on: .nodes(groups)).node[0] == 1)
    }

    @Test(
        "of nodes alike the lowest idle one is found, however many are idle",
        arguments: [40, 300, 700, 5_000],
        LawTests.policies
    )
    func lowestOfMany(_ count: Int, _ policy: PlacementPolicy) throws {
        // Demand swings from a few nodes to more than there are, so that sets grow and shrink through every form.
        var random = RandomGenerator(seed: UInt64(count), stream: 3)
        var trace = Trace()
        for index in 0..<(12 * count) {
            let most = index % (6 * count) < 2 * count ? 5 * count / 2 : 1 + count / 50
            let duration = Int64(1 + random.index(below: most))
            trace.append(TraceJob(id: Int64(index), submit: Int64(index), duration: duration, cpuMilli: 1_000))
        }
        var options = SimulationOptions()
        options.placement = policy
        let group = NodeGroup(count: count, cpuMilli: 1_000, memoryMiB: 1_000, gpus: 1)
        let result = try simulate(trace, on: .nodes([group]), options: options)
        var isBusy = Array(repeating: false, count: count)
        var ends = (0..<trace.count).sorted { (result.end[$0], $0) < (result.end[$1], $1) }[...]
        var (lowest, busy, most, least, wrong) = (0, 0, 0, count, 0)
        // Under FCFS jobs start in their order, and whoever has ended by then started before.
        for job in 0..<trace.count {
            while let ended = ends.first, result.end[ended] <= result.start[job] {
                let node = Int(result.node[ended])
                isBusy[node] = false
                lowest = min(lowest, node)
                busy -= 1
                ends.removeFirst()
            }
            while lowest < count, isBusy[lowest] { lowest += 1 }
            if Int(result.node[job]) != lowest { wrong += 1 }
            guard result.node[job] >= 0 else { continue }
            isBusy[Int(result.node[job])] = true
            busy += 1
            most = max(most, busy)
            if job > 3 * count { least = min(least, busy) }
        }
        #expect(wrong == 0)
        #expect(most == count && least <= 1 + count / 50)
    }
}
