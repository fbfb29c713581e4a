package import Documents
internal import Evidence

/// iperf3's JSON: intervals as samples of the rate, and what the ends state of the whole.
package struct IperfImporter: Importer {
    package static let format = ImportFormat(
        name: "iperf3",
        title: "iperf3 --json",
        command: "iperf3 -c HOST -t 30 -i 0.5 -O 2 --json",
        limits: "Rates of intervals are samples in order; a packet's own latency is not measured, only TCP's estimate.",
        marks: ["\"sum_sent\"", "\"test_start\"", "\"cpu_utilization_percent\"", "\"iperf ", "\"intervals\""]
    )

    package static func recognises(_ head: ImportHead) -> Bool {
        head.holdsKey("start") && head.holdsKey("version") && head.fromFirstObject.contains("\"iperf ")
    }

    /// What iperf3 writes into `start` once for each stream, or each connection that a server takes.
    private static let repeats = JSONDocument.Repeats(
        in: "start",
        keys: ["sock_bufsize", "sndbuf_actual", "rcvbuf_actual", "target_bitrate"]
    )

    private let file: String
    private let options: ImportOptions
    private var feed: JSONFeed

    package init(file: String, options: ImportOptions) {
        self.file = file
        self.options = options
        feed = JSONFeed(file: file, allowsText: true, repeats: Self.repeats)
    }

    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) { try feed.append(bytes) }

    package mutating func finish() throws(DocumentError) -> ImportedRuns {
        let (reader, hadText) = try feed.document()
        let root = try reader.mapping()
        if let error = root["error"] {
            throw error.fail("iperf3 failed: \(error.found); run it again")
        }
        var draft = ImportDraft(file: file)
        if hadText { draft.note(.note, "text around the JSON was passed over") }
        let start = try root.require("start").mapping()
        let version = try start.require("version").string()
        draft.tool = .init(name: "iperf3", version: String(version.after("iperf ") ?? version[...]))
        let end = try root.require("end").mapping()
        let asked = try start.require("test_start", expected: "what was asked; the test never began")
        // Not every version states --bidir among what was asked; its sums do.
        let test = try IperfTest(
            asked,
            isBoth: end.has("sum_sent_bidir_reverse") || end.has("sum_bidir_reverse"),
            isServer: start.has("accepted_connection")
        )
        guard end.has("sum") || end.has("sum_sent") else {
            throw end.fail("has no sums: the test did not come to its end; run it again")
        }
        let intervals = try root.require("intervals").array(maximum: 1_000_000)
        // `Linux NAME 6.1.0 …`
        let host = try start["system_info"]?.string().split(separator: " ").dropFirst().first.map(String.init)
        let seconds = try start["timestamp"]?.mapping()["timesecs"]?.double()
        var conditions = test.conditions
        if let congestion = try end["sender_tcp_congestion"]?.string() {
            conditions.append(Condition(name: "net_congestion_control", value: congestion))
        }
        if let segment = try start["tcp_mss_default"]?.int(), segment > 0, test.isTCP {
            conditions.append(Condition(name: "net_segment_bytes", value: "\(segment)"))
        }
        let ways = test.directions
        let series = try ways.map { (way) throws(DocumentError) in
            try IperfSeries(intervals, key: way.key, isSender: way.isSender, warmUp: options.warmUp, draft: &draft)
        }
        try draft.beginRun(
            "iperf3",
            host: host,
            started: seconds.flatMap { ImportTime.unix(milliseconds: $0 * 1000) },
            warmUpExcluded: series.first?.leftOut ?? 0,
            conditions: conditions
        )
        for (way, series) in zip(ways, series) { try write(way, series, test, end, to: &draft) }
        try writeProcessors(end, to: &draft)
        draft.cannotKnow(
            "iperf3 sees rates of intervals, not the time of one message; its tail cannot be known from it."
        )
        return try draft.finish(expected: "intervals with rates")
    }

    private func write(
        _ way: IperfTest.Direction,
        _ series: IperfSeries,
        _ test: IperfTest,
        _ end: ObjectReader,
        to draft: inout ImportDraft
    ) throws(DocumentError) {
        let rate = Metric.part(test.metric(way), "Gbit/s", .higher)
        try draft.add(rate, samples: series.gigabits, line: end.reader.line, path: "intervals")
        if series.gigabits.isEmpty {
            let cause =
                series.leftOut > 0
                ? "all \(series.leftOut) interval(s) are of the warm-up"
                : "the file has no interval (iperf3 -i 0 writes none)"
            draft.note(
                .note,
                "\(rate.name) has no samples, for \(cause): only what the ends state of the whole was taken; run it with -i 0.5"
            )
        }
        if !series.roundTrips.isEmpty {
            let metric = Metric.part(
                "net_tcp_round_trip_estimate\(way.isSender ? "" : "_in")",
                "us",
                .lower,
                .exploratory
            )
            try draft.add(metric, samples: series.roundTrips, line: end.reader.line, path: "intervals")
        }
        let suffix = way.key == "sum" ? "" : "_bidir_reverse"
        // The key says which end; the flag 'sender' beside it does not.
        // A server that sent does not learn what arrived, and writes 0.
        if !(test.isServer && way.isSender), let received = try end["sum_received\(suffix)"]?.mapping(),
            let bits = received["bits_per_second"]
        {
            try draft.add(rate.reported("received"), bits, times: 1e-9)
        }
        if let sent = try end["sum_sent\(suffix)"]?.mapping() {
            if let again = sent["retransmits"] {
                let metric = Metric.part("net_retransmits_\(way.word)", "segments", .lower, .exploratory)
                try draft.add(metric, again)
            }
        }
        guard !test.isTCP, let sum = try (end["sum_received\(suffix)"] ?? end["sum\(suffix)"] ?? end["sum"])?.mapping()
        else { return }
        if let jitter = sum["jitter_ms"] {
            try draft.add(.part("net_udp_jitter_\(way.word)", "us", .lower, .exploratory), jitter, times: 1000)
        }
        if let lost = sum["lost_percent"] {
            try draft.add(.part("net_udp_lost_\(way.word)", "%", .lower, .exploratory), lost)
        }
    }

    private func writeProcessors(_ end: ObjectReader, to draft: inout ImportDraft) throws(DocumentError) {
        guard let use = try end["cpu_utilization_percent"]?.mapping() else { return }
        for (key, name) in [("host_total", "net_cpu_local"), ("remote_total", "net_cpu_remote")] {
            guard let reader = use[key] else { continue }
            try draft.add(.part(name, "%", .lower, .exploratory), reader)
        }
    }
}

