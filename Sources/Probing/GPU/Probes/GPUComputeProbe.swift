internal import Evidence
internal import Probability

extension GPUProbes {
    /// How fast the GPU computes: our own kernels everywhere, and matrix products by cuBLAS where it is installed.
    var compute: ComponentProbe {
        let sizes = sizes
        let products = CUBLASLibrary.Precision.allCases.map { precision in
            Metric.component(
                GPUCompute.name(precision),
                "TFLOP/s",
                .higher,
                precision == .fp16 ? .confirmatory : .exploratory
            )
        }
        return probe(
            "gpu-compute",
            title: "GPU arithmetic",
            weight: 2,
            metrics: [
                .component("gpu_fp32_fma", "TFLOP/s", .higher),
                .component("gpu_tensor_mma", "TFLOP/s", .higher),
            ] + products,
            body: { try GPUCompute(run: $0, sizes: sizes).run(&$1) }
        )
    }
}

private struct GPUCompute {
    let run: GPURun
    let sizes: GPUProbes.Sizes

    static func name(_ precision: CUBLASLibrary.Precision) -> String { "gpu_gemm_\(precision.rawValue)" }

    func run(_ samples: inout ProbeSamples) throws {
        let begin = run.now()
        let parts = 2 + CUBLASLibrary.Precision.allCases.count
        try fma(until: run.end(1, of: parts, from: begin), &samples)
        try tensor(until: run.end(2, of: parts, from: begin), &samples)
        let names = CUBLASLibrary.Precision.allCases.map(Self.name)
        let library: CUBLASLibrary
        do { library = try CUBLASLibrary(run.context, path: run.libraries.cublas) } catch {
            samples.refusals.append(ProbeRefusal(error.reason, metrics: names))
            return
        }
        samples.conditions.append(Condition(name: "cublas", value: library.version))
        for (index, precision) in CUBLASLibrary.Precision.allCases.enumerated() {
            let end = run.end(3 + index, of: parts, from: begin)
            do { try multiply(library, precision, until: end, &samples) } catch let refusal as ProbeRefusal {
                samples.refusals.append(ProbeRefusal(refusal.reason, metrics: [Self.name(precision)]))
            }
        }
    }

    private func add(
        _ name: String,
        _ times: [Double],
        operations: Double,
        limit: Double?,
        _ samples: inout ProbeSamples
    ) {
        let rates = times.map { operations / $0 / 1e12 }
        let shortest = times.min() ?? 1
        // Events tell half a microsecond, at either end.
        samples.series.append(ProbeSeries(name, rates, resolution: (rates.max() ?? 0) * 1e-6 / max(shortest, 1e-6)))
        if let condition = GPULimits.condition(name, limit, unit: "TFLOP/s") { samples.conditions.append(condition) }
    }

    /// Chains of fused multiply-adds, two operations each, whose every result is compared with the host's.
    private func fma(until end: UInt64, _ samples: inout ProbeSamples) throws {
        let kernel = try run.context.module(GPUKernels.general).kernel("assay_fma")
        // Eight blocks of 256 threads fill a multiprocessor.
        let blocks = run.device.multiprocessors * 8
        let threads = blocks * Int(GPUKernels.blockThreads)
        let result = try run.context.allocate(threads * 4)
        // A factor next to -1 keeps every digit moving to the end, as work does.
        let (a, b): (Float, Float) = (-Float(1).nextDown, 1.7)
        let start = Float(run.request.seed % 97) + 2
        func launch() throws(CUDAError) {
            try kernel.launch(
                blocks: blocks,
                [.address(result.address), .word(sizes.turns), .float(a), .float(b), .float(start)]
            )
        }
        let repeats = try run.repeats(atLeast: sizes.eventSample, launch)
        let times = try run.sample(repeats, until: end, launch)
        var values = [Float](repeating: 0, count: threads)
        try values.withUnsafeMutableBytes { bytes in
            if let base = bytes.baseAddress { try result.read(into: base, bytes.count) }
        }
        let expected = FMAResults.sums(start: start, a: a, b: b, turns: sizes.turns)
        guard values.enumerated().allSatisfy({ $1 == expected[$0 % 8] }) else {
            throw ProbeRefusal("gpu_fp32_fma gave wrong results: the GPU's sums are not those that the host computes")
        }
        let iterations = sizes.turns * GPUKernels.fmaUnrolled
        let perThread = 2 * Double(GPUKernels.fmaChains) * Double(iterations)
        add(
            "gpu_fp32_fma",
            times,
            operations: perThread * Double(threads),
            limit: GPULimits.fp32(run.device, clockMHz: run.clockLimitMHz),
            &samples
        )
    }

