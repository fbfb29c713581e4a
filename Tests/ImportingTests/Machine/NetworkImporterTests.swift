import Documents
import Evidence
import Foundation
import Importing
import Testing

@Suite struct IperfTests {
    private func root(_ name: String) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(try ImportSample.named("iperf3/\(name)").bytes))
        return try #require(object as? [String: Any])
    }

    private func intervals(_ name: String, _ key: String = "sum") throws -> [[String: Any]] {
        try #require(try root(name)["intervals"] as? [[String: Any]]).compactMap { $0[key] as? [String: Any] }
    }

    private func end(_ name: String, _ key: String) throws -> [String: Any] {
        try #require((try root(name)["end"] as? [String: Any])?[key] as? [String: Any])
    }

    private func rates(_ name: String, _ key: String = "sum") throws -> [Double] {
        try intervals(name, key).filter { $0["omitted"] as? Bool == false }.compactMap {
            ($0["bits_per_second"] as? Double).map { $0 / 1e9 }
        }
    }

    @Test func `intervals after the omitted ones are samples in order, and the ends state the rest`() throws {
        let record = try Import.record("iperf3/tcp.json")
        let series = try Import.series(record, "net_bandwidth_out_1")
        #expect(series.samples.values == (try rates("tcp.json")))
        #expect(series.count == 4 && record.runs.first?.run.warmUpExcluded == 2)
        let received = try end("tcp.json", "sum_received")["bits_per_second"] as? Double
        #expect(try Import.value(record, "net_bandwidth_out_1_received") == (received ?? 0) * 1e-9)
        #expect(
            try Import.value(record, "net_retransmits_out")
                == (try end("tcp.json", "sum_sent")["retransmits"] as? Double)
        )
        let use = try end("tcp.json", "cpu_utilization_percent")
        for (name, key) in [("net_cpu_local", "host_total"), ("net_cpu_remote", "remote_total")] {
            let stated = try #require(use[key] as? Double)
            #expect(abs(try Import.value(record, name) - stated) <= 1e-12 * stated)
        }
        let roundTrips = try #require(try root("tcp.json")["intervals"] as? [[String: Any]]).filter {
            ($0["sum"] as? [String: Any])?["omitted"] as? Bool == false
        }.compactMap { (($0["streams"] as? [[String: Any]])?.first?["rtt"] as? Double) }
        #expect(try Import.series(record, "net_tcp_round_trip_estimate").samples.values == roundTrips)
        let run = try #require(record.runs.first?.run)
        #expect(run.condition("tool") == "iperf3 3.12" && run.condition("net_protocol") == "tcp")
        #expect(run.condition("net_streams") == "1" && run.condition("iperf_omit_s") == "1")
        #expect(run.started != nil)
        #expect(record.hosts.map(\.id) == ["unnamed, of run.out"])
    }

    @Test func `a reversed test is of the way in, and one of both ways is two metrics`() throws {
        let reverse = try Import.record("iperf3/reverse.json")
        #expect(try Import.series(reverse, "net_bandwidth_in_1").samples.values == (try rates("reverse.json")))
        let both = try Import.record("iperf3/bidir.json")
        #expect(try Import.series(both, "net_bandwidth_out_2_bidir").samples.values == (try rates("bidir.json")))
        let back = try rates("bidir.json", "sum_bidir_reverse")
        #expect(try Import.series(both, "net_bandwidth_in_2_bidir").samples.values == back)
        let received = try end("bidir.json", "sum_received_bidir_reverse")["bits_per_second"] as? Double
        #expect(try Import.value(both, "net_bandwidth_in_2_bidir_received") == (received ?? 0) * 1e-9)
    }

    @Test func `datagrams have jitter and losses`() throws {
        let record = try Import.record("iperf3/udp.json")
        let sum = try end("udp.json", "sum_received")
        #expect(try Import.value(record, "net_udp_lost_out") == sum["lost_percent"] as? Double)
        #expect(abs(try Import.value(record, "net_udp_jitter_out") - (sum["jitter_ms"] as? Double ?? 0) * 1000) < 1e-9)
        #expect(try Import.series(record, "net_udp_bandwidth_out_1").samples.values == (try rates("udp.json")))
        #expect(record.runs.first?.run.condition("iperf_target_gbit_per_s") == "0.05")
    }

    @Test func `a warm-up leaves out intervals beyond those that iperf3 omitted`() throws {
        var options = ImportOptions()
        options.warmUp = 3
        let record = try Import.record("iperf3/tcp.json", options: options)
        #expect(try Import.series(record, "net_bandwidth_out_1").count == 1)
        #expect(record.runs.first?.run.warmUpExcluded == 5)
    }

    @Test func `a file without an interval says that the rate has no samples, and why`() throws {
        var options = ImportOptions()
        options.warmUp = 1_000
        let bytes = try ImportSample.named("iperf3/tcp.json").bytes
        let warm = try Import.runs(bytes, IperfImporter.self, options: options)
        #expect(
            warm.diagnostics.contains { $0.message.contains("net_bandwidth_out_1 has no samples, for all") },
            "\(warm.diagnostics)"
        )
        var root = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        root["intervals"] = [Any]()
        let none = try Import.runs(Array(JSONSerialization.data(withJSONObject: root)), IperfImporter.self)
        #expect(
            none.diagnostics.contains { $0.message.contains("the file has no interval (iperf3 -i 0") },
            "\(none.diagnostics)"
        )
        #expect(try Import.record("iperf3/tcp.json").metrics.contains { $0.name == "net_bandwidth_out_1_received" })
    }

    @Test func `what iperf3 writes into start once a stream may stand there again, if it is the same`() throws {
        let record = try Import.record("iperf3/parallel.json")
        #expect(try Import.series(record, "net_bandwidth_out_2").count == 2)
        let text = String(decoding: try ImportSample.named("iperf3/parallel.json").bytes, as: UTF8.self)
        let key = "\"sock_bufsize\":\t"
        try #require(text.components(separatedBy: key).count == 3)
        let last = try #require(text.range(of: key, options: .backwards))
        let unequal = text.replacingCharacters(in: last, with: key + "1")
        #expect(
            Import.refusal(Array(unequal.utf8), IperfImporter.self)?.contains("'sock_bufsize' stands twice") == true
        )
        for (old, new) in [
            ("\"version\":", "\"cookie\": 1, \"cookie\": 1, \"version\":"),
            ("\"protocol\":", "\"sock_bufsize\": 0, \"sock_bufsize\": 0, \"protocol\":"),
            ("\"cpu_utilization_percent\":", "\"sock_bufsize\": 0, \"sock_bufsize\": 0, \"cpu_utilization_percent\":"),
        ] {
            let bytes = try Import.replacing("iperf3/parallel.json", old, new)
            #expect(Import.refusal(bytes, IperfImporter.self)?.contains("stands twice in one object") == true, "\(old)")
        }
    }

    @Test func `a server sees the ways of the client turned round, and not what its client received`() throws {
        for (name, metric, received) in [
            ("tcp.json", "net_bandwidth_in_1", true), ("reverse.json", "net_bandwidth_out_1", false),
        ] {
            let accepted = "\"start\": {\"accepted_connection\": {\"host\": \"::1\", \"port\": 5},"
            let bytes = try Import.replacing("iperf3/\(name)", "\"start\": {", accepted)
            let record = try Import.record(try Import.runs(bytes, IperfImporter.self), IperfImporter.self)
            #expect(try Import.series(record, metric).samples.values == (try rates(name)))
            #expect(record.metrics.contains { $0.name == "\(metric)_received" } == received, "\(name)")
            #expect(record.runs.first?.run.condition("iperf_end") == "server")
        }
    }

    @Test func `an interval whose seconds are not the time from its start to its end is left out`() throws {
        var root = try root("tcp.json")
        var intervals = try #require(root["intervals"] as? [[String: Any]])
        var sum = try #require(intervals[2]["sum"] as? [String: Any])
        let begin = try #require(sum["start"] as? Double)
        sum["end"] = begin + 0.0001
        intervals[2]["sum"] = sum
        root["intervals"] = intervals
        let bytes = Array(try JSONSerialization.data(withJSONObject: root))
        let imported = try Import.runs(bytes, IperfImporter.self)
        let record = try Import.record(imported, IperfImporter.self)
        #expect(
            try Import.series(record, "net_bandwidth_out_1").samples.values == Array(try rates("tcp.json").dropFirst())
        )
        #expect(record.runs.first?.run.warmUpExcluded == 2)
        #expect(imported.diagnostics.contains { $0.message.hasPrefix("1 interval of 'sum' left out") })
    }

    @Test func `a test that failed is refused with iperf3's own words`() throws {
        let failed =
            "{\"start\": {\"version\": \"iperf 3.12\"}, \"intervals\": [], \"end\": {}, "
            + "\"error\": \"unable to connect to server: Connection refused\"}\n"
        #expect(IperfImporter.recognises(ImportHead(Array(failed.utf8), isWhole: true)))
        let refusal = Import.refusal(Array(failed.utf8), IperfImporter.self)
        #expect(refusal?.contains("Connection refused") == true && refusal?.contains("run it again") == true)
        let unfinished = try Import.replacing("iperf3/tcp.json", "\"sum_", "\"no_sum_")
        #expect(Import.refusal(unfinished, IperfImporter.self)?.contains("did not come to its end") == true)
    }
}

