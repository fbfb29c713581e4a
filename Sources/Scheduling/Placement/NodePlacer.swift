package import Probability

/// Where a job was put.
package struct NodePlace: Sendable, Hashable {
    /// The node's rank.
    package let rank: Int
    /// Its GPUs, bit 0 the first; 0 for a CPU job.
    package let mask: UInt64
}

/// What a policy thought of a slot's nodes when the slot was of a generation.
private struct Remembered {
    var generation: UInt32 = 0
    /// The score; -1 where the request does not fit.
    var score: Int32 = -1
}

/// Puts jobs on nodes by one score.
///
/// Generic so that the policy is switched once, outside of what it does for every job. What a policy thinks of a state
/// is remembered: a score is computed once per request and state.
package struct NodePlacer<Score: NodeScore>: Sendable {
    private(set) var states: NodeStates
    private let score: Score
    /// The requests that jobs are numbered by.
    private let requests: ContiguousArray<NodeRequest>
    /// By request, by slot.
    private var memory: ContiguousArray<ContiguousArray<Remembered>>
    private let remembers: Bool
    private var random: RandomGenerator
    /// Jobs by node and kind, where the score wants to know: 64 per node.
    private var kinds: ContiguousArray<Int32>

    /// What may be remembered at once, 512 MiB.
    private static var mostRemembered: Int { 1 << 26 }

    /// The sum of the nodes' fragments, in thousandths of a GPU times the typical jobs' weight.
    package var totalFragment: Int64 { states.totalFragment }
    /// Thousandths of GPUs given.
    package var givenMilli: Int64 { states.givenMilli }

    /// Starts with idle nodes.
    ///
    /// - Parameters:
    ///   - groups: the groups of the cluster; its nodes are numbered in their order.
    ///   - order: the nodes by rank; nil ranks them as they are numbered.
    ///   - gpuTypes: the trace's names of GPU types.
    ///   - typical: the jobs that fragmentation is measured against.
    ///   - score: the policy.
    ///   - requests: what jobs ask for; jobs are placed by the index of their request.
    ///   - random: what a policy that draws draws from.
    package init(
        groups: [NodeGroup],
        order: [Int]? = nil,
        gpuTypes: [String],
        typical: TypicalPods,
        score: Score,
        requests: [NodeRequest],
        random: RandomGenerator
    ) {
        let states = NodeStates(groups: groups, order: order, gpuTypes: gpuTypes, typical: typical)
        self.init(states: states, score: score, requests: requests, random: random)
    }

    init(states: NodeStates, score: Score, requests: [NodeRequest], random: RandomGenerator) {
        self.states = states
        self.score = score
        self.requests = ContiguousArray(requests)
        self.random = random
        let nodes = states.slotOfRank.count
        let (cells, overflow) = requests.count.multipliedReportingOverflow(by: nodes + 1)
        remembers = !overflow && cells <= Self.mostRemembered
        memory = ContiguousArray(repeating: [], count: max(1, requests.count))
        kinds = ContiguousArray(repeating: 0, count: score.wantsAffinity ? 64 * nodes : 0)
    }

    /// Puts a job on the node and GPUs that the policy likes most; nil where it fits on none.
    ///
    /// - Parameters:
    ///   - request: an index into the requests given at the start.
    ///   - memoryMiB: the host memory that it takes.
    /// - Returns: where it was put.
    package mutating func place(_ request: Int, memoryMiB: Int64) -> NodePlace? {
        guard let slot = score.drawsNode ? drawn(request, memoryMiB) : best(request, memoryMiB) else { return nil }
        return take(request, memoryMiB, slot)
    }

    /// Puts a job on the lowest node that has room, whatever the policy thinks of it; nil where it fits on none.
    mutating func placeLowest(_ request: Int, memoryMiB: Int64) -> NodePlace? {
        var lowest: Int?
        for slot in 0..<states.slotCount
        where states.population[slot] > 0 && states.memory[slot] >= memoryMiB
            && states.fits(requests[request], slot: slot)
        {
            if let known = lowest, states.lowest[known] < states.lowest[slot] { continue }
            lowest = slot
        }
        return lowest.flatMap { take(request, memoryMiB, $0) }
    }

    /// Whether any node has room.
    mutating func hasRoom(_ request: Int, memoryMiB: Int64) -> Bool {
        let scores = takeScores(request)
        defer { memory[scores.row] = scores.cells }
        for slot in 0..<states.slotCount
        where states.population[slot] > 0 && scores.cells[slot].score >= 0 && states.memory[slot] >= memoryMiB {
            return true
        }
        return false
    }

    /// Whether any node has the GPUs, whatever its CPU and memory.
    func hasGPUs(_ request: Int) -> Bool {
        for slot in 0..<states.slotCount
        where states.population[slot] > 0 && states.hasGPUs(requests[request], slot: slot) {
            return true
        }
        return false
    }

    /// Whether one node has room, and whether it has the GPUs.
    func room(_ request: Int, memoryMiB: Int64, rank: Int) -> (fits: Bool, hasGPUs: Bool) {
        let slot = Int(states.slotOfRank[rank])
        guard states.hasGPUs(requests[request], slot: slot) else { return (false, false) }
        return (states.cpu[slot] >= requests[request].cpuMilli && states.memory[slot] >= memoryMiB, true)
    }

    /// Takes nodes out of sight until ``show()``.
    mutating func hide(_ ranks: [Int]) { states.hide(ranks) }

    /// Brings hidden nodes back.
    mutating func show() { states.show() }

    /// Gives a job what it asks for on the lowest node of a state in which it fits.
    private mutating func take(_ request: Int, _ memoryMiB: Int64, _ slot: Int) -> NodePlace {
        let wanted = requests[request]
        let rank = Int(states.lowest[slot])
        var mask: UInt64 = 0
        if wanted.isShare {
            mask = 1 << UInt64(score.gpu(states, slot: slot, wanted, &random))
        } else {
            var missing = wanted.gpus
            for gpu in 0..<Int(states.gpus[slot]) where missing > 0 && states.left(slot, gpu: gpu) == 1_000 {
                mask |= 1 << UInt64(gpu)
                missing -= 1
            }
        }
        let affinity = countKind(wanted, rank: rank, by: 1)
        states.change(rank: rank, request: wanted, memoryMiB: memoryMiB, mask: mask, sign: 1, affinity: affinity)
        return NodePlace(rank: rank, mask: mask)
    }

    /// Gives back what ``place(_:memoryMiB:)`` took.
    package mutating func release(_ place: NodePlace, _ request: Int, memoryMiB: Int64) {
        let affinity = countKind(requests[request], rank: place.rank, by: -1)
        states.change(
            rank: place.rank,
            request: requests[request],
            memoryMiB: memoryMiB,
            mask: place.mask,
            sign: -1,
            affinity: affinity
        )
    }

    private mutating func countKind(_ request: NodeRequest, rank: Int, by change: Int32) -> UInt64 {
        guard score.wantsAffinity else { return 0 }
        let before = states.affinity[Int(states.slotOfRank[rank])]
        let bit = request.affinity
        if bit == 0 { return before }
        let cell = 64 * rank + bit.trailingZeroBitCount
        kinds[cell] += change
        return kinds[cell] > 0 ? before | bit : before & ~bit
    }

    private mutating func best(_ request: Int, _ memoryMiB: Int64) -> Int? {
        let scores = takeScores(request)
        defer { memory[scores.row] = scores.cells }
        var best: Int?
        var most: Int32 = 0
        var lowest = Int32.max
        for slot in 0..<states.slotCount {
            let points = scores.cells[slot].score
            if points < most || states.population[slot] == 0 || states.memory[slot] < memoryMiB { continue }
            let rank = states.lowest[slot]
            if points > most || rank < lowest {
                best = slot
                most = points
                lowest = rank
            }
        }
        return best
    }

    private mutating func drawn(_ request: Int, _ memoryMiB: Int64) -> Int? {
        let scores = takeScores(request)
        defer { memory[scores.row] = scores.cells }
        func nodes(_ slot: Int) -> Int {
            scores.cells[slot].score < 0 || states.memory[slot] < memoryMiB ? 0 : Int(states.population[slot])
        }
        var fitting = 0
        for slot in 0..<states.slotCount { fitting += nodes(slot) }
        guard fitting > 0 else { return nil }
        // Nodes of one state are alike, so the lowest of the drawn state stands for any of them.
        var left = random.index(below: fitting)
        for slot in 0..<states.slotCount {
            left -= nodes(slot)
            if left < 0 { return slot }
        }
        return nil
    }

    /// Takes a request's scores out of the memory, those of states that are new computed; the caller puts them back.
    private mutating func takeScores(_ request: Int) -> (row: Int, cells: ContiguousArray<Remembered>) {
        let row = remembers ? request : 0
        var cells = memory[row]
        memory[row] = []
        if !remembers { cells.removeAll(keepingCapacity: true) }
        let missing = states.slotCount - cells.count
        if missing > 0 { cells.append(contentsOf: repeatElement(Remembered(), count: missing)) }
        let wanted = requests[request]
        for slot in 0..<states.slotCount where cells[slot].generation != states.generation[slot] {
            if states.population[slot] == 0 { continue }
            let points = states.fits(wanted, slot: slot) ? score.score(states, slot: slot, wanted) : -1
            cells[slot] = Remembered(generation: states.generation[slot], score: points)
        }
        return (row, cells)
    }
}
