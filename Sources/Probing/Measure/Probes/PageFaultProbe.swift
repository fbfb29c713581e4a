internal import CProbe
internal import Evidence

extension ComponentProbe {
    /// What the first touch of a page costs, small and huge: kernel work, zeroing, and in a guest the host's own fault.
    package static let pageFaults = ComponentProbe(
        name: "page-faults",
        title: "cost of a page's first touch",
        placement: .one,
        weight: 0.5,
        metrics: { _ in
            [
                .component("page_fault_4k", "ns", .lower),
                .component("page_fault_2m", "us", .lower, .exploratory),
            ]
        },
        run: PageFaults.run
    )
}

private enum PageFaults {
    static let smallPages = 256
    static let hugePage = 2 << 20
    static let hugePages = 8

    static func run(_ context: ProbeContext) throws(ProbeRefusal) -> ProbeSamples {
        let half = context.nanoseconds / 2
        var samples = ProbeSamples()
        let small = try repeated(half) { () throws(ProbeRefusal) in
            [try touch(bytes: smallPages * 4096, pages: ASSAY_PAGES_4K, stride: 4096)]
        }
        samples.series.append(ProbeSeries("page_fault_4k", small, resolution: 60 / Double(smallPages)))
        do {
            samples.series.append(ProbeSeries("page_fault_2m", try huge(half, context.layout), resolution: 0.06))
        } catch {
            samples.refusals.append(ProbeRefusal(error.reason, metrics: ["page_fault_2m"]))
        }
        return samples
    }

    private static func huge(_ nanoseconds: UInt64, _ layout: MachineLayout) throws(ProbeRefusal) -> [Double] {
        guard layout.hasTransparentHugePages else { throw ProbeRefusal("transparent huge pages are off") }
        let bytes = hugePages * hugePage
        guard let base = assay_map(bytes, ASSAY_PAGES_TRANSPARENT_2M) else {
            throw ProbeRefusal("cannot get \(bytes >> 20) MiB of memory")
        }
        assay_touch(base, bytes, hugePage)
        let given = HugePageShare.kilobytes(at: UInt(bitPattern: base), bytes: bytes)
        assay_unmap(base, bytes)
        guard given >= bytes >> 10 else {
            throw ProbeRefusal("the kernel gave huge pages for only \(given) of \(bytes >> 10) KiB")
        }
        return try repeated(nanoseconds) { () throws(ProbeRefusal) in
            [try touch(bytes: bytes, pages: ASSAY_PAGES_TRANSPARENT_2M, stride: hugePage) * 1e-3]
        }
    }

    /// Nanoseconds of one first touch, averaged over a fresh mapping; a first round is left out.
    private static func touch(bytes: Int, pages: assay_pages, stride: Int) throws(ProbeRefusal) -> Double {
        guard let base = assay_map(bytes, pages) else { throw ProbeRefusal("cannot get \(bytes >> 20) MiB of memory") }
        defer { assay_unmap(base, bytes) }
        // The tables above the pages are not what is measured; one touch makes most of them.
        assay_touch(base, 1, 4096)
        let begin = assay_nanoseconds()
        assay_touch(base + stride, bytes - stride, stride)
        return Double(assay_nanoseconds() - begin) / Double(bytes / stride - 1)
    }

    private static func repeated(
        _ nanoseconds: UInt64,
        _ body: () throws(ProbeRefusal) -> [Double]
    ) throws(ProbeRefusal) -> [Double] {
        _ = try body()
        var values: [Double] = []
        let begin = assay_nanoseconds()
        repeat { values += try body() } while assay_nanoseconds() - begin < nanoseconds && values.count < 100_000
        return values
    }
}