@Suite struct SockperfTests {
    @Test func `every message of a full log is a sample, in order`() throws {
        let record = try Import.record("sockperf/full-log.csv")
        let series = try Import.series(record, "net_half_round_trip_14b")
        let text = String(decoding: try ImportSample.named("sockperf/full-log.csv").bytes, as: UTF8.self)
        let expected = text.split(separator: "\n").filter { $0.first?.isNumber ?? false }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
        #expect(expected.count == 20 && series.samples.values == expected)
        let run = try #require(record.runs.first?.run)
        #expect(run.condition("latency_path") == "half-rtt" && run.condition("latency_start") == "service")
        #expect(run.condition("sockperf_mps") == "40" && run.condition("load_loop") == nil)
        #expect(record.hosts.first?.blindSpots.contains { $0.contains("load_loop=closed or open") } == true)
        var options = ImportOptions()
        options.warmUp = 5
        let later = try Import.series(
            try Import.record("sockperf/full-log.csv", options: options),
            "net_half_round_trip_14b"
        )
        #expect(later.samples.values == Array(expected.dropFirst(5)))
    }

    @Test func `the text has means and reported percentiles, of the whole round trip where that was asked for`() throws
    {
        let record = try Import.record("sockperf/summary.txt")
        #expect(try Import.value(record, "net_round_trip_mean") == 39.779)
        #expect(try Import.value(record, "net_round_trip_reported_p99.9") == 8091.150)
        #expect(try Import.value(record, "net_round_trip_max") == 31561.973)
        #expect(record.runs.first?.run.condition("latency_path") == "rtt")
        #expect(record.runs.first?.run.condition("tool") == "sockperf 3.7-no.git")
        #expect(try Import.value(try Import.record("sockperf/throughput.txt"), "net_message_rate_14b") == 43530)
    }

