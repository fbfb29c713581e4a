import Estate

/// What a trace's shapes come to on a cluster: kinds of GPUs with their tables, and each shape's parts.
struct JobPlan {
    /// The cluster, empty.
    private(set) var cluster: ClusterState
    private(set) var parts: ContiguousArray<ClusterState.Part> = []
    /// Where each shape's parts start; one more than there are shapes.
    private(set) var firstPart: ContiguousArray<Int> = [0]
    /// Why each shape can never run; `completed` where it can.
    private(set) var verdicts: ContiguousArray<JobOutcome> = []
    /// Column of the speeds by kind and request: 0 whole, 1 share, then profiles in the order of ``profileNames``.
    private(set) var columns: ContiguousArray<ContiguousArray<Int>> = []
    /// The columns of the speeds beyond the second.
    private(set) var profileNames: [String] = []
    /// Whether a kind creates an instance for each slice.
    private(set) var creates: ContiguousArray<Bool> = []
    /// The columns that each shape may come to.
    private(set) var columnsOfShape: ContiguousArray<[Int]> = []
    /// Whether each shape may have instances created for it.
    private(set) var mayCreate: ContiguousArray<Bool> = []

    private let policy: PlacementPolicy
    private var orders: [[Int]: Range<Int>] = [:]

    static func check(_ groups: [NodeGroup]) throws(SimulationError) {
        var nodes = 0
        for group in groups {
            guard group.count >= 0, group.gpus >= 0 else { throw .emptyCluster("node group '\(group.name)'") }
            guard group.gpus <= 64 else { throw .tooLarge(what: "GPUs on one node", count: group.gpus, limit: 64) }
            guard group.count <= NodeSets.nodeLimit - nodes else {
                throw .tooLarge(what: "nodes", count: group.count, limit: NodeSets.nodeLimit)
            }
            guard (group.cpuMilli ?? 0) >= 0, (group.memoryMiB ?? 0) >= 0 else {
                throw .option("node group '\(group.name)' has less than no CPU or memory; write what one node has")
            }
            guard (group.cpuMilli ?? 0) <= .max / 4, (group.memoryMiB ?? 0) <= .max / 4 else {
                throw .option("node group '\(group.name)' has more CPU or memory than can be counted")
            }
            nodes += group.count
        }
        guard nodes > 0 else { throw .emptyCluster("the cluster") }
    }

