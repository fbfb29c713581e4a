/// The processors, as the kernel lists them.
package struct ProcessorFacts: Sendable, Equatable {
    /// The instruction sets that the checks tell apart.
    package enum Architecture: String, Sendable, Equatable {
        /// Intel and AMD: CPUID exists.
        case x86
        /// ARM: device tree or ACPI, no CPUID.
        case arm
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
        architecture = Self.architecture(
            leaf: view.cpuid(0),
            isTold: information.value != nil,
            hasFlags: flagText != nil,
            hasImplementer: field("CPU implementer", in: text) != nil
        )
        model = field("model name", in: text) ?? field("CPU part", in: text).map { "ARM part \($0)" }
        flags = Set((flagText ?? field("Features", in: text) ?? "").split(separator: " ").map(String.init))
        count = field("processors", in: text).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        hyperthreading = view.number("/sys/devices/system/cpu/smt/active").map { $0 == 1 }
    }

    private static func architecture(
        leaf: HostAnswer<CPUIDRegisters>,
        isTold: Bool,
        hasFlags: Bool,
        hasImplementer: Bool
    ) -> Architecture {
        if leaf.value != nil || hasFlags { return .x86 }
        if hasImplementer { return .arm }
        return isTold || leaf == .missing ? .other : .unknown
    }
}
