package import Documents
internal import Evidence

/// `mlperf_log_detail.txt` of MLPerf Inference: events of LoadGen, the results among them.
package struct LoadGenDetail: LineImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "loadgen-detail",
        title: "MLPerf LoadGen mlperf_log_detail.txt",
        command: "mlperf_log_detail.txt of a run in the mode PerformanceOnly",
        limits: "As the summary: percentiles as reported, one value a run, and rates.",
        marks: [":::MLLOG", "mlperf::logging", "result_validity"]
    )

    /// Whether it holds events of LoadGen.
    package static func recognises(_ head: ImportHead) -> Bool { head.holds(MLLogEvent.mark) && isLoadGen(head) }

    /// Whether events are LoadGen's: they carry its namespace.
    static func isLoadGen(_ head: ImportHead) -> Bool { head.holds("\"mlperf::logging\"") }

    package var feed: LineFeed
    private let file: String
    private let options: ImportOptions
    private var result = LoadGenResult()
    private var points: [(key: String, value: Double, line: Int)] = []
    private var errors = 0

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file)
    }

    /// Takes one line.
    package mutating func take(_ line: ImportLine) throws(DocumentError) {
        guard line.text.contains(MLLogEvent.mark), let event = try MLLogEvent(line, file: file) else { return }
        if let isError = try event.metadata("is_error"), isError.plainText == "true" { errors += 1 }
        switch event.key {
        case "effective_scenario": result.scenario = event.text
        case "requested_scenario": result.scenario = result.scenario ?? event.text
        case "effective_test_mode", "requested_test_mode": result.mode = event.text
        case "result_validity": result.isValid = event.text == "VALID"
        case "effective_target_qps": result.conditions.append(("offered_load_per_s", event.text))
        case "effective_samples_per_query": result.conditions.append(("loadgen_samples_per_query", event.text))
        case "sut_name": result.conditions.append(("loadgen_sut", event.text))
        case let key where key.hasPrefix("result_"):
            guard let value = event.value, value.isNumber else { return }
            do { points.append((key, try value.double(), line.number)) } catch {
                throw DocumentError(file: file, line: line.number, path: key, problem: error.problem)
            }
        default: break
        }
    }

    /// What the file says, once all lines were taken.
    package mutating func close() throws(DocumentError) -> ImportedRuns {
        var draft = ImportDraft(file: file)
        draft.tool = Record.Tool(name: "MLPerf LoadGen", version: "")
        // The scenario, which says what decides, may stand behind them.
        for point in points { add(point.key, point.value, point.line) }
        if errors > 0 { draft.note(.warning, "LoadGen logged \(counted(errors, "error"))") }
        try result.close(into: &draft, file: file, options: options)
        return try draft.finish(
            expected:
                "events such as 'result_99.00_percentile_latency_ns': the log ends before the results, or holds none"
        )
    }

    private mutating func add(_ key: String, _ value: Double, _ line: Int) {
        switch key {
        case "result_samples_per_second", "result_completed_samples_per_sec", "result_completed_samples_per_second":
            result.add(rate: "samples_rate", value, unit: "samples/s", line: line)
        case "result_scheduled_samples_per_sec", "result_scheduled_samples_per_second":
            result.add(rate: "scheduled_samples_rate", value, unit: "samples/s", line: line)
        case "result_tokens_per_second", "result_completed_tokens_per_second", "result_inferred_tokens_per_second",
            "result_token_throughput_tokens_per_second":
            result.add(rate: "output_token_throughput", value, unit: "tokens/s", line: line)
        default:
            var rest = key.dropFirst("result_".count)
            guard rest.hasSuffix("_ns") else { return }
            rest = rest.dropLast(3)
            let kind: LoadGenResult.Kind
            if let tail = rest.after("first_token_") {
                (kind, rest) = (.firstToken, tail)
            } else if let tail = rest.after("time_per_output_token_") ?? rest.after("time_to_output_token_") {
                (kind, rest) = (.perToken, tail)
            } else {
                kind = .request
            }
            if rest == "mean_latency" || rest == "mean" {
                result.add(kind, percent: nil, nanoseconds: value, line: line)
            } else if let end = rest.firstRange(of: "_percentile"),
                let percent = TextNumber.parse(rest[..<end.lowerBound]),
                percent > 0, percent < 100
            {
                result.add(kind, percent: percent, nanoseconds: value, line: line)
            }
        }
    }
}
