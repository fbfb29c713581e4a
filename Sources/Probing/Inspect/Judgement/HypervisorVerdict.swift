/// What is known of a hypervisor under this system.
package struct HypervisorVerdict: Sendable, Hashable {
    /// The part that this system plays on it.
    package enum Role: String, Sendable, Hashable {
        /// A virtual machine.
        case guest
        /// The partition that drives the hardware for the hypervisor: Xen's dom0, Hyper-V's root partition.
        case hostPartition = "host-partition"
    }

    /// Which hypervisor, nil where none was seen.
    package var name: HypervisorName?
    /// The part that this system plays; nil where none was seen.
    package var role: Role?
    /// The provider or manager that DMI names: `amazon`, `google`, `openstack`.
    package var platform: String?
    /// Whether a host partition stands in a virtual machine: its firmware or devices are one's.
    package var isNested = false
    /// Whether nothing tells if the processor is accelerated or emulated in software.
    package var mayBeEmulated = false

    /// Whether this system is a virtual machine, as far as can be shown.
    package var isVirtualMachine: Bool { role == .guest || isNested }

    /// Ticks from which on a CPUID must have left the processor: native ones take one to two hundred.
    static let trappedTicks = 1000
    /// Ticks that several exits take, one inside the other.
    static let nestedTicks = 20_000

    static func judge(_ facts: HostFacts, _ examination: inout Examination) -> HypervisorVerdict {
        var judge = HypervisorJudge(facts: facts, examination: examination)
        let verdict = judge.verdict()
        examination = judge.examination
        return verdict
    }
}

/// The checks for a hypervisor, from what it says itself to what it cannot hide.
private struct HypervisorJudge {
    let facts: HostFacts
    var examination: Examination
    private var named: HypervisorName?
    private var isHostPartition = false

    init(facts: HostFacts, examination: Examination) {
        self.facts = facts
        self.examination = examination
    }

    private var hypervisor: HypervisorFacts { facts.hypervisor }

    mutating func verdict() -> HypervisorVerdict {
        cpuid()
        firmware()
        xen()
        deviceTree()
        devices()
        behaviour()
        gpuDriver()
        let weight = examination.weight(of: .hypervisor)
        let isSeen = weight == .proof || weight == .strong
        nesting(isSeen: isSeen)
        blindSpots(isSeen: isSeen)
        guard isSeen || isHostPartition else {
            return HypervisorVerdict(name: nil, role: nil, platform: platform())
        }
        return HypervisorVerdict(
            name: named ?? .unnamed,
            role: isHostPartition ? .hostPartition : .guest,
            platform: platform(),
            isNested: beneathPartition != nil,
            mayBeEmulated: named == .qemu || (named == nil && isMadeForGuests)
        )
    }

    /// What shows that a host partition's own machine is virtual: it has firmware and devices from below its hypervisor.
    private var beneathPartition: Observation? {
        guard isHostPartition else { return nil }
        return examination.observations.first { seen in
            // A data processing unit may stand behind a virtio device, and a partition cannot ask the processor.
            guard seen.subject == .hypervisor, seen.weight > .hint, !seen.raw.hasPrefix("1af4:") else { return false }
            return ["dmi-strings", "smbios-vm-bit", "pci-devices"].contains(seen.check)
                || seen.source == Self.treeRoot
        }
    }

    private mutating func saw(
        _ weight: Observation.Weight,
        _ check: String,
        at source: String,
        _ raw: String,
        _ meaning: String
    ) {
        examination.saw(.hypervisor, weight, check: check, at: source, raw, meaning)
    }

    // MARK: CPUID

