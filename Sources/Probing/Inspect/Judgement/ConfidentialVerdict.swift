/// Whether memory is encrypted against the host, which costs orders of magnitude on transfers.
package struct ConfidentialVerdict: Sendable, Hashable {
    /// What is known.
    package enum State: String, Sendable, Hashable {
        /// It is on.
        case active
        /// The processor could; nothing shows that it is on.
        case supported
        /// Nothing was seen.
        case noEvidence = "no-evidence"
    }

    /// What is known of the processor's side.
    package var state: State
    /// `amd-sev`, `amd-sev-es`, `amd-sev-snp`, `intel-tdx`, `arm-cca`, `ibm-pv`; nil where none was seen.
    package var technology: String?
    /// Whether the GPUs' own mode is on, nil where NVML did not say.
    package var gpu: Bool?

    static func judge(
        _ facts: HostFacts,
        isVirtual: Bool,
        _ examination: inout Examination
    ) -> ConfidentialVerdict {
        let confidential = facts.confidential
        var verdict = ConfidentialVerdict(state: .noEvidence, technology: nil, gpu: facts.nvml.confidential)
        func active(_ technology: String, at source: String, _ raw: String, _ meaning: String) {
            examination.saw(.confidential, .proof, check: "confidential-computing", at: source, raw, meaning)
            // The first one seen is the most particular.
            if verdict.state != .active {
                verdict.state = .active
                verdict.technology = technology
            }
        }
        examination.check(
            "confidential-computing",
            "Memory encrypted against the host (SEV, TDX, CCA)",
            obstacle: confidential.amdLeaf.obstacle ?? (isVirtual ? confidential.amdStatus.obstacle : nil)
        )
        if let status = confidential.amdStatus.value?.first, isVirtual, status & 0x07 != 0 {
            let kind = status & 4 != 0 ? "amd-sev-snp" : status & 2 != 0 ? "amd-sev-es" : "amd-sev"
            active(
                kind,
                at: "MSR 0xc0010131",
                "0x\(hexadecimal(status, digits: 2))",
                "the processor says that it is on"
            )
        }
        if let isolation = confidential.hyperVIsolation, [2, 3].contains(isolation.ebx & 0x0F) {
            let kind = isolation.ebx & 0x0F
            active(
                kind == 2 ? "amd-sev-snp" : "intel-tdx",
                at: "cpuid 0x4000000c",
                "EBX[3:0] = \(kind)",
                "Hyper-V says how this partition is isolated"
            )
        }
        if confidential.tdxSignature?.hasPrefix("IntelTDX") == true || facts.processor.flags.contains("tdx_guest") {
            active("intel-tdx", at: "cpuid 0x00000021", confidential.tdxSignature ?? "tdx_guest", "a TDX guest")
        }
        for device in confidential.guestDevices {
            let kind =
                device.contains("sev")
                ? "amd-sev-snp" : device.contains("tdx") ? "intel-tdx" : device.contains("arm") ? "arm-cca" : "ibm-pv"
            active(kind, at: device, "there", "the guest's door to its attestation")
        }
        if verdict.state == .noEvidence, let leaf = confidential.amdLeaf.value, leaf.eax & 2 != 0 {
            verdict.state = .supported
            verdict.technology = leaf.eax & 1 << 4 != 0 ? "amd-sev-snp" : leaf.eax & 8 != 0 ? "amd-sev-es" : "amd-sev"
        }
        if facts.nvml.confidential == true {
            examination.saw(
                .confidential,
                .proof,
                check: "confidential-computing",
                at: "nvmlSystemGetConfComputeState",
                "on",
                "the GPU encrypts what crosses its bus"
            )
        }
        return verdict
    }
}
