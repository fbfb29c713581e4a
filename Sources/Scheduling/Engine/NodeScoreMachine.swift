import Probability

/// Nodes with GPUs, CPU and memory under a policy that scores whole nodes: a ``NodePlacer`` that jobs also leave.
struct NodeScoreMachine: Machine {
    private var placer: NodePlacer<ReplayScore>
    private let demand: NodeDemand

    /// What each job got on its first node.
    private(set) var node: ContiguousArray<Int32>
    private(set) var gpuMask: ContiguousArray<UInt64>
    /// What jobs of several parts got beyond that.
    private(set) var further: [Int: [NodePlace]] = [:]
    private(set) var lackedOnlyNodes = false
    private var scratch: [NodePlace] = []
    private var reserved: [Int] = []

    init(_ placer: NodePlacer<ReplayScore>, _ demand: NodeDemand, jobs: Int) {
        self.placer = placer
        self.demand = demand
        node = ContiguousArray(repeating: SimulationResult.nowhere, count: jobs)
        gpuMask = ContiguousArray(repeating: 0, count: jobs)
    }

    mutating func start(_ job: Int, shape: Int) -> Bool {
        if let part = demand.onlyPart(of: shape) {
            guard let place = placer.place(part.request, memoryMiB: part.memoryMiB) else {
                lackedOnlyNodes = placer.hasGPUs(part.request)
                return false
            }
            keep(place, job)
            return true
        }
        guard Self.giveAll(shape, demand, &placer, &scratch, &lackedOnlyNodes) else { return false }
        if let first = scratch.first {
            keep(first, job)
            if scratch.count > 1 { further[job] = Array(scratch.dropFirst()) }
        }
        return true
    }

    private mutating func keep(_ place: NodePlace, _ job: Int) {
        node[job] = Int32(truncatingIfNeeded: place.rank)
        gpuMask[job] = place.mask
    }

    /// Places every part of a shape, or none.
    ///
    /// A policy may spread the first parts so that the last finds no room, though there was some for all: then the parts
    /// go to the lowest nodes instead. So what the empty cluster can run always runs there.
    private static func giveAll(
        _ shape: Int,
        _ demand: NodeDemand,
        _ placer: inout NodePlacer<ReplayScore>,
        _ scratch: inout [NodePlace],
        _ lackedOnlyNodes: inout Bool
    ) -> Bool {
        for takesLowest in [false, true] {
            scratch.removeAll(keepingCapacity: true)
            var missing: Int?
            for part in demand.parts(of: shape) where missing == nil {
                for _ in 0..<part.count {
                    let place =
                        takesLowest
                        ? placer.placeLowest(part.request, memoryMiB: part.memoryMiB)
                        : placer.place(part.request, memoryMiB: part.memoryMiB)
                    guard let place else {
                        missing = part.request
                        break
                    }
                    scratch.append(place)
                }
            }
            guard let missing else { return true }
            lackedOnlyNodes = placer.hasGPUs(missing)
            takeBack(scratch, shape, demand, &placer)
        }
        return false
    }

    /// Takes back what the first parts of a shape were given, as many as there are places.
    private static func takeBack(
        _ places: [NodePlace],
        _ shape: Int,
        _ demand: NodeDemand,
        _ placer: inout NodePlacer<ReplayScore>
    ) {
        var index = 0
        for part in demand.parts(of: shape) {
            for _ in 0..<part.count where index < places.count {
                placer.release(places[index], part.request, memoryMiB: part.memoryMiB)
                index += 1
            }
        }
    }

    /// What a running job has, part by part.
    private func places(_ job: Int) -> [NodePlace] {
        [NodePlace(rank: Int(node[job]), mask: gpuMask[job])] + (further[job] ?? [])
    }

    func grant(_ job: Int, shape: Int) -> (ClusterState.Grant, isGang: Bool) {
        let grant = ClusterState.Grant(node: node[job], slot: ClusterState.noSlot, gpuMask: gpuMask[job])
        return (grant, demand.onlyPart(of: shape) == nil)
    }

