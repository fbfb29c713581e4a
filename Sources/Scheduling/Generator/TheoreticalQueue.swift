import Probability
import RealModule

/// A queue whose mean wait theory gives, to hold the engine against: Poisson arrivals, one GPU a job, FCFS.
package struct TheoreticalQueue: Sendable, Hashable {
    /// Servers.
    package let servers: Int
    /// Arrivals times mean service over servers, in (0, 1).
    package let load: Double
    /// Whether service times are exponential; else they are all the same, for which one server is solved.
    package let isExponential: Bool

    /// The mean service time in milliseconds: long enough that rounding times to milliseconds does not show.
    static let meanService = 1e7

    package init(servers: Int, load: Double, isExponential: Bool) {
        self.servers = servers
        self.load = load
        self.isExponential = isExponential
    }

    /// The mean wait in service times: Erlang's C formula for M/M/c, Pollaczek and Khinchine's for M/D/1.
    package var meanWait: Double {
        guard isExponential else { return load / (2 * (1 - load)) }
        return probabilityOfWaiting * meanWaitOfDelayed
    }

    /// The mean wait of those that wait at all, in service times; of exponential service only.
    package var meanWaitOfDelayed: Double { 1 / (Double(servers) * (1 - load)) }

    /// The part of jobs that wait, by Erlang's C formula; of exponential service only.
    package var probabilityOfWaiting: Double {
        let offered = load * Double(servers)
        // Erlang's B by its recursion in the number of servers, then C from B.
        var blocking = 1.0
        for count in 1...max(1, servers) { blocking = offered * blocking / (Double(count) + offered * blocking) }
        return blocking / (1 - load * (1 - blocking))
    }

    /// A mean with its 99 % interval.
    package struct Estimate: Sendable, Hashable {
        /// The mean over replications, in service times.
        package let mean: Double
        /// Half the width of the 99 % t-interval over replications.
        package let halfWidth: Double
        /// ``halfWidth`` over ``mean``.
        package var relativeHalfWidth: Double { mean > 0 ? halfWidth / mean : .infinity }
    }

    /// Jobs of one replication.
    package func trace(jobs: Int, seed: UInt64, replication: UInt64) -> Trace {
        var random = RandomGenerator(seed: seed, stream: replication)
        var trace = Trace()
        trace.reserveCapacity(jobs)
        let gap = Self.meanService / (load * Double(servers))
        var time = 0.0
        for index in 0..<max(0, jobs) {
            time -= gap * Double.log(random.uniform())
            let service = isExponential ? -Self.meanService * Double.log(random.uniform()) : Self.meanService
            trace.append(
                TraceJob(
                    id: Int64(index),
                    submit: Int64(min(time, 0x1p49)),
                    duration: Int64(min(service.rounded(), 0x1p49))
                )
            )
        }
        return trace
    }

    /// The mean wait of independent replications, in service times, with a 99 % interval.
    ///
    /// - Parameters:
    ///   - jobs: jobs of each replication.
    ///   - warmUp: how many of the first to leave out, while the queue fills.
    ///   - replications: how many replications, at least 2.
    ///   - seed: of all of them.
    /// - Returns: the mean and its interval.
    /// - Throws: what ``simulate(_:on:options:)`` throws.
    package func estimate(
        jobs: Int,
        warmUp: Int,
        replications: Int,
        seed: UInt64
    ) throws(SimulationError) -> Estimate {
        var means: [Double] = []
        for replication in 0..<max(2, replications) {
            let trace = trace(jobs: jobs, seed: seed, replication: UInt64(replication))
            let result = try simulate(trace, on: .pool(gpus: servers))
            var total = 0.0
            for job in min(warmUp, trace.count)..<trace.count { total += Double(result.start[job] - trace.submit[job]) }
            means.append(total / Double(max(1, trace.count - warmUp)) / Self.meanService)
        }
        return Self.interval(means)
    }

    private static func interval(_ means: [Double]) -> Estimate {
        let count = Double(means.count)
        let mean = means.reduce(0, +) / count
        let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        let t = StudentT.quantile(0.995, df: count - 1)
        return Estimate(mean: mean, halfWidth: t * (variance / count).squareRoot())
    }

    // MARK: Where waiting is rare

    /// Arrivals after each instant at which all servers become busy.
    ///
    /// At load 1/2 a queue outlasts them once in a million; at higher loads, where waiting is not rare, more often.
    static let arrivalsOfExcursion = 128

    /// Many instants at which the last free server is taken, far apart, and what arrives after each.
    ///
    /// Service is exponential, so what is left of the services at such an instant is a fresh draw each: the state is
    /// the same every time, and a queue that forms there is one of those that form in the long run.
    package func excursions(_ count: Int, seed: UInt64, replication: UInt64) -> Trace {
        var random = RandomGenerator(seed: seed, stream: replication)
        var trace = Trace()
        trace.reserveCapacity(count * (servers + Self.arrivalsOfExcursion))
        let gap = Self.meanService / (load * Double(servers))
        var begin = 0.0
        for _ in 0..<max(0, count) {
            var time = begin
            var last = begin
            for job in 0..<(servers + Self.arrivalsOfExcursion) {
                if job >= servers { time -= gap * Double.log(random.uniform()) }
                let service = (-Self.meanService * Double.log(random.uniform())).rounded()
                last = max(last, time + service)
                trace.append(
                    TraceJob(
                        id: Int64(trace.count),
                        submit: Int64(min(time, 0x1p49)),
                        duration: Int64(min(service, 0x1p49))
                    )
                )
            }
            // Past the last end were nobody to wait, and past what waiting adds.
            begin = last + Self.meanService * (4 + 2 * Double(Self.arrivalsOfExcursion) / Double(servers))
        }
        return trace
    }

    /// The mean wait of those that wait, replayed from ``excursions(_:seed:replication:)``, with a 99 % interval.
    ///
    /// For a queue in which so few wait that replaying all jobs would take months: only what happens while all
    /// servers are busy is replayed, the first queue after each such instant, up to the first arrival that does not wait.
    /// The ratio of all waits to all who waited; its interval by the spread of the replications' residuals from it.
    ///
    /// - Throws: what ``simulate(_:on:options:)`` throws.
    package func estimateOfDelayed(
        excursions count: Int,
        replications: Int,
        seed: UInt64
    ) throws(SimulationError) -> Estimate {
        var sums: [(waits: Double, delayed: Double)] = []
        let length = servers + Self.arrivalsOfExcursion
        for replication in 0..<max(2, replications) {
            let trace = excursions(count, seed: seed, replication: UInt64(replication))
            let result = try simulate(trace, on: .pool(gpus: servers))
            var (total, delayed) = (0.0, 0.0)
            for begin in stride(from: 0, to: trace.count, by: length) {
                for job in (begin + servers)..<(begin + length) {
                    let wait = result.start[job] - trace.submit[job]
                    if wait == 0 { break }
                    total += Double(wait) / Self.meanService
                    delayed += 1
                }
            }
            sums.append((total, delayed))
        }
        let delayed = max(1, sums.reduce(0) { $0 + $1.delayed })
        let ratio = sums.reduce(0) { $0 + $1.waits } / delayed
        let residuals = Self.interval(sums.map { $0.waits - ratio * $0.delayed })
        return Estimate(mean: ratio, halfWidth: residuals.halfWidth * Double(sums.count) / delayed)
    }
}
