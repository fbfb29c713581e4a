/// What is free on every node, grouped so that finding a place costs by the number of distinct states.
///
/// A node stands in one set for each face that its GPUs show and one for its number of idle GPUs, each under its levels
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
        /// The row of what it asks of each kind: see ``addRow(_:)``.
        var row: Int
        var cpuMilli: Int64
        var memoryMiB: Int64
        /// Its faces in the policy's order: a range of the entries of ``FaceOrders``.
        var firstFace: Int
        var endFace: Int
        /// The lowest levels of free CPU and memory that may do.
        var cpuLevel: Int
        var memoryLevel: Int
        /// Whether a node at that level always has the CPU, or the memory; above it every node has.
        var isCPUExact: Bool
        var isMemoryExact: Bool
        /// How many such parts there are.
        var count: Int
    }

    /// Which node goes first among those of one rank.
    enum Tie {
        /// The one with the least free CPU, then memory, by level; then the lowest.
        case tightest
        /// The one with the most; then the lowest.
        case roomiest
        /// The lowest.
        case lowest
    }

    /// What is looked up for a kind, without references.
    private struct Tables {
        let gpus: Int
        let allowsWhole: Bool
        let hostBase: Int
        let requests: Int
        let slots: Int
        /// Where the kind's states start in ``faceOf``.
        let states: Int
        /// Where they start, times requests, in ``rankOf``, ``nextOf`` and ``slotOf``.
        let moves: Int
        /// Where they start, times slots, in ``stateWithout``.
        let removals: Int
    }

    /// What was given on one node.
    struct Grant {
        var node: Int32
        var slot: UInt16
        var gpuMask: UInt64
    }

    let kinds: ContiguousArray<GPUKind>
    private let tie: Tie
    private let stride: Int
    private let cpuLevels: Levels
    private let memoryLevels: Levels
    private let tables: ContiguousArray<Tables>
    /// By state: its face among all faces, -1 where it accepts nothing.
    private let faceOf: ContiguousArray<Int32>
    /// By state and request: the policy's rank, its move's slot and the state after.
    private let rankOf: ContiguousArray<Int64>
    private let slotOf: ContiguousArray<UInt16>
    private let nextOf: ContiguousArray<UInt16>
    /// By state and slot: the state after the slot is given back.
    private let stateWithout: ContiguousArray<UInt16>
    private var orders: FaceOrders
    /// Requests by row times kinds plus kind.
    private var requestOf: ContiguousArray<Int16> = []

    let nodes: Column<Node>
    /// States of GPUs, by node times stride plus GPU.
    let states: Column<UInt16>
    private var sets: NodeSets
    /// Whether the last failure found GPUs, but not with the CPU and memory.
    private(set) var lackedOnlyNodes = false

    init(
        kinds: ContiguousArray<GPUKind>,
        kindOfGroup: [Int],
        groups: [NodeGroup],
        cpu: Levels,
        memory: Levels,
        tie: Tie
    ) {
        self.kinds = kinds
        self.tie = tie
        cpuLevels = cpu
        memoryLevels = memory
        var tables: ContiguousArray<Tables> = []
        var faceOf: ContiguousArray<Int32> = []
        var rankOf: ContiguousArray<Int64> = []
        var slotOf: ContiguousArray<UInt16> = []
        var nextOf: ContiguousArray<UInt16> = []
        var stateWithout: ContiguousArray<UInt16> = []
        for kind in kinds {
            tables.append(
                Tables(
                    gpus: kind.group.gpus,
                    allowsWhole: kind.automaton.allowsWhole,
                    hostBase: kind.hostBase,
                    requests: kind.tables.requestCount,
                    slots: kind.automaton.slots.count,
                    states: faceOf.count,
                    moves: rankOf.count,
                    removals: stateWithout.count
                )
            )
            for state in 0..<kind.automaton.stateCount {
                let face = kind.tables.face[state]
                let isOpen = face != GPUStateTables.closed
                faceOf.append(isOpen ? Int32(kind.faceBase + Int(face)) : -1)
                for request in 0..<kind.tables.requestCount {
                    let entry = Int(face) * kind.tables.requestCount + request
                    rankOf.append(isOpen ? kind.tables.rank[entry] : GPUStateTables.refused)
                }
            }
            slotOf.append(contentsOf: kind.tables.slot)
            nextOf.append(contentsOf: kind.tables.next)
            stateWithout.append(contentsOf: kind.automaton.removals)
        }
        self.tables = tables
        self.faceOf = faceOf
        self.rankOf = rankOf
        self.slotOf = slotOf
        self.nextOf = nextOf
        self.stateWithout = stateWithout
        stride = max(1, groups.map(\.gpus).max() ?? 1)
        let count = groups.reduce(0) { $0 + $1.count }
        var nodes: ContiguousArray<Node> = []
        nodes.reserveCapacity(count)
        states = Column(repeating: UInt16(GPUAutomaton.idle), count: count * stride)
        let faces = kinds.last.map { $0.faceBase + $0.faceCount } ?? 0
        orders = FaceOrders(faces: faces)
        sets = NodeSets(
            faces: faces,
            nodes: count,
            cpuLevels: cpu.count,
            memoryLevels: memory.count
        )
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
        self.nodes = Column(nodes)
        for node in nodes.indices { show(node) }
    }

    // MARK: Orders

    /// Adds the policy's order of faces for one kind of part.
    ///
    /// - Parameter entries: faces with their ranks; sorted here, faces in order among equals.
    /// - Returns: the range to put in ``Part/firstFace`` and ``Part/endFace``.
    mutating func addOrder(_ entries: [(face: Int, rank: Int64)]) -> Range<Int> {
        orders.add(entries.sorted { ($0.rank, $0.face) < ($1.rank, $1.face) }, occupied: sets.occupiedRows)
    }

    /// What a part asks of a kind that cannot serve it.
    static let refuses = -1
    /// What a part asks of a kind that gives it whole GPUs, or only CPU.
    static let gives = -2

    /// Adds a row of what a part asks by kind: a request, ``refuses`` or ``gives``.
    mutating func addRow(_ requests: [Int]) -> Int {
        requestOf.append(contentsOf: requests.map { Int16(clamping: $0) })
        return requestOf.count / max(1, kinds.count) - 1
    }

    /// Sets a part's CPU and memory, and the levels at which to look for them.
    func ask(_ part: inout Part, cpuMilli: Int64, memoryMiB: Int64) {
        part.cpuMilli = cpuMilli
        part.memoryMiB = memoryMiB
        part.cpuLevel = cpuLevels.level(of: cpuMilli)
        part.memoryLevel = memoryLevels.level(of: memoryMiB)
        part.isCPUExact = cpuLevels.isExact(cpuMilli)
        part.isMemoryExact = memoryLevels.isExact(memoryMiB)
    }

    // MARK: Finding

    /// The node that the policy puts a part on, -1 where none has room.
    @inline(__always)
    mutating func find(_ part: Part) -> Int {
        var best = UInt64.max
        var rank: Int64 = 0
        var sawGPUs = false
        let rowMask = UInt64.max << UInt64(part.cpuLevel)
        let columnMask = UInt64.max << UInt64(part.memoryLevel)
        var word = part.firstFace >> 6
        let endWord = (part.endFace + 63) >> 6
        search: while word < endWord {
            var open = orders.open[word]
            while open != 0 {
                let index = word << 6 | open.trailingZeroBitCount
                open &= open &- 1
                let face = Int(orders.faces[index])
                var rows = sets.occupiedRows[face]
                if rows == 0 { continue }
                if best != .max && orders.ranks[index] != rank { break search }
                sawGPUs = true
                rows &= rowMask
                look: while rows != 0 {
                    let row = tie == .roomiest ? 63 - rows.leadingZeroBitCount : rows.trailingZeroBitCount
                    rows &= ~(1 << UInt64(row))
                    var columns = sets.columns(face: face, row: row) & columnMask
                    while columns != 0 {
                        let column = tie == .roomiest ? 63 - columns.leadingZeroBitCount : columns.trailingZeroBitCount
                        columns &= ~(1 << UInt64(column))
                        let isSure =
                            (row > part.cpuLevel || part.isCPUExact)
                            && (column > part.memoryLevel || part.isMemoryExact)
                        let node =
                            isSure
                            ? sets.first(face: face, row: row, column: column) : firstWithRoom(part, face, row, column)
                        if node == .max { continue }
                        let key: UInt64
                        switch tie {
                        case .tightest: key = UInt64(row << 40 | column << 32 | node)
                        case .roomiest: key = UInt64((63 - row) << 40 | (63 - column) << 32 | node)
                        case .lowest: key = UInt64(node)
                        }
                        if key < best {
                            best = key
                            rank = orders.ranks[index]
                        }
                        // In order of level, the first found is the face's best.
                        if tie != .lowest { break look }
                    }
                }
            }
            word += 1
        }
        guard best != .max else {
            lackedOnlyNodes = sawGPUs
            return -1
        }
        return Int(best & 0xFFFF_FFFF)
    }

    /// The lowest node of a set with the CPU and memory, `Int.max` without one.
    private func firstWithRoom(_ part: Part, _ face: Int, _ row: Int, _ column: Int) -> Int {
        var start = 0
        while let node = sets.first(from: start, face: face, row: row, column: column) {
            if nodes[node].freeCPU >= part.cpuMilli, nodes[node].freeMemory >= part.memoryMiB { return node }
            start = node + 1
        }
        return .max
    }

    /// Whether one node has room for a part; if not, ``lackedOnlyNodes`` says why.
    @inline(__always)
    mutating func hasRoom(_ part: Part, on node: Int) -> Bool {
        let kind = Int(nodes[node].kind)
        let request = Int(requestOf[part.row * tables.count + kind])
        var hasGPUs = false
        if request >= 0 {
            let table = tables[kind]
            for gpu in 0..<table.gpus {
                let state = Int(states[node * stride + gpu])
                if rankOf[table.moves + state * table.requests + request] != GPUStateTables.refused { hasGPUs = true }
            }
        } else {
            hasGPUs = request == Self.gives && Int(nodes[node].idle) >= part.gpus
        }
        if hasGPUs && nodes[node].freeCPU >= part.cpuMilli && nodes[node].freeMemory >= part.memoryMiB { return true }
        lackedOnlyNodes = hasGPUs
        return false
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
        let request = Int(requestOf[part.row * tables.count + kind])
        if request >= 0 {
            let table = tables[kind]
            var chosen = 0
            var entry = 0
            var rank = GPUStateTables.refused
            for gpu in 0..<table.gpus {
                let move = table.moves + Int(states[base + gpu]) * table.requests + request
                if rankOf[move] < rank {
                    rank = rankOf[move]
                    chosen = gpu
                    entry = move
                }
            }
            let slot = slotOf[entry]
            change(node, gpu: chosen, to: nextOf[entry], cpu: -part.cpuMilli, memory: -part.memoryMiB)
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
        change(node, gpus: mask, to: UInt16(GPUAutomaton.whole), cpu: -part.cpuMilli, memory: -part.memoryMiB)
        return Grant(node: Int32(truncatingIfNeeded: node), slot: Self.noSlot, gpuMask: mask)
    }

    /// Takes back what was given.
    @inline(__always)
    mutating func takeBack(_ grant: Grant, _ part: Part) {
        let node = Int(grant.node)
        if grant.slot != Self.noSlot {
            let table = tables[Int(nodes[node].kind)]
            let gpu = grant.gpuMask.trailingZeroBitCount
            let state = Int(states[node * stride + gpu])
            let next = stateWithout[table.removals + state * table.slots + Int(grant.slot)]
            change(node, gpu: gpu, to: next, cpu: part.cpuMilli, memory: part.memoryMiB)
        } else {
            change(
                node,
                gpus: grant.gpuMask,
                to: UInt16(GPUAutomaton.idle),
                cpu: part.cpuMilli,
                memory: part.memoryMiB
            )
        }
    }

    /// Reads a node, so that it is near; any number.
    @inline(__always)
    func fetch(_ node: Int) -> Int64 { nodes[node].freeCPU &+ Int64(states[node * stride]) }

    /// Gives again what was taken back, to the same GPUs.
    mutating func giveAgain(_ grant: Grant, _ part: Part) {
        let node = Int(grant.node)
        if grant.slot != Self.noSlot {
            let kind = kinds[Int(nodes[node].kind)]
            let gpu = grant.gpuMask.trailingZeroBitCount
            let state = Int(states[node * stride + gpu])
            guard let next = kind.automaton.next(state, giving: Int(grant.slot)) else { return }
            change(node, gpu: gpu, to: UInt16(next), cpu: -part.cpuMilli, memory: -part.memoryMiB)
        } else {
            let whole = UInt16(GPUAutomaton.whole)
            change(node, gpus: grant.gpuMask, to: whole, cpu: -part.cpuMilli, memory: -part.memoryMiB)
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
        let table = tables[Int(old.kind)]
        let base = node * stride
        let before = states[base + gpu]
        var new = old
        new.freeCPU += cpu
        new.freeMemory += memory
        let (oldRow, oldColumn) = (Int(old.cpuLevel), Int(old.memoryLevel))
        let row = cpuLevels.level(of: new.freeCPU, from: oldRow)
        let column = memoryLevels.level(of: new.freeMemory, from: oldColumn)
        new.cpuLevel = UInt8(truncatingIfNeeded: row)
        new.memoryLevel = UInt8(truncatingIfNeeded: column)
        if table.allowsWhole {
            if before == UInt16(GPUAutomaton.idle) { new.idle -= 1 }
            if next == UInt16(GPUAutomaton.idle) { new.idle += 1 }
        }
        guard row == oldRow, column == oldColumn else {
            hide(node)
            nodes[node] = new
            states[base + gpu] = next
            show(node)
            return
        }
        nodes[node] = new
        states[base + gpu] = next
        let oldFace = faceOf[table.states + Int(before)]
        let newFace = faceOf[table.states + Int(next)]
        if oldFace != newFace {
            if oldFace >= 0 {
                var isShown = false
                for other in 0..<table.gpus where faceOf[table.states + Int(states[base + other])] == oldFace {
                    isShown = true
                }
                if !isShown { remove(node, face: Int(oldFace), row: row, column: column) }
            }
            if newFace >= 0 { insert(node, face: Int(newFace), row: row, column: column) }
        }
        if new.idle != old.idle {
            remove(node, face: table.hostBase + Int(old.idle), row: row, column: column)
            insert(node, face: table.hostBase + Int(new.idle), row: row, column: column)
        }
    }

    /// Changes several GPUs from idle to whole or back.
    @inline(__always)
    private mutating func change(_ node: Int, gpus: UInt64, to next: UInt16, cpu: Int64, memory: Int64) {
        hide(node)
        var new = nodes[node]
        new.freeCPU += cpu
        new.freeMemory += memory
        new.cpuLevel = UInt8(truncatingIfNeeded: cpuLevels.level(of: new.freeCPU, from: Int(new.cpuLevel)))
        new.memoryLevel = UInt8(truncatingIfNeeded: memoryLevels.level(of: new.freeMemory, from: Int(new.memoryLevel)))
        let count = UInt8(truncatingIfNeeded: gpus.nonzeroBitCount)
        if next == UInt16(GPUAutomaton.idle) { new.idle += count } else { new.idle -= count }
        nodes[node] = new
        var rest = gpus
        while rest != 0 {
            states[node * stride + rest.trailingZeroBitCount] = next
            rest &= rest &- 1
        }
        show(node)
    }

    /// Adds a node to a set, and its face to the orders where it was missing.
    @inline(__always)
    private mutating func insert(_ node: Int, face: Int, row: Int, column: Int) {
        if sets.insert(node, face: face, row: row, column: column) { orders.flip(face) }
    }

    /// Removes a node from a set, and its face from the orders where it was the last.
    @inline(__always)
    private mutating func remove(_ node: Int, face: Int, row: Int, column: Int) {
        if sets.remove(node, face: face, row: row, column: column) { orders.flip(face) }
    }

    /// Whether a node's GPU before another shows a face.
    @inline(__always)
    private func shows(_ face: Int32, _ node: Int, before end: Int, _ base: Int) -> Bool {
        for gpu in 0..<end where faceOf[base + Int(states[node * stride + gpu])] == face { return true }
        return false
    }

    /// Takes a node out of every set, so that nothing is put there.
    @inline(__always)
    mutating func hide(_ node: Int) {
        let entry = nodes[node]
        let table = tables[Int(entry.kind)]
        let (row, column) = (Int(entry.cpuLevel), Int(entry.memoryLevel))
        var seen: UInt64 = 0
        for gpu in 0..<table.gpus {
            let face = faceOf[table.states + Int(states[node * stride + gpu])]
            if face < 0 { continue }
            let bit: UInt64 = 1 << UInt64(face & 63)
            if seen & bit != 0, shows(face, node, before: gpu, table.states) { continue }
            seen |= bit
            remove(node, face: Int(face), row: row, column: column)
        }
        remove(node, face: table.hostBase + Int(entry.idle), row: row, column: column)
    }

    /// Puts a node into the sets where it belongs.
    @inline(__always)
    mutating func show(_ node: Int) {
        let entry = nodes[node]
        let table = tables[Int(entry.kind)]
        let (row, column) = (Int(entry.cpuLevel), Int(entry.memoryLevel))
        var seen: UInt64 = 0
        for gpu in 0..<table.gpus {
            let face = faceOf[table.states + Int(states[node * stride + gpu])]
            if face < 0 { continue }
            let bit: UInt64 = 1 << UInt64(face & 63)
            if seen & bit != 0, shows(face, node, before: gpu, table.states) { continue }
            seen |= bit
            insert(node, face: Int(face), row: row, column: column)
        }
        insert(node, face: table.hostBase + Int(entry.idle), row: row, column: column)
    }
}