    init(
        _ trace: Trace,
        _ jobShapes: JobShapes,
        _ groups: [NodeGroup],
        policy: PlacementPolicy,
        tables: StateTableCache? = nil
    ) throws(SimulationError) {
        self.policy = policy
        let shapes = jobShapes.shapes

        // Nodes whose GPUs are alike are of one kind, whatever their CPU and memory.
        var kindOfGroup: [Int] = []
        var first: [Int] = []
        for (index, group) in groups.enumerated() {
            let known = first.firstIndex {
                (groups[$0].gpuType, groups[$0].gpus, groups[$0].partition)
                    == (group.gpuType, group.gpus, group.partition)
            }
            if let known {
                kindOfGroup.append(known)
            } else {
                kindOfGroup.append(first.count)
                first.append(index)
            }
        }
        guard first.count < 10_000 else { throw .tooLarge(what: "kinds of GPUs", count: first.count, limit: 10_000) }

        // What each shape wishes of each kind, and so what the automata must know.
        var wishes: [[NodeGroup.Wish]] = []
        var kinds: ContiguousArray<GPUKind> = []
        var face = 0
        for group in first.map({ groups[$0] }) {
            var ofKind: [NodeGroup.Wish] = []
            for shape in shapes {
                ofKind.append(shape.isWellFormed ? try group.wish(shape, profiles: trace.profiles) : .impossible)
            }
            func made() throws(SimulationError) -> StateTableCache.Entry {
                let automaton = try Self.automaton(group, ofKind)
                let demand = Self.demand(ofKind, jobShapes, group, automaton, trace.gpuTypes)
                return .init(automaton: automaton, tables: GPUStateTables(automaton, policy: policy, demand: demand))
            }
            let entry: StateTableCache.Entry
            if let tables, policy != .expectedFragmentation {
                let requests = Set(ofKind.compactMap { if case .slice(let request) = $0 { request } else { nil } })
                entry = try tables.entry(group.partition, requests, policy, make: made)
            } else {
                entry = try made()
            }
            let kind = GPUKind(group, entry.automaton, entry.tables, firstFace: face)
            face += kind.faceCount
            kinds.append(kind)
            wishes.append(ofKind)
        }

        // What jobs ask of one node, to know which levels of free CPU and memory to tell apart.
        let ofKind = first.map { groups[$0] }
        var drafts: [[Draft]] = []
        var cpuDemands: [Int64: Int] = [:]
        var memoryDemands: [Int64: Int] = [:]
        for (index, shape) in shapes.enumerated() {
            let draft = shape.isWellFormed ? Self.drafts(shape, index, wishes, ofKind, trace.gpuTypes) : []
            for part in draft {
                cpuDemands[part.cpuMilli, default: 0] += jobShapes.jobs[index]
                memoryDemands[part.memoryMiB, default: 0] += jobShapes.jobs[index]
            }
            drafts.append(draft)
        }
        let (cpu, memory) = Self.levels(cpuDemands, memoryDemands, groups, faces: face)
        cluster = ClusterState(
            kinds: kinds,
            kindOfGroup: kindOfGroup,
            groups: groups,
            cpu: cpu,
            memory: memory,
            tie: policy.tie
        )

        for kind in kinds {
            var ofKind: ContiguousArray<Int> = []
            for request in kind.automaton.requests {
                switch (request, kind.group.partition) {
                case (.profile(let index), .mig(let geometry)), (.profile(let index), .layout(let geometry, _)):
                    ofKind.append(2 + column(of: geometry.profiles[index].name))
                default: ofKind.append(1)
                }
            }
            columns.append(ofKind)
            if case .mig = kind.group.partition { creates.append(true) } else { creates.append(false) }
        }
        for (index, shape) in shapes.enumerated() {
            let wishOfKind = wishes.map { $0[index] }
            for draft in drafts[index] {
                parts.append(part(draft, wishOfKind, shape.gpuTypes, trace.gpuTypes))
            }
            firstPart.append(parts.count)
            let allowed = kinds.indices.filter { Self.allows(shape.gpuTypes, kinds[$0].group, trace.gpuTypes) }
            var used: Set<Int> = []
            var creating = false
            for kind in allowed {
                guard case .slice(let request) = wishOfKind[kind] else {
                    used.insert(0)
                    continue
                }
                if let row = kinds[kind].automaton.requests.firstIndex(of: request) { used.insert(columns[kind][row]) }
                creating = creating || creates[kind]
            }
            columnsOfShape.append(used.sorted())
            mayCreate.append(creating)
            verdicts.append(.completed)
        }
        cluster.show()
        for (index, shape) in shapes.enumerated() {
            verdicts[index] = verdict(
                index,
                shape,
                kinds.indices.map { kind in
                    Self.allows(shape.gpuTypes, kinds[kind].group, trace.gpuTypes) ? wishes[kind][index] : nil
                }
            )
        }
    }

    /// What the GPUs of a group can be in, as far as the wishes of jobs lead.
    private static func automaton(
        _ group: NodeGroup,
        _ wishes: [NodeGroup.Wish]
    ) throws(SimulationError) -> GPUAutomaton {
        switch group.partition {
        case .whole: .wholeOnly
        case .shares:
            try .shares(wishes.compactMap { if case .slice(.share(let milli)) = $0 { milli } else { nil } })
        case .mig(let geometry):
            try .mig(
                geometry,
                profiles: wishes.compactMap { if case .slice(.profile(let index)) = $0 { index } else { nil } }
            )
        case .layout(let geometry, let layout): try .layout(geometry, layout)
        }
    }

    private mutating func column(of name: String) -> Int {
        if let known = profileNames.firstIndex(of: name) { return known }
        profileNames.append(name)
        return profileNames.count - 1
    }

