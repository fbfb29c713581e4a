/// One question that an inspection asks, and whether it could.
package struct Check: Sendable, Hashable {
    /// What became of it.
    package enum Outcome: Sendable, Hashable {
        /// It ran; what it found stands in the evidence, or nowhere when it found nothing.
        case ran
        /// It could not run, and why.
        case couldNotRun(String)
        /// It has no meaning here, and why.
        case notApplicable(String)
    }

    /// Its name in files: `cpuid-hypervisor-bit`.
    package var id: String
    /// What it asks, for people.
    package var title: String
    /// Whether a host may be called bare metal only when it ran.
    package var isMandatory: Bool
    /// What became of it.
    package var outcome: Outcome

    /// Whether it stands between a host and the words 'bare metal'.
    var isMissingAndMandatory: Bool {
        guard isMandatory, case .couldNotRun = outcome else { return false }
        return true
    }

    /// A check and what became of it.
    package init(id: String, title: String, isMandatory: Bool = false, outcome: Outcome) {
        self.id = id
        self.title = title
        self.isMandatory = isMandatory
        self.outcome = outcome
    }
}

/// One thing that was seen, and what it says.
package struct Observation: Sendable, Hashable {
    /// What it speaks about.
    package enum Subject: String, Sendable, Hashable, CaseIterable {
        /// A hypervisor under this system.
        case hypervisor
        /// A container around this process.
        case container
        /// Memory or devices encrypted against the host.
        case confidential
        /// A hypervisor under the hypervisor.
        case nesting
        /// How the GPU reaches this system.
        case attachment
    }

    /// How much it says.
    package enum Weight: String, Sendable, Hashable, CaseIterable, Comparable {
        /// Cannot be seen on bare metal.
        case proof
        /// Has not been seen on bare metal but for known, named exceptions.
        case strong
        /// Fits, and has other explanations.
        case hint

        /// From the least to the most.
        package static func < (left: Weight, right: Weight) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .proof: 2
            case .strong: 1
            case .hint: 0
            }
        }
    }

    /// The check that saw it.
    package var check: String
    /// The path, leaf or call.
    package var source: String
    /// What stood there.
    package var raw: String
    /// What that means.
    package var meaning: String
    /// What it speaks about.
    package var subject: Subject
    /// How much it says.
    package var weight: Weight
}

/// Checks, what they saw and what they could not, as they are gathered.
struct Examination {
    var checks: [Check] = []
    var observations: [Observation] = []
    var blindSpots: [String] = []

    /// Notes a check that ran when at least one of its sources answered.
    mutating func check(_ id: String, _ title: String, mandatory: Bool = false, obstacle: String?) {
        checks.append(
            Check(
                id: id,
                title: title,
                isMandatory: mandatory,
                outcome: obstacle.map { .couldNotRun($0) } ?? .ran
            )
        )
    }

    mutating func skip(_ id: String, _ title: String, because reason: String) {
        checks.append(Check(id: id, title: title, outcome: .notApplicable(reason)))
    }

    mutating func saw(
        _ subject: Observation.Subject,
        _ weight: Observation.Weight,
        check: String,
        at source: String,
        _ raw: String,
        _ meaning: String
    ) {
        observations.append(
            Observation(check: check, source: source, raw: raw, meaning: meaning, subject: subject, weight: weight)
        )
    }

    /// The strongest thing that was seen on a subject.
    func weight(of subject: Observation.Subject) -> Observation.Weight? {
        observations.filter { $0.subject == subject }.map(\.weight).max()
    }
}
