package import Estate

extension Tenancy {
    /// The strictest tenancy that a model satisfies.
    ///
    /// A MIG slice has memory, cache and engines of its own, but is not free of side channels, so it never satisfies a
    /// need for whole GPUs. Whole GPUs on one host still share NVLink switches unless the fabric is partitioned, so only
    /// a whole host without a hypervisor satisfies a need for one.
    package static func offered(by model: DeploymentModel) -> Tenancy {
        switch model {
        case .bareMetal: .host
        case .vmPassthrough: .gpu
        case .bareMetalMIG, .vmVGPUMIG: .slice
        case .vmSRIOV, .vmVGPU: .shared
        }
    }

    /// Position from the loosest to the strictest.
    package var strictness: Int {
        switch self {
        case .shared: 0
        case .slice: 1
        case .gpu: 2
        case .host: 3
        }
    }

    /// The need in words: `whole GPUs of its own`.
    package var words: String {
        switch self {
        case .shared: "time slices of a GPU with anyone"
        case .slice: "a hardware slice of a GPU of its own"
        case .gpu: "whole GPUs of its own"
        case .host: "whole hosts of its own, without a hypervisor between"
        }
    }
}
