import Documents
import Evidence
import Importing
import Testing

@Suite struct PerftestTests {
    @Test func `percentiles are points, the false maximum and spread are not taken`() throws {
        let record = try Import.record("perftest/send-latency.txt")
        for (metric, value) in [
            ("send_latency_2b_mean", 1.8), ("send_latency_2b_median", 1.79), ("send_latency_2b_min", 1.76),
            ("send_latency_2b_reported_p99", 1.88), ("send_latency_2b_reported_p99.9", 6.12),
        ] { #expect(try Import.value(record, metric) == value, "\(metric)") }
        #expect(record.metrics.count == 5)
        #expect(record.metrics.filter { $0.role == .confirmatory }.map(\.name) == ["send_latency_2b_median"])
        let run = try #require(record.runs.first?.run)
        for (name, value) in [
            ("latency_path", "half-rtt"), ("rdma_device", "mlx5_0"), ("rdma_transport", "IB"),
            ("rdma_connection", "RC"),
            ("rdma_link", "IB"), ("rdma_mtu", "4096[B]"), ("rdma_iterations", "1000"),
        ] { #expect(run.condition(name) == value, "\(name)") }
        let imported = try Import.runs(try ImportSample.named("perftest/send-latency.txt").bytes, PerftestText.self)
        #expect(imported.diagnostics.contains { $0.message.contains("differing CPU frequencies") })
        #expect(imported.blindSpots.contains { $0.contains("maximum leaves out the two largest samples") })
    }

    @Test func `with -U every sample is taken, and a read is a whole round trip`() throws {
        let record = try Import.record("perftest/read-latency-samples.txt")
        let samples = try Import.series(record, "rdma_read_latency_64b")
        #expect(samples.count == 20 && abs(samples.mean - 2.23516) < 1e-9 && samples.maximum == 9.5)
        #expect(samples.isOrdered && record.metrics.count == 1)
        #expect(record.runs.first?.run.condition("latency_path") == "rtt")
        var options = ImportOptions()
        options.warmUp = 8
        let warm = try Import.record("perftest/read-latency-samples.txt", options: options)
        #expect(try Import.series(warm, "rdma_read_latency_64b").maximum < 2)
    }

    @Test func `sorted samples have no order`() throws {
        let text = String(decoding: try ImportSample.named("perftest/read-latency-samples.txt").bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let samples = lines.filter { $0.first?.isNumber == true && $0.contains(", ") }
        let sorted = samples.sorted {
            (Double($0.split(separator: " ")[1]) ?? 0) < (Double($1.split(separator: " ")[1]) ?? 0)
        }
        var next = sorted.makeIterator()
        let bytes = Array(lines.map { samples.contains($0) ? next.next() ?? "" : $0 }.joined(separator: "\n").utf8)
        let record = try Import.record(try Import.runs(bytes, PerftestText.self), PerftestText.self)
        let summary = try Import.series(record, "rdma_read_latency_64b")
        #expect(summary.count == 20 && !summary.isOrdered && summary.maximum == 9.5)
        #expect(abs(summary.mean - 2.23516) < 1e-9)
        #expect(record.runs.first?.run.condition("latency_path") == "rtt")
    }

    @Test func `bandwidth is in the probe's unit whatever the header's`() throws {
        let record = try Import.record("perftest/write-bandwidth.txt")
        let wide = try Import.value(record, "rdma_write_bandwidth_8mib_mean")
        #expect(abs(wide - 23204.96 * 8 * 1_048_576 / 1e9) < 1e-9)
        #expect(try Import.value(record, "rdma_write_bandwidth_8mib_messages_mean") == 2901)
        #expect(abs(try Import.value(record, "rdma_write_bandwidth_64kib_messages_mean") - 369_929) < 1e-6)
        #expect(record.metrics.first?.unit == "Gbit/s")
    }

    @Test(arguments: [
        ("perftest/send-latency.txt", "                    Send Latency Test\n", "", "title of the test is missing"),
        ("perftest/send-latency.txt", " 1.79 ", " 1,79 ", "LC_ALL=C"),
        ("perftest/send-latency.txt", "\t\t6.12", "\t\tnan", "finite number"),
        ("perftest/send-latency.txt", "t_avg[usec]", "t_avg[cycles]", "is no column that is known"),
        ("perftest/write-bandwidth.txt", "BW average[MiB/sec]", "BW average[furlong]", "a unit that is not known"),
        ("perftest/write-bandwidth.txt", "BW average[MiB/sec]", "BW average[Gb/sec]", "contradict each other"),
        ("perftest/write-bandwidth.txt", "0.369929", "0.000929", "contradict each other"),
        ("perftest/read-latency-samples.txt", "#, usec", "#, cycles", "--report-cycles"),
    ])
    func `what could be misread is refused`(_ sample: String, _ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing(sample, old, new), PerftestText.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }
}

@Suite struct PerftestJSONTests {
    @Test func `Debian's invalid JSON is mended and said`() throws {
        let sample = try ImportSample.named("perftest-json/debian-write-bw.json")
        let imported = try Import.runs(sample.bytes, PerftestJSON.self)
        #expect(imported.diagnostics.map(\.message).contains { $0.contains("no valid JSON") })
        let record = try Import.record("perftest-json/debian-write-bw.json")
        // 0.3471 million messages of 64 KiB are 181.98 Gbit/s and 21,694 MiB/s: the number is one of Gbit/s.
        #expect(abs(try Import.value(record, "rdma_write_bandwidth_64kib_mean") - 181.98) < 1e-9)
        let run = try #require(record.runs.first?.run)
        #expect(run.condition("rdma_device") == "mlx5_0" && run.condition("rdma_connection") == "RC")
    }

    @Test func `the same bandwidth in MiB is known by its messages`() throws {
        let bytes = try Import.replacing(
            "perftest-json/debian-write-bw.json",
            "BW_average: 181.98",
            "BW_average: 21693.75"
        )
        let record = try Import.record(try Import.runs(bytes, PerftestJSON.self), PerftestJSON.self)
        #expect(abs(try Import.value(record, "rdma_write_bandwidth_64kib_mean") - 181.98) < 0.01)
    }

    @Test func `valid JSON is read as it is`() throws {
        let sample = try ImportSample.named("perftest-json/send-latency.json")
        #expect(try Import.runs(sample.bytes, PerftestJSON.self).diagnostics.isEmpty)
        let record = try Import.record("perftest-json/send-latency.json")
        #expect(try Import.value(record, "send_latency_2b_reported_p99.9") == 6.12)
        #expect(record.metrics.count == 5)
        #expect(record.runs.first?.run.condition("latency_path") == "half-rtt")
    }

    @Test(arguments: [
        ("BW_average: 181.98", "BW_average: 999.9", "has no unit in the file"),
        ("MsgRate: 0.347100", "MsgRate: 0.0", "has no unit in the file"),
        ("MsgSize: 65536,", "MsgSize: 65536", "import what it prints instead"),
        ("BW_average: 181.98", "BW_average: nan", "a number"), ("RDMA_Write_BW_Test", "Ping", "is no latency"),
        ("Mtu: 4096,", "Mtu: 4096,\nMtu: 1024,", "Mtu"), ("results: {", "outcome: {", "results: is missing"),
    ])
    func `what cannot be mended is refused`(_ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(
            try Import.replacing("perftest-json/debian-write-bw.json", old, new),
            PerftestJSON.self
        )
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }
}