    private mutating func cpuid() {
        let bit = "cpuid-hypervisor-bit", bitTitle = "CPUID leaf 1, ECX bit 31: a hypervisor is present"
        let leaf = "cpuid-hypervisor-leaves", leafTitle = "CPUID leaves from 0x40000000 on: the hypervisor's name"
        guard facts.processor.architecture.mayHaveCPUID else {
            examination.skip(bit, bitTitle, because: "this is not an x86 processor")
            examination.skip(leaf, leafTitle, because: "this is not an x86 processor")
            return processorInformation()
        }
        examination.check(bit, bitTitle, mandatory: true, obstacle: hypervisor.featureLeaf.obstacle)
        if let registers = hypervisor.featureLeaf.value, registers.ecx & 1 << 31 != 0 {
            saw(
                .proof,
                bit,
                at: "cpuid 0x00000001",
                "ECX 0x\(hexadecimal(registers.ecx, digits: 8))",
                "the processor's hypervisor bit is set"
            )
        }
        examination.check(leaf, leafTitle, mandatory: true, obstacle: hypervisor.firstLeaf.obstacle)
        leaves(leaf)
        processorInformation()
        hyperVPartition()
    }

    /// What `/proc/cpuinfo` says, on any processor: a kernel that runs as a process has its host's, or hides it.
    private mutating func processorInformation() {
        let id = "cpuinfo-hypervisor-flag"
        examination.check(
            id,
            "The kernel's flag 'hypervisor', and names of emulated processors",
            obstacle: facts.processor.information.obstacle
        )
        if facts.processor.flags.contains("hypervisor") {
            saw(.proof, id, at: "/proc/cpuinfo", "flags: … hypervisor", "the kernel started under a hypervisor")
        }
        if let model = facts.processor.model, model.hasPrefix("QEMU TCG CPU") {
            saw(.proof, id, at: "/proc/cpuinfo", model, "a processor that QEMU emulates")
            named = .qemuTCG
        }
        if field("vendor_id", in: facts.processor.information.value ?? "") == "User Mode Linux" {
            saw(.proof, id, at: "/proc/cpuinfo", "vendor_id: User Mode Linux", "the kernel runs as a process")
            named = .userModeLinux
        }
    }

    private mutating func leaves(_ check: String) {
        for leaf in hypervisor.leaves {
            guard let name = HypervisorName(signature: leaf.signature) else {
                // Without the bit, a processor answers unknown leaves with whatever its last one holds.
                if hypervisor.featureLeaf.value.map({ $0.ecx & 1 << 31 != 0 }) ?? false {
                    saw(
                        .strong,
                        check,
                        at: "cpuid 0x\(hexadecimal(leaf.base, digits: 8))",
                        leaf.signature,
                        "a hypervisor's name that no table has"
                    )
                }
                continue
            }
            let moved = leaf.base != 0x4000_0000
            saw(
                .proof,
                check,
                at: "cpuid 0x\(hexadecimal(leaf.base, digits: 8))",
                leaf.signature,
                "\(name.title) names itself" + (moved ? ", behind another interface" : "")
            )
            // KVM and Xen put Hyper-V's interface first for the sake of Windows; the leaf behind it is the truth.
            call(name)
        }
    }

    /// Takes a name, unless a better one is known: one seen behind a borrowed interface is better than the interface's.
    ///
    /// Firmware and devices of a host partition name what lies below its own hypervisor.
    private mutating func call(_ name: HypervisorName) {
        guard !isHostPartition else { return }
        named = named?.refined(by: name) ?? name
    }

    private mutating func hyperVPartition() {
        guard named == .hyperV, let features = hypervisor.hyperVFeatures else { return }
        let creates = features.ebx & 1 != 0, manages = features.ebx & 1 << 12 != 0
        let isolated = features.ebx & 1 << 22 != 0
        guard creates, manages, !isolated else { return }
        isHostPartition = true
        saw(
            .hint,
            "cpuid-hypervisor-leaves",
            at: "cpuid 0x40000003",
            "EBX 0x\(hexadecimal(features.ebx, digits: 8))",
            "this partition may create partitions and manage processors: Hyper-V's root, not a guest"
        )
    }

    // MARK: Firmware

