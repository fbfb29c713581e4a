import Estate
import Scheduling

/// The pooled jobs of some workloads under one deployment model: what a number of hosts makes of a demand.
struct PoolReplay: Sendable {
    /// One level of the overheads: how each workload's time stretches, and what its jobs then need.
    struct Level: Sendable {
        /// By workload: time held over bare-metal time.
        let stretch: [Double]
        /// By workload.
        let traits: [JobTraits]
        /// Over the pool, each workload by its hours.
        let pooled: Double
    }

    /// What came of one replay.
    struct Trial: Sendable {
        /// Whether the promise was kept, with every job run.
        var isMet: Bool
        /// GPU-hours held over the bare-metal GPU-hours of the same jobs.
        var held: Double
    }

    let demand: ScaledDemand
    let levels: [Level]
    let promise: WaitObjective
    let queue: QueueDiscipline
    /// Hosts whose GPUs the jobs would fill on bare metal, whole, at a demand of 1: a place to start from.
    let busyHosts: Double
    private let takesTurns: Bool
    /// By level: the jobs at a demand of 1 as the model makes them.
    private let prepared: [PreparedReplay]
    /// The workload of each job at a demand of 1.
    private let workloads: ContiguousArray<Int32>
    /// By level: the GPU-milliseconds of each job at a demand of 1, on whole GPUs.
    private let own: [ContiguousArray<Double>]

    /// Prepares the replays of a pool.
    ///
    /// - Throws: ``SimulationError`` where the model makes no sense on these hosts.
    init(
        demand: ScaledDemand,
        levels: [Level],
        model: ReplayModel,
        overheads: ModelOverheads,
        host: HostPool,
        promise: WaitObjective,
        queue: QueueDiscipline,
        busyHosts: Double
    ) throws(SimulationError) {
        self.demand = demand
        self.levels = levels
        self.promise = promise
        self.queue = queue
        self.busyHosts = busyHosts
        takesTurns = if case .timeSliced = model { true } else { false }
        workloads = demand.trace.speedClass.array
        var prepared: [PreparedReplay] = []
        var own: [ContiguousArray<Double>] = []
        for level in levels {
            let trace = demand.draw(1) { job in
                let stretch = level.stretch[Int(job.speedClass)]
                job.duration = Int64((Double(job.duration) * stretch).rounded())
            }
            let work = try WorkTrace(
                trace,
                under: RecordedModel(.bareMetal),
                traits: TraitTable(classes: level.traits)
            )
            prepared.append(try PreparedReplay(work, on: host, model: model, overheads: overheads))
            own.append(
                ContiguousArray(
                    (0..<trace.count).map { Double(work.trace.duration[$0]) * Double(max(work.trace.gpus[$0], 1)) }
                )
            )
        }
        self.prepared = prepared
        self.own = own
    }

    /// Replays a demand on some hosts.
    ///
    /// - Parameters:
    ///   - hosts: how many there are.
    ///   - load: the demand, in times the trace's.
    ///   - level: of the overheads.
    ///   - company: what earlier replays of the pool found, where GPUs are shared in turns.
    /// - Returns: what came of it.
    /// - Throws: ``SimulationError``, as the engine.
    func trial(
        hosts: Int,
        load: Double,
        level: Int,
        _ company: inout KnownCompany
    ) throws(SimulationError) -> Trial {
        let draw = demand.rows(load)
        guard !draw.jobs.isEmpty else { return Trial(isMet: true, held: levels[level].pooled) }
        let drawn = try prepared[level].drawn(draw.jobs, submissions: draw.submissions, hosts: hosts)
        var options = SimulationOptions()
        options.queue = queue
        options.promise = promise
        let replay = try drawn.replay(options, assuming: takesTurns ? company.factors(of: draw) : nil)
        if takesTurns { company.learn(draw, drawn, replay) }
        return Trial(isMet: promise.isKept(replay.trace, replay.result), held: held(replay, level, draw))
    }

    /// Jobs that no number of hosts can run, by index in the demand at a factor of 1.
    func refused() throws(SimulationError) -> [(job: Int, outcome: JobOutcome)] {
        guard let first = prepared.first else { return [] }
        let draw = demand.rows(1)
        let most = Int(demand.trace.gpus.max() ?? 1)
        let gpus = max(first.cluster.gpuCount, 1)
        // Twice what the largest job needs, machines of the largest shape counted as whole hosts.
        let hosts = min(2 * ((most + gpus - 1) / gpus) + 2, 100_000)
        let drawn = try first.drawn(draw.jobs, submissions: draw.submissions, hosts: hosts)
        let result = try simulate(drawn.trace, on: drawn.cluster, options: SimulationOptions())
        return draw.jobs.indices.compactMap { index in
            result.outcome[index].isRejected ? (Int(draw.jobs[index]), result.outcome[index]) : nil
        }
    }

    /// What jobs held, over their bare-metal hours.
    ///
    /// Who has one of n turns holds at least what he works: turns that others leave are his.
    private func held(_ replay: ModelReplay, _ level: Int, _ draw: ScaledDemand.Draw) -> Double {
        var (held, metal) = (0.0, 0.0)
        let (result, traits, stretch) = (replay.result, levels[level].traits, levels[level].stretch)
        for (job, row) in draw.jobs.enumerated() where result.end[job] != SimulationResult.never {
            let workload = Int(workloads[Int(row)])
            let own = own[level][Int(row)]
            metal += own / stretch[workload]
            let busy = takesTurns ? traits[workload].activity : traits[workload].need.total
            let span = Double(result.end[job] - result.start[job]) * Double(result.gpuEquivalents[job])
            held += max(span, own * busy)
        }
        return metal > 0 ? held / metal : levels[level].pooled
    }
}
