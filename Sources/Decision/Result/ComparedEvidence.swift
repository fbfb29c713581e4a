package import Estate
package import Evidence
package import Study

/// A comparison of records named in the study.
package struct ComparedEvidence: Sendable {
    /// The workload measured; absent for records of components.
    package var workload: String?
    /// The deployment model of the other arm.
    package var model: DeploymentModel
    /// Component records are shown; they do not enter the cost.
    package var isComponent: Bool
    /// The metric that decides; absent: the only confirmatory one, else the first.
    package var metric: String?
    package var comparison: Comparison

    /// Makes one from its parts.
    package init(
        workload: String? = nil,
        model: DeploymentModel,
        isComponent: Bool,
        metric: String? = nil,
        comparison: Comparison
    ) {
        self.workload = workload
        self.model = model
        self.isComponent = isComponent
        self.metric = metric
        self.comparison = comparison
    }
}

/// One input as it entered.
package struct InputSummary: Sendable {
    package var quantity: Quantity
    package var spread: Spread

    /// Makes one from its parts.
    package init(
        quantity: Quantity,
        spread: Spread
    ) {
        self.quantity = quantity
        self.spread = spread
    }
}
