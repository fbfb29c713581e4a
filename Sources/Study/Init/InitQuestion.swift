/// What `assay init` asks: ten questions that a platform lead can answer in a minute.
///
/// The raw value is the name of the flag that answers it.
package enum InitQuestion: String, Sendable, Hashable, CaseIterable {
    case name
    case gpu
    case gpus
    case today
    case hypervisor
    case contract
    case serverPrice = "server-price"
    case utilisation
    case workloads
    case rules

    /// The question, one line.
    package var prompt: String {
        switch self {
        case .name: "A short name for the study?"
        case .gpu: "Which GPU?"
        case .gpus: "How many GPUs, and how many in a host?"
        case .today: "How do GPUs reach workloads today?"
        case .hypervisor: "Which hypervisor, today or as the alternative?"
        case .contract: "When does its contract end, and what does it cost?"
        case .serverPrice: "What does a new host cost, in USD?"
        case .utilisation: "How much of the GPUs is allocated, and how busy are they then?"
        case .workloads: "Which workloads? One a line, an empty line ends."
        case .rules: "Which rules on data?"
        }
    }

    /// What an answer looks like.
    package var help: String {
        switch self {
        case .name: "letters, digits, spaces, '-' and '_'"
        case .gpu: "such as h100-sxm-80gb, a100-sxm-80gb or l40s-48gb"
        case .gpus: "such as '16, 8 per host', '2 x 8' or 'gpu[01-02], 8 per host'; 0 when nothing is owned"
        case .today: "bare-metal, bare-metal-mig, vm-passthrough, vm-sriov, vm-vgpu or vm-vgpu-mig"
        case .hypervisor:
            "vmware-vcf, vmware-vvf, hyper-v, proxmox, kvm, nutanix, openshift-virt, none (no licence), or no"
        case .contract: "such as '2027-03, 350 per core', '2027-03, 78400 a year' or 'unknown'"
        case .serverPrice: "such as 310000, '280000 to 340000', or 'book' where the price book has one"
        case .utilisation: "such as '71% allocated, 38% active' or 'unknown'"
        case .workloads:
            "such as 'fraud training, multi-node-training, 6050 gpu-hours/month, 85% active, 16 gpus per job'"
        case .rules: "such as 'hipaa, own hosts, stay in frankfurt' or 'none'"
        }
    }

    /// Whether the answer may have several lines.
    package var isMultiline: Bool { self == .workloads }
}