/// What an iperf3 test was asked to do.
struct IperfTest {
    /// One way that data took.
    struct Direction {
        /// The key of its sums.
        var key: String
        /// Whether this end sent.
        var isSender: Bool
        /// `out` or `in`, as this end sees it.
        var word: String { isSender ? "out" : "in" }
    }

    let isTCP: Bool
    let streams: Int
    private let isReverse: Bool
    private let isBoth: Bool
    /// Whether the file is of the end that waited for the other.
    let isServer: Bool
    private let fields: [(name: String, value: String)]

    init(_ reader: Reader, isBoth: Bool, isServer: Bool) throws(DocumentError) {
        let test = try reader.mapping()
        let protocolReader = try test.require("protocol")
        let name = try protocolReader.string()
        guard ["TCP", "UDP", "SCTP"].contains(name) else {
            throw protocolReader.fail("\(quoted(name)) is not a protocol of iperf3; expected TCP, UDP or SCTP")
        }
        isTCP = name != "UDP"
        streams = try test.require("num_streams").int(in: 1...100_000)
        isReverse = try test["reverse"]?.int() ?? 0 != 0
        self.isBoth = isBoth
        self.isServer = isServer
        var fields = [("net_protocol", name.lowercased()), ("net_streams", "\(streams)")]
        for (key, name) in [
            ("blksize", "iperf_block_bytes"), ("duration", "iperf_duration_s"), ("omit", "iperf_omit_s"),
            ("tos", "net_tos"),
        ] {
            guard let value = try test[key]?.double() else { continue }
            fields.append((name, NumberText.plain(value)))
        }
        if let target = try test["target_bitrate"]?.double(), target > 0 {
            fields.append(("iperf_target_gbit_per_s", NumberText.plain(target / 1e9)))
        }
        if isServer { fields.append(("iperf_end", "server")) }
        self.fields = fields
    }

