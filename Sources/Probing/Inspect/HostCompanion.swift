package import Documents

/// What the host of a guest says of itself: an inspection that ran on the host, read back from its JSON.
package struct HostCompanion: Sendable, Hashable {
    /// One GPU or adapter that the host lists.
    package struct Device: Sendable, Hashable {
        /// Its PCI address on the host.
        package var address: String
        /// Vendor and device: `10de:2335`.
        package var identity: String
        /// The driver that has it.
        package var driver: String?
    }

    /// The host's word for a hypervisor beneath itself, `none` usually.
    package var hypervisor: String
    /// The facts by name.
    package var facts: [String: String]
    /// Whether the host could say which guests it runs; where it could not, a fact that is missing says nothing.
    package var couldLookForGuests: Bool
    /// GPUs and adapters.
    package var devices: [Device]
    /// What is wrong with the host.
    package var findings: [Finding]

    /// What host and guest say together.
    package struct Join: Sendable, Hashable {
        /// Statements of both that fit, one sentence each.
        package var agreements: [String]
        /// Statements that contradict each other, one sentence each.
        package var conflicts: [String]
        /// The host's facts that a guest cannot see, named `host_…`.
        package var facts: [InspectedFact]
        /// The host's findings.
        package var findings: [Finding]
    }

    /// Reads what `assay inspect --json` printed on the host; unknown keys are left alone, for later versions.
    package init(_ value: Value, file: String) throws(DocumentError) {
        let root = try Reader(value, file: file).mapping()
        let version = try root.require("assay_inspection", expected: "the JSON that `assay inspect --json` prints")
            .int()
        guard version == Inspection.formatVersion else {
            throw root.fail(
                "is version \(version) of the inspection format; this Assay reads version \(Inspection.formatVersion)"
            )
        }
        hypervisor = try root.require("hypervisor").string()
        facts = [:]
        for (name, fact) in try root["facts"]?.mapping().members ?? [] {
            facts[name] = try fact.mapping().require("value").string()
        }
        couldLookForGuests = true
        for check in try root["checks"]?.array(maximum: 10_000) ?? [] {
            let fields = try check.mapping()
            guard try fields.require("id").string() == "guests-of-this-host" else { continue }
            couldLookForGuests = try fields.require("outcome").string() == "ran"
        }
        devices = []
        for device in try root["devices"]?.array(maximum: 10_000) ?? [] {
            let fields = try device.mapping()
            devices.append(
                Device(
                    address: try fields.require("address").string(),
                    identity: try fields.require("identity").string(),
                    driver: try fields["driver"]?.string()
                )
            )
        }
        findings = []
        for finding in try root["findings"]?.array(maximum: 10_000) ?? [] {
            let fields = try finding.mapping()
            findings.append(
                Finding(
                    id: try fields.require("id").string(),
                    subject: try fields.require("subject").string(),
                    severity: try fields.require("severity").choice("severity"),
                    title: try fields.require("finding").string(),
                    cost: try fields.require("cost").string(),
                    confidence: try fields.require("confidence").choice("confidence"),
                    source: try fields.require("source").string(),
                    remedy: try fields.require("remedy").string()
                )
            )
        }
    }

    /// The facts of a host that matter to its guests and that they cannot see.
    static let carried = ["cpu", "governor", "hugepages", "iommu", "kernel", "mitigations", "numa"]

    /// Holds what host and guest say against each other.
    package func join(_ guest: Inspection) -> Join {
        var join = Join(agreements: [], conflicts: [], facts: [], findings: findings)
        for name in Self.carried {
            guard let value = facts[name] else { continue }
            join.facts.append(InspectedFact(name: "host_" + name, value: value, evidence: "the host's inspection"))
        }
        virtualization(guest, &join)
        devices(guest, &join)
        sizes(guest, &join)
        return join
    }

    private func virtualization(_ guest: Inspection, _ join: inout Join) {
        let kvm = facts["kvm"]
        switch (guest.hypervisor.name, kvm) {
        case (.kvm?, let module?):
            join.agreements.append("The guest runs on KVM, and the host has \(module) loaded.")
        case (.qemu?, let module?):
            join.agreements.append(
                "The guest runs on QEMU, and the host has \(module) loaded: KVM can accelerate it."
            )
        case (.kvm?, nil) where couldLookForGuests:
            join.conflicts.append("The guest runs on KVM, and the host has neither kvm_intel nor kvm_amd loaded.")
        case (nil, let module?):
            join.conflicts.append(
                "The guest shows no hypervisor, and its host has \(module) loaded: one of them is hidden, or this is not its "
                    + "host."
            )
        case (nil, nil):
            join.agreements.append("Neither this system nor the other shows a hypervisor: they may be one host.")
        case (let name?, _):
            if name.rawValue == hypervisor {
                join.agreements.append("Guest and host both name \(name.title).")
            }
        }
        if hypervisor != "none", guest.hypervisor.name?.rawValue != hypervisor || kvm != nil {
            join.conflicts.append("The host itself stands on \(hypervisor): the guest is nested.")
        }
    }

    private func devices(_ guest: Inspection, _ join: inout Join) {
        for device in guest.devices where device.isAccelerator {
            let same = devices.filter { $0.identity == device.identity }
            if let held = same.first(where: { $0.driver == "vfio-pci" }) {
                join.agreements.append(
                    "The guest's GPU \(device.identity) is held for guests at \(held.address) on the host."
                )
            } else if same.isEmpty {
                join.conflicts.append("The guest has a GPU \(device.identity), and the host lists none of that kind.")
            } else {
                join.conflicts.append(
                    "The guest has a GPU \(device.identity), and the host's own driver (\(same[0].driver ?? "none")) has "
                        + "those that it lists."
                )
            }
        }
    }

    private func sizes(_ guest: Inspection, _ join: inout Join) {
        for (name, what) in [("cpu_count", "processors"), ("memory_mib", "MiB of memory")] {
            guard let inside = guest.facts.first(where: { $0.name == name }).flatMap({ Int($0.value) }),
                let outside = facts[name].flatMap({ Int($0) })
            else { continue }
            if inside > outside {
                join.conflicts.append("The guest has \(inside) \(what), more than the \(outside) of its host.")
            } else {
                join.agreements.append("The guest has \(inside) of the host's \(outside) \(what).")
            }
        }
    }
}
