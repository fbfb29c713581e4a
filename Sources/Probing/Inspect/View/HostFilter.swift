/// What the checks may read, and what of it they may keep.
///
/// Nothing outside ``patterns`` is opened for its content, so a capture cannot hold more than this page says. Files that
/// may carry secrets, serial numbers or other people's affairs are cut down on the way in.
package enum HostFilter {
    /// How much of a file is kept.
    package enum Part: String, Sendable, Hashable {
        /// All of it.
        case whole
        /// Of a control group's path, the names of container managers in it; the rest names other people's jobs.
        case containerManagers
        /// Of `/proc/meminfo`, the first line.
        case totalMemory
        /// Of a kernel command line, the words whose key is in ``kernelParameters``.
        case kernelParameters
        /// Of `/proc/cpuinfo`, the number of processors and ``processorFields`` of the first.
        case firstProcessor
        /// Of `/proc/stat`, the lines of processors.
        case processorTimes
        /// Of a table of mounts, the type and the device number of what is mounted on `/`.
        case rootMount
        /// Of a device mapper's identifier, the kind before its own identity: `CRYPT-LUKS2`.
        case mapperKind
        /// Of `/proc/sysinfo` of IBM Z, who made the machine and which control program runs this guest; names and serial
        /// numbers stand beside them.
        case controlProgram
        /// Of the kernel's version line, all but who built it, on which host and with what: the words in parentheses.
        case withoutBuilder
        /// Of a PCI configuration space, all but the device's serial number.
        case withoutSerialNumber
    }

    /// Every path whose content may be read; `*` stands for one name.
    package static let patterns: [(path: String, part: Part)] = [
        ("/dev/cpu/0/msr@c0010131", .whole),
        ("/proc/1/cgroup", .containerManagers),
        ("/proc/cmdline", .kernelParameters),
        ("/proc/cpuinfo", .firstProcessor),
        ("/proc/device-tree/compatible", .whole),
        ("/proc/device-tree/hypervisor/compatible", .whole),
        ("/proc/driver/nvidia/gpus/*/information", .whole),
        ("/proc/driver/nvidia/version", .whole),
        ("/proc/meminfo", .totalMemory),
        ("/proc/self/mountinfo", .rootMount),
        ("/proc/stat", .processorTimes),
        ("/proc/sys/kernel/numa_balancing", .whole),
        ("/proc/sys/kernel/osrelease", .whole),
        ("/proc/sysinfo", .controlProgram),
        ("/proc/version", .withoutBuilder),
        ("/proc/xen/capabilities", .whole),
        ("/run/systemd/container", .whole),
        ("/sys/block/*/dm/uuid", .mapperKind),
        ("/sys/bus/pci/devices/*/class", .whole),
        ("/sys/bus/pci/devices/*/config", .withoutSerialNumber),
        ("/sys/bus/pci/devices/*/current_link_speed", .whole),
        ("/sys/bus/pci/devices/*/current_link_width", .whole),
        ("/sys/bus/pci/devices/*/device", .whole),
        ("/sys/bus/pci/devices/*/max_link_speed", .whole),
        ("/sys/bus/pci/devices/*/max_link_width", .whole),
        ("/sys/bus/pci/devices/*/numa_node", .whole),
        ("/sys/bus/pci/devices/*/nvidia/current_vgpu_type", .whole),
        ("/sys/bus/pci/devices/*/sriov_numvfs", .whole),
        ("/sys/bus/pci/devices/*/vendor", .whole),
        ("/sys/class/dmi/id/bios_date", .whole),
        ("/sys/class/dmi/id/bios_vendor", .whole),
        ("/sys/class/dmi/id/bios_version", .whole),
        ("/sys/class/dmi/id/board_vendor", .whole),
        ("/sys/class/dmi/id/product_name", .whole),
        ("/sys/class/dmi/id/product_version", .whole),
        ("/sys/class/dmi/id/sys_vendor", .whole),
        ("/sys/class/infiniband/*/fw_ver", .whole),
        ("/sys/class/infiniband/*/ports/*/counters/link_downed", .whole),
        ("/sys/class/infiniband/*/ports/*/counters/symbol_error", .whole),
        ("/sys/class/infiniband/*/ports/*/link_layer", .whole),
        ("/sys/class/infiniband/*/ports/*/rate", .whole),
        ("/sys/class/infiniband/*/ports/*/state", .whole),
        ("/sys/class/tpm/*/tpm_version_major", .whole),
        ("/sys/dev/block/*/dm/uuid", .mapperKind),
        ("/sys/devices/system/clocksource/clocksource0/available_clocksource", .whole),
        ("/sys/devices/system/clocksource/clocksource0/current_clocksource", .whole),
        ("/sys/devices/system/cpu/cpu0/cpuidle/*/disable", .whole),
        ("/sys/devices/system/cpu/cpu0/cpuidle/*/latency", .whole),
        ("/sys/devices/system/cpu/cpu0/cpuidle/*/name", .whole),
        ("/sys/devices/system/cpu/cpufreq/*/scaling_driver", .whole),
        ("/sys/devices/system/cpu/cpufreq/*/scaling_governor", .whole),
        ("/sys/devices/system/cpu/cpuidle/current_driver", .whole),
        ("/sys/devices/system/cpu/isolated", .whole),
        ("/sys/devices/system/cpu/nohz_full", .whole),
        ("/sys/devices/system/cpu/smt/active", .whole),
        ("/sys/devices/system/cpu/vulnerabilities/*", .whole),
        ("/sys/devices/system/node/*/cpulist", .whole),
        ("/sys/firmware/dmi/entries/0-0/raw", .whole),
        ("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", .whole),
        ("/sys/firmware/uv/prot_virt_guest", .whole),
        ("/sys/fs/cgroup/cpu.max", .whole),
        ("/sys/fs/cgroup/cpu.stat", .whole),
        ("/sys/fs/cgroup/cpu/cpu.cfs_period_us", .whole),
        ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", .whole),
        ("/sys/fs/cgroup/cpu/cpu.stat", .whole),
        ("/sys/hypervisor/properties/features", .whole),
        ("/sys/hypervisor/type", .whole),
        ("/sys/kernel/iommu_groups/*/type", .whole),
        ("/sys/kernel/mm/hugepages/*/nr_hugepages", .whole),
        ("/sys/kernel/mm/ksm/run", .whole),
        ("/sys/kernel/mm/transparent_hugepage/enabled", .whole),
        ("/sys/module/kvm/parameters/halt_poll_ns", .whole),
        ("/sys/module/kvm_amd/parameters/avic", .whole),
        ("/sys/module/kvm_amd/parameters/nested", .whole),
        ("/sys/module/kvm_amd/parameters/npt", .whole),
        ("/sys/module/kvm_intel/parameters/enable_apicv", .whole),
        ("/sys/module/kvm_intel/parameters/ept", .whole),
        ("/sys/module/kvm_intel/parameters/nested", .whole),
        ("/sys/module/module/parameters/sig_enforce", .whole),
        ("/sys/module/nvidia_peermem/version", .whole),
    ]

    /// The words of a kernel command line that are kept, by key; everything else may be a token or a password.
    package static let kernelParameters: Set<String> = [
        "amd_iommu", "clocksource", "cpuidle.off", "cpuidle_haltpoll.force", "default_hugepagesz", "hugepages",
        "hugepagesz", "idle", "intel_idle.max_cstate", "intel_iommu", "intel_pstate", "iommu", "iommu.passthrough",
        "iommu.strict", "irqaffinity", "isolcpus", "mitigations", "nohz", "nohz_full", "nopti", "nosmt",
        "numa_balancing", "pci", "pcie_aspm", "preempt", "processor.max_cstate", "rcu_nocbs", "skew_tick", "swiotlb",
        "transparent_hugepage", "tsc", "virtio_mmio.device",
    ]

    /// The fields of `/proc/cpuinfo` that are kept.
    package static let processorFields: Set<String> = [
        "CPU Family", "CPU architecture", "CPU implementer", "CPU part", "Features", "cpu family", "flags", "isa",
        "microcode", "model", "model name", "platform", "stepping", "vendor_id",
    ]

    /// More processors than any kernel can have.
    private static let maximumProcessors = 1 << 20

    /// Container managers by what they write into the control group of process 1.
    package static let managers = ["kubepods", "docker", "libpod", "lxc"]

    /// The answer with only what may be kept; a path outside the list has none.
    static func admit(_ path: String, _ answer: @autoclosure () -> HostAnswer<[UInt8]>) -> HostAnswer<[UInt8]> {
        guard let part = table.part(of: path) else { return .unread("not on the list of what may be read") }
        return answer().map { bytes in
            switch part {
            case .whole: bytes
            case .containerManagers: containerManagers(bytes)
            case .totalMemory: lines(bytes) { $0.hasPrefix("MemTotal:") }
            case .kernelParameters: keptParameters(bytes)
            case .firstProcessor: firstProcessor(bytes)
            case .processorTimes: lines(bytes) { $0.hasPrefix("cpu") }
            case .rootMount: rootMount(bytes)
            case .mapperKind: mapperKind(bytes)
            case .controlProgram:
                lines(bytes) { $0.hasPrefix("Manufacturer:") || $0.hasPrefix("VM00 Control Program:") }
            case .withoutBuilder: withoutBuilder(bytes)
            case .withoutSerialNumber: PCIConfigurationSpace(bytes: bytes).withoutSerialNumber
            }
        }
    }

    /// The names in a folder in their order, as many as are looked at.
    static func admit(names: [String], in path: String) -> [String] {
        Array(names.sorted().prefix(LiveHost.maximumNames))
    }

    private static func containerManagers(_ bytes: [UInt8]) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        return Array(managers.filter { text.contains($0) }.joined(separator: " ").utf8)
    }

    private static func keptParameters(_ bytes: [UInt8]) -> [UInt8] {
        let words = trimmed(bytes).split(whereSeparator: \.isWhitespace)
        let kept = words.prefix { $0 != "--" }.filter { word in
            kernelParameters.contains(String(word.prefix { $0 != "=" }))
        }
        return Array(kept.joined(separator: " ").utf8)
    }

    private static func firstProcessor(_ bytes: [UInt8]) -> [UInt8] {
        var kept: [String] = []
        var seen: Set<String> = []
        var processors = 0
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let key = trimmed(Array(parts[0].utf8))
            if key == "processor" { processors = min(processors, maximumProcessors - 1) + 1 }
            // Our own line, so that filtering twice is filtering once; a file made by others may claim any number.
            if key == "processors", parts.count > 1, let told = Int(trimmed(Array(parts[1].utf8))) {
                processors = max(0, told)
            }
            guard processorFields.contains(key), seen.insert(key).inserted else { continue }
            kept.append("\(key): \(parts.count > 1 ? trimmed(Array(parts[1].utf8)) : "")")
        }
        return Array((["processors: \(min(processors, maximumProcessors))"] + kept).joined(separator: "\n").utf8)
    }

    private static func rootMount(_ bytes: [UInt8]) -> [UInt8] {
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            if (2...3).contains(words.count), words[0] == "/" { return Array(line.utf8) }
            guard words.count > 4, words[4] == "/", let dash = words.firstIndex(of: "-"), dash + 1 < words.count else {
                continue
            }
            return Array("/ \(words[dash + 1]) \(words[2])".utf8)
        }
        return []
    }

    /// `CRYPT-LUKS2-0123…-name` names a volume and a disk; what it is made of stands before.
    private static func mapperKind(_ bytes: [UInt8]) -> [UInt8] {
        let parts = trimmed(bytes).split(separator: "-")
        let isKind =
            parts.first == "CRYPT" && parts.count > 1
            && ["LUKS1", "LUKS2", "PLAIN", "BITLK", "FVAULT2", "LOOPAES", "TCRYPT", "VERITY", "INTEGRITY"]
                .contains(parts[1])
        return Array((isKind ? "CRYPT-\(parts[1])" : parts.first.map(String.init) ?? "").utf8)
    }

    private static func withoutBuilder(_ bytes: [UInt8]) -> [UInt8] {
        var depth = 0
        var kept: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth = max(0, depth - 1)
            case UInt8(ascii: " ") where kept.last == byte: break
            default: if depth == 0 { kept.append(byte) }
            }
        }
        return kept
    }

    private static func lines(_ bytes: [UInt8], _ keep: (Substring) -> Bool) -> [UInt8] {
        let kept = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter(keep)
        return Array(kept.joined(separator: "\n").utf8)
    }

    private static let table = PatternTree(patterns)
}

/// The patterns by their components: a path is looked up in as many steps as it has names.
private struct PatternTree: Sendable {
    private var children: [Substring: PatternTree] = [:]
    private var part: HostFilter.Part?

    init(_ patterns: [(path: String, part: HostFilter.Part)]) {
        for pattern in patterns { insert(pattern.path.split(separator: "/")[...], pattern.part) }
    }

    private mutating func insert(_ names: ArraySlice<Substring>, _ part: HostFilter.Part) {
        guard let name = names.first else { return self.part = part }
        children[name, default: PatternTree([])].insert(names.dropFirst(), part)
    }

    func part(of path: String) -> HostFilter.Part? {
        guard path.hasPrefix("/") else { return nil }
        var tree = self
        for name in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard name != "..", name != ".", !name.isEmpty, let child = tree.children[name] ?? tree.children["*"] else {
                return nil
            }
            tree = child
        }
        return tree.part
    }
}
