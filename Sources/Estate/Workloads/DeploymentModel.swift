/// How a GPU reaches a workload.
///
/// The raw value is the spelling in every file and argument. Declaration order is the order in which tables show the
/// models: whole GPUs before shared ones, bare metal before virtual machines.
package enum DeploymentModel: String, Sendable, Hashable, CaseIterable, Codable {
    /// The operating system on the hardware owns the whole GPU.
    case bareMetal = "bare-metal"
    /// As bare metal, with the GPU cut into MIG instances.
    case bareMetalMIG = "bare-metal-mig"
    /// A virtual machine owns the whole physical function (VFIO, DirectPath I/O, Discrete Device Assignment).
    case vmPassthrough = "vm-passthrough"
    /// A virtual machine owns an SR-IOV virtual function of the device.
    case vmSRIOV = "vm-sriov"
    /// Several virtual machines take turns on one GPU: mediated, time-sliced vGPU.
    case vmVGPU = "vm-vgpu"
    /// Each virtual machine has a vGPU backed by its own MIG instance.
    case vmVGPUMIG = "vm-vgpu-mig"

    /// Models that one team runs on one foundation: the same operating system and scheduler, or the same hypervisor.
    ///
    /// Two models of a family differ in how hosts are configured, not in who runs them, so an estate that uses both has
    /// one team and one platform to set up.
    package enum Family: String, Sendable, Hashable, CaseIterable, Codable {
        /// No hypervisor: whole GPUs and MIG instances.
        case bareMetal = "bare-metal"
        /// Virtual machines, however a GPU reaches them.
        case virtual
    }

    /// Which means divides one GPU among workloads.
    package enum Sharing: String, Sendable, Hashable, CaseIterable, Codable {
        /// One workload has the whole GPU.
        case none
        /// Workloads take turns on all of the GPU; memory is divided, compute is not isolated.
        case timeSliced = "time-sliced"
        /// Workloads have their own compute and memory slices (MIG).
        case partitioned
        /// The device offers virtual functions; how they divide it is the device's own affair.
        case virtualFunctions = "virtual-functions"
    }

    /// What NVIDIA GPUs offer for direct transfers between the GPU and a network adapter.
    ///
    /// A default to state as assumed: whether it works on a host is a property of its driver, IOMMU and adapter.
    package enum DirectRDMA: String, Sendable, Hashable, CaseIterable, Codable {
        /// Works with a supported adapter and driver.
        case available
        /// Works only where the hypervisor, the PCIe topology and the assigned adapter allow it.
        case conditional
    }

    /// Whose team and foundation it shares.
    package var family: Family {
        switch self {
        case .bareMetal, .bareMetalMIG: .bareMetal
        case .vmPassthrough, .vmSRIOV, .vmVGPU, .vmVGPUMIG: .virtual
        }
    }

    /// Whether a hypervisor stands between the workload and the hardware.
    package var isVirtual: Bool { family == .virtual }

    /// How one GPU is divided.
    package var sharing: Sharing {
        switch self {
        case .bareMetal, .vmPassthrough: .none
        case .vmSRIOV: .virtualFunctions
        case .vmVGPU: .timeSliced
        case .bareMetalMIG, .vmVGPUMIG: .partitioned
        }
    }

    /// Whether more than one workload can be on a GPU at once.
    package var sharesGPU: Bool { sharing != .none }

    /// Whether the GPU is cut into MIG instances.
    package var usesMIG: Bool { sharing == .partitioned }

    /// Whether it needs an NVIDIA vGPU licence for the guest driver.
    package var needsVGPULicence: Bool {
        switch self {
        case .vmVGPU, .vmVGPUMIG: true
        case .bareMetal, .bareMetalMIG, .vmPassthrough, .vmSRIOV: false
        }
    }

    /// Whether the GPU's memory and compute are set apart by hardware from those of other workloads.
    ///
    /// True where nothing else is on the GPU, and under MIG. For an SR-IOV virtual function it depends on the device,
    /// so the answer here is no.
    package var isolatesInHardware: Bool {
        switch sharing {
        case .none, .partitioned: true
        case .timeSliced, .virtualFunctions: false
        }
    }

    /// What to assume about transfers between GPU and network adapter when a study does not say.
    package var defaultDirectRDMA: DirectRDMA {
        isVirtual ? .conditional : .available
    }

    /// Whether GPUDirect RDMA may be assumed without a declaration or a measurement.
    package var hasGPUDirectRDMA: Bool { defaultDirectRDMA == .available }

    /// Whether one workload can span several GPUs with peer-to-peer traffic between them.
    ///
    /// MIG instances have no GPU-to-GPU peer access over NVLink or PCIe, so a job that spans instances loses it.
    package var allowsPeerToPeer: Bool { !usesMIG }

    /// The name for headings and tables, such as "VM, passthrough".
    package var title: String {
        switch self {
        case .bareMetal: "Bare metal"
        case .bareMetalMIG: "Bare metal, MIG"
        case .vmPassthrough: "VM, passthrough"
        case .vmSRIOV: "VM, SR-IOV"
        case .vmVGPU: "VM, time-sliced vGPU"
        case .vmVGPUMIG: "VM, MIG-backed vGPU"
        }
    }

    /// One sentence for someone who meets the model for the first time.
    package var summary: String {
        switch self {
        case .bareMetal: "The operating system on the hardware owns the whole GPU."
        case .bareMetalMIG: "No hypervisor; the GPU is cut into MIG instances with their own memory and compute."
        case .vmPassthrough: "A virtual machine owns the whole GPU through the IOMMU; nothing else can use it."
        case .vmSRIOV: "A virtual machine owns an SR-IOV virtual function of the device."
        case .vmVGPU: "Virtual machines share the GPU by turns; each has its own share of the memory."
        case .vmVGPUMIG: "Each virtual machine has a vGPU on a MIG instance of its own."
        }
    }
}

extension DeploymentModel: CustomStringConvertible {
    /// The spelling in files.
    package var description: String { rawValue }
}
