import Documents
import Evidence
import Importing
import Testing

@Suite struct NCCLTestsTests {
    @Test func `a printed table becomes means for each size, and bus bandwidth for the largest`() throws {
        let record = try Import.record("nccl-tests/all-reduce.txt")
        for (metric, value) in [
            ("nccl_allreduce_float_sum_8b_4_ranks_mean", 14.21),
            ("nccl_allreduce_float_sum_8b_4_ranks_in_place_mean", 13.87),
            ("nccl_allreduce_float_sum_16kib_4_ranks_mean", 16.02),
            ("nccl_allreduce_float_sum_16mib_4_ranks_mean", 141.6),
            ("nccl_allreduce_float_sum_16mib_4_ranks_in_place_mean", 140.9),
            ("nccl_allreduce_float_sum_16mib_4_ranks_bus_bandwidth_mean", 177.72),
            ("nccl_allreduce_float_sum_16mib_4_ranks_in_place_bus_bandwidth_mean", 178.6),
        ] { #expect(try Import.value(record, metric) == value, "\(metric)") }
        #expect(record.metrics.count == 8)
        #expect(
            record.metrics.filter { $0.role == .confirmatory }.map(\.name) == [
                "nccl_allreduce_float_sum_16mib_4_ranks_mean"
            ]
        )
        #expect(record.metrics.first { $0.name.hasSuffix("bus_bandwidth_mean") }?.unit == "GB/s")
        let run = try #require(record.runs.first?.run)
        for (name, value) in [
            ("tool", "nccl-tests 2.17.6"), ("nccl", "2.28.9"), ("ranks", "4"), ("nodes", "1"),
            ("nccl_iterations", "20"),
            ("nccl_warm_up_iterations", "5"), ("nccl_aggregated_iterations", "1"), ("nccl_graph", "0"),
        ] { #expect(run.condition(name) == value, "\(name)") }
        #expect(record.hosts.first?.facts.map { [$0.name, $0.value] } == [["gpu", "NVIDIA H100 80GB HBM3"]])
        #expect(record.hosts.first?.blindSpots.contains { $0.contains("no quantile of a collective is known") } == true)
        #expect(!record.hosts.contains { $0.id.contains("alpha0") })
    }

    @Test func `older tables lack columns, a title and the operation`() throws {
        let record = try Import.record("nccl-tests/old-broadcast.txt")
        #expect(try Import.value(record, "nccl_collective_float_1kib_2_ranks_mean") == 22.13)
        #expect(try Import.value(record, "nccl_collective_float_1mib_2_ranks_bus_bandwidth_mean") == 18.79)
        #expect(record.hosts.first?.facts.first?.value == "Tesla V100-SXM2-32GB")
        #expect(record.hosts.first?.blindSpots.contains { $0.contains("does not say which collective") } == true)
        var options = ImportOptions()
        options.conditions = [Condition(name: "collective", value: "broadcast")]
        let named = try Import.record("nccl-tests/old-broadcast.txt", options: options)
        #expect(try Import.value(named, "nccl_broadcast_float_1mib_2_ranks_mean") == 55.8)
    }

    @Test func `two tables in a file are two runs`() throws {
        let table = try ImportSample.named("nccl-tests/all-reduce.txt").bytes
        let record = try Import.record(try Import.runs(table + table, NCCLTestsText.self), NCCLTestsText.self)
        #expect(record.runs.count == 2)
        #expect(record.metrics.count == 8)
    }

    @Test(arguments: [
        ("141.60  118.48  177.72       0", "141.60  118.48  177.72       3", "3 elements of 16777216 bytes are wrong"),
        ("values : 0 OK", "values : 12 FAILED", "nccl-tests found wrong results"),
        ("  141.60  118.48", "  141,60  118.48", "LC_ALL=C"),
        ("  141.60  118.48", "     nan  118.48", "not a finite number"),
        ("177.72       0   140.90", "177.72   140.90", "has 12 fields"),
        ("   141.60  118.48", "   1416.0  118.48", "algbw: 118.48 GB/s is not 16777216 bytes in 1416 us"),
        ("  118.48  177.72", "  118.48  133.72", "busbw: 133.72 GB/s is not 118.48 GB/s times 1.5"),
    ])
    func `a wrong or damaged table is refused`(_ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing("nccl-tests/all-reduce.txt", old, new), NCCLTestsText.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
        #expect(refusal?.hasPrefix("run.out:") == true)
    }

    @Test func `that results were not checked is said`() throws {
        let bytes = try Import.replacing("nccl-tests/all-reduce.txt", "177.72       0", "177.72     N/A")
        let imported = try Import.runs(bytes, NCCLTestsText.self)
        #expect(imported.diagnostics.contains { $0.message.contains("did not check its results") })
    }

    @Test func `the tag of mpirun is named, with what takes it off`() throws {
        let text = String(decoding: try ImportSample.named("nccl-tests/all-reduce.txt").bytes, as: UTF8.self)
        let tagged = Array(text.split(separator: "\n").map { "[1,0]<stdout>:\($0)\n" }.joined().utf8)
        let importer = try ImporterRegistry.importer(for: ImportHead(tagged, isWhole: true), file: "run.out")
        #expect(importer.format.name == "nccl-tests")
        let refusal = Import.refusal(tagged, importer)
        #expect(refusal?.contains("without --tag-output") == true, "\(refusal ?? "read")")
    }

    @Test func `a table without its footer is taken with a warning`() throws {
        let bytes = try Import.replacing("nccl-tests/all-reduce.txt", "# Out of bounds values : 0 OK\n", "")
        let imported = try Import.runs(bytes, NCCLTestsText.self)
        #expect(
            imported.diagnostics.contains { $0.severity == .warning && $0.message.contains("may have ended early") }
        )
    }

