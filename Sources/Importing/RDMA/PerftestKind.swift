internal import Documents
internal import Evidence

/// Which of perftest's programs ran, by the title that it prints: `RDMA_Write Latency Test`, `Send Bidirectional BW Test`.
struct PerftestKind: Sendable, Hashable {
    /// `rdma_write`, `rdma_read`, `send`, `atomic` with its type.
    var verb: String
    var isLatency: Bool
    /// Both directions at once.
    var isBidirectional: Bool

    /// The kind of a title or of `test_info.test`; nil where it is neither a latency nor a bandwidth test.
    init?(title: some StringProtocol) {
        let name = PlainText.name(title)
        let words = name.split(separator: "_").map(String.init)
        isLatency = words.contains("latency") || words.contains("lat")
        guard isLatency || words.contains("bw") else { return nil }
        isBidirectional = words.contains("bidirectional")
        let known = ["write", "read", "send", "atomic"]
        guard let place = words.firstIndex(where: known.contains) else { return nil }
        verb = words[place] == "send" || words[place] == "atomic" ? words[place] : "rdma_\(words[place])"
    }

    /// What its latencies mean: writes and sends are timed there and back and halved, reads and atomics there and back
    /// (perftest_resources.c, rtt_factor).
    var semantics: LatencySemantics {
        let isHalved = verb == "rdma_write" || verb == "send"
        return LatencySemantics(path: isHalved ? .halfRoundTrip : .roundTrip, start: .service, loop: .closed)
    }

    /// The name of its metric for a size of message.
    func name(bytes: Int) -> String {
        let direction = isBidirectional ? "_bidirectional" : ""
        return "\(verb)\(direction)_\(isLatency ? "latency" : "bandwidth")_\(MetricNames.size(bytes))"
    }
}

/// One line of a result of perftest.
struct PerftestResult: Sendable {
    var bytes: Int
    var iterations: Int?
    /// By the program's own names, in microseconds: `t_typical`, `t_avg`, `percentile_99`, `percentile_99.9`, `t_min`.
    var microseconds: [String: Double] = [:]
    var bitsPerSecond: Double?
    var messagesPerSecond: Double?
    var transactionsPerSecond: Double?
    var line: Int

    /// Puts the result into a run.
    ///
    /// Left out on purpose: `t_max`, from which the two largest samples were cut, and `t_stdev`, whose deviations were cut to
    /// whole numbers before they were squared (perftest_parameters.c, print_report_lat).
    func add(to run: inout RunSamples, kind: PerftestKind, role: Metric.Role, hasSamples: Bool) throws(DocumentError) {
        let name = kind.name(bytes: bytes)
        if kind.isLatency, !hasSamples {
            let latency = Metric.part(name, "us", .lower)
            for (key, statistic) in [
                ("t_avg", "mean"), ("t_typical", "median"), ("t_min", "min"), ("percentile_99", "p99"),
                ("percentile_99.9", "p99.9"),
            ] {
                guard let value = microseconds[key] else { continue }
                let isFirst = key == "t_typical" || (key == "t_avg" && microseconds["t_typical"] == nil)
                try run.set(value, of: latency.reported(statistic, isFirst ? role : .exploratory), line: line)
            }
        }
        if let rate = transactionsPerSecond {
            try run.set(rate, of: Metric.part("\(name)_transactions_mean", "1/s", .higher, .exploratory), line: line)
        }
        if let rate = bitsPerSecond {
            // What the network probe calls the same thing is in the same unit.
            try run.set(rate / 1e9, of: Metric.part("\(name)_mean", "Gbit/s", .higher, role), line: line)
        }
        if let rate = messagesPerSecond, rate > 0 {
            try run.set(rate, of: Metric.part("\(name)_messages_mean", "1/s", .higher, .exploratory), line: line)
        }
    }
}

/// The unit of a bandwidth that perftest gives without one, or that its header names.
enum PerftestBandwidth: Sendable {
    /// `MB/sec` means the same as `MiB/sec`: 2^20 bytes.
    case mebibytes, gigabits

    /// The unit in a column's title: `BW average[MiB/sec]`, `BW average[Gb/sec]`.
    init?(title: some StringProtocol) {
        switch PlainText.between(String(title)[...], "[", "]")?.lowercased() {
        case "mib/sec", "mb/sec": self = .mebibytes
        case "gb/sec": self = .gigabits
        default: return nil
        }
    }

    /// The unit in which a bandwidth agrees with the rate of messages of that size, which has one; nil where none does.
    ///
    /// Perftest works out the one from the other, so they agree to the rounding of what is printed.
    init?(bandwidth: Double, millionMessagesPerSecond rate: Double, bytes: Int) {
        let found = [PerftestBandwidth.mebibytes, .gigabits].filter {
            $0.agrees(bandwidth: bandwidth, millionMessagesPerSecond: rate, bytes: bytes)
        }
        guard let only = found.first, found.count == 1 else { return nil }
        self = only
    }

    /// Whether a bandwidth in this unit agrees with the rate of messages, to the rounding of both.
    func agrees(bandwidth: Double, millionMessagesPerSecond rate: Double, bytes: Int) -> Bool {
        let expected = rate * 1e6 * Double(bytes) * 8
        let rounding = 0.6e-6 * 1e6 * Double(bytes) * 8 + 0.006 * bitsPerSecond
        return expected > 0 && abs(bandwidth * bitsPerSecond - expected) <= 0.02 * expected + rounding
    }

    /// Bits a second in one of it.
    var bitsPerSecond: Double {
        switch self {
        case .mebibytes: 8 * 1_048_576
        case .gigabits: 1e9
        }
    }
}
