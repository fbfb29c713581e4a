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
    /// Requests in one replication, the first tenth of which is left out.
    package var requests = 100_000
    /// Replications.
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
        try ScaleQuestion.check("the number of requests in a replication", Double(requests), 1000...1e7)
        try ScaleQuestion.check("the number of replications", Double(replications), 2...1000)
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
        /// In seconds, with its interval.
        case seconds(Double, low: Double, high: Double)
        /// More work comes than the fleet can do: latency grows as long as the load lasts.
        case unbounded
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
    package let breaksAt: Interval?
    /// The rate that the fleet can serve at all, in requests a second.
    package let capacity: Double
    /// What the reader of the numbers should know, one sentence each.
    package let notes: [String]

    /// Predicts latencies by replications of the queue.
    ///
    /// The estimate is the mean over replications that draw from all runs. The interval adds what the runs leave open:
    /// replications that draw from runs chosen with replacement.
    package init(_ service: ServiceTimes, _ question: TailQuestion) throws(PredictionError) {
        try question.check()
        self.service = service
        let servers = question.replicas * question.slots
        let mean = service.meanSeconds
        let capacity = mean > 0 ? Double(servers) / mean : .infinity
        self.capacity = capacity
        let everything = Array(service.runs.indices)
        let streams = (0..<question.replications).map { Replication(question, service, everything, stream: UInt64($0)) }
        // What was measured is uncertain too, from two runs on.
        let resampled =
            everything.count < 2
            ? []
            : (0..<question.replications).map { draw -> Replication in
                var generator = RandomGenerator(seed: question.seed, stream: 0x5E_0000 + UInt64(draw))
                let chosen = everything.map { _ in everything[generator.index(below: everything.count)] }
                return Replication(question, service, chosen, stream: 0x10_0000 + UInt64(draw))
            }
        let spread = Spread(runs: everything.count, question)
        let rows = question.rates.map { rate -> Row in
            let utilisation = rate * mean / Double(servers)
            guard utilisation < 1 else {
                return Row(rate: rate, utilisation: utilisation, latencies: question.quantiles.map { _ in .unbounded })
            }
            let plain = streams.map { $0.quantiles(rate, question.quantiles, servers) }
            let other = resampled.map { $0.quantiles(rate, question.quantiles, servers) }
            let latencies = question.quantiles.indices.map { place -> Latency in
                let interval = spread.interval(plain.map { $0[place] }, other.map { $0[place] })
                return .seconds(interval.estimate, low: interval.low, high: interval.high)
            }
            return Row(rate: rate, utilisation: utilisation, latencies: latencies)
        }
        self.rows = rows
        breaksAt = question.objective.map { objective in
            let limit = capacity * 1.2
            var guess: Double?
            func rates(_ replications: [Replication]) -> [Double] {
                replications.map { replication in
                    let rate = replication.breakingRate(objective, servers, upTo: limit, near: guess)
                    guess = rate
                    return rate
                }
            }
            let plain = rates(streams)
            return spread.interval(plain, rates(resampled))
        }
        notes = Self.notes(service, question, rows)
    }

    private static func notes(_ service: ServiceTimes, _ question: TailQuestion, _ rows: [Row]) -> [String] {
        var notes: [String] = []
        if service.isReconstructed {
            notes.append(
                "Reconstructed: requests that a closed loop did not send were put back, so quantiles rest on requests that "
                    + "nobody made."
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

    /// From replications to an interval.
    private struct Spread {
        var level: Double
        var inflation: Double
        var reach: Double

        init(runs: Int, _ question: TailQuestion) {
            level = question.level
            reach = StudentT.quantile(0.5 + question.level / 2, df: Double(question.replications - 1))
            let n = Double(runs)
            inflation =
                runs < 2
                ? 0 : StudentT.quantile(0.5 + question.level / 2, df: n - 1) * (n / (n - 1)).squareRoot()
        }

        /// On logarithms where there are any: near what the fleet can serve latencies scatter by factors, and an interval of
        /// differences would reach down to zero.
        func interval(_ plain: [Double], _ resampled: [Double]) -> Interval {
            guard plain.allSatisfy({ $0 > 0 }), resampled.allSatisfy({ $0 > 0 }) else {
                let interval = linear(plain, resampled)
                return Interval(
                    estimate: interval.estimate,
                    low: max(0, interval.low),
                    high: interval.high,
                    level: level
                )
            }
            let mean = Moments(plain).mean
            let logs = linear(plain.map { Double.log($0) }, resampled.map { Double.log($0) })
            let factor = Double.exp((logs.high - logs.low) / 2)
            return Interval(estimate: mean, low: mean / factor, high: mean * factor, level: level)
        }

        private func linear(_ plain: [Double], _ resampled: [Double]) -> Interval {
            let moments = Moments(plain)
            var half = reach * moments.standardError
            if resampled.count >= 2 {
                // Each redrawn replication carries the noise of one simulation besides; that part is known and taken out.
                let variance = max(0, Moments(resampled).variance - moments.variance)
                half = (half * half + inflation * inflation * variance).squareRoot()
            }
            return Interval(estimate: moments.mean, low: moments.mean - half, high: moments.mean + half, level: level)
        }
    }

    /// One stream of requests, used again at every rate so that rates compare without chance.
    private struct Replication {
        var gaps: [Double]
        var services: [Double]
        var warmUp: Int
        /// What is left of services under way, ascending, one a server; empty where the warm-up fills the fleet by itself.
        var underWay: [Double] = []

        init(_ question: TailQuestion, _ service: ServiceTimes, _ runs: [Int], stream: UInt64) {
            var generator = RandomGenerator(seed: question.seed, stream: stream &* 2 &+ 1)
            gaps = question.arrivals.gaps(question.requests, &generator)
            services = service.draws(question.requests, of: runs, &generator)
            warmUp = question.requests / 10
            let servers = question.replicas * question.slots
            // An empty fleet is as full as it gets after some ten requests a server.
            if servers * 10 > warmUp { underWay = FleetQueue.underWay(servers, of: services, &generator) }
        }

        /// The fleet as the first request of a load meets it.
        private func fleet(_ servers: Int, at rate: Double) -> FleetQueue {
            guard !underWay.isEmpty else { return FleetQueue(servers: servers) }
            let mean = services.reduce(0, +) / Double(services.count)
            let busy = Int(min(Double(servers), (rate * mean).rounded()))
            // Evenly spaced, so that any number of them is spread as all are.
            return FleetQueue(
                servers: servers,
                busyUntil: (0..<busy).map { underWay[$0 * underWay.count / busy] }
            )
        }

        func quantiles(_ rate: Double, _ wanted: [Double], _ servers: Int) -> [Double] {
            Quantiles.of(
                FleetQueue.latencies(
                    of: fleet(servers, at: rate),
                    gaps: gaps,
                    scale: 1 / rate,
                    services: services,
                    warmUp: warmUp
                ),
                wanted
            )
        }

        /// The largest rate that keeps the objective, within a ten-thousandth of the limit: latencies only grow as arrivals
        /// crowd, so halving finds it, the quicker the nearer it lies to the guess.
        func breakingRate(
            _ objective: LatencyObjective,
            _ servers: Int,
            upTo limit: Double,
            near guess: Double?
        ) -> Double {
            func keeps(_ rate: Double) -> Bool {
                FleetQueue.keeps(
                    objective.quantile,
                    below: objective.seconds,
                    of: fleet(servers, at: rate),
                    gaps: gaps,
                    scale: 1 / rate,
                    services: services,
                    warmUp: warmUp
                )
            }
            let alone = Quantiles.of(Array(services[warmUp...]), [objective.quantile]).first ?? .infinity
            guard alone <= objective.seconds else { return 0 }
            var (low, high) = (0.0, limit)
            if let guess, guess > 0 {
                let (below, above) = (guess * 0.98, min(guess * 1.02, limit))
                if keeps(below) { low = below } else { high = below }
                if low > 0, !keeps(above) { high = above } else if low > 0 { low = above }
            }
            if high == limit, keeps(high) { return high }
            while high - low > limit * 1e-4 {
                let middle = (low + high) / 2
                if keeps(middle) { low = middle } else { high = middle }
            }
            return low
        }
    }
}