    @Test func `the time of each iteration is a sample, in order, and the environment goes nowhere`() throws {
        let record = try Import.record("nccl-tests-json/per-iteration.json")
        let name = "nccl_allreduce_float_sum_1mib_4_ranks"
        let times = try Import.series(record, name)
        #expect(times.count == 24 && abs(times.mean - 44.01604825) < 1e-9 && times.maximum == 88.25)
        #expect(times.samples.values.first == 88.25)
        #expect(try Import.value(record, "\(name)_mean") == 43.5)
        #expect(try Import.value(record, "\(name)_bus_bandwidth_mean") == 36.157)
        #expect(record.metrics.filter { $0.role == .confirmatory }.map(\.name) == [name])
        // What was "nan" is not there.
        #expect(!record.metrics.contains { $0.name.contains("in_place") })
        let text = String(decoding: try record.encoded(), as: UTF8.self)
        #expect(!text.contains("do-not-keep-me") && !text.contains("API_TOKEN") && !text.contains("gamma2"))
        var options = ImportOptions()
        options.warmUp = 1
        let warm = try Import.record("nccl-tests-json/per-iteration.json", options: options)
        #expect(abs(try Import.series(warm, name).mean - 42.09283295652173) < 1e-9)
        #expect(warm.runs.first?.run.warmUpExcluded == 1)
        options.warmUp = 24
        let bytes = try ImportSample.named("nccl-tests-json/per-iteration.json").bytes
        #expect(
            Import.refusal(bytes, NCCLTestsJSON.self, options: options)?.contains("all of them warm-up (24)") == true
        )
    }

    @Test func `the process that the others always wait for is named`() throws {
        let bytes = try ImportSample.named("nccl-tests-json/per-iteration.json").bytes
        let notes = try Import.runs(bytes, NCCLTestsJSON.self).diagnostics.map(\.message)
        #expect(notes.contains { $0.hasPrefix("process 1 was the slowest in 24 of 24 iterations of 1mib") })
    }

    @Test(arguments: [
        ("\"okay\":\"true\"", "\"okay\":\"false\"", "found wrong results"),
        ("\"nwrong\":0.0", "\"nwrong\":2", "2 elements are wrong"),
        ("\"time\":43.5", "\"time\":\"43,5\"", "is not a number"),
        ("\"size\":1048576,", "", "results[0].size: is missing"),
        ("88.25,", "\"slow\",", "is not a number"), ("88.25,", "-88.25,", "negative"),
    ])
    func `damaged JSON is refused with its path`(_ old: String, _ new: String, _ words: String) throws {
        let bytes = try Import.replacing("nccl-tests-json/per-iteration.json", old, new)
        let refusal = Import.refusal(bytes, NCCLTestsJSON.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
        #expect(refusal?.contains("do-not-keep-me") == false)
    }
}

