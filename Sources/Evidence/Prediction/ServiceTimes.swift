import Probability
import RealModule

/// How long requests take to serve, run by run.
package struct ServiceTimes: Sendable {
    /// The values of a run in ascending order, in seconds, with how often each was seen.
    struct Measured: Sendable {
        var values: [Double]
        var cumulative: [Double]

        init?(_ values: [Double], _ counts: [Double]) {
            var total = 0.0
            let cumulative = counts.map { count -> Double in
                total += count
                return total
            }
            guard total > 0, values.count == counts.count else { return nil }
            self.values = values
            self.cumulative = cumulative
        }

        /// A value at random.
        func draw(_ uniform: Double) -> Double {
            let wanted = uniform * (cumulative.last ?? 0)
            var (low, high) = (0, cumulative.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] > wanted { high = middle } else { low = middle + 1 }
            }
            return values[low]
        }

        var mean: Double {
            var (sum, last) = (0.0, 0.0)
            for (value, reached) in zip(values, cumulative) {
                sum += value * (reached - last)
                last = reached
            }
            return last > 0 ? sum / last : 0
        }
    }

    let runs: [Measured]
    /// The metric they are of.
    package let metric: String
    /// How many requests were measured.
    package let count: Int
    /// The latency of the measured load with the requests put back that a closed loop never sent.
    ///
    /// Nil where nobody said that it was one. The queue never serves these: they hold waiting.
    package let corrected: CorrectedLatency?
    /// Whether requests that a closed loop never sent were put back.
    package var isReconstructed: Bool { corrected != nil }
    /// The heaviest load under which a run was measured; nil where no run states any, and for `service_time`.
    var load: ServiceLoad?
    /// Detours that are added to each service, from an arm that has no service times of its own; with their source.
    var detours: DetourNoise?

    /// Seconds in a unit of time; nothing for other units.
    static func seconds(_ unit: String) -> Double? {
        switch unit {
        case "s": 1
        case "ms": 1e-3
        case "us", "µs": 1e-6
        case "ns": 1e-9
        default: nil
        }
    }

    /// The service times in the records.
    ///
    /// - Parameters:
    ///   - records: Of one arm.
    ///   - metric: Its name, or nothing for the first of `service_time`, `request_latency` and other times of a job.
    ///   - closedLoopInterval: The time between requests that a closed loop meant to keep, in seconds, where the user says
    ///     that it was one: ``corrected`` is then the latency with the requests that it could not send.
    /// - Throws: ``PredictionError`` where no record has such times.
    package init(
        _ records: [Record],
        metric: String? = nil,
        closedLoopInterval: Double? = nil
    ) throws(PredictionError) {
        let names = DetourNoise.metricNames(records)
        if let closedLoopInterval {
            try ScaleQuestion.check("the interval of the closed loop", closedLoopInterval, 1e-9...1e6, unit: "seconds")
        }
        let found = records.flatMap(\.metrics).filter { Self.seconds($0.unit) != nil }
        let jobs = found.filter { $0.kind == .job && $0.direction == .lower }
        let chosen =
            metric.flatMap { name in found.first { $0.name == name } }
            ?? (metric == nil
                ? found.first { $0.name == "service_time" } ?? found.first { $0.name == "request_latency" }
                    ?? jobs.first
                : nil)
        guard let chosen, let scale = Self.seconds(chosen.unit) else {
            throw .noMetric(
                needed: metric.map { "time named '\($0)'" }
                    ?? "service times (service_time or request_latency, in s or ms)",
                have: names,
                remedy: "measure them with: assay measure --endpoint URL --rate LOW -o service.record.json"
            )
        }
        var runs: [Measured] = []
        var total = 0
        var load: ServiceLoad?
        var all: (values: [Double], counts: [Double]) = ([], [])
        for record in records {
            for (_, _, run) in record.runs {
                guard let series = run.series(of: chosen.name) else { continue }
                if chosen.name != "service_time", let found = ServiceLoad(run, meanSeconds: series.mean * scale),
                    found.underWay > load?.underWay ?? 0
                {
                    load = found
                }
                let (values, counts) = series.weightedValues(scale: scale)
                if closedLoopInterval != nil {
                    all.values += values
                    all.counts += counts
                }
                if let measured = Measured(values, counts) {
                    runs.append(measured)
                    total += series.count
                }
            }
        }
        guard !runs.isEmpty, runs.contains(where: { $0.mean > 0 }) else {
            throw .unusable("\(chosen.name) has no time above zero in any run; expected service times")
        }
        self.runs = runs
        self.metric = chosen.name
        self.load = load
        count = total
        corrected = try closedLoopInterval.flatMap { interval throws(PredictionError) in
            try CorrectedLatency(all.values, all.counts, interval: interval)
        }
    }

    /// Service times from values at hand, run by run, in seconds.
    package init(runs: [[Double]], metric: String = "service_time") throws(PredictionError) {
        self.runs = runs.compactMap { run in
            let values = run.filter { $0 >= 0 && $0.isFinite }.sorted()
            return Measured(values, [Double](repeating: 1, count: values.count))
        }
        guard self.runs.contains(where: { $0.mean > 0 }) else {
            throw .unusable("\(metric) has no time above zero; expected service times")
        }
        self.metric = metric
        count = runs.reduce(0) { $0 + $1.count }
        corrected = nil
    }

    /// That the times hold waiting already, where their runs were measured under more load than so many slots take.
    package func loadNote(slots: Int) -> String? { load?.sentence(metric: metric, slots: slots) }

    /// The same services on processors with other detours: each lengthened by those that hit it.
    package func withDetours(_ noise: DetourNoise) -> ServiceTimes {
        var times = self
        times.detours = noise
        return times
    }

    /// The mean service, added detours included, in seconds.
    package var meanSeconds: Double {
        let mean = runs.reduce(0) { $0 + $1.mean } / Double(runs.count)
        guard let detours else { return mean }
        return mean / (1 - min(detours.share, 0.999))
    }

    /// So many services of the runs chosen, each run as likely.
    func draws(_ count: Int, of chosen: [Int], _ generator: inout RandomGenerator) -> [Double] {
        let mean = runs.reduce(0) { $0 + $1.mean } / Double(runs.count)
        let sampler = detours.map { DetourSampler($0, meanSeconds: mean) }
        return (0..<count).map { _ in
            let run = runs[chosen[generator.index(below: chosen.count)]]
            let work = run.draw(generator.uniform())
            guard let sampler else { return work }
            return work + sampler.delay(work, &generator)
        }
    }
}

