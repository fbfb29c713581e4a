package import Evidence

/// Why there is no number where one was asked for.
package struct ProbeRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// The metrics that are missing; empty for all of the probe.
    package var metrics: [String]
    /// What stood in the way, as a clause: `the kernel gives no transparent huge pages`.
    package var reason: String

    /// A refusal, by default of all metrics of a probe.
    package init(_ reason: String, metrics: [String] = []) {
        self.metrics = metrics
        self.reason = reason
    }

    /// The reason.
    package var description: String { reason }
}

/// The samples of one metric that one run of a probe took, in order.
package struct ProbeSeries: Sendable, Hashable {
    /// The metric's name.
    package var metric: String
    /// The samples, in the metric's unit.
    package var values: [Double]
    /// The smallest difference that the probe can see, in the metric's unit.
    package var resolution: Double

    /// Samples with the resolution they were taken at.
    package init(_ metric: String, _ values: [Double], resolution: Double) {
        self.metric = metric
        self.values = values
        self.resolution = resolution
    }
}

/// What one run of a probe brought back.
package struct ProbeSamples: Sendable, Hashable {
    /// Samples, metric by metric.
    package var series: [ProbeSeries]
    /// What was set for the run and bears on the numbers: `array_mib` = `1040`.
    package var conditions: [Condition]
    /// Metrics without a number, and why.
    package var refusals: [ProbeRefusal]
    /// What the reader of the numbers should know, one sentence each.
    package var notes: [String]
    /// Samples at the beginning that were left out.
    package var warmUpExcluded: Int

    /// Samples with what belongs to them.
    package init(
        series: [ProbeSeries] = [],
        conditions: [Condition] = [],
        refusals: [ProbeRefusal] = [],
        notes: [String] = [],
        warmUpExcluded: Int = 0
    ) {
        self.series = series
        self.conditions = conditions
        self.refusals = refusals
        self.notes = notes
        self.warmUpExcluded = warmUpExcluded
    }
}
