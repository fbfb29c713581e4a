import Documents
import Evidence
import Importing
import Testing

@Suite struct NVBandwidthTests {
    @Test func `cells are strings, lines are GPUs, squares are their mean and their worst pair`() throws {
        let record = try Import.record("nvbandwidth/two-gpus.json")
        for (metric, value) in [
            ("nvbandwidth_host_to_device_memcpy_ce_gpu0", 55.63), ("nvbandwidth_host_to_device_memcpy_ce_gpu1", 55.41),
            ("nvbandwidth_device_to_device_memcpy_read_ce_mean_of_pairs", 377.65),
            ("nvbandwidth_device_to_device_memcpy_read_ce_worst_pair", 377.2),
            ("nvbandwidth_host_device_latency_sm_gpu0", 712.5), ("nvbandwidth_host_device_latency_sm_gpu1", 718),
        ] { #expect(abs(try Import.value(record, metric) - value) < 1e-9, "\(metric)") }
        #expect(record.metrics.count == 6)
        let latency = try #require(record.metrics.last)
        #expect(latency.unit == "ns" && latency.direction == .lower)
        #expect(record.metrics.first?.unit == "GB/s" && record.metrics.first?.direction == .higher)
        let facts = record.hosts.first?.facts.map { [$0.name, $0.value] }
        #expect(facts == [["driver", "570.86.15"], ["gpu", "NVIDIA H100 80GB HBM3"], ["gpu_count", "2"]])
        #expect(record.runs.first?.run.condition("tool") == "nvbandwidth v0.8")
        #expect(record.hosts.first?.id.contains("delta3") == false)
    }

    @Test func `tests that did not pass are said and left out`() throws {
        let imported = try Import.runs(try ImportSample.named("nvbandwidth/two-gpus.json").bytes, NVBandwidth.self)
        let said = imported.diagnostics.map { [$0.severity.rawValue, $0.message] }
        #expect(
            said.contains { $0[0] == "note" && $0[1].contains("'device_local_copy'") && $0[1].contains("'Waived'") }
        )
        #expect(said.contains { $0[0] == "warning" && $0[1].contains("'multinode_") && $0[1].contains("'Error'") })
        #expect(said.count == 2)
    }

    @Test func `cells that do not add up to the sum are said`() throws {
        let bytes = try Import.replacing("nvbandwidth/two-gpus.json", "\"sum\" : 111.04", "\"sum\" : 222.08")
        let said = try Import.runs(bytes, NVBandwidth.self).diagnostics.map(\.message)
        #expect(said.contains { $0.contains("the cells add up to 111.040, and its sum is 222.080") })
    }

    @Test(arguments: [
        ("\"55.63\"", "\"55,63\"", "'55,63' is not a number"), ("\"55.63\"", "\"-55.63\"", "negative"),
        ("\"git_version\"", "\"error\" : \"no CUDA device\", \"git_version\"", "nvbandwidth failed: 'no CUDA device'"),
        ("\"testcases\"", "\"cases\"", "nvbandwidth.testcases: is missing"),
    ])
    func `damage is refused`(_ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing("nvbandwidth/two-gpus.json", old, new), NVBandwidth.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }
}

@Suite struct DCGMDiagnosticTests {
    private static let sample = "dcgm-diag/passed.json"

