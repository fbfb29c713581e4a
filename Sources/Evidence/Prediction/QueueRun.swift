import Probability
import RealModule

/// One long stream of requests, used at every rate so that rates compare without chance.
///
/// The queue goes on from batch to batch, so that only the warm-up starts from a guess, and quantiles are those of all
/// batches together: means of the quantiles of short runs come out too low where the queue is long.
struct QueueRun {
    /// An estimate with the ends that chance leaves.
    struct Estimate {
        var estimate: Double
        var low: Double
        var high: Double

        /// The ends with an independent relative spread besides.
        func widened(by spread: Double) -> Estimate {
            guard spread > 0, estimate > 0 else { return self }
            // On logarithms: near what the fleet can serve latencies scatter by factors.
            func half(_ ratio: Double) -> Double {
                let own = ratio > 0 ? Double.log(ratio) : 0
                return Double.exp((own * own + spread * spread).squareRoot())
            }
            return Estimate(
                estimate: estimate,
                low: low > 0 ? estimate / half(estimate / low) : 0,
                high: estimate * half(high / estimate)
            )
        }
    }

    private let question: TailQuestion
    private let servers: Int
    private let mean: Double
    /// Squared coefficients of variation of services and of gaps between arrivals, added.
    private let variability: Double
    private let gaps: [Double]
    private let services: [Double]
    /// What is left of services under way, ascending, one a server; empty where the warm-up fills the fleet by itself.
    private let underWay: [Double]
    /// What makes the load of the drawn stream that of the law.
    private let scale: Double
    /// Student's factor for the interval of a mean over batches.
    private let factor: Double

    /// Excursions of the queue beyond a quantile that a run must hold for it.
    private static let fewestExcursions = 20.0
    /// Excursions that a run must hold, so that each of its batches has seen long and short queues.
    private static let fewestPeriods = 400.0

    init(_ question: TailQuestion, _ service: ServiceTimes) {
        let servers = question.replicas * question.slots
        let mean = service.meanSeconds
        var generator = RandomGenerator(seed: question.seed, stream: 1)
        let batches = question.replications
        let everything = Array(service.runs.indices)
        var gaps = question.arrivals.gaps(question.requests, &generator)
        var services = service.draws(question.requests, of: everything, &generator)
        let variability = Self.squaredVariation(gaps) + Self.squaredVariation(services)
        // As long as the fullest load needs that can be told at all.
        var longest = question.requests * batches
        let loads =
            question.rates.map { $0 * mean / Double(servers) }.filter { $0 < 1 }
            + (question.objective == nil ? [] : [1])
        for quantile in question.quantiles + (question.objective.map { [$0.quantile] } ?? []) {
            let reach = Self.reach(of: quantile, question, servers, variability)
            for load in loads {
                longest = max(longest, Self.length(for: quantile, at: min(load, reach), question, servers, variability))
            }
        }
        let warmUp = Self.warmUp(longest, question)
        while gaps.count < longest + warmUp {
            gaps += question.arrivals.gaps(question.requests, &generator)
            services += service.draws(question.requests, of: everything, &generator)
        }
        // An empty fleet is as full as it gets after some ten requests a server.
        underWay = servers * 10 > warmUp ? FleetQueue.underWay(servers, of: services, &generator) : []
        let gap = Moments(gaps).mean
        scale = gap > 0 && mean > 0 ? Moments(services).mean / mean / gap : 1
        self.question = question
        self.servers = servers
        self.mean = mean
        self.variability = variability
        self.gaps = gaps
        self.services = services
        factor = StudentT.quantile(0.5 + question.level / 2, df: Double(batches - 1))
    }

    private static func squaredVariation(_ values: [Double]) -> Double {
        let moments = Moments(values)
        return moments.mean > 0 ? moments.variance / (moments.mean * moments.mean) : 0
    }

    /// Requests of a run that tells a quantile at a share in use; the queue's excursions last about (ca² + cs²) / 2(1 - ρ)²
    /// arrivals each (Brownian motion with a drift; Aldous, Probability Approximations, D2).
    private static func length(
        for quantile: Double,
        at utilisation: Double,
        _ question: TailQuestion,
        _ servers: Int,
        _ variability: Double
    ) -> Int {
        let idle = 1 - utilisation
        let needed = variability / (2 * idle * idle) * max(fewestPeriods, fewestExcursions / (1 - quantile))
        let least = question.requests * question.replications
        guard needed > Double(least) else { return least }
        // Where hardly any request waits, no queue is in the quantile.
        if question.arrivals == .poisson,
            Erlang.waiting(servers: servers, load: utilisation * Double(servers)) < 0.05 * (1 - quantile)
        {
            return least
        }
        guard needed < 1e15 else { return Int.max }
        return Int(needed)
    }

    private static func warmUp(_ requests: Int, _ question: TailQuestion) -> Int {
        max(question.requests, requests / 20)
    }

    private static func reach(
        of quantile: Double,
        _ question: TailQuestion,
        _ servers: Int,
        _ variability: Double
    ) -> Double {
        let most = max(TailQuestion.mostRequests, question.requests * question.replications)
        var (low, high) = (0.0, 1.0)
        for _ in 0..<20 {
            let middle = (low + high) / 2
            if length(for: quantile, at: middle, question, servers, variability) <= most {
                low = middle
            } else {
                high = middle
            }
        }
        return low
    }

