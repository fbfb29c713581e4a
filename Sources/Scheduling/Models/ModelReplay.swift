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
    /// The most rounds for GPUs shared in turns, where many replays are asked for.
    package static let roundLimit = 12
    /// The most rounds where one replay is asked for: more where they are short.
    package var patientLimit: Int { max(Self.roundLimit, min(250, 2_000_000 / max(trace.count, 1))) }
    /// Where rounds stop: durations agree to this part.
    package static let agreement = 0.005

    /// Replays it.
    ///
    /// How fast a job runs on a GPU shared in turns depends on who is beside it, and who is beside it on how fast all
    /// run. So the trace is replayed with assumed durations, each job's speed worked out from the company that it then
    /// had, and so on until they agree; ``ModelReplay/disagreement`` says how well. Turns are fair: a job that needs
    /// less than its turn leaves the rest to others. Whole GPUs and instances take one round.
    ///
    /// The first ``roundLimit`` rounds take shorter steps where they swing, and come near soon. Those beyond it take every
    /// job to the very end that its company implies: what came before an end decides it, so that each round settles the
    /// replay to a later time, until the last end is right.
    ///
    /// - Parameters:
    ///   - options: queue, placement, seed and the rest; start-up and repartition come from the model.
    ///   - assumed: by job, the time for which it is first taken to work on a GPU shared in turns over its time alone
    ///     there; without it 1. A replay that starts from what a similar one found takes fewer rounds.
    ///   - limit: the most rounds, such as ``patientLimit``.
    ///   - agreement: where rounds stop before that.
    /// - Returns: the last round.
    /// - Throws: ``SimulationError``, as ``simulate(_:on:options:)``.
    package func replay(
        _ options: SimulationOptions = SimulationOptions(),
        assuming assumed: ContiguousArray<Double>? = nil,
        rounds limit: Int = PreparedReplay.roundLimit,
        agreement: Double = PreparedReplay.agreement
    ) throws(SimulationError) -> ModelReplay {
        var options = options
        options.startUpMilliseconds = 0
        options.repartitionMilliseconds = repartitionMilliseconds
        options.speeds = SpeedTable()
        guard let company else {
            let result = try run(trace, options)
            return ModelReplay(trace: trace, result: result, ledger: ledger, rounds: 1, disagreement: 0)
        }
        // Only the last round says whether a promise is kept.
        options.promise = nil
        let alone = trace
        var trace = trace
        if let assumed, assumed.count == trace.count {
            trace = lengthened(trace, company) { job, now in
                let factor = assumed[job]
                return factor.isFinite && factor > 0 ? now * factor : now
            }
        }
        var result = try run(trace, options)
        var rounds = 1
        var step = 1.0
        var last = Double.infinity
        while true {
            let turns = TurnSpeeds(self, company, trace, result)
            let isSettling = rounds >= Self.roundLimit && limit > Self.roundLimit
            if isSettling { step = 1 }
            let durations = trace.duration
            var (difference, total) = (0.0, 0.0)
            // Settling starts from the trace itself, so that roundings of one round are not those of the next.
            let next = lengthened(isSettling ? alone : trace, company) { job, _ in
                let assumed = Double(max(durations[job] - ledger.inactive[job], 0))
                let speed = turns.speeds[job]
                guard speed > 0 else { return assumed }
                let implied =
                    isSettling && turns.lengths[job] >= 0
                    ? turns.lengths[job].rounded()
                    : Double(WorkTrace.scaled(ledger.work[job], 1 / (speedAlone[job] * speed)))
                difference += abs(implied - assumed)
                total += implied
                guard assumed > 0, implied > 0, step < 1 else { return assumed > 0 && implied > 0 ? implied : assumed }
                // A step in the logarithm, shorter when the last one did not help: rounds must not swing.
                return assumed * Double.exp(step * Double.log(implied / assumed))
            }
            let disagreement = total > 0 ? difference / total : 0
            if disagreement <= agreement || rounds >= max(limit, Self.roundLimit) {
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
            result = try run(trace, options)
            rounds += 1
        }
    }

    /// One replay: of the estate, or of each of its parts.
    private func run(_ trace: Trace, _ options: SimulationOptions) throws(SimulationError) -> SimulationResult {
        guard let parts else { return try Simulation.run(trace, on: cluster, options: options, tables: tables) }
        return try parts.run(trace, on: cluster, options: options, tables: tables)
    }

    /// A trace with other times of work for the jobs that share a GPU in turns, from the ones that it has.
    private func lengthened(
        _ trace: Trace,
        _ company: ContiguousArray<Int8>,
        _ change: (_ job: Int, _ work: Double) -> Double
    ) -> Trace {
        var durations = trace.duration
        var requested = trace.requested
        for job in durations.indices where company[job] >= 0 {
            let (before, length) = (ledger.inactive[job], durations[job])
            let work = Double(max(length - before, 0))
            let changed = change(job, work)
            guard changed != work else { continue }
            durations[job] = WorkTrace.scaled(Int64(min(changed, 0x1p60)), 1) + before
            if requested[job] != TraceJob.unknown, length > 0 {
                requested[job] = WorkTrace.scaled(requested[job], Double(durations[job]) / Double(length))
            }
        }
        var lengthened = trace
        lengthened.setLengths(durations, requested: requested)
        return lengthened
    }
}
