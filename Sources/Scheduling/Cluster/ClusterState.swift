/// What is free on every node, grouped so that finding a place costs by the number of distinct states.
///
/// A node stands in one set for each face that its GPUs show and one for its number of idle GPUs, each under its class
/// of free CPU and memory. A policy's choice is the first of its order of faces that is not empty.
struct ClusterState {
    /// Units in which allocation is counted: thousandths and the compute slices of every GPU (1 to 12) are whole
    /// numbers of them.
    static let unitsPerGPU: Int64 = 693_000
    static let noSlot: UInt16 = .max

    /// One node.
    struct Node {
        var freeCPU: Int64
        var freeMemory: Int64
        var kind: UInt16
        var cpuLevel: UInt8
        var memoryLevel: UInt8
        var idle: UInt8
    }

    /// One part of what a job asks for: GPUs or one slice on one node, with its CPU and memory.
    struct Part {
        /// Whole GPUs, where they are given whole; 0 for a CPU job.
        var gpus: Int
        /// The row of its requests by kind; -1 where every kind gives whole GPUs.
        var slice: Int
        var cpuMilli: Int64
        var memoryMiB: Int64
        /// Its faces in the policy's order: a range of ``faces`` and ``ranks``.
        var firstFace: Int
        var endFace: Int
        /// Classes of free CPU and memory that may do.
        var classes: UInt64
        /// Whether a node of those classes always has room, so that no node need be looked at.
        var isExact: Bool
        /// How many such parts there are.
        var count: Int
    }

    /// What was given on one node.
    struct Grant {
        var node: Int32
        var slot: UInt16
        var gpuMask: UInt64
    }

    private(set) var kinds: ContiguousArray<GPUKind>
    private let stride: Int
    private let cpuLevels: Levels
    private let memoryLevels: Levels
    /// Faces in a policy's order, and their ranks, for each part's range.
    private var faces: ContiguousArray<Int32> = []
    private var ranks: ContiguousArray<Int64> = []
    /// Requests by slice row times kinds plus kind; -1 where the kind cannot give it.
    private var requestOf: ContiguousArray<Int16> = []

    private(set) var nodes: ContiguousArray<Node>
    /// States of GPUs, by node times stride plus GPU.
    private(set) var states: ContiguousArray<UInt16>
    private var sets: NodeSets
    /// Whether the last failure found GPUs, but not with the CPU and memory.
    private(set) var lackedOnlyNodes = false

    init(kinds: ContiguousArray<GPUKind>, kindOfGroup: [Int], groups: [NodeGroup], cpu: Levels, memory: Levels) {
        self.kinds = kinds
        cpuLevels = cpu
        memoryLevels = memory
        stride = max(1, groups.map(\.gpus).max() ?? 1)
        let count = groups.reduce(0) { $0 + $1.count }
        nodes = []
        nodes.reserveCapacity(count)
        states = ContiguousArray(repeating: UInt16(GPUAutomaton.idle), count: count * stride)
        sets = NodeSets(faces: kinds.last.map { $0.faceBase + $0.faceCount } ?? 0, nodes: count)
        for (group, kind) in zip(groups, kindOfGroup) {
            // Far above any demand, and far from overflow.
            let cpu = group.cpuMilli ?? .max / 4
            let memory = group.memoryMiB ?? .max / 4
            let node = Node(
                freeCPU: cpu,
                freeMemory: memory,
                kind: UInt16(kind),
                cpuLevel: UInt8(cpuLevels.level(of: cpu)),
                memoryLevel: UInt8(memoryLevels.level(of: memory)),
                idle: kinds[kind].automaton.allowsWhole ? UInt8(group.gpus) : 0
            )
            nodes.append(contentsOf: repeatElement(node, count: group.count))
        }
        for node in nodes.indices { show(node) }
    }

    // MARK: Orders

    /// Adds the policy's order of faces for one kind of part.
    ///
    /// - Parameter entries: faces with their ranks; sorted here, faces in order among equals.
    /// - Returns: the range to put in ``Part/firstFace`` and ``Part/endFace``.
    mutating func addOrder(_ entries: [(face: Int, rank: Int64)]) -> Range<Int> {
        let start = faces.count
        for entry in entries.sorted(by: { ($0.rank, $0.face) < ($1.rank, $1.face) }) {
            faces.append(Int32(entry.face))
            ranks.append(entry.rank)
        }
        return start..<faces.count
    }

    /// Adds a row of requests by kind, -1 where a kind cannot serve it.
    mutating func addSlice(_ requests: [Int]) -> Int {
        requestOf.append(contentsOf: requests.map { Int16(clamping: $0) })
        return requestOf.count / max(1, kinds.count) - 1
    }

    /// The classes of free CPU and memory that may have room for a demand, and whether they always do.
    func classes(cpuMilli: Int64, memoryMiB: Int64) -> (mask: UInt64, isExact: Bool) {
        let cpu = cpuLevels.level(of: cpuMilli)
        let memory = memoryLevels.level(of: memoryMiB)
        var mask: UInt64 = 0
        for level in cpu..<cpuLevels.count {
            for other in memory..<memoryLevels.count { mask |= 1 << UInt64(level * memoryLevels.count + other) }
        }
        return (mask, cpuLevels.isExact(cpuMilli) && memoryLevels.isExact(memoryMiB))
    }

