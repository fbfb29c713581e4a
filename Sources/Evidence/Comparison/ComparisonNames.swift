/// Names of facts, conditions and units as the gate reads them: spelling apart, one name a thing.
enum ComparisonNames {
    /// The name in lower case with `_` between its words, aliases resolved: `Request-Rate` is `request_rate_per_s`.
    static func canonical(_ name: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count)
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
            case UInt8(ascii: "-"), UInt8(ascii: " "), UInt8(ascii: "."): bytes.append(UInt8(ascii: "_"))
            default: bytes.append(byte)
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return aliases[text] ?? text
    }

    private static let aliases = [
        "offered_load": "offered_load_per_s",
        "qps": "request_rate_per_s", "rps": "request_rate_per_s", "request_rate": "request_rate_per_s",
        "requests_per_s": "request_rate_per_s", "queries_per_s": "request_rate_per_s",
        "batchsize": "batch_size", "driver_version": "driver", "gpu_name": "gpu",
    ]

    /// A value in the form in which it is compared: numbers by value where the name is that of a quantity, as `2.1` and
    /// `2.10` are one number and two versions.
    static func comparable(_ value: String, of name: String) -> String {
        let text = value.lowercased()
        guard isQuantity(name), let number = DecimalText.parse(Array(text.utf8)[...]) else { return text }
        return "\(number)"
    }

    /// Whether values under the name are amounts.
    static func isQuantity(_ name: String) -> Bool {
        quantities.contains(name) || endings.contains { name.hasSuffix($0) }
    }

    private static let quantities: Set<String> = [
        "concurrency", "ranks", "nodes", "threads", "seq_len", "sequence_length", "numa_nodes",
    ]
    private static let endings = [
        "_w", "_mhz", "_ghz", "_hz", "_per_s", "_size", "_count", "_length", "_s", "_ms", "_us", "_ns", "_c",
        "_percent",
        "_bytes", "_kib", "_mib", "_gib", "_kb", "_mb", "_gb",
    ]

    /// Whether a unit is one of time.
    static func isTime(_ unit: String) -> Bool { times.contains(unit.lowercased()) }

    private static let times: Set<String> = [
        "ns", "nsec", "nanosecond", "nanoseconds",
        // Micro has two code points: the micro sign and the Greek letter.
        "us", "\u{B5}s", "\u{3BC}s", "usec", "\u{B5}sec", "\u{3BC}sec", "microsecond", "microseconds",
        "ms", "msec", "msecs", "millisecond", "milliseconds",
        "s", "sec", "secs", "second", "seconds",
        "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour", "hours",
    ]
}