    private mutating func firmware() {
        let id = "dmi-strings"
        let answers = hypervisor.dmi.map(\.answer)
        let isX86 = facts.processor.architecture == .x86
        // Every physical x86 server has some: without them the firmware has not said that it is one.
        let isSilent = isX86 && answers.allSatisfy { $0 == .missing }
        // A hypervisor's name may stand in any of them.
        let obstacle = answers.lazy.compactMap(\.obstacle).first ?? (isSilent ? "there are no DMI strings" : nil)
        examination.check(id, "DMI strings of the firmware", mandatory: isX86, obstacle: obstacle)
        if isSilent {
            examination.blindSpots.append(
                "There are no DMI strings: a microVM has none, a container may hide them, and so the firmware cannot speak."
            )
        }
        let bit = "smbios-vm-bit"
        let provider = undecidedProvider
        examination.check(
            bit,
            "The virtual machine bit of SMBIOS (needs root)",
            mandatory: provider != nil,
            obstacle: hypervisor.smbios.obstacle ?? provider
        )
        let bits = hypervisor.smbios.value.flatMap { $0.count > 19 ? $0[19] : nil }
        let isVirtualByBit = bits.map { $0 & 0x10 != 0 }
        if isVirtualByBit == true, let bits {
            saw(
                .proof,
                bit,
                at: "/sys/firmware/dmi/entries/0-0/raw",
                "byte 19 is 0x\(hexadecimal(bits, digits: 2))",
                "the firmware says that it is a virtual machine's"
            )
        }
        for (name, answer) in hypervisor.dmi {
            guard let text = answer.value, let maker = DMIMaker.first(for: text, in: name) else { continue }
            dmi(maker, name, text, isVirtualByBit)
        }
    }

    /// Why neither firmware nor processor can tell a provider's virtual machines from its bare-metal ones; nil where they can.
    ///
    /// A processor without CPUID has no bit of its own, and the same DMI strings stand on both kinds. A set bit of SMBIOS
    /// tells, and so does the name of a type without a hypervisor; a clear bit tells nothing.
    private var undecidedProvider: String? {
        guard !facts.processor.architecture.mayHaveCPUID else { return nil }
        let makers = hypervisor.dmi.compactMap { entry in
            entry.answer.value.flatMap { DMIMaker.first(for: $0, in: entry.name) }
        }
        guard let maker = makers.first(where: \.isCloud), !isMetalType else { return nil }
        let bits = hypervisor.smbios.value.flatMap { $0.count > 19 ? $0[19] : nil }
        guard let bits else { return "\(maker.text) makes virtual and physical machines, and the bit is not there" }
        return bits & 0x10 != 0
            ? nil : "\(maker.text) makes virtual and physical machines, and a clear bit is no proof"
    }

    /// Whether the type of a provider's machine is one without a hypervisor.
    private var isMetalType: Bool {
        let product = hypervisor.dmi("product_name") ?? ""
        return product.hasSuffix(".metal") || product.contains(".metal-")
    }

    private mutating func dmi(_ maker: DMIMaker, _ name: String, _ text: String, _ isVirtualByBit: Bool?) {
        let source = "/sys/class/dmi/id/\(name)"
        switch maker.meaning {
        case .hypervisor(let hypervisor):
            saw(.proof, "dmi-strings", at: source, text, "\(maker.text) is firmware of virtual machines")
            call(hypervisor)
        case .cloud:
            // The same words stand on the provider's bare-metal machines.
            let product = hypervisor.dmi("product_name") ?? ""
            let isMetal = isMetalType
            if isVirtualByBit == true { return }
            if isVirtualByBit == false || isMetal {
                examination.observations.append(
                    Observation(
                        check: "dmi-strings",
                        source: source,
                        raw: text,
                        meaning: "a provider's machine, "
                            + (isMetal ? "of a type '\(product)' without a hypervisor" : "not marked as virtual"),
                        subject: .attachment,
                        weight: .hint
                    )
                )
            } else {
                saw(
                    maker.text.hasPrefix("Amazon") ? .strong : .hint,
                    "dmi-strings",
                    at: source,
                    text,
                    "a provider's machine; the bit that tells its bare-metal types could not be read"
                )
            }
        case .ambiguous:
            saw(.hint, "dmi-strings", at: source, text, "stands on virtual and on physical machines")
        }
    }