/// Detours at random times, drawn from a sample.
///
/// Short ones that come by the hundred add up to a normal law, so only the longest are drawn one by one.
struct DetourSampler {
    private let long: ServiceTimes.Measured?
    private let longPerSecond: Double
    /// Mean and variance that the short ones add to a second of work.
    private let shortMean: Double
    private let shortVariance: Double

    /// Long detours drawn for one request, on average, at most.
    private static let mostDrawn = 16.0

    /// Detours for requests whose mean work is this long.
    init(_ noise: DetourNoise, meanSeconds: Double) {
        let (lengths, counts) = noise.pooled
        let watched = noise.watchedSeconds
        var (first, drawn) = (lengths.count, 0.0)
        while first > 0, watched > 0, (drawn + counts[first - 1]) / watched * meanSeconds <= Self.mostDrawn {
            first -= 1
            drawn += counts[first]
        }
        long = ServiceTimes.Measured(Array(lengths[first...]), Array(counts[first...]))
        longPerSecond = watched > 0 ? drawn / watched : 0
        var (mean, square) = (0.0, 0.0)
        for (length, count) in zip(lengths[..<first], counts[..<first]) where watched > 0 {
            mean += length * count / watched
            square += length * length * count / watched * noise.regularity.dispersion(of: length)
        }
        shortMean = mean
        shortVariance = square
    }

    /// What detours add to so many seconds of work.
    func delay(_ work: Double, _ generator: inout RandomGenerator) -> Double {
        var sum = 0.0
        if shortMean > 0 {
            sum = max(0, work * shortMean + (work * shortVariance).squareRoot() * generator.normal())
        }
        guard let long else { return sum }
        // A request far longer than the mean one is struck by more, but never by so many that it would not end.
        let count = min(RunDetours.poisson(work * longPerSecond, &generator), 100_000)
        for _ in 0..<Int(count) { sum += long.draw(generator.uniform()) }
        return sum
    }
}
