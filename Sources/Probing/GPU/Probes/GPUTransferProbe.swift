internal import CCUDA
internal import Documents
internal import Evidence
internal import Glibc
internal import Probability

extension GPUProbes {
    /// Copies between host and GPU: both directions, pinned and pageable memory, small and large.
    ///
    /// The smallest is timed one by one by the host's clock, as a latency; the others as bandwidths, pinned by the GPU's
    /// events and pageable by the host's clock, since the driver copies those on the host's time.
    var transfers: ComponentProbe {
        let sizes = sizes
        return probe(
            "gpu-transfer",
            title: "copies between host and GPU",
            weight: 2.5,
            metrics: GPUTransfers.cells(sizes.transfers).map(\.metric),
            body: { try GPUTransfers($0, sizes).run(&$1) }
        )
    }
}

/// The copies of one run.
struct GPUTransfers {
    /// One kind of copy.
    struct Cell: Hashable {
        var toGPU: Bool
        var pinned: Bool
        var bytes: Int
        /// Timed one by one, as a latency.
        var isSmallest: Bool
        /// The one that is compared with other tools' numbers.
        var isLargest: Bool

        var metric: Metric {
            let name = "gpu_\(toGPU ? "h2d" : "d2h")_\(pinned ? "pinned" : "pageable")_\(Self.size(bytes))"
            let role: Metric.Role = (isLargest || isSmallest) && pinned ? .confirmatory : .exploratory
            return isSmallest ? .component(name, "us", .lower, role) : .component(name, "GB/s", .higher, role)
        }

        private static func size(_ bytes: Int) -> String {
            bytes >= 1 << 20 ? "\(bytes >> 20)m" : "\(bytes >> 10)k"
        }
    }

    private let run: GPURun
    private let sizes: GPUProbes.Sizes
    private let host: (pinned: HostMemory, pageable: HostMemory, back: HostMemory)
    private let memory: GPUMemory

    static func cells(_ sizes: [Int]) -> [Cell] {
        [true, false].flatMap { toGPU in
            [true, false].flatMap { pinned in
                sizes.map {
                    Cell(
                        toGPU: toGPU,
                        pinned: pinned,
                        bytes: $0,
                        isSmallest: $0 == sizes.first,
                        isLargest: $0 == sizes.last
                    )
                }
            }
        }
    }

    init(_ run: GPURun, _ sizes: GPUProbes.Sizes) throws {
        self.run = run
        self.sizes = sizes
        let largest = sizes.transfers.last ?? 4096
        memory = try run.context.allocate(largest)
        guard let pageable = HostMemory(pageable: largest), let back = HostMemory(pageable: largest) else {
            throw ProbeRefusal("cannot get \(2 * largest >> 20) MiB of the host's memory")
        }
        let pinned = try HostMemory(pinned: largest, for: run.context)
        host = (pinned, pageable, back)
        let seed = UInt64(max(0, run.request.seed))
        pinned.randomise(seed: seed)
        pageable.randomise(seed: seed &+ 1)
        back.randomise(seed: seed &+ 2)
    }

    func run(_ samples: inout ProbeSamples) throws {
        var generator = RandomGenerator(seed: UInt64(max(0, run.request.seed)), stream: 7)
        let cells = Self.cells(sizes.transfers)
        for pinned in [host.pinned, host.pageable] { try verify(pinned) }
        // The first pass warms up links, pages and clocks, and is no sample.
        for cell in cells.shuffled(using: &generator) { _ = try measure(cell) }
        var taken: [Cell: [Double]] = [:]
        var passes = 0
        while passes < 2 || (run.hasTime && passes < 2000) {
            for cell in cells.shuffled(using: &generator) { taken[cell, default: []] += try measure(cell) }
            passes += 1
        }
        for pinned in [host.pinned, host.pageable] { try verify(pinned) }
        let limit = run.watch.link.flatMap { GPULimits.pcie(generation: $0.generation, lanes: $0.lanes) }
        for cell in cells {
            let values = taken[cell] ?? []
            let metric = cell.metric
            let best = values.max() ?? 0
            let resolution = cell.isSmallest ? 0.05 : best * best * 1e9 * 1e-6 / Double(max(sampleBytes(cell), 1))
            samples.series.append(ProbeSeries(metric.name, values, resolution: resolution))
            if cell.isLargest, let condition = GPULimits.condition(metric.name, limit, unit: "GB/s") {
                samples.conditions.append(condition)
            }
        }
        samples.warmUpExcluded = 1
    }

    private func sampleBytes(_ cell: Cell) -> Int { cell.bytes * repeats(cell) }

    /// How many copies a sample is of: at least the bytes of one, four of the largest and at most 1,024.
    private func repeats(_ cell: Cell) -> Int {
        cell.isLargest ? 4 : min(max(1, sizes.transferSample / cell.bytes), 1024)
    }

    /// Samples of one kind of copy: microseconds of the smallest, GB/s of the others.
    private func measure(_ cell: Cell) throws -> [Double] {
        if cell.isSmallest {
            return try (0..<32).map { _ in
                let start = run.now()
                try copy(cell)
                if cell.pinned { try run.context.synchronize() }
                return Double(run.now() &- start) * 1e-3
            }
        }
        let count = repeats(cell)
        let seconds: Double
        if cell.pinned {
            seconds = try run.context.seconds(
                { () throws(CUDAError) in for _ in 0..<count { try copy(cell) } },
                meanwhile: run.watch.look
            )
        } else {
            let start = run.now()
            for _ in 0..<count { try copy(cell) }
            // The call itself waits; at most the last 64 KiB, staged by the driver, are still on their way.
            seconds = Double(run.now() &- start) * 1e-9
        }
        guard seconds > 0 else { throw ProbeRefusal("copies of \(cell.bytes) bytes take no time by the clock") }
        return [Double(cell.bytes * count) / seconds / 1e9]
    }

    private func copy(_ cell: Cell) throws(CUDAError) {
        let (table, stream) = (run.driver.table, run.context.stream)
        let local = cell.pinned ? host.pinned.pointer : host.pageable.pointer
        switch (cell.toGPU, cell.pinned) {
        case (true, true):
            try run.context.check(
                ccuda_MemcpyHtoDAsync(table, memory.address, local, cell.bytes, stream),
                "cuMemcpyHtoDAsync_v2"
            )
        case (false, true):
            try run.context.check(
                ccuda_MemcpyDtoHAsync(table, local, memory.address, cell.bytes, stream),
                "cuMemcpyDtoHAsync_v2"
            )
        case (true, false):
            try run.context.check(ccuda_MemcpyHtoD(table, memory.address, local, cell.bytes), "cuMemcpyHtoD_v2")
        case (false, false):
            try run.context.check(ccuda_MemcpyDtoH(table, local, memory.address, cell.bytes), "cuMemcpyDtoH_v2")
        }
    }

    /// What goes to the GPU comes back the same, of every size.
    private func verify(_ source: HostMemory) throws {
        for (place, bytes) in sizes.transfers.enumerated() {
            source.randomise(seed: UInt64(max(0, run.request.seed)) &+ UInt64(place) &+ 3)
            try memory.write(source.pointer, bytes)
            try memory.read(into: host.back.pointer, bytes)
            guard memcmp(source.pointer, host.back.pointer, bytes) == 0 else {
                throw ProbeRefusal("a copy of \(bytes) bytes to the GPU and back did not bring back what was sent")
            }
        }
    }
}