    // MARK: Xen, device tree, IBM Z

    private mutating func xen() {
        let id = "xen-interfaces"
        let answers: [HostAnswer<String>] = [
            hypervisor.hypervisorType, hypervisor.xenFeatures, hypervisor.xenCapabilities,
        ]
        let obstacle = answers.allSatisfy { !$0.isAnswered } ? answers.first?.obstacle : nil
        examination.check(id, "Xen's files and /sys/hypervisor", obstacle: obstacle)
        let features = hypervisor.xenFeatures.value.flatMap { Int($0, radix: 16) }
        let isControl = hypervisor.xenCapabilities.value?.contains("control_d") ?? false
        if let type = hypervisor.hypervisorType.value, !type.isEmpty {
            let isXen = type == "xen"
            saw(.proof, id, at: "/sys/hypervisor/type", type, "the kernel runs on \(isXen ? "Xen" : "a hypervisor")")
            if isXen { call(.xen) }
        }
        guard isControl || (features ?? 0) & 1 << 11 != 0 else { return }
        isHostPartition = true
        named = .xen
        saw(
            .hint,
            id,
            at: isControl ? "/proc/xen/capabilities" : "/sys/hypervisor/properties/features",
            isControl ? "control_d" : hypervisor.xenFeatures.value ?? "",
            "this is dom0, which drives the hardware for Xen: not a guest"
        )
    }

    private mutating func deviceTree() {
        let id = "device-tree"
        let title = "The hypervisor node of the device tree"
        guard facts.processor.architecture != .x86 else {
            return examination.skip(id, title, because: "x86 firmware has no device tree")
        }
        guard facts.processor.architecture != .ibmZ else {
            examination.skip(id, title, because: "IBM Z has no device tree")
            return controlProgram()
        }
        let tree = hypervisor.treeHypervisor
        let hasDMI = hypervisor.dmi.contains { $0.answer.value != nil }
        let hasTree = hypervisor.treeNames.value != nil
        let unread = tree.obstacle ?? hypervisor.treeNames.obstacle
        // A machine that starts by ACPI has DMI instead; one without either says nothing.
        let nothing = hasDMI || hasTree ? nil : "there is neither a device tree nor DMI"
        examination.check(id, title, mandatory: true, obstacle: unread ?? nothing)
        if let text = tree.value {
            let lowered = text.lowercased()
            named = lowered.contains("xen") ? .xen : lowered.contains("vmware") ? .vmware : .kvm
            let known = lowered.contains("xen") || lowered.contains("vmware") || lowered.contains("kvm")
            if !known { named = .unnamed }
            saw(.proof, id, at: "/proc/device-tree/hypervisor/compatible", text, "the firmware names its hypervisor")
        }
        let names = hypervisor.treeNames.value ?? []
        if let entry = names.first(where: { $0.contains("fw-cfg") }) {
            saw(.proof, id, at: "/proc/device-tree", entry, "QEMU's configuration device")
            named = named ?? .qemu
        }
        if names.contains("ibm,partition-name"), names.contains("hmc-managed?") {
            saw(.proof, id, at: "/proc/device-tree", "ibm,partition-name", "a logical partition of PowerVM")
            named = named ?? .powerVM
        }
        treeRoot(id)
    }

    private static let treeRoot = "/proc/device-tree/compatible"
    /// Machines that stand in no rack: QEMU, kvmtool, Firecracker and others show guests the first.
    private static let guestMachines = ["linux,dummy-virt", "riscv-virtio", "qemu,pseries"]