    @Test func `a diagnostic that passed is facts of the hosts that other files were measured on`() throws {
        let health = try Import.runs(try ImportSample.named(Self.sample).bytes, DCGMDiagnostic.self)
        #expect(health.runs.isEmpty && health.metrics.isEmpty)
        let pairs = health.facts.map { [$0.name, $0.value] }
        #expect(
            pairs == [
                ["dcgm_diag", "passed with warnings"], ["dcgm_diag_tests", "memory, pcie, targeted_power"],
                ["driver", "570.86.15"],
            ]
        )
        #expect(health.facts.allSatisfy { $0.evidence == "dcgmi diag 4.2.3" })
        #expect(health.diagnostics.map(\.message).contains { $0.contains("software on GPU 0 ('Persistence mode") })
        #expect(health.blindSpots == ["DCGM skipped eud: it says nothing of them."])
        var assembly = RecordAssembly(options: ImportOptions())
        try assembly.add(health, format: DCGMDiagnostic.format, file: "dcgm.json", sha256: "sha256:1")
        let bytes = try ImportSample.named("nvbandwidth/two-gpus.json").bytes
        let measured = try Import.runs(bytes, NVBandwidth.self)
        try assembly.add(measured, format: NVBandwidth.format, file: "bw.json", sha256: "sha256:2")
        let record = try assembly.finish(tool: .init(name: "test", version: "1"))
        #expect(record.hosts.first?.facts.contains { $0.name == "dcgm_diag" } == true)
        #expect(!String(decoding: try record.encoded(), as: UTF8.self).contains("1650000000001"))
    }

    @Test func `a diagnostic alone is no record`() throws {
        var assembly = RecordAssembly(options: ImportOptions())
        let health = try Import.runs(try ImportSample.named(Self.sample).bytes, DCGMDiagnostic.self)
        try assembly.add(health, format: DCGMDiagnostic.format, file: "dcgm.json", sha256: "sha256:1")
        #expect(throws: DocumentError.self) { try assembly.finish(tool: .init(name: "test", version: "1")) }
    }

    @Test(arguments: [
        (
            "\"Pass\"", "\"Fail\"",
            "the GPU fails its diagnostic: pcie on GPU 0; memory on GPU 0; targeted_power on GPU 0"
        ),
        ("\"Deployment\"", "\"Hardware\"", "the GPU fails its diagnostic: software on GPU 0 ('Persistence mode"),
        ("\"metadata\": {", "\"runtime_error\": \"no GPU\", \"metadata\": {", "the diagnostic did not run: 'no GPU'"),
        ("\"Pass\"", "\"Skip\"", "no test passed"), ("\"Skip\"", "\"Maybe\"", "has the status 'maybe'"),
    ])
    func `a GPU that fails refuses the file`(_ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing(Self.sample, old, new), DCGMDiagnostic.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }

    @Test func `version 3 has another root`() throws {
        let text = """
            {"DCGM GPU Diagnostic":{"version":"3.3.1","Driver Version Detected":"545.23.08","test_categories":[
            {"category":"Hardware","tests":[{"name":"GPU Memory","results":[{"gpu_ids":"0,1","status":"Pass"}]}]}]}}
            """
        #expect(DCGMDiagnostic.recognises(ImportHead(Array(text.utf8), isWhole: true)))
        let health = try Import.runs(Array(text.utf8), DCGMDiagnostic.self)
        #expect(health.facts.map(\.value) == ["passed", "GPU Memory", "545.23.08"])
        #expect(health.blindSpots.contains { $0.contains("No test under load") })
    }
}

@Suite struct GDSIOTests {
    @Test func `each line is a run, GiB become GB, means are named means`() throws {
        let record = try Import.record("gdsio/reads.txt")
        #expect(record.runs.count == 2)
        #expect(record.metrics.map(\.name) == ["gdsio_gpud_read_1mib_rate_mean", "gdsio_gpud_read_1mib_latency_mean"])
        let run = try #require(record.runs.first?.run)
        let rate = try #require(run.series(of: "gdsio_gpud_read_1mib_rate_mean")?.mean)
        #expect(abs(rate - 6.510417 * 1.073741824) < 1e-12)
        #expect(run.series(of: "gdsio_gpud_read_1mib_latency_mean")?.mean == 1197.370995)
        #expect(run.condition("gdsio_threads") == "8" && run.condition("load_loop") == "closed")
        #expect(record.hosts.first?.blindSpots.contains { $0.contains("asked for, not what happened") } == true)
    }

    @Test(arguments: [
        ("IOSize: 1024(KiB) Throughput: 6.510417", "Throughput: 6.510417", "has no IOSize"),
        ("6.510417", "6,510417", "LC_ALL=C"), ("6.510417", "nan", "finite number"),
        (" total_time 60.000000 secs\nIoType", " ops\nIoType", "has no total_time"), ("GiB/sec", "MiB/sec", "units"),
    ])
    func `damage is refused`(_ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing("gdsio/reads.txt", old, new), GDSIO.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }

    @Test func `a throughput that its data contradict is said`() throws {
        let bytes = try Import.replacing("gdsio/reads.txt", "Throughput: 6.510417", "Throughput: 7.510417")
        let said = try Import.runs(bytes, GDSIO.self).diagnostics
        #expect(said.contains { $0.severity == .warning && $0.message.contains("6.510 GiB/s") && $0.line == 2 })
    }
}
