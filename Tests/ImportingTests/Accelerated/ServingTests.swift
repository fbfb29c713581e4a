import Documents
import Evidence
import Importing
import Testing

@Suite struct LoadGenTests {
    static let server: [(String, Double)] = [
        ("request_latency_reported_p99", 0.082056764), ("request_latency_reported_p99.9", 0.143294654),
        ("request_latency_mean", 0.03037717), ("time_to_first_token_reported_p99", 0.012),
        ("samples_rate", 3102.49), ("scheduled_samples_rate", 3102.76),
    ]

    @Test(arguments: ["loadgen-summary/server.txt", "loadgen-detail/server.txt"])
    func `summary and detail say the same`(_ sample: String) throws {
        let record = try Import.record(sample)
        for (metric, value) in Self.server {
            #expect(abs(try Import.value(record, metric) - value) < 1e-12, "\(metric)")
        }
        #expect(record.metrics.filter { $0.role == .confirmatory }.map(\.name) == ["request_latency_reported_p99"])
        let run = try #require(record.runs.first?.run)
        for (name, value) in [
            ("loadgen_scenario", "Server"), ("loadgen_valid", "yes"), ("offered_load_per_s", "3100"),
            ("load_loop", "open"),
            ("latency_start", "response"),
        ] { #expect(run.condition(name) == value, "\(name)") }
        #expect(
            record.hosts.first?.blindSpots.contains { $0.contains("points of its latencies without the samples") }
                == true
        )
    }

    @Test func `a result printed twice is one value, and what decides is the scenario's`() throws {
        let record = try Import.record("loadgen-summary/single-stream.txt")
        #expect(try Import.value(record, "request_latency_reported_p90") == 0.0047275)
        #expect(record.metrics.filter { $0.role == .confirmatory }.map(\.name) == ["request_latency_reported_p90"])
        #expect(record.runs.first?.run.condition("load_loop") == "closed")
        let bytes = try ImportSample.named("loadgen-summary/single-stream.txt").bytes
        let said = try Import.runs(bytes, LoadGenSummary.self).diagnostics
        #expect(said.contains { $0.severity == .warning && $0.message.contains("INVALID") })
    }

    @Test(arguments: [
        ("loadgen-summary/server.txt", "PerformanceOnly", "AccuracyOnly", "measures no speed"),
        ("loadgen-summary/server.txt", "82056764", "82,056,764", "LC_ALL=C"),
        ("loadgen-summary/server.txt", "82056764", "nan", "finite number"),
        (
            "loadgen-summary/single-stream.txt", "90.00 percentile latency (ns)   : 4727500",
            "90.00 percentile latency (ns) : 5", "second time"
        ),
        ("loadgen-detail/server.txt", "PerformanceOnly", "AccuracyOnly", "measures no speed"),
        ("loadgen-detail/server.txt", "82056764", "1e999", "run.out:8"),
        ("loadgen-detail/server.txt", "result_", "other_", "ends before the results"),
    ])
    func `damage is refused`(_ sample: String, _ old: String, _ new: String, _ words: String) throws {
        let bytes = try Import.replacing(sample, old, new)
        let type = try ImportSample.named(sample).importer
        let refusal = Import.refusal(bytes, type)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }
}