    /// Whether the device tree is one that is made for guests.
    private var isMadeForGuests: Bool {
        (hypervisor.treeCompatible.value ?? []).contains { Self.guestMachines.contains($0) }
    }

    private mutating func treeRoot(_ id: String) {
        guard let machines = hypervisor.treeCompatible.value,
            let machine = machines.first(where: { Self.guestMachines.contains($0) })
        else { return }
        saw(
            .proof,
            id,
            at: Self.treeRoot,
            machines.joined(separator: ", "),
            machine == "linux,dummy-virt" ? "a machine that is made for guests" : "a machine of QEMU's"
        )
        if machine != "linux,dummy-virt" { named = named ?? .qemu }
    }

    private mutating func controlProgram() {
        let id = "control-program"
        let text = hypervisor.systemInformation.value ?? ""
        let program = field("VM00 Control Program", in: text)
        let isTold = program != nil || field("Manufacturer", in: text) != nil
        examination.check(
            id,
            "The control program that /proc/sysinfo names",
            mandatory: true,
            obstacle: hypervisor.systemInformation.obstacle ?? (isTold ? nil : "it does not describe a machine")
        )
        guard let program else {
            return examination.blindSpots.append(
                "Firmware divides every IBM Z machine into partitions (PR/SM): what this one shares cannot be seen from here."
            )
        }
        saw(.proof, id, at: "/proc/sysinfo", "VM00 Control Program: \(program)", "a guest on IBM Z")
        named = named ?? (program.contains("z/VM") ? .zVM : .kvm)
    }

    // MARK: Devices

    private mutating func devices() {
        let id = "pci-devices"
        examination.check(
            id,
            "PCI devices that only hypervisors make",
            mandatory: true,
            obstacle: facts.pci.obstacle ?? missingBus
        )
        var seen: Set<String> = []
        for device in facts.pci.all {
            guard let maker = VirtualDevice.maker(of: device), seen.insert(maker.title).inserted else { continue }
            saw(
                device.vendor == VirtualDevice.virtio && showsHardware ? .hint : maker.weight,
                id,
                at: "/sys/bus/pci/devices/\(device.address)",
                device.identity,
                maker.title
            )
            if maker.weight == .proof, let name = maker.name { call(name) }
        }
        mappedDevices()
        let bus = "hyper-v-bus"
        examination.check(bus, "Devices on Hyper-V's bus", obstacle: hypervisor.vmbusDevices.obstacle)
        if let names = hypervisor.vmbusDevices.value, !names.isEmpty, !isHostPartition {
            saw(.proof, bus, at: "/sys/bus/vmbus/devices", "\(names.count) devices", "Hyper-V gives its guests devices")
            if named == nil { named = .hyperV }
        }
    }

    /// Why an x86 machine's bus says nothing: none is there, or it is empty and the firmware is silent too.
    private var missingBus: String? {
        guard facts.processor.architecture == .x86 else { return nil }
        if facts.pci.devices == .missing { return "there is no PCI bus" }
        return facts.pci.all.isEmpty && hypervisor.dmi.allSatisfy { $0.answer == .missing }
            ? "there is nothing on the PCI bus" : nil
    }

    /// virtio without a bus, as microVMs have it.
    private mutating func mappedDevices() {
        let id = "virtio-mmio", title = "virtio devices without a bus, which microVMs have"
        let told = facts.kernel.parameters["virtio_mmio.device"]
        let isSeen = told != nil || hypervisor.mappedDevices.value?.isEmpty == false
        examination.check(id, title, obstacle: isSeen ? nil : hypervisor.mappedDevices.obstacle)
        if let first = hypervisor.mappedDevices.value?.first {
            saw(.strong, id, at: "/sys/bus/virtio/devices", first, "a virtio device that hangs on no bus")
        }
        if let told {
            saw(
                .strong,
                id,
                at: "/proc/cmdline",
                "virtio_mmio.device=\(told)",
                "the kernel was told of a virtio device"
            )
        }
    }

