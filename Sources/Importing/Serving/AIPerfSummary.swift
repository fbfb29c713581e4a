package import Documents
internal import Evidence

/// `profile_export_aiperf.json` of AIPerf, and of GenAI-Perf before it: points of distributions without the requests.
package struct AIPerfSummary: JSONImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "aiperf-summary",
        title: "AIPerf profile_export_aiperf.json",
        command: "aiperf profile …, then profile_export_aiperf.json; profile_export.jsonl says more",
        limits: "Points as reported, one value a run: no p99.9, and never a distribution.",
        marks: ["\"input_config\"", "\"request_latency\"", "\"inter_token_latency\"", "\"output_token_throughput\""]
    )

    /// Whether its keys are in it, each with a unit and an average.
    package static func recognises(_ head: ImportHead) -> Bool {
        head.opensObject && head.holdsKey("request_latency") && head.holdsKey("unit") && head.holdsKey("avg")
            && !AIPerfRecords.recognises(head)
    }

    package var feed: JSONFeed
    private let file: String
    private let options: ImportOptions

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = JSONFeed(file: file)
    }

    /// What the JSON says.
    package func read(_ root: Reader) throws(DocumentError) -> ImportedRuns {
        let outer = try root.mapping()
        // Some versions keep the metrics in an object of their own.
        let inner = try outer.optional("records").flatMap { (reader) throws(DocumentError) -> ObjectReader? in
            reader.isObject ? try reader.mapping() : nil
        }
        let top = inner ?? outer
        var draft = ImportDraft(file: file)
        draft.tool = Record.Tool(name: "AIPerf", version: outer.text("aiperf_version") ?? "")
        var run = RunSamples(file: file)
        for (name, metric) in [
            ("request_latency", RequestMetrics.latency), ("time_to_first_token", RequestMetrics.firstToken),
            ("inter_token_latency", RequestMetrics.perToken),
        ] {
            guard let fields = try top.optional(name)?.mapping() else { continue }
            let factor = try AIPerfRecords.factor(fields)
            for (key, statistic) in [
                ("avg", "mean"), ("p50", "median"), ("p90", "p90"), ("p95", "p95"), ("p99", "p99"),
            ] {
                guard let value = try fields.number(key) else { continue }
                try run.set(
                    value * factor,
                    of: metric.reported(statistic),
                    line: fields.reader.line,
                    path: "\(fields.reader.path).\(key)"
                )
            }
        }
        for (name, metric) in [
            ("request_throughput", RequestMetrics.requestRate), ("output_token_throughput", RequestMetrics.tokenRate),
        ] {
            guard let value = try top.optional(name)?.mapping().number("avg") else { continue }
            try run.set(value, of: metric, line: top[name]?.line, path: name)
        }
        try settings(outer, &run)
        run.note(LatencySemantics(start: .service))
        try run.close(into: &draft, id: "1")
        draft.cannotKnow(
            "AIPerf's summary gives points without the requests (profile_export.jsonl has them): no interval within a run, and "
                + "no percentile but those."
        )
        draft.warnOfWarmUp(options, isOrdered: false)
        return try draft.finish(expected: "'request_latency' with a unit and an average")
    }

    private func settings(_ top: ObjectReader, _ run: inout RunSamples) throws(DocumentError) {
        guard let config = top.optional("input_config"), config.isObject else { return }
        guard let load = try config.mapping().optional("loadgen"), load.isObject else { return }
        let fields = try load.mapping()
        run.note("request_rate_per_s", fields.text("request_rate"))
        run.note("concurrency", fields.text("concurrency"))
    }
}
