extension Survey {
    /// What NVML says of links, clocks, power, memory and neighbours.
    mutating func gpus(_ examination: inout Examination) {
        let title = "GPU state through NVML"
        let hasNVIDIA = !facts.nvml.devices.isEmpty || facts.pci.accelerators.contains { $0.vendor == 0x10DE }
        guard hasNVIDIA else {
            return examination.skip("nvml", title, because: "there is no NVIDIA GPU")
        }
        examination.check("nvml", title, obstacle: facts.nvml.obstacle)
        silence()
        for device in facts.nvml.devices {
            unreachable(device)
            link(device, &examination)
            clocks(device)
            state(device)
        }
        peers()
    }

    /// NVML was asked and does not answer for GPUs that this system keeps for itself.
    private mutating func silence() {
        let kept = facts.pci.accelerators.filter { $0.vendor == 0x10DE && $0.driver != "vfio-pci" }
        guard let obstacle = facts.nvml.obstacle, obstacle != NVMLFacts.unasked, let first = kept.first else { return }
        let hasDriver = kept.contains { $0.driver == "nvidia" } || facts.fabric.driverVersion.value != nil
        let install = "Install NVIDIA's driver and its libraries, all of one version"
        let mend =
            switch facts.nvml.refusal?.code {
            case 4: "Run inspect as root, or give this container the GPU's device files."
            case 9:
                first.driver == "nouveau"
                    ? "nouveau has GPU \(first.address): keep it away (modprobe.blacklist=nouveau), restart, then modprobe nvidia."
                    : "modprobe nvidia; dmesg | grep NVRM says why where it fails."
            case 12:
                hasDriver
                    ? "Install libnvidia-ml.so.1 of the kernel driver's version; in a container: "
                        + "NVIDIA_DRIVER_CAPABILITIES=compute,utility."
                    : "\(install): then modprobe nvidia; nvidia-smi."
            case 15: "dmesg | grep Xid; then nvidia-smi --gpu-reset, or restart the host."
            case 18:
                "When nothing uses the GPUs: modprobe -r nvidia_uvm nvidia_drm nvidia_modeset nvidia && modprobe nvidia; "
                    + "or restart the host."
            default: "nvidia-smi -q; dmesg | grep NVRM"
            }
        found(
            "no-nvml",
            "host",
            .medium,
            "GPU \(first.address) is on the bus and NVML does not answer: \(obstacle).",
            cost: facts.nvml.refusal?.code == 12 && hasDriver
                ? "Its clocks, links and mode cannot be seen; what computes may miss the driver's libraries too."
                : "Nothing can be computed on it here, and its clocks, links and mode cannot be seen.",
            .high,
            from: "libnvidia-ml.so.1",
            mend: mend
        )
    }

    private mutating func unreachable(_ device: GPUFacts) {
        guard let obstacle = device.obstacle else { return }
        let isLost = obstacle == .gpuIsLost
        let mend =
            switch obstacle {
            case .gpuIsLost, .resetRequired: "dmesg | grep Xid; then nvidia-smi --gpu-reset, or restart the host"
            case .noPermission: "Run inspect as root, or give this container the GPU's device file."
            default: "nvidia-smi -q; dmesg | grep NVRM"
            }
        found(
            "gpu-unreachable",
            "GPU \(device.index)",
            .high,
            isLost
                ? "GPU \(device.index) fell off the bus."
                : "GPU \(device.index) is counted by the driver and cannot be opened: \(obstacle.name).",
            cost: "Nothing runs on it, and its mode, links and clocks are unknown: this answer is about "
                + (facts.nvml.devices.count > 1 ? "the other GPUs." : "a host without a GPU."),
            .high,
            from: isLost ? "NVML" : "nvmlDeviceGetHandleByIndex(\(device.index))",
            mend: mend
        )
    }

