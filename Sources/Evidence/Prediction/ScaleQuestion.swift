import Documents

/// A bulk-synchronous job, as far as its slowdown at scale depends on it.
package struct ScaleQuestion: Sendable, Hashable {
    /// The work of one step on one rank, noise and communication apart, in seconds.
    package var stepSeconds: Double
    /// Synchronisations a step: one for data parallelism, hundreds for tensor or pipeline parallelism.
    package var synchronisations: Double
    /// The share of them that ranks wait at: communication that no computation hides.
    package var exposed = 1.0
    /// How late a rank may be at a synchronisation before anyone waits, in seconds; regained at each.
    package var slackSeconds = 0.0
    /// Numbers of nodes, ascending.
    package var nodes: [Int]
    /// Ranks on each node.
    package var ranksPerNode = 1
    /// Bytes that each synchronisation sums over the nodes; nothing leaves communication out.
    package var messageBytes: Double?
    /// How they are summed.
    package var algorithm = CollectiveCost.Algorithm.ring
    /// Whether ranks sleep while they wait, so that waking up adds to every synchronisation.
    package var sleeps = false
    /// The level of the intervals.
    package var level = 0.9
    /// Draws of the bootstrap.
    package var draws = 200
    /// The seed of the draws.
    package var seed: UInt64 = 1

    /// A job with everything else as it usually is.
    package init(stepSeconds: Double, synchronisations: Double, nodes: [Int]) {
        self.stepSeconds = stepSeconds
        self.synchronisations = synchronisations
        self.nodes = nodes
    }

    /// The most ranks of a prediction.
    package static let mostRanks = 1_000_000_000

    /// Work between two synchronisations that ranks wait at, in seconds; infinite where they wait at none.
    package var windowSeconds: Double { stepSeconds / (synchronisations * exposed) }

    /// Throws for the first number that means nothing.
    package func check() throws(PredictionError) {
        try Self.check("the step time", stepSeconds, 1e-6...1e6, unit: "seconds")
        try Self.check("the number of synchronisations a step", synchronisations, 1...1e7)
        try Self.check("the exposed share of communication", exposed, 0...1)
        try Self.check("the slack", slackSeconds, 0...1e6, unit: "seconds")
        try Self.check("the number of ranks per node", Double(ranksPerNode), 1...1e6)
        try Self.check("the level of the intervals", level, 0.5...0.999)
        if let messageBytes { try Self.check("the message", messageBytes, 1...1e15, unit: "bytes") }
        guard !nodes.isEmpty else {
            throw .argument(name: "the list of nodes", found: "empty", expected: "numbers such as 1,2,8,64")
        }
        for count in nodes {
            let product = count.multipliedReportingOverflow(by: ranksPerNode)
            guard count >= 1, !product.overflow, product.partialValue <= Self.mostRanks else {
                throw .argument(
                    name: "a number of nodes",
                    found: "\(count)",
                    expected: "1 or more, and no more than \(Self.mostRanks) ranks in all"
                )
            }
        }
        guard exposed == 0 || slackSeconds < windowSeconds else {
            throw .argument(
                name: "the slack",
                found: "\(NumberText.plain(slackSeconds)) s",
                expected: "less than the work between two synchronisations, which is "
                    + "\(NumberText.plain(windowSeconds)) s"
            )
        }
    }

    static func check(
        _ name: String,
        _ value: Double,
        _ range: ClosedRange<Double>,
        unit: String = ""
    ) throws(PredictionError) {
        guard range.contains(value) else {
            let unit = unit.isEmpty ? "" : " " + unit
            throw .argument(
                name: name,
                found: value.isNaN ? "not a number" : value.isInfinite ? "infinite" : NumberText.plain(value) + unit,
                expected: "a number from \(NumberText.plain(range.lowerBound)) to "
                    + "\(NumberText.plain(range.upperBound))\(unit)"
            )
        }
    }
}