    /// Whether processor and board speak for hardware, so that a device alone does not speak against it.
    private var showsHardware: Bool {
        let isUnmarked = hypervisor.featureLeaf.value.map { $0.ecx & 1 << 31 == 0 } ?? false
        let isQuick = hypervisor.cpuidTicks.value.map { $0 < HypervisorVerdict.trappedTicks } ?? false
        return isUnmarked && isQuick && hypervisor.hardwareInterfaces.filter { $0.isThere == .value(true) }.count > 1
    }

    // MARK: Behaviour

    private mutating func behaviour() {
        let cost = "cpuid-cost", title = "The cost of CPUID, which a hypervisor must handle itself"
        if facts.processor.architecture.mayHaveCPUID {
            examination.check(cost, title, obstacle: hypervisor.cpuidTicks.obstacle)
        } else {
            examination.skip(cost, title, because: "this is not an x86 processor")
        }
        if let ticks = hypervisor.cpuidTicks.value, ticks >= HypervisorVerdict.trappedTicks {
            saw(
                .strong,
                cost,
                at: "cpuid 0x00000000, median of 101",
                "\(ticks) ticks",
                "the processor leaves for a hypervisor; without one it takes 100 to 200 ticks"
            )
        }
        let steal = "stolen-time"
        examination.check(
            steal,
            "Processor time given to others",
            obstacle: facts.kernel.stolen == nil ? "no times" : nil
        )
        if let stolen = facts.kernel.stolen, stolen.ticks > 0 {
            saw(.proof, steal, at: "/proc/stat", "steal \(stolen.ticks) ticks", "a hypervisor took processor time away")
        }
        let idle = "idle-driver"
        examination.check(idle, "The idle driver that only guests use", obstacle: hypervisor.idleDriver.obstacle)
        if hypervisor.idleDriver.value == "haltpoll" {
            saw(
                .strong,
                idle,
                at: "/sys/devices/system/cpu/cpuidle/current_driver",
                "haltpoll",
                "the kernel polls before it halts, which pays only under a hypervisor"
            )
        }
        let flaws = "vulnerability-texts"
        examination.check(
            flaws,
            "What the kernel cannot know of its host",
            obstacle: facts.kernel.vulnerabilityList.obstacle
        )
        if let flaw = facts.kernel.vulnerabilities.first(where: { $0.text.lowercased().contains("host state unknown") })
        {
            saw(
                .strong,
                flaws,
                at: "/sys/devices/system/cpu/vulnerabilities/\(flaw.name)",
                flaw.text,
                "the kernel knows that a host decides"
            )
        }
        hardwareInterfaces()
    }

    private mutating func hardwareInterfaces() {
        let id = "hardware-interfaces"
        let interfaces = hypervisor.hardwareInterfaces
        let obstacle = interfaces.allSatisfy { !$0.isThere.isAnswered } ? interfaces.first?.isThere.obstacle : nil
        examination.check(id, "Interfaces that physical servers have", obstacle: obstacle)
        let missing = interfaces.filter { $0.isThere == .missing }.map(\.name)
        guard missing.count == interfaces.count, obstacle == nil else { return }
        saw(
            .hint,
            id,
            at: "/sys",
            "none of \(missing.joined(separator: ", "))",
            "servers show these; guests and some containers do not"
        )
    }

    /// The driver's own view: it looks for a hypervisor too.
    private mutating func gpuDriver() {
        let id = "nvml-virtualization-mode"
        let title = "NVML's virtualization mode of each GPU"
        guard facts.nvml.isAnswering else {
            let hasNVIDIA = facts.pci.accelerators.contains { $0.vendor == 0x10DE }
            if hasNVIDIA {
                examination.check(id, title, obstacle: facts.nvml.obstacle)
            } else {
                examination.skip(id, title, because: "there is no NVIDIA GPU")
            }
            return
        }
        let unanswered = facts.nvml.devices.first { $0.virtualization == nil }
        examination.check(
            id,
            title,
            obstacle: unanswered.map { "NVML: \($0.virtualizationError ?? "no answer") for GPU \($0.index)" }
        )
        for device in facts.nvml.devices {
            guard let mode = device.virtualization, mode == .passthrough || mode == .vgpu else { continue }
            saw(
                mode == .vgpu ? .proof : .strong,
                id,
                at: "nvmlDeviceGetVirtualizationMode(\(device.index))",
                "\(mode.rawValue) \(mode.title)",
                mode == .vgpu ? "the driver runs on a virtual GPU" : "the driver found itself in a virtual machine"
            )
        }
    }

