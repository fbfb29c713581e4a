internal import CProbe
internal import Evidence
internal import Probability

/// One run of a GPU probe: the GPU, what watches it, and what was asked.
struct GPURun {
    let context: GPUContext
    let watch: GPUWatch
    let libraries: GPULibraries
    let request: ProbeRequest
    /// When samples should end, by the libraries' clock.
    let deadline: UInt64

    var device: CUDADevice { context.device }
    var driver: CUDADriver { context.driver }
    func now() -> UInt64 { libraries.nanoseconds() }
    /// Whether time for samples is left.
    var hasTime: Bool { now() < deadline }
    /// The limit of the multiprocessors' clock, MHz.
    var clockLimitMHz: Double? { watch.maximumClockMHz ?? device.clockMHz }
}

/// What makes GPU probes: where the libraries are, which GPUs there are, and how large the work is.
package struct GPUProbes: Sendable {
    /// How large the work is; tests make it small.
    package struct Sizes: Sendable {
        /// Bytes of the copies between host and GPU, ascending; the first is timed as a latency.
        package var transfers = [4 << 10, 64 << 10, 1 << 20, 16 << 20, 256 << 20]
        /// Bytes that a sample of a transfer moves at least.
        package var transferSample = 64 << 20
        /// Bytes of an array in the GPU's memory at least; more where the GPU's cache is large.
        package var array = 512 << 20
        /// How many times the last cache an array is.
        package var cacheFactor = 16
        /// Rows and columns of the matrices that cuBLAS multiplies.
        package var matrix = 8192
        /// Turns of the compute kernels' loops.
        package var turns: UInt32 = 2048
        /// The least time of a sample that events measure, in seconds.
        package var eventSample = 0.005
        /// Bytes of a copy between GPUs.
        package var peer = 256 << 20

        /// The sizes for measuring.
        package init() {}
    }

    /// Where the libraries are.
    package var libraries: GPULibraries
    /// How many GPUs CUDA sees; only the metrics of pairs depend on it.
    package var count: Int
    /// How large the work is.
    package var sizes: Sizes

    /// Probes of this machine's GPUs.
    package init(libraries: GPULibraries = GPULibraries(), count: Int = 1, sizes: Sizes = Sizes()) {
        self.libraries = libraries
        self.count = min(max(count, 1), Self.mostPeers)
        self.sizes = sizes
    }

    /// Pairs are measured among so many GPUs: what one NVLink domain of a server has.
    static let mostPeers = 16

    /// Every GPU probe; the one of pairs only where there are two GPUs or more.
    package var all: [ComponentProbe] {
        [launch, transfers, memory, compute] + (count > 1 ? [peers] : [])
    }

    /// Every GPU probe by name, for the process of a run, which is told the metrics by what it measures.
    package static let known = GPUProbes(count: 2).all

    /// Seconds of samples in one round, so that other probes keep the time that they have without a GPU.
    package static func sampleSeconds(_ length: MeasurePlan.Length, _ probes: [ComponentProbe]) -> Double {
        func weight(_ probes: [ComponentProbe]) -> Double { probes.reduce(0) { $0 + $1.weight } }
        let names = Set(known.map(\.name))
        let onGPU = probes.filter { names.contains($0.name) }
        guard !onGPU.isEmpty else { return length.sampleSeconds }
        return length.sampleSeconds * weight(probes) / weight(ComponentProbe.all)
    }

    /// How many GPUs CUDA sees on this machine, or why none.
    package static func survey(_ libraries: GPULibraries = GPULibraries()) throws(CUDAError) -> Int {
        try CUDADriver(path: libraries.cuda).count
    }

    /// A probe whose body runs with a GPU made ready; what the driver refuses becomes the probe's refusal.
    func probe(
        _ name: String,
        title: String,
        weight: Double,
        metrics: [Metric],
        body: @escaping @Sendable (GPURun, inout ProbeSamples) throws -> Void
    ) -> ComponentProbe {
        let libraries = libraries
        return ComponentProbe(
            name: name,
            title: title,
            placement: .all,
            weight: weight,
            metrics: { _ in metrics },
            run: { context throws(ProbeRefusal) in
                do {
                    return try Self.run(name, context, libraries, body)
                } catch let refusal as ProbeRefusal {
                    throw refusal
                } catch {
                    throw ProbeRefusal("\(error)")
                }
            }
        )
    }

    private static func run(
        _ name: String,
        _ context: ProbeContext,
        _ libraries: GPULibraries,
        _ body: (GPURun, inout ProbeSamples) throws -> Void
    ) throws -> ProbeSamples {
        let driver = try CUDADriver(path: libraries.cuda)
        let device = try driver.device(context.request.gpu ?? 0)
        let near = pinNear(device, context)
        let watch = try GPUWatch(device, libraries)
        let gpu = try GPUContext(driver, device)
        let run = GPURun(
            context: gpu,
            watch: watch,
            libraries: libraries,
            request: context.request,
            deadline: libraries.nanoseconds() &+ context.nanoseconds
        )
        var samples = ProbeSamples()
        try body(run, &samples)
        samples.conditions.insert(Condition(name: "gpu", value: device.name), at: 0)
        if let uuid = device.uuid { samples.conditions.append(Condition(name: "gpu_uuid", value: uuid)) }
        if let near { samples.conditions.append(Condition(name: "gpu_host_processors", value: near)) }
        try watch.finish(&samples, probe: name)
        return samples
    }

    /// Moves this thread to one of the processors near the GPU, as one that feeds it should stand, and says which kind.
    private static func pinNear(_ device: CUDADevice, _ context: ProbeContext) -> String? {
        guard let bus = device.busID?.lowercased(),
            let list = LiveText.read("/sys/bus/pci/devices/\(shortened(bus))/local_cpulist"),
            let local = ProcessorList.parse(list)
        else { return nil }
        var generator = context.generator
        let mine = local.filter { context.request.processors.contains($0) }
        guard !mine.isEmpty else { return "remote" }
        let chosen = mine[generator.index(below: mine.count)]
        return assay_pin(Int32(clamping: chosen)) == 0 ? "local" : nil
    }

    /// `0000:17:00.0` for `00000000:17:00.0`, which some drivers write.
    private static func shortened(_ bus: String) -> String { NVMLDevice.address(bus) ?? bus }
}

