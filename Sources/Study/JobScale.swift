/// A bulk-synchronous job as it will run: what its slowdown by waiting depends on.
package struct JobScale: Sendable, Hashable {
    /// Nodes that the job will span.
    package var nodes: Int
    /// Ranks on each node.
    package var ranksPerNode: Int
    /// The work of one step on one rank, noise and communication apart, ms.
    package var stepMilliseconds: Double
    /// Synchronisations a step.
    package var synchronisations: Double
    /// The share of them that ranks wait at, 0 to 1.
    package var exposed: Double
    /// How late a rank may be before anyone waits, ms.
    package var slackMilliseconds: Double

    /// Makes one from its parts.
    package init(
        nodes: Int,
        ranksPerNode: Int,
        stepMilliseconds: Double,
        synchronisations: Double = 1,
        exposed: Double = 1,
        slackMilliseconds: Double = 0
    ) {
        self.nodes = nodes
        self.ranksPerNode = ranksPerNode
        self.stepMilliseconds = stepMilliseconds
        self.synchronisations = synchronisations
        self.exposed = exposed
        self.slackMilliseconds = slackMilliseconds
    }
}

/// The load of a service and the objective that it must keep.
package struct ServingLoad: Sendable, Hashable {
    /// Requests a second over the fleet, in the busy hour.
    package var requestsPerSecond: Double
    /// Replicas.
    package var replicas: Int
    /// Requests that each replica serves at once.
    package var slots: Int
    /// The quantile of latency that must stay below a time, 0 to 1.
    package var quantile: Double
    /// That time, ms.
    package var milliseconds: Double

    /// Requests that a fleet may serve at once: what a prediction takes.
    package static let mostServed = 250_000

    /// Makes one from its parts.
    package init(requestsPerSecond: Double, replicas: Int, slots: Int = 1, quantile: Double, milliseconds: Double) {
        self.requestsPerSecond = requestsPerSecond
        self.replicas = replicas
        self.slots = slots
        self.quantile = quantile
        self.milliseconds = milliseconds
    }
}
