package import Estate
package import Evidence
package import Study

/// What is asked: frameworks, models and workloads, with the evidence and the statements that may answer.
package struct ComplianceRequest: Sendable {
    /// What the results are of: the study's name, or the records'.
    package var title: String
    /// Whether the inputs are made up for illustration.
    package var isIllustrative = false
    /// The frameworks asked for, in the order given.
    package var frameworks: [Framework]
    /// The controls asked for, by key; nil: all.
    package var controls: Set<String>?
    /// The deployment models, in the order in which pages show them.
    package var models: [DeploymentModel]
    /// The workloads; empty: results are of the platform alone.
    package var workloads: [ScopedWorkload] = []
    /// The files of evidence.
    package var sources: [EvidenceSource]
    /// What people stated.
    package var statements: [Statement] = []
    /// The moment from which ages are counted.
    package var asOf: Timestamp
    /// The oldest evidence and the oldest statement that count, days; nil: any.
    package var maximumAgeDays: Double?
    /// Who shares servers; nil where nobody says.
    package var tenants: ComplianceTerms.Tenants?
    /// The sites where each model's platform is declared to stand.
    package var sites: [DeploymentModel: [String]] = [:]
    /// The declared GPU, by the names that a driver gives it.
    package var gpuNames: [String] = []
    /// What the scope costs, in the order of the models; empty without a study.
    package var scopeCosts: [ScopeCost] = []
    /// What the study derived.
    package var derived: [DerivedConstraint] = []

    /// A request; what it does not name can be set afterwards.
    package init(
        title: String,
        frameworks: [Framework],
        models: [DeploymentModel],
        sources: [EvidenceSource],
        asOf: Timestamp
    ) {
        self.title = title
        self.frameworks = frameworks
        self.models = models
        self.sources = sources
        self.asOf = asOf
    }
}
