internal import CProbe
internal import Evidence
internal import Glibc

extension ComponentProbe {
    /// Storage under a folder, past the page cache: sequential and random, one operation outstanding and many.
    ///
    /// Each run writes a file of random bytes from nothing, so it leaves nothing behind and finds nothing prepared.
    package static let storage = ComponentProbe(
        name: "storage",
        title: "storage at the path given",
        placement: .all,
        weight: 2,
        tolerates: [.otherLoad],
        needsPath: true,
        metrics: { _ in
            [
                .component("storage_write_rate", "MB/s", .higher),
                .component("storage_read_rate", "MB/s", .higher),
                .component("storage_sync", "us", .lower),
                .component("storage_read_4k", "us", .lower),
                .component("storage_write_4k", "us", .lower, .exploratory),
                .component("storage_read_4k_depth\(StorageWork.depth)", "1/s", .higher, .exploratory),
                .component("storage_write_4k_depth\(StorageWork.depth)", "1/s", .higher, .exploratory),
            ]
        },
        run: StorageWork.run
    )
}

private enum StorageWork {
    static let depth = 16
    static let streamDepth = 4
    static let block = 1 << 20
    static let mostBlocks = 1024
    static let fewestBlocks = 16

    static func run(_ context: ProbeContext) throws(ProbeRefusal) -> ProbeSamples {
        guard let folder = context.request.path else { throw ProbeRefusal("no path to storage was given") }
        try refuseMemory(folder)
        let room = try freeBytes(folder)
        // A tenth of what is free, so that the measurement harms nobody.
        let blocks = min(mostBlocks, room / 10 / block)
        guard blocks >= fewestBlocks else {
            throw ProbeRefusal("only \(room >> 20) MiB are free; at least \(fewestBlocks * 10) MiB are needed")
        }
        let path = "\(folder)/.assay-storage-\(getpid())-\(context.request.seed)"
        let descriptor = assay_create_direct(path)
        guard descriptor >= 0 else {
            // The file system that lacks direct access says EINVAL, sometimes with the file already made.
            if descriptor == -EINVAL { unlink(path) }
            let reason =
                descriptor == -EINVAL
                ? "the file system has no direct access (O_DIRECT), so the page cache would be measured"
                : "cannot make a file there: \(systemError(-descriptor))"
            throw ProbeRefusal(reason)
        }
        // Without a name from now on: however this process ends, the space comes back.
        unlink(path)
        defer { close(descriptor) }
        var work = Runner(descriptor: descriptor, seed: UInt64(context.request.seed), slice: context.nanoseconds / 7)
        return try work.samples(blocks: blocks)
    }

    /// Recent kernels let files in memory be opened for direct access too.
    private static func refuseMemory(_ folder: String) throws(ProbeRefusal) {
        let answer = assay_is_in_memory(folder)
        guard answer >= 0 else { throw ProbeRefusal("cannot look at \(folder): \(systemError(-answer))") }
        guard answer == 0 else { throw ProbeRefusal("\(folder) is in memory, not on storage; give a folder on a disk") }
    }

    private static func freeBytes(_ folder: String) throws(ProbeRefusal) -> Int {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            throw ProbeRefusal("cannot look at \(folder): \(systemError(errno))")
        }
        let bytes = status.f_bavail.multipliedReportingOverflow(by: UInt(status.f_frsize))
        return bytes.overflow ? .max : Int(clamping: bytes.partialValue)
    }

    private struct Runner {
        let descriptor: Int32
        var seed: UInt64
        let slice: UInt64

        mutating func samples(blocks: Int) throws(ProbeRefusal) -> ProbeSamples {
            let writing = try run(write: true, random: false, block: block, blocks: blocks, depth: 1, most: blocks)
            let written = writing.durations.count
            guard written >= fewestBlocks else {
                throw ProbeRefusal("only \(written) MiB could be written in the time given; allow more time")
            }
            guard fdatasync(descriptor) == 0 else { throw ProbeRefusal("cannot sync: \(systemError(errno))") }
            let small = written * block / 4096
            let reading = try run(write: false, random: false, block: block, blocks: written, depth: streamDepth)
            let sync = try run(write: true, random: true, block: 4096, blocks: small, depth: 1, sync: true)
            let read = try run(write: false, random: true, block: 4096, blocks: small, depth: 1)
            let write = try run(write: true, random: true, block: 4096, blocks: small, depth: 1)
            let manyReads = try run(write: false, random: true, block: 4096, blocks: small, depth: depth)
            let manyWrites = try run(write: true, random: true, block: 4096, blocks: small, depth: depth)
            func latency(_ name: String, _ done: Done) -> ProbeSeries {
                ProbeSeries(name, done.durations.map { Double($0) * 1e-3 }, resolution: 0.06)
            }
            func rate(_ name: String, _ done: Done, each: Double) -> ProbeSeries {
                let seconds = max(Double(done.elapsed) * 1e-9, 1e-9)
                let value = Double(done.durations.count) * each / seconds
                // One operation more or less falls into the time.
                return ProbeSeries(name, [value], resolution: value / Double(max(done.durations.count, 1)))
            }
            return ProbeSamples(
                series: [
                    rate("storage_write_rate", writing, each: Double(block) * 1e-6),
                    rate("storage_read_rate", reading, each: Double(block) * 1e-6),
                    latency("storage_sync", sync),
                    latency("storage_read_4k", read),
                    latency("storage_write_4k", write),
                    rate("storage_read_4k_depth\(depth)", manyReads, each: 1),
                    rate("storage_write_4k_depth\(depth)", manyWrites, each: 1),
                ],
                notes: [
                    "Storage was measured on a fresh file of at most \(blocks) MiB, which a device's or the host's own "
                        + "cache may hold."
                ]
            )
        }

        typealias Done = (durations: [UInt64], elapsed: UInt64)

        private mutating func run(
            write: Bool,
            random: Bool,
            block: Int,
            blocks: Int,
            depth: Int,
            most: Int = 200_000,
            sync: Bool = false
        ) throws(ProbeRefusal) -> Done {
            seed &+= 0x9E37_79B9
            var durations = [UInt64](repeating: 0, count: most)
            var elapsed: UInt64 = 0
            let (descriptor, seed, slice) = (descriptor, seed, slice)
            let done = durations.withUnsafeMutableBufferPointer { buffer in
                var pattern = assay_io_pattern(
                    descriptor: descriptor,
                    is_write: write,
                    is_random: random,
                    block: block,
                    blocks: UInt64(blocks),
                    seed: seed,
                    depth: Int32(depth),
                    duration_ns: slice,
                    capacity: buffer.count,
                    nanoseconds: buffer.baseAddress
                )
                return sync ? assay_io_sync(&pattern, &elapsed) : assay_io(&pattern, &elapsed)
            }
            guard done > 0 else {
                throw ProbeRefusal("cannot \(write ? "write" : "read") storage: \(systemError(-done))")
            }
            return (Array(durations[..<done]), elapsed)
        }
    }
}
