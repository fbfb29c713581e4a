import Documents
package import Estate
package import Evidence

/// What waiting on more nodes adds to an overhead, as it was predicted from the detours of both arms.
package struct ScaleUse: Sendable {
    package var workload: String
    package var model: DeploymentModel
    /// Nodes and ranks that the prediction is for.
    package var nodes: Int
    package var ranks: Int
    /// Nodes that the overhead it is combined with was seen on.
    package var fromNodes: Int
    /// What waiting adds from there on, as a share, with its interval.
    package var added: Interval
    /// Whether a fitted tail carries it beyond the sample, in either arm.
    package var isExtrapolated: Bool
    /// Identifiers of the records with the detours.
    package var records: [String]
    /// Whether it changed the overhead; else something better stands, and a note says what.
    package var isUsed: Bool

    /// The interval in words: `+4.7 % [4.1, 5.4]`.
    var addedWords: String {
        "\(NumberText.percent(added.estimate, 1, signed: true)) "
            + "[\(NumberText.percent(added.low, 1)), \(NumberText.percent(added.high, 1))]"
    }

    /// One sentence for a report; where it is from stands beside it.
    package var sentence: String {
        "\(workload) under \(model): waiting on \(counted(nodes, "node")) adds \(addedWords) to the overhead on "
            + "\(counted(fromNodes, "node")); derived from detours of both arms, "
            + (isExtrapolated ? "extrapolated beyond the sample" : "within the sample")
            + (isUsed ? "." : "; not used, for what is better stands.")
    }
}

/// A service's latency under one model, as it was predicted from service times.
package struct ServingUse: Sendable {
    package var workload: String
    package var model: DeploymentModel
    /// Requests a second over the fleet.
    package var rate: Double
    package var replicas: Int
    /// The quantile that the objective is of, 0 to 1, and the objective, ms.
    package var quantile: Double
    package var objectiveMilliseconds: Double
    /// The latency in ms, with its interval; absent where more work comes than the fleet can do.
    package var latency: Interval?
    /// Whether the latency is that of the highest load that can be predicted, below the stated one: it is longer than this.
    package var isAtLeast: Bool
    /// The fewest replicas that keep the objective, where the stated ones do not; absent where none of up to a hundred
    /// times as many do.
    package var neededReplicas: Int?
    /// The metric that is taken for the time of service.
    package var metric: String
    /// That the times hold waiting already, where they do.
    package var loadNote: String?
    /// Whether the services are the baseline's, lengthened by this model's detours.
    package var isLengthened: Bool
    /// Identifiers of the records behind it.
    package var records: [String]

    /// Whether the objective is kept at the expected latency.
    package var keeps: Bool { latency.map { $0.estimate <= objectiveMilliseconds } ?? false }

    /// One sentence for a report; where it is from stands beside it.
    package var sentence: String {
        let remedy = neededReplicas.map { ", and \(counted($0, "replica")) would keep it." } ?? "."
        return "\(workload) under \(model): \(latencyWords) at \(NumberText.plain(rate)) requests/s on "
            + "\(counted(replicas, "replica")), derived from "
            + (isLengthened ? "bare-metal service times and this model's detours" : "service times")
            + "; the objective \(objectiveWords) "
            + (keeps ? "holds." : "breaks" + remedy)
    }

    /// The objective in words: `p99 < 200 ms`.
    var objectiveWords: String { "\(quantileWord) < \(NumberText.plain(objectiveMilliseconds)) ms" }

    private var quantileWord: String { "p\(NumberText.plain((quantile * 1e4).rounded() / 100))" }

    /// The latency in words, with its interval.
    var latencyWords: String {
        guard let latency else { return "a \(quantileWord) without bound (more work comes than the fleet can do)" }
        let high = latency.high.isFinite ? NumberText.significant(latency.high, 3) : "no bound"
        return "a \(quantileWord) of \(isAtLeast ? "more than " : "")\(NumberText.significant(latency.estimate, 3)) ms "
            + "[\(NumberText.significant(latency.low, 3)), \(high)]"
    }
}
