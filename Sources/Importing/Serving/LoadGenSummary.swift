package import Documents
internal import Evidence

/// `mlperf_log_summary.txt` of MLPerf Inference.
package struct LoadGenSummary: LineImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "loadgen-summary",
        title: "MLPerf LoadGen mlperf_log_summary.txt",
        command: "mlperf_log_summary.txt of a run in the mode PerformanceOnly",
        limits: "Percentiles as LoadGen reports them, one value a run, and rates; never a distribution.",
        marks: ["MLPerf Results Summary", "SUT name :", "percentile latency (ns)"]
    )

    /// Whether it holds the title.
    package static func recognises(_ head: ImportHead) -> Bool { head.holds("MLPerf Results Summary") }

    package var feed: LineFeed
    private let file: String
    private let options: ImportOptions
    private var result = LoadGenResult()
    private var hasTitle = false

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file)
    }

    /// Takes one line.
    package mutating func take(_ line: ImportLine) throws(DocumentError) {
        if line.text.contains("MLPerf Results Summary") {
            guard !hasTitle else {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    problem: "a second summary begins here; expected one run a file, so split it"
                )
            }
            hasTitle = true
        }
        guard hasTitle, let colon = line.text.firstIndex(of: ":") else { return }
        let key = line.text[..<colon].trimmed
        let value = line.text[line.text.index(after: colon)...].trimmed
        guard !value.isEmpty else { return }
        switch key {
        case "SUT name": result.conditions.append(("loadgen_sut", String(value)))
        case "Scenario": result.scenario = PlainText.line(value)
        case "Mode": result.mode = PlainText.line(value)
        case "Result is": result.isValid = value == "VALID"
        case "Samples per second": try rate("samples_rate", "samples/s", value, line)
        case "Completed samples per second": try rate("samples_rate", "samples/s", value, line)
        case "Scheduled samples per second": try rate("scheduled_samples_rate", "samples/s", value, line)
        case "Tokens per second", "Completed tokens per second":
            try rate("output_token_throughput", "tokens/s", value, line)
        case "target_qps": result.conditions.append(("offered_load_per_s", String(value)))
        case "samples_per_query": result.conditions.append(("loadgen_samples_per_query", String(value)))
        case "max_async_queries": result.conditions.append(("loadgen_max_async_queries", String(value)))
        default: try latency(key, value, line)
        }
    }

    /// What the file says, once all lines were taken.
    package mutating func close() throws(DocumentError) -> ImportedRuns {
        var draft = ImportDraft(file: file)
        draft.tool = Record.Tool(name: "MLPerf LoadGen", version: "")
        try result.close(into: &draft, file: file, options: options)
        return try draft.finish(expected: "'MLPerf Results Summary' with percentiles or samples per second under it")
    }

    private mutating func rate(_ name: String, _ unit: String, _ value: Substring, _ line: ImportLine)
        throws(DocumentError)
    {
        let number = try TextNumber.require(value, name, file: file, line: line.number)
        result.add(rate: name, number, unit: unit, line: line.number)
    }

    /// `99.00 percentile latency (ns)   : 82056764`, `90th percentile latency (ns) : 1357160`, `Mean latency (ns) : …`.
    private mutating func latency(_ key: Substring, _ value: Substring, _ line: ImportLine) throws(DocumentError) {
        guard let end = key.firstRange(of: " (ns)"), end.upperBound == key.endIndex || key.hasSuffix("(ns)") else {
            return
        }
        let name = key[..<end.lowerBound].lowercased()[...]
        let kind: LoadGenResult.Kind
        if name.hasSuffix("first token latency") {
            kind = .firstToken
        } else if name.hasSuffix("time to output token") {
            kind = .perToken
        } else if name.hasSuffix("latency") {
            kind = .request
        } else {
            return
        }
        let percent: Double?
        if name.hasPrefix("mean ") {
            percent = nil
        } else if let space = name.firstIndex(of: " "), name[space...].hasPrefix(" percentile ") {
            let word = name[..<space]
            let text = word.hasSuffix("th") ? word.dropLast(2) : word
            guard let number = TextNumber.parse(text), number > 0, number < 100 else { return }
            percent = number
        } else {
            return
        }
        let nanoseconds = try TextNumber.require(value, String(key.prefix(60)), file: file, line: line.number)
        result.add(kind, percent: percent, nanoseconds: nanoseconds, line: line.number)
    }
}