    private mutating func link(_ device: GPUFacts, _ examination: inout Examination) {
        let subject = "GPU \(device.index)"
        if let most = device.maximumLink, let own = device.gpuMaximumGeneration, most.generation < own {
            found(
                "pcie-slot",
                subject,
                .medium,
                "GPU \(device.index) could use PCI Express generation \(own) and its slot offers \(most.generation).",
                cost: "Each generation less halves the bandwidth to host memory.",
                .high,
                from: "nvmlDeviceGetMaxPcieLinkGeneration(\(device.index))",
                mend: "Move it to a faster slot, or set the slot's speed in the firmware's setup."
            )
        }
        guard let now = device.link, let most = device.maximumLink, now.generation > 0, most.generation > 0,
            most.width > 0
        else { return }
        let isNarrow = now.width < most.width, isSlow = now.generation < most.generation
        // Speed drops at idle; width does not.
        let isIdle = !underLoad && isSlow
        let call = "nvmlDeviceGetCurrPcieLink", place = "(\(device.index))"
        if isIdle {
            let raw = "generation \(now.generation) of \(most.generation)"
            idleReading("nvml", at: call + "Generation" + place, raw, subject, &examination)
        }
        guard isNarrow || (isSlow && !isIdle) else { return }
        // Each generation doubles the speed of a lane, from the third on nearly exactly.
        let halvings = isIdle ? 0 : most.generation - now.generation
        var share = Double(now.width) / Double(most.width)
        for _ in 0..<max(0, min(halvings, 16)) { share /= 2 }
        found(
            "pcie-link",
            subject,
            .high,
            isIdle
                ? "The link of GPU \(device.index) has \(now.width) of \(most.width) lanes."
                : "GPU \(device.index) runs its link at generation \(now.generation) x\(now.width) of "
                    + "\(most.generation) x\(most.width).",
            cost: "Transfers to and from host memory reach about \(percent(share)) of what the link could.",
            .high,
            from: call + (isIdle ? "Width" : "Generation") + place,
            mend: "Reseat the card and check riser and slot; after VFIO resets, cold-start the host."
        )
    }

    private mutating func clocks(_ device: GPUFacts) {
        let subject = "GPU \(device.index)"
        if let reasons = device.clockReasons, device.isHeldByHardware || (underLoad && reasons & 0x24 != 0) {
            let names = [
                (0x04, "power cap"), (0x08, "hardware slowdown"), (0x20, "software thermal limit"),
                (0x40, "hardware thermal limit"), (0x80, "power brake"),
            ].filter { reasons & $0.0 != 0 }.map(\.1)
            found(
                "clocks-held",
                subject,
                device.isHeldByHardware ? .invalid : .medium,
                "The clocks of GPU \(device.index) are held by: \(names.joined(separator: ", ")).",
                cost: "Compute slows down for reasons of heat or power that have nothing to do with virtualization.",
                .high,
                from: "nvmlDeviceGetCurrentClocksEventReasons(\(device.index)) = 0x\(hexadecimal(reasons, digits: 1))",
                mend: "Check cooling and power supply: nvidia-smi -q -d PERFORMANCE,TEMPERATURE,POWER."
            )
        }
        if let limit = device.powerLimit, let usual = limit.defaultWatts, limit.enforcedWatts < usual - 0.5 {
            found(
                "power-limit",
                subject,
                .medium,
                "GPU \(device.index) is limited to \(decimal(limit.enforcedWatts, 0)) W of \(decimal(usual, 0)) W.",
                cost: "Compute-bound work slows down; two hosts with different limits are no pair.",
                .high,
                from: "nvmlDeviceGetEnforcedPowerLimit(\(device.index))",
                mend: "nvidia-smi -i \(device.index) -pl \(decimal(usual, 0))"
            )
        }
        if device.persistence == false, !isVirtual || device.virtualization != .vgpu {
            found(
                "persistence-off",
                subject,
                .low,
                "GPU \(device.index) is put to sleep when its last process ends.",
                cost: "Each new process waits for it to start, for seconds on servers with many GPUs.",
                .high,
                from: "nvmlDeviceGetPersistenceMode(\(device.index))",
                mend: "nvidia-persistenced, or nvidia-smi -i \(device.index) -pm 1"
            )
        }
    }