    /// The highest share of the fleet's time in use at which a quantile is told.
    func reach(of quantile: Double) -> Double { Self.reach(of: quantile, question, servers, variability) }

    /// Requests simulated at a load.
    private func length(for quantiles: [Double], at rate: Double) -> Int {
        let needed = quantiles.map {
            Self.length(for: $0, at: rate * mean / Double(servers), question, servers, variability)
        }
        let most = gaps.count - Self.warmUp(0, question)
        return min(max(needed.max() ?? 0, question.requests * question.replications), most)
    }

    /// Runs the queue at a rate; the latencies of its batches are handed over with the batch's number.
    private func simulate(at rate: Double, _ requests: Int, _ latency: (Int, Double) -> Void) {
        var fleet = FleetQueue(servers: servers)
        if !underWay.isEmpty {
            let busy = Int(min(Double(servers), (rate * mean).rounded()))
            // Evenly spaced, so that any number of them is spread as all are.
            fleet = FleetQueue(
                servers: servers,
                busyUntil: (0..<busy).map { underWay[$0 * underWay.count / busy] }
            )
        }
        let batches = question.replications
        let batch = max(1, requests / batches)
        let warmUp = min(Self.warmUp(requests, question), gaps.count - batch * batches)
        fleet.serve(0..<warmUp, gaps: gaps, scale: scale / rate, services: services) { _ in }
        for place in 0..<batches {
            let start = warmUp + place * batch
            fleet.serve(start..<(start + batch), gaps: gaps, scale: scale / rate, services: services) {
                latency(place, $0)
            }
        }
    }

    /// Quantiles of the latency at a rate.
    func quantiles(at rate: Double, _ wanted: [Double]) -> [Estimate] {
        let requests = length(for: wanted, at: rate)
        let batches = question.replications
        var latencies: [Double] = []
        latencies.reserveCapacity(requests)
        simulate(at: rate, requests) { latencies.append($1) }
        let batch = latencies.count / batches
        let estimates = Quantiles.of(latencies, wanted)
        // The share above the estimate, batch by batch, says how far chance moves it; then the quantiles of those shares.
        var levels: [Double] = []
        for (quantile, estimate) in zip(wanted, estimates) {
            let shares = (0..<batches).map { place -> Double in
                var above = 0
                for index in (place * batch)..<((place + 1) * batch) where latencies[index] > estimate { above += 1 }
                return Double(above) / Double(batch)
            }
            let reach = Double.exp(factor * Moments(shares).standardError / (1 - quantile))
            levels += [max(0, 1 - (1 - quantile) * reach), 1 - (1 - quantile) / reach]
        }
        let ends = Quantiles.of(latencies, levels)
        return estimates.indices.map {
            Estimate(
                estimate: estimates[$0],
                low: min(ends[2 * $0], estimates[$0]),
                high: max(ends[2 * $0 + 1], estimates[$0])
            )
        }
    }

    /// The share of requests above an objective's time at a rate, with the factor that chance leaves on it.
    private func missing(_ objective: LatencyObjective, at rate: Double) -> (share: Double, factor: Double) {
        let requests = length(for: [objective.quantile], at: rate)
        let batches = question.replications
        var above = [Double](repeating: 0, count: batches)
        let seconds = objective.seconds
        simulate(at: rate, requests) { if $1 > seconds { above[$0] += 1 } }
        let batch = Double(max(1, requests / batches))
        let moments = Moments(above.map { $0 / batch })
        guard moments.mean > 0 else { return (0, 1) }
        return (moments.mean, Double.exp(factor * moments.standardError / moments.mean))
    }

    /// The largest rate up to a limit that keeps an objective, and whether that is the limit.
    ///
    /// Latencies only grow as arrivals crowd, so halving finds it.
    func breakingRate(_ objective: LatencyObjective, upTo limit: Double) -> (interval: Estimate, holds: Bool) {
        let alone = Quantiles.of(services, [objective.quantile]).first ?? .infinity
        guard alone <= objective.seconds, limit > 0 else {
            return (Estimate(estimate: 0, low: 0, high: 0), false)
        }
        let allowed = 1 - objective.quantile
        var seen: [(rate: Double, share: Double, factor: Double)] = []
        /// Halves the rates between the last seen to keep it and the first to break it, by one end of the share.
        func search(_ tolerance: Double, _ end: (Double, Double) -> Double) -> Double {
            func keeps(_ share: Double, _ factor: Double) -> Bool { end(share, factor) <= allowed }
            var low = seen.filter { keeps($0.share, $0.factor) }.map(\.rate).max() ?? 0
            var high = seen.filter { !keeps($0.share, $0.factor) }.map(\.rate).min() ?? limit
            guard seen.contains(where: { !keeps($0.share, $0.factor) }) else { return limit }
            low = min(low, high)
            while high - low > limit * tolerance {
                let middle = (low + high) / 2
                let found = missing(objective, at: middle)
                seen.append((middle, found.share, found.factor))
                if keeps(found.share, found.factor) { low = middle } else { high = middle }
            }
            return low
        }
        let top = missing(objective, at: limit)
        seen.append((limit, top.share, top.factor))
        let rate = search(1e-4) { share, _ in share }
        return (
            Estimate(
                estimate: rate,
                low: min(rate, search(5e-4) { $0 * $1 }),
                high: max(rate, search(5e-4) { $0 / $1 })
            ), rate == limit
        )
    }
}
