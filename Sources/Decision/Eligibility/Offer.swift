import Estate
import Study

/// What a deployment model can promise a workload: the table behind every constraint.
///
/// | model | closest neighbour | live migration | snapshot of the machine |
/// | --- | --- | --- | --- |
/// | `bare-metal` | none on the host | no | no |
/// | `bare-metal-mig` | another slice of the GPU | no | no |
/// | `vm-passthrough` | another VM on the host | no: the device holds state the hypervisor cannot read | disks only |
/// | `vm-sriov` | another virtual function of the GPU | no, for the same reason | disks only |
/// | `vm-vgpu` | another guest on the same engines, by turns | yes, where hypervisor and driver allow | yes |
/// | `vm-vgpu-mig` | another slice of the GPU | yes, where hypervisor and driver allow | yes |
///
/// A MIG slice has memory, cache and engines of its own, but is not free of side channels (published covert channels
/// cross it through the last-level TLB and memory timing), so it never satisfies a need for whole GPUs. Whole GPUs on
/// one host still share NVLink switches unless the fabric is partitioned, so only a whole host without a hypervisor
/// satisfies a need for one.
enum Offer {
    /// The strictest tenancy that the model satisfies.
    static func tenancy(of model: DeploymentModel) -> Tenancy { Tenancy.offered(by: model) }

    /// Whether a running workload can move to another host with its GPU.
    static func liveMigration(of model: DeploymentModel) -> Bool {
        model.needsVGPULicence
    }

    /// How far a snapshot of the workload's machine reaches.
    static func snapshots(of model: DeploymentModel) -> Snapshots {
        switch model {
        case .bareMetal, .bareMetalMIG: .none
        case .vmPassthrough, .vmSRIOV: .disksOnly
        case .vmVGPU, .vmVGPUMIG: .running
        }
    }

    /// How far a snapshot reaches.
    enum Snapshots {
        /// There is no virtual machine to take one of.
        case none
        /// Disks; the state of the GPU is not saved.
        case disksOnly
        /// The running machine.
        case running
    }
}
