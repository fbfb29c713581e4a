internal import CCUDA
internal import Evidence

extension GPUProbes {
    /// What it costs to start work on the GPU: a kernel that does nothing, waited for or not.
    var launch: ComponentProbe {
        probe(
            "gpu-launch",
            title: "GPU kernel launch and wait",
            weight: 1,
            metrics: [
                .component("gpu_launch_wait", "us", .lower),
                .component("gpu_launch", "us", .lower, .exploratory),
                .component("gpu_kernel_gap", "us", .lower, .exploratory),
            ],
            body: GPULaunch.run
        )
    }
}

private enum GPULaunch {
    /// Launches before the first sample.
    static let warmUp = 200
    /// Launches of one sample of the rate: fewer than the driver's queue takes without waiting (1,024).
    static let batch = 500

    static func run(_ run: GPURun, _ samples: inout ProbeSamples) throws {
        let kernel = try run.context.module(GPUKernels.general).kernel("assay_empty")
        func launch() throws(CUDAError) { try kernel.launch(blocks: 1, threads: 32) }
        for _ in 0..<warmUp {
            try launch()
            try run.context.synchronize()
        }
        let begin = run.now()
        var waits: [Double] = []
        let half = run.end(1, of: 2, from: begin)
        while waits.count < 100 || (run.now() < half && waits.count < 100_000) {
            let start = run.now()
            try launch()
            try run.context.synchronize()
            waits.append(Double(run.now() &- start) * 1e-3)
            // Between samples: the look takes its own time.
            if waits.count.isMultiple(of: 256) { run.watch.look() }
        }
        var starts: [Double] = []
        var gaps: [Double] = []
        while starts.count < 3 || (run.hasTime && starts.count < 10_000) {
            var handedOver: UInt64 = 0
            let start = run.now()
            let taken = try run.context.seconds { () throws(CUDAError) in
                for _ in 0..<batch { try launch() }
                handedOver = run.now()
            }
            starts.append(Double(handedOver &- start) * 1e-3 / Double(batch))
            gaps.append(taken * 1e6 / Double(batch))
            run.watch.look()
        }
        samples.series = [
            ProbeSeries("gpu_launch_wait", waits, resolution: 0.05),
            ProbeSeries("gpu_launch", starts, resolution: 0.05 / Double(batch) * 2),
            ProbeSeries("gpu_kernel_gap", gaps, resolution: 0.5 / Double(batch)),
        ]
        samples.warmUpExcluded = warmUp
    }
}
