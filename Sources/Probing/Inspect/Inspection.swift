package import Estate

/// What an inspection found: verdicts with the evidence for each, and what could not be seen.
package struct Inspection: Sendable {
    /// Whether this system is a virtual machine; there is no 'no', because a hypervisor can hide.
    package enum Virtualized: String, Sendable, Hashable, CaseIterable {
        /// Something was seen that bare metal does not show.
        case yes
        /// Every check that ran found nothing.
        case noEvidence = "no-evidence"
    }

    /// How the GPU reaches this system.
    package var attachment: AttachmentVerdict
    /// The hypervisor under it.
    package var hypervisor: HypervisorVerdict
    /// The container around it.
    package var container: ContainerVerdict
    /// Encryption against the host.
    package var confidential: ConfidentialVerdict
    /// What was seen, in the order of the checks.
    package var evidence: [Observation]
    /// What cannot be seen from here, one sentence each.
    package var blindSpots: [String]
    /// What is wrong, the costliest first.
    package var findings: [Finding]
    /// What was asked, and whether it could be.
    package var checks: [Check]
    /// GPUs, accelerators and network adapters on the PCI bus.
    package var devices: [PCIDevice]
    /// The NUMA nodes that have processors, and their processors as the kernel lists them.
    package var nodes: [(name: String, processors: String)]
    /// What a record keeps of the host.
    package var facts: [InspectedFact]
    /// What its host says, where that was joined.
    package var companion: HostCompanion.Join? {
        // What was out of sight is in sight once this guest's host has told it.
        didSet {
            guard let companion, companion.conflicts.isEmpty, !companion.facts.isEmpty else { return }
            blindSpots.removeAll { $0 == Self.hostSettingsSpot }
        }
    }

    /// That a guest cannot see how its host is set.
    static let hostSettingsSpot =
        "ACS, IOMMU mode and frequency settings of the host cannot be seen from inside: join `--host-facts`."

    /// Whether this system is a virtual machine.
    package var virtualized: Virtualized { hypervisor.isVirtualMachine ? .yes : .noEvidence }
    /// One of the six models, nil where none is shown.
    package var model: DeploymentModel? { attachment.model }

    /// Judges a host; `underLoad` says that the GPUs are busy, so that clocks and links show what they can.
    package init(_ view: HostView, underLoad: Bool = false) {
        self.init(HostFacts(view), underLoad: underLoad)
    }

    /// Judges what a host said.
    package init(_ facts: HostFacts, underLoad: Bool = false) {
        var examination = Examination()
        hypervisor = HypervisorVerdict.judge(facts, &examination)
        container = ContainerVerdict.judge(facts, &examination)
        confidential = ConfidentialVerdict.judge(facts, isVirtual: hypervisor.isVirtualMachine, &examination)
        let judge = AttachmentJudge(
            facts: facts,
            hypervisor: hypervisor,
            container: container,
            confidential: confidential
        )
        attachment = judge.verdict(&examination)
        var survey = Survey(facts: facts, hypervisor: hypervisor, container: container, underLoad: underLoad)
        survey.run(&examination)
        findings = survey.findings.sorted {
            ($0.severity.rank, $0.id, $0.subject) < ($1.severity.rank, $1.id, $1.subject)
        }
        evidence = examination.observations
        blindSpots = examination.blindSpots
        checks = examination.checks
        devices = facts.pci.all.filter { $0.isAccelerator || $0.isNetwork }
        nodes = Array(zip(facts.memory.nodes, facts.memory.nodeProcessors)).map { (name: $0, processors: $1) }
        self.facts = []
        self.facts = InspectedFact.all(facts, self)
    }
}
