package import Estate

/// What a study says for its auditors: rules for all workloads, who shares the servers, and where evidence lies.
package struct ComplianceTerms: Sendable, Hashable {
    /// Whose workloads share servers.
    package enum Tenants: String, Sendable, Hashable, CaseIterable {
        /// One organisation: its teams are its own affair.
        case one
        /// Customers of several organisations: the owner is a provider.
        case several
    }

    /// The frameworks of every workload, beside its own.
    package var frameworks: [String]
    /// The kind of data of workloads that state none.
    package var data: DataClass?
    /// Who shares; nil where the study does not say.
    package var tenants: Tenants?
    /// Where regulated data may stay, for workloads that state no sites.
    package var sites: [String]
    /// Whether constraints are derived from framework and kind of data.
    package var derives: Bool
    /// Separation tests a year where customers share servers.
    package var separationTestsPerYear: Int
    /// The oldest evidence that counts, in days; nil: any.
    package var maximumEvidenceAgeDays: Int?
    /// The file with people's statements, relative to the study.
    package var statements: String?
    /// Files of evidence, each with the host and the model that it is claimed to be of.
    package var evidence: [ComplianceEvidence]

    /// Terms; by default none.
    package init(
        frameworks: [String] = [],
        data: DataClass? = nil,
        tenants: Tenants? = nil,
        sites: [String] = [],
        derives: Bool = true,
        separationTestsPerYear: Int = 2,
        maximumEvidenceAgeDays: Int? = nil,
        statements: String? = nil,
        evidence: [ComplianceEvidence] = []
    ) {
        self.frameworks = frameworks
        self.data = data
        self.tenants = tenants
        self.sites = sites
        self.derives = derives
        self.separationTestsPerYear = separationTestsPerYear
        self.maximumEvidenceAgeDays = maximumEvidenceAgeDays
        self.statements = statements
        self.evidence = evidence
    }
}

/// A file of evidence as a study claims it.
package struct ComplianceEvidence: Sendable, Hashable {
    /// A record or a capture, relative to the study.
    package var path: String
    /// The host that it is said to be of.
    package var host: String
    /// The model that it is said to show.
    package var model: DeploymentModel
    /// When it was collected, where the file cannot say it itself.
    package var collected: CalendarDate?
    /// The line of the study, for errors.
    package var line: Int
}

/// A constraint that nobody wrote and that follows from a framework and a kind of data.
package struct DerivedConstraint: Sendable, Hashable {
    /// What is constrained.
    package enum Subject: String, Sendable, Hashable, CaseIterable {
        /// The closest neighbour.
        case tenancy
        /// Where the data may stay.
        case residency
        /// What an audit has to look at, and pay for.
        case auditScope = "audit-scope"
    }

    /// The workload; for an audit's scope, the platform.
    package var name: String
    /// What.
    package var subject: Subject
    /// The value: `slice`, `frankfurt`, `2 separation tests a year`.
    package var value: String
    /// From what it follows, in one clause.
    package var because: String

    /// One sentence for a report.
    package var sentence: String {
        let words = subject == .auditScope ? "audit scope" : subject.rawValue
        return "Derived, not declared: \(name): \(words) '\(value)', because \(because)."
    }
}
