extension Survey {
    /// What lies on the way of direct memory access: IOMMU, bridges, links.
    mutating func paths(_ examination: inout Examination) {
        iommu(&examination)
        bridges(&examination)
        silentDevices()
        hierarchy()
        links(&examination)
    }

    private mutating func iommu(_ examination: inout Examination) {
        examination.check(
            "iommu",
            "How the IOMMU translates for GPUs and adapters",
            obstacle: facts.pci.groups.obstacle
        )
        if let groups = facts.pci.groups.value, groups.isEmpty,
            facts.pci.accelerators.contains(where: { $0.driver == "vfio-pci" })
        {
            found(
                "no-iommu",
                "host",
                .high,
                "A GPU is held for guests and no IOMMU is on.",
                cost: "A guest with that GPU could read and write all of the host's memory.",
                .high,
                from: "/sys/kernel/iommu_groups",
                mend: "Boot with intel_iommu=on or amd_iommu=on, and iommu=pt."
            )
        }
        for device in pathDevices where device.driver != "vfio-pci" {
            guard let group = device.iommuGroup, let type = facts.pci.groupTypes[group], type != "identity" else {
                continue
            }
            let isStrict = type == "DMA"
            found(
                "iommu-translates",
                device.address,
                isStrict ? .medium : .low,
                "The IOMMU translates each access of \(device.address) (mode \(type)).",
                cost: isStrict
                    ? "Every mapping is flushed at once: small transfers and network messages pay for it."
                    : "Mappings are flushed in batches; transfers still pay for translation.",
                .medium,
                from: "/sys/kernel/iommu_groups/\(group)/type",
                mend: "Boot with iommu=pt (devices of this host then bypass translation; guests stay isolated)."
            )
        }
    }

    /// GPUs, and the adapters that they exchange data with.
    private var pathDevices: [PCIDevice] { facts.pci.accelerators + rdmaDevices }

    private var rdmaDevices: [PCIDevice] {
        let addresses = Set((facts.fabric.adapters.value ?? []).compactMap(\.address))
        let adapters = facts.pci.all.filter { addresses.contains($0.address) }
        // Without RDMA drivers, Mellanox's adapters are the ones that could.
        return adapters.isEmpty ? facts.pci.all.filter { $0.isNetwork && $0.vendor == 0x15B3 } : adapters
    }

    private mutating func bridges(_ examination: inout Examination) {
        let id = "acs", title = "ACS redirect on the bridges between GPUs and adapters"
        let gpus = facts.pci.accelerators
        guard !gpus.isEmpty, !rdmaDevices.isEmpty else {
            return examination.skip(id, title, because: "there is no GPU and RDMA adapter to connect")
        }
        var obstacle: String?
        var redirected: [String: (gpu: String, adapter: String)] = [:]
        for gpu in gpus {
            for adapter in rdmaDevices {
                // The part of both ways that lies below what they share; nothing shared, nothing to shorten.
                let shared = zip(gpu.bridgesAbove, adapter.bridgesAbove).prefix { $0 == $1 }.count
                guard shared > 0 else { continue }
                let way = gpu.bridgesAbove.dropFirst(shared) + adapter.bridgesAbove.dropFirst(shared)
                for address in way {
                    guard let bridge = facts.pci[address] else { continue }
                    if let space = bridge.space, space.hasExtendedSpace {
                        // What an adapter sends to translated addresses goes directly where the bridge lets it.
                        let isDirect = adapter.space?.translatesAddresses == true
                        if let control = space.accessControl, control.redirects,
                            !(isDirect && control.directTranslated && !control.controlsEgress),
                            redirected[address] == nil
                        {
                            redirected[address] = (gpu.address, adapter.address)
                        }
                    } else {
                        obstacle = bridge.configuration.obstacle ?? bridge.space?.obstacle ?? "it could not be read"
                    }
                }
            }
        }
        examination.check(id, title, obstacle: obstacle)
        for (address, pair) in redirected.sorted(by: { $0.key < $1.key }) {
            let text = facts.pci[address]?.space?.accessControl?.text ?? ""
            found(
                "acs-redirect",
                address,
                .high,
                "ACS redirect on \(address) sends GPU-to-NIC traffic through the root complex "
                    + "(\(pair.gpu) to \(pair.adapter)).",
                cost: "NCCL between nodes ran at 56 % of line rate until this was mended (NVIDIA/nccl issue 949).",
                .medium,
                from: "/sys/bus/pci/devices/\(address)/config, ACSCtl \(text)",
                mend: "setpci -s \(address) ECAP_ACS+0x6.w=0000, at each start, or boot with "
                    + "pci=disable_acs_redir=\(address); where guests share the switch, keep ACS, and enable "
                    + "ATS on the adapter and DirectTrans on the bridge instead."
            )
        }
        translation(&examination)
    }

