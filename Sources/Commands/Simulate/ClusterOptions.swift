import ArgumentParser
import Documents
import Estate
import NodeCommands
import Scheduling
import Study

/// What a trace is replayed on, as the command line says it.
struct ClusterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The hosts of a study: its folder or its study.yaml.", valueName: "study"))
    var estate: String?

    @Option(help: ArgumentHelp("A list of nodes: a CSV with sn,cpu_milli,memory_mib,gpu,model.", valueName: "file.csv"))
    var nodes: String?

    @Option(help: ArgumentHelp("One pool of this many GPUs; a processor of SWF is one of them.", valueName: "n"))
    var gpus: Int?

    @Option(
        help: ArgumentHelp(
            "The model of the pool's GPUs, such as h100-sxm-80gb: the pool is then hosts of --gpus-per-node."
        )
    )
    var gpu: String?

    @Option(help: ArgumentHelp("GPUs of one host of the pool, with --gpu; 8 if not given.", valueName: "n"))
    var gpusPerNode: Int?

    @Option(
        help: ArgumentHelp(
            "The deployment model, such as bare-metal-mig: how GPUs are handed out; mixed for several, with --assign or --decision.",
            valueName: "model"
        )
    )
    var model: String?

    @Option(
        help: ArgumentHelp(
            "A fixed MIG layout for every GPU, such as 3g.40gb,2g.20gb,1g.10gb or 1g.10gb=7; without it, instances come and go.",
            valueName: "profiles"
        )
    )
    var slices: String?

    /// Whether exactly one thing is named to replay on.
    func requireOne() throws {
        let given = [estate != nil, nodes != nil, gpus != nil].count { $0 }
        guard given == 1 else {
            throw ValidationError(
                given == 0
                    ? "say what to replay the trace on: --gpus N, --nodes FILE.csv or --estate STUDY"
                    : "--estate, --nodes and --gpus exclude one another"
            )
        }
    }

    func validate() throws {
        if let gpus, !(1...10_000_000).contains(gpus) {
            throw ValidationError("--gpus \(gpus) is outside 1 to 10000000")
        }
        if let gpusPerNode {
            guard (1...64).contains(gpusPerNode) else {
                throw ValidationError("--gpus-per-node \(gpusPerNode) is outside 1 to 64")
            }
            if gpu == nil { throw ValidationError("--gpus-per-node goes with --gpu, whose hosts have so many") }
        }
        if gpu != nil, gpus == nil { throw ValidationError("--gpu goes with --gpus") }
        _ = try stated()
        if slices != nil, isMixed {
            throw ValidationError("--slices goes with one model that uses MIG, not with mixed")
        }
        if slices != nil, gpu == nil, estate == nil, nodes == nil {
            throw ValidationError("--slices needs a GPU model: give --gpus N --gpu MODEL, or --estate")
        }
    }

    /// GPUs of one host of the pool.
    var hostSize: Int { gpusPerNode ?? 8 }

    /// Whether hosts are known: anything but a bare pool of GPUs.
    var hasHosts: Bool { gpus == nil || gpu != nil }

    /// Whether the estate is of several models.
    var isMixed: Bool { model == "mixed" }

    /// The deployment model of --model; nil where none, or several, are named.
    func stated() throws -> DeploymentModel? {
        guard let model, !isMixed else { return nil }
        return try Arguments.deploymentModel(model, others: ["mixed"])
    }

    /// The model that GPUs are handed out by: what a sweep names, else --model, else what --slices means, else, of a
    /// study's estate, today's; nil where nothing says.
    func deployment(_ named: DeploymentModel?) throws -> DeploymentModel? {
        if let named { return named }
        if isMixed { return nil }
        if let stated = try stated() { return stated }
        if slices != nil { return .bareMetalMIG }
        return try estate.map { try StudyFolder($0).study.estate.today }
    }

    /// Hosts as a deployment model cuts them, in the order of the estate; nil for a pool without hosts.
    func hostPools(gpus count: Int? = nil) throws -> [HostPool]? {
        if let nodes {
            guard case .nodes(let groups) = try TraceReading.nodes(nodes) else { return nil }
            let catalogue = try? GPUCatalogue.standard()
            return groups.map { group in
                // A type that the catalogue knows can be cut; of any other nothing is known but its name.
                let known = group.gpuType.isEmpty ? nil : try? catalogue?.gpu(named: group.gpuType)
                return HostPool(
                    name: group.name,
                    hosts: group.count,
                    gpusPerHost: group.gpus,
                    gpuType: group.gpuType,
                    gpuMemoryMiB: known?.memoryFloorMiB ?? 0,
                    geometry: try? known?.mig(),
                    cpuMilli: group.cpuMilli,
                    memoryMiB: group.memoryMiB
                )
            }
        }
        if let estate {
            return try StudyFolder(estate).study.estate.hosts.map { group in
                HostPool(
                    name: group.names.first ?? "host",
                    hosts: group.count,
                    gpusPerHost: group.shape.gpusPerHost,
                    gpuType: group.shape.gpu.id,
                    gpuMemoryMiB: group.shape.gpu.memoryFloorMiB,
                    geometry: try? group.shape.gpu.mig(),
                    cpuMilli: Self.cpuMilli(group.shape),
                    memoryMiB: Self.memoryMiB(group.shape)
                )
            }
        }
        guard let gpu else { return nil }
        let known = try Self.gpu(gpu)
        let total = count ?? gpus ?? 1
        func hosts(_ name: String, _ count: Int, _ each: Int) -> HostPool {
            HostPool(
                name: name,
                hosts: count,
                gpusPerHost: each,
                gpuType: known.id,
                gpuMemoryMiB: known.memoryFloorMiB,
                geometry: try? known.mig()
            )
        }
        return [hosts("host", total / hostSize, hostSize), hosts("last host", 1, total % hostSize)]
            .filter { $0.hosts > 0 && $0.gpusPerHost > 0 }
    }

    /// The cluster; `count` replaces --gpus in a sweep, `deployment` replaces --model.
    func cluster(gpus count: Int? = nil, model deployment: DeploymentModel? = nil) throws -> ClusterDescription {
        let deployment = try deployment ?? (isMixed ? .bareMetal : try stated())
        if let nodes {
            let listed = try TraceReading.nodes(nodes)
            guard deployment != nil || slices != nil, case .nodes(let groups) = listed else { return listed }
            let catalogue = try? GPUCatalogue.standard()
            var cut = groups
            for index in cut.indices {
                let type = cut[index].gpuType
                let known = type.isEmpty ? nil : try? catalogue?.gpu(named: type)
                if deployment?.usesMIG ?? true {
                    // What the catalogue does not know, or cannot cut, is given whole.
                    cut[index].partition = .whole
                    if let known, known.migGeometry != nil {
                        cut[index].partition = try partition(deployment, known)
                    }
                } else {
                    cut[index].partition = deployment?.sharesGPU == true ? .shares : .whole
                }
            }
            if deployment?.usesMIG ?? true, cut.allSatisfy({ $0.partition == .whole }) {
                throw Failure.input([
                    "\(nodes): names no GPU whose MIG geometry is known; write the catalogue's names, such as a100-sxm-80gb, in "
                        + "its column model, or use --estate or --gpus with --gpu"
                ])
            }
            return .nodes(cut)
        }
        if let estate { return try hosts(of: estate, deployment) }
        let total = count ?? gpus ?? 1
        guard let gpu else {
            guard deployment == nil || deployment == .bareMetal else {
                throw ValidationError(
                    "--model \(deployment?.rawValue ?? "") with --gpus needs the GPU's model: add --gpu MODEL"
                )
            }
            return .pool(gpus: total)
        }
        let known = try Self.gpu(gpu)
        let partition = try partition(deployment, known)
        var groups: [NodeGroup] = []
        if total >= hostSize {
            groups.append(
                NodeGroup(
                    name: "host",
                    count: total / hostSize,
                    gpuType: known.id,
                    gpus: hostSize,
                    partition: partition
                )
            )
        }
        if total % hostSize > 0 {
            groups.append(
                NodeGroup(
                    name: "last host",
                    count: 1,
                    gpuType: known.id,
                    gpus: total % hostSize,
                    partition: partition
                )
            )
        }
        return .nodes(groups)
    }

    private static func cpuMilli(_ shape: HostShape) -> Int64? { shape.cores > 0 ? Int64(shape.cores) * 1_000 : nil }

    /// Nil where the study does not state it: then it limits nothing.
    private static func memoryMiB(_ shape: HostShape) -> Int64? { shape.memoryGiB.map { Int64($0) * 1_024 } }

    /// The hosts of a study.
    private func hosts(of path: String, _ deployment: DeploymentModel?) throws -> ClusterDescription {
        let folder = try StudyFolder(path)
        guard !folder.study.estate.hosts.isEmpty else {
            throw Failure.input(["\(path): its estate has no hosts; give --gpus N --gpu MODEL instead"])
        }
        return .nodes(
            try folder.study.estate.hosts.map { group in
                NodeGroup(
                    name: group.names.first ?? "host",
                    count: group.count,
                    cpuMilli: Self.cpuMilli(group.shape),
                    memoryMiB: Self.memoryMiB(group.shape),
                    gpuType: group.shape.gpu.id,
                    gpus: group.shape.gpusPerHost,
                    partition: try partition(deployment ?? folder.study.estate.today, group.shape.gpu)
                )
            }
        )
    }

    private static func gpu(_ name: String) throws -> GPUModel {
        do {
            return try GPUCatalogue.standard().gpu(named: name)
        } catch let error as CatalogueError {
            throw ValidationError("--gpu: \(error)")
        }
    }

    /// How a deployment model hands out a GPU.
    private func partition(_ deployment: DeploymentModel?, _ gpu: GPUModel) throws -> GPUPartition {
        if let deployment, !deployment.usesMIG, slices != nil {
            throw ValidationError("--slices goes with a model that uses MIG, not with \(deployment)")
        }
        switch deployment?.sharing ?? (slices == nil ? .none : .partitioned) {
        case .none: return .whole
        case .timeSliced, .virtualFunctions: return .shares
        case .partitioned:
            do {
                let geometry = try gpu.mig()
                guard let slices else { return .mig(geometry) }
                return .layout(geometry, try layout(slices, geometry))
            } catch let error as CatalogueError {
                guard case .unknownProfile(let name, let own, _) = error,
                    let owners = try GPUCatalogue.standard().owners(ofProfile: name, near: [own])
                else { throw Failure.input([error.description]) }
                throw Failure.input(["--slices: '\(name)' is not a MIG profile of \(own); \(owners)"])
            }
        }
    }

    /// A legal placement of a list of profiles, the largest first.
    private func layout(_ text: String, _ geometry: MIGGeometry) throws -> MIGLayout {
        var wanted: [MIGProfile] = []
        for entry in text.split(separator: ",").map(String.init) {
            let parts = entry.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            let count = parts.count > 1 ? Int(parts[1]) : 1
            guard let name = parts.first, let count, (1...16).contains(count), parts.count <= 2 else {
                throw ValidationError("--slices '\(entry)' is not PROFILE or PROFILE=COUNT")
            }
            wanted += Array(repeating: try geometry.profile(named: name), count: count)
        }
        guard wanted.count <= 16, let found = try place(wanted, geometry) else {
            let able = try GPUCatalogue.standard().gpus(withProfile: wanted.first?.name ?? "", near: [geometry.gpu])
                .filter { gpu in
                    guard let other = gpu.migGeometry else { return false }
                    let same = try? wanted.map { try other.profile(named: $0.name) }
                    return same.flatMap { try? place($0, other) } != nil
                }
            throw Failure.input([
                "--slices \(text): no \(geometry.gpu) can be cut into these at once"
                    + (able.isEmpty ? "" : "; \(able.map(\.id).joined(separator: ", ")) can")
            ])
        }
        return found
    }

    /// Depth-first over the placements of each profile in turn; there are at most 16 memory slices.
    private func place(_ wanted: [MIGProfile], _ geometry: MIGGeometry) throws -> MIGLayout? {
        let sorted = wanted.sorted { ($0.placements?.size ?? 0, $0.name) > ($1.placements?.size ?? 0, $1.name) }
        func next(_ index: Int, _ placed: [MIGInstance]) throws -> MIGLayout? {
            guard index < sorted.count else {
                let layout = MIGLayout(placed)
                return try geometry.violation(in: layout) == nil ? layout : nil
            }
            let mask = placed.reduce(UInt16(0)) { $0 | $1.mask }
            for instance in try geometry.placements(of: sorted[index]) where instance.mask & mask == 0 {
                // Equal profiles stand in ascending order, so that no arrangement is tried twice.
                if let last = placed.last, last.profile == instance.profile, last.start > instance.start { continue }
                if let found = try next(index + 1, placed + [instance]) { return found }
            }
            return nil
        }
        return try next(0, [])
    }
}
