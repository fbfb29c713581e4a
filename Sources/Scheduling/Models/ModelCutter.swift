import Estate

/// What one deployment model makes of hosts and of jobs.
struct ModelCutter {
    let overheads: ModelOverheads
    let classes: Set<Int32>
    let groups: [NodeGroup]
    let isNamed: Bool
    /// Whether instances are created for jobs.
    let creates: Bool
    private let model: ReplayModel
    private let wholeType: String
    private let sliceType: String
    private let options: [Option]
    private let slotMemoryMiB: Int
    private let cpuPerGPU: Int64?
    private let memoryPerGPU: Int64?
    private let gpusPerHost: Int

    /// A profile that a job could have.
    private struct Option {
        let index: Int32
        let share: SliceShare
        let memoryMiB: Int
        let perGPU: Int
    }

    /// What became of a job.
    struct Cut {
        /// Relative to bare metal on whole GPUs, with nobody beside it.
        var speed: Double
        var isSlice = false
        var isTimeSliced = false
        var creates = false
    }

    init(_ part: ReplayModel.Part, _ index: Int, _ pool: HostPool, isNamed: Bool) throws(SimulationError) {
        overheads = part.overheads
        classes = part.classes
        model = part.model
        self.isNamed = isNamed
        gpusPerHost = pool.gpusPerHost
        wholeType = isNamed ? "part \(index): whole" : pool.gpuType
        sliceType = isNamed ? "part \(index): slices" : pool.gpuType
        cpuPerGPU = pool.cpuMilli.map { $0 / Int64(pool.gpusPerHost) }
        memoryPerGPU = pool.memoryMiB.map { $0 / Int64(pool.gpusPerHost) }
        func hosts(_ count: Int, _ type: String, _ partition: GPUPartition) -> NodeGroup {
            NodeGroup(
                name: part.name.isEmpty ? "host" : part.name,
                count: count,
                cpuMilli: pool.cpuMilli,
                memoryMiB: pool.memoryMiB,
                gpuType: type,
                gpus: pool.gpusPerHost,
                partition: partition
            )
        }
        var options: [Option] = []
        var slot = 0
        var creating = false
        switch part.model {
        case .wholeGPU: groups = [hosts(part.hosts, wholeType, .whole)]
        case .passthrough(let shapes):
            guard !shapes.isEmpty, shapes.allSatisfy({ (1...pool.gpusPerHost).contains($0) }) else {
                throw .option("VM shapes must have 1 to \(pool.gpusPerHost) GPUs, the GPUs of a host")
            }
            groups = [hosts(part.hosts, wholeType, .whole)]
        case .timeSliced(let slots):
            guard (2...64).contains(slots) else {
                throw .option("a time-sliced GPU has 2 to 64 slots, not \(slots)")
            }
            slot = pool.gpuMemoryMiB / slots
            groups = [hosts(part.hosts, isNamed ? wholeType : pool.gpuType, .shares)]
        case .dynamicMIG:
            guard let geometry = pool.geometry else { throw .option("these GPUs cannot be cut into MIG instances") }
            options = try Self.options(geometry) { _ in true }
            groups = [hosts(part.hosts, isNamed ? wholeType : pool.gpuType, .mig(geometry))]
            creating = true
        case .staticMIG(let layout, let cut):
            guard let geometry = pool.geometry else { throw .option("these GPUs cannot be cut into MIG instances") }
            guard (0...part.hosts).contains(cut) else {
                throw .option("\(cut) hosts cannot be cut into a layout where there are \(part.hosts)")
            }
            options = try Self.options(geometry) { name in layout.instances.contains { $0.profile == name } }
            groups = [
                hosts(cut, sliceType, .layout(geometry, layout)), hosts(part.hosts - cut, wholeType, .whole),
            ].filter { $0.count > 0 }
            if cut == 0 { options = [] }
        case .mixed: throw .option("a part of a mixed estate is of one model, not mixed itself")
        }
        self.options = options
        slotMemoryMiB = slot
        creates = creating
    }

    /// The type of GPU that a job goes to.
    func type(isSlice: Bool) -> String {
        if case .staticMIG = model, isSlice { return sliceType }
        return wholeType
    }