    /// How often the trace asks a kind of GPU for each slice, and for the whole.
    private static func demand(
        _ wishes: [NodeGroup.Wish],
        _ shapes: JobShapes,
        _ group: NodeGroup,
        _ automaton: GPUAutomaton,
        _ types: [String]
    ) -> ExpectedFragmentation.Demand {
        var demand = ExpectedFragmentation.Demand(slices: Array(repeating: 0, count: automaton.requests.count))
        for (index, shape) in shapes.shapes.enumerated() where allows(shape.gpuTypes, group, types) {
            let count = Double(shape.gpus) * Double(shapes.jobs[index])
            switch wishes[index] {
            case .impossible: break
            case .whole: demand.whole += count
            case .slice(let request):
                if let row = automaton.requests.firstIndex(of: request) { demand.slices[row] += count }
            }
        }
        return demand
    }

    /// One part before its order of faces is known.
    private struct Draft {
        var gpus: Int
        var cpuMilli: Int64
        var memoryMiB: Int64
        var count: Int
    }

    /// Cuts a shape into parts, each for one node.
    ///
    /// A job with a number of nodes has that many parts, even to within one GPU. Without one it is one part where some
    /// node that it may use is large enough, else as many of the largest such node's size as it takes and one of what
    /// remains. CPU and memory are divided by GPUs, rounded up.
    private static func drafts(
        _ shape: JobShapes.Shape,
        _ index: Int,
        _ wishes: [[NodeGroup.Wish]],
        _ kinds: [NodeGroup],
        _ types: [String]
    ) -> [Draft] {
        let (total, cpu, memory) = (Int(shape.gpus), Int64(shape.cpuMilli), Int64(shape.memoryMiB))
        func draft(_ gpus: Int, _ count: Int) -> Draft {
            func portion(_ amount: Int64) -> Int64 {
                total <= 1 ? amount : (amount * Int64(gpus) + Int64(total) - 1) / Int64(total)
            }
            return Draft(gpus: gpus, cpuMilli: portion(cpu), memoryMiB: portion(memory), count: count)
        }
        guard total > 0 else { return [Draft(gpus: 0, cpuMilli: cpu, memoryMiB: memory, count: 1)] }
        if shape.profile != TraceJob.none
            && wishes.contains(where: { if case .slice = $0[index] { true } else { false } })
        {
            return [draft(1, total)]
        }
        var largest = 0
        for (kind, wish) in zip(kinds, wishes)
        where wish[index] != .impossible && allows(shape.gpuTypes, kind, types) {
            largest = max(largest, kind.gpus)
        }
        guard largest > 0 else { return [draft(total, 1)] }
        let nodes = Int(shape.nodes)
        if nodes > 0, nodes <= total {
            let (size, larger) = total.quotientAndRemainder(dividingBy: nodes)
            return [draft(size + 1, larger), draft(size, nodes - larger)].filter { $0.count > 0 }
        }
        guard total > largest else { return [draft(total, 1)] }
        let (count, rest) = total.quotientAndRemainder(dividingBy: largest)
        return rest == 0 ? [draft(largest, count)] : [draft(largest, count), draft(rest, 1)]
    }

    /// Levels of CPU and memory: one per demand, up to 64 each, or fewer where with so many there would be millions of sets.
    private static func levels(
        _ cpu: [Int64: Int],
        _ memory: [Int64: Int],
        _ groups: [NodeGroup],
        faces: Int
    ) -> (Levels, Levels) {
        let cpu = groups.contains { $0.cpuMilli != nil } ? cpu : [:]
        let memory = groups.contains { $0.memoryMiB != nil } ? memory : [:]
        var limit = NodeSets.levelLimit
        while true {
            let levels = (Levels(cpu, limit: limit - 1), Levels(memory, limit: limit - 1))
            guard limit > 4, faces * levels.0.count * levels.1.count > NodeSets.setLimit else { return levels }
            limit /= 2
        }
    }

    static func allows(_ mask: UInt64, _ group: NodeGroup, _ types: [String]) -> Bool {
        guard mask != 0 else { return true }
        guard let index = types.firstIndex(of: group.gpuType), index < 64 else { return false }
        return mask & (1 << UInt64(index)) != 0
    }

