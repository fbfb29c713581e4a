internal import Documents

/// One fact of a host for a record: what, how much, and where it was read.
package struct InspectedFact: Sendable, Hashable {
    /// The name, as records and the pair-validity gate spell it: `gpu`, `driver`, `power_limit_w`.
    package var name: String
    /// The value, as text.
    package var value: String
    /// The file, leaf or call that it was read from.
    package var evidence: String

    /// A fact and where it is from.
    package init(name: String, value: String, evidence: String) {
        self.name = name
        self.value = value
        self.evidence = evidence
    }

    /// What a record keeps of a host; the order is fixed, and what is not known is left out.
    static func all(_ facts: HostFacts, _ inspection: Inspection) -> [InspectedFact] {
        var list: [InspectedFact] = []
        func add(_ name: String, _ value: String?, _ evidence: String) {
            guard let value, !value.isEmpty else { return }
            list.append(InspectedFact(name: name, value: value, evidence: evidence))
        }
        func each<Value>(_ values: [Value?], _ text: (Value) -> String) -> String? {
            let known = values.compactMap { $0.map(text) }
            guard known.count == values.count, !known.isEmpty else { return nil }
            let distinct = Set(known)
            return distinct.count == 1 ? known[0] : known.joined(separator: ", ")
        }
        let gpus = facts.nvml.devices
        add("gpu", each(gpus.map(\.name)) { $0 }, "nvml: nvmlDeviceGetName")
        // A GPU's virtual functions are parts of one that is counted.
        let boards = facts.pci.accelerators.filter { !$0.isVirtualFunction }
        if gpus.isEmpty {
            let names = facts.nvml.kernelNames.map(\.name)
            let identities = boards.map { "PCI " + $0.identity }
            let known = names.isEmpty ? identities : names
            add("gpu", each(known.map { Optional($0) }) { $0 }, "/sys/bus/pci and /proc/driver/nvidia")
        }
        let count = gpus.isEmpty ? boards.count : gpus.count
        add(
            "gpu_count",
            count > 0 ? String(count) : nil,
            gpus.isEmpty ? "/sys/bus/pci/devices" : "nvml: nvmlDeviceGetCount"
        )
        add("gpu_uuid", each(gpus.map(\.uuid)) { $0 }, "nvml: nvmlDeviceGetUUID")
        add("driver", facts.nvml.driver, "nvml: nvmlSystemGetDriverVersion")
        add(
            "power_limit_w",
            each(gpus.map(\.powerLimit)) { decimal($0.enforcedWatts, 0) },
            "nvml: nvmlDeviceGetEnforcedPowerLimit"
        )
        add("sm_clock_mhz", each(gpus.map { $0.clock.maximum }) { String($0) }, "nvml: nvmlDeviceGetMaxClockInfo")
        add("ecc", each(gpus.map(\.ecc)) { $0.current ? "on" : "off" }, "nvml: nvmlDeviceGetEccMode")
        add("mig", each(gpus.map(\.mig)) { $0.current ? "on" : "off" }, "nvml: nvmlDeviceGetMigMode")
        add(
            "pcie_link",
            each(gpus.map(\.maximumLink)) { "generation \($0.generation) x\($0.width)" },
            "nvml: nvmlDeviceGetMaxPcieLinkGeneration"
        )
        add("cpu", facts.processor.model, "/proc/cpuinfo")
        add("cpu_count", facts.processor.count.map { String($0) }, "/proc/cpuinfo")
        add("smt", facts.processor.hyperthreading.map { $0 ? "on" : "off" }, "/sys/devices/system/cpu/smt/active")
        add("memory_mib", facts.memory.totalMiB.map { String($0) }, "/proc/meminfo")
        add(
            "numa",
            facts.memory.nodes.isEmpty ? nil : counted(facts.memory.nodes.count, "node"),
            "/sys/devices/system/node"
        )
        add("iommu", iommu(facts), "/sys/kernel/iommu_groups")
        add("gpu_iommu_group", groupNeighbours(facts), "/sys/kernel/iommu_groups")
        add("hugepages", facts.memory.transparentHugePages.value, "/sys/kernel/mm/transparent_hugepage/enabled")
        add("governor", each(facts.kernel.governors.map { Optional($0) }) { $0 }, "/sys/devices/system/cpu/cpufreq")
        add("clocksource", facts.kernel.clockSource.value, "/sys/devices/system/clocksource")
        let mitigations = facts.kernel.parameters["mitigations"] ?? "default"
        add("mitigations", facts.kernel.commandLine.isAnswered ? mitigations : nil, "/proc/cmdline")
        add("isolated_cpus", facts.kernel.isolated, "/sys/devices/system/cpu/isolated")
        add("kernel", facts.kernel.release, "/proc/sys/kernel/osrelease")
        let adapters = facts.fabric.adapters.value ?? []
        add("rdma", adapters.isEmpty ? nil : String(adapters.count), "/sys/class/infiniband")
        add(
            "rdma_rate",
            each(adapters.flatMap(\.ports).map(\.rate)) { $0 },
            "/sys/class/infiniband"
        )
        add(
            "gpudirect_rdma",
            adapters.isEmpty ? nil : facts.fabric.peerMemory ?? "no module",
            "/sys/module/nvidia_peermem"
        )
        add("kvm", facts.kernel.modules.filter { $0 == "kvm_intel" || $0 == "kvm_amd" }.min(), "/sys/module")
        let paging = facts.kernel.kvmParameters.first { $0.name == "ept" || $0.name == "npt" }?.value
        add(
            "nested_paging",
            paging.map { ["Y", "1"].contains($0) ? "on" : "off" },
            "/sys/module/kvm_intel/parameters/ept or kvm_amd/parameters/npt"
        )
        add("page_merging", facts.memory.mergesPages.map { $0 ? "on" : "off" }, "/sys/kernel/mm/ksm/run")
        if !facts.kernel.vulnerabilities.isEmpty {
            let open = facts.kernel.vulnerabilities.filter { $0.text.hasPrefix("Vulnerable") }.map(\.name)
            add(
                "cpu_vulnerabilities",
                open.isEmpty ? "none open" : "open: " + open.joined(separator: ", "),
                "/sys/devices/system/cpu/vulnerabilities"
            )
        }
        let trust = facts.trust
        add("module_signatures", trust.moduleSignatures, "/sys/module/module/parameters/sig_enforce")
        add("firmware", trust.firmware, "/sys/class/dmi/id/bios_version")
        // In a container these are the container's own, or masked, and not the host's.
        if inspection.container.name == nil {
            add("secure_boot", trust.secureBoot, TrustFacts.secureBootVariable)
            add("measured_boot", trust.measuredBoot, "/sys/class/tpm and /sys/kernel/security")
            add("root_encryption", trust.rootEncryption, "/proc/self/mountinfo and /sys/dev/block")
            add("time_source", trust.timeSource, "/run/systemd/timesync, /run/chrony and /run/ntpd.pid")
            add("audit_daemon", trust.auditDaemon, "/run/auditd.pid")
            add("journal", trust.journal, "/var/log/journal and /run/log/journal")
        }
        add("virtualization", inspection.virtualized.rawValue, "assay inspect")
        add("hypervisor", inspection.hypervisor.name?.rawValue ?? "none", "assay inspect")
        add("container", inspection.container.name ?? "none", "assay inspect")
        add(
            "confidential",
            inspection.confidential.state == .active
                ? inspection.confidential.technology : inspection.confidential.state.rawValue,
            "assay inspect"
        )
        return list
    }

    /// Who else is in the IOMMU groups of the GPUs: bridges and the GPU's own functions aside.
    private static func groupNeighbours(_ facts: HostFacts) -> String? {
        let grouped = facts.pci.accelerators.filter { $0.iommuGroup != nil }
        guard !grouped.isEmpty, grouped.count == facts.pci.accelerators.count else { return nil }
        var strangers: Set<String> = []
        for gpu in grouped {
            guard let group = gpu.iommuGroup, let members = facts.pci.groupMembers[group] else { return nil }
            let slot = gpu.address.prefix { $0 != "." }
            for member in members where !member.hasPrefix(slot) && facts.pci[member]?.isBridge != true {
                strangers.insert(member)
            }
        }
        return strangers.isEmpty ? "alone" : "shared with " + strangers.sorted().joined(separator: ", ")
    }

    /// The translation that GPUs and adapters get: a confound between two bare-metal hosts too.
    private static func iommu(_ facts: HostFacts) -> String? {
        guard let groups = facts.pci.groups.value else { return nil }
        guard !groups.isEmpty else { return "off" }
        let devices = facts.pci.all.filter { $0.isAccelerator || $0.isNetwork }
        let types = Set(devices.compactMap { $0.iommuGroup.flatMap { facts.pci.groupTypes[$0] } })
        return types.isEmpty ? "on" : types.sorted().joined(separator: ", ")
    }
}
