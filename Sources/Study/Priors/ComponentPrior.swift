package import Estate

/// What has been published of the cost of virtual machines in one component, by the metric that measures it.
///
/// Few publications speak of a component by itself with a number that can be traced; where none does, there is no prior,
/// and nothing stands in for it. A component's overhead is not a job's: a job has it on its own share of the time.
package struct ComponentPrior: Sendable, Hashable {
    /// The least and the most overhead that was seen, as shares: bare-metal speed over the other's, minus one.
    package var range: ClosedRange<Double>
    /// What it speaks of: the component, and under what.
    package var subject: String
    /// Where it is published.
    package var source: String

    /// The prior for a metric of `assay measure` under a model; nil where nothing is published, and for bare metal.
    package static func about(_ metric: String, under model: DeploymentModel) -> ComponentPrior? {
        guard model.isVirtual else { return nil }
        // A slice or a turn of a GPU is measured against a whole one only by mistake.
        if model.sharing == .none,
            metric == "gpu_fp32_fma" || metric.hasPrefix("gpu_gemm_") || metric == "gpu_tensor_mma"
        {
            return gpuCompute
        }
        if metric.hasPrefix("cpu_integer_time") || metric.hasPrefix("cpu_float_time") { return processor }
        return nil
    }

    /// 96 to 100 % of bare metal: 0 to 1/0.96 - 1.
    private static let gpuCompute = ComponentPrior(
        range: 0...0.042,
        subject: "kernels on one whole GPU passed through by KVM, Xen or VMware",
        source: "CUDA and OpenCL at 96 to 100 % of bare metal, Walters et al. 2014"
    )

    private static let processor = ComponentPrior(
        range: 0.001...0.015,
        subject: "processors under hardware virtualization of the Nitro class, no host overcommitted",
        source: "0.1 to 1.5 % to be expected, Gregg 2017"
    )
}
