internal import Documents

/// What a host must be set to for a domain to be as fast as it is written, and which component of the overhead each setting
/// addresses, by the names that `assay measure` gives them.
struct HostSettings {
    private let machine: LibvirtMachine
    private let host: LibvirtHost
    private let placement: MachinePlacement

    init(_ domain: LibvirtDomain) {
        machine = domain.machine
        host = domain.host
        placement = domain.placement
    }

    private struct Row {
        let setting: String
        let how: String
        let addresses: String
        let seen: String
    }

    var lines: [String] {
        var lines = ["# What the host of \(machine.name) needs", ""]
        lines += [
            "Written by `assay plan libvirt` from an inspection of the host. 'Seen' is what that inspection found.", "",
        ]
        if host.isVirtualMachine {
            lines += [
                "**The inspection ran inside a virtual machine:** the domain would be nested. Inspect the host itself.",
                "",
            ]
        }
        lines += ["Kernel command line (add to what is there; then reboot):", "", "```", commandLine, "```", ""]
        lines += ["| setting | how | component it addresses | seen |", "|---|---|---|---|"]
        lines += rows.map { "| \($0.setting) | \($0.how) | \($0.addresses) | \(Self.cell($0.seen)) |" }
        let notes = self.notes
        if !notes.isEmpty { lines += [""] + notes.map { "- " + $0 } }
        lines += [
            "",
            "Whether it helped: `assay measure` in the guest and on bare metal, then `assay compare`. The components above are "
                + "metrics of those records. What no setting takes away: the exits that a guest makes (`cpuid_exit`) and the second level "
                + "of address translation that is left with huge pages (`memory_latency_2m`).",
        ]
        return lines
    }

    /// Text of the inspection inside a table.
    private static func cell(_ text: String) -> String {
        oneLine(text).split(separator: "|", omittingEmptySubsequences: false).joined(separator: "/")
    }

    private var isPassed: Bool { !machine.accelerators.isEmpty || !machine.adapters.isEmpty }
    private var pinned: String { DomainXML.list(placement.cells.flatMap(\.processors)) }

    private var commandLine: String {
        var words: [String] = []
        if isPassed {
            words.append(host.facts["cpu"]?.contains("AMD") == true ? "amd_iommu=on" : "intel_iommu=on")
            words.append("iommu=pt")
        }
        if machine.pages == .gibibyte {
            let counts = placement.cells.map { "\($0.node):\($0.memoryMiB / 1_024)" }.joined(separator: ",")
            words += ["default_hugepagesz=1G", "hugepagesz=1G", "hugepages=\(counts)"]
        }
        words += ["isolcpus=managed_irq,domain,\(pinned)", "nohz_full=\(pinned)", "rcu_nocbs=\(pinned)"]
        return words.joined(separator: " ")
    }

