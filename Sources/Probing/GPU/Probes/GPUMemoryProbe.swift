internal import CCUDA
internal import Documents
internal import Evidence
internal import Glibc

extension GPUProbes {
    /// The bandwidth of the GPU's own memory: read, written and copied by kernels, and copied by the driver.
    ///
    /// Bytes are counted as STREAM counts them: a copy reads and writes.
    var memory: ComponentProbe {
        let sizes = sizes
        return probe(
            "gpu-memory",
            title: "GPU memory bandwidth",
            weight: 1.5,
            metrics: [
                .component("gpu_memory_copy", "GB/s", .higher),
                .component("gpu_memory_read", "GB/s", .higher),
                .component("gpu_memory_write", "GB/s", .higher, .exploratory),
                .component("gpu_memory_memcpy", "GB/s", .higher, .exploratory),
            ],
            body: { try GPUMemoryBandwidth.run($0, sizes, &$1) }
        )
    }
}

private enum GPUMemoryBandwidth {
    static func run(_ run: GPURun, _ sizes: GPUProbes.Sizes, _ samples: inout ProbeSamples) throws {
        let bytes = try arrayBytes(run, sizes)
        let (from, to) = (try run.context.allocate(bytes), try run.context.allocate(bytes))
        let sum = try run.context.allocate(16)
        let module = try run.context.module(GPUKernels.general)
        let (fill, read, copy) = (
            try module.kernel("assay_fill"), try module.kernel("assay_read"), try module.kernel("assay_copy")
        )
        let quads = UInt64(bytes / 16)
        let blocks = run.device.multiprocessors * 8
        let seed = UInt32(truncatingIfNeeded: run.request.seed) | 1
        func write(_ memory: GPUMemory, _ seed: UInt32) throws(CUDAError) {
            try fill.launch(blocks: blocks, [.address(memory.address), .count(quads), .word(seed)])
        }
        func total(_ memory: GPUMemory) throws -> UInt32 {
            var word: [UInt32] = [0, 0, 0, 0]
            try sum.write(&word, 16)
            try read.launch(blocks: blocks, [.address(memory.address), .count(quads), .address(sum.address)])
            try run.context.synchronize()
            try sum.read(into: &word, 16)
            return word[0]
        }
        let expected = GPUMemoryCheck.sum(words: UInt64(bytes / 4), seed: seed)
        let works: [(name: String, passes: Double, body: () throws(CUDAError) -> Void)] = [
            (
                "gpu_memory_copy", 2,
                { () throws(CUDAError) in
                    try copy.launch(blocks: blocks, [.address(to.address), .address(from.address), .count(quads)])
                }
            ),
            (
                "gpu_memory_read", 1,
                { () throws(CUDAError) in
                    try read.launch(blocks: blocks, [.address(from.address), .count(quads), .address(sum.address)])
                }
            ),
            ("gpu_memory_write", 1, { () throws(CUDAError) in try write(to, seed &+ 2) }),
            (
                "gpu_memory_memcpy", 2,
                { () throws(CUDAError) in
                    let table = run.driver.table
                    let code = ccuda_MemcpyDtoDAsync(table, to.address, from.address, bytes, run.context.stream)
                    try run.context.check(code, "cuMemcpyDtoDAsync_v2")
                }
            ),
        ]
        try write(from, seed)
        try run.context.synchronize()
        let limit = GPULimits.memory(run.device, isInstance: run.watch.isInstance)
        let begin = run.now()
        for (index, work) in works.enumerated() {
            // A copy must bring its own content, not what an earlier one left.
            try write(to, seed &+ 4)
            let repeats = try run.repeats(atLeast: sizes.eventSample, work.body)
            let times = try run.sample(repeats, until: run.end(index + 1, of: works.count, from: begin), work.body)
            let rates = times.map { work.passes * Double(bytes) / $0 / 1e9 }
            let source = try total(from)
            let other = try total(to)
            let wanted =
                work.name == "gpu_memory_write"
                ? GPUMemoryCheck.sum(words: UInt64(bytes / 4), seed: seed &+ 2) : expected
            let isCopy = work.passes == 2 || work.name == "gpu_memory_write"
            guard source == expected, !isCopy || other == wanted else {
                throw ProbeRefusal(
                    "\(work.name) gave wrong data: the check sum of the GPU's memory is not what was written"
                )
            }
            // Events tell half a microsecond, at either end.
            let shortest = (times.min() ?? 1) * Double(repeats)
            samples.series.append(
                ProbeSeries(work.name, rates, resolution: (rates.max() ?? 0) * 1e-6 / max(shortest, 1e-6))
            )
            if let condition = GPULimits.condition(work.name, limit, unit: "GB/s") {
                samples.conditions.append(condition)
            }
        }
        samples.conditions.append(Condition(name: "gpu_memory_array_mib", value: "\(bytes >> 20)"))
    }

    /// Bytes of each of two arrays: far beyond the cache, and at most a quarter of what is free.
    private static func arrayBytes(_ run: GPURun, _ sizes: GPUProbes.Sizes) throws -> Int {
        let cache = min(run.device.l2CacheBytes ?? 64 << 20, 1 << 30)
        let wanted = min(max(sizes.array, sizes.cacheFactor * cache), 4 << 30) / 4096 * 4096
        let free = try run.context.freeBytes()
        guard free / 4 >= wanted else {
            throw ProbeRefusal(
                "arrays of \(NumberText.grouped(wanted >> 20)) MiB are needed to be beyond the GPU's cache, and only a "
                    + "quarter of \(NumberText.grouped(free >> 20)) MiB of free memory may be taken for each"
            )
        }
        return wanted
    }
}

/// What the kernels' results must be.
package enum GPUMemoryCheck {
    /// The sum, modulo 2^32, of the words that `assay_fill` writes.
    package static func sum(words: UInt64, seed: UInt32) -> UInt32 {
        // n (n - 1) / 2 without overflow: one of the two is even.
        let pairs = words.isMultiple(of: 2) ? (words / 2) &* (words &- 1) : words &* ((words &- 1) / 2)
        return UInt32(truncatingIfNeeded: pairs) &* GPUKernels.fillFactor
            &+ UInt32(truncatingIfNeeded: words) &* seed
    }
}