    // MARK: Finding

    /// The node that the policy puts a part on, -1 where none has room.
    @inline(__always)
    mutating func find(_ part: Part) -> Int {
        var best = Int.max
        var rank: Int64 = 0
        var sawGPUs = false
        for index in part.firstFace..<part.endFace {
            let face = Int(faces[index])
            if best != .max && ranks[index] != rank { break }
            let present = sets.occupied[face]
            if present == 0 { continue }
            sawGPUs = true
            var classes = present & part.classes
            while classes != 0 {
                let place = classes.trailingZeroBitCount
                classes &= classes &- 1
                let node = part.isExact ? sets.first(face: face, class: place) : firstWithRoom(part, face, place)
                if node < best {
                    best = node
                    rank = ranks[index]
                }
            }
        }
        guard best != .max else {
            lackedOnlyNodes = sawGPUs
            return -1
        }
        return best
    }

    /// The lowest node of a set with the CPU and memory, `Int.max` without one.
    private func firstWithRoom(_ part: Part, _ face: Int, _ place: Int) -> Int {
        var start = 0
        while let node = sets.first(from: start, face: face, class: place) {
            if nodes[node].freeCPU >= part.cpuMilli, nodes[node].freeMemory >= part.memoryMiB { return node }
            start = node + 1
        }
        return .max
    }

    // MARK: Giving and taking back

    /// Gives a part on the node that the policy chooses; nil where none has room.
    @inline(__always)
    mutating func give(_ part: Part) -> Grant? {
        let node = find(part)
        return node < 0 ? nil : give(part, on: node)
    }

    /// Gives a part on a node that has room for it.
    @inline(__always)
    private mutating func give(_ part: Part, on node: Int) -> Grant {
        let kind = Int(nodes[node].kind)
        let base = node * stride
        let request = part.slice >= 0 ? Int(requestOf[part.slice * kinds.count + kind]) : -1
        if request >= 0 {
            var chosen = 0
            var rank = GPUStateTables.refused
            let gpus = kinds[kind].group.gpus
            for gpu in 0..<gpus {
                let face = kinds[kind].tables.face[Int(states[base + gpu])]
                if face == GPUStateTables.closed { continue }
                let offered = kinds[kind].tables.rank[Int(face) * kinds[kind].tables.requestCount + request]
                if offered < rank {
                    rank = offered
                    chosen = gpu
                }
            }
            let entry = Int(states[base + chosen]) * kinds[kind].tables.requestCount + request
            let next = kinds[kind].tables.next[entry]
            let slot = kinds[kind].tables.slot[entry]
            change(node, gpu: chosen, to: next, cpu: -part.cpuMilli, memory: -part.memoryMiB)
            return Grant(node: Int32(truncatingIfNeeded: node), slot: slot, gpuMask: 1 << UInt64(chosen))
        }
        var mask: UInt64 = 0
        var left = part.gpus
        var gpu = 0
        while left > 0, gpu < stride {
            if states[base + gpu] == UInt16(GPUAutomaton.idle) {
                mask |= 1 << UInt64(gpu)
                left -= 1
            }
            gpu += 1
        }
        change(
            node,
            gpus: mask,
            count: part.gpus,
            to: UInt16(GPUAutomaton.whole),
            cpu: -part.cpuMilli,
            memory: -part.memoryMiB
        )
        return Grant(node: Int32(truncatingIfNeeded: node), slot: Self.noSlot, gpuMask: mask)
    }

    /// Takes back what was given.
    @inline(__always)
    mutating func takeBack(_ grant: Grant, _ part: Part) {
        let node = Int(grant.node)
        if grant.slot != Self.noSlot {
            let kind = Int(nodes[node].kind)
            let gpu = grant.gpuMask.trailingZeroBitCount
            let state = Int(states[node * stride + gpu])
            let next = kinds[kind].automaton.state(state, without: Int(grant.slot))
            change(node, gpu: gpu, to: next, cpu: part.cpuMilli, memory: part.memoryMiB)
        } else {
            change(
                node,
                gpus: grant.gpuMask,
                count: part.gpus,
                to: UInt16(GPUAutomaton.idle),
                cpu: part.cpuMilli,
                memory: part.memoryMiB
            )
        }
    }

    /// The kind of a node's GPUs, an index into ``kinds``.
    @inline(__always)
    func kind(of node: Int) -> Int { Int(nodes[node].kind) }

    /// A slot of a node's GPUs.
    @inline(__always)
    func slot(on node: Int, _ slot: Int) -> GPUAutomaton.Slot { kinds[Int(nodes[node].kind)].automaton.slots[slot] }