@Suite struct OSUBenchmarkTests {
    @Test func `columns are found by their titles`() throws {
        let record = try Import.record("osu/all-reduce.txt")
        for (metric, value) in [
            ("osu_mpi_allreduce_latency_4b_mean", 11.69), ("osu_mpi_allreduce_latency_4b_slowest_rank_mean", 13.02),
            ("osu_mpi_allreduce_latency_4b_reported_p50", 11.4), ("osu_mpi_allreduce_latency_4b_reported_p99", 21.55),
            ("osu_mpi_allreduce_latency_1mib_mean", 3576.91), ("osu_mpi_allreduce_latency_1mib_reported_p99", 3990.3),
        ] { #expect(try Import.value(record, metric) == value, "\(metric)") }
        let run = try #require(record.runs.first?.run)
        #expect(run.condition("datatype") == "MPI_INT" && run.condition("tool") == "OSU micro-benchmarks 7.4")
        #expect(run.condition("latency_path") == nil)
    }

    @Test func `a result that was found wrong is refused`() throws {
        func table(_ word: String) -> [UInt8] {
            let text = """
                # OSU MPI Allreduce Latency Test v7.4
                # Size       Avg Latency(us)     Validation
                4                       3.11           Pass
                1048576               412.55           \(word)

                """
            return Array(text.utf8)
        }
        let refusal = Import.refusal(table("Fail"), OSUBenchmarks.self)
        #expect(
            refusal?.contains("Validation: is 'Fail': a benchmark that computes wrong") == true,
            "\(refusal ?? "read")"
        )
        #expect(refusal?.hasPrefix("run.out:4") == true)
        #expect(Import.refusal(table("Pass"), OSUBenchmarks.self) == nil)
    }

    @Test func `what stands between title and columns is a condition`() throws {
        let text = """
            # OSU MPI Multiple Bandwidth / Message Rate Test v7.1
            # [ pairs: 4 ] [ window size: 64 ]
            # Send Buffer on DEVICE (D) and Receive Buffer on HOST (H)
            # Window creation: MPI_Win_allocate
            # Synchronization: MPI_Win_flush
            # Size                  MB/s        Messages/s
            1                      12.11       12110233.11

            """
        let record = try Import.record(try Import.runs(Array(text.utf8), OSUBenchmarks.self), OSUBenchmarks.self)
        let run = try #require(record.runs.first?.run)
        for (name, value) in [
            ("osu_pairs", "4"), ("osu_window_size", "64"), ("osu_send_buffer", "device"),
            ("osu_receive_buffer", "host"),
            ("osu_window_creation", "MPI_Win_allocate"), ("osu_synchronization", "MPI_Win_flush"),
        ] { #expect(run.condition(name) == value, "\(name)") }
    }

    @Test func `each title begins a run, and point-to-point latency is half a round trip`() throws {
        let record = try Import.record("osu/point-to-point.txt")
        let runs = record.runs.map(\.run)
        try #require(runs.count == 2)
        #expect(runs[0].series(of: "osu_mpi_latency_8b_mean")?.mean == 1.04)
        #expect(runs[0].condition("latency_path") == "half-rtt")
        #expect(runs[1].series(of: "osu_mpi_bandwidth_4mib_mean")?.mean == 24310.52)
        #expect(record.metrics.last?.unit == "MB/s" && record.metrics.last?.direction == .higher)
    }

    @Test(arguments: [
        ("Avg Latency(us)   Min", "Odd Column(us)   Min", "'Odd Column(us)"),
        ("11.69              9.80 ", "11.69 ", "has 6 fields and the header 7 columns"), ("11.69", "11,69", "LC_ALL=C"),
    ])
    func `what is no table is refused`(_ old: String, _ new: String, _ words: String) throws {
        let bytes = try Import.replacing("osu/all-reduce.txt", old, new)
        let refusal = Import.refusal(bytes, OSUBenchmarks.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }
}
