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
        let answersCPUID = view.cpuid(0).value != nil
        architecture =
            if answersCPUID || flagText != nil { .x86 } else if field("CPU implementer", in: text) != nil { .arm } else
            {
                .other
            }
        model = field("model name", in: text) ?? field("CPU part", in: text).map { "ARM part \($0)" }
        flags = Set((flagText ?? field("Features", in: text) ?? "").split(separator: " ").map(String.init))
        count = field("processors", in: text).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        hyperthreading = view.number("/sys/devices/system/cpu/smt/active").map { $0 == 1 }
    }
}
