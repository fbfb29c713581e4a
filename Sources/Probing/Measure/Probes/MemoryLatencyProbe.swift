internal import CProbe
internal import Evidence

extension ComponentProbe {
    /// Time of one load that misses all caches, by the size of pages: what translation costs, nested paging included.
    ///
    /// A pointer chase over 256 MiB, one node every 256 bytes in random order, each line put out of the caches before. With
    /// pages of 4 KiB every load also misses the TLB and walks the page tables, in a guest those of the host as well; with
    /// larger pages hardly any does. Where a hypervisor backs a guest's large pages by small ones, they cost like those.
    package static let memoryLatency = ComponentProbe(
        name: "memory-latency",
        title: "memory latency by page size",
        placement: .one,
        weight: 1.2,
        metrics: { _ in MemoryLatency.kinds.map { .component($0.metric, "ns", .lower, $0.role) } },
        run: MemoryLatency.run
    )
}

enum MemoryLatency {
    static let bytes = 256 << 20
    static let spacing = 256
    /// Loads of one sample.
    static let steps = 1000

    static let kinds: [(metric: String, pages: assay_pages, role: Metric.Role)] = [
        ("memory_latency_4k", ASSAY_PAGES_4K, .confirmatory),
        ("memory_latency_2m", ASSAY_PAGES_TRANSPARENT_2M, .confirmatory),
        ("memory_latency_1g", ASSAY_PAGES_RESERVED_1G, .exploratory),
    ]

    static func run(_ context: ProbeContext) throws(ProbeRefusal) -> ProbeSamples {
        guard context.layout.availableBytes / 2 >= bytes else {
            throw ProbeRefusal("\(bytes >> 20) MiB are needed, and less than twice that is free")
        }
        var samples = ProbeSamples()
        samples.conditions = [Condition(name: "memory_latency_buffer_mib", value: "\(bytes >> 20)")]
        var generator = context.generator
        // Another order each time, so that none of the sizes always comes first.
        for kind in kinds.shuffled(using: &generator) {
            do {
                let values = try measure(
                    kind.pages,
                    seed: generator.next(),
                    nanoseconds: context.nanoseconds / 3,
                    layout: context.layout
                )
                // The two readings of the clock are spread over all loads of a sample.
                samples.series.append(ProbeSeries(kind.metric, values, resolution: 60 / Double(steps)))
            } catch {
                samples.refusals.append(ProbeRefusal(error.reason, metrics: [kind.metric]))
            }
        }
        return samples
    }

    private static func measure(
        _ pages: assay_pages,
        seed: UInt64,
        nanoseconds: UInt64,
        layout: MachineLayout
    ) throws(ProbeRefusal) -> [Double] {
        let size = pages == ASSAY_PAGES_RESERVED_1G ? 1 << 30 : bytes
        if pages == ASSAY_PAGES_RESERVED_1G, layout.freeGigabytePages == 0 {
            throw ProbeRefusal("no page of 1 GiB is reserved; to have one, boot with hugepagesz=1G hugepages=1")
        }
        if pages == ASSAY_PAGES_TRANSPARENT_2M, !layout.hasTransparentHugePages {
            throw ProbeRefusal(
                "transparent huge pages are off; echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"
            )
        }
        guard let base = assay_map(size, pages) else { throw ProbeRefusal("cannot get \(size >> 20) MiB of memory") }
        defer { assay_unmap(base, size) }
        let nodes = assay_chase_build(base, bytes, spacing, seed)
        guard nodes > 0 else { throw ProbeRefusal("cannot build the chase: \(systemError(-nodes))") }
        if pages == ASSAY_PAGES_TRANSPARENT_2M {
            let huge = HugePageShare.kilobytes(at: UInt(bitPattern: base), bytes: bytes)
            guard huge >= bytes / 1024 * 95 / 100 else {
                throw ProbeRefusal(
                    "the kernel gave huge pages for only \(huge) of \(bytes >> 10) KiB; memory is fragmented"
                )
            }
        }
        // One pass at most: a second one would find what the first left in the caches.
        var values: [Double] = []
        var node: UnsafeMutableRawPointer? = base
        let begin = assay_nanoseconds()
        var last = begin
        for _ in 0..<(nodes / steps) where last - begin < nanoseconds {
            node = assay_chase(node, steps)
            let now = assay_nanoseconds()
            values.append(Double(now - last) / Double(steps))
            last = now
        }
        guard node != nil, !values.isEmpty else { throw ProbeRefusal("no load was timed in the time given") }
        return values
    }
}

/// How much of a mapping is in huge pages, as the kernel accounts for it.
enum HugePageShare {
    /// KiB in transparent huge pages of the mappings within a range of addresses.
    static func kilobytes(at start: UInt, bytes: Int) -> Int {
        sum(of: LiveText.read("/proc/self/smaps") ?? "", from: start, to: start &+ UInt(bytes))
    }

    static func sum(of text: String, from start: UInt, to end: UInt) -> Int {
        var (inside, total) = (false, 0)
        for line in text.split(separator: "\n") {
            if line.hasPrefix("AnonHugePages:") {
                let words = line.split(separator: " ")
                if inside, words.count > 1, let kib = Int(words[1]), kib >= 0, kib < 1 << 40 { total += kib }
            } else if let dash = line.firstIndex(of: "-"), let first = UInt(line[..<dash], radix: 16) {
                // A neighbour of the same kind may have been merged into the mapping.
                let last = UInt(line[line.index(after: dash)...].prefix { $0 != " " }, radix: 16) ?? first
                inside = first < end && last > start
            }
        }
        return total
    }
}
