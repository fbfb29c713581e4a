package import Estate

/// What takes at least half of a job's time; the classes that `assay measure --job` gives.
package enum JobBound: String, Sendable, Hashable, CaseIterable {
    /// A kernel runs on a GPU: computing and collectives alike.
    case gpu = "gpu-bound"
    /// Some task waits for storage.
    case storage = "storage-bound"
    /// Processors work, and no GPU does.
    case cpu = "cpu-bound"

    /// The part of the time in a word: `gpu`, `storage`, `cpu`.
    package var part: String {
        switch self {
        case .gpu: "gpu"
        case .storage: "storage"
        case .cpu: "cpu"
        }
    }
}

/// Where the time of one job went, as a record of one arm says.
package struct JobProfile: Sendable, Hashable {
    /// Content identifiers of the records, `sha256:…`.
    package var records: [String]
    /// The paths they were read from.
    package var files: [String]
    /// The deployment model the job ran under; absent where the records do not say, or say different ones.
    package var model: DeploymentModel?
    /// The classes that the records state, each once, in alphabetical order; `unclassified` is one.
    package var classes: [String]
    /// Shares of the time, 0 to 1, for the parts that were measured; they sum to at most 1.
    package var shares: [JobBound: Double]

    /// A profile from its parts.
    package init(
        records: [String],
        files: [String] = [],
        model: DeploymentModel? = nil,
        classes: [String],
        shares: [JobBound: Double]
    ) {
        self.records = records
        self.files = files
        self.model = model
        self.classes = classes
        self.shares = shares
    }

    /// The class; absent where no part takes half of the time, or the records are of several classes.
    package var bound: JobBound? { classes.count == 1 ? classes.first.flatMap(JobBound.init(rawValue:)) : nil }

    /// The share that no counter explains, parts that were not measured included.
    package var unknownShare: Double { max(0, 1 - JobBound.allCases.reduce(0) { $0 + (shares[$1] ?? 0) }) }
}

/// How a workload spends its time, as far as its study says or measured it.
package struct JobNature: Sendable, Hashable {
    /// The class that the study states.
    package var stated: JobBound?
    /// The path of the record that measured it, relative to the study, and the line that names it.
    package var profilePath: String?
    /// The line of the study that names the profile, for errors.
    package var profileLine: Int
    /// What that record says; absent until it was read.
    package var profile: JobProfile?

    /// Nothing known unless said.
    package init(
        stated: JobBound? = nil,
        profilePath: String? = nil,
        profileLine: Int = 1,
        profile: JobProfile? = nil
    ) {
        self.stated = stated
        self.profilePath = profilePath
        self.profileLine = profileLine
        self.profile = profile
    }

    /// The class that evidence is matched by: the stated one, else that of the profile.
    package var bound: JobBound? { stated ?? profile?.bound }
}