    /// Units that a grant holds.
    func units(_ grant: Grant, _ part: Part) -> Int64 {
        guard grant.slot != Self.noSlot else { return Int64(part.gpus) * Self.unitsPerGPU }
        let kind = kinds[Int(nodes[Int(grant.node)].kind)]
        return kind.units[kind.automaton.slots[Int(grant.slot)].request]
    }

    /// Changes one GPU's state and the node's free CPU and memory.
    @inline(__always)
    private mutating func change(_ node: Int, gpu: Int, to next: UInt16, cpu: Int64, memory: Int64) {
        let old = nodes[node]
        let kind = Int(old.kind)
        let base = node * stride
        let before = states[base + gpu]
        let cpuFree = old.freeCPU + cpu
        let memoryFree = old.freeMemory + memory
        let cpuLevel = cpuLevels.level(of: cpuFree, from: Int(old.cpuLevel))
        let memoryLevel = memoryLevels.level(of: memoryFree, from: Int(old.memoryLevel))
        var idle = old.idle
        if kinds[kind].automaton.allowsWhole {
            if before == UInt16(GPUAutomaton.idle) { idle -= 1 }
            if next == UInt16(GPUAutomaton.idle) { idle += 1 }
        }
        let oldClass = Int(old.cpuLevel) * memoryLevels.count + Int(old.memoryLevel)
        let newClass = cpuLevel * memoryLevels.count + memoryLevel
        if oldClass != newClass { hide(node) }
        nodes[node].freeCPU = cpuFree
        nodes[node].freeMemory = memoryFree
        nodes[node].cpuLevel = UInt8(truncatingIfNeeded: cpuLevel)
        nodes[node].memoryLevel = UInt8(truncatingIfNeeded: memoryLevel)
        nodes[node].idle = idle
        states[base + gpu] = next
        guard oldClass == newClass else {
            show(node)
            return
        }
        let oldFace = kinds[kind].tables.face[Int(before)]
        let newFace = kinds[kind].tables.face[Int(next)]
        if oldFace != newFace {
            if oldFace != GPUStateTables.closed {
                var isShown = false
                for other in 0..<kinds[kind].group.gpus
                where kinds[kind].tables.face[Int(states[base + other])] == oldFace { isShown = true }
                if !isShown { sets.remove(node, face: kinds[kind].faceBase + Int(oldFace), class: oldClass) }
            }
            if newFace != GPUStateTables.closed {
                sets.insert(node, face: kinds[kind].faceBase + Int(newFace), class: oldClass)
            }
        }
        if idle != old.idle {
            sets.remove(node, face: kinds[kind].hostBase + Int(old.idle), class: oldClass)
            sets.insert(node, face: kinds[kind].hostBase + Int(idle), class: oldClass)
        }
    }

    /// Changes several GPUs from idle to whole or back.
    @inline(__always)
    private mutating func change(_ node: Int, gpus: UInt64, count: Int, to next: UInt16, cpu: Int64, memory: Int64) {
        hide(node)
        nodes[node].freeCPU += cpu
        nodes[node].freeMemory += memory
        nodes[node].cpuLevel = UInt8(
            truncatingIfNeeded: cpuLevels.level(of: nodes[node].freeCPU, from: Int(nodes[node].cpuLevel))
        )
        nodes[node].memoryLevel = UInt8(
            truncatingIfNeeded: memoryLevels.level(of: nodes[node].freeMemory, from: Int(nodes[node].memoryLevel))
        )
        let change = UInt8(truncatingIfNeeded: count)
        if next == UInt16(GPUAutomaton.idle) { nodes[node].idle += change } else { nodes[node].idle -= change }
        var rest = gpus
        while rest != 0 {
            states[node * stride + rest.trailingZeroBitCount] = next
            rest &= rest &- 1
        }
        show(node)
    }

    /// Takes a node out of every set, so that nothing is put there.
    @inline(__always)
    mutating func hide(_ node: Int) {
        let (kind, place) = (Int(nodes[node].kind), classOf(node))
        for gpu in 0..<kinds[kind].group.gpus {
            let face = kinds[kind].tables.face[Int(states[node * stride + gpu])]
            if face == GPUStateTables.closed { continue }
            sets.remove(node, face: kinds[kind].faceBase + Int(face), class: place)
        }
        sets.remove(node, face: kinds[kind].hostBase + Int(nodes[node].idle), class: place)
    }

    /// Puts a node into the sets where it belongs.
    @inline(__always)
    mutating func show(_ node: Int) {
        let (kind, place) = (Int(nodes[node].kind), classOf(node))
        for gpu in 0..<kinds[kind].group.gpus {
            let face = kinds[kind].tables.face[Int(states[node * stride + gpu])]
            if face == GPUStateTables.closed { continue }
            sets.insert(node, face: kinds[kind].faceBase + Int(face), class: place)
        }
        sets.insert(node, face: kinds[kind].hostBase + Int(nodes[node].idle), class: place)
    }

    @inline(__always)
    private func classOf(_ node: Int) -> Int {
        Int(nodes[node].cpuLevel) * memoryLevels.count + Int(nodes[node].memoryLevel)
    }
}
