/// Nodes grouped by what is left on them: a placement costs by the number of distinct states, not of nodes.
///
/// A state is a GPU type, CPU and memory left, the thousandths left on each GPU in the order of the GPUs, and where a
/// policy wants it the kinds of jobs there. States live in slots that are used again once no node is in them; a slot's
/// ``generation`` then changes, so that what was remembered about it is known to be stale. Within a state the node of
/// the lowest rank goes first.
package struct NodeStates: Sendable {
    private struct Key: Hashable {
        var kind: Int32
        var cpu: Int64
        var memory: Int64
        var affinity: UInt64
        var left: ContiguousArray<Int16>
    }

    /// GPUs of the node that has most; the columns of ``left`` per slot.
    let stride: Int
    /// How fragmentation is measured.
    let measure: FragmentationMeasure
    /// The bit of each GPU type among the trace's types.
    let kindBits: ContiguousArray<UInt64>

    // By slot.
    private(set) var kind: ContiguousArray<Int32> = []
    private(set) var cpu: ContiguousArray<Int64> = []
    private(set) var memory: ContiguousArray<Int64> = []
    private(set) var affinity: ContiguousArray<UInt64> = []
    private(set) var gpus: ContiguousArray<Int32> = []
    private(set) var left: ContiguousArray<Int16> = []
    private(set) var room: ContiguousArray<Int32> = []
    private(set) var idle: ContiguousArray<Int32> = []
    private(set) var fragment: ContiguousArray<Int64> = []
    private(set) var generation: ContiguousArray<UInt32> = []
    /// Nodes in the state; 0 for a slot without a state.
    private(set) var population: ContiguousArray<Int32> = []
    /// The lowest rank in the state.
    private(set) var lowest: ContiguousArray<Int32> = []
    private var ranks: ContiguousArray<RankHeap> = []

    // By rank.
    private(set) var slotOfRank: ContiguousArray<Int32>
    private let unlimitedCPU: ContiguousArray<Bool>
    private let unlimitedMemory: ContiguousArray<Bool>

    private var slotOfKey: [Key: Int32] = [:]
    /// Nodes out of sight, with their states.
    private var hidden: [(rank: Int, key: Key)] = []
    private var freeSlots: ContiguousArray<Int32> = []

    /// The sum of the nodes' fragments, in the measure's unit.
    private(set) var totalFragment: Int64 = 0
    /// Thousandths of GPUs given.
    private(set) var givenMilli: Int64 = 0
    /// Slots in use or once used; all columns have this length.
    var slotCount: Int { kind.count }

    /// What stands for CPU or memory without a limit; it never shrinks.
    static let unlimited = Int64.max / 4

    /// Groups idle nodes.
    ///
    /// - Parameters:
    ///   - groups: the groups of the cluster; its nodes are numbered in their order.
    ///   - order: the nodes by rank; nil ranks them as they are numbered.
    ///   - gpuTypes: the trace's names of GPU types.
    ///   - typical: the jobs that fragmentation is measured against.
    init(groups: [NodeGroup], order: [Int]?, gpuTypes: [String], typical: TypicalPods) {
        var types: [String] = []
        let kinds = groups.map { group in
            if let known = types.firstIndex(of: group.gpuType) { return known }
            types.append(group.gpuType)
            return types.count - 1
        }
        kindBits = ContiguousArray(
            types.map { name in gpuTypes.firstIndex(of: name).map { $0 < 64 ? UInt64(1) << UInt64($0) : 0 } ?? 0 }
        )
        measure = FragmentationMeasure(typical, kinds: Array(kindBits))
        stride = groups.reduce(0) { max($0, $1.gpus) }
        var groupOfNode: [Int] = []
        for (index, group) in groups.enumerated() {
            groupOfNode.append(contentsOf: repeatElement(index, count: max(0, group.count)))
        }
        let byRank = order.map { $0.map { groupOfNode[$0] } } ?? groupOfNode
        slotOfRank = ContiguousArray(repeating: -1, count: byRank.count)
        unlimitedCPU = ContiguousArray(byRank.map { groups[$0].cpuMilli == nil })
        unlimitedMemory = ContiguousArray(byRank.map { groups[$0].memoryMiB == nil })
        for (rank, group) in byRank.enumerated() {
            let node = groups[group]
            let key = Key(
                kind: Int32(kinds[group]),
                cpu: node.cpuMilli ?? Self.unlimited,
                memory: node.memoryMiB ?? Self.unlimited,
                affinity: 0,
                left: ContiguousArray(repeating: 1_000, count: node.gpus)
            )
            enter(rank, key)
        }
    }

    /// The thousandths left on one GPU.
    func left(_ slot: Int, gpu: Int) -> Int { Int(left[slot * stride + gpu]) }

    /// Whether the nodes of a slot have room for a request, memory aside.
    func fits(_ request: NodeRequest, slot: Int) -> Bool {
        cpu[slot] >= request.cpuMilli && hasGPUs(request, slot: slot)
    }

    /// Whether the nodes of a slot have the GPUs for a request, whatever their CPU and memory.
    func hasGPUs(_ request: NodeRequest, slot: Int) -> Bool {
        if request.gpus == 0 { return true }
        if gpus[slot] == 0 { return false }
        if request.types != 0 && request.types & kindBits[Int(kind[slot])] == 0 { return false }
        if !request.isShare { return Int(idle[slot]) >= request.gpus }
        for gpu in 0..<Int(gpus[slot]) where left(slot, gpu: gpu) >= request.gpuMilli { return true }
        return false
    }

    /// Takes nodes out of sight, as if they were not there, until ``show()``; none of them may change meanwhile.
    mutating func hide(_ ranks: [Int]) {
        for rank in ranks {
            let slot = Int(slotOfRank[rank])
            guard slot >= 0 else { continue }
            hidden.append((rank, key(of: slot)))
            leave(rank, slot)
        }
    }

    /// Brings back what ``hide(_:)`` took away.
    mutating func show() {
        for node in hidden { enter(node.rank, node.key) }
        hidden.removeAll(keepingCapacity: true)
    }

    /// Takes or gives back what a request has on a node; the caller has made sure that it is there.
    ///
    /// - Parameters:
    ///   - rank: the node.
    ///   - request: what is taken or given back.
    ///   - memoryMiB: the host memory that goes with it.
    ///   - mask: its GPUs that are concerned.
    ///   - sign: 1 to take, -1 to give back.
    ///   - after: the kinds of jobs on the node afterwards, where the policy wants them.
    mutating func change(
        rank: Int,
        request: NodeRequest,
        memoryMiB: Int64,
        mask: UInt64,
        sign: Int,
        affinity after: UInt64
    ) {
        let slot = Int(slotOfRank[rank])
        var key = key(of: slot)
        if !unlimitedCPU[rank] { key.cpu -= Int64(sign) * request.cpuMilli }
        if !unlimitedMemory[rank] { key.memory -= Int64(sign) * memoryMiB }
        key.affinity = after
        for gpu in key.left.indices where mask & (1 << UInt64(gpu)) != 0 {
            key.left[gpu] -= Int16(sign * request.gpuMilli)
        }
        givenMilli += Int64(sign * request.totalMilli)
        leave(rank, slot)
        enter(rank, key)
    }

    private func key(of slot: Int) -> Key {
        var left = ContiguousArray<Int16>()
        left.reserveCapacity(stride)
        for gpu in 0..<Int(gpus[slot]) { left.append(self.left[slot * stride + gpu]) }
        return Key(kind: kind[slot], cpu: cpu[slot], memory: memory[slot], affinity: affinity[slot], left: left)
    }

    private mutating func leave(_ rank: Int, _ slot: Int) {
        totalFragment -= fragment[slot]
        population[slot] -= 1
        slotOfRank[rank] = -1
        if population[slot] == 0 {
            slotOfKey[key(of: slot)] = nil
            generation[slot] &+= 1
            ranks[slot].removeAll()
            freeSlots.append(Int32(slot))
        } else if Int(lowest[slot]) == rank {
            // The heap keeps ranks that have left until they come up.
            while let first = ranks[slot].first, Int(slotOfRank[Int(first)]) != slot { ranks[slot].removeFirst() }
            lowest[slot] = ranks[slot].first ?? -1
        }
    }

    private mutating func enter(_ rank: Int, _ key: Key) {
        let slot = slotOfKey[key].map(Int.init) ?? newSlot(key)
        slotOfRank[rank] = Int32(slot)
        totalFragment += fragment[slot]
        population[slot] += 1
        if ranks[slot].count > 2 * Int(population[slot]) + 16 {
            let current = slotOfRank
            ranks[slot].keepOnce { Int(current[Int($0)]) == slot && Int($0) != rank }
        }
        ranks[slot].insert(Int32(rank))
        lowest[slot] = population[slot] == 1 ? Int32(rank) : min(lowest[slot], Int32(rank))
    }

    private mutating func newSlot(_ key: Key) -> Int {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = Int(free)
        } else {
            slot = kind.count
            kind.append(0)
            cpu.append(0)
            memory.append(0)
            affinity.append(0)
            gpus.append(0)
            for _ in 0..<stride { left.append(0) }
            room.append(0)
            idle.append(0)
            fragment.append(0)
            generation.append(1)
            population.append(0)
            lowest.append(-1)
            ranks.append(RankHeap())
        }
        kind[slot] = key.kind
        cpu[slot] = key.cpu
        memory[slot] = key.memory
        affinity[slot] = key.affinity
        gpus[slot] = Int32(key.left.count)
        var room: Int32 = 0
        var idle: Int32 = 0
        for (gpu, milli) in key.left.enumerated() {
            left[slot * stride + gpu] = milli
            room += Int32(milli)
            if milli == 1_000 { idle += 1 }
        }
        self.room[slot] = room
        self.idle[slot] = idle
        fragment[slot] = measure.fragment(kind: Int(key.kind), cpuMilli: key.cpu, left: key.left)
        slotOfKey[key] = Int32(slot)
        return slot
    }
}