    /// In a guest, ACS stays on, and only translated addresses go the short way.
    private mutating func translation(_ examination: inout Examination) {
        let id = "ats", title = "Address translation services of the adapters"
        guard isVirtual || facts.pci.accelerators.contains(where: { $0.driver == "vfio-pci" }) else {
            return examination.skip(id, title, because: "they matter where ACS must stay on, for guests")
        }
        var obstacle: String?
        for adapter in rdmaDevices {
            guard let space = adapter.space, space.hasExtendedSpace else {
                obstacle = adapter.configuration.obstacle ?? adapter.space?.obstacle ?? "it could not be read"
                continue
            }
            guard space.translatesAddresses != true else { continue }
            found(
                "ats-off",
                adapter.address,
                .high,
                "Adapter \(adapter.address) does not use address translation services"
                    + (space.translatesAddresses == nil ? ", which its firmware does not offer." : "."),
                cost:
                    "GPU-to-NIC traffic of a guest takes the way through the root complex: two nodes reached 155 GB/s "
                    + "where one node reached 474 (NVIDIA/nccl issue 2171).",
                .medium,
                from: "/sys/bus/pci/devices/\(adapter.address)/config, ATS capability",
                mend: "On the host: mlxconfig -d \(adapter.address) set ATS_ENABLED=true, then reset the adapter."
            )
        }
        examination.check(id, title, obstacle: obstacle)
    }

    /// Devices that the kernel lists and that nobody finds any more.
    private mutating func silentDevices() {
        for device in facts.pci.all where device.space?.isAnswered == false {
            found(
                "device-silent",
                device.address,
                .high,
                "\(device.isBridge ? "Bridge" : "Device") \(device.address) does not answer: its configuration space is all "
                    + "ones.",
                cost: "What needs it fails or waits, and nothing that its registers say can be judged here.",
                .high,
                from: "/sys/bus/pci/devices/\(device.address)/config",
                mend: "dmesg | grep -i -e pcie -e Xid; reseat the card, or cold-start the host."
            )
        }
    }

    private mutating func hierarchy() {
        guard isVirtual, !rdmaDevices.isEmpty else { return }
        let flat = facts.pci.accelerators.filter { $0.bridgesAbove.isEmpty }
        guard let first = flat.first else { return }
        found(
            "flat-pci",
            first.address,
            .high,
            "\(flat.count == 1 ? "GPU \(first.address) stands" : "\(flat.count) GPUs stand") on the root bus, without a "
                + "switch above.",
            cost: "NCCL sees no near pair of GPU and adapter and does without GPUDirect RDMA (NVIDIA/nccl issue 811).",
            .medium,
            from: "/sys/bus/pci/devices/\(first.address)",
            mend: "On the host: machine type q35 with a root port and switch per GPU and adapter; in the guest: "
                + "NCCL_TOPO_FILE."
        )
    }

    /// Links by sysfs, of those that NVML does not speak of; in guests it shows the virtual port and is not believed.
    private mutating func links(_ examination: inout Examination) {
        let id = "pcie-link-sysfs", title = "PCI Express links by sysfs"
        guard !isVirtual else {
            return examination.skip(id, title, because: "a guest's sysfs shows the virtual port's link")
        }
        let told = Set(
            facts.nvml.isAnswering ? facts.nvml.devices.filter { $0.link != nil }.compactMap(\.address) : []
        )
        let devices = pathDevices.filter { !told.contains($0.address) }
        let linked = devices.compactMap { device in device.link.map { (device, $0) } }
        guard !devices.isEmpty else {
            let reason = pathDevices.isEmpty ? "there is no GPU or adapter" : "NVML tells the link of each"
            return examination.skip(id, title, because: reason)
        }
        examination.check(id, title, obstacle: linked.isEmpty ? "no device tells its link" : nil)
        for (device, link) in linked {
            let isSlow = link.speed < link.maximumSpeed, isNarrow = link.width < link.maximumWidth
            // A GPU lowers its speed when idle, never its width: then the speed is no finding, and no part of one.
            let isIdle = device.isAccelerator && !underLoad && isSlow
            let path = "/sys/bus/pci/devices/\(device.address)"
            if isIdle {
                let speeds = "\(decimal(link.speed, 1)) GT/s of \(decimal(link.maximumSpeed, 1)) GT/s"
                idleReading(id, at: path + "/current_link_speed", speeds, device.address, &examination)
            }
            guard isNarrow || (isSlow && !isIdle) else { continue }
            let speed = Double(link.speed) / link.maximumSpeed, width = Double(link.width) / Double(link.maximumWidth)
            found(
                "pcie-link",
                device.address,
                .high,
                isIdle
                    ? "The link of \(device.address) has \(link.width) of \(link.maximumWidth) lanes."
                    : "The link of \(device.address) runs at \(decimal(link.speed, 1)) GT/s x\(link.width) of "
                        + "\(decimal(link.maximumSpeed, 1)) GT/s x\(link.maximumWidth).",
                cost: "Transfers reach at most \(percent(isIdle ? width : speed * width)) of what the device could.",
                .high,
                from: path + (isIdle ? "/current_link_width" : "/current_link_speed"),
                mend: "Reseat the card, check riser and slot, and look for errors: lspci -vvv -s \(device.address)."
            )
        }
    }
}

extension Survey {
    /// A link that a GPU without work runs slowly: worth knowing, and nothing that is wrong.
    func idleReading(
        _ check: String,
        at source: String,
        _ raw: String,
        _ subject: String,
        _ examination: inout Examination
    ) {
        examination.saw(
            .attachment,
            .hint,
            check: check,
            at: source,
            raw,
            "idle reading of \(subject): whether it rises, --load shows while a job runs"
        )
    }
}
