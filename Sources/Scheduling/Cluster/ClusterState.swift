/// What is free on every node, grouped so that finding a place costs by the number of distinct states.
///
/// A node stands in one set for each face that its GPUs show and one for its number of idle GPUs, each under its levels
/// of free CPU and memory. A policy's choice is the first of its order of faces that is not empty.
struct ClusterState {
    /// Units in which allocation is counted: thousandths and the compute slices of every GPU (1 to 12) are whole
    /// numbers of them.
    static let unitsPerGPU: Int64 = 693_000
    static let noSlot: UInt16 = .max

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
        let faceBase: Int
        let hostBase: Int
        let requests: Int
        let slots: Int
        /// Where the kind's states start in ``faceOf``.
        let states: Int
        /// Where they start, times requests, in ``rankOf``, ``nextOf`` and ``slotOf``.
        let moves: Int
        /// Where they start, times slots, in ``stateWithout``.
        let removals: Int
        /// Where the kind's slots start in ``unitsOfSlot``.
        let units: Int
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
    /// By state: its face within the kind; ``GPUStateTables/closed`` where it accepts nothing that a job asks for.
    private var faceOf: ContiguousArray<UInt16>
    /// By state and request: the policy's rank, its move's slot and the state after.
    private let rankOf: ContiguousArray<Int64>
    private let slotOf: ContiguousArray<UInt16>
    private let nextOf: ContiguousArray<UInt16>
    /// By state and slot: the state after the slot is given back.
    private let stateWithout: ContiguousArray<UInt16>
    /// Units of each slot, by kind.
    private let unitsOfSlot: ContiguousArray<Int64>
    private var orders: FaceOrders
    /// Requests by row times kinds plus kind.
    private var requestOf: ContiguousArray<Int16> = []