    private mutating func state(_ device: GPUFacts) {
        let subject = "GPU \(device.index)"
        if let mig = device.mig, mig.current != mig.pending {
            found(
                "mig-pending",
                subject,
                .medium,
                "MIG mode of GPU \(device.index) is \(mig.current ? "on" : "off") and will be \(mig.pending ? "on" : "off").",
                cost: "After the next reset this is another deployment model.",
                .high,
                from: "nvmlDeviceGetMigMode(\(device.index))",
                mend:
                    "nvidia-smi --gpu-reset -i \(device.index), when nothing runs on it; in a guest, restart the guest."
            )
        }
        if isVirtual, device.mig?.current == true, device.virtualization == .passthrough {
            found(
                "mig-in-passthrough",
                subject,
                .note,
                "MIG is on on GPU \(device.index), which this guest has whole.",
                cost: "A job gets a slice: compare only with the same profile on bare metal (bare-metal-mig).",
                .high,
                from: "nvmlDeviceGetMigMode(\(device.index))",
                mend: "State the profile with each record, or turn MIG off: nvidia-smi -i \(device.index) -mig 0."
            )
        }
        if let ecc = device.ecc, !ecc.current || ecc.current != ecc.pending {
            found(
                "ecc",
                subject,
                ecc.current == ecc.pending ? .note : .medium,
                ecc.current == ecc.pending
                    ? "GPU \(device.index) does not correct memory errors (ECC off)."
                    : "ECC of GPU \(device.index) is \(ecc.current ? "on" : "off") and changes at the next reset.",
                cost: "With GDDR memory ECC takes bandwidth and capacity; arms must agree on it.",
                .high,
                from: "nvmlDeviceGetEccMode(\(device.index))",
                mend: ecc.current == ecc.pending
                    ? "nvidia-smi -i \(device.index) -e 1, then nvidia-smi --gpu-reset -i \(device.index) when nothing runs "
                        + "on it."
                    : "nvidia-smi --gpu-reset -i \(device.index) when nothing runs on it, or keep it as it is: "
                        + "nvidia-smi -i \(device.index) -e \(ecc.current ? 1 : 0)."
            )
        }
        if let processes = device.processes, processes > 0, !underLoad {
            found(
                "gpu-in-use",
                subject,
                .medium,
                "\(processes) process\(processes == 1 ? " is" : "es are") on GPU \(device.index).",
                cost: "What is measured now shares the GPU with \(processes == 1 ? "it" : "them").",
                .high,
                from: "nvmlDeviceGetComputeRunningProcesses(\(device.index))",
                mend: "End them before measuring: nvidia-smi -i \(device.index)."
            )
        }
        if device.nvlinks.down > 0, device.nvlinks.up > 0 {
            found(
                "nvlink-down",
                subject,
                .high,
                "\(device.nvlinks.down) of \(device.nvlinks.up + device.nvlinks.down) NVLinks of GPU \(device.index) are down.",
                cost: "Bandwidth between GPUs falls by that share, and collectives run at the slowest GPU's pace.",
                .medium,
                from: "nvmlDeviceGetNvLinkState(\(device.index), …)",
                mend: "nvidia-smi nvlink -s -i \(device.index); reset the GPU, then look for Xid 74 in the kernel log."
            )
        }
        if let state = device.fabricState, state == 1 || state == 2 {
            found(
                "fabric-incomplete",
                subject,
                .high,
                "GPU \(device.index) has not joined its NVSwitch fabric (state \(state) of 3).",
                cost: "Peer access over NVLink is off: GPUs talk over PCI Express or not at all.",
                .medium,
                from: "nvmlDeviceGetGpuFabricInfo(\(device.index))",
                mend: isVirtual
                    ? "On the host or in the service VM: systemctl status nvidia-fabricmanager, partition activated?"
                    : "systemctl restart nvidia-fabricmanager"
            )
        }
        if let replays = device.replays, replays > 0 {
            found(
                "pcie-replays",
                subject,
                .note,
                "The link of GPU \(device.index) sent \(replays) packets again.",
                cost: "Little, unless the counter grows during runs.",
                .low,
                from: "nvmlDeviceGetPcieReplayCounter(\(device.index))",
                mend: "Read it before and after a run; if it grows, reseat card and riser."
            )
        }
    }

