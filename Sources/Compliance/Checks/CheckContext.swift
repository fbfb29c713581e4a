import Estate
package import Study

/// What a check may look at: one model, one workload, and the evidence that counts for them.
struct CheckContext {
    /// A host with the numbers of its lines.
    struct SeenHost {
        let host: EvidenceHost
        let source: Int
        /// The number of each fact's line, in the order of the host's facts.
        let lines: [Int]

        func line(_ fact: String) -> (fact: EvidenceFact, line: Int)? {
            host.facts.firstIndex { $0.name == fact }.map { (host.facts[$0], lines[$0]) }
        }
    }

    let model: DeploymentModel
    let hosts: [SeenHost]
    let workload: ScopedWorkload?
    /// The sites where the platform is declared to stand.
    let sites: [String]
    /// The GPU that the study declares, by the names a driver gives it; empty where none is declared.
    let gpuNames: [String]

    init(
        model: DeploymentModel,
        hosts: [SeenHost],
        workload: ScopedWorkload? = nil,
        sites: [String] = [],
        gpuNames: [String] = []
    ) {
        self.model = model
        self.hosts = hosts
        self.workload = workload
        self.sites = sites
        self.gpuNames = gpuNames
    }
}

/// A workload as an auditor sees it.
package struct ScopedWorkload: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// The frameworks it declares; empty: those that were asked for.
    package var frameworks: [String]
    /// The closest neighbour it tolerates; nil where nobody declared it.
    package var tenancy: Tenancy?
    /// The sites its data may stay at; empty: anywhere.
    package var sites: [String]

    /// A workload.
    package init(name: String, frameworks: [String] = [], tenancy: Tenancy? = nil, sites: [String] = []) {
        self.name = name
        self.frameworks = frameworks
        self.tenancy = tenancy
        self.sites = sites
    }
}
