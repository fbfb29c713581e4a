/// What tells a hypervisor, on its own account or by accident.
package struct HypervisorFacts: Sendable {
    /// One block of hypervisor leaves.
    package struct Leaf: Sendable, Equatable {
        /// Where the block begins: 0x40000000 or a step of 0x100 above.
        package var base: UInt32
        /// The twelve bytes that name the hypervisor.
        package var signature: String
        /// The last leaf of the block; 0 on old KVM, which means the next one.
        package var last: UInt32
    }

    /// CPUID leaf 1: ECX bit 31 says that a hypervisor is there.
    package var featureLeaf: HostAnswer<CPUIDRegisters>
    /// The first block of hypervisor leaves, as answered.
    package var firstLeaf: HostAnswer<CPUIDRegisters>
    /// The blocks that carry a name.
    package var leaves: [Leaf]
    /// KVM's feature leaf, wherever its block is.
    package var kvmFeatures: CPUIDRegisters?
    /// Hyper-V's leaf 0x40000003: what this partition may do.
    package var hyperVFeatures: CPUIDRegisters?
    /// The median cost of CPUID in ticks; unread where the number cannot be one.
    package var cpuidTicks: HostAnswer<Int>
    /// DMI strings by the name of their file, in the order in which they are judged.
    package var dmi: [(name: String, answer: HostAnswer<String>)]
    /// The first SMBIOS structure: byte 19, bit 4 says virtual machine.
    package var smbios: HostAnswer<[UInt8]>
    /// `/sys/hypervisor/type`.
    package var hypervisorType: HostAnswer<String>
    /// `/sys/hypervisor/properties/features`: bit 11 says Xen's dom0.
    package var xenFeatures: HostAnswer<String>
    /// `/proc/xen/capabilities`: `control_d` says Xen's dom0.
    package var xenCapabilities: HostAnswer<String>
    /// `/proc/device-tree/hypervisor/compatible`.
    package var treeHypervisor: HostAnswer<String>
    /// The words of `/proc/device-tree/compatible`, the most particular one first.
    package var treeCompatible: HostAnswer<[String]>
    /// The names at the device tree's root.
    package var treeNames: HostAnswer<[String]>
    /// `/proc/sysinfo` of IBM Z.
    package var systemInformation: HostAnswer<String>
    /// Devices on Hyper-V's bus.
    package var vmbusDevices: HostAnswer<[String]>
    /// Where virtio devices that are on no PCI bus hang in `/sys/devices`, in the order of their names.
    package var mappedDevices: HostAnswer<[String]>
    /// The kernel's idle driver.
    package var idleDriver: HostAnswer<String>
    /// Whether frequency policies, RAPL, memory error counters and a management controller are seen.
    package var hardwareInterfaces: [(name: String, isThere: HostAnswer<Bool>)]

    init(_ view: HostView, architecture: ProcessorFacts.Architecture) {
        let isX86 = architecture.mayHaveCPUID
        featureLeaf = isX86 ? view.cpuid(1) : .missing
        firstLeaf = isX86 ? view.cpuid(0x4000_0000) : .missing
        leaves = []
        if isX86 {
            for base in stride(from: UInt32(0x4000_0000), through: 0x4000_0400, by: 0x100) {
                guard let registers = view.cpuid(base).value, let signature = Self.signature(registers) else {
                    continue
                }
                leaves.append(Leaf(base: base, signature: signature, last: registers.eax))
            }
        }
        let kvm = leaves.first { HypervisorName(signature: $0.signature) == .kvm }
        kvmFeatures = kvm.flatMap { view.cpuid($0.base + 1).value }
        let hyperV = leaves.first { $0.signature == "Microsoft Hv" && $0.last >= 0x4000_0003 }
        hyperVFeatures = hyperV.flatMap { view.cpuid($0.base + 3).value }
        cpuidTicks = isX86 ? Self.measured(view.cpuidCost()) : .missing
        dmi = ["product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"].map { name in
            (name, view.text("/sys/class/dmi/id/\(name)"))
        }
        smbios = view.bytes("/sys/firmware/dmi/entries/0-0/raw")
        hypervisorType = view.text("/sys/hypervisor/type")
        xenFeatures = view.text("/sys/hypervisor/properties/features")
        xenCapabilities = view.text("/proc/xen/capabilities")
        treeHypervisor = view.strings("/proc/device-tree/hypervisor/compatible").map { $0.joined(separator: ", ") }
        treeCompatible = view.strings("/proc/device-tree/compatible")
        treeNames = view.list("/proc/device-tree")
        systemInformation = view.text("/proc/sysinfo")
        vmbusDevices = view.list("/sys/bus/vmbus/devices")
        mappedDevices = Self.mappedDevices(view)
        idleDriver = view.text("/sys/devices/system/cpu/cpuidle/current_driver")
        hardwareInterfaces = [
            ("frequency policies", view.exists("/sys/devices/system/cpu/cpufreq/policy0")),
            ("energy counters (RAPL)", view.exists("/sys/class/powercap/intel-rapl")),
            ("memory error counters (EDAC)", view.exists("/sys/devices/system/edac/mc/mc0")),
            ("a management controller (IPMI)", view.exists("/sys/class/ipmi")),
        ]
    }

    /// Where virtio devices without a bus hang.
    ///
    /// A command line (`virtio-mmio.0`), a device tree (`a000000.virtio_mmio`) or ACPI (`LNRO0005`) tells of them.
    /// What hangs below a PCI device or a coprocessor does not count.
    private static func mappedDevices(_ view: HostView) -> HostAnswer<[String]> {
        let folder = "/sys/bus/virtio/devices"
        return view.list(folder).map { names in
            names.compactMap { name in
                view.link("\(folder)/\(name)").value.flatMap { target in
                    ["virtio-mmio", "virtio_mmio", "LNRO0005"].contains { target.contains($0) } ? target : nil
                }
            }
        }
    }

    /// Ticks that CPUID takes at the very least, the two readings of the counter around it included.
    package static let leastTicks = 60

    /// The cost of CPUID, where it can be one: a smaller number was measured without the instruction.
    private static func measured(_ ticks: HostAnswer<Int>) -> HostAnswer<Int> {
        guard let count = ticks.value, count < leastTicks else { return ticks }
        return .unread("a median of \(count) ticks is less than the instruction takes")
    }

    /// The DMI string of that name, where there is one.
    package func dmi(_ name: String) -> String? {
        dmi.first { $0.name == name }?.answer.value.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The twelve bytes of EBX, ECX, EDX, when all of them can stand in a name.
    static func signature(_ registers: CPUIDRegisters) -> String? {
        var bytes: [UInt8] = []
        for word in [registers.ebx, registers.ecx, registers.edx] {
            for shift in [UInt32(0), 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        while bytes.last == 0 { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
