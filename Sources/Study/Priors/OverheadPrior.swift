package import Estate
package import Probability

/// Published priors of what a deployment model costs in speed, for workloads that have no measurement of their own.
///
/// Overhead is bare-metal speed over the model's speed, minus one. The priors are wide on purpose and always show as
/// assumed: their place is to be replaced by a measured pair. What they rest on:
///
/// - Passthrough, compute-bound: 0 to 5 % (KVM 98 to 100 % and VMware 96 to 99 % of bare metal, Walters et al. 2014;
///   under 5 % in the white papers of Dell and IBM Vela).
/// - Passthrough, across hosts: 2.3 % to train GPT-3 on 10,752 GPUs, an observational pair (MLPerf Training v3.1); a
///   quarter to a half of the bandwidth lost where topology or ACS was not tuned (NCCL issue trackers), so the high end
///   is 15 %.
/// - Tails and I/O: noisier than means, 5 % at p99 in the same pair; confidential computing is not included.
/// - Time-sliced vGPU adds its scheduler; MIG adds little to a slice of which it is known how large it is, but not
///   nothing (shared PCIe, copy engines and power).
package enum OverheadPrior {
    /// The prior for a class under a model; nil for bare metal, which is the reference.
    package static func distribution(_ workload: WorkloadClass, under model: DeploymentModel) -> Distribution? {
        let (low, mode, high) = triangle(workload, model)
        guard high > 0 else { return nil }
        return try? .triangular(low: low, mode: mode, high: high)
    }

    /// The ends of the prior and what is likeliest, as shares; nil for bare metal, which is the reference.
    package static func range(
        _ workload: WorkloadClass,
        under model: DeploymentModel
    ) -> (low: Double, likely: Double, high: Double)? {
        let (low, likely, high) = triangle(workload, model)
        return high > 0 ? (low, likely, high) : nil
    }

    /// What the prior rests on, for the table of inputs.
    package static func source(_ workload: WorkloadClass, under model: DeploymentModel) -> String {
        switch model {
        case .bareMetal: "the reference"
        case .bareMetalMIG:
            "published prior: no hypervisor; slices share PCIe, copy engines and power; a planning assumption"
        case .vmPassthrough, .vmSRIOV:
            workload.spansHosts
                ? "published prior: 2.3 % on 10,752 GPUs (MLPerf Training v3.1), far more where untuned (NCCL trackers)"
                : "published prior: 0 to 5 % compute-bound (Walters 2014, Dell, IBM Vela), more where I/O-bound"
        case .vmVGPU: "published prior for passthrough, plus the scheduler of time slices; a planning assumption"
        case .vmVGPUMIG: "published prior for passthrough, plus slices that share PCIe and power; a planning assumption"
        }
    }

    private static func triangle(_ workload: WorkloadClass, _ model: DeploymentModel) -> (Double, Double, Double) {
        let passthrough: (Double, Double, Double) =
            switch workload {
            case .multiNodeTraining: (0.02, 0.06, 0.15)
            case .singleNodeTraining: (0.01, 0.02, 0.05)
            case .fineTuning: (0.01, 0.025, 0.06)
            case .batchInference: (0.01, 0.03, 0.07)
            case .onlineInference: (0.01, 0.04, 0.12)
            case .interactiveDevelopment: (0.01, 0.03, 0.08)
            }
        let added: (Double, Double, Double)
        switch model {
        case .bareMetal: return (0, 0, 0)
        case .bareMetalMIG:
            return workload.spansHosts || workload == .onlineInference ? (0, 0.01, 0.04) : (0, 0.005, 0.02)
        case .vmPassthrough, .vmSRIOV: return passthrough
        case .vmVGPU: added = (0.01, 0.03, 0.08)
        case .vmVGPUMIG: added = (0, 0.005, 0.02)
        }
        // Sums of decimals, as the decimals that they are.
        func sum(_ left: Double, _ right: Double) -> Double { ((left + right) * 10_000).rounded() / 10_000 }
        return (sum(passthrough.0, added.0), sum(passthrough.1, added.1), sum(passthrough.2, added.2))
    }
}