    private let nodes: NodeRecords
    private var sets: NodeSets
    /// The node that changed last, as long as the sets do not know; -1 for none.
    ///
    /// What follows often changes the same node again: whoever waits is put where a job has just ended.
    private var stale = -1
    /// The slice faces of a node that is being told.
    private let facesNow: Column<UInt16>
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
        var faceOf: ContiguousArray<UInt16> = []
        var rankOf: ContiguousArray<Int64> = []
        var slotOf: ContiguousArray<UInt16> = []
        var nextOf: ContiguousArray<UInt16> = []
        var stateWithout: ContiguousArray<UInt16> = []
        var unitsOfSlot: ContiguousArray<Int64> = []
        for kind in kinds {
            tables.append(
                Tables(
                    gpus: kind.group.gpus,
                    allowsWhole: kind.automaton.allowsWhole,
                    faceBase: kind.faceBase,
                    hostBase: kind.hostBase,
                    requests: kind.tables.requestCount,
                    slots: kind.automaton.slots.count,
                    states: faceOf.count,
                    moves: rankOf.count,
                    removals: stateWithout.count,
                    units: unitsOfSlot.count
                )
            )
            for state in 0..<kind.automaton.stateCount {
                let face = kind.tables.face[state]
                let isOpen = face != GPUStateTables.closed
                faceOf.append(face)
                for request in 0..<kind.tables.requestCount {
                    let entry = Int(face) * kind.tables.requestCount + request
                    rankOf.append(isOpen ? kind.tables.rank[entry] : GPUStateTables.refused)
                }
            }
            slotOf.append(contentsOf: kind.tables.slot)
            nextOf.append(contentsOf: kind.tables.next)
            stateWithout.append(contentsOf: kind.automaton.removals)
            unitsOfSlot.append(contentsOf: kind.automaton.slots.map { kind.units[$0.request] })
        }
        self.tables = tables
        self.faceOf = faceOf
        self.rankOf = rankOf
        self.slotOf = slotOf
        self.nextOf = nextOf
        self.stateWithout = stateWithout
        self.unitsOfSlot = unitsOfSlot
        stride = max(1, groups.map(\.gpus).max() ?? 1)
        let faces = kinds.last.map { $0.faceBase + $0.faceCount } ?? 0
        orders = FaceOrders(faces: faces)
        let alike = zip(groups, kindOfGroup).map { group, kind in
            // Far above any demand, and far from overflow.
            let freeCPU = group.cpuMilli ?? .max / 4
            let freeMemory = group.memoryMiB ?? .max / 4
            let node = NodeRecords.Node(
                freeCPU: freeCPU,
                freeMemory: freeMemory,
                kind: UInt16(kind),
                cpuLevel: UInt8(cpu.level(of: freeCPU)),
                memoryLevel: UInt8(memory.level(of: freeMemory)),
                idle: kinds[kind].automaton.allowsWhole ? UInt8(group.gpus) : 0
            )
            return (node: node, count: group.count)
        }
        nodes = NodeRecords(alike, gpus: stride)
        sets = NodeSets(
            faces: faces,
            nodes: nodes.count,
            cpuLevels: cpu.count,
            memoryLevels: memory.count
        )
        facesNow = Column(repeating: 0, count: stride)
    }

    // MARK: Orders

    /// Adds the policy's order of faces for one kind of part.
    ///
    /// - Parameter entries: faces with their ranks; sorted here, faces in order among equals.
    /// - Returns: the range to put in ``Part/firstFace`` and ``Part/endFace``.
    mutating func addOrder(_ entries: [(face: Int, rank: Int64)]) -> Range<Int> {
        orders.add(entries.sorted { ($0.rank, $0.face) < ($1.rank, $1.face) })
    }

    /// Puts every node into the sets of the faces that an order looks at; no order may be added afterwards.
    mutating func show() {
        for (kind, table) in zip(kinds, tables) {
            for state in table.states..<(table.states + kind.automaton.stateCount)
            where faceOf[state] != GPUStateTables.closed && !orders.isLookedAt(table.faceBase + Int(faceOf[state])) {
                faceOf[state] = GPUStateTables.closed
            }
        }
        for node in 0..<nodes.count {
            let faces = findFaces(node, tables[Int(nodes[node].kind)])
            enter(node, faces)
        }
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
        update()
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
                let state = Int(nodes.state(node, gpu))
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
    mutating func give(_ part: Part, on node: Int) -> Grant {
        let kind = Int(nodes[node].kind)
        let request = Int(requestOf[part.row * tables.count + kind])
        if request >= 0 {
            let table = tables[kind]
            var chosen = 0
            var entry = 0
            var rank = GPUStateTables.refused
            for gpu in 0..<table.gpus {
                let move = table.moves + Int(nodes.state(node, gpu)) * table.requests + request
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
            if nodes.state(node, gpu) == UInt16(GPUAutomaton.idle) {
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
            let state = Int(nodes.state(node, gpu))
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
    func fetch(_ node: Int) -> Int64 { nodes[node].freeCPU }

    /// Gives again what was taken back, to the same GPUs.
    mutating func giveAgain(_ grant: Grant, _ part: Part) {
        let node = Int(grant.node)
        if grant.slot != Self.noSlot {
            let kind = kinds[Int(nodes[node].kind)]
            let gpu = grant.gpuMask.trailingZeroBitCount
            let state = Int(nodes.state(node, gpu))
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
        return unitsOfSlot[tables[Int(nodes[Int(grant.node)].kind)].units + Int(grant.slot)]
    }

    // MARK: Changing

    /// Changes one GPU's state and the node's free CPU and memory.
    @inline(__always)
    private mutating func change(_ node: Int, gpu: Int, to next: UInt16, cpu: Int64, memory: Int64) {
        open(node)
        var idle = 0
        if tables[Int(nodes[node].kind)].allowsWhole {
            if nodes.state(node, gpu) == UInt16(GPUAutomaton.idle) { idle -= 1 }
            if next == UInt16(GPUAutomaton.idle) { idle += 1 }
        }
        nodes.setState(node, gpu, next)
        add(node, idle: idle, cpu: cpu, memory: memory)
    }

    /// Changes several GPUs from idle to whole or back.
    @inline(__always)
    private mutating func change(_ node: Int, gpus: UInt64, to next: UInt16, cpu: Int64, memory: Int64) {
        open(node)
        var rest = gpus
        while rest != 0 {
            nodes.setState(node, rest.trailingZeroBitCount, next)
            rest &= rest &- 1
        }
        let count = gpus.nonzeroBitCount
        add(node, idle: next == UInt16(GPUAutomaton.idle) ? count : -count, cpu: cpu, memory: memory)
    }

    @inline(__always)
    private func add(_ node: Int, idle: Int, cpu: Int64, memory: Int64) {
        var new = nodes[node]
        new.freeCPU += cpu
        new.freeMemory += memory
        new.cpuLevel = UInt8(truncatingIfNeeded: cpuLevels.level(of: new.freeCPU, from: Int(new.cpuLevel)))
        new.memoryLevel = UInt8(truncatingIfNeeded: memoryLevels.level(of: new.freeMemory, from: Int(new.memoryLevel)))
        new.idle = UInt8(Int(new.idle) + idle)
        nodes[node] = new
    }

    // MARK: What the sets know

    /// Marks a node that is about to change.
    @inline(__always)
    private mutating func open(_ node: Int) {
        if stale == node { return }
        update()
        stale = node
    }

    /// Tells the sets what has changed.
    @inline(__always)
    private mutating func update() {
        if stale >= 0 { tell() }
    }

    private mutating func tell() {
        let node = stale
        stale = -1
        let new = nodes[node]
        let table = tables[Int(new.kind)]
        let old = cell(new.shown.cpuLevel, new.shown.memoryLevel)
        let faces = findFaces(node, table)
        guard new.cpuLevel == new.shown.cpuLevel, new.memoryLevel == new.shown.memoryLevel else {
            for index in 0..<Int(new.shown.faces) {
                remove(node, face: table.faceBase + Int(nodes.shownFace(node, index)), old)
            }
            leave(node, face: table.hostBase + Int(new.shown.idle), old)
            enter(node, faces)
            return
        }
        for index in 0..<Int(new.shown.faces) {
            let face = nodes.shownFace(node, index)
            if !(0..<faces).contains(where: { facesNow[$0] == face }) {
                remove(node, face: table.faceBase + Int(face), old)
            }
        }
        for index in 0..<faces {
            let face = facesNow[index]
            if !(0..<Int(new.shown.faces)).contains(where: { nodes.shownFace(node, $0) == face }) {
                insert(node, face: table.faceBase + Int(face), old)
            }
        }
        if new.idle != new.shown.idle {
            leave(node, face: table.hostBase + Int(new.shown.idle), old)
            join(node, face: table.hostBase + Int(new.idle), old)
        }
        keep(node, faces)
    }

    /// Lists the slice faces that a node shows, each once.
    ///
    /// - Returns: how many; they are in ``facesNow``.
    @inline(__always)
    private func findFaces(_ node: Int, _ table: Tables) -> Int {
        var count = 0
        var seen: UInt64 = 0
        for gpu in 0..<table.gpus {
            let face = faceOf[table.states + Int(nodes.state(node, gpu))]
            if face == GPUStateTables.closed { continue }
            let bit: UInt64 = 1 << UInt64(face & 63)
            // Faces that share the bit are told apart by a closer look.
            if seen & bit != 0, (0..<count).contains(where: { facesNow[$0] == face }) { continue }
            seen |= bit
            facesNow[count] = face
            count += 1
        }
        return count
    }

    /// Puts a node that is in no set into those of the faces found.
    @inline(__always)
    private mutating func enter(_ node: Int, _ faces: Int) {
        let entry = nodes[node]
        let table = tables[Int(entry.kind)]
        let cell = cell(entry.cpuLevel, entry.memoryLevel)
        for index in 0..<faces { insert(node, face: table.faceBase + Int(facesNow[index]), cell) }
        join(node, face: table.hostBase + Int(entry.idle), cell)
        keep(node, faces)
    }

    /// Writes down what the sets know of a node: what it is now, and the faces found.
    @inline(__always)
    private func keep(_ node: Int, _ faces: Int) {
        for index in 0..<faces { nodes.setShownFace(node, index, facesNow[index]) }
        var entry = nodes[node]
        entry.shown = NodeRecords.Shown(
            cpuLevel: entry.cpuLevel,
            memoryLevel: entry.memoryLevel,
            idle: entry.idle,
            faces: UInt8(truncatingIfNeeded: faces)
        )
        nodes[node] = entry
    }

    @inline(__always)
    private func cell(_ cpuLevel: UInt8, _ memoryLevel: UInt8) -> NodeSets.Cell {
        sets.cell(row: Int(cpuLevel), column: Int(memoryLevel))
    }

    /// What is held of a node for a job that will start there later.
    struct Hold {
        let node: Int
        /// The GPUs that are held, whole.
        var gpus: UInt64
        /// What the node will have left beside that job: who outlives its start may take so much at most.
        var spareCPU: Int64
        var spareMemory: Int64
        /// While it is held back: the states of those GPUs, in order, and what was set aside.
        private(set) var states: ContiguousArray<UInt16> = []
        private(set) var cpu: Int64 = 0
        private(set) var memory: Int64 = 0
        /// What the node then shows.
        private(set) var shownCPU: Int64 = 0
        private(set) var shownMemory: Int64 = 0

        init(node: Int, gpus: UInt64, spareCPU: Int64, spareMemory: Int64) {
            self.node = node
            self.gpus = gpus
            self.spareCPU = spareCPU
            self.spareMemory = spareMemory
        }

        fileprivate mutating func begin(_ free: (cpu: Int64, memory: Int64)) {
            states.removeAll(keepingCapacity: true)
            cpu = max(free.cpu - spareCPU, 0)
            memory = max(free.memory - spareMemory, 0)
            shownCPU = free.cpu - cpu
            shownMemory = free.memory - memory
        }

        /// Who came is there beside the job that it is held for.
        fileprivate mutating func end(_ free: (cpu: Int64, memory: Int64)) {
            spareCPU -= shownCPU - free.cpu
            spareMemory -= shownMemory - free.memory
        }

        fileprivate mutating func keep(_ state: UInt16) { states.append(state) }
    }

    /// What a node has of CPU and memory now.
    func free(on node: Int) -> (cpu: Int64, memory: Int64) { (nodes[node].freeCPU, nodes[node].freeMemory) }

    /// Takes what is held out of sight, so that nobody is put there, until ``release(_:)``.
    mutating func withhold(_ hold: inout Hold) {
        let node = hold.node
        open(node)
        hold.begin(free(on: node))
        var idle = 0
        var rest = hold.gpus
        while rest != 0 {
            let gpu = rest.trailingZeroBitCount
            let state = nodes.state(node, gpu)
            hold.keep(state)
            if state == UInt16(GPUAutomaton.idle) { idle += 1 }
            // Nothing more can be given of a GPU that is given whole.
            nodes.setState(node, gpu, UInt16(GPUAutomaton.whole))
            rest &= rest &- 1
        }
        if !tables[Int(nodes[node].kind)].allowsWhole { idle = 0 }
        add(node, idle: -idle, cpu: -hold.cpu, memory: -hold.memory)
    }

    /// Puts back what was withheld; who came meanwhile has less to spare left.
    mutating func release(_ hold: inout Hold) {
        let node = hold.node
        open(node)
        hold.end(free(on: node))
        var idle = 0
        var rest = hold.gpus
        for state in hold.states {
            nodes.setState(node, rest.trailingZeroBitCount, state)
            if state == UInt16(GPUAutomaton.idle) { idle += 1 }
            rest &= rest &- 1
        }
        if !tables[Int(nodes[node].kind)].allowsWhole { idle = 0 }
        add(node, idle: idle, cpu: hold.cpu, memory: hold.memory)
    }

    /// Adds a node to a set, and its face to the orders where it was missing.
    @inline(__always)
    private mutating func insert(_ node: Int, face: Int, _ cell: NodeSets.Cell) {
        if sets.insert(node, face: face, cell) { orders.flip(face) }
    }

    /// Removes a node from a set, and its face from the orders where it was the last.
    @inline(__always)
    private mutating func remove(_ node: Int, face: Int, _ cell: NodeSets.Cell) {
        if sets.remove(node, face: face, cell) { orders.flip(face) }
    }

    /// The same for a face of whole nodes, of which some are looked at by no job.
    @inline(__always)
    private mutating func join(_ node: Int, face: Int, _ cell: NodeSets.Cell) {
        if orders.isLookedAt(face) { insert(node, face: face, cell) }
    }

    @inline(__always)
    private mutating func leave(_ node: Int, face: Int, _ cell: NodeSets.Cell) {
        if orders.isLookedAt(face) { remove(node, face: face, cell) }
    }
}
