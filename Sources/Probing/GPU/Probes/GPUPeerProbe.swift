internal import CCUDA
internal import Evidence
internal import Glibc
internal import Probability

extension GPUProbes {
    /// Copies from each GPU to each other: bandwidth of large ones, time of small ones.
    ///
    /// Where GPUs do not reach each other's memory the driver goes through the host; that is measured too and marked.
    var peers: ComponentProbe {
        let sizes = sizes
        let count = count
        return probe(
            "gpu-peer",
            title: "copies between GPUs",
            weight: 1,
            metrics: GPUPeers.pairs(count).flatMap { pair in
                [
                    .component(GPUPeers.bandwidth(pair), "GB/s", .higher, .exploratory),
                    .component(GPUPeers.latency(pair), "us", .lower, .exploratory),
                ]
            },
            body: { try GPUPeers.run($0, sizes, &$1) }
        )
    }
}

private enum GPUPeers {
    /// Copies of one sample of the latency.
    static let smallCopies = 100

    struct Pair: Hashable {
        var from: Int
        var to: Int
    }

    static func pairs(_ count: Int) -> [Pair] {
        (0..<count).flatMap { from in (0..<count).filter { $0 != from }.map { Pair(from: from, to: $0) } }
    }

    static func bandwidth(_ pair: Pair) -> String { "gpu_peer_bandwidth_\(pair.from)_\(pair.to)" }
    static func latency(_ pair: Pair) -> String { "gpu_peer_latency_\(pair.from)_\(pair.to)" }

    static func run(_ run: GPURun, _ sizes: GPUProbes.Sizes, _ samples: inout ProbeSamples) throws {
        let driver = run.driver
        let count = min(driver.count, GPUProbes.mostPeers)
        guard count > 1 else { throw ProbeRefusal("there is one GPU") }
        var watches: [GPUWatch] = []
        var contexts: [GPUContext] = []
        var memory: [GPUMemory] = []
        for ordinal in 0..<count {
            let device = try driver.device(ordinal)
            // The run's own GPU is watched already, and holds a context of ours by now.
            if ordinal != run.device.ordinal { watches.append(try GPUWatch(device, run.libraries)) }
            let context = try GPUContext(driver, device)
            contexts.append(context)
            memory.append(try context.allocate(sizes.peer))
        }
        var generator = RandomGenerator(seed: UInt64(max(0, run.request.seed)), stream: 17)
        var direct: Set<Pair> = []
        for pair in pairs(count) where try driver.canAccess(contexts[pair.from].device, peer: contexts[pair.to].device)
        {
            try contexts[pair.from].makeCurrent()
            let code = ccuda_CtxEnablePeerAccess(driver.table, contexts[pair.to].context, 0)
            if code != CCUDA_PEER_ACCESS_ALREADY_ENABLED { try driver.check(code, "cuCtxEnablePeerAccess") }
            direct.insert(pair)
        }
        let begin = run.now()
        let order = pairs(count).shuffled(using: &generator)
        for (index, pair) in order.enumerated() {
            let end = run.end(index + 1, of: order.count, from: begin)
            try measure(pair, contexts, memory, run, end, &samples)
        }
        let indirect = pairs(count).filter { !direct.contains($0) }
        let names = indirect.map { "\($0.from) to \($0.to)" }.joined(separator: ", ")
        if !indirect.isEmpty { samples.notes.append("GPUs reach each other only through the host: \(names).") }
        samples.conditions.append(Condition(name: "gpu_peer_direct_count", value: "\(direct.count)"))
        for watch in watches {
            var seen = ProbeSamples()
            try watch.finish(&seen, probe: "gpu-peer")
            samples.notes += seen.notes
        }
        try run.context.makeCurrent()
    }

    private static func measure(
        _ pair: Pair,
        _ contexts: [GPUContext],
        _ memory: [GPUMemory],
        _ run: GPURun,
        _ end: UInt64,
        _ samples: inout ProbeSamples
    ) throws {
        let (from, to) = (contexts[pair.from], contexts[pair.to])
        let (source, target) = (memory[pair.from], memory[pair.to])
        func copy(_ bytes: Int) throws(CUDAError) {
            let table = from.driver.table
            try from.check(
                ccuda_MemcpyPeerAsync(
                    table,
                    target.address,
                    to.context,
                    source.address,
                    from.context,
                    bytes,
                    from.stream
                ),
                "cuMemcpyPeerAsync"
            )
        }
        try verify(pair, contexts, memory, seed: run.request.seed, copy)
        try from.makeCurrent()
        // The first of each is no sample: links wake up.
        _ = try from.seconds { () throws(CUDAError) in try copy(source.bytes) }
        var rates: [Double] = []
        var times: [Double] = []
        while rates.count < 3 || (run.now() < end && rates.count < 1000) {
            let large = try from.seconds({ () throws(CUDAError) in try copy(source.bytes) }, meanwhile: run.watch.look)
            let small = try from.seconds { () throws(CUDAError) in for _ in 0..<smallCopies { try copy(16) } }
            guard large > 0, small > 0 else { throw ProbeRefusal("the GPU's events tell no time between them") }
            rates.append(Double(source.bytes) / large / 1e9)
            times.append(small * 1e6 / Double(smallCopies))
        }
        let best = rates.max() ?? 0
        samples.series.append(
            ProbeSeries(bandwidth(pair), rates, resolution: best * best * 1e3 / Double(max(source.bytes, 1)))
        )
        samples.series.append(ProbeSeries(latency(pair), times, resolution: 1 / Double(smallCopies)))
        let links = run.watch.device.map { device in
            (0..<UInt32(NVMLSnapshot.mostLinks)).count { (try? device.number(.nvLinkState, $0)) == 1 }
        }
        let limit = links.flatMap { GPULimits.nvLinks(from.device, links: $0) }
        if let condition = GPULimits.condition(bandwidth(pair), limit, unit: "GB/s") {
            samples.conditions.append(condition)
        }
    }

    /// What is copied arrives.
    private static func verify(
        _ pair: Pair,
        _ contexts: [GPUContext],
        _ memory: [GPUMemory],
        seed: Int,
        _ copy: (Int) throws(CUDAError) -> Void
    ) throws {
        let bytes = min(memory[pair.from].bytes, 1 << 20)
        guard let sent = HostMemory(pageable: bytes), let received = HostMemory(pageable: bytes) else {
            throw ProbeRefusal("cannot get \(2 * bytes) bytes of memory")
        }
        sent.randomise(seed: UInt64(max(0, seed)) &+ UInt64(pair.from * 64 + pair.to))
        try contexts[pair.from].makeCurrent()
        try memory[pair.from].write(sent.pointer, bytes)
        try copy(bytes)
        try contexts[pair.from].synchronize()
        try contexts[pair.to].makeCurrent()
        try memory[pair.to].read(into: received.pointer, bytes)
        guard memcmp(sent.pointer, received.pointer, bytes) == 0 else {
            throw ProbeRefusal("a copy from GPU \(pair.from) to GPU \(pair.to) did not bring what was sent")
        }
    }
}
