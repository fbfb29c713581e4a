package import Documents
package import Evidence

/// One run while its file is read: samples as they come, in memory bounded by histograms, each metric with its own.
package struct RunSamples: Sendable {
    private let file: String
    private let warmUp: Int
    private var metrics: [Metric] = []
    private var builders: [SeriesBuilder] = []
    private var lines: [Int?] = []
    private var seen: [Int] = []
    private var places: [String: Int] = [:]
    private var conditions: [Condition] = []
    private var facts: [HostFact] = []
    /// Whether any metric had its samples in order, so that a warm-up can be left out.
    package private(set) var isOrdered = false

    /// A run of the file, the first `warmUp` samples of each ordered metric left out.
    package init(file: String, warmUp: Int = 0) {
        self.file = file
        self.warmUp = max(0, warmUp)
    }

    /// Whether nothing was measured yet.
    package var isEmpty: Bool { metrics.isEmpty }

    /// How many values the metric has had, warm-up among them.
    package func count(of metric: String) -> Int { places[metric].map { seen[$0] } ?? 0 }

    /// Adds one of many samples in their order, to which the warm-up applies.
    package mutating func add(
        sample value: Double,
        of metric: Metric,
        line: Int? = nil,
        path: String = ""
    ) throws(DocumentError) {
        isOrdered = true
        try add(value, metric, skipping: warmUp, line, path)
    }

    /// Adds one of many samples whose order is that of something else, such as the parts of a request.
    package mutating func add(
        unordered value: Double,
        of metric: Metric,
        line: Int? = nil,
        path: String = ""
    ) throws(DocumentError) {
        try add(value, metric, skipping: 0, line, path)
    }

    /// Adds the one value that the run has of the metric.
    ///
    /// - Throws: where it already has one: the file says it twice.
    package mutating func set(
        _ value: Double,
        of metric: Metric,
        line: Int? = nil,
        path: String = ""
    ) throws(DocumentError) {
        guard places[metric.name] == nil else {
            throw DocumentError(
                file: file,
                line: line,
                path: path,
                problem: "\(quoted(metric.name)) stands a second time in one run; write a file for each run"
            )
        }
        try add(value, metric, skipping: 0, line, path)
    }

    private mutating func add(
        _ value: Double,
        _ metric: Metric,
        skipping: Int,
        _ line: Int?,
        _ path: String
    ) throws(DocumentError) {
        let place = places[metric.name] ?? metrics.count
        if place == metrics.count {
            guard place < ImportDraft.limits.metrics else {
                throw DocumentError(
                    file: file,
                    line: line,
                    path: path,
                    problem: "has more than \(ImportDraft.limits.metrics) different metrics; split the file"
                )
            }
            places[metric.name] = place
            metrics.append(metric)
            builders.append(SeriesBuilder(metric: metric.name))
            lines.append(line)
            seen.append(0)
        }
        seen[place] += 1
        guard seen[place] > skipping else { return }
        do { try builders[place].add(value) } catch {
            throw DocumentError(
                file: file,
                line: line,
                path: path,
                problem: "\(quoted(metric.name)) \(error == .notFinite ? "" : "of ")\(error)"
            )
        }
    }

    /// Notes what was set for the run; nothing is noted for no value, and the first word on a name stays.
    package mutating func note(_ name: String, _ value: String?) {
        guard let value, let text = PlainText.line(value), !conditions.contains(where: { $0.name == name }) else {
            return
        }
        conditions.append(Condition(name: name, value: text))
    }

    /// Notes what the latencies of the run mean.
    package mutating func note(_ semantics: LatencySemantics) {
        for condition in semantics.conditions { note(condition.name, condition.value) }
    }

    /// Notes a fact of the host that the file states; the first word on a name stays.
    package mutating func fact(_ name: String, _ value: String?, evidence: String) {
        guard let value, let text = PlainText.line(value), !facts.contains(where: { $0.name == name }) else { return }
        facts.append(HostFact(name: name, value: text, evidence: evidence))
    }

    /// Puts the run into a draft of its file; one without measurements is none.
    ///
    /// - Throws: where all samples of a metric were warm-up.
    package func close(
        into draft: inout ImportDraft,
        id: String,
        host: String? = nil,
        started: Timestamp? = nil
    ) throws(DocumentError) {
        guard !isEmpty else { return }
        try draft.beginRun(
            id,
            host: host.flatMap { PlainText.line($0) },
            facts: facts,
            started: started,
            warmUpExcluded: isOrdered ? warmUp : 0,
            conditions: conditions
        )
        for (place, metric) in metrics.enumerated() {
            guard builders[place].count > 0 else {
                throw DocumentError(
                    file: file,
                    line: lines[place],
                    problem:
                        "\(quoted(metric.name)) has \(counted(seen[place], "sample")), all of them warm-up "
                        + "(\(NumberText.grouped(warmUp))); leave out fewer"
                )
            }
            try draft.add(metric, builders[place], line: lines[place])
        }
    }
}

extension ImportDraft {
    /// Says that a warm-up was asked for and there is nothing to leave out.
    package mutating func warnOfWarmUp(_ options: ImportOptions, isOrdered: Bool) {
        guard options.warmUp > 0, !isOrdered else { return }
        note(.warning, "no warm-up was left out: the file has no samples in their order")
    }
}