    private mutating func peers() {
        // MIG takes peer access away by design: only pairs of whole GPUs can miss it.
        let divided = Set(facts.nvml.devices.filter { $0.mig?.current == true }.map(\.index))
        let blocked = facts.nvml.blockedPairs.filter { !divided.contains($0.first) && !divided.contains($0.second) }
        guard let pair = blocked.first else { return }
        let reasons = [
            1: "chipset not supported", 2: "GPU not supported", 3: "topology not supported",
            4: "disabled by a driver key",
            5: "not supported",
        ]
        found(
            "no-peer-access",
            "GPU \(pair.first), GPU \(pair.second)",
            .high,
            "\(blocked.count) of \(facts.nvml.askedPairs) pairs of GPUs cannot reach each other's memory "
                + "(\(reasons[pair.status] ?? "unknown reason")).",
            cost: "Data between them goes through host memory, twice over PCI Express.",
            .medium,
            from: "nvmlDeviceGetP2PStatus(\(pair.first), \(pair.second), READ) = \(pair.status)",
            mend: isVirtual
                ? "On the host: give the guest GPUs with their NVLinks together, or the same pci-clique id (x-nv-gpudirect-clique)."
                : "nvidia-smi topo -p2p r; check ACS, IOMMU and fabric manager."
        )
    }

    /// What the kernel shows of GPUs shared with guests, where NVML does not say it.
    private mutating func sharingBySysfs() {
        guard !isVirtual,
            !facts.nvml.devices.contains(where: { $0.virtualization == .hostVGPU || $0.virtualization == .hostVSGA })
        else { return }
        for service in GuestService.all(facts) {
            let isNVIDIA = facts.pci[service.address]?.vendor == 0x10DE
            found(
                "vgpu-host",
                service.address,
                .invalid,
                "GPU \(service.address) serves guests: \(service.words).",
                cost: "What is measured here depends on what the guests do.",
                .high,
                from: service.source,
                mend: "Measure inside the guests, or stop them: "
                    + (isNVIDIA ? "nvidia-smi vgpu -q." : "virsh list --state-running.")
            )
        }
    }

    /// GPUs shared with guests, or given away.
    mutating func sharing(_ examination: inout Examination) {
        examination.check("gpu-sharing", "GPUs shared with or given to guests", obstacle: facts.pci.devices.obstacle)
        for device in facts.nvml.devices where device.virtualization == .hostVGPU || device.virtualization == .hostVSGA
        {
            found(
                "vgpu-host",
                "GPU \(device.index)",
                .invalid,
                "GPU \(device.index) serves guests as vGPUs.",
                cost: "What is measured here depends on what the guests do.",
                .high,
                from: "nvmlDeviceGetVirtualizationMode(\(device.index))",
                mend: "Measure inside the guests, or stop them: nvidia-smi vgpu -q."
            )
        }
        sharingBySysfs()
        for device in facts.pci.accelerators {
            if let functions = device.virtualFunctions, functions > 0 {
                found(
                    "virtual-functions",
                    device.address,
                    .medium,
                    "GPU \(device.address) has \(functions) virtual functions.",
                    cost: "Guests may share it: as a bare-metal arm it is clean only without them.",
                    .high,
                    from: "/sys/bus/pci/devices/\(device.address)/sriov_numvfs",
                    mend: "When no guest has one: echo 0 > /sys/bus/pci/devices/\(device.address)/sriov_numvfs"
                        + (device.vendor == 0x10DE ? ", or /usr/lib/nvidia/sriov-manage -d \(device.address)" : "")
                )
            }
            if device.driver == "vfio-pci" {
                found(
                    "held-for-guest",
                    device.address,
                    .note,
                    "GPU \(device.address) is held for a guest (vfio-pci).",
                    cost: "This system cannot use it.",
                    .high,
                    from: "/sys/bus/pci/devices/\(device.address)/driver",
                    mend: "To take it back: virsh nodedev-reattach pci_"
                        + String(device.address.map { $0 == ":" || $0 == "." ? "_" : $0 })
                )
            }
        }
    }
}
