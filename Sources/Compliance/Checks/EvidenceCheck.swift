import Estate

/// A question that evidence can answer: which facts it reads, where they must have been read, and what they mean.
package struct EvidenceCheck: Sendable {
    /// Where a fact must have been read to count.
    enum Vantage: Sendable {
        /// Host or guest.
        case anywhere
        /// On the host: a guest cannot see it.
        case host
    }

    /// What a value says.
    enum Verdict: Sendable, Hashable {
        case good
        case bad
        /// Neither: the sentence says why.
        case open(String)
    }

    /// One fact that it reads.
    struct Rule: Sendable {
        let fact: String
        let judge: @Sendable (String) -> Verdict
    }

    /// The short name: `secure-boot`.
    package let id: String
    /// What it asks.
    package let title: String
    /// What the answer cannot show, in one sentence.
    package let limit: String
    /// How to collect what it reads.
    package let remedy: String
    let vantage: Vantage
    let rules: [Rule]
    /// Why it has no meaning under a model; nil where it has one.
    let skip: @Sendable (DeploymentModel) -> String?
    /// Further questions than the facts of one host answer.
    let special: Special?

    /// Checks that look at more than one fact of one host.
    enum Special: Sendable, Hashable {
        case declaredModel
        case inventory
        case tenancy
        case residency
        case sameOnAllHosts
    }

    /// The facts that it reads.
    package var facts: [String] { rules.map(\.fact) }

    init(
        _ id: String,
        _ title: String,
        limit: String,
        remedy: String,
        vantage: Vantage = .anywhere,
        special: Special? = nil,
        skip: @escaping @Sendable (DeploymentModel) -> String? = { _ in nil },
        rules: [Rule] = []
    ) {
        self.id = id
        self.title = title
        self.limit = limit
        self.remedy = remedy
        self.vantage = vantage
        self.special = special
        self.skip = skip
        self.rules = rules
    }
}

extension EvidenceCheck.Rule {
    /// `on` is good and `off` is bad, whatever words follow them.
    static func onOff(_ fact: String, on good: Set<String> = ["on", "yes"], off bad: Set<String> = ["off", "no"])
        -> Self
    {
        Self(fact: fact) { value in
            let word = value.lowercased()
            if good.contains(word) { return .good }
            if bad.contains(word) { return .bad }
            return .open("'\(value)' is neither")
        }
    }
}