    private var rows: [Row] {
        func fact(_ name: String) -> String { host.facts[name] ?? "not told" }
        func finding(_ ids: String...) -> String {
            let hits = host.findings.filter { ids.contains($0.id) }.map {
                $0.subject.isEmpty ? $0.id : "\($0.id) (\($0.subject))"
            }
            return hits.isEmpty ? "no finding" : hits.joined(separator: ", ")
        }
        var rows = [
            Row(
                setting: "virtual processors pinned, QEMU's own threads on \(reserved)",
                how: "in the domain (`vcpupin`, `emulatorpin`)",
                addresses: "`detours`, `timer_wakeup`, `cpu_integer_time`",
                seen: "\(counted(placement.cells.count, "node")) of \(host.nodes.count)"
            ),
            Row(
                setting: "no other task and no tick on the pinned processors",
                how: "`isolcpus`, `nohz_full`, `rcu_nocbs` above",
                addresses: "`detours`, `detour_share`, `timer_wakeup`",
                seen: host.facts["isolated_cpus"].map { "isolated: \($0)" } ?? "none isolated"
            ),
            Row(
                setting: "memory of the guest on the nodes of its processors",
                how: "in the domain (`numatune`, `numa`)",
                addresses: "`memory_triad_node*`, `memory_latency_2m`",
                seen: fact("numa")
            ),
        ]
        switch machine.pages {
        case .gibibyte:
            rows.append(
                Row(
                    setting: "huge pages of 1 GiB, \(machine.memoryGiB) of them",
                    how: "`hugepages` above, before anything fragments memory",
                    addresses: "`memory_latency_4k`, `page_fault_4k`",
                    seen: "transparent huge pages: \(fact("hugepages"))"
                )
            )
        case .mebibytes:
            let counts = placement.cells.map {
                "`echo \($0.memoryMiB / 2) > /sys/devices/system/node/node\($0.node)/hugepages/hugepages-2048kB/nr_hugepages`"
            }
            rows.append(
                Row(
                    setting: "huge pages of 2 MiB, \(machine.memoryGiB * 512) of them",
                    how: counts.joined(separator: "; "),
                    addresses: "`memory_latency_4k`, `page_fault_4k`",
                    seen: "transparent huge pages: \(fact("hugepages"))"
                )
            )
        case .ordinary: break
        }
        rows += [
            Row(
                setting: "governor performance",
                how: "`cpupower frequency-set -g performance`",
                addresses: "`cpu_integer_time`, `timer_wakeup`",
                seen: fact("governor")
            ),
            Row(
                setting: "no automatic NUMA balancing, no merging of pages",
                how: "`sysctl kernel.numa_balancing=0`; `echo 2 > /sys/kernel/mm/ksm/run`",
                addresses: "`detours`, `page_fault_4k`",
                seen: finding("numa-balancing", "page-merging")
            ),
            Row(
                setting: "nested paging and posted interrupts of KVM",
                how: "`kvm_intel ept=1 enable_apicv=1`, `kvm_amd npt=1 avic=1`",
                addresses: "`memory_latency_4k`, `page_fault_4k`, `timer_wakeup`",
                seen: finding("no-nested-paging", "no-posted-interrupts")
            ),
        ]
        if machine.disk != nil {
            rows.append(
                Row(
                    setting: "a thread of its own for the disk, without the host's cache",
                    how: "in the domain (`iothread`, `cache='none'`, `io='native'`)",
                    addresses: "`storage_read_4k`, `storage_sync`, `storage_read_rate`",
                    seen: "not told"
                )
            )
        }
        return rows + deviceRows(finding("acs-redirect"), finding("ats-off"), iommu: fact("iommu"))
    }

    private var reserved: String { DomainXML.list(placement.cells.flatMap(\.reserved)) }

    private func deviceRows(_ redirect: String, _ translation: String, iommu: String) -> [Row] {
        guard isPassed else { return [] }
        var rows = [
            Row(
                setting: "IOMMU on, host's own devices untranslated",
                how: "above, and VT-d or AMD-Vi in the firmware",
                addresses: "`gpu_h2d_pinned_256m`, `net_bandwidth_out_1`",
                seen: iommu
            )
        ]
        let vfio = devices.filter(\.isBound)
        if !vfio.isEmpty {
            rows.append(
                Row(
                    setting: "vfio-pci has \(vfio.map { "\($0.device.address)" }.joined(separator: ", "))",
                    how: vfio.map { "`driverctl set-override \($0.device.address) vfio-pci`" }.joined(separator: "; "),
                    addresses: "none: without it the device cannot be given away",
                    seen: vfio.map { "\($0.device.address): \($0.device.driver ?? "no driver")" }.joined(
                        separator: ", "
                    )
                )
            )
        }
        if !machine.accelerators.isEmpty, !machine.adapters.isEmpty {
            rows += [
                Row(
                    setting: "no redirection by ACS between GPU and adapter, where the switch's requests may go direct",
                    how:
                        "ATS and Direct Translated P2P on the switch; switching ACS off joins the devices to one IOMMU group and lets "
                        + "them reach each other's memory",
                    addresses: "`net_allreduce_*`, `nccl_*` (GPUDirect RDMA)",
                    seen: redirect
                ),
                Row(
                    setting: "ATS on the adapter",
                    how: "the adapter's firmware (`mlxconfig -d ADDRESS set ATS_ENABLED=true`), then a power cycle",
                    addresses: "`net_allreduce_*`, `nccl_*` (GPUDirect RDMA)",
                    seen: translation
                ),
                Row(
                    setting: "GPU and adapter below one root in the guest, as on the host",
                    how: "in the domain (one switch for those that share a root port)",
                    addresses: "`net_allreduce_*`, `nccl_*`; NCCL decides by this tree",
                    seen: sharedRoots
                ),
            ]
        }
        for accelerator in machine.accelerators {
            if case .passthrough = accelerator { continue }
            rows.append(slice(accelerator))
        }
        return rows
    }

