/// The parts of a mixed estate: hosts of their own, jobs of their own, and so a queue of their own.
///
/// No host serves two parts, so that each is replayed by itself, as partitions of disjoint nodes are; what comes of it is put
/// together in the order of the trace.
struct EstateParts: Sendable {
    /// The first group of nodes of each part, and one beyond the last; a part without hosts has none.
    private let groups: [Range<Int>]
    /// The part that takes the jobs of no part, to refuse them: the first that has GPUs.
    private let fallback: Int
    /// By job.
    private var part: ContiguousArray<Int32>

    /// Parts; nil where fewer than two have hosts.
    init?(_ plan: CutPlan, jobs: Int) {
        var ranges: [Range<Int>] = []
        var withGPUs: Int?
        for index in plan.parts.indices {
            let own = plan.partOfGroup.indices.filter { plan.partOfGroup[$0] == index }
            ranges.append((own.first ?? 0)..<(own.last.map { $0 + 1 } ?? 0))
            if withGPUs == nil, own.contains(where: { plan.groups[$0].count * plan.groups[$0].gpus > 0 }) {
                withGPUs = index
            }
        }
        guard ranges.count(where: { !$0.isEmpty }) > 1, let first = withGPUs else { return nil }
        groups = ranges
        fallback = first
        part = ContiguousArray(repeating: Int32(truncatingIfNeeded: first), count: jobs)
    }

    /// Sends a job to a part; one without hosts, or none, is refused all the same.
    mutating func send(_ job: Int, to home: Int) {
        let isThere = groups.indices.contains(home) && !groups[home].isEmpty
        part[job] = Int32(truncatingIfNeeded: isThere ? home : fallback)
    }

    /// Replays every part.
    func run(
        _ trace: Trace,
        on cluster: ClusterDescription,
        options: SimulationOptions,
        tables: StateTableCache
    ) throws(SimulationError) -> SimulationResult {
        guard case .nodes(let all) = cluster else {
            return try Simulation.run(trace, on: cluster, options: options, tables: tables)
        }
        var own = options
        // A promise is about the jobs of all parts, and the series about all of the GPUs.
        own.promise = nil
        own.sampleEveryMilliseconds = 0
        var merged = SimulationResult(nothingOf: trace, gpus: cluster.gpuCount)
        var rows = Array(repeating: ContiguousArray<Int32>(), count: groups.count)
        for job in 0..<trace.count { rows[Int(part[job])].append(Int32(truncatingIfNeeded: job)) }
        for (place, range) in groups.enumerated() where !rows[place].isEmpty {
            let jobs = rows[place]
            let partTrace = trace.gathered(jobs, submissions: TimeOrder.gather(jobs, from: trace.submit))
            let result = try Simulation.run(partTrace, on: .nodes(Array(all[range])), options: own, tables: tables)
            let firstNode = all[..<range.lowerBound].reduce(0) { $0 + $1.count }
            merged.add(result, jobs, firstNode: Int32(truncatingIfNeeded: firstNode))
        }
        merged.furtherNodes.sort { $0.job < $1.job }
        merged.counters.queuedMilliseconds = Self.queued(trace, merged)
        if options.sampleEveryMilliseconds > 0 {
            merged.series = Self.series(trace, merged, every: options.sampleEveryMilliseconds)
        }
        return merged
    }

    /// How long at least one job of any part waited.
    private static func queued(_ trace: Trace, _ result: SimulationResult) -> Int64 {
        var (total, until) = (Int64(0), Int64.min)
        for job in 0..<trace.count where result.start[job] != SimulationResult.never {
            let from = max(trace.submit[job], until)
            guard result.start[job] > from else { continue }
            total += result.start[job] - from
            until = result.start[job]
        }
        return total
    }

    /// Samples of all parts at the same times.
    private static func series(_ trace: Trace, _ result: SimulationResult, every step: Int64) -> [ClusterSample] {
        var times: ContiguousArray<Int64> = []
        var events: ContiguousArray<(job: Int, kind: Int)> = []
        for job in 0..<trace.count where !result.outcome[job].isRejected {
            times.append(trace.submit[job])
            events.append((job, 0))
            guard result.start[job] != SimulationResult.never else { continue }
            times += [result.start[job], result.end[job]]
            events += [(job, 1), (job, 2)]
        }
        var series = Series(every: step, from: result.firstSubmit)
        var (units, waiting, running) = (Int64(0), 0, 0)
        for event in TimeOrder.of(times) {
            let (job, kind) = events[event]
            series.advance(to: times[event], units, waiting, running)
            let held = Int64((Double(result.gpuEquivalents[job]) * Double(ClusterState.unitsPerGPU)).rounded())
            switch kind {
            case 0:
                series.arrived += Double(trace.gpus[job]) * Double(trace.gpuMilli[job]) / 1_000
                waiting += 1
            case 1: (units, waiting, running) = (units + held, waiting - 1, running + 1)
            default: (units, running) = (units - held, running - 1)
            }
        }
        series.finish(at: result.lastEnd, units, waiting, running)
        return series.samples
    }
}

extension SimulationResult {
    /// What is known before any part was replayed.
    fileprivate init(nothingOf trace: Trace, gpus: Int) {
        let first = max(0, trace.submit.first ?? 0)
        self.init(
            start: ContiguousArray(repeating: Self.never, count: trace.count),
            end: ContiguousArray(repeating: Self.never, count: trace.count),
            outcome: ContiguousArray(repeating: .completed, count: trace.count),
            node: ContiguousArray(repeating: Self.nowhere, count: trace.count),
            gpuMask: ContiguousArray(repeating: 0, count: trace.count),
            slice: ContiguousArray(repeating: Self.noSlice, count: trace.count),
            gpuEquivalents: ContiguousArray(repeating: 0, count: trace.count),
            furtherNodes: [],
            series: [],
            counters: SimulationCounters(),
            gpuCount: gpus,
            firstSubmit: first,
            lastEnd: first,
            allocatedGPUMilliseconds: 0
        )
    }

    /// Adds what came of one part.
    fileprivate mutating func add(_ part: SimulationResult, _ jobs: ContiguousArray<Int32>, firstNode: Int32) {
        for (place, row) in jobs.enumerated() {
            let job = Int(row)
            start[job] = part.start[place]
            end[job] = part.end[place]
            outcome[job] = part.outcome[place]
            node[job] = part.node[place] == Self.nowhere ? Self.nowhere : part.node[place] + firstNode
            gpuMask[job] = part.gpuMask[place]
            slice[job] = part.slice[place]
            gpuEquivalents[job] = part.gpuEquivalents[place]
        }
        for further in part.furtherNodes {
            var moved = further
            (moved.job, moved.node) = (Int(jobs[further.job]), further.node + firstNode)
            furtherNodes.append(moved)
        }
        counters.completed += part.counters.completed
        counters.rejected += part.counters.rejected
        counters.tries += part.counters.tries
        counters.blockedByGPUs += part.counters.blockedByGPUs
        counters.blockedByNodes += part.counters.blockedByNodes
        counters.backfilled += part.counters.backfilled
        counters.held += part.counters.held
        counters.repartitions += part.counters.repartitions
        lastEnd = max(lastEnd, part.lastEnd)
        allocatedGPUMilliseconds += part.allocatedGPUMilliseconds
    }
}
