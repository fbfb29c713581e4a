/// Who held a GPU at an instant, as the exporter's mapping to pods says.
struct GPUTenant: Hashable, Sendable {
    var team: String
    var pod: String

    /// The pod that used the GPU; nil where the labels name none.
    ///
    /// Prometheus renames a label of the exporter that its own target has too, so `exported_pod` is the user's and `pod`
    /// the exporter's where both stand; alone, `pod` is the user's unless it is the exporter itself.
    init?(_ series: MetricSeries) {
        if let pod = series.label("exported_pod") {
            self.pod = pod
            team = series.label("exported_namespace", "namespace") ?? ""
        } else if series.labels["exported_pod"] == nil, let pod = series.label("pod", "pod_name"), !pod.contains("dcgm")
        {
            self.pod = pod
            team = series.label("namespace", "pod_namespace") ?? ""
        } else {
            return nil
        }
    }
}

/// The readings of one meaning at one place: each instant once.
struct PlaceReadings: Sendable {
    /// One scrape.
    struct Reading: Sendable {
        var milliseconds: Int64
        /// In the metric's unit; nil where the exporter's value cannot be true.
        var value: Double?
        /// The pods that held the place, by name.
        var tenants: [GPUTenant]
    }

    /// By time.
    private(set) var readings: [Reading] = []
    /// The names the metric had.
    private(set) var names: Set<String> = []
    /// Readings left out because another source told of the same stretch of time.
    private(set) var repeated = 0

    /// From the series of one meaning at one place.
    ///
    /// Several pods on one GPU give a series each with the same values: an instant counts once. Two Prometheus servers or
    /// two jobs that scrape one exporter would count everything twice: of sources that overlap in time, the one with
    /// most readings counts where they do.
    init(_ series: [(metric: GPUMetric, series: MetricSeries)]) {
        var sources: [String: [Int64: Reading]] = [:]
        for (metric, one) in series {
            let key = Self.sourceLabels.map { one.labels[$0] ?? "" }.joined(separator: "\u{1}") + "\u{1}" + metric.name
            names.insert(metric.name)
            let tenant = GPUTenant(one)
            var source = sources[key] ?? [:]
            for sample in one.samples {
                if source[sample.milliseconds] == nil {
                    source[sample.milliseconds] = Reading(
                        milliseconds: sample.milliseconds,
                        value: metric.value(sample.value),
                        tenants: []
                    )
                }
                if let tenant, source[sample.milliseconds]?.tenants.contains(tenant) == false {
                    source[sample.milliseconds]?.tenants.append(tenant)
                }
            }
            sources[key] = source
        }
        var covered: [ClosedRange<Int64>] = []
        let order = sources.sorted { ($0.value.count, $1.key) > ($1.value.count, $0.key) }
        for (_, source) in order {
            let fresh = source.values.filter { reading in !covered.contains { $0.contains(reading.milliseconds) } }
            repeated += source.count - fresh.count
            readings += fresh
            if let first = source.keys.min(), let last = source.keys.max() { covered.append(first...last) }
        }
        readings.sort { $0.milliseconds < $1.milliseconds }
    }

    private static let sourceLabels = [
        "job", "instance", "prometheus", "prometheus_replica", "replica", "cluster", "endpoint", "service",
    ]

    /// The values that can be true.
    var values: [Double] { readings.compactMap(\.value) }

    /// The mean; nil without a value.
    var mean: Double? {
        let values = values
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The usual time between scrapes in milliseconds: the median; nil below two scrapes.
    var interval: Int64? {
        guard readings.count > 1 else { return nil }
        var steps: [Int64] = []
        steps.reserveCapacity(readings.count)
        for index in readings.indices.dropFirst() {
            steps.append(readings[index].milliseconds - readings[index - 1].milliseconds)
        }
        steps.sort()
        return steps[steps.count / 2]
    }

    /// Scrapes that are not there between the first and the last: where the next is later than one and a half intervals.
    func missing(interval: Int64) -> Int {
        guard interval > 0 else { return 0 }
        var count = 0
        for index in readings.indices.dropFirst() {
            let step = readings[index].milliseconds - readings[index - 1].milliseconds
            if step > interval + interval / 2 { count += Int((Double(step) / Double(interval)).rounded()) - 1 }
        }
        return count
    }

    /// How much a counter rose, and how often it began anew: a fall is a restart from 0, as Prometheus counts.
    var rise: (amount: Double, resets: Int) {
        var amount = 0.0
        var resets = 0
        var last: Double?
        for value in values {
            if let last {
                if value < last { resets += 1 }
                amount += value < last ? value : value - last
            }
            last = value
        }
        return (amount, resets)
    }
}
