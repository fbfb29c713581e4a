package import Documents
internal import Evidence

/// What `vllm bench serve --save-result` writes, and `benchmark_serving.py` before it.
///
/// The summaries are in milliseconds and the lists in seconds (vllm/benchmarks/serve.py); lists go before summaries. A latency
/// begins at the send: where the client held requests back, `queue_times` leads back to when they were due. Texts that the model
/// wrote are never looked at.
package struct VLLMBench: JSONImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "vllm-bench",
        title: "vllm bench serve --save-result",
        command: "vllm bench serve --request-rate 8 --save-result --save-detailed --temperature 0 --ignore-eos",
        limits: "With --save-detailed every request; without, latencies at most, and the tool's own summary.",
        marks: ["\"total_token_throughput\"", "\"mean_ttft_ms\"", "\"tokenizer_id\"", "\"request_throughput\""]
    )

    /// Whether its keys are in it.
    package static func recognises(_ head: ImportHead) -> Bool {
        head.opensObject && head.holdsKey("request_throughput") && head.holdsKey("total_input_tokens")
            && !AIPerfSummary.recognises(head)
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

    /// The lists of a file, one entry a request, those that failed left out.
    private struct Requests {
        var latencies: [Double]?
        var firstTokens: [Double]?
        var queueTimes: [Double]?
        var outputLengths: [Double]?
        var gaps: [Reader]?
        /// Which requests were answered.
        var answered: [Bool] = []
        /// How many have no error, and no output either.
        var empty = 0
    }

    /// What the JSON says.
    package func read(_ root: Reader) throws(DocumentError) -> ImportedRuns {
        let top = try root.mapping()
        var draft = ImportDraft(file: file)
        draft.tool = Record.Tool(name: "vllm bench", version: top.text("vllm_version") ?? "")
        var run = RunSamples(file: file, warmUp: options.warmUp)
        let rate = top.text("request_rate")
        let isBurst = rate.map { ["inf", "infinity"].contains($0.lowercased()) } ?? false
        try settings(top, rate, isBurst, &run, &draft)
        let requests = try requests(top)
        if requests.empty > 0 {
            draft.note(
                .warning,
                "\(counted(requests.empty, "request has", "requests have")) no error and no output either: in no latency"
            )
        }
        // Requests that are all due at once wait for the client, not for the server: its queue is no part of a latency.
        let queue = isBurst ? nil : requests.queueTimes
        try add(requests, queue, to: &run)
        try rates(top, &run)
        try summaries(top, &run, &draft)
        let isExact = queue != nil
        run.note(
            LatencySemantics(start: isExact ? .response : .service, loop: isBurst ? .closed : rate == nil ? nil : .open)
        )
        if !isExact, !isBurst, requests.latencies != nil {
            draft.cannotKnow(
                "Latencies begin at the send, and the file does not say how long the client held requests back: where it did, "
                    + "waiting is missing from them."
            )
        }
        if requests.latencies == nil {
            draft.cannotKnow(
                "The file has no latency of whole requests (no list 'latencies'), so no service time follows from it; write it "
                    + "with --save-detailed by a version that keeps them, or measure with: assay measure --endpoint URL"
            )
        }
        if isBurst {
            draft.note(
                .warning,
                "the request rate is infinite: all requests came at once, so times to the first token are those of a queue that "
                    + "the benchmark made; offer a rate (--request-rate) to see what users would"
            )
        }
        try run.close(into: &draft, id: "1")
        draft.warnOfWarmUp(options, isOrdered: run.isOrdered)
        return try draft.finish(expected: "lists of latencies ('--save-detailed') or a summary such as 'p99_ttft_ms'")
    }

    private func settings(
        _ top: ObjectReader,
        _ rate: String?,
        _ isBurst: Bool,
        _ run: inout RunSamples,
        _ draft: inout ImportDraft
    ) throws(DocumentError) {
        run.note("request_rate_per_s", isBurst ? "inf" : rate)
        for (name, key) in [
            ("concurrency", "max_concurrency"), ("burstiness", "burstiness"), ("workload", "model_id"),
            ("vllm_backend", "backend"), ("vllm_endpoint_type", "endpoint_type"), ("requests", "num_prompts"),
            ("input_tokens", "total_input_tokens"), ("output_tokens", "total_output_tokens"),
        ] { run.note(name, top.text(key)) }
        if let failed = try top.number("failed"), failed > 0 {
            draft.note(.warning, "\(counted(failed, "request")) failed: in no latency")
            run.note("failed_requests", NumberText.plain(failed))
        }
    }

    private func list(_ top: ObjectReader, _ key: String) throws(DocumentError) -> [Double]? {
        guard let reader = top.optional(key) else { return nil }
        let numbers = try reader.doubles(maximum: 10_000_000)
        return numbers.isEmpty ? nil : numbers
    }

    private func requests(_ top: ObjectReader) throws(DocumentError) -> Requests {
        var requests = Requests()
        requests.latencies = try list(top, "latencies")
        requests.firstTokens = try list(top, "ttfts")
        requests.queueTimes = try list(top, "queue_times")
        requests.outputLengths = try list(top, "output_lens")
        requests.gaps = try top.optional("itls")?.array(maximum: 10_000_000)
        if requests.gaps?.isEmpty ?? false { requests.gaps = nil }
        let counts: [(String, Int)] = [
            ("latencies", requests.latencies?.count), ("ttfts", requests.firstTokens?.count),
            ("queue_times", requests.queueTimes?.count), ("output_lens", requests.outputLengths?.count),
            ("itls", requests.gaps?.count),
        ].compactMap { name, count in count.map { (name, $0) } }
        guard let (first, count) = counts.first else { return requests }
        for (name, other) in counts where other != count {
            throw top.fail("has \(count) \(first) and \(other) \(name); expected one of each for a request")
        }
        let clean = try withoutError(top, requests, count)
        let spent = requests.latencies ?? requests.firstTokens
        // A request that failed without a word has neither taken time nor given anything.
        requests.answered = clean.indices.map {
            clean[$0] && spent?[$0] != 0 && requests.outputLengths?[$0] != 0
        }
        let (kept, unblamed) = (requests.answered.count { $0 }, clean.count { $0 })
        let failed = try top.number("failed") ?? 0
        requests.empty = max(0, unblamed - kept - max(0, Int(min(max(failed, 0), 1e9)) - (count - unblamed)))
        try refuseContradictions(top, requests, kept: kept, unblamed: unblamed)
        return requests
    }

    /// Refuses counts and times that cannot be of one run.
    private func refuseContradictions(
        _ top: ObjectReader,
        _ requests: Requests,
        kept: Int,
        unblamed: Int
    ) throws(DocumentError) {
        // An answer can be empty and complete.
        if let completed = try top.number("completed"), let reader = top["completed"],
            completed < Double(kept) || completed > Double(unblamed)
        {
            throw reader.fail(
                "\(reader.found) requests completed, and the lists have \(kept) with an answer and \(unblamed) without an error; "
                    + "the file is damaged or was edited"
            )
        }
        guard let duration = try top.number("duration"), duration > 0, let latencies = requests.latencies else {
            return
        }
        for (index, latency) in latencies.enumerated() where requests.answered[index] && latency > duration * 1.05 {
            throw DocumentError(
                file: file,
                line: top["latencies"]?.line,
                path: "latencies[\(index)]",
                problem: "\(NumberText.plain(latency)) s is longer than the whole run, whose 'duration' is "
                    + "\(NumberText.plain(duration)) s; the file is damaged, or the list is not in seconds"
            )
        }
    }

    /// Which requests were answered: those without an error; without the list of errors, those that took time, where
    /// their number is right.
    private func withoutError(_ top: ObjectReader, _ requests: Requests, _ count: Int) throws(DocumentError) -> [Bool] {
        if let errors = try top.optional("errors")?.array(maximum: 10_000_000), !errors.isEmpty {
            guard errors.count == count else {
                throw top.fail(
                    "has \(counted(count, "request")) and \(counted(errors.count, "error")); expected one for each, empty where none"
                )
            }
            return errors.map { $0.isNull || $0.plainText == nil }
        }
        let failed = try top.number("failed") ?? 0
        guard failed > 0 else { return Array(repeating: true, count: count) }
        let took = (requests.latencies ?? requests.firstTokens ?? []).map { $0 > 0 }
        guard took.count == count, Double(took.count { !$0 }) == failed else {
            throw top.fail(
                "has \(counted(failed, "failed request")) and does not say which; write it with --save-detailed"
            )
        }
        return took
    }

    private func add(_ requests: Requests, _ queue: [Double]?, to run: inout RunSamples) throws(DocumentError) {
        for (index, isAnswered) in requests.answered.enumerated() where isAnswered {
            let held = queue?[index] ?? 0
            if let latency = requests.latencies?[index] {
                try run.add(sample: latency + held, of: RequestMetrics.latency, path: "latencies[\(index)]")
            }
            if let first = requests.firstTokens?[index] {
                try run.add(sample: first + held, of: RequestMetrics.firstToken, path: "ttfts[\(index)]")
            }
            if let held = requests.queueTimes?[index] {
                try run.add(sample: held, of: RequestMetrics.clientDelay, path: "queue_times[\(index)]")
            }
            if let latency = requests.latencies?[index], let first = requests.firstTokens?[index],
                let tokens = requests.outputLengths?[index], tokens > 1, latency >= first
            {
                try run.add(sample: (latency - first) / (tokens - 1), of: RequestMetrics.perToken)
            }
        }
        guard let gaps = requests.gaps else { return }
        for (index, isAnswered) in requests.answered.enumerated() where isAnswered && index >= options.warmUp {
            for gap in try gaps[index].doubles(maximum: 10_000_000) {
                try run.add(unordered: gap, of: RequestMetrics.chunkGap, path: "itls[\(index)]")
            }
        }
    }

    private func rates(_ top: ObjectReader, _ run: inout RunSamples) throws(DocumentError) {
        for (metric, key) in [
            (RequestMetrics.requestRate, "request_throughput"), (RequestMetrics.tokenRate, "output_throughput"),
        ] {
            guard let rate = try top.number(key) else { continue }
            try run.set(rate, of: metric, line: top[key]?.line, path: key)
        }
    }

    /// The tool's own points, for what there is no list of.
    private func summaries(
        _ top: ObjectReader,
        _ run: inout RunSamples,
        _ draft: inout ImportDraft
    ) throws(DocumentError) {
        for (metric, suffix) in [
            (RequestMetrics.latency, "_e2el_ms"), (RequestMetrics.firstToken, "_ttft_ms"),
            (RequestMetrics.perToken, "_tpot_ms"), (RequestMetrics.chunkGap, "_itl_ms"),
        ] where run.count(of: metric.name) == 0 {
            var isReported = false
            for member in top.members where member.key.hasSuffix(suffix) && !member.key.hasPrefix("std") {
                let point = member.key.dropLast(suffix.count)
                guard let statistic = Self.statistic(point), let milliseconds = try top.number(member.key) else {
                    continue
                }
                try run.set(
                    milliseconds / 1_000,
                    of: metric.reported(statistic),
                    line: member.reader.line,
                    path: member.key
                )
                isReported = true
            }
            guard isReported else { continue }
            draft.cannotKnow(
                "\(metric.name) is known by the tool's own points only (--save-detailed writes every request): no interval, and "
                    + "no percentile but those."
            )
        }
    }

    /// `mean`, `median`, `p99` or `p99.9` of the beginning of a key; nil for all else.
    private static func statistic(_ point: Substring) -> String? {
        if point == "mean" || point == "median" { return String(point) }
        guard point.first == "p", let percent = TextNumber.parse(point.dropFirst()), percent > 0, percent < 100 else {
            return nil
        }
        return MetricNames.percentile(percent)
    }
}
