internal import CProbe

/// Whether the processor is software: then every probe would measure the emulator.
package enum Emulation {
    /// How the emulation shows, nil where it does not; `cpuid` answers a leaf with EAX, EBX, ECX and EDX.
    package static func sign(cpuid: (UInt32) -> [UInt32]?) -> String? {
        // The signatures that QEMU's and Bochs's own processors give where a hypervisor gives its name.
        if let registers = cpuid(0x4000_0000), registers.count == 4 {
            let name = text(Array(registers[1...]))
            if name.hasPrefix("TCGTCGTCGTCG") { return "CPUID leaf 0x40000000 says TCGTCGTCGTCG" }
        }
        if let highest = cpuid(0x8000_0000)?.first, highest >= 0x8000_0004 {
            let words = (0x8000_0002...0x8000_0004).flatMap { cpuid($0) ?? [] }
            let brand = text(words)
            for known in ["QEMU TCG", "BOCHS", "Bochs"] where brand.contains(known) {
                return "the processor calls itself '\(brand)'"
            }
        }
        return nil
    }

    /// The same for the machine we stand on.
    package static func sign() -> String? {
        sign { leaf in
            var registers = assay_cpuid_registers()
            guard assay_cpuid(leaf, 0, &registers) else { return nil }
            return [registers.eax, registers.ebx, registers.ecx, registers.edx]
        }
    }

    /// Why the machine we stand on may be emulated though it does not say so; nil where nothing raises the question.
    package static func doubt() -> String? { doubt(HostView.live(nvml: { [] })) }

    /// The same for a host that was asked: QEMU's machine on a processor of which nothing says that KVM accelerates it.
    package static func doubt(_ view: HostView) -> String? {
        var examination = Examination()
        guard HypervisorVerdict.judge(HostFacts(view), &examination).mayBeEmulated else { return nil }
        return "firmware and devices are a virtual machine's, and nothing names KVM"
    }

    private static func text(_ words: [UInt32]) -> String {
        let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        return trimmed(bytes.filter { (0x20..<0x7F).contains($0) })
    }
}
