import Probability
import RealModule

/// What a collective costs by the alpha-beta model: so much a message, so much a byte.
package struct CollectiveCost: Sendable, Hashable {
    /// How the sum over all ranks is formed.
    package enum Algorithm: String, Sendable, Hashable, CaseIterable {
        /// A reduce-scatter and an all-gather round a ring: most steps, least data.
        case ring
        /// Two pipelined binary trees, up and down: few steps.
        case tree
    }

    /// Seconds a message takes, however short.
    package var latencySeconds: Double
    /// Seconds a byte takes.
    package var secondsPerByte: Double

    /// A cost of known parts.
    package init(latencySeconds: Double, secondsPerByte: Double) {
        self.latencySeconds = latencySeconds
        self.secondsPerByte = secondsPerByte
    }

    /// Seconds for an all-reduce of so many bytes over so many members; zero for one member.
    ///
    /// Ring: 2(n-1)(α + βB/n). Tree: 2⌈log2 n⌉α + 2βB(n-1)/n. Source: Thakur, Rabenseifner and Gropp (2005); Sanders, Speck
    /// and Träff (2009) for the two trees.
    package func allReduce(bytes: Double, members: Double, _ algorithm: Algorithm) -> Double {
        guard members > 1 else { return 0 }
        switch algorithm {
        case .ring:
            return 2 * (members - 1) * (latencySeconds + secondsPerByte * bytes / members)
        case .tree:
            return 2 * Double.log2(members).rounded(.up) * latencySeconds
                + 2 * secondsPerByte * bytes * (members - 1) / members
        }
    }
}

/// Latency and bandwidth between hosts, run by run, as a record of `assay measure --peer` has them.
package struct NetworkMeasurement: Sendable {
    /// Half a round trip of 8 bytes, in seconds: one value a run.
    package let latencies: [Double]
    /// Seconds a byte takes at the best rate that was reached, one value a run.
    package let secondsPerByte: [Double]
    /// The metric whose bandwidth it is.
    package let bandwidthMetric: String
    /// All-reduces that were measured: bytes, members, the mean over runs in seconds.
    package let allReduces: [(bytes: Double, members: Double, seconds: Double, metric: String)]

    private static let sizes: [(String, Double)] = [("8b", 8), ("64kib", 65_536), ("16mib", 16_777_216)]

    /// What the records have of the network; nothing where latency or bandwidth is missing.
    package init?(_ records: [Record]) {
        let runs = records.flatMap { $0.runs.map(\.run) }
        func values(_ metric: String) -> [Double] { runs.compactMap { $0.series(of: metric)?.mean }.filter { $0 > 0 } }
        let trips = values("net_round_trip_8b")
        let rates = ["net_bandwidth_out_1", "net_bandwidth_out_4", "net_bandwidth_in_1", "net_bandwidth_in_4"]
            .map { ($0, values($0)) }.filter { !$0.1.isEmpty }
        let best = rates.max { Moments($0.1).mean < Moments($1.1).mean }
        guard !trips.isEmpty, let best else { return nil }
        latencies = trips.map { $0 * 0.5e-6 }
        secondsPerByte = best.1.map { 8e-9 / $0 }
        bandwidthMetric = best.0
        var sums: [(Double, Double, Double, String)] = []
        for name in DetourNoise.metricNames(records) where name.hasPrefix("net_allreduce_") && name.hasSuffix("_ranks")
        {
            let parts = name.split(separator: "_")
            guard parts.count == 5, let size = Self.sizes.first(where: { $0.0 == parts[2] }),
                let members = Double(parts[3]), members >= 2, members <= 1e6
            else { continue }
            let times = values(name)
            if !times.isEmpty { sums.append((size.1, members, Moments(times).mean * 1e-6, name)) }
        }
        allReduces = sums
    }

    /// Means over runs.
    package var cost: CollectiveCost {
        CollectiveCost(
            latencySeconds: Moments(latencies).mean,
            secondsPerByte: Moments(secondsPerByte).mean
        )
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

    /// Where the model and the record's own all-reduces disagree by more than half: a sentence each.
    ///
    /// A link can reach its rate beside a collective at a quarter of it, so probes of links alone predict no collective.
    package func doubts(_ algorithm: CollectiveCost.Algorithm) -> [String] {
        allReduces.compactMap { sum in
            let model = cost.allReduce(bytes: sum.bytes, members: sum.members, algorithm)
            let ratio = sum.seconds / model
            guard ratio > 1.5 || ratio < 1 / 1.5 else { return nil }
            return
                "\(sum.metric) took \(ratio.oneDecimal) times what latency and bandwidth explain: this model does not "
                + "explain its collectives, and communication at scale is off by as much"
        }
    }
}

extension Double {
    /// The number with one decimal, or three significant digits of a small one.
    var oneDecimal: String {
        let scaled = (self * 10).rounded() / 10
        return abs(self) < 1 ? "\((self * 100).rounded() / 100)" : "\(scaled)"
    }
}
