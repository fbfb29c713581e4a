import Estate

/// A trace, cluster and ledger as one deployment model makes them.
///
/// What the model costs is in the durations, once: the engine adds only what depends on where a job lands.
package struct PreparedReplay: Sendable {
    /// The jobs as they hold GPUs under the model.
    package internal(set) var trace: Trace
    /// What they run on.
    package let cluster: ClusterDescription
    /// What they are worth, whatever the model.
    package internal(set) var ledger: JobLedger
    /// What the creation of an instance adds, in milliseconds: for ``SimulationOptions/repartitionMilliseconds``.
    package let repartitionMilliseconds: Int64
    /// The speed of each job with nobody beside it, relative to bare metal on whole GPUs.
    package let speedAlone: ContiguousArray<Double>
    /// Jobs that have a slot of a time-sliced GPU: by job, the cost of company; nil where no GPU is shared in turns.
    let company: ContiguousArray<Int8>?
    let companies: [ModelOverheads]
    /// What each keeps busy of a GPU while it runs alone there, 0 to 1.
    let demand: ContiguousArray<Float>
    /// Jobs that were given a part of a GPU.
    package let partial: Int

    /// Prepares a replay.
    ///
    /// - Parameters:
    ///   - work: the trace in bare-metal work.
    ///   - pool: the hosts.
    ///   - model: how their GPUs are handed out.
    ///   - overheads: what that costs; a mixed model's parts have their own.
    /// - Throws: ``SimulationError`` where the model makes no sense on these hosts.
    package init(
        _ work: WorkTrace,
        on pool: HostPool,
        model: ReplayModel,
        overheads: ModelOverheads = ModelOverheads()
    ) throws(SimulationError) {
        guard pool.hosts > 0, (1...64).contains(pool.gpusPerHost) else { throw .emptyCluster("the pool of hosts") }
        let parts: [ReplayModel.Part]
        var isMixed = false
        if case .mixed(let list) = model {
            parts = list
            isMixed = true
        } else {
            parts = [ReplayModel.Part(name: "", model: model, overheads: overheads, hosts: pool.hosts, classes: [])]
        }
        guard !parts.isEmpty, parts.count <= 16, parts.allSatisfy({ $0.hosts >= 0 }),
            parts.reduce(0, { $0 + min($1.hosts, pool.hosts + 1) }) <= pool.hosts
        else {
            throw .option("the parts of a mixed estate must be 1 to 16 and together have at most \(pool.hosts) hosts")
        }
        var cutters: [ModelCutter] = []
        for (index, part) in parts.enumerated() {
            try part.overheads.check()
            cutters.append(try ModelCutter(part, index, pool, isNamed: isMixed || part.model.splitsHosts))
        }
        let creation = Set(cutters.map { $0.creates ? $0.overheads.repartitionMilliseconds : 0 }.filter { $0 > 0 })
        guard creation.count <= 1 else {
            throw .option("the parts of a mixed estate must have one repartition time")
        }

        var trace = work.trace
        trace.profiles = pool.geometry?.profiles.map(\.name) ?? []
        let types = trace.gpuTypes
        let ownType = pool.gpuType.isEmpty ? nil : types.firstIndex(of: pool.gpuType)
        let groupTypes = cutters.flatMap { $0.groups.map(\.gpuType) }
        let isNamed = isMixed || cutters.contains { $0.isNamed }
        if isNamed { trace.gpuTypes = groupTypes }
        var ledger = JobLedger(
            work: work.trace.duration,
            inactive: ContiguousArray(repeating: 0, count: trace.count),
            busyGPUs: work.busyGPUs
        )
        var alone = ContiguousArray<Double>(repeating: 1, count: trace.count)
        var demand = ContiguousArray<Float>(repeating: 1, count: trace.count)
        var company = ContiguousArray<Int8>(repeating: -1, count: trace.count)
        var partial = 0
        for index in 0..<trace.count {
            var job = trace[index]
            guard job.gpus > 0 || job.duration >= 0 else { continue }
            let traits = work.traits.traits(of: job)
            demand[index] = Float(max(traits.activity, 0.01))
            let home = cutters.firstIndex { !isMixed || $0.classes.contains(job.speedClass) } ?? 0
            let cutter = cutters[home]
            let cut = cutter.cut(&job, traits, work.traits.speeds)
            if isNamed {
                // A job that no part serves, or of another type of GPU, is refused for its type.
                let serves = !isMixed || cutter.classes.contains(job.speedClass)
                let isOwn = job.gpuTypes == 0 || ownType.map { job.gpuTypes & (1 << UInt64($0)) != 0 } ?? false
                let mask = groupTypes.indices.reduce(UInt64(0)) { mask, place in
                    groupTypes[place] == cutter.type(isSlice: cut.isSlice) ? mask | 1 << UInt64(place) : mask
                }
                job.gpuTypes = job.gpus == 0 ? 0 : (serves && isOwn && mask != 0 ? mask : 1 << 63)
            }
            if job.gpus > 0 {
                alone[index] = cut.speed
                let startUp = cutter.overheads.startUpMilliseconds
                ledger.inactive[index] = startUp + (cut.creates ? cutter.overheads.repartitionMilliseconds : 0)
                job.duration = WorkTrace.scaled(job.duration, 1 / cut.speed) + startUp
                if job.requested != TraceJob.unknown {
                    job.requested = WorkTrace.scaled(job.requested, 1 / cut.speed) + startUp
                }
                if cut.isSlice { partial += 1 }
                if cut.isTimeSliced { company[index] = Int8(home) }
            }
            trace[index] = job
        }
        self.trace = trace
        self.ledger = ledger
        self.demand = demand
        self.partial = partial
        speedAlone = alone
        cluster = .nodes(cutters.flatMap(\.groups).filter { $0.count > 0 })
        repartitionMilliseconds = creation.first ?? 0
        companies = cutters.map(\.overheads)
        self.company = company.contains { $0 >= 0 } ? company : nil
    }
}

extension ReplayModel {
    /// Whether hosts of one part are cut in different ways, so that jobs must be told apart.
    var splitsHosts: Bool { if case .staticMIG = self { true } else { false } }
}
