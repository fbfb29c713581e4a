import Probability
import RealModule

/// What the runs of a measurement leave open of a prediction: the same requests served with times of all runs, and of runs
/// drawn with replacement.
struct RedrawnRuns {
    /// One stream with services of some runs.
    private struct Stream {
        var gaps: [Double]
        var services: [Double]
        var warmUp: Int
        var underWay: [Double] = []
        var mean: Double

        init(_ question: TailQuestion, _ service: ServiceTimes, _ runs: [Int], stream: UInt64) {
            var generator = RandomGenerator(seed: question.seed, stream: stream)
            gaps = question.arrivals.gaps(question.requests, &generator)
            services = service.draws(question.requests, of: runs, &generator)
            warmUp = question.requests / 10
            mean = Moments(services).mean
            let servers = question.replicas * question.slots
            if servers * 10 > warmUp { underWay = FleetQueue.underWay(servers, of: services, &generator) }
        }

        private func fleet(_ servers: Int, at rate: Double) -> FleetQueue {
            guard !underWay.isEmpty else { return FleetQueue(servers: servers) }
            let busy = Int(min(Double(servers), (rate * mean).rounded()))
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

        /// The largest rate that keeps the objective, within a thousandth of what the fleet can serve.
        func breakingRate(_ objective: LatencyObjective, _ servers: Int, near guess: Double) -> Double {
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
            guard alone <= objective.seconds, mean > 0 else { return 0 }
            let limit = Double(servers) / mean * 1.2
            var (low, high) = (0.0, limit)
            let (below, above) = (guess * 0.98, min(guess * 1.02, limit))
            if keeps(below) { low = below } else { high = below }
            if low > 0, !keeps(above) { high = above } else if low > 0 { low = above }
            while high - low > limit * 1e-3 {
                let middle = (low + high) / 2
                if keeps(middle) { low = middle } else { high = middle }
            }
            return low
        }
    }

    private let servers: Int
    private let pairs: [(all: Stream, drawn: Stream)]
    /// Student's factor for so few runs, and n for n - 1.
    private let inflation: Double
    /// The relative spread of the mean service, widened for few runs.
    private let meanSpread: Double

    /// Draws runs, once a batch of the question; none where one run was measured.
    init(_ question: TailQuestion, _ service: ServiceTimes) {
        servers = question.replicas * question.slots
        let everything = Array(service.runs.indices)
        guard everything.count >= 2 else {
            (pairs, inflation, meanSpread) = ([], 0, 0)
            return
        }
        let n = Double(everything.count)
        let inflation = StudentT.quantile(0.5 + question.level / 2, df: n - 1) * (n / (n - 1)).squareRoot()
        self.inflation = inflation
        let means = service.runs.map(\.mean)
        let mean = Moments(means).mean
        meanSpread =
            mean > 0
            ? StudentT.quantile(0.5 + question.level / 2, df: n - 1) * Moments(means).standardError / mean : 0
        pairs = (0..<question.replications).map { draw in
            var generator = RandomGenerator(seed: question.seed, stream: 0x5E_0000 + UInt64(draw))
            let chosen = everything.map { _ in everything[generator.index(below: everything.count)] }
            let stream = 0x10_0000 + UInt64(draw)
            return (
                Stream(question, service, everything, stream: stream),
                Stream(question, service, chosen, stream: stream)
            )
        }
    }

    /// Whether the runs leave open that more work comes than the fleet can do.
    func mayOverload(_ utilisation: Double) -> Bool { utilisation * (1 + meanSpread) >= 1 }

    /// Half-widths, on logarithms, of what the runs leave open of quantiles at a rate.
    func spreads(at rate: Double, _ wanted: [Double]) -> [Double] {
        let values = pairs.map { pair in
            zip(pair.drawn.quantiles(rate, wanted, servers), pair.all.quantiles(rate, wanted, servers))
                .map { $0 > 0 && $1 > 0 ? Double.log($0 / $1) : 0 }
        }
        return wanted.indices.map { place in spread(values.map { $0[place] }) }
    }

    /// The same of the rate at which an objective breaks.
    func spread(of objective: LatencyObjective, near rate: Double) -> Double {
        guard rate > 0 else { return 0 }
        return spread(
            pairs.map { pair in
                let (all, drawn) = (
                    pair.all.breakingRate(objective, servers, near: rate),
                    pair.drawn.breakingRate(objective, servers, near: rate)
                )
                // A draw that misses the objective at any load: as far from the others as numbers tell.
                return Double.log(max(drawn, rate * 0.01) / max(all, rate * 0.01))
            }
        )
    }

    private func spread(_ logs: [Double]) -> Double {
        guard logs.count >= 2 else { return 0 }
        // About zero, which is the draw of each run once.
        return inflation * (logs.reduce(0) { $0 + $1 * $1 } / Double(logs.count)).squareRoot()
    }
}
