import RealModule

/// A trace replayed under a deployment model.
package struct ModelReplay: Sendable {
    /// The jobs as they held GPUs in the last round.
    package let trace: Trace
    /// What came of it.
    package let result: SimulationResult
    /// What the jobs are worth.
    package let ledger: JobLedger
    /// How often the trace was replayed: once, but for GPUs shared in turns.
    package let rounds: Int
    /// How far the durations that were assumed lie from those that the company kept implies.
    ///
    /// The sum of differences over the sum of durations, of jobs in slots; 0 where no GPU is shared in turns.
    package let disagreement: Double

    /// The report.
    package func report(bins: Int = 240) -> ReplayReport { ReplayReport(trace, result, ledger: ledger, bins: bins) }
}

extension PreparedReplay {
    /// The most rounds for GPUs shared in turns.
    package static let roundLimit = 12
    /// Where rounds stop: durations agree to this part.
    package static let agreement = 0.005

    /// Replays it.
    ///
    /// How fast a job runs on a GPU shared in turns depends on who is beside it, and who is beside it on how fast all
    /// run. So the trace is replayed with assumed durations, each job's speed worked out from the company that it then
    /// had, and so on until they agree; ``ModelReplay/disagreement`` says how well. Turns are fair: a job that needs
    /// less than its turn leaves the rest to others. Whole GPUs and instances take one round.
    ///
    /// - Parameter options: queue, placement, seed and the rest; start-up and repartition come from the model.
    /// - Returns: the last round.
    /// - Throws: ``SimulationError``, as ``simulate(_:on:options:)``.
    package func replay(_ options: SimulationOptions = SimulationOptions()) throws(SimulationError) -> ModelReplay {
        var options = options
        options.startUpMilliseconds = 0
        options.repartitionMilliseconds = repartitionMilliseconds
        options.speeds = SpeedTable()
        var trace = trace
        var result = try simulate(trace, on: cluster, options: options)
        guard let company else {
            return ModelReplay(trace: trace, result: result, ledger: ledger, rounds: 1, disagreement: 0)
        }
        var rounds = 1
        var step = 1.0
        var last = Double.infinity
        while true {
            let speeds = TurnSpeeds(self, company, trace, result).speeds
            var (difference, total) = (0.0, 0.0)
            var next = trace
            for job in 0..<trace.count where company[job] >= 0 && speeds[job] > 0 {
                let before = ledger.inactive[job]
                let assumed = Double(max(trace.duration[job] - before, 0))
                let implied = Double(WorkTrace.scaled(ledger.work[job], 1 / (speedAlone[job] * speeds[job])))
                difference += abs(implied - assumed)
                total += implied
                guard assumed > 0, implied > 0 else { continue }
                // A step in the logarithm, shorter when the last one did not help: rounds must not swing.
                let moved = assumed * Double.exp(step * Double.log(implied / assumed))
                var one = next[job]
                one.duration = WorkTrace.scaled(Int64(min(moved, 0x1p60)), 1) + before
                if one.requested != TraceJob.unknown, trace.duration[job] > 0 {
                    one.requested = WorkTrace.scaled(one.requested, Double(one.duration) / Double(trace.duration[job]))
                }
                next[job] = one
            }
            let disagreement = total > 0 ? difference / total : 0
            if disagreement <= Self.agreement || rounds == Self.roundLimit {
                return ModelReplay(
                    trace: trace,
                    result: result,
                    ledger: ledger,
                    rounds: rounds,
                    disagreement: disagreement
                )
            }
            if disagreement > last * 0.7 { step = max(step * 0.7, 0.2) }
            last = disagreement
            trace = next
            result = try simulate(trace, on: cluster, options: options)
            rounds += 1
        }
    }
}

/// The speed of each job in a slot of a GPU shared in turns, over the company that it had.
struct TurnSpeeds {
    /// By job, relative to nobody beside it; 0 where it is not known.
    private(set) var speeds: ContiguousArray<Double>

    init(_ prepared: PreparedReplay, _ company: ContiguousArray<Int8>, _ trace: Trace, _ result: SimulationResult) {
        speeds = ContiguousArray(repeating: 0, count: trace.count)
        var edges: [(gpu: Int64, time: Int64, isStart: Bool, job: Int)] = []
        for job in 0..<trace.count where company[job] >= 0 && result.start[job] != SimulationResult.never {
            guard result.end[job] > result.start[job], result.gpuMask[job].nonzeroBitCount == 1 else { continue }
            let gpu = Int64(result.node[job]) * 64 + Int64(result.gpuMask[job].trailingZeroBitCount)
            // Who still boots takes no turns.
            let works = min(result.start[job] + prepared.ledger.inactive[job], result.end[job])
            edges.append((gpu, works, true, job))
            edges.append((gpu, result.end[job], false, job))
        }
        edges.sort { ($0.gpu, $0.time, $0.isStart ? 1 : 0, $0.job) < ($1.gpu, $1.time, $1.isStart ? 1 : 0, $1.job) }
        var done = ContiguousArray(repeating: 0.0, count: trace.count)
        var present: [Int] = []
        for (index, edge) in edges.enumerated() {
            if edge.isStart { present.append(edge.job) } else { present.removeAll { $0 == edge.job } }
            guard index + 1 < edges.count, edges[index + 1].gpu == edge.gpu, !present.isEmpty else { continue }
            let length = Double(edges[index + 1].time - edge.time)
            guard length > 0 else { continue }
            let overheads = prepared.companies[Int(company[present[0]])]
            let now = Self.turns(present.map { Double(prepared.demand[$0]) }, overheads)
            for (place, job) in present.enumerated() { done[job] += now[place] * length }
        }
        for job in 0..<trace.count where company[job] >= 0 && result.start[job] != SimulationResult.never {
            let worked = Double(result.end[job] - result.start[job] - prepared.ledger.inactive[job])
            speeds[job] = worked > 0 ? min(max(done[job] / worked, 1.0 / 512), 1) : 1
        }
    }

    /// Speeds of jobs that take turns, relative to being alone.
    ///
    /// Fair shares of the GPU's time: nobody gets more than it needs, what is left is divided among the others.
    ///
    /// - Parameters:
    ///   - demands: what each keeps busy when alone, above 0, at most 1.
    ///   - overheads: what turns cost.
    /// - Returns: a speed for each, above 0, at most 1.
    static func turns(_ demands: [Double], _ overheads: ModelOverheads) -> [Double] {
        guard demands.count > 1 else { return demands.map { _ in 1 } }
        var given = demands.map { _ in 0.0 }
        var left = 1.0
        for (served, index) in demands.indices.sorted(by: { (demands[$0], $0) < (demands[$1], $1) }).enumerated() {
            given[index] = min(demands[index], left / Double(demands.count - served))
            left -= given[index]
        }
        let busy = given.reduce(0, +)
        return demands.indices.map { index in
            let turn = given[index] / demands[index] / (1 + overheads.switching)
            return turn / (1 + overheads.interference * min(max(busy - given[index], 0), 1))
        }
    }
}
