package import Documents
internal import Evidence

/// `profile_export.jsonl` of AIPerf: an object for each request.
///
/// Requests are written as they end; they are put in the order in which they were sent. Warm-up requests of AIPerf itself, those
/// that failed and those that were cancelled are left out (aiperf, common/models/record_models.py). The request's latency
/// begins when it was sent; when it was due, `credit_issued_ns` tells in newer versions.
package struct AIPerfRecords: LineImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "aiperf",
        title: "AIPerf profile_export.jsonl",
        command: "aiperf profile --request-rate 8 …, then profile_export.jsonl of its artifacts",
        limits: "Every request, each time in it; whether arrivals were open or closed is not in the file.",
        marks: ["\"benchmark_phase\"", "\"request_latency\"", "\"x_request_id\"", "\"worker_id\"", "\"metadata\""]
    )

    /// Whether its first line is such an object.
    package static func recognises(_ head: ImportHead) -> Bool {
        guard let line = head.lines.first(where: { !$0.trimmed.isEmpty }), line.trimmed.first == "{" else {
            return false
        }
        return line.contains("\"metadata\"") && line.contains("\"metrics\"")
            && (line.contains("\"worker_id\"") || line.contains("_phase\""))
    }

    package var feed: LineFeed
    private let file: String
    private let options: ImportOptions
    private var draft: ImportDraft
    private var requests: [Request] = []
    private var gaps = 0
    private var isGapsFull = false
    private var failed = 0
    private var warmUps = 0
    private var lengths = 0.0

    private static let maximumRequests = 4_000_000
    private static let maximumGaps = 20_000_000

    private struct Request: Sendable {
        var start: Double
        var end: Double?
        /// By metric, those of ``times`` and then the client's delay; not a number where there is none.
        var seconds = InlineArray<5, Double>(repeating: .nan)
        var gaps: [Double] = []
        var line: Int
    }

    private static let times: [(names: [String], metric: Metric)] = [
        (["request_latency"], RequestMetrics.latency), (["time_to_first_token", "ttft"], RequestMetrics.firstToken),
        (["inter_token_latency"], RequestMetrics.perToken),
        (
            ["time_to_second_token", "ttst"],
            Metric(name: "time_to_second_token", unit: "s", direction: .lower, role: .exploratory)
        ),
    ]

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file)
        draft = ImportDraft(file: file)
        draft.tool = Record.Tool(name: "AIPerf", version: "")
    }

    /// Takes one line.
    package mutating func take(_ line: ImportLine) throws(DocumentError) {
        guard !line.trimmed.isEmpty else { return }
        do throws(DocumentError) {
            let record = try JSONDocument.parse(text: line.text, file: file)
            try take(try Reader(record, file: file).mapping(), line.number)
        } catch {
            throw DocumentError(
                file: file,
                line: line.number,
                path: error.path,
                problem: error.problem + (line.isTerminated ? "" : "; the file is cut inside its last line")
            )
        }
    }

    private mutating func take(_ record: ObjectReader, _ line: Int) throws(DocumentError) {
        let metadata = try record.require("metadata", expected: "AIPerf's metadata of a request").mapping()
        let phase = metadata.text("benchmark_phase") ?? metadata.text("credit_phase") ?? "profiling"
        guard phase == "profiling" else {
            warmUps += 1
            return
        }
        guard record.optional("error") == nil, metadata.text("was_cancelled") != "true" else {
            failed += 1
            return
        }
        let metrics = try record.require("metrics", expected: "AIPerf's metrics of a request").mapping()
        let moment = metadata.has("request_start_ns") ? "request_start_ns" : "timestamp_ns"
        guard let start = try metadata.number(moment) else {
            throw metadata.fail("has no request_start_ns; expected when the request was sent")
        }
        var request = Request(
            start: start,
            end: try metadata.number("request_end_ns"),
            line: line
        )
        for (place, (names, _)) in Self.times.enumerated() {
            guard let name = names.first(where: { metrics.optional($0) != nil }),
                let seconds = try Self.seconds(metrics, name)
            else { continue }
            request.seconds[place] = seconds
        }
        // Whole nanoseconds beyond 2^53 are rounded to 256 of them.
        if let issued = try metadata.number("credit_issued_ns"), start >= issued {
            request.seconds[Self.times.count] = (start - issued) / 1e9
        }
        if let chunks = try metrics.optional("inter_chunk_latency")?.mapping(), let list = chunks.optional("value"),
            list.isArray, !isGapsFull
        {
            let factor = try Self.factor(chunks)
            request.gaps = try list.doubles().map { $0 * factor }
            gaps += request.gaps.count
            isGapsFull = gaps > Self.maximumGaps
        }
        if let length = try metrics.optional("output_sequence_length")?.mapping().number("value") { lengths += length }
        guard requests.count < Self.maximumRequests else {
            throw DocumentError(
                file: file,
                line: line,
                problem: "there are more than \(NumberText.grouped(Self.maximumRequests)) requests; split the file"
            )
        }
        requests.append(request)
    }

    /// How many seconds one of the metric's unit is.
    static func factor(_ metric: ObjectReader) throws(DocumentError) -> Double {
        switch metric.text("unit") {
        case "s", "sec", "seconds": return 1
        case "ms": return 1e-3
        case "us": return 1e-6
        case "ns": return 1e-9
        default:
            throw metric.fail(
                "has the unit \(quoted(metric.text("unit") ?? "")); expected a unit of time: s, ms, us or ns"
            )
        }
    }

    /// The seconds of a metric, nil where it has no value.
    private static func seconds(_ metrics: ObjectReader, _ name: String) throws(DocumentError) -> Double? {
        guard let metric = try metrics.optional(name)?.mapping(), let value = try metric.number("value") else {
            return nil
        }
        return value * (try factor(metric))
    }

    /// What the file says, once all lines were taken.
    package mutating func close() throws(DocumentError) -> ImportedRuns {
        let metrics = Self.times.map(\.metric) + [RequestMetrics.clientDelay]
        let order = requests.indices.sorted { (requests[$0].start, $0) < (requests[$1].start, $1) }
        var run = RunSamples(file: file, warmUp: options.warmUp)
        for (index, place) in order.enumerated() {
            let request = requests[place]
            for (place, metric) in metrics.enumerated() where !request.seconds[place].isNaN {
                try run.add(sample: request.seconds[place], of: metric, line: request.line)
            }
            guard !isGapsFull, index >= options.warmUp else { continue }
            for gap in request.gaps { try run.add(unordered: gap, of: RequestMetrics.chunkGap, line: request.line) }
        }
        if isGapsFull {
            draft.note(
                .warning,
                "there are more than \(NumberText.grouped(Self.maximumGaps)) gaps between chunks; none was taken"
            )
        }
        let ends = requests.lazy.compactMap(\.end)
        let first = order.first.map { requests[$0].start }
        if let first, let last = ends.max(), requests.allSatisfy({ $0.end != nil }), last > first {
            try run.set(Double(requests.count) / ((last - first) / 1e9), of: RequestMetrics.requestRate)
            if lengths > 0 { try run.set(lengths / ((last - first) / 1e9), of: RequestMetrics.tokenRate) }
        }
        run.note("requests", "\(requests.count)")
        if lengths > 0 { run.note("output_tokens", NumberText.plain(lengths)) }
        run.note(LatencySemantics(start: .service))
        if failed > 0 {
            draft.note(.warning, "\(counted(failed, "request")) failed or cancelled: in no latency")
            run.note("failed_requests", "\(failed)")
        }
        if warmUps > 0 {
            draft.note(.note, "\(counted(warmUps, "request was", "requests were")) of AIPerf's own warm-up: left out")
        }
        draft.cannotKnow(
            "AIPerf's records do not say whether arrivals waited for answers, nor the load offered: say it with --condition "
                + "request_rate_per_s=8 or --condition concurrency=32."
        )
        let started = first.flatMap { ImportTime.unix(milliseconds: $0 / 1e6) }
        try run.close(into: &draft, id: "1", started: started)
        draft.warnOfWarmUp(options, isOrdered: run.isOrdered)
        return try draft.finish(
            expected: failed > 0
                ? "a request that was answered: all \(failed) failed" : "objects with metadata and metrics"
        )
    }
}