    // MARK: What follows

    private mutating func nesting(isSeen: Bool) {
        guard isSeen else { return }
        if facts.processor.flags.contains("vmx") || facts.processor.flags.contains("svm"), !isHostPartition {
            examination.saw(
                .nesting,
                .hint,
                check: "cpuinfo-hypervisor-flag",
                at: "/proc/cpuinfo",
                facts.processor.flags.contains("vmx") ? "vmx" : "svm",
                "the hypervisor offers to run further hypervisors in this guest"
            )
        }
        if let ticks = hypervisor.cpuidTicks.value, ticks >= HypervisorVerdict.nestedTicks {
            examination.saw(
                .nesting,
                .hint,
                check: "cpuid-cost",
                at: "cpuid 0x00000000, median of 101",
                "\(ticks) ticks",
                "one exit takes 1,000 to 3,000 ticks: this guest may stand on a guest"
            )
        }
        if let beneath = beneathPartition {
            let own = (named ?? .unnamed).title
            examination.saw(
                .nesting,
                .hint,
                check: beneath.check,
                at: beneath.source,
                beneath.raw,
                "\(own) drives a machine that is virtual itself: this host partition stands in a guest"
            )
            return
        }
        let makers = Set(
            hypervisor.dmi.compactMap { entry in
                entry.answer.value.flatMap { DMIMaker.first(for: $0, in: entry.name) }?.hypervisor
            }
        )
        let byLeaf = hypervisor.leaves.compactMap { HypervisorName(signature: $0.signature) }.last
        guard let byLeaf, byLeaf != .qemuTCG,
            !makers.contains(where: { $0.agrees(withLeaf: byLeaf) }),
            let other = makers.min(by: { $0.rawValue < $1.rawValue })
        else { return }
        examination.saw(
            .nesting,
            .hint,
            check: "dmi-strings",
            at: "/sys/class/dmi/id and cpuid",
            "\(other.rawValue) and \(byLeaf.rawValue)",
            "firmware and processor name different hypervisors"
        )
    }

    private mutating func blindSpots(isSeen: Bool) {
        if isSeen, !isHostPartition || beneathPartition != nil {
            examination.blindSpots.append(
                "How the host backs this guest's memory (page size, overcommitment, NUMA node) cannot be seen from inside."
            )
            examination.blindSpots.append(
                "Whether virtual processors are pinned, and who else runs on the host, cannot be seen from inside."
            )
            examination.blindSpots.append(Inspection.hostSettingsSpot)
            let countsSteal = hypervisor.kvmFeatures.map { $0.eax & 1 << 5 != 0 }
            if countsSteal == false || (named != .kvm && named != .xen && (facts.kernel.stolen?.ticks ?? 0) == 0) {
                examination.blindSpots.append(
                    "This hypervisor does not tell the guest of stolen time, so a steal of 0 says nothing."
                )
            }
        }
        if !isSeen, !isHostPartition {
            examination.blindSpots.append(
                "A hypervisor can hide every sign that was looked for; absence of evidence is no proof of bare metal."
            )
        }
    }

    /// The provider or manager whose name the firmware carries.
    private func platform() -> String? {
        for (name, answer) in hypervisor.dmi {
            guard let text = answer.value, let maker = DMIMaker.first(for: text, in: name) else { continue }
            if let platform = maker.platform { return platform }
        }
        return nil
    }
}
