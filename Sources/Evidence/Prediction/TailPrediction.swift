import Documents
import Probability
import RealModule

/// A latency objective: a quantile that must stay below a time.
package struct LatencyObjective: Sendable, Hashable {
    /// The quantile, such as 0.99.
    package var quantile: Double
    /// The time, in seconds.
    package var seconds: Double

    /// An objective.
    package init(quantile: Double, seconds: Double) {
        self.quantile = quantile
        self.seconds = seconds
    }
}

/// A service under load, as far as its latency depends on it.
package struct TailQuestion: Sendable {
    /// Requests a second, over the whole fleet: one row each.
    package var rates: [Double]
    /// Replicas.
    package var replicas: Int
    /// Requests that each replica serves at once.
    package var slots = 1
    /// When requests come.
    package var arrivals = Arrivals.poisson
    /// What must hold; the load at which it breaks is then searched for.
    package var objective: LatencyObjective?
    /// Quantiles that are predicted.
    package var quantiles = [0.5, 0.99, 0.999]
    /// Requests in one batch of the simulated run.
    package var requests = 100_000
    /// Batches of the simulated run.
    ///
    /// Where they hold too few periods between an empty and a full queue, the run is made longer, up to
    /// ``mostRequests`` in all.
    package var replications = 20
    /// The level of the intervals.
    package var level = 0.9
    /// The seed.
    package var seed: UInt64 = 1

    /// A service with everything else as it usually is.
    package init(rates: [Double], replicas: Int) {
        self.rates = rates
        self.replicas = replicas
    }

    /// Requests that a fleet may serve at once: each costs memory in every replication.
    package static let mostServed = 250_000
    /// Requests that one run is made longer to, where its load asks for it.
    package static let mostRequests = 4_000_000

    /// Throws for the first number that means nothing.
    package func check() throws(PredictionError) {
        for rate in rates { try ScaleQuestion.check("the rate", rate, 1e-6...1e9, unit: "requests/s") }
        try ScaleQuestion.check("the number of replicas", Double(replicas), 1...1e5)
        try ScaleQuestion.check("the number of requests served at once", Double(slots), 1...1e4)
        try ScaleQuestion.check(
            "replicas times requests served at once",
            Double(replicas * slots),
            1...Double(Self.mostServed)
        )
        try ScaleQuestion.check("the level of the intervals", level, 0.5...0.999)
        try ScaleQuestion.check("the number of requests in a batch", Double(requests), 1000...1e7)
        try ScaleQuestion.check("the number of batches", Double(replications), 2...1000)
        for quantile in quantiles { try ScaleQuestion.check("the quantile", quantile, 0.01...0.9999) }
        if let objective {
            try ScaleQuestion.check("the quantile of the objective", objective.quantile, 0.01...0.9999)
            try ScaleQuestion.check("the time of the objective", objective.seconds, 1e-9...1e6, unit: "seconds")
        }
        if case .trace(let times) = arrivals {
            guard times.count >= 100, zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }),
                let first = times.first, let last = times.last, last > first, last.isFinite
            else {
                throw .argument(
                    name: "the trace of arrivals",
                    found: counted(times.count, "time"),
                    expected: "at least 100 times in seconds, ascending and not all the same"
                )
            }
        }
    }
}

