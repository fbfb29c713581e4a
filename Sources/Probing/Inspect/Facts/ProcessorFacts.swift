/// The processors, as the kernel lists them.
package struct ProcessorFacts: Sendable, Equatable {
    /// The instruction sets that the checks tell apart.
    package enum Architecture: String, Sendable, Equatable {
        /// Intel and AMD: CPUID exists.
        case x86
        /// ARM: device tree or ACPI, no CPUID.
        case arm
        /// IBM Z: neither device tree nor DMI; `/proc/sysinfo` speaks for the machine.
        case ibmZ
        /// Anything else.
        case other
        /// Nothing that tells could be read.
        case unknown

        /// Whether CPUID is worth asking.
        var mayHaveCPUID: Bool { self == .x86 || self == .unknown }
    }

    /// The instruction set.
    package var architecture: Architecture
    /// `/proc/cpuinfo`, its first processor.
    package var information: HostAnswer<String>
    /// The marketing name, such as "Intel(R) Xeon(R) Platinum 8480C".
    package var model: String?
    /// The flags that the kernel lists.
    package var flags: Set<String>
    /// Processors that the operating system has, hyper-threads counted.
    package var count: Int?
    /// Whether two hyper-threads share a core.
    package var hyperthreading: Bool?

    init(_ view: HostView) {
        information = view.text("/proc/cpuinfo")
        let text = information.value ?? ""
        let flagText = field("flags", in: text)
        architecture = Self.architecture(leaf: view.cpuid(0), text)
        model = field("model name", in: text) ?? field("CPU part", in: text).map { "ARM part \($0)" }
        flags = Set((flagText ?? field("Features", in: text) ?? "").split(separator: " ").map(String.init))
        count = field("processors", in: text).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        hyperthreading = view.number("/sys/devices/system/cpu/smt/active").map { $0 == 1 }
    }

    /// Fields of `/proc/cpuinfo` that stand on neither x86 nor ARM: RISC-V, POWER, LoongArch.
    static let otherFields = ["isa", "platform", "CPU Family"]

    /// What cannot be told stays unknown: of a copy with an empty `/proc/cpuinfo`, nothing says that CPUID is out of place.
    private static func architecture(leaf: HostAnswer<CPUIDRegisters>, _ text: String) -> Architecture {
        if leaf.value != nil || field("flags", in: text) != nil { return .x86 }
        if field("CPU implementer", in: text) != nil { return .arm }
        if field("vendor_id", in: text) == "IBM/S390" { return .ibmZ }
        // The machine itself answers that it has no such instruction.
        if leaf == .missing { return .other }
        return otherFields.contains { field($0, in: text) != nil } ? .other : .unknown
    }
}
