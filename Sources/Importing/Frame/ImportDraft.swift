package import Documents
package import Evidence

/// What an importer fills while it reads: metrics as they come up, runs with their series.
package struct ImportDraft: Sendable {
    /// The most runs, and the most metrics, that one file may have.
    package static let limits = (runs: 100_000, metrics: 900)

    /// The program and its version, where the file tells.
    package var tool: Record.Tool?
    /// What cannot be known from this file, one sentence each, each once.
    package private(set) var blindSpots: [String] = []
    /// What was assumed or left out.
    package private(set) var diagnostics: [Diagnostic] = []

    private let file: String
    private var metrics: [Metric] = []
    private var indexes: [String: Int] = [:]
    private var runs: [ImportedRun] = []
    private var isOpen = false

    /// A draft of a file of that name.
    package init(file: String) { self.file = file }

    /// Says what the file leaves in the dark, once.
    package mutating func cannotKnow(_ sentence: String) {
        if !blindSpots.contains(sentence) { blindSpots.append(sentence) }
    }

    /// Says what was assumed or left out, once.
    package mutating func note(_ severity: Diagnostic.Severity, _ sentence: String, line: Int? = nil) {
        let diagnostic = Diagnostic(severity, sentence, file: file, line: line)
        if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
    }

    /// Begins a run; what follows belongs to it.
    ///
    /// - Throws: where there are too many runs.
    package mutating func beginRun(
        _ id: String,
        host: String? = nil,
        facts: [HostFact] = [],
        started: Timestamp? = nil,
        warmUpExcluded: Int = 0,
        conditions: [Condition] = []
    ) throws(DocumentError) {
        dropEmptyRun()
        guard runs.count < Self.limits.runs else {
            throw DocumentError(file: file, problem: "has more than \(Self.limits.runs) runs; split the file")
        }
        let run = Run(id: id, started: started, conditions: conditions, warmUpExcluded: warmUpExcluded, series: [])
        runs.append(ImportedRun(host: host, facts: facts, run: run))
        isOpen = true
    }

    /// Adds conditions to the run begun last; a name that is there already keeps its value.
    package mutating func add(_ conditions: [Condition]) {
        guard isOpen, let last = runs.indices.last else { return }
        let known = Set(runs[last].run.conditions.map(\.name))
        runs[last].run.conditions += conditions.filter { !known.contains($0.name) }
        runs[last].run.conditions.sort { $0.name < $1.name }
    }

    /// One value of a metric in the run begun last, such as a mean that the tool states; at a line of the file.
    package mutating func add(_ metric: Metric, _ value: Double, line: Int?, path: String = "") throws(DocumentError) {
        try add(metric, samples: [value], line: line, path: path)
    }

    /// One value of a metric that stands under the cursor, times a factor to the metric's unit.
    package mutating func add(_ metric: Metric, _ reader: Reader, times factor: Double = 1) throws(DocumentError) {
        try add(metric, try reader.double() * factor, line: reader.line, path: reader.path)
    }

    /// Samples of a metric in their order; an empty list adds nothing.
    package mutating func add(
        _ metric: Metric,
        samples: [Double],
        line: Int?,
        path: String = ""
    ) throws(DocumentError) {
        guard !samples.isEmpty else { return }
        var builder = SeriesBuilder(metric: metric.name)
        do {
            for sample in samples { try builder.add(sample) }
            try add(metric, try builder.finish(), line: line, path: path)
        } catch let error as SampleError {
            throw refusal(error, line: line, path: path)
        } catch let error as DocumentError {
            throw error
        } catch {
            throw DocumentError(file: file, line: line, path: path, problem: "\(error)")
        }
    }

    /// Samples that a builder took; one without samples adds nothing.
    package mutating func add(_ metric: Metric, _ builder: SeriesBuilder, line: Int?) throws(DocumentError) {
        guard builder.count > 0 else { return }
        let summary: SampleSummary
        do { summary = try builder.finish() } catch { throw refusal(error, line: line, path: metric.name) }
        try add(metric, summary, line: line)
    }

    /// Samples known as values and counts in no order; none adds nothing.
    package mutating func add(
        _ metric: Metric,
        counts: [ValueCount],
        line: Int?,
        path: String = ""
    ) throws(DocumentError) {
        guard counts.contains(where: { $0.count != 0 }) else { return }
        let summary: SampleSummary
        do {
            summary = try SampleSummary(unordered: counts, metric: metric.name)
        } catch {
            throw refusal(error, line: line, path: path)
        }
        try add(metric, summary, line: line, path: path)
    }

    /// A summary of a metric in the run begun last.
    ///
    /// - Throws: where the run has the metric already, or the metric was declared otherwise before.
    package mutating func add(
        _ metric: Metric,
        _ summary: SampleSummary,
        line: Int?,
        path: String = ""
    ) throws(DocumentError) {
        if !isOpen { try beginRun("run") }
        guard let last = runs.indices.last else { return }
        guard runs[last].run.series(of: metric.name) == nil else {
            throw DocumentError(
                file: file,
                line: line,
                path: path,
                problem: "\(quoted(metric.name)) stands a second time in one run; write a file for each run"
            )
        }
        if let index = indexes[metric.name] {
            guard metrics[index].unit == metric.unit, metrics[index].direction == metric.direction else {
                throw DocumentError(
                    file: file,
                    line: line,
                    path: path,
                    problem: "\(quoted(metric.name)) is in \(metric.unit) here and in \(metrics[index].unit) before"
                )
            }
        } else {
            guard metrics.count < Self.limits.metrics else {
                throw DocumentError(
                    file: file,
                    line: line,
                    path: path,
                    problem: "has more than \(Self.limits.metrics) different metrics; split the file"
                )
            }
            indexes[metric.name] = metrics.count
            metrics.append(metric)
        }
        runs[last].run.series.append(summary)
    }

    /// Whether any sample was added.
    package var isEmpty: Bool { metrics.isEmpty }

    /// What was read.
    ///
    /// - Throws: where nothing was; `expected` says what should have been there.
    package mutating func finish(expected: String) throws(DocumentError) -> ImportedRuns {
        dropEmptyRun()
        guard !runs.isEmpty else {
            throw DocumentError(file: file, problem: "holds no measurement; expected \(expected)")
        }
        return ImportedRuns(tool: tool, metrics: metrics, runs: runs, blindSpots: blindSpots, diagnostics: diagnostics)
    }

    /// A run without samples is none.
    private mutating func dropEmptyRun() {
        if isOpen, let last = runs.last, last.run.series.isEmpty { runs.removeLast() }
        isOpen = false
    }

    private func refusal(_ error: SampleError, line: Int?, path: String) -> DocumentError {
        DocumentError(file: file, line: line, path: path, problem: "\(error)")
    }
}

extension Metric {
    /// A metric of a part of the machine.
    static func part(_ name: String, _ unit: String, _ better: Direction, _ role: Role = .confirmatory) -> Metric {
        Metric(name: name, unit: unit, direction: better, role: role, kind: .component)
    }

    /// The metric of a value that the tool worked out and the file has no samples for.
    ///
    /// Its name says so: `…_mean`, `…_max`, `…_reported_p99`. One a run; it never answers for the distribution.
    func reported(_ statistic: String, _ role: Role = .exploratory) -> Metric {
        let isPercentile = statistic.first == "p" && statistic.dropFirst().first?.isNumber ?? false
        // The 99.9th is `p99.9`, however the tool writes it.
        let point = isPercentile ? "reported_" + statistic.replacing("_", with: ".") : statistic
        return Metric(
            name: "\(name)_\(point)",
            unit: unit,
            direction: direction,
            role: role,
            kind: kind
        )
    }
}