extension EvidenceCheck {
    /// Every check, in the order in which pages list them.
    package static let all: [EvidenceCheck] = [
        EvidenceCheck(
            "declared-model",
            "Is the deployment model the one that is claimed?",
            limit: "A hypervisor can hide: what was not seen disproves nothing.",
            remedy: "Run 'assay inspect --capture' in the workload's own environment.",
            special: .declaredModel
        ),
        EvidenceCheck(
            "gpu-inventory",
            "Are the GPUs known by model and identity?",
            limit: "The line lists what the driver shows on this host; it cannot show that the inventory is complete.",
            remedy: "Run 'assay inspect --capture' where the NVIDIA driver runs.",
            special: .inventory
        ),
        EvidenceCheck(
            "tenancy",
            "Does the model keep neighbours as far away as the workload declares?",
            limit: "A model says how near a neighbour can be; who the neighbours were is in the scheduler's records.",
            remedy: "Declare 'needs.tenancy' in the study, and collect evidence of this model.",
            special: .tenancy
        ),
        EvidenceCheck(
            "mig",
            "Is MIG on, on every GPU?",
            limit:
                "MIG separates memory, L2 slices and engines in hardware; published covert channels cross it all the same.",
            remedy: "Run 'assay inspect --capture' on the host: it asks NVML for the MIG mode.",
            skip: { $0.usesMIG ? nil : "no MIG instances are used under \($0)" },
            rules: [.onOff("mig")]
        ),
        EvidenceCheck(
            "iommu",
            "Does an IOMMU confine each GPU, alone in its group?",
            limit: "It confines the device's memory access; traffic over NVLink does not pass it.",
            remedy: "Run 'assay inspect --capture' on the host as root: a guest cannot see the host's IOMMU.",
            vantage: .host,
            skip: { $0.isVirtual ? nil : "no device is assigned to a machine under \($0)" },
            rules: [
                .init(fact: "iommu") { value in
                    let types = value.split(separator: ",").map { $0.filter { $0 != " " } }
                    if types.contains("off") || types.contains("identity") { return .bad }
                    if !types.isEmpty, types.allSatisfy({ $0.hasPrefix("DMA") }) { return .good }
                    return .open("'\(value)' does not say how it translates")
                },
                .init(fact: "gpu_iommu_group") { value in
                    if value == "alone" { return .good }
                    if value.hasPrefix("shared") { return .bad }
                    return .open("'\(value)' does not say who is in the group")
                },
            ]
        ),
        EvidenceCheck(
            "clearing",
            "Was the GPU cleared between tenants?",
            limit: "An event shows that clearing ran, not that nothing was left: a probe for residue would.",
            remedy:
                "No collector of Assay sees it: put the event of the epilog or of the agent into the record as 'tenant_clearing'.",
            rules: [
                .init(fact: "tenant_clearing") { value in
                    let word = value.lowercased()
                    if ["none", "no", "off"].contains(word) { return .bad }
                    let known = ["gpu-reset", "mig-destroy", "vm-destroy", "memory-scrub", "host-reimage"]
                    if known.contains(where: { word.hasPrefix($0) }) { return .good }
                    return .open("'\(value)' is not a way of clearing known here (\(known.joined(separator: ", ")))")
                }
            ]
        ),
        EvidenceCheck(
            "ecc",
            "Does GPU memory correct errors (ECC)?",
            limit: "ECC guards against chance, not against intent.",
            remedy: "Run 'assay inspect --capture' where the NVIDIA driver runs.",
            rules: [.onOff("ecc")]
        ),
        EvidenceCheck(
            "secure-boot",
            "Is secure boot on?",
            limit: "The firmware's own word; which keys it trusts is not read.",
            remedy: "Run 'assay inspect --capture' on the host: it reads the firmware's variable.",
            vantage: .host,
            rules: [.onOff("secure_boot", off: ["off", "no", "off: no uefi"])]
        ),
        EvidenceCheck(
            "measured-boot",
            "Is the boot measured into a TPM?",
            limit: "A log of measurements is there; nobody compared it with expected values, and no quote was taken.",
            remedy: "Run 'assay inspect --capture' on the host as root: the event log is readable by root alone.",
            vantage: .host,
            rules: [
                .init(fact: "measured_boot") { value in
                    if value.hasPrefix("yes") { return .good }
                    if value.hasPrefix("no") { return .bad }
                    return .open("'\(value)' does not show a log")
                }
            ]
        ),
        EvidenceCheck(
            "module-signatures",
            "Does the kernel refuse unsigned modules?",
            limit: "Only what the kernel loads is covered, not programs.",
            remedy: "Run 'assay inspect --capture' on the host.",
            vantage: .host,
            rules: [.onOff("module_signatures", on: ["enforced"], off: ["not enforced"])]
        ),
        EvidenceCheck(
            "driver-version",
            "Do all hosts of the model run one driver?",
            limit: "Whether this version has known flaws is not looked up.",
            remedy: "Run 'assay inspect --capture' on every host.",
            special: .sameOnAllHosts,
            rules: [.init(fact: "driver") { $0.isEmpty ? .open("is empty") : .good }]
        ),
        EvidenceCheck(
            "firmware-version",
            "Do all hosts of the model run one firmware?",
            limit: "The mainboard's firmware; whether this version has known flaws is not looked up.",
            remedy: "Run 'assay inspect --capture' on every host.",
            vantage: .host,
            special: .sameOnAllHosts,
            rules: [.init(fact: "firmware") { $0.isEmpty ? .open("is empty") : .good }]
        ),
        EvidenceCheck(
            "encryption-at-rest",
            "Is the root file system on an encrypted volume?",
            limit:
                "Only the root file system was looked at: data volumes, scratch and self-encrypting drives are not shown.",
            remedy: "Run 'assay inspect --capture' on the host; for data volumes a person must state it.",
            rules: [
                .init(fact: "root_encryption") { value in
                    if value.hasPrefix("CRYPT") { return .good }
                    if value == "off" { return .bad }
                    return .open(
                        "no encrypted volume was seen under the root file system; a drive may encrypt by itself"
                    )
                }
            ]
        ),
        EvidenceCheck(
            "encryption-in-transit",
            "Is traffic between hosts encrypted?",
            limit: "What one host was set to; RDMA bypasses the kernel's network stack.",
            remedy:
                "No collector of Assay sees it: put what the network's own tool reports into the record as 'transport_encryption'.",
            rules: [
                .init(fact: "transport_encryption") { value in
                    let word = value.lowercased()
                    if ["none", "no", "off"].contains(word) { return .bad }
                    if ["on", "yes", "ipsec", "macsec", "wireguard", "tls"].contains(word) { return .good }
                    return .open("'\(value)' is not a way of encrypting known here")
                }
            ]
        ),
        EvidenceCheck(
            "time-source",
            "Is the clock synchronised?",
            limit: "The service's own word at one moment; how far the clock is off is not shown.",
            remedy:
                "Run 'assay inspect --capture' on the host; with chrony, 'chronyc tracking' says what a file does not.",
            rules: [
                .init(fact: "time_source") { value in
                    if value.hasSuffix("synchronized") { return value.hasSuffix("not synchronized") ? .bad : .good }
                    if value == "none seen" { return .open("no time service was seen; one may run under another name") }
                    return .open("\(value): whether the clock is synchronised is not shown")
                }
            ]
        ),
        EvidenceCheck(
            "audit-log",
            "Does the kernel's audit daemon run, and does the journal persist?",
            limit: "That it runs; which events it keeps, for how long and whether they can be altered is not shown.",
            remedy: "Run 'assay inspect --capture' on the host.",
            vantage: .host,
            rules: [
                .init(fact: "audit_daemon") { value in
                    if value == "running" { return .good }
                    if ["off", "no"].contains(value) { return .bad }
                    return .open("no audit daemon was seen; another logger may stand in for it")
                },
                .init(fact: "journal") { value in
                    if value == "persistent" { return .good }
                    if value == "volatile" { return .bad }
                    return .open("'\(value)' does not say whether it outlives a boot")
                },
            ]
        ),
        EvidenceCheck(
            "residency",
            "Does the platform stand where the data may stay?",
            limit: "The host's site; logs, telemetry, backups, crash dumps and remote administrators are not shown.",
            remedy:
                "Declare 'needs.sites' and 'platforms[].sites'; a record may carry 'site' as an asset system reports it.",
            special: .residency
        ),
        EvidenceCheck(
            "confidential",
            "Is memory encrypted against the host (confidential computing)?",
            limit: "Seen from inside; an attestation report was not verified.",
            remedy: "Run 'assay inspect --capture' inside the guest as root.",
            skip: { $0.isVirtual ? nil : "there is no host to keep secrets from under \($0)" },
            rules: [
                .init(fact: "confidential") { value in
                    let active = ["amd-sev", "amd-sev-es", "amd-sev-snp", "intel-tdx", "arm-cca", "ibm-pv"]
                    if active.contains(value) { return .good }
                    if value == "off" { return .bad }
                    return .open(
                        value == "supported" ? "the processor could; nothing shows that it is on" : "nothing was seen"
                    )
                }
            ]
        ),
        EvidenceCheck(
            "nested-paging",
            "Does the hypervisor use the processor's nested paging?",
            limit: "KVM's own parameter; other hypervisors do not show theirs.",
            remedy: "Run 'assay inspect --capture' on the KVM host.",
            vantage: .host,
            skip: { $0.isVirtual ? nil : "there is no hypervisor under \($0)" },
            rules: [.onOff("nested_paging")]
        ),
        EvidenceCheck(
            "page-merging",
            "Is merging of equal memory pages between guests off (KSM)?",
            limit: "One of the ways in which memory is shared; caches and TLBs are others.",
            remedy: "Run 'assay inspect --capture' on the host.",
            vantage: .host,
            skip: { $0.isVirtual ? nil : "no guests share memory under \($0)" },
            rules: [.onOff("page_merging", on: ["off"], off: ["on"])]
        ),
        EvidenceCheck(
            "cpu-mitigations",
            "Does the kernel report every known processor flaw as mitigated?",
            limit: "The kernel's own list at that version; GPUs have no such list.",
            remedy: "Run 'assay inspect --capture' on the host.",
            vantage: .host,
            rules: [
                .init(fact: "cpu_vulnerabilities") { value in
                    if value == "none open" { return .good }
                    if value.hasPrefix("open:") { return .bad }
                    return .open("'\(value)' does not list them")
                }
            ]
        ),
    ]

    /// The check of a name.
    package static func named(_ id: String) -> EvidenceCheck? { all.first { $0.id == id } }
}
