extension Survey {
    /// RDMA ports and the direct paths to GPU memory.
    mutating func adapters(_ examination: inout Examination) {
        let id = "rdma", title = "RDMA adapters and their ports"
        examination.check(id, title, obstacle: facts.fabric.adapters.obstacle)
        let adapters = facts.fabric.adapters.value ?? []
        for adapter in adapters {
            for port in adapter.ports { judge(port, of: adapter) }
        }
        directPaths(&examination, hasAdapters: !adapters.isEmpty)
    }

    private mutating func judge(_ port: FabricFacts.Port, of adapter: FabricFacts.Adapter) {
        let path = "/sys/class/infiniband/\(adapter.name)/ports/\(port.number)"
        if let state = port.state, !state.hasSuffix("ACTIVE") {
            found(
                "rdma-port-down",
                "\(adapter.name) port \(port.number)",
                .medium,
                "Port \(port.number) of \(adapter.name) is \(state.split(separator: " ").last ?? "not active").",
                cost: "NCCL leaves it out: the node has that much less bandwidth to others.",
                .high,
                from: path + "/state",
                mend: port.layer == "Ethernet"
                    ? "Check cable and switch, then ip link set dev INTERFACE up."
                    : "Check cable and subnet manager: ibstat \(adapter.name)."
            )
        }
        let errors = (port.symbolErrors ?? 0, port.downs ?? 0)
        if errors.0 > 0 || errors.1 > 1 {
            found(
                "rdma-port-errors",
                "\(adapter.name) port \(port.number)",
                .low,
                "Port \(port.number) of \(adapter.name) counted \(errors.0) symbol errors and went down \(errors.1) times.",
                cost: "Packets are sent again: rare long steps, which coupled jobs feel on every rank.",
                .low,
                from: path + "/counters",
                mend: "Clean or replace the cable; watch whether the counters grow during a run."
            )
        }
    }

    private mutating func directPaths(_ examination: inout Examination, hasAdapters: Bool) {
        let direct = "gpudirect-rdma", directTitle = "GPUDirect RDMA: NVIDIA's peer memory module"
        let hasNVIDIA = !facts.nvml.devices.isEmpty || facts.pci.accelerators.contains { $0.vendor == 0x10DE }
        guard hasNVIDIA, hasAdapters else {
            examination.skip(direct, directTitle, because: "there is no NVIDIA GPU with an RDMA adapter")
            return
        }
        examination.check(direct, directTitle, obstacle: nil)
        examination.blindSpots.append(
            "GPUDirect RDMA by dma-buf needs no module and leaves no file: `via NET/IB/0/GDRDMA` in NCCL's log is the proof."
        )
        if facts.fabric.peerMemory == nil {
            found(
                "no-peer-memory",
                "host",
                .medium,
                "nvidia_peermem is not loaded.",
                cost:
                    "Unless driver and adapter agree on dma-buf, data between nodes takes a detour through host memory.",
                .low,
                from: "/sys/module/nvidia_peermem",
                mend: "modprobe nvidia-peermem, or check NCCL_DEBUG=INFO for /GDRDMA."
            )
        }
        examination.check("gpudirect-storage", "GPUDirect Storage: nvidia-fs", obstacle: nil)
        if !facts.fabric.hasStorageModule {
            found(
                "no-gpudirect-storage",
                "host",
                .note,
                "nvidia_fs is not loaded.",
                cost: "cuFile reads through host memory; only jobs that load much data feel it.",
                .medium,
                from: "/sys/module/nvidia_fs",
                mend: "Install nvidia-gds and load it: modprobe nvidia-fs; gdscheck -p."
            )
        }
        for device in facts.nvml.devices {
            guard isVirtual, let window = device.windowMiB, let memory = device.memoryMiB, window > 0,
                window < 1024, memory > 4 * window
            else { continue }
            found(
                "small-window",
                "GPU \(device.index)",
                .medium,
                "Other devices see \(window) MiB of the \(memory) MiB of GPU \(device.index) at a time.",
                cost: "GPUDirect RDMA and Storage can map no more than that.",
                .high,
                from: "nvmlDeviceGetBAR1MemoryInfo(\(device.index))",
                mend:
                    "On the host: give the guest's firmware a large 64-bit PCI window (OVMF: X-PciMmio64Mb), and use q35."
            )
        }
    }
}
