/// What a check found under one model, for one workload.
package struct CheckResult: Sendable, Hashable {
    /// The kinds of answer.
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// The evidence shows it.
        case passes
        /// The evidence shows the opposite.
        case fails
        /// There is no evidence, or none that decides.
        case missing
        /// It has no meaning here.
        case notApplicable = "not-applicable"

        /// The word in a page.
        package var words: String {
            switch self {
            case .passes: "evidence shows it"
            case .fails: "evidence shows the opposite"
            case .missing: "evidence missing"
            case .notApplicable: "has no meaning here"
            }
        }
    }

    /// The check's name.
    package let check: String
    /// What it found.
    package let outcome: Outcome
    /// What was found, or what is missing, in one or two sentences.
    package let sentence: String
    /// The lines of evidence that it read, as positions in ``ComplianceResult/lines``.
    package let lines: [Int]
}

/// A line of evidence with the file and host that it is from.
package struct EvidenceLine: Sendable, Hashable {
    /// The position of its file in ``ComplianceResult/sources``.
    package let source: Int
    /// The host's name.
    package let host: String
    /// The line.
    package let fact: EvidenceFact
}
