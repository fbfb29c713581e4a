/// What tells confidential computing.
package struct ConfidentialFacts: Sendable, Equatable {
    /// AMD's leaf 0x8000001f: what is supported, not what is on.
    package var amdLeaf: HostAnswer<CPUIDRegisters>
    /// AMD's SEV status register: what is on.
    package var amdStatus: HostAnswer<[UInt8]>
    /// Intel's leaf 0x21, which names a TDX guest.
    package var tdxSignature: String?
    /// Hyper-V's leaf 0x4000000c: the kind of isolation.
    package var hyperVIsolation: CPUIDRegisters?
    /// `/dev/sev-guest`, `/dev/tdx_guest` and ARM's and IBM Z's counterparts.
    package var guestDevices: [String]

    init(_ view: HostView, architecture: ProcessorFacts.Architecture, hypervisor: HypervisorFacts) {
        let isX86 = architecture.mayHaveCPUID
        let extended = isX86 ? view.cpuid(0x8000_0000) : .missing
        let lastExtended = extended.value?.eax ?? 0
        amdLeaf =
            (0x8000_001F...0x8000_FFFF).contains(lastExtended)
            ? view.cpuid(0x8000_001F) : extended.isAnswered ? .missing : extended
        let supportsSEV = (amdLeaf.value?.eax ?? 0) & 0x02 != 0
        amdStatus = supportsSEV ? view.bytes("/dev/cpu/0/msr@c0010131") : .missing
        let lastBasic = isX86 ? view.cpuid(0).value?.eax ?? 0 : 0
        // The order is EBX, EDX, ECX, as in leaf 0.
        tdxSignature =
            lastBasic >= 0x21
            ? view.cpuid(0x21).value.flatMap { registers in
                HypervisorFacts.signature(
                    CPUIDRegisters(eax: 0, ebx: registers.ebx, ecx: registers.edx, edx: registers.ecx)
                )
            } : nil
        let isolated = (hypervisor.hyperVFeatures?.ebx ?? 0) & 1 << 22 != 0
        hyperVIsolation = isolated ? view.cpuid(0x4000_000C).value : nil
        guestDevices = [
            "/dev/sev-guest", "/dev/tdx_guest", "/sys/devices/platform/arm-cca-dev",
        ].filter(view.has)
        if view.number("/sys/firmware/uv/prot_virt_guest") == 1 {
            guestDevices.append("/sys/firmware/uv/prot_virt_guest")
        }
    }
}
