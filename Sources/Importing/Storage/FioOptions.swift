internal import Documents
internal import Evidence

/// The options of a fio job, as far as they say what was measured.
struct FioOptions {
    private var values: [String: String] = [:]

    init() {}

    init(_ reader: Reader) throws(DocumentError) {
        for (name, value) in try reader.mapping(maximum: 1_000).members where value.isString {
            values[name] = try value.string()
        }
    }

    /// These, and the global ones where these say nothing.
    func over(_ global: FioOptions) -> FioOptions {
        var merged = global
        merged.values.merge(values) { _, own in own }
        return merged
    }

    subscript(_ names: String...) -> String? {
        for name in names { if let value = values[name] { return value } }
        return nil
    }

    var pattern: String { self["rw", "readwrite"].map { String($0.prefix { $0 != ":" }) } ?? "read" }
    var isRandom: Bool { pattern.hasPrefix("rand") }
    var isMixed: Bool { ["rw", "readwrite", "randrw"].contains(pattern) }
    /// The depth that was asked for; nil where it is no plain number.
    var statedDepth: Int? { self["iodepth"].map { Int($0) } ?? 1 }

    /// Whether the engine makes one request at a time whatever the depth; nil where fio chose the engine.
    var isSynchronous: Bool? { self["ioengine"].map { Self.synchronous.contains($0) } }

    private static let synchronous: Set = ["psync", "sync", "pvsync", "pvsync2", "vsync", "mmap"]
    var clones: Int { self["numjobs"].flatMap { Int($0) } ?? 1 }

    /// Whether the page cache was passed by.
    var isDirect: Bool {
        if let direct = self["direct"] { return direct != "0" }
        if let buffered = self["buffered"] { return buffered == "0" }
        return false
    }

    /// Whether requests came at times of their own.
    var isOpenLoop: Bool { self["rate_process"] == "poisson" && (self["rate_iops"] ?? self["rate"]) != nil }

    /// The size of a request in this direction in bytes; nil where it varies.
    func blockBytes(_ direction: Int) -> Int? {
        // A replayed log has sizes of its own.
        if self["bsrange", "blocksize_range", "bssplit", "read_iolog"] != nil { return nil }
        guard let text = self["bs", "blocksize"] else { return 4096 }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        // One latency of reads and writes of different sizes is of no size.
        if direction > 2, Set(parts).count > 1 { return nil }
        let part = direction < parts.count && !parts[direction].isEmpty ? parts[direction] : parts.last { !$0.isEmpty }
        return part.flatMap { Self.bytes($0) }
    }

    /// The same as the project spells sizes: `4k`, `1m`, `512b`.
    func blockSize(_ direction: Int) -> String? {
        guard let bytes = blockBytes(direction) else { return nil }
        if bytes % (1 << 20) == 0 { return "\(bytes >> 20)m" }
        if bytes % 1024 == 0 { return "\(bytes >> 10)k" }
        return "\(bytes)b"
    }

    /// Sizes as fio reads them by default: `4k` is 4096.
    private static func bytes(_ text: Substring) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number > 0, number < 1 << 40 else { return nil }
        switch text.dropFirst(digits.count).lowercased() {
        case "", "b": return number
        case "k", "kb", "kib": return number << 10
        case "m", "mb", "mib": return number << 20
        case "g", "gb", "gib": return number < 1 << 20 ? number << 30 : nil
        default: return nil
        }
    }

    /// What else tells jobs apart; paths and names of hosts are left where they are.
    var conditions: [Condition] {
        Self.kept.compactMap { name in
            values[name].map { Condition(name: "fio_\(name)", value: String($0.prefix(100))) }
        } + [Condition(name: "fio_direct", value: isDirect ? "yes" : "no")]
    }

    private static let kept = [
        "ioengine", "rw", "bs", "bsrange", "bssplit", "iodepth", "numjobs", "size", "io_size", "runtime", "time_based",
        "ramp_time", "rate", "rate_iops", "rate_process", "thinktime", "fsync", "fdatasync", "sync", "rwmixread",
        "iodepth_batch_submit", "iodepth_batch_complete_max", "hipri", "norandommap", "random_distribution",
    ]
}
