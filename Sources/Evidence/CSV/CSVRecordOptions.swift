package import Estate

/// What a CSV does not say and its owner must: what the values are, and where they are from.
package struct CSVRecordOptions: Sendable {
    /// The metric that the values are of.
    package var metric: Metric
    /// The column that holds the values.
    package var valueColumn = "value"
    /// How the GPU reached the workload.
    package var declaredModel: DeploymentModel?
    /// How many rows to leave out at the beginning of each run.
    package var warmUp = 0
    /// Facts of the hosts, such as the GPU.
    package var facts: [HostFact] = []
    /// The host of all rows, for files without a column `host`.
    package var host: String?
    /// The boot of all rows, for files without a column `boot`.
    package var boot: String?
    /// Columns and the values that a row must have in them to be taken: one arm of several in a file.
    package var filters: [Condition] = []
    /// When the record is made.
    package var created: Timestamp?
    /// What makes the record.
    package var tool: Record.Tool?

    /// Options with defaults for all but the metric.
    package init(metric: Metric) { self.metric = metric }
}