    mutating func finish(_ run: Run) {
        let shape = Int(run.shape)
        guard let part = demand.onlyPart(of: shape) else {
            Self.takeBack(places(Int(run.job)), shape, demand, &placer)
            return
        }
        let place = NodePlace(rank: Int(run.grant.node), mask: run.grant.gpuMask)
        placer.release(place, part.request, memoryMiB: part.memoryMiB)
    }

    func units(_ grant: ClusterState.Grant, shape: Int) -> Int64 { demand.units(of: shape) }

    func terms(_ job: Int, shape: Int) -> (column: Int, created: Int) { (demand.isShare(shape) ? 1 : 0, 0) }

    mutating func mayFit(shape: Int, where ended: Run) -> Bool {
        guard !ended.isGang, let part = demand.onlyPart(of: shape) else { return true }
        let room = placer.room(part.request, memoryMiB: part.memoryMiB, rank: Int(ended.grant.node))
        lackedOnlyNodes = room.hasGPUs && !room.fits
        return room.fits
    }

    mutating func hasRoom(shape: Int) -> Bool {
        if let part = demand.onlyPart(of: shape) { return placer.hasRoom(part.request, memoryMiB: part.memoryMiB) }
        // On a copy: looking must not use up what a policy draws.
        var tried = placer
        return Self.giveAll(shape, demand, &tried, &scratch, &lackedOnlyNodes)
    }

    mutating func reserve(shape: Int, running: ContiguousArray<Ending>, now: Int64) -> Int64 {
        // Let the future happen to a copy of what is free.
        var future = placer
        let only = demand.onlyPart(of: shape)
        var lacked = false
        var index = 0
        var time = now
        while true {
            var mayFit = only == nil
            while index < running.count, running[index].time <= time {
                let places = places(Int(running[index].job))
                Self.takeBack(places, Int(running[index].shape), demand, &future)
                // Who did not fit can only fit where something ends.
                if let only {
                    for place in places where !mayFit {
                        mayFit = future.room(only.request, memoryMiB: only.memoryMiB, rank: place.rank).fits
                    }
                }
                index += 1
            }
            if mayFit, Self.giveAll(shape, demand, &future, &scratch, &lacked) { break }
            guard index < running.count else {
                scratch.removeAll(keepingCapacity: true)
                break
            }
            time = running[index].time
        }
        reserved = Set(scratch.map(\.rank)).sorted()
        return time
    }

    mutating func startBeside(_ job: Int, shape: Int) -> Bool {
        placer.hide(reserved)
        let started = start(job, shape: shape)
        placer.show()
        return started
    }
}

/// What the shapes of a trace ask of nodes, part by part, for policies that score nodes.
struct NodeDemand {
    /// So many parts of a job that are alike, each for one node.
    struct Part {
        /// An index into ``requests``.
        let request: Int
        let memoryMiB: Int64
        let count: Int
    }

    /// What parts ask for, each once.
    private(set) var requests: [NodeRequest] = []
    /// The requests that fragmentation is measured against.
    let typical: TypicalPods
    private var all: ContiguousArray<Part> = []
    private var firstPart: ContiguousArray<Int> = [0]
    private var unitsOfShape: ContiguousArray<Int64> = []
    private var sharesGPU: ContiguousArray<Bool> = []

