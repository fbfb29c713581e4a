import ArgumentParser
import Probing

/// Which GPU the components' measurement includes, if any.
struct GPUOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        exclusivity: .exclusive,
        help: "Measure the GPU alone, or leave it out. Default: with the rest, where there is one."
    )
    var gpu: Bool?

    @Option(help: "The GPU, numbered as nvidia-smi does. Default: 0.")
    var gpuIndex: Int?

    /// The flags that were given, as written.
    var given: [String] {
        [gpu.map { $0 ? "--gpu" : "--no-gpu" }, gpuIndex.map { _ in "--gpu-index" }].compactMap { $0 }
    }

    func validate() throws {
        try Arguments.require(gpuIndex, in: 0...ProbeRequest.largestGPU, option: "--gpu-index")
        if gpu == false, gpuIndex != nil {
            throw ValidationError("--no-gpu leaves the GPU out, and --gpu-index names one")
        }
    }

    /// The GPU's probes, where there is a GPU; none, with the reason as a sentence, where there is not.
    ///
    /// Throws where a GPU was asked for, by a flag or as `isNamed`, and is not there.
    func probes(isNamed: Bool) throws -> (probes: [ComponentProbe], absence: String?) {
        if gpu == false, !isNamed { return ([], nil) }
        let isWanted = gpu == true || gpuIndex != nil || isNamed
        let count: Int
        do { count = try GPUProbes.survey() } catch {
            if isWanted { throw Failure.environment("no GPU can be measured: \(error)") }
            return ([], "No GPU was measured: \(error).")
        }
        if let gpuIndex, gpuIndex >= count {
            let there = count == 1 ? "one GPU, number 0" : "\(count) GPUs, 0 to \(count - 1)"
            throw Failure.input(["--gpu-index is \(gpuIndex); CUDA sees \(there)"])
        }
        return (GPUProbes(count: count).all, nil)
    }
}
