/// Something that is wrong, or costs, with what it costs and how to mend it.
package struct Finding: Sendable, Hashable {
    /// How much it matters.
    package enum Severity: String, Sendable, Hashable, CaseIterable {
        /// Numbers measured in this state mean nothing.
        case invalid
        /// A large part of performance may be lost.
        case high
        /// A few percent, or much in some workloads.
        case medium
        /// Little, or only in rare workloads.
        case low
        /// Nothing is wrong; worth knowing when comparing.
        case note

        /// From the costliest, 0, on.
        var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// How sure it is that this is the state of things and that it costs what it says.
    package enum Confidence: String, Sendable, Hashable, CaseIterable {
        /// Read from the thing itself.
        case high
        /// Read, with a cost that depends on the workload.
        case medium
        /// Inferred.
        case low
    }

    /// Its name in files: `acs-redirect`.
    package var id: String
    /// What it is about: a PCI address, `GPU 0`, `host`.
    package var subject: String
    /// How much it matters.
    package var severity: Severity
    /// One sentence: what is so.
    package var title: String
    /// One sentence: what that costs.
    package var cost: String
    /// How sure.
    package var confidence: Confidence
    /// The file, leaf or call that it was read from.
    package var source: String
    /// The command that mends it, or who can.
    package var remedy: String
}