extension GPURun {
    /// How often to repeat `body` between two events so that a sample is long enough; the tries warm the GPU up as well.
    func repeats(
        atLeast seconds: Double,
        _ body: () throws(CUDAError) -> Void
    ) throws -> Int {
        var count = 1
        for _ in 0..<8 {
            let taken = try context.seconds { () throws(CUDAError) in for _ in 0..<count { try body() } }
            if taken >= seconds { return count }
            let wanted = taken > 0 ? (seconds / taken * 1.1 * Double(count)).rounded(.up) : 16 * Double(count)
            count = Int(min(max(wanted, Double(count) + 1), 65_536))
        }
        return count
    }

    /// Samples `seconds / repeats` of `body` until `end`, at least three and at most `most`.
    func sample(
        _ repeats: Int,
        until end: UInt64,
        most: Int = 2000,
        _ body: () throws(CUDAError) -> Void
    ) throws -> [Double] {
        var samples: [Double] = []
        while samples.count < 3 || (now() < end && samples.count < most) {
            let taken = try context.seconds(
                { () throws(CUDAError) in for _ in 0..<repeats { try body() } },
                meanwhile: watch.look
            )
            guard taken > 0 else { throw ProbeRefusal("the GPU's events tell no time between them") }
            samples.append(taken / Double(repeats))
        }
        return samples
    }

    /// The end of the n-th of `parts` equal parts of the time for samples that is left at `begin`.
    func end(_ part: Int, of parts: Int, from begin: UInt64) -> UInt64 {
        let left = deadline > begin ? deadline - begin : 0
        return begin &+ left / UInt64(max(parts, 1)) &* UInt64(max(part, 0))
    }
}
