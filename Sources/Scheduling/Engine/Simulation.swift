import Probability

/// Puts a replay together: checks, plans, runs the engine that fits, and gathers what it found.
struct Simulation {
    let trace: Trace
    let options: SimulationOptions
    let shapes: JobShapes
    /// Why each shape can never run; `completed` where it can.
    let verdicts: ContiguousArray<JobOutcome>
    /// Speeds by column.
    let speeds: [[Double]]
    /// Columns that each shape may come to, and whether instances may be created for it.
    let columnsOfShape: ContiguousArray<[Int]>
    let mayCreate: ContiguousArray<Bool>
    let gpuCount: Int
    /// What teams may hold; nil without quotas.
    let quotas: QuotaGate?

    static func run(
        _ trace: Trace,
        on cluster: ClusterDescription,
        options: SimulationOptions,
        tables: StateTableCache? = nil
    ) throws(SimulationError) -> SimulationResult {
        try check(trace, options)
        switch cluster {
        case .pool(let gpus):
            guard gpus > 0 else { throw .emptyCluster("the pool") }
            let shapes = JobShapes(trace, pooled: true)
            let verdicts = shapes.shapes.map { shape -> JobOutcome in
                shape.isWellFormed ? (Int(shape.gpus) <= gpus ? .completed : .tooManyGPUs) : .malformed
            }
            let simulation = Simulation(
                trace: trace,
                options: options,
                shapes: shapes,
                verdicts: ContiguousArray(verdicts),
                speeds: options.speeds.columns(of: []),
                columnsOfShape: ContiguousArray(repeating: [0], count: shapes.shapes.count),
                mayCreate: ContiguousArray(repeating: false, count: shapes.shapes.count),
                gpuCount: gpus,
                quotas: QuotaGate(options.teamQuotas, charges: QuotaGate.charges(shapes))
            )
            let (result, _) = try simulation.run(PoolMachine(shapes.shapes, gpus: gpus))
            return result
        case .nodes(let groups):
            try JobPlan.check(groups)
            let shapes = JobShapes(trace, pooled: false, on: groups)
            let plan = try JobPlan(trace, shapes, groups, policy: options.placement, tables: tables)
            let simulation = Simulation(
                trace: trace,
                options: options,
                shapes: shapes,
                verdicts: plan.verdicts,
                speeds: options.speeds.columns(of: plan.profileNames),
                columnsOfShape: plan.columnsOfShape,
                mayCreate: plan.mayCreate,
                gpuCount: cluster.gpuCount,
                quotas: QuotaGate(
                    options.teamQuotas,
                    charges: options.teamQuotas.isEmpty ? [] : try QuotaGate.charges(shapes, trace, groups)
                )
            )
            if let score = ReplayScore(options.placement, largest: LargestNode(groups)) {
                return try simulation.run(groups, plan, score)
            }
            var (result, machine) = try simulation.run(NodeMachine(plan, jobs: trace.count))
            result.slice = ContiguousArray(trace.submit.indices.map { machine.sliceCode($0) })
            result.node = machine.node
            result.gpuMask = machine.gpuMask
            for job in machine.further.keys.sorted() {
                for grant in machine.further[job] ?? [] {
                    result.furtherNodes.append(
                        SimulationResult.FurtherNode(
                            job: job,
                            node: grant.node,
                            gpuMask: grant.gpuMask,
                            slice: machine.sliceCode(grant)
                        )
                    )
                }
            }
            return result
        }
    }