    /// The ways that data took.
    var directions: [Direction] {
        isBoth
            ? [Direction(key: "sum", isSender: !isServer), Direction(key: "sum_bidir_reverse", isSender: isServer)]
            : [Direction(key: "sum", isSender: isReverse == isServer)]
    }

    /// The name of the rate: that of the project's own where it is the same thing.
    func metric(_ way: Direction) -> String {
        "net_\(isTCP ? "" : "udp_")bandwidth_\(way.word)_\(streams)\(isBoth ? "_bidir" : "")"
    }

    var conditions: [Condition] { fields.map { Condition(name: $0.name, value: $0.value) } }
}

/// The intervals of one way.
struct IperfSeries {
    /// Rates in Gbit/s, in order.
    private(set) var gigabits: [Double] = []
    /// TCP's smoothed round trip at the end of each interval and stream, in µs.
    private(set) var roundTrips: [Double] = []
    /// Intervals left out at the beginning: those iperf3 was told to omit, and those of the warm-up.
    private(set) var leftOut = 0

    init(
        _ intervals: [Reader],
        key: String,
        isSender: Bool,
        warmUp: Int,
        draft: inout ImportDraft
    ) throws(DocumentError) {
        var lengths: [Double] = []
        var passedOver = 0
        var contradicted = 0
        var rates: [(seconds: Double, gigabits: Double)] = []
        for interval in intervals {
            let fields = try interval.mapping()
            guard let sum = try fields[key]?.mapping() else { continue }
            if try sum["omitted"]?.bool() ?? false {
                leftOut += 1
                continue
            }
            let seconds = try sum.require("seconds").double(in: 0...1e9)
            // The first behind the omitted ones can hold the time of the one before it, and with it half the rate.
            if let begin = try sum["start"]?.double(), let end = try sum["end"]?.double(),
                abs(end - begin - seconds) > 0.05 * seconds
            {
                contradicted += 1
                continue
            }
            guard passedOver >= warmUp else {
                passedOver += 1
                leftOut += 1
                continue
            }
            lengths.append(seconds)
            rates.append((seconds, try sum.require("bits_per_second").double(in: 0...1e18) / 1e9))
            for stream in try fields["streams"]?.array(maximum: 100_000) ?? [] {
                let fields = try stream.mapping()
                guard try fields["sender"]?.bool() ?? isSender == isSender, let reader = fields["rtt"] else { continue }
                roundTrips.append(try reader.double(in: 0...1e12))
            }
        }
        if contradicted > 0 {
            draft.note(
                .note,
                "\(counted(contradicted, "interval")) of \(quoted(key)) left out: 'seconds' is not the time from 'start' to "
                    + "'end', so the rate is of another time (iperf3 writes this behind -O with -i below a second)"
            )
        }
        lengths.sort()
        let usual = lengths.isEmpty ? 0 : lengths[lengths.count / 2]
        // The last interval may be a splinter, whose rate is of a few packets.
        gigabits = rates.filter { $0.seconds >= usual * 0.1 }.map(\.gigabits)
        if gigabits.count < rates.count {
            draft.note(
                .note,
                "\(rates.count - gigabits.count) interval(s) under a tenth of the usual length were left out"
            )
        }
    }
}
