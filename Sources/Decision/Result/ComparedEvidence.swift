package import Estate
package import Evidence
package import Study

/// A comparison of records named in the study.
package struct ComparedEvidence: Sendable {
    /// The workload measured; absent for records of components, and before evidence is matched by class.
    package var workload: String?
    /// The deployment model of the other arm.
    package var model: DeploymentModel
    /// Component records are shown; overheads are derived from them for workloads with a profile.
    package var isComponent: Bool
    /// Whether the study names no workload: then the class of the job says which it speaks for.
    package var isMatchedByClass: Bool
    /// Where the time of the baseline's job went; absent where its records do not say.
    package var profile: JobProfile?
    /// The metric that decides; absent: the only confirmatory one, else the first.
    package var metric: String?
    package var comparison: Comparison
    /// Nodes that one job of the records spans; absent where the study does not say.
    package var nodes: Int?
    /// The records themselves, for predictions; absent where the study asks for none.
    package var records: ArmRecords?

    /// Makes one from its parts.
    package init(
        workload: String? = nil,
        model: DeploymentModel,
        isComponent: Bool,
        metric: String? = nil,
        comparison: Comparison,
        profile: JobProfile? = nil,
        nodes: Int? = nil,
        records: ArmRecords? = nil
    ) {
        self.nodes = nodes
        self.records = records
        isMatchedByClass = !isComponent && workload == nil
        self.profile = profile
        self.workload = workload
        self.model = model
        self.isComponent = isComponent
        self.metric = metric
        self.comparison = comparison
    }
}

/// The records of both arms of a comparison.
package struct ArmRecords: Sendable {
    package var baseline: [Record]
    package var other: [Record]

    /// Makes one from its parts.
    package init(baseline: [Record], other: [Record]) {
        self.baseline = baseline
        self.other = other
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