    /// Takes a plan's parts.
    ///
    /// - Parameters:
    ///   - plan: how jobs are cut into parts.
    ///   - shapes: what jobs ask for.
    ///   - isShared: whether GPUs can be shared; where they cannot, who wants a part gets a whole one.
    init(_ plan: JobPlan, _ shapes: JobShapes, isShared: Bool) {
        var numbers: [NodeRequest: Int] = [:]
        var counts: [NodeRequest: Int64] = [:]
        for (index, shape) in shapes.shapes.enumerated() {
            var units: Int64 = 0
            var shares = false
            for planned in plan.parts[plan.firstPart[index]..<plan.firstPart[index + 1]] {
                let request = NodeRequest(
                    cpuMilli: planned.cpuMilli,
                    gpus: planned.gpus,
                    gpuMilli: isShared ? Int(shape.gpuMilli) : 1_000,
                    types: shape.gpuTypes
                )
                // More than a node has: the plan refuses it.
                guard let request else { continue }
                counts[request, default: 0] += Int64(planned.count) * Int64(shapes.jobs[index])
                let number = numbers[request] ?? requests.count
                if number == requests.count {
                    numbers[request] = number
                    requests.append(request)
                }
                all.append(Part(request: number, memoryMiB: planned.memoryMiB, count: planned.count))
                let total = Int64(request.totalMilli) * Int64(planned.count)
                units += total * (ClusterState.unitsPerGPU / 1_000)
                shares = shares || request.isShare
            }
            firstPart.append(all.count)
            unitsOfShape.append(units)
            sharesGPU.append(shares)
        }
        typical = TypicalPods(counts: counts)
    }

    /// The parts of a shape.
    @inline(__always)
    func parts(of shape: Int) -> ContiguousArray<Part>.SubSequence { all[firstPart[shape]..<firstPart[shape + 1]] }

    /// The part of a shape that has no other.
    @inline(__always)
    func onlyPart(of shape: Int) -> Part? {
        let first = firstPart[shape]
        guard firstPart[shape + 1] == first + 1, all[first].count == 1 else { return nil }
        return all[first]
    }

    /// Units of ``ClusterState/unitsPerGPU`` that a job has.
    func units(of shape: Int) -> Int64 { unitsOfShape[shape] }

    /// Whether a job has a part of a GPU.
    func isShare(_ shape: Int) -> Bool { sharesGPU[shape] }
}

extension Simulation {
    /// The stream of the seed that policies draw from, as in a ``PlacementStudy``.
    private static let policyStream: UInt64 = 3

    /// Replays under a policy that scores nodes, and says where each job was.
    ///
    /// - Throws: ``SimulationError`` where GPUs are cut into MIG instances, or only some can be shared.
    func run(
        _ groups: [NodeGroup],
        _ plan: JobPlan,
        _ score: ReplayScore
    ) throws(SimulationError) -> SimulationResult {
        let isShared = try sharesGPUs(groups)
        let demand = NodeDemand(plan, shapes, isShared: isShared)
        let placer = NodePlacer(
            groups: groups,
            gpuTypes: trace.gpuTypes,
            typical: demand.typical,
            score: score,
            requests: demand.requests,
            random: RandomGenerator(seed: options.seed, stream: Self.policyStream)
        )
        var (result, machine) = try run(NodeScoreMachine(placer, demand, jobs: trace.count))
        result.node = machine.node
        result.gpuMask = machine.gpuMask
        for job in machine.further.keys.sorted() {
            for place in machine.further[job] ?? [] {
                result.furtherNodes.append(
                    SimulationResult.FurtherNode(
                        job: job,
                        node: Int32(truncatingIfNeeded: place.rank),
                        gpuMask: place.mask
                    )
                )
            }
        }
        return result
    }

    /// Whether GPUs can be shared; a score compares nodes that are alike in this.
    private func sharesGPUs(_ groups: [NodeGroup]) throws(SimulationError) -> Bool {
        let policy = options.placement.rawValue
        var shared: NodeGroup?
        var whole: NodeGroup?
        for group in groups where group.gpus > 0 {
            switch group.partition {
            case .whole: whole = whole ?? group
            case .shares: shared = shared ?? group
            case .mig, .layout:
                throw .option(
                    "the policy '\(policy)' places whole GPUs and shares, and \(group.name) is cut into MIG instances; "
                        + "use expected-fragmentation, best-fit, first-fit or worst-fit"
                )
            }
        }
        if let shared, let whole {
            throw .option(
                "the policy '\(policy)' places on nodes that all share their GPUs or all give them whole, and \(shared.name)"
                    + " shares while \(whole.name) does not; use best-fit, first-fit or worst-fit"
            )
        }
        return shared != nil
    }
}
