internal import Documents
internal import Evidence

/// What MLPerf's LoadGen says at the end of a test, in its summary or in its detailed log.
///
/// LoadGen draws arrivals in the scenario Server from a Poisson process and measures from the scheduled moment, so its
/// latencies are response times. It prints points of the distribution: they are kept as such, never as samples.
struct LoadGenResult: Sendable {
    var scenario: String?
    var mode: String?
    var isValid: Bool?
    var conditions: [(String, String?)] = []
    private var values: [(metric: Metric, value: Double, line: Int)] = []

    /// What a latency is the latency of, by the words before `latency` in the summary.
    enum Kind: String, CaseIterable, Sendable {
        case request = "request_latency"
        case firstToken = "time_to_first_token"
        case perToken = "time_per_output_token"
    }

    /// Takes a point of a distribution, in nanoseconds: a percentile, or the mean.
    mutating func add(_ kind: Kind, percent: Double?, nanoseconds: Double, line: Int) {
        let metric = Metric(name: kind.rawValue, unit: "s", direction: .lower, role: .exploratory)
        let statistic = percent.map { MetricNames.percentile($0) } ?? "mean"
        let role: Metric.Role = decides(kind, percent) ? .confirmatory : .exploratory
        add(metric.reported(statistic, role), nanoseconds / 1e9, line)
    }

    /// Takes a rate, which decides in the scenario Offline.
    mutating func add(rate name: String, _ value: Double, unit: String, line: Int) {
        let role: Metric.Role = scenario == "Offline" && name == "samples_rate" ? .confirmatory : .exploratory
        add(Metric(name: name, unit: unit, direction: .higher, role: role), value, line)
    }

    /// What the benchmark's rules look at: the p99 of Server and MultiStream, the p90 of SingleStream.
    private func decides(_ kind: Kind, _ percent: Double?) -> Bool {
        guard kind == .request, let percent else { return false }
        return scenario == "SingleStream" ? percent == 90 : percent == 99
    }

    private mutating func add(_ metric: Metric, _ value: Double, _ line: Int) {
        // The scenario's own result is printed first and among the statistics again.
        if values.contains(where: { $0.metric.name == metric.name && $0.value == value }) { return }
        values.append((metric, value, line))
    }

    /// Puts the result into a draft as one run.
    ///
    /// - Throws: for a test of accuracy, which measures no speed.
    func close(into draft: inout ImportDraft, file: String, options: ImportOptions) throws(DocumentError) {
        if let mode, mode != "PerformanceOnly", mode != "Performance" {
            throw DocumentError(
                file: file,
                problem: "is of the mode \(quoted(mode)), which measures no speed; import a run with PerformanceOnly"
            )
        }
        var run = RunSamples(file: file)
        for entry in values { try run.set(entry.value, of: entry.metric, line: entry.line) }
        run.note("loadgen_scenario", scenario)
        run.note("loadgen_valid", isValid.map { $0 ? "yes" : "no" })
        for (name, value) in conditions { run.note(name, value) }
        let isOpen = scenario == "Server"
        run.note(LatencySemantics(start: isOpen ? .response : .service, loop: isOpen ? .open : .closed))
        try run.close(into: &draft, id: "1")
        if isValid == false {
            draft.note(
                .warning,
                "LoadGen calls the result INVALID: it did not run long enough, or missed its objective"
            )
        }
        if !values.isEmpty {
            draft.cannotKnow(
                "LoadGen gives points of its latencies without the samples: no interval within a run, and no percentile but "
                    + "those printed."
            )
        }
        draft.warnOfWarmUp(options, isOrdered: false)
    }
}
