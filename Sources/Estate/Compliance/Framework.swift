/// A set of rules that an auditor judges by, for which Assay has a catalogue of controls.
package enum Framework: String, Sendable, Hashable, CaseIterable {
    /// HIPAA Security Rule, 45 CFR Part 164 Subpart C.
    case hipaa
    /// SOC 2, Trust Services Criteria of 2017 with the points of focus of 2022.
    case soc2
    /// PCI DSS 4.0.1.
    case pciDSS = "pci-dss"
    /// NIST SP 800-53 revision 5.
    case nist80053 = "nist-800-53"
    /// NIST SP 800-125 and 800-125A: recommendations for hypervisors.
    case nist800125 = "nist-800-125"
    /// ISO/IEC 27001:2022, Annex A.
    case iso27001 = "iso-27001"
    /// The General Data Protection Regulation, (EU) 2016/679.
    case gdpr

    /// Names that a study may give besides, for which Assay has no controls: they are shown, and nothing follows.
    package static let namesWithoutControls = [
        "sox", "fedramp", "dora", "nist-800-171", "eu-ai-act", "hds", "bsi-c5",
    ]

    /// Every name that a study may give.
    package static var names: [String] { allCases.map(\.rawValue) + namesWithoutControls }
}

/// What kind of data a workload holds, where its owner says so.
package enum DataClass: String, Sendable, Hashable, CaseIterable {
    /// Anyone may see it.
    case open
    /// For the organisation; no law or contract names it.
    case `internal`
    /// Data of identified people.
    case personal
    /// Data of patients.
    case health
    /// Data of payment cards.
    case cardholder
    /// Data whose leak to a neighbour would do grave harm.
    case restricted
}