    /// A part with the policy's order of the faces that can serve it.
    private mutating func part(
        _ draft: Draft,
        _ wishes: [NodeGroup.Wish],
        _ mask: UInt64,
        _ types: [String]
    ) -> ClusterState.Part {
        let kinds = cluster.kinds
        var row = Array(repeating: ClusterState.refuses, count: kinds.count)
        var entries: [(face: Int, rank: Int64)] = []
        for (index, kind) in kinds.enumerated() where Self.allows(mask, kind.group, types) {
            guard draft.gpus > 0 else {
                // A CPU job: any node, in best fit those with the fewest idle GPUs first.
                row[index] = ClusterState.gives
                for idle in 0...kind.group.gpus {
                    entries.append((kind.hostBase + idle, policy.hostRank(idle: idle, wanted: 0)))
                }
                continue
            }
            switch wishes[index] {
            case .impossible: continue
            case .whole:
                guard kind.automaton.allowsWhole, draft.gpus <= kind.group.gpus else { continue }
                row[index] = ClusterState.gives
                for idle in draft.gpus...kind.group.gpus {
                    entries.append((kind.hostBase + idle, policy.hostRank(idle: idle, wanted: draft.gpus)))
                }
            case .slice(let request):
                guard let place = kind.automaton.requests.firstIndex(of: request) else { continue }
                row[index] = place
                for face in 0..<kind.tables.faceCount {
                    let rank = kind.tables.rank[face * kind.tables.requestCount + place]
                    if rank != GPUStateTables.refused { entries.append((kind.faceBase + face, rank)) }
                }
            }
        }
        let key = [draft.gpus] + row + entries.map(\.face)
        let range: Range<Int>
        if let known = orders[key] {
            range = known
        } else {
            range = cluster.addOrder(entries)
            orders[key] = range
        }
        var part = ClusterState.Part(
            gpus: draft.gpus,
            row: cluster.addRow(row),
            cpuMilli: 0,
            memoryMiB: 0,
            firstFace: range.lowerBound,
            endFace: range.upperBound,
            cpuLevel: 0,
            memoryLevel: 0,
            isCPUExact: true,
            isMemoryExact: true,
            count: draft.count
        )
        cluster.ask(&part, cpuMilli: draft.cpuMilli, memoryMiB: draft.memoryMiB)
        return part
    }

    /// Whether a shape can run on the empty cluster, and if not, what is in the way.
    private mutating func verdict(_ index: Int, _ shape: JobShapes.Shape, _ wishes: [NodeGroup.Wish?]) -> JobOutcome {
        guard shape.isWellFormed else { return .malformed }
        if fits(index, cpu: true, memory: true) { return .completed }
        if shape.gpus > 0 {
            let allowed = wishes.compactMap { $0 }
            guard !allowed.isEmpty else { return .noSuchType }
            guard allowed.contains(where: { $0 != .impossible }) else {
                // A fixed layout has no whole GPU to give, however many GPUs there are.
                let isFixed = cluster.kinds.contains {
                    if case .layout = $0.group.partition { true } else { false }
                }
                return shape.profile == TraceJob.none && !isFixed ? .tooManyGPUs : .noSuchSlice
            }
            guard fits(index, cpu: false, memory: false) else {
                return shape.gpuMilli < 1_000 || shape.profile != TraceJob.none && shape.gpus == 1
                    ? .noSuchSlice : .tooManyGPUs
            }
        }
        return fits(index, cpu: true, memory: false) ? .tooMuchMemory : .tooMuchCPU
    }

    private mutating func fits(_ shape: Int, cpu: Bool, memory: Bool) -> Bool {
        var given: [(ClusterState.Grant, ClusterState.Part)] = []
        var fits = true
        search: for index in firstPart[shape]..<firstPart[shape + 1] {
            var part = parts[index]
            cluster.ask(&part, cpuMilli: cpu ? part.cpuMilli : 0, memoryMiB: memory ? part.memoryMiB : 0)
            for _ in 0..<part.count {
                guard let grant = cluster.give(part) else {
                    fits = false
                    break search
                }
                given.append((grant, part))
            }
        }
        for (grant, part) in given.reversed() { cluster.takeBack(grant, part) }
        return fits
    }
}

extension PlacementPolicy {
    /// Which node goes first among those of one rank.
    var tie: ClusterState.Tie {
        switch self {
        case .bestFit: .tightest
        case .worstFit: .roomiest
        default: .lowest
        }
    }
}
