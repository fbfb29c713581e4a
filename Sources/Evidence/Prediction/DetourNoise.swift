import Probability
import RealModule

/// What takes processors from their work, as records of `assay measure` have it: lengths, rates, regularity.
///
/// A place is one processor of one host. Its detours are the runs' `detour_length_cpuN`; how long it was watched comes
/// from `spin_quantum`, and how regularly detours come from `detour_dispersion_*` or, in records without them, from the
/// windows of `detours_per_second_cpuN`. Of other tools there are neither: then detours are taken to come at random times.
package struct DetourNoise: Sendable {
    /// What one processor saw in one run.
    struct Watch: Sendable {
        /// Which run, by its order among all runs of the records.
        var run: Int
        /// Time that was not taken by detours, in seconds.
        var workSeconds: Double
        /// Lengths in seconds in ascending order, and how many detours had each.
        var lengths: [Double]
        var counts: [Double]

        var count: Double { counts.reduce(0, +) }
    }

    /// One processor of one host.
    struct Place: Sendable {
        var name: String
        var watches: [Watch]

        var workSeconds: Double { watches.reduce(0) { $0 + $1.workSeconds } }
        var count: Double { watches.reduce(0) { $0 + $1.count } }
    }

    var places: [Place]
    /// How many runs, the unit of replication.
    package let runs: Int
    /// Variance over mean of the number of detours in a window, by their length.
    package let regularity: DetourRegularity
    /// What each run says of it, in the order of runs; empty where it is given.
    private let windows: [RunWindows]

    /// The detours in the records.
    ///
    /// - Throws: ``PredictionError`` where no record has them.
    package init(_ records: [Record]) throws(PredictionError) {
        var watches: [String: [Watch]] = [:]
        var order: [String] = []
        var run = 0
        var windows: [RunWindows] = []
        for record in records {
            for (host, _, measured) in record.runs {
                let rates = measured.series.filter { $0.metric.hasPrefix(Self.ratePrefix) }
                guard !rates.isEmpty, let spun = Self.secondsSpun(measured, rates) else { continue }
                var seen = [Double](repeating: 0, count: DetourRegularity.metrics.count)
                var counted = RunWindows()
                for rate in rates {
                    let processor = String(rate.metric.dropFirst(Self.ratePrefix.count))
                    let place = "\(host.id) \(processor)"
                    var (lengths, counts): ([Double], [Double]) = ([], [])
                    if let series = measured.series(of: "detour_length_" + processor) {
                        (lengths, counts) = series.weightedValues(scale: 1e-6)
                    }
                    let lost = zip(lengths, counts).reduce(0) { $0 + $1.0 * $1.1 }
                    for (length, count) in zip(lengths, counts) { seen[DetourRegularity.place(length)] += count }
                    if watches[place] == nil { order.append(place) }
                    watches[place, default: []].append(
                        Watch(run: run, workSeconds: max(spun - lost, spun * 1e-3), lengths: lengths, counts: counts)
                    )
                    // In counts, so that variance and mean are of one kind; a window is a tenth of a second.
                    if rate.count >= 2, let deviation = rate.standardDeviation {
                        let window = min(0.1, spun)
                        let mean = rate.mean * window
                        let count = Double(rate.count) * mean
                        counted.all.add(
                            mean > 0 ? deviation * deviation * window * window / mean : 0,
                            rate.count - 1,
                            count
                        )
                    }
                }
                let degrees = rates.reduce(0) { $0 + max(0, $1.count - 1) }
                for (place, metric) in DetourRegularity.metrics.enumerated() {
                    guard let dispersion = measured.series(of: metric), seen[place] > 0 else { continue }
                    counted.classes[place].add(dispersion.mean, degrees, seen[place])
                }
                windows.append(counted)
                run += 1
            }
        }
        guard run > 0, order.contains(where: { (watches[$0] ?? []).contains { $0.workSeconds > 0 } }) else {
            throw .noMetric(
                needed: "detours of spinning cores (spin_quantum, detours_per_second_cpu*, detour_length_cpu*)",
                have: Self.metricNames(records),
                remedy: "measure them with: assay measure --probes detours -o host.record.json, or import what oslat "
                    + "wrote"
            )
        }
        places = order.map { Place(name: $0, watches: watches[$0] ?? []) }
        runs = run
        self.windows = windows
        regularity = RunWindows.regularity(windows)
    }

    /// The regularity as some runs have it, each with the chance of its windows in it.
    ///
    /// - Parameters:
    ///   - runs: places in the order of runs; one may be there more than once.
    ///   - generator: of the draws.
    /// - Returns: what those runs say together.
    func redrawnRegularity(_ runs: [Int], _ generator: inout RandomGenerator) -> DetourRegularity {
        guard !windows.isEmpty else { return regularity }
        return RunWindows.regularity(
            runs.compactMap { windows.indices.contains($0) ? windows[$0].redrawn(&generator) : nil }
        )
    }

    /// How long each processor of a run was watched, in seconds; nil where nothing says it.
    ///
    /// All spin at once and for as long. `assay measure` has the quanta of work, of which each processor has its share;
    /// records of other tools (oslat) have the detours and their rate, and one follows from the other where there were any.
    private static func secondsSpun(_ run: Run, _ rates: [SampleSummary]) -> Double? {
        if let quanta = run.series(of: "spin_quantum") {
            return Double(quanta.count) * quanta.mean * 1e-6 / Double(rates.count)
        }
        return rates.compactMap { rate -> Double? in
            let lengths = run.series(of: "detour_length_" + String(rate.metric.dropFirst(ratePrefix.count)))
            guard let lengths, rate.mean > 0 else { return nil }
            return Double(lengths.count) / rate.mean
        }.max()
    }

    /// Noise from parts, for tests and for other tools' measurements: each watch a list of lengths in seconds.
    package init(
        watches: [(place: String, workSeconds: Double, lengths: [Double])],
        regularity: DetourRegularity = DetourRegularity()
    ) {
        var order: [String] = []
        var grouped: [String: [Watch]] = [:]
        for (run, watch) in watches.enumerated() {
            if grouped[watch.place] == nil { order.append(watch.place) }
            let lengths = watch.lengths.filter { $0 > 0 && $0.isFinite }.sorted()
            grouped[watch.place, default: []].append(
                Watch(
                    run: run,
                    workSeconds: watch.workSeconds,
                    lengths: lengths,
                    counts: [Double](repeating: 1, count: lengths.count)
                )
            )
        }
        places = order.map { Place(name: $0, watches: grouped[$0] ?? []) }
        runs = watches.count
        windows = []
        self.regularity = regularity
    }

    private static let ratePrefix = "detours_per_second_"

    static func metricNames(_ records: [Record]) -> [String] {
        var names: [String] = []
        for record in records {
            for metric in record.metrics where !names.contains(metric.name) { names.append(metric.name) }
        }
        return names
    }

    /// Processors that were watched.
    package var processors: Int { places.count }
    /// Time watched, over all processors and runs, in seconds of work.
    package var watchedSeconds: Double { places.reduce(0) { $0 + $1.workSeconds } }
    /// Detours seen.
    package var count: Double { places.reduce(0) { $0 + $1.count } }
    /// The longest detour, in seconds.
    package var longest: Double { places.flatMap(\.watches).compactMap(\.lengths.last).max() ?? 0 }
    /// The share of time that detours take.
    package var share: Double {
        let lost = lostSeconds
        return lost > 0 ? lost / (lost + watchedSeconds) : 0
    }

    private var lostSeconds: Double {
        var lost = 0.0
        for watch in places.flatMap(\.watches) {
            for (length, count) in zip(watch.lengths, watch.counts) { lost += length * count }
        }
        return lost
    }

    /// All lengths in ascending order, and how many detours had each.
    var pooled: (lengths: [Double], counts: [Double]) {
        var pairs: [(Double, Double)] = []
        for watch in places.flatMap(\.watches) { pairs += zip(watch.lengths, watch.counts) }
        pairs.sort { $0.0 < $1.0 }
        return (pairs.map(\.0), pairs.map(\.1))
    }

    /// The same noise as if seen by one processor.
    var pooledPlace: Place {
        Place(name: "all", watches: places.flatMap(\.watches))
    }
}

extension SampleSummary {
    /// The values in ascending order with how often each was seen: all of them, or the middles of the bins.
    func weightedValues(scale: Double) -> (values: [Double], counts: [Double]) {
        if hasAllSamples {
            let values = samples.values.sorted().map { $0 * scale }
            return (values, [Double](repeating: 1, count: values.count))
        }
        let values = histogram.bins.indices.map { min(max(histogram.middle($0), minimum), maximum) * scale }
        return (values, histogram.counts.map(Double.init))
    }
}
