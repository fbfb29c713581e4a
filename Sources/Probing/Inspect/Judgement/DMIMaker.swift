/// What a DMI string says of the machine that carries it.
struct DMIMaker {
    enum Meaning {
        /// Only virtual machines of this hypervisor carry it.
        case hypervisor(HypervisorName)
        /// Virtual and bare-metal machines of a provider carry it.
        case cloud
        /// A maker of both.
        case ambiguous
    }

    /// How the string begins.
    let text: String
    /// What that means.
    let meaning: Meaning
    /// The platform's name for output.
    var platform: String?
    /// The only file in which it counts, nil for any.
    var only: String?

    /// Whether a provider's virtual and bare-metal machines carry it.
    var isCloud: Bool {
        if case .cloud = meaning { true } else { false }
    }

    var hypervisor: HypervisorName? {
        if case .hypervisor(let name) = meaning { name } else { nil }
    }

    /// Strings by how they begin, more particular ones first (systemd's virt.c lists the same makers).
    static let all: [DMIMaker] = [
        DMIMaker(text: "KVM", meaning: .hypervisor(.kvm)),
        DMIMaker(text: "OpenStack", meaning: .hypervisor(.kvm), platform: "openstack"),
        DMIMaker(text: "KubeVirt", meaning: .hypervisor(.kvm), platform: "kubevirt"),
        DMIMaker(text: "QEMU", meaning: .hypervisor(.qemu)),
        DMIMaker(text: "oVirt", meaning: .hypervisor(.kvm), platform: "ovirt"),
        DMIMaker(text: "RHEV", meaning: .hypervisor(.kvm), platform: "ovirt"),
        DMIMaker(text: "AHV", meaning: .hypervisor(.kvm), platform: "nutanix"),
        DMIMaker(text: "VMware", meaning: .hypervisor(.vmware), platform: "vmware"),
        DMIMaker(text: "VMW", meaning: .hypervisor(.vmware), platform: "vmware"),
        DMIMaker(text: "innotek GmbH", meaning: .hypervisor(.virtualBox)),
        DMIMaker(text: "VirtualBox", meaning: .hypervisor(.virtualBox)),
        DMIMaker(text: "Xen", meaning: .hypervisor(.xen)),
        DMIMaker(text: "HVM domU", meaning: .hypervisor(.xen)),
        DMIMaker(text: "Bochs", meaning: .hypervisor(.bochs)),
        DMIMaker(text: "Parallels", meaning: .hypervisor(.parallels)),
        DMIMaker(text: "BHYVE", meaning: .hypervisor(.bhyve)),
        DMIMaker(text: "Hyper-V", meaning: .hypervisor(.hyperV)),
        // Microsoft makes laptops too: only the product tells.
        DMIMaker(text: "Virtual Machine", meaning: .hypervisor(.hyperV), only: "product_name"),
        DMIMaker(text: "Apple Virtualization", meaning: .hypervisor(.apple)),
        DMIMaker(text: "Amazon EC2", meaning: .cloud, platform: "amazon"),
        DMIMaker(text: "Google Compute Engine", meaning: .cloud, platform: "google"),
        DMIMaker(text: "Google", meaning: .cloud, platform: "google", only: "sys_vendor"),
        DMIMaker(text: "Alibaba Cloud", meaning: .cloud, platform: "alibaba"),
        // On physical servers of Oracle as well as on VirtualBox (systemd issue 21100).
        DMIMaker(text: "Oracle Corporation", meaning: .ambiguous),
    ]

    static func first(for text: String, in name: String) -> DMIMaker? {
        all.first { text.hasPrefix($0.text) && ($0.only == nil || $0.only == name) }
    }
}

/// PCI devices that hypervisors make.
struct VirtualDevice {
    let title: String
    let name: HypervisorName?
    let weight: Observation.Weight

    /// The vendor of virtio devices.
    static let virtio = 0x1AF4

    static func maker(of device: PCIDevice) -> VirtualDevice? {
        switch device.vendor {
        case virtio:
            // Data processing units present virtio devices to bare-metal hosts too.
            VirtualDevice(title: "a virtio device, which hypervisors and a few DPUs make", name: nil, weight: .strong)
        case 0x1B36, 0x1234: VirtualDevice(title: "a device of QEMU's", name: .qemu, weight: .proof)
        case 0x15AD: VirtualDevice(title: "a device of VMware's", name: .vmware, weight: .proof)
        case 0x1414: VirtualDevice(title: "a device of Hyper-V's", name: .hyperV, weight: .strong)
        case 0x5853: VirtualDevice(title: "Xen's platform device", name: .xen, weight: .proof)
        case 0x80EE: VirtualDevice(title: "a device of VirtualBox's", name: .virtualBox, weight: .proof)
        case 0x1AB8: VirtualDevice(title: "a device of Parallels'", name: .parallels, weight: .proof)
        default: nil
        }
    }
}