    /// Gives a job its size under the model.
    func cut(_ job: inout TraceJob, _ traits: JobTraits, _ speeds: SliceSpeedModel) -> Cut {
        let base = 1 / overheads.stretch
        let isSmall = job.gpus == 1 && job.gpuMemoryMiB > 0
        var cut = Cut(speed: base)
        switch model {
        case .wholeGPU, .mixed: if job.gpus > 0 { job.gpuMilli = 1_000 }
        case .passthrough(let shapes):
            guard job.gpus > 0 else { return cut }
            job.gpuMilli = 1_000
            shape(&job, shapes.sorted())
        case .timeSliced(let slots):
            job.gpuMilli = 1_000
            // Each may have its turn only: the speed that is sure.
            let sure = min(1, 1 / Double(slots) / max(traits.activity, 1e-9))
            guard isSmall, Int(job.gpuMemoryMiB) <= slotMemoryMiB, sure + 1e-9 >= traits.leastSpeed else { return cut }
            job.gpuMilli = Int32(1_000 / slots)
            cut.isSlice = true
            cut.isTimeSliced = true
        case .dynamicMIG, .staticMIG:
            job.gpuMilli = 1_000
            guard isSmall else { return cut }
            let fitting = options.filter {
                $0.memoryMiB >= Int(job.gpuMemoryMiB)
                    && speeds.speed(traits.need, on: $0.share) + 1e-9 >= traits.leastSpeed
            }
            // The cheapest: most to a GPU, then least compute, then least memory.
            let best = fitting.min {
                (-$0.perGPU, $0.share.compute, $0.memoryMiB, $0.index)
                    < (-$1.perGPU, $1.share.compute, $1.memoryMiB, $1.index)
            }
            guard let best, best.perGPU > 1 else { return cut }
            job.profile = best.index
            cut.speed = base * speeds.speed(traits.need, on: best.share)
            cut.isSlice = true
            cut.creates = creates
        }
        return cut
    }

    /// The smallest shape with the GPUs, CPU and memory; several of the largest for a job beyond it.
    private func shape(_ job: inout TraceJob, _ shapes: [Int]) {
        guard let largest = shapes.last else { return }
        var machines = max(Int(job.nodes), 1)
        var each = (Int(job.gpus) + machines - 1) / machines
        if each > largest {
            machines = (Int(job.gpus) + largest - 1) / largest
            each = largest
        }
        func portion(_ total: Int32) -> Int64 { (Int64(total) + Int64(machines) - 1) / Int64(machines) }
        let chosen =
            shapes.first { shape in
                shape >= each && (cpuPerGPU.map { $0 * Int64(shape) >= portion(job.cpuMilli) } ?? true)
                    && (memoryPerGPU.map { $0 * Int64(shape) >= portion(job.memoryMiB) } ?? true)
            } ?? largest
        job.gpus = Int32(clamping: chosen * machines)
        job.nodes = machines > 1 ? Int32(clamping: machines) : job.nodes
        // A machine takes its part of the host, used or not; what it asks beyond the largest stays, and is refused.
        if let cpuPerGPU {
            job.cpuMilli = Int32(clamping: max(Int64(job.cpuMilli), cpuPerGPU * Int64(chosen * machines)))
        }
        if let memoryPerGPU {
            job.memoryMiB = Int32(clamping: max(Int64(job.memoryMiB), memoryPerGPU * Int64(chosen * machines)))
        }
    }

    private static func options(
        _ geometry: MIGGeometry,
        _ isThere: (String) -> Bool
    ) throws(SimulationError) -> [Option] {
        do {
            var found: [Option] = []
            for option in try geometry.sliceOptions() where isThere(option.profile.name) {
                guard let index = geometry.profiles.firstIndex(of: option.profile) else { continue }
                found.append(
                    Option(
                        index: Int32(clamping: index),
                        share: try SliceShare(option.profile, of: geometry),
                        memoryMiB: option.memoryMiB,
                        perGPU: option.perGPU
                    )
                )
            }
            return found
        } catch {
            throw .geometry(error)
        }
    }
}