    @Test(arguments: [
        ("1, 2.466849502, 2.466939029, 44.764", "1, 2.466849502, 2.466939029, 89.527", "is not half of the 89.527 us"),
        ("44.764", "44,764", "has 5 fields; expected 4"),
        ("44.764", "nan", "'nan' is not a finite number"),
        ("Total 20 observations", "Total 21 observations", "has 20 messages and its head says 21"),
        ("rxTime(sec), latency(usec)", "latency(usec), rxTime(sec)", "the columns are"),
        ("# dropped messages = 0", "# dropped messages = x", "dropped messages"),
    ])
    func `a damaged log is refused`(_ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing("sockperf/full-log.csv", old, new), SockperfImporter.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }

    @Test func `the text names the protocol, and that it does not name the size is said`() throws {
        let text = String(decoding: try ImportSample.named("sockperf/summary.txt").bytes, as: UTF8.self)
        let head = "[ 0] IP = 127.0.0.1       PORT = 11998 # TCP\n"
        let imported = try Import.runs(Array((head + text).utf8), SockperfImporter.self)
        let record = try Import.record(imported, SockperfImporter.self)
        #expect(record.runs.first?.run.condition("net_protocol")?.contains("tcp") == true)
        #expect(imported.diagnostics.contains { $0.message.contains("does not say how large a message is") })
        let log = try Import.runs(try ImportSample.named("sockperf/full-log.csv").bytes, SockperfImporter.self)
        #expect(!log.diagnostics.contains { $0.message.contains("how large a message") })
    }

    @Test func `dropped messages and open loops are said`() throws {
        var bytes = try Import.replacing("sockperf/full-log.csv", "# dropped messages = 0", "# dropped messages = 3")
        let imported = try Import.runs(bytes, SockperfImporter.self)
        #expect(
            imported.diagnostics.contains { $0.severity == .warning && $0.message.hasPrefix("3 messages were dropped") }
        )
        bytes = try Import.replacing("sockperf/full-log.csv", "--reply-every=1", "--reply-every=100")
        let record = try Import.record(try Import.runs(bytes, SockperfImporter.self), SockperfImporter.self)
        #expect(record.runs.first?.run.condition("load_loop") == "open")
    }
}
