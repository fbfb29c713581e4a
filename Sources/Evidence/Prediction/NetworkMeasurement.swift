import Documents
import Probability
import RealModule

/// Latency and bandwidth between hosts, run by run, as records of `assay measure --peer` or of imported tools have them.
package struct NetworkMeasurement: Sendable {
    /// A short message one way, in seconds: one value a run.
    package let latencies: [Double]
    /// Seconds a byte takes at the best rate that was reached, one value a run.
    package let secondsPerByte: [Double]
    /// The metric whose latency it is.
    package let latencyMetric: String
    /// The metric whose bandwidth it is.
    package let bandwidthMetric: String
    /// All-reduces that were measured: bytes, members, the mean over runs in seconds.
    package let allReduces: [(bytes: Double, members: Double, seconds: Double, metric: String)]

    /// Metrics that give the latency, with what makes one way of them: sizes of at most 64 bytes.
    private static let latencyNames: [(name: String, oneWay: Double)] = [
        ("net_round_trip", 0.5), ("net_half_round_trip", 1), ("osu_mpi_latency", 1), ("send_latency", 1),
        ("rdma_write_latency", 1),
    ]
    /// Metrics that give the bandwidth: of any size, or any number of streams.
    private static let bandwidthNames = [
        "net_bandwidth_out", "net_bandwidth_in", "osu_mpi_bandwidth", "osu_mpi_bw", "send_bandwidth",
        "rdma_write_bandwidth", "rdma_read_bandwidth",
    ]
    /// The accepted metrics in words.
    static let accepted = (
        latency: "net_round_trip_8b, net_half_round_trip_14b (sockperf), osu_mpi_latency_8b_mean, send_latency_2b or "
            + "rdma_write_latency_2b (perftest)",
        bandwidth:
            "net_bandwidth_out_N or net_bandwidth_in_N (iperf3), osu_mpi_bandwidth_SIZE_mean, send_bandwidth_SIZE_mean "
            + "or rdma_write_bandwidth_SIZE_mean (perftest)"
    )

    /// What the records have of one of the two.
    private struct Candidate {
        var metric: String
        /// Seconds one way, or seconds a byte; one a run.
        var values: [Double]
        var mean: Double { Moments(values).mean }
    }

    /// What the records have of the network; nothing where latency or bandwidth is missing.
    package init?(_ records: [Record]) {
        guard let latency = Self.latency(records), let bandwidth = Self.bandwidth(records) else { return nil }
        latencies = latency.values
        latencyMetric = latency.metric
        secondsPerByte = bandwidth.values
        bandwidthMetric = bandwidth.metric
        allReduces = Self.allReduces(records)
    }

    /// A sentence on what the records lack, and what they have; nil where they have both.
    static func lack(_ records: [Record]) -> String? {
        let remedy = "measure it with: assay measure --peer, or import the tool's output"
        switch (latency(records), bandwidth(records)) {
        case (nil, nil):
            return "the records have neither the latency of a short message (\(accepted.latency)) nor a bandwidth "
                + "(\(accepted.bandwidth)); \(remedy)"
        case (let found?, nil):
            return "the records have a latency (\(found.metric)) and no bandwidth (\(accepted.bandwidth)); \(remedy)"
        case (nil, let found?):
            return "the records have a bandwidth (\(found.metric)) and no latency of a short message "
                + "(\(accepted.latency)); \(remedy)"
        default: return nil
        }
    }

    private static func metrics(_ records: [Record]) -> [Metric] {
        var seen: Set<String> = []
        return records.flatMap(\.metrics).filter { seen.insert($0.name).inserted }
    }

    private static func means(_ metric: Metric, _ records: [Record]) -> [Double] {
        records.flatMap { $0.runs.compactMap { $0.run.series(of: metric.name)?.mean } }.filter { $0 > 0 }
    }

    /// What stands behind the beginning of a name: `8b`, `2b_median`; nil where the name begins otherwise.
    private static func rest(of name: String, after beginning: String) -> [Substring]? {
        guard name.hasPrefix(beginning + "_") else { return nil }
        return name.dropFirst(beginning.count + 1).split(separator: "_")
    }

    /// Bytes of a size as metrics write it: `8b`, `64kib`.
    static func bytes(_ size: Substring) -> Double? {
        let digits = size.prefix { $0.isNumber }
        guard let number = Double(digits), number > 0 else { return nil }
        switch size.dropFirst(digits.count) {
        case "b": return number
        case "kib": return number * 1024
        case "mib": return number * 1_048_576
        case "gib": return number * 1_073_741_824
        default: return nil
        }
    }

    /// The shortest latency of short messages: samples before a tool's own mean or median.
    private static func latency(_ records: [Record]) -> Candidate? {
        var found: [Candidate] = []
        for metric in metrics(records) {
            guard let scale = ServiceTimes.seconds(metric.unit) else { continue }
            for (name, oneWay) in latencyNames {
                guard let rest = rest(of: metric.name, after: name), let size = rest.first.flatMap(bytes), size <= 64,
                    rest.count == 1 || (rest.count == 2 && (rest[1] == "mean" || rest[1] == "median"))
                else { continue }
                let values = means(metric, records).map { $0 * scale * oneWay }
                if !values.isEmpty { found.append(Candidate(metric: metric.name, values: values)) }
            }
        }
        return found.min { $0.mean < $1.mean }
    }

    private static func bandwidth(_ records: [Record]) -> Candidate? {
        var found: [Candidate] = []
        for metric in metrics(records) {
            let scale: Double
            switch metric.unit {
            case "Gbit/s": scale = 8e-9
            case "GB/s": scale = 1e-9
            case "MB/s": scale = 1e-6
            default: continue
            }
            for name in bandwidthNames {
                guard let rest = rest(of: metric.name, after: name), let first = rest.first,
                    Int(first) != nil || bytes(first) != nil, rest.count == 1 || (rest.count == 2 && rest[1] == "mean")
                else { continue }
                let values = means(metric, records).map { scale / $0 }
                if !values.isEmpty { found.append(Candidate(metric: metric.name, values: values)) }
            }
        }
        return found.min { $0.mean < $1.mean }
    }

    /// All-reduces of Assay's own and of nccl-tests, over nodes where the runs say how many, else over ranks.
    private static func allReduces(
        _ records: [Record]
    ) -> [(bytes: Double, members: Double, seconds: Double, metric: String)] {
        let metrics = metrics(records)
        let names = Set(metrics.map(\.name))
        return metrics.compactMap { metric in
            guard let scale = ServiceTimes.seconds(metric.unit) else { return nil }
            var words = metric.name.split(separator: "_")
            guard metric.name.hasPrefix("net_allreduce_") || metric.name.hasPrefix("nccl_allreduce_") else {
                return nil
            }
            if words.last == "mean" {
                words.removeLast()
                // Samples of the same thing say it already.
                guard !names.contains(words.joined(separator: "_")) else { return nil }
            }
            var members: Double?
            if words.count >= 3, words.last == "ranks" {
                members = Double(words[words.count - 2])
                words.removeLast(2)
            }
            guard let size = words.last.flatMap(bytes) else { return nil }
            let runs = records.flatMap { $0.runs.map(\.run) }.filter { $0.series(of: metric.name) != nil }
            func stated(_ name: String) -> Double? {
                runs.lazy.compactMap { $0.condition(name).flatMap { Double($0) } }.first
            }
            // Links inside a node are not in the model.
            guard let members = stated("nodes") ?? members ?? stated("ranks"), members >= 2, members <= 1e6
            else { return nil }
            let times = runs.compactMap { $0.series(of: metric.name)?.mean }.filter { $0 > 0 }
            guard !times.isEmpty else { return nil }
            return (size, members, Moments(times).mean * scale, metric.name)
        }
    }

    /// Means over runs.
    package var cost: CollectiveCost {
        CollectiveCost(
            latencySeconds: Moments(latencies).mean,
            secondsPerByte: Moments(secondsPerByte).mean
        )
    }

    /// What was taken, in a sentence.
    package var source: String {
        let isHalved = latencyMetric.hasPrefix("net_round_trip")
        return "Communication is worked out from \(latencyMetric)\(isHalved ? ", halved," : "") and \(bandwidthMetric)."
    }

    /// Means over runs drawn with replacement.
    func redrawn(_ generator: inout RandomGenerator) -> CollectiveCost {
        func mean(_ values: [Double]) -> Double {
            var sum = 0.0
            for _ in values { sum += values[generator.index(below: values.count)] }
            return sum / Double(values.count)
        }
        return CollectiveCost(latencySeconds: mean(latencies), secondsPerByte: mean(secondsPerByte))
    }

    /// Where the model and the record's own all-reduces disagree by more than half: a sentence a tool, of its worst.
    ///
    /// A link can reach its rate beside a collective at a quarter of it, so probes of links alone predict no collective.
    package func doubts(_ algorithm: CollectiveCost.Algorithm) -> [String] {
        ["net_", "nccl_"].compactMap { tool in
            let sums = allReduces.filter { $0.metric.hasPrefix(tool) }
            let doubtful = sums.compactMap { sum -> (metric: String, ratio: Double)? in
                let model = cost.allReduce(bytes: sum.bytes, members: sum.members, algorithm)
                let ratio = sum.seconds / model
                return ratio > 1.5 || ratio < 1 / 1.5 ? (sum.metric, ratio) : nil
            }
            guard let worst = doubtful.max(by: { abs(Double.log($0.ratio)) < abs(Double.log($1.ratio)) })
            else { return nil }
            let others =
                doubtful.count > 1 ? " (the worst of \(doubtful.count) of \(sums.count) that are off by half)" : ""
            return
                "\(worst.metric) took \(worst.ratio.oneDecimal) times what latency and bandwidth explain\(others): this model "
                + "does not explain its collectives, and communication at scale is off by as much"
        }
    }
}
