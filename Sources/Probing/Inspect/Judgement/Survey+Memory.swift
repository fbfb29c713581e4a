extension Survey {
    /// Nodes, pages, balloons.
    mutating func memory(_ examination: inout Examination) {
        hugePages(&examination)
        nodes(&examination)
        balloon(&examination)
        if facts.memory.mergesPages == true {
            found(
                "page-merging",
                "host",
                .medium,
                "The kernel merges equal pages (KSM).",
                cost:
                    "Guests pay a page fault when they write to a merged page, and lose their large pages to merging.",
                .high,
                from: "/sys/kernel/mm/ksm/run",
                mend: "echo 2 > /sys/kernel/mm/ksm/run"
            )
        }
    }

    private mutating func hugePages(_ examination: inout Examination) {
        let path = "/sys/kernel/mm/transparent_hugepage/enabled"
        examination.check("huge-pages", "Huge pages", obstacle: facts.memory.transparentHugePages.obstacle)
        guard facts.memory.transparentHugePages.value == "never", facts.memory.hugePages.allSatisfy({ $0.count == 0 })
        else { return }
        found(
            "no-huge-pages",
            "host",
            isVirtual ? .medium : .low,
            "Transparent huge pages are off and none are set aside.",
            cost:
                "Each miss of the address cache walks to 4 KiB pages: up to 4 memory accesses natively, up to 24 under "
                + "nested paging.",
            .medium,
            from: path,
            mend: "echo madvise > \(path)"
        )
    }

    private mutating func nodes(_ examination: inout Examination) {
        let count = facts.memory.nodes.count
        examination.check("numa", "NUMA nodes", obstacle: count == 0 ? "the kernel lists no node with processors" : nil)
        if count > 1, facts.memory.balancesNodes == true {
            found(
                "numa-balancing",
                "host",
                .medium,
                "The kernel moves pages between NUMA nodes while jobs run.",
                cost: "It unmaps pages to see who uses them: extra faults that make step times vary.",
                .medium,
                from: "/proc/sys/kernel/numa_balancing",
                mend: "sysctl -w kernel.numa_balancing=0"
            )
        }
        // More processors than any socket of such servers had in common use.
        if isVirtual, count == 1, let processors = facts.processor.count, processors > 64,
            !facts.pci.accelerators.isEmpty
        {
            found(
                "flat-numa",
                "host",
                .medium,
                "This guest has \(processors) processors on one NUMA node.",
                cost: "If its host has two sockets, memory is placed blindly: STREAM differed by 2 to 7 times between "
                    + "configurations of one guest (CloudRift, 2026).",
                .low,
                from: "/sys/devices/system/node",
                mend: "On the host: give the guest <numa> cells that follow the sockets, with <numatune mode='strict'>."
            )
        }
        for device in facts.pci.accelerators where device.node == -1 && count > 1 {
            found(
                "gpu-without-node",
                device.address,
                .medium,
                "The firmware does not say which NUMA node GPU \(device.address) is on.",
                cost: "Jobs and NCCL cannot choose near memory and near processors.",
                .high,
                from: "/sys/bus/pci/devices/\(device.address)/numa_node",
                mend: isVirtual
                    ? "On the host: put the GPU behind a pxb-pcie expander bridge of its NUMA node."
                    : "Update the firmware (SRAT and _PXM), or pin by hand with numactl."
            )
        }
    }

    private mutating func balloon(_ examination: inout Examination) {
        examination.check(
            "balloon",
            "A memory balloon",
            obstacle: facts.pci.devices.obstacle
        )
        guard
            let device = facts.pci.all.first(where: { device in
                device.vendor == 0x1AF4 && (device.device == 0x1002 || device.device == 0x1045)
            })
        else { return }
        found(
            "memory-balloon",
            device.address,
            .low,
            "The guest has a memory balloon.",
            cost: "The host may take memory back while a job runs; a run in which it moves is invalid.",
            .high,
            from: "/sys/bus/pci/devices/\(device.address)",
            mend: "On the host: <memballoon model='none'/>. VFIO pins all memory anyway."
        )
    }
}
