package import Estate

/// What takes at least half of a job's time; the classes that `assay measure --job` gives.
///
/// Counters tell `gpu`, `storage` and `cpu`; a profile of the job tells the others. The first that holds is the class.
package enum JobBound: String, Sendable, Hashable, CaseIterable {
    /// A kernel runs on a GPU: computing and collectives alike.
    case gpu = "gpu-bound"
    /// A kernel runs that is no collective.
    case compute = "compute-bound"
    /// A collective runs, and nothing computes.
    case collective = "collective-bound"
    /// Copies between host and device, and nothing else on the device.
    case transfer = "transfer-bound"
    /// Some task waits for storage.
    case storage = "storage-bound"
    /// Processors work, and no GPU does.
    case cpu = "cpu-bound"
    /// The device waits for the next launch.
    case launch = "launch-bound"

    /// The part of the time in a word, as in the fact `job_share_…`.
    package var part: String {
        switch self {
        case .gpu: "gpu"
        case .compute: "compute"
        case .collective: "collective"
        case .transfer: "transfer"
        case .storage: "storage"
        case .cpu: "cpu"
        case .launch: "launch_gap"
        }
    }

    /// The parts that counters tell.
    package static let counted: [JobBound] = [.gpu, .storage, .cpu]
    /// The parts that a profile tells.
    package static let profiled: [JobBound] = [.compute, .collective, .transfer, .storage, .cpu, .launch]

    /// Whether every job of the other class is of this one too.
    ///
    /// A job that computes, or is in collectives, for half of its time has a kernel running for half of its time. The
    /// reverse does not hold: of a GPU-bound job it is not known which of the two it is.
    package func holds(_ other: JobBound) -> Bool {
        self == other || (self == .gpu && (other == .compute || other == .collective))
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
    ///
    /// Those of counters or those of a profile: never `gpu` beside the parts that it holds.
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

    /// The parts that such records tell: those of a profile where one of its own parts was measured.
    package var parts: [JobBound] {
        JobBound.profiled.contains { !JobBound.counted.contains($0) && shares[$0] != nil }
            ? JobBound.profiled : JobBound.counted
    }

    /// The share of a class of jobs; of GPU-bound ones computing and collectives together, where a profile tells them.
    package func share(of bound: JobBound) -> Double? {
        guard bound == .gpu, shares[.gpu] == nil else { return shares[bound] }
        let known = [shares[.compute], shares[.collective]].compactMap { $0 }
        return known.isEmpty ? nil : known.reduce(0, +)
    }

    /// The share that nothing explains, parts that were not measured included.
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