    private static func check(_ trace: Trace, _ options: SimulationOptions) throws(SimulationError) {
        guard trace.count < Int(Int32.max) else {
            throw .tooLarge(what: "jobs", count: trace.count, limit: Int(Int32.max) - 1)
        }
        for index in trace.submit.indices.dropFirst() where trace.submit[index] < trace.submit[index - 1] {
            throw .unsorted(index: index)
        }
        let hold = 0...(Int64(1) << 50)
        guard hold.contains(options.startUpMilliseconds), hold.contains(options.repartitionMilliseconds) else {
            throw .option("start-up and repartition times must be at least 0; write them in milliseconds")
        }
        guard options.sampleEveryMilliseconds >= 0 else {
            throw .option("the time between samples must be at least 0; 0 asks for no series")
        }
        let table = options.speeds
        let speeds = [table.whole, table.share] + table.profiles.values
        guard speeds.allSatisfy({ $0.allSatisfy { $0 >= 0x1p-10 && $0 <= 0x1p20 } }) else {
            throw .option("a speed must lie between 1/1024 and 1048576; leave a job out that does not fit a slice")
        }
        guard options.teamShares.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw .option("a team's share must be above 0; leave a team out that may use nothing")
        }
        guard options.teamQuotas.allSatisfy({ $0.map { $0 >= 0 && $0 <= 1e9 } ?? true }) else {
            throw .option("a team's quota must be 0 to 1000000000 GPUs; leave a team out that has none")
        }
        guard options.departures || options.teamQuotas.allSatisfy({ $0 == nil }) else {
            throw .option("quotas hold jobs back until others of the team end, and departures are off; leave one out")
        }
        switch options.estimates {
        case .exact: break
        case .multiple(let factor), .uniform(upTo: let factor):
            guard factor >= 1, factor <= 1_000 else {
                throw .option("the factor of estimates is \(factor); expected 1 to 1000")
            }
        }
        if case .fairShare(let halfLife) = options.queue, halfLife <= 0 {
            throw .option("the half-life of fair share must be above 0 milliseconds")
        }
    }

    func run<Cluster: Machine>(
        _ machine: Cluster
    ) throws(SimulationError) -> (SimulationResult, Cluster) {
        var replay = Replay(trace, shapes, machine: machine, speeds: speeds, options: options)
        var series = Series(every: options.sampleEveryMilliseconds, from: trace.submit.first ?? 0)
        guard options.departures else {
            var queue = ArrivalQueue(capacity: 0)
            drive(&replay, &queue, &series)
            return (result(replay, series), replay.machine)
        }
        switch options.queue {
        case .fcfs where quotas != nil:
            // A quota lets jobs in out of order: among equal priorities the first to come goes first.
            drive(&replay, PriorityQueue(ContiguousArray(repeating: 0, count: trace.count)), &series)
        case .fcfs:
            var queue = ArrivalQueue(capacity: trace.count)
            drive(&replay, &queue, &series)
        case .priority:
            let priority = trace.priority.array
            drive(&replay, PriorityQueue(priority), &series, priority: priority)
        case .fairShare(let halfLife):
            let expected = expectedLengths(replay)
            let charge = ContiguousArray(
                expected.indices.map {
                    Double(expected[$0]) * max(0, Double(trace.gpus[$0])) * Double(trace.gpuMilli[$0]) / 1_000
                }
            )
            let queue = FairShareQueue(trace, charge: charge, halfLife: halfLife, shares: options.teamShares)
            drive(&replay, queue, &series)
        case .easy:
            drive(&replay, BackfillQueue(shapes, expected: expectedLengths(replay)), &series)
        }
        if let job = replay.overflow { throw .timeOverflow(job: trace.id[job]) }
        return (result(replay, series), replay.machine)
    }

    /// Why a job never runs; nil when it can.
    @inline(__always)
    private func refusal(_ job: Int) -> JobOutcome? {
        let times = 0...(Int64(1) << 50)
        guard times.contains(trace.submit[job]), times.contains(trace.duration[job]) else { return .malformed }
        let verdict = verdicts[Int(shapes.shapeOf[job])]
        guard verdict == .completed else { return verdict }
        guard let quotas, let limit = quotas.limit(trace.team[job]) else { return nil }
        return quotas.charges[Int(shapes.shapeOf[job])] <= limit ? nil : .aboveQuota
    }

    /// The loop of events behind the quotas of teams, where there are any.
    private func drive<Cluster: Machine, Queue: WaitingQueue>(
        _ replay: inout Replay<Cluster>,
        _ queue: Queue,
        _ series: inout Series,
        priority: ContiguousArray<Int32> = []
    ) {
        var queue = queue
        guard let quotas else { return drive(&replay, &queue, &series) }
        var gated = QuotaQueue(queue, quotas, trace, shapes, priority: priority)
        drive(&replay, &gated, &series)
        replay.counters.held = gated.held
    }

    /// The loop of events: ends, then arrivals, then starts, at each instant.
    @inline(__always)
    private func drive<Cluster: Machine, Queue: WaitingQueue>(
        _ replay: inout Replay<Cluster>,
        _ queue: inout Queue,
        _ series: inout Series
    ) {
        let count = trace.count
        var due: ContiguousArray<Run> = []
        var next = 0
        var last = max(0, trace.submit.first ?? 0)
        var watch = options.departures ? options.promise.map { PromiseWatch($0, jobs: count) } : nil
        while replay.overflow == nil {
            let arrival = next < count ? trace.submit[next] : .max
            var released = false
            while let time = replay.nextEnd(upTo: arrival) {
                series.advance(to: time, replay.allocatedUnits, queue.count, replay.running)
                if !queue.isEmpty { replay.counters.queuedMilliseconds += time - last }
                last = time
                replay.finishDue(&due)
                queue.ended(due, &replay)
                released = true
                if time == arrival { break }
                if watch?.isBroken(trace.submit, replay, at: time) == true { return replay.cutShort() }
                if !queue.isEmpty {
                    queue.pass(&replay, now: time, released: true)
                    if replay.overflow != nil { return }
                }
                released = false
            }
            guard next < count else { break }
            let now = max(arrival, last)
            if watch?.isBroken(trace.submit, replay, at: now) == true { return replay.cutShort() }
            series.advance(to: now, replay.allocatedUnits, queue.count, replay.running)
            if !queue.isEmpty { replay.counters.queuedMilliseconds += now - last }
            last = now
            while next < count, trace.submit[next] == arrival {
                if let outcome = refusal(next) {
                    replay.outcome[next] = outcome
                    replay.counters.rejected += 1
                } else {
                    series.arrived += equivalents(next)
                    if options.departures {
                        queue.arrive(next, now: now)
                    } else {
                        replay.outcome[next] = replay.tryStart(next, now: now) ? .running : .lost
                    }
                }
                next += 1
            }
            if !queue.isEmpty { queue.pass(&replay, now: now, released: released) }
        }
        if !options.departures { replay.close(at: last) }
        series.finish(at: replay.lastEnd, replay.allocatedUnits, queue.count, replay.running)
    }

    private func equivalents(_ job: Int) -> Double {
        Double(trace.gpus[job]) * Double(trace.gpuMilli[job]) / 1_000
    }

    /// How long the scheduler expects each job to hold what it gets: the longest of what it may be given.
    private func expectedLengths<Cluster: Machine>(_ replay: Replay<Cluster>) -> ContiguousArray<Int64> {
        var random = RandomGenerator(seed: options.seed, stream: 1)
        var lengths = ContiguousArray<Int64>(repeating: 0, count: trace.count)
        for job in lengths.indices {
            // One draw per job, used or not, so that one job's requested time does not change another's estimate.
            let draw = random.uniform()
            guard refusal(job) == nil else { continue }
            var requested = trace.requested[job]
            if requested < 0 || requested > 1 << 50 {
                let factor =
                    switch options.estimates {
                    case .exact: 1.0
                    case .multiple(let factor): factor
                    case .uniform(let most): 1 + (most - 1) * draw
                    }
                requested =
                    factor == 1 ? trace.duration[job] : Int64((Double(trace.duration[job]) * factor).rounded(.up))
            }
            let shape = Int(shapes.shapeOf[job])
            for column in columnsOfShape[shape] {
                let created = mayCreate[shape] && column > 0 ? 1 : 0
                lengths[job] = max(lengths[job], replay.length(requested, job, column: column, created: created))
            }
            if columnsOfShape[shape].isEmpty {
                lengths[job] = replay.length(requested, job, column: 0, created: 0)
            }
        }
        return lengths
    }

    private func result<Cluster: Machine>(_ replay: Replay<Cluster>, _ series: Series) -> SimulationResult {
        var result = SimulationResult(
            start: replay.start,
            end: replay.end,
            outcome: replay.outcome,
            node: ContiguousArray(repeating: SimulationResult.nowhere, count: trace.count),
            gpuMask: ContiguousArray(repeating: 0, count: trace.count),
            slice: ContiguousArray(repeating: SimulationResult.noSlice, count: trace.count),
            gpuEquivalents: ContiguousArray(replay.units.map { Float(Double($0) / Double(ClusterState.unitsPerGPU)) }),
            furtherNodes: [],
            series: series.samples,
            counters: replay.counters,
            gpuCount: gpuCount,
            firstSubmit: max(0, trace.submit.first ?? 0),
            lastEnd: replay.lastEnd,
            allocatedGPUMilliseconds: Double(replay.allocatedUnitMilliseconds) / Double(ClusterState.unitsPerGPU)
        )
        result.isCutShort = replay.isCutShort
        return result
    }
}

extension SpeedTable {
    /// Speeds by column: whole, share, then the profiles named; empty where nothing is stated.
    func columns(of names: [String]) -> [[Double]] {
        guard !whole.isEmpty || !share.isEmpty || !profiles.isEmpty else { return [] }
        return [whole, share] + names.map { profiles[$0] ?? [] }
    }
}
