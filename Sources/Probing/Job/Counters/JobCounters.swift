internal import Evidence

/// The kernel's counters of the whole machine before or after a run; what a kernel does not have is nil.
///
/// They count everybody: what else ran on the machine is in them, and ``DisturbanceReport`` says when that is much.
package struct JobCounters: Sendable, Hashable {
    /// Values that only grow, in the metric's unit.
    package private(set) var values: [JobMetric: Double] = [:]

    /// Names of RDMA counters whose growth is trouble.
    static let rdmaTrouble = [
        "out_of_sequence", "packet_seq_err", "local_ack_timeout_err", "rnr_nak_retry_err", "implied_nak_seq_err",
        "rx_icrc_encapsulated", "req_cqe_error", "resp_cqe_error", "roce_adp_retrans_to",
    ]

    /// Reads the counters; `text` gives the content of a file, `names` of a folder, nil where there is none.
    package init(text: (String) -> String?, names: (String) -> [String]?) {
        stolen(text)
        pressure(text)
        disks(text, names)
        network(text, names)
        rdma(text, names)
    }

    /// The counters of the machine we stand on.
    package static func live() -> JobCounters {
        JobCounters(text: LiveText.read, names: { SystemFiles.list($0, maximum: 4096).value })
    }

    /// What grew since an earlier look, in the order of ``JobMetric``; a counter that started again is left out.
    package func since(_ earlier: JobCounters) -> [JobReading] {
        JobMetric.allCases.compactMap { metric in
            guard let first = earlier.values[metric], let last = values[metric], last >= first else { return nil }
            return JobReading(metric, last - first)
        }
    }

    private mutating func stolen(_ text: (String) -> String?) {
        guard let line = text("/proc/stat")?.split(separator: "\n").first, line.hasPrefix("cpu ") else { return }
        let words = line.split(separator: " ")
        guard words.count > 8, let ticks = Self.count(words[8]) else { return }
        values[.stolenTime] = ticks / DisturbanceCounters.ticksPerSecond
    }

    private mutating func pressure(_ text: (String) -> String?) {
        let files: [(JobMetric, String)] = [
            (.processorPressure, "cpu"), (.ioPressure, "io"), (.memoryPressure, "memory"),
        ]
        for (metric, name) in files {
            for line in (text("/proc/pressure/\(name)") ?? "").split(separator: "\n") where line.hasPrefix("some ") {
                guard let total = line.split(separator: " ").last(where: { $0.hasPrefix("total=") }) else { continue }
                if let microseconds = Self.count(total.dropFirst(6)) { values[metric] = microseconds * 1e-6 }
            }
        }
    }

    private mutating func disks(_ text: (String) -> String?, _ names: (String) -> [String]?) {
        // Whole devices that end at hardware: a partition or a mapping of one would count twice.
        let stacked = ["loop", "ram", "zram", "dm-", "md", "sr", "fd"]
        let devices = Set((names("/sys/block") ?? []).filter { name in !stacked.contains { name.hasPrefix($0) } })
        guard !devices.isEmpty, let table = text("/proc/diskstats") else { return }
        var (read, written, busy) = (0.0, 0.0, 0.0)
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 13, devices.contains(String(words[2])) else { continue }
            read += (Self.count(words[5]) ?? 0) / 2048
            written += (Self.count(words[9]) ?? 0) / 2048
            busy += (Self.count(words[12]) ?? 0) * 1e-3
        }
        values[.diskRead] = read
        values[.diskWritten] = written
        values[.diskBusy] = busy
    }

    private mutating func network(_ text: (String) -> String?, _ names: (String) -> [String]?) {
        guard let table = text("/proc/net/dev") else { return }
        var found: [(name: String, received: Double, sent: Double)] = []
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let name = trimmed(Array(parts[0].utf8))
            let words = parts[1].split(separator: " ")
            guard name != "lo", words.count >= 9, let received = Self.count(words[0]), let sent = Self.count(words[8])
            else { continue }
            found.append((name, received, sent))
        }
        guard !found.isEmpty else { return }
        // A bridge and its members count the same bytes; where there is hardware, hardware is what counts.
        let hardware = found.filter { names("/sys/class/net/\($0.name)")?.contains("device") ?? false }
        let counted = hardware.isEmpty ? found : hardware
        values[.networkReceived] = counted.reduce(0) { $0 + $1.received } / 1_048_576
        values[.networkSent] = counted.reduce(0) { $0 + $1.sent } / 1_048_576
    }

    private mutating func rdma(_ text: (String) -> String?, _ names: (String) -> [String]?) {
        let root = "/sys/class/infiniband"
        for device in (names(root) ?? []).sorted() {
            for port in (names("\(root)/\(device)/ports") ?? []).sorted() {
                let folder = "\(root)/\(device)/ports/\(port)"
                func add(_ metric: JobMetric, _ path: String, _ scale: Double) {
                    guard let number = text("\(folder)/\(path)").flatMap({ Self.count($0[...]) }) else { return }
                    values[metric, default: 0] += number * scale
                }
                // The standard counts in words of four bytes.
                add(.rdmaReceived, "counters/port_rcv_data", 4 / 1_048_576)
                add(.rdmaSent, "counters/port_xmit_data", 4 / 1_048_576)
                for name in Self.rdmaTrouble { add(.rdmaErrors, "hw_counters/\(name)", 1) }
            }
        }
    }

    private static func count(_ word: Substring) -> Double? {
        UInt64(word.prefix { $0.isNumber }).map { Double($0) }
    }
}
