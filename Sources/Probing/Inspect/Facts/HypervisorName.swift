/// The hypervisors that can be told by name; the raw value is the spelling in every output.
package enum HypervisorName: String, Sendable, Hashable, CaseIterable {
    /// Linux's own, under QEMU, Firecracker, Cloud Hypervisor, Nitro and others.
    case kvm
    /// QEMU by its firmware or devices, where nothing says whether the processor is accelerated or emulated.
    case qemu
    /// QEMU's software emulation: every instruction is translated.
    case qemuTCG = "qemu-tcg"
    /// ESXi, Workstation, Fusion.
    case vmware
    /// Hyper-V and Azure.
    case hyperV = "hyper-v"
    /// Xen.
    case xen
    /// FreeBSD's.
    case bhyve
    /// QNX.
    case qnx
    /// Intel's and Linux Foundation's embedded one.
    case acrn
    /// SRE.
    case sre
    /// Apple's Virtualization framework.
    case apple
    /// Oracle's VirtualBox.
    case virtualBox = "virtualbox"
    /// Parallels.
    case parallels
    /// Bochs, an emulator.
    case bochs
    /// IBM's logical partitions.
    case powerVM = "powervm"
    /// IBM Z's z/VM.
    case zVM = "zvm"
    /// User-mode Linux.
    case userModeLinux = "user-mode-linux"
    /// One that shows itself without a name that we know.
    case unnamed

    /// The hypervisor of a CPUID signature; nil for one that no table has.
    package init?(signature: String) {
        switch signature {
        case "KVMKVMKVM", "Linux KVM Hv", "LKVMLKVMLKVM": self = .kvm
        case "TCGTCGTCGTCG": self = .qemuTCG
        case "VMwareVMware": self = .vmware
        case "Microsoft Hv": self = .hyperV
        case "XenVMMXenVMM": self = .xen
        case "bhyve bhyve", "bhyve bhyve ": self = .bhyve
        case "QNXQVMBSQG": self = .qnx
        case "ACRNACRNACRN": self = .acrn
        case "SRESRESRESRE": self = .sre
        case "Apple VZ": self = .apple
        case "VBoxVBoxVBox": self = .virtualBox
        // Parallels writes its name in either byte order.
        case "prl hyperv", "prl hyperv  ", " lrpepyh  vr": self = .parallels
        default: return nil
        }
    }

    /// Whether this one can show guests the interface of `face`, so that CPUID alone names the wrong one.
    ///
    /// Hyper-V's is shown for the sake of Windows, KVM's by VirtualBox for the sake of Linux; its graphics are VMware's.
    func canShow(_ face: HypervisorName) -> Bool {
        switch self {
        case .kvm, .xen: face == .hyperV
        case .virtualBox: face == .hyperV || face == .kvm || face == .vmware
        default: false
        }
    }

    /// The better of two names that were seen: this one, or `other`.
    ///
    /// One seen behind a borrowed interface is better than the interface's, and what accelerates QEMU better than QEMU.
    func refined(by other: HypervisorName) -> HypervisorName {
        switch (self, other) {
        // QEMU shows Hyper-V's interface only where KVM accelerates it.
        case (.hyperV, .qemu): .kvm
        case (.qemu, .kvm), (.qemu, .qemuTCG): other
        default: other.canShow(self) ? other : self
        }
    }

    /// Whether firmware of this one and a CPUID leaf of another are one hypervisor's.
    func agrees(withLeaf leaf: HypervisorName) -> Bool {
        self == leaf || canShow(leaf) || (self == .qemu && (leaf == .kvm || leaf == .hyperV))
    }

    /// The name in prose.
    package var title: String {
        switch self {
        case .kvm: "KVM"
        case .qemu: "QEMU"
        case .qemuTCG: "QEMU's software emulation (TCG)"
        case .vmware: "VMware"
        case .hyperV: "Hyper-V"
        case .xen: "Xen"
        case .bhyve: "bhyve"
        case .qnx: "QNX"
        case .acrn: "ACRN"
        case .sre: "SRE"
        case .apple: "Apple Virtualization"
        case .virtualBox: "VirtualBox"
        case .parallels: "Parallels"
        case .bochs: "Bochs"
        case .powerVM: "PowerVM"
        case .zVM: "z/VM"
        case .userModeLinux: "User-mode Linux"
        case .unnamed: "a hypervisor without a known name"
        }
    }
}
