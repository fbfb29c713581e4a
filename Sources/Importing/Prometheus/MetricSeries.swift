package import Documents

/// One value of a metric at one instant.
package struct MetricSample: Sendable, Hashable {
    /// Milliseconds since 1970, or the number of the scrape in a file whose values carry no time.
    package var milliseconds: Int64
    /// The value; NaN and infinities are what the source said.
    package var value: Double

    /// A value at an instant.
    package init(_ milliseconds: Int64, _ value: Double) {
        self.milliseconds = milliseconds
        self.value = value
    }
}

/// The values of one metric with one set of labels, by time.
package struct MetricSeries: Sendable, Hashable {
    /// The name of the metric, `DCGM_FI_PROF_GR_ENGINE_ACTIVE`; empty where a query has dropped it.
    package var name: String
    /// The labels but the name, by key.
    package var labels: [String: String]
    /// The values, ascending in time, at most one for an instant.
    package var samples: [MetricSample]

    /// A series.
    package init(name: String, labels: [String: String], samples: [MetricSample]) {
        self.name = name
        self.labels = labels
        self.samples = samples
    }

    /// The first of these labels that is there and not empty.
    package func label(_ keys: String...) -> String? {
        for key in keys {
            if let value = labels[key], !value.isEmpty { return value }
        }
        return nil
    }

    /// The labels in one spelling, for sorting and for telling series apart.
    var labelText: String {
        labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\u{1}")
    }
}

/// What files or answers of Prometheus say: series, and what to know about them.
package struct MetricReadings: Sendable {
    /// The series by name and labels, each once.
    package private(set) var series: [MetricSeries] = []
    /// Whether the instants of samples are times; a file of the exposition format seldom has them.
    package private(set) var hasTimes = true
    /// Warnings that the source gave, in its words.
    package private(set) var warnings: [String] = []
    private var places: [String: Int] = [:]

    /// Nothing.
    package init() {}

    /// How many samples there are.
    package var sampleCount: Int { series.reduce(0) { $0 + $1.samples.count } }

    /// The instants between which samples lie; nil without samples or without times.
    package var span: ClosedRange<Int64>? {
        guard hasTimes else { return nil }
        let first = series.compactMap { $0.samples.first?.milliseconds }.min()
        let last = series.compactMap { $0.samples.last?.milliseconds }.max()
        guard let first, let last, first <= last else { return nil }
        return first...last
    }

    /// Notes a warning of the source, once.
    package mutating func warn(_ text: String) {
        if !warnings.contains(text) { warnings.append(text) }
    }

    /// Says that instants are the numbers of scrapes.
    mutating func haveNoTimes() { hasTimes = false }

    /// Adds a series, or its samples to the one that is there; of two samples of one instant the first counts.
    package mutating func add(_ added: MetricSeries) {
        let key = added.name + "\u{2}" + added.labelText
        guard let place = places[key] else {
            places[key] = series.count
            var first = added
            first.samples = Self.ordered(added.samples)
            return series.append(first)
        }
        let isLater = (series[place].samples.last?.milliseconds ?? .min) < (added.samples.first?.milliseconds ?? .max)
        series[place].samples += added.samples
        if !isLater || added.samples.count > 1 { series[place].samples = Self.ordered(series[place].samples) }
    }

    /// Adds what another file or answer says; of files without times, its scrapes follow those that are there.
    ///
    /// - Throws: where values of one carry a time and those of the other none.
    package mutating func add(_ other: MetricReadings, file: String) throws(DocumentError) {
        for warning in other.warnings { warn(warning) }
        guard !series.isEmpty else {
            for one in other.series { add(one) }
            hasTimes = other.hasTimes
            return
        }
        guard !other.series.isEmpty else { return }
        guard hasTimes == other.hasTimes else {
            throw DocumentError(
                file: file,
                problem:
                    "its values \(hasTimes ? "carry no time" : "carry times") and those before it \(hasTimes ? "do" : "do not"); "
                    + "import them apart"
            )
        }
        let last = series.compactMap { $0.samples.last?.milliseconds }.max() ?? -1
        for var one in other.series {
            if !hasTimes { for index in one.samples.indices { one.samples[index].milliseconds += last + 1 } }
            add(one)
        }
    }

    private static func ordered(_ samples: [MetricSample]) -> [MetricSample] {
        var isOrdered = true
        for index in samples.indices.dropFirst() where samples[index].milliseconds <= samples[index - 1].milliseconds {
            isOrdered = false
            break
        }
        guard !isOrdered else { return samples }
        // The sort need not keep equal ones as they stood, so their places decide.
        let order = samples.indices.sorted {
            (samples[$0].milliseconds, $0) < (samples[$1].milliseconds, $1)
        }
        var kept: [MetricSample] = []
        kept.reserveCapacity(samples.count)
        for index in order where kept.last?.milliseconds != samples[index].milliseconds { kept.append(samples[index]) }
        return kept
    }
}
