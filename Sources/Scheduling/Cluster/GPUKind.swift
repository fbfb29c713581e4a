import Estate

/// GPUs of one type, cut in one way, so many to a node: what a policy may treat alike.
struct GPUKind {
    let group: NodeGroup
    let automaton: GPUAutomaton
    let tables: GPUStateTables
    /// The first of the kind's slice faces among all faces.
    let faceBase: Int
    /// The face of a node of this kind with no idle GPU; one with n idle GPUs has the n-th after it.
    let hostBase: Int
    /// Units of ``ClusterState/unitsPerGPU`` that each request takes.
    let units: ContiguousArray<Int64>

    /// How many faces the kind has in all.
    var faceCount: Int { tables.faceCount + group.gpus + 1 }

    init(
        _ group: NodeGroup,
        _ automaton: GPUAutomaton,
        _ tables: GPUStateTables,
        firstFace: Int
    ) {
        self.group = group
        self.automaton = automaton
        self.tables = tables
        faceBase = firstFace
        hostBase = firstFace + tables.faceCount
        units = ContiguousArray(automaton.requests.map { Self.units(of: $0, group.partition) })
    }

    /// Units of ``ClusterState/unitsPerGPU`` that a part of a GPU is.
    static func units(of request: SliceRequest, _ partition: GPUPartition) -> Int64 {
        switch (request, partition) {
        case (.share(let milli), _): return Int64(milli) * (ClusterState.unitsPerGPU / 1_000)
        case (.profile(let index), .mig(let geometry)), (.profile(let index), .layout(let geometry, _)):
            guard geometry.profiles.indices.contains(index), let total = geometry.computeSlices?.value, total > 0
            else { return 0 }
            return ClusterState.unitsPerGPU * Int64(geometry.profiles[index].computeSlices) / Int64(total)
        case (.profile, _): return 0
        }
    }
}

extension NodeGroup {
    /// What a job asks of one GPU of these nodes.
    enum Wish: Hashable {
        /// The whole GPU.
        case whole
        /// A part of it.
        case slice(SliceRequest)
        /// Something that these GPUs cannot give.
        case impossible
    }

    /// What a shape comes to here.
    ///
    /// Where GPUs are whole, who wants less gets one whole. A share of a MIG GPU is the cheapest plain profile that has
    /// the memory and the part of the compute slices, never one that does not fit, and the whole GPU where none does.
    ///
    /// - Throws: ``SimulationError/geometry(_:)`` where the choice rests on an unknown fact.
    func wish(_ shape: JobShapes.Shape, profiles: [String]) throws(SimulationError) -> Wish {
        let name = profiles.indices.contains(Int(shape.profile)) ? profiles[Int(shape.profile)] : nil
        guard gpus > 0, shape.profile == TraceJob.none || name != nil else { return .impossible }
        switch partition {
        case .whole: return .whole
        case .shares:
            guard name == nil else { return .impossible }
            return shape.gpuMilli < 1_000 ? .slice(.share(Int(shape.gpuMilli))) : .whole
        case .mig(let geometry):
            if let name { return Self.index(of: name, geometry).map { .slice(.profile($0)) } ?? .impossible }
            guard shape.gpuMilli < 1_000 else { return .whole }
            do {
                let found = try geometry.bestSlice(
                    memoryGiB: Double(shape.gpuMemoryMiB) / 1_024,
                    computeShare: Double(shape.gpuMilli) / 1_000
                )
                guard let found, let index = Self.index(of: found.profile.name, geometry) else { return .whole }
                return .slice(.profile(index))
            } catch {
                throw .geometry(error)
            }
        case .layout(let geometry, let layout):
            if let name {
                guard layout.instances.contains(where: { $0.profile == name }) else { return .impossible }
                return Self.index(of: name, geometry).map { .slice(.profile($0)) } ?? .impossible
            }
            // No process reaches beyond one instance: a job of several GPUs finds none here.
            guard shape.gpus == 1 else { return .impossible }
            // A whole job gets the instance that is the whole GPU, where the layout is that one.
            let share = Double(shape.gpuMilli) / 1_000 - 1e-9
            let total = Double(geometry.computeSlices?.value ?? 1)
            let fitting = geometry.profiles.indices.filter { index in
                let profile = geometry.profiles[index]
                return layout.instances.contains { $0.profile == profile.name }
                    && Double(profile.computeSlices) / total >= share
                    && (profile.memoryMiB ?? 0) >= Int(shape.gpuMemoryMiB)
            }
            let smallest = fitting.min {
                let (one, other) = (geometry.profiles[$0], geometry.profiles[$1])
                return (one.computeSlices, one.memoryMiB ?? 0, $0) < (other.computeSlices, other.memoryMiB ?? 0, $1)
            }
            return smallest.map { .slice(.profile($0)) } ?? .impossible
        }
    }

    private static func index(of name: String, _ geometry: MIGGeometry) -> Int? {
        geometry.profiles.firstIndex { $0.name == name }
    }
}