@Suite struct VLLMBenchTests {
    @Test func `lists are seconds and go before summaries; waiting in the client counts`() throws {
        let record = try Import.record("vllm-bench/detailed.json")
        // Eleven of twelve requests were answered.
        for (metric, count, mean) in [
            ("request_latency", 11, 1.0087542727272727), ("time_to_first_token", 11, 0.0572509090909091),
            ("time_per_output_token", 11, 0.31716778787878785),
        ] {
            let series = try Import.series(record, metric)
            #expect(series.count == count && abs(series.mean - mean) < 1e-12, "\(metric)")
        }
        #expect(try Import.series(record, "inter_chunk_latency").count == 33)
        #expect(try Import.series(record, "client_delay").count == 11)
        #expect(try Import.value(record, "request_throughput") == 4.4)
        #expect(!record.metrics.contains { $0.name.contains("reported") || $0.name.hasSuffix("_mean") })
        let run = try #require(record.runs.first?.run)
        for (name, value) in [
            ("request_rate_per_s", "8"), ("workload", "example/model-8b"), ("latency_start", "response"),
            ("load_loop", "open"),
            ("failed_requests", "1"), ("output_tokens", "44"),
        ] { #expect(run.condition(name) == value, "\(name)") }
        #expect(run.condition("concurrency") == nil)
        #expect(!String(decoding: try record.encoded(), as: UTF8.self).contains("secret"))
    }

    @Test func `without lists the tool's points are named as its own, and a burst is closed`() throws {
        let record = try Import.record("vllm-bench/summary-burst.json")
        for (metric, value) in [
            ("time_to_first_token_mean", 0.06), ("time_to_first_token_reported_p99", 0.07),
            ("time_to_first_token_reported_p99.9", 0.0915), ("request_latency_reported_p99", 1.04225),
            ("time_per_output_token_mean", 0.3),
        ] { #expect(abs(try Import.value(record, metric) - value) < 1e-12, "\(metric)") }
        #expect(!record.metrics.contains { $0.name == "request_latency" })
        let run = try #require(record.runs.first?.run)
        #expect(run.condition("request_rate_per_s") == "inf" && run.condition("load_loop") == "closed")
        #expect(run.condition("concurrency") == "32" && run.condition("latency_start") == "service")
        #expect(record.hosts.first?.blindSpots.contains { $0.contains("no latency of whole requests") } == true)
        let bytes = try ImportSample.named("vllm-bench/summary-burst.json").bytes
        #expect(try Import.runs(bytes, VLLMBench.self).diagnostics.contains { $0.message.contains("rate is infinite") })
    }

    @Test func `a request that failed without a word is in no latency`() throws {
        let whole = try Import.record("vllm-bench/detailed.json")
        let silent = try Import.replacing("vllm-bench/detailed.json", "\"timeout\"", "\"\"")
        let imported = try Import.runs(silent, VLLMBench.self)
        let record = try Import.record(imported, VLLMBench.self)
        for metric in ["request_latency", "time_to_first_token", "client_delay"] {
            #expect(try Import.series(record, metric) == Import.series(whole, metric), "\(metric)")
        }
        #expect(!imported.diagnostics.contains { $0.message.contains("no output either") })
        let text = String(decoding: silent, as: UTF8.self)
        let empty = text.replacing("\"failed\":1", with: "\"failed\":0").replacing(
            "\"completed\":11",
            with: "\"completed\":12"
        )
        let said = try Import.runs(Array(empty.utf8), VLLMBench.self)
        #expect(said.diagnostics.contains { $0.message.hasPrefix("1 request has no error and no output either") })
    }

    @Test func `without the errors, failed requests are known only where their number is right`() throws {
        var text = String(decoding: try ImportSample.named("vllm-bench/detailed.json").bytes, as: UTF8.self)
        let errors = try #require(text.firstRange(of: #/"errors":\[[^\]]*\],/#))
        text.removeSubrange(errors)
        let record = try Import.record(try Import.runs(Array(text.utf8), VLLMBench.self), VLLMBench.self)
        #expect(try Import.series(record, "request_latency").count == 11)
        let wrong = text.replacing("\"failed\":1", with: "\"failed\":2")
        #expect(Import.refusal(Array(wrong.utf8), VLLMBench.self)?.contains("does not say which") == true)
    }

    @Test(arguments: [
        ("\"ttfts\":[", "\"ttfts\":[0.1,", "expected one of each for a request"),
        ("\"queue_times\":[", "\"queue_times\":[null,", "queue_times[0]"),
        ("\"ttfts\":[", "\"ttfts\":[\"NaN\",", "ttfts[0]"), ("\"latencies\":[", "\"latencies\":[1e400,", "run.out:1"),
        ("\"errors\":[\"\",", "\"errors\":[", "12 requests and 11 errors"),
        ("\"errors\":[\"\",", "\"errors\":[\"HTTP 500\",", "lists have 10 with an answer and 10 without an error"),
        ("\"completed\":11", "\"completed\":10", "10 requests completed, and the lists have 11"),
        ("\"duration\":2.5", "\"duration\":0.9", "latencies[0]: 0.984111 s is longer than the whole run"),
    ])
    func `damage is refused with its path`(_ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing("vllm-bench/detailed.json", old, new), VLLMBench.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }
}

@Suite struct AIPerfTests {
    @Test func `requests are put in the order of their sending, warm-up and failures left out`() throws {
        let record = try Import.record("aiperf/profile_export.jsonl")
        let latency = try Import.series(record, "request_latency")
        #expect(latency.samples.values.map { ($0 * 1e3).rounded() } == [102, 103, 100, 110])
        #expect(abs(latency.mean - 0.103625) < 1e-12)
        #expect(try Import.series(record, "time_to_first_token").count == 4)
        #expect(
            try Import.series(record, "inter_chunk_latency").samples.values.map { ($0 * 1e3).rounded() } == [
                9, 10, 10, 11, 11, 12, 12, 13,
            ]
        )
        #expect(abs(try Import.series(record, "client_delay").mean - 0.002) < 1e-6)
        let run = try #require(record.runs.first?.run)
        #expect(run.condition("requests") == "4" && run.condition("failed_requests") == "1")
        #expect(run.condition("latency_start") == "service" && run.condition("output_tokens") == "12")
        #expect(run.started?.text == "2025-11-20T07:11:12Z")
        // Four requests from the first send to the last end.
        #expect(abs(try Import.value(record, "request_throughput") - 4 / (3 * 268_435_456e-9 + 0.11)) < 1e-5)
        var options = ImportOptions()
        options.warmUp = 2
        let warm = try Import.record("aiperf/profile_export.jsonl", options: options)
        #expect(try Import.series(warm, "request_latency").count == 2)
        #expect(try Import.series(warm, "inter_chunk_latency").count == 4)
    }

    @Test(arguments: [
        ("\"unit\": \"ms\"", "\"unit\": \"furlong\"", "has the unit 'furlong'"),
        ("101.5", "\"slow\"", "is not a number"),
        ("\"request_start_ns\": 1763622672000000000", "\"start\": 1", "has no request_start_ns"),
        ("\"value\": 101.5", "\"value\": -101.5", "negative"),
        ("{\"metadata\": {\"session_num\": 2", "{\"metadata\" {", "run.out:2"),
    ])
    func `damage is refused with its line`(_ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing("aiperf/profile_export.jsonl", old, new), AIPerfRecords.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }

    @Test func `older files have other names, and no end of a request`() throws {
        let record = try Import.record("aiperf/older.jsonl")
        #expect(
            try Import.series(record, "request_latency").samples.values.map { ($0 * 1e4).rounded() } == [70005, 80005]
        )
        #expect(try Import.series(record, "time_to_second_token").count == 2)
        #expect(!record.metrics.contains { $0.name == "request_throughput" })
    }

    @Test func `requests that all failed are no measurement`() throws {
        let bytes = try Import.replacing(
            "aiperf/profile_export.jsonl",
            "\"was_cancelled\": false",
            "\"was_cancelled\": true"
        )
        #expect(Import.refusal(bytes, AIPerfRecords.self)?.contains("all 5 failed") == true)
    }

    @Test func `the summary is points only`() throws {
        let record = try Import.record("aiperf-summary/profile_export_aiperf.json")
        for (metric, value) in [
            ("request_latency_mean", 0.101), ("request_latency_median", 0.1), ("request_latency_reported_p99", 0.11),
            ("time_to_first_token_reported_p90", 0.0175), ("request_throughput", 7.95),
            ("output_token_throughput", 512.25),
        ] { #expect(abs(try Import.value(record, metric) - value) < 1e-12, "\(metric)") }
        let run = try #require(record.runs.first?.run)
        #expect(run.condition("concurrency") == "32" && run.condition("request_rate_per_s") == nil)
        #expect(run.condition("tool") == "AIPerf 0.5.0")
    }
}