    /// A part of a GPU: what makes it.
    private func slice(_ accelerator: LibvirtMachine.Accelerator) -> Row {
        let parent = accelerator.address
        let isMIGBacked: Bool
        let what: String
        let how: String
        switch accelerator {
        case .mediated(let uuid, _, let backed):
            (isMIGBacked, what) = (backed, "the mediated device \(uuid) of \(parent)")
            how = "`echo \(uuid) > /sys/bus/pci/devices/\(parent)/mdev_supported_types/TYPE/create`"
        case .virtualFunction(_, let backed):
            (isMIGBacked, what) = (backed, "the virtual function \(parent)")
            how =
                "`echo TYPE > /sys/bus/pci/devices/\(parent)/nvidia/current_vgpu_type` (NVIDIA); `sriov_numvfs` of its parent "
                + "(others)"
        case .passthrough:
            (isMIGBacked, what, how) = (false, "\(parent)", "")
        }
        return Row(
            setting: isMIGBacked ? "\(what), backed by a MIG instance" : what,
            how: isMIGBacked ? "MIG mode on, the instance created at its placement first, then " + how : how,
            addresses: isMIGBacked
                ? "`gpu_launch`, `gpu_memory_*`: the instance is its own"
                : "`gpu_launch`, `gpu_memory_*`: time is shared with neighbours",
            seen: host[parent].map { $0.driver ?? "no driver" } ?? "not told"
        )
    }

    private var devices: [(device: LibvirtHost.Device, isBound: Bool)] {
        var list: [(device: LibvirtHost.Device, isBound: Bool)] = []
        for accelerator in machine.accelerators {
            guard let device = host[accelerator.address] else { continue }
            switch accelerator {
            case .passthrough: list.append((device, true))
            case .virtualFunction: list.append((device, !device.identity.hasPrefix("10de:")))
            case .mediated: list.append((device, false))
            }
        }
        return list + machine.adapters.compactMap { host[$0.address] }.map { ($0, true) }
    }

    private var sharedRoots: String {
        let roots = Set(devices.map { $0.device.bridges.first ?? "" })
        if roots.contains("") { return "the tree of some device is not told" }
        return roots.count == 1 ? "one root port" : "\(roots.count) root ports"
    }

    // MARK: Notes

    private var notes: [String] {
        var notes: [String] = []
        if placement.threadsPerCore == 2 {
            notes.append(
                "Hyper-threads: the second run of each node's processors is taken for the second threads of the first; `lscpu -e` says "
                    + "whether that is so."
            )
        } else if host.facts["smt"] == "on" {
            notes.append(
                "Hyper-threads are on, and which processors share a core is not told: the guest sees cores without threads. `lscpu -e` "
                    + "says which do; pin no two machines to one core."
            )
        }
        if host.facts["iommu"] == "off", isPassed {
            notes.append("The IOMMU is off: no device can be given away until it is on.")
        }
        let passed = Set(devices.filter(\.isBound).map(\.device.address))
        for group in Set(devices.filter(\.isBound).compactMap(\.device.iommuGroup)).sorted() {
            let others = host.devices.filter { $0.iommuGroup == group && !passed.contains($0.address) }.map(\.address)
                .sorted()
            if !others.isEmpty {
                notes.append(
                    "IOMMU group \(oneLine(group)) also holds \(others.map { "\($0)" }.joined(separator: ", ")): the group goes to one "
                        + "machine, so give these too, or bind them to vfio-pci and leave them idle."
                )
            }
        }
        for device in devices where device.device.node == nil {
            notes.append(
                "The firmware names no NUMA node for \(device.device.address): it stands on the guest's first."
            )
        }
        for device in devices {
            if let node = device.device.node, placement.cell(on: node) == nil {
                notes.append(
                    "\(device.device.address) is attached to node \(node), on which the machine has no processors: its transfers cross "
                        + "between the sockets. Ask for a core more for each node with devices."
                )
            }
        }
        let isNVSwitched = machine.accelerators.count { if case .passthrough = $0 { true } else { false } } > 1
        if isNVSwitched {
            notes.append(
                "Several GPUs with NVLink reach one another in the guest only where all of a baseboard are given together, or where the "
                    + "Fabric Manager of the host has made a partition of them."
            )
        }
        return notes
    }
}
