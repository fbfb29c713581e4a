internal import CProbe
internal import Documents
internal import Evidence

extension ComponentProbe {
    /// Memory bandwidth of each NUMA node from its own cores: copy and triad as STREAM defines them.
    ///
    /// Bytes are counted as STREAM counts them: what the program reads and writes, not what the hardware also reads
    /// before writing. One thread a core, pages as the system gives them to whoever does not ask.
    package static let memoryBandwidth = ComponentProbe(
        name: "memory-bandwidth",
        title: "memory bandwidth by NUMA node",
        placement: .all,
        weight: 2,
        metrics: { layout in
            layout.nodes.flatMap { node in
                [
                    .component("memory_triad_node\(node.number)", "GB/s", .higher),
                    .component("memory_copy_node\(node.number)", "GB/s", .higher, .exploratory),
                ]
            }
        },
        run: MemoryBandwidth.run
    )
}

enum MemoryBandwidth {
    /// Bytes of one of the three arrays: twice the node's last-level cache, so that the three pass through it six times.
    static func arrayBytes(node: MachineLayout.Node, availableBytes: Int) throws(ProbeRefusal) -> Int {
        let wanted = min(max(2 * node.lastLevelCacheBytes, 128 << 20), 8 << 30)
        let room = availableBytes / 2 / 3
        guard room >= wanted else {
            throw ProbeRefusal(
                "three arrays of \(NumberText.grouped(wanted >> 20)) MiB are needed to be beyond the caches, and only "
                    + "half of \(NumberText.grouped(availableBytes >> 20)) MiB of free memory may be taken"
            )
        }
        return wanted / 4096 * 4096
    }

    static func run(_ context: ProbeContext) throws(ProbeRefusal) -> ProbeSamples {
        var samples = ProbeSamples()
        var sizes: [Int] = []
        let nodes = context.layout.nodes
        for node in nodes {
            let names = ["memory_triad_node\(node.number)", "memory_copy_node\(node.number)"]
            let cores = node.cores.filter { context.request.processors.contains($0) }
            guard !cores.isEmpty else { continue }
            do {
                let bytes = try arrayBytes(node: node, availableBytes: context.layout.availableBytes)
                let share = context.nanoseconds / UInt64(max(nodes.count, 1))
                let rates = try measure(cores, bytes: bytes, nanoseconds: share)
                samples.series.append(series(names[0], rates.triad))
                samples.series.append(series(names[1], rates.copy))
                sizes.append(bytes >> 20)
                if node.lastLevelCacheBytes == 0 {
                    samples.notes.append("The system does not say how large its caches are; 128 MiB arrays were used.")
                }
            } catch {
                samples.refusals.append(ProbeRefusal(error.reason, metrics: names))
            }
        }
        if let size = sizes.max() { samples.conditions = [Condition(name: "memory_array_mib", value: "\(size)")] }
        return samples
    }

    private static func series(_ name: String, _ rates: [Double]) -> ProbeSeries {
        // A pass takes milliseconds and ends at a barrier: a microsecond in it is what cannot be told.
        ProbeSeries(name, rates, resolution: (rates.max() ?? 0) * 1e-4)
    }

    private static func measure(
        _ cores: [Int],
        bytes: Int,
        nanoseconds: UInt64
    ) throws(ProbeRefusal) -> (triad: [Double], copy: [Double]) {
        let total = 3 * bytes
        guard let base = assay_map(total, ASSAY_PAGES_DEFAULT) else {
            throw ProbeRefusal("cannot get \(total >> 20) MiB of memory")
        }
        defer { assay_unmap(base, total) }
        let elements = bytes / 8
        let doubles = base.bindMemory(to: Double.self, capacity: 3 * elements)
        let numbers = cores.map { Int32(clamping: $0) }
        let most: Int32 = 200
        var durations = [UInt64](repeating: 0, count: Int(most))
        func pass(
            _ kernel: assay_stream_kernel,
            _ limit: Int32,
            initialised: Bool,
            until deadline: UInt64
        ) throws(ProbeRefusal) -> [UInt64] {
            let done = assay_stream(
                numbers,
                Int32(cores.count),
                doubles,
                doubles + elements,
                doubles + 2 * elements,
                elements,
                kernel,
                limit,
                initialised,
                deadline,
                &durations
            )
            guard done >= 0 else { throw ProbeRefusal("cannot stream memory: \(systemError(-done))") }
            return Array(durations[..<Int(done)])
        }
        // The first pass touches the pages on the node of the threads that use them, and is no sample.
        _ = try pass(ASSAY_STREAM_TRIAD, 1, initialised: false, until: .max)
        var half = assay_nanoseconds() + nanoseconds / 2
        let triad = try pass(ASSAY_STREAM_TRIAD, most, initialised: true, until: half)
        half = assay_nanoseconds() + nanoseconds / 2
        let copy = try pass(ASSAY_STREAM_COPY, most, initialised: true, until: half)
        func rates(_ durations: [UInt64], arrays: Int) -> [Double] {
            durations.map { Double(arrays * elements * 8) / Double(max($0, 1)) }
        }
        return (rates(triad, arrays: 3), rates(copy, arrays: 2))
    }
}