/// What service times say about the tail of a service under load.
package struct TailPrediction: Sendable {
    /// A latency at one load.
    package enum Latency: Sendable, Hashable {
        /// In seconds, with its interval, whose high end is infinite where the runs do not tell whether the fleet keeps up.
        case seconds(Double, low: Double, high: Double)
        /// More work comes than the fleet can do: latency grows as long as the load lasts.
        case unbounded
        /// The fleet is so full that the queue fills and empties too rarely for a run of the simulation to tell.
        case tooFew
    }

    /// One load.
    package struct Row: Sendable {
        /// Requests a second.
        package var rate: Double
        /// The share of the fleet's time that serving takes.
        package var utilisation: Double
        /// One latency a quantile, in the question's order.
        package var latencies: [Latency]
    }

    /// The service times.
    package let service: ServiceTimes
    /// One row a rate.
    package let rows: [Row]
    /// The rate at which the objective breaks, in requests a second; zero where the service itself misses it.
    ///
    /// Never above the fleet's capacity.
    package let breaksAt: Interval?
    /// Whether the objective still holds at ``breaksAt``, the highest rate that can be predicted.
    package let holdsBeyond: Bool
    /// The rate that the fleet can serve at all, in requests a second.
    package let capacity: Double
    /// For each quantile of the question, the highest share of the fleet's time in use at which it is predicted.
    package let reaches: [Double]
    /// What the reader of the numbers should know, one sentence each.
    package let notes: [String]

    /// Predicts latencies by a long run of the queue.
    ///
    /// Quantiles are those of the whole run, and batches of it say how far chance moves them. The interval adds what the
    /// measured runs leave open: the same requests with services of runs chosen with replacement, held against those of all.
    package init(_ service: ServiceTimes, _ question: TailQuestion) throws(PredictionError) {
        try question.check()
        self.service = service
        let servers = question.replicas * question.slots
        let mean = service.meanSeconds
        let capacity = mean > 0 ? Double(servers) / mean : .infinity
        self.capacity = capacity
        let run = QueueRun(question, service)
        let redrawn = RedrawnRuns(question, service)
        let reaches = question.quantiles.map { run.reach(of: $0) }
        self.reaches = reaches
        rows = question.rates.map { rate -> Row in
            let utilisation = rate * mean / Double(servers)
            guard utilisation < 1 else {
                return Row(rate: rate, utilisation: utilisation, latencies: question.quantiles.map { _ in .unbounded })
            }
            let told = question.quantiles.indices.filter { utilisation <= reaches[$0] }
            var latencies = [Latency](repeating: .tooFew, count: question.quantiles.count)
            let wanted = told.map { question.quantiles[$0] }
            guard !wanted.isEmpty else { return Row(rate: rate, utilisation: utilisation, latencies: latencies) }
            let simulated = run.quantiles(at: rate, wanted)
            let spreads = redrawn.spreads(at: rate, wanted)
            for (place, index) in told.enumerated() {
                let interval = simulated[place].widened(by: spreads[place])
                latencies[index] = .seconds(
                    interval.estimate,
                    low: interval.low,
                    high: redrawn.mayOverload(utilisation) ? .infinity : interval.high
                )
            }
            return Row(rate: rate, utilisation: utilisation, latencies: latencies)
        }
        if let objective = question.objective {
            let limit = capacity * run.reach(of: objective.quantile)
            let found = run.breakingRate(objective, upTo: limit)
            let widened = found.interval.widened(by: redrawn.spread(of: objective, near: found.interval.estimate))
            breaksAt = Interval(
                estimate: min(widened.estimate, capacity),
                low: min(widened.low, capacity),
                high: min(widened.high, capacity),
                level: question.level
            )
            holdsBeyond = found.holds
        } else {
            breaksAt = nil
            holdsBeyond = false
        }
        notes = Self.notes(service, question, rows, reaches)
    }

    private static func notes(
        _ service: ServiceTimes,
        _ question: TailQuestion,
        _ rows: [Row],
        _ reaches: [Double]
    ) -> [String] {
        var notes: [String] = []
        for (place, quantile) in question.quantiles.enumerated()
        where rows.contains(where: { $0.latencies[place] == .tooFew }) {
            notes.append(
                "p\(NumberText.plain(quantile * 100)) is predicted up to \(NumberText.percent(reaches[place], 1)) in use: above "
                    + "that the queue fills and empties too rarely in \(NumberText.grouped(TailQuestion.mostRequests)) simulated "
                    + "requests for a number."
            )
        }
        if service.isReconstructed {
            notes.append(
                "A closed loop's pace changes what latency its client saw, not how long a service takes: requests it did not send "
                    + "are put back in the latency of the measured load alone, and the queue serves the times as measured."
            )
        }
        if let note = service.loadNote(slots: question.slots) { notes.append(note + ".") }
        if service.runs.count < 2 {
            notes.append(
                "One run was measured, so the intervals are of the simulation only; how runs differ is not in them."
            )
        }
        if service.detours != nil {
            notes.append("Its services are those of the baseline, each lengthened by this arm's own detours.")
        }
        let needed = question.quantiles.max().flatMap { try? QuantileRanks.samplesNeeded(quantile: $0) } ?? 0
        if service.count < needed {
            notes.append(
                "\(counted(service.count, "request was", "requests were")) measured, fewer than the \(needed) that the outermost quantile of the service "
                    + "itself needs; what queues add is predicted from them nevertheless."
            )
        }
        if rows.contains(where: { $0.utilisation >= 1 }) {
            notes.append("At a rate above what the fleet can serve, latency grows without bound.")
        }
        return notes
    }
}