    /// Matrix products of whole numbers in the tensor cores, which have exact results.
    private func tensor(until end: UInt64, _ samples: inout ProbeSamples) throws {
        let name = "gpu_tensor_mma"
        guard run.device.capabilityMajor >= 8 else {
            let capability = "\(run.device.capabilityMajor).\(run.device.capabilityMinor)"
            let reason = "the kernel needs compute capability 8.0 and the GPU has \(capability)"
            samples.refusals.append(ProbeRefusal(reason, metrics: [name]))
            return
        }
        let module: GPUModule
        do { module = try run.context.module(GPUKernels.tensor) } catch {
            samples.refusals.append(ProbeRefusal("\(error)", metrics: [name]))
            return
        }
        let kernel = try module.kernel("assay_mma")
        let blocks = run.device.multiprocessors * 4
        let threads = blocks * Int(GPUKernels.blockThreads)
        let matrices = TensorMatrices(seed: run.request.seed)
        let input = try run.context.allocate(32 * 24)
        let result = try run.context.allocate(threads * 16)
        try matrices.fragments.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { try input.write(base, bytes.count) }
        }
        func launch() throws(CUDAError) {
            let arguments: [GPUKernel.Argument] = [
                .address(result.address), .address(input.address), .word(sizes.turns),
            ]
            try kernel.launch(blocks: blocks, arguments)
        }
        let repeats = try run.repeats(atLeast: sizes.eventSample, launch)
        let times = try run.sample(repeats, until: end, launch)
        var values = [Float](repeating: 0, count: threads * 4)
        try values.withUnsafeMutableBytes { bytes in
            if let base = bytes.baseAddress { try result.read(into: base, bytes.count) }
        }
        let products = Int(sizes.turns) * Int(GPUKernels.mmaUnrolled)
        let expected = matrices.results(products: products)
        guard values.enumerated().allSatisfy({ $1 == expected[$0 % 128] }) else {
            throw ProbeRefusal("\(name) gave wrong results: the GPU's products are not those that the host computes")
        }
        let perWarp = 2.0 * 16 * 8 * 16 * Double(GPUKernels.mmaChains * products)
        add(
            name,
            times,
            operations: perWarp * Double(threads / 32),
            limit: GPULimits.tensor(run.device, clockMHz: run.clockLimitMHz),
            &samples
        )
    }

    /// Products of random matrices by cuBLAS, some of whose numbers the host computes too.
    private func multiply(
        _ library: CUBLASLibrary,
        _ precision: CUBLASLibrary.Precision,
        until end: UInt64,
        _ samples: inout ProbeSamples
    ) throws {
        let size = sizes.matrix
        let check = ProductCheck(precision, size: size, seed: run.request.seed)
        let bytes = size * size * precision.bytes
        let free = try run.context.freeBytes()
        guard free / 4 >= bytes else {
            throw ProbeRefusal("matrices of \(3 * bytes >> 20) MiB do not fit into \(free >> 20) MiB of free memory")
        }
        let (a, b, c) = (
            try run.context.allocate(bytes), try run.context.allocate(bytes), try run.context.allocate(bytes)
        )
        guard let host = HostMemory(pageable: bytes) else {
            throw ProbeRefusal("cannot get \(bytes >> 20) MiB of memory")
        }
        check.fill(host, second: false)
        try a.write(host.pointer, bytes)
        check.fill(host, second: true)
        try b.write(host.pointer, bytes)
        var refusal: ProbeRefusal?
        func multiply() throws(CUDAError) {
            guard refusal == nil else { return }
            do { try library.multiply(precision, size: size, a: a.address, b: b.address, into: c.address) } catch {
                refusal = error
            }
        }
        let repeats = try run.repeats(atLeast: sizes.eventSample, multiply)
        if let refusal { throw refusal }
        let times = try run.sample(repeats, until: end, multiply)
        if let refusal { throw refusal }
        try check.verify(c, a, b)
        let cube = Double(size) * Double(size) * Double(size)
        let clock = run.clockLimitMHz
        let limit =
            switch precision {
            case .fp32: GPULimits.fp32(run.device, clockMHz: clock)
            // TF32 runs at half the rate of half precision in every tensor core that has it.
            case .tf32: GPULimits.tensor(run.device, clockMHz: clock).map { $0 / 2 }
            case .fp16, .bf16: GPULimits.tensor(run.device, clockMHz: clock)
            }
        add(Self.name(precision), times, operations: 2 * cube, limit: limit, &samples)
    }
}
