import Estate

/// What one deployment model makes of hosts with one type of GPU, and of the jobs that go there.
struct ModelCutter {
    /// The part of the estate, 0 where there is one.
    let part: Int
    let overheads: ModelOverheads
    /// The GPU type, as traces name it.
    let gpuType: String
    /// Whether instances are created for jobs.
    let creates: Bool
    /// Whether GPUs are handed out in parts at all.
    let shares: Bool
    private let name: String
    private let model: ReplayModel
    private let geometry: MIGGeometry?
    /// The cheapest first.
    private let options: [Option]
    /// Profiles with media engines or graphics, which a job has only where it names one.
    private let special: [Option]
    private let slotMemoryMiB: Int
    private let cpuPerGPU: Int64?
    private let memoryPerGPU: Int64?
    private let isNamed: Bool

    /// A profile that a job could have.
    private struct Option {
        let name: String
        let share: SliceShare
        let memoryMiB: Int
        let perGPU: Int
        let index: Int

        /// Whether the instance is the GPU, in MIG mode.
        var isFull: Bool { share == .whole }
    }

    /// What became of a job.
    struct Cut: Hashable {
        /// Relative to bare metal on whole GPUs, with nobody beside it.
        var speed: Double
        /// The MIG profile that it has.
        var profile: String?
        var isSlice = false
        var isTimeSliced = false
        var creates = false
        /// Whether a slot has its memory, and one turn in so many is slower than it accepts.
        var isTooSlow = false
        /// Whether the part is a whole GPU's instance.
        var isFull = false
        /// Whether the profile that it names has less memory than it states.
        var isRaised = false
        /// Whether the profile that it names is one of these GPUs' that this layout does not have.
        var isReplaced = false
    }

    /// A cutter for the hosts of one part that have one type of GPU.
    ///
    /// - Parameters:
    ///   - part: what is done there.
    ///   - index: which part it is.
    ///   - pools: the hosts.
    ///   - all: all hosts of the part: a virtual machine's CPU and memory are those of the one that has least for each GPU.
    ///   - isNamed: whether jobs are told where to go.
    /// - Throws: ``SimulationError`` where the model makes no sense on these hosts.
    init(
        _ part: ReplayModel.Part,
        _ index: Int,
        _ pools: [HostPool],
        among all: [HostPool],
        isNamed: Bool
    ) throws(SimulationError) {
        self.part = index
        overheads = part.overheads
        var chosen = part.model
        name = part.name
        self.isNamed = isNamed
        gpuType = pools.first?.gpuType ?? ""
        geometry = pools.first?.geometry
        func least(_ amount: (HostPool) -> Int64?) -> Int64? {
            all.compactMap { pool in
                pool.gpusPerHost > 0 ? amount(pool).map { $0 / Int64(pool.gpusPerHost) } : nil
            }.min()
        }
        cpuPerGPU = least(\.cpuMilli)
        memoryPerGPU = least(\.memoryMiB)
        let largest = pools.map(\.gpusPerHost).max() ?? 0
        var options: [Option] = []
        var special: [Option] = []
        var (slot, creating, sharing) = (0, false, true)
        switch part.model {
        case .wholeGPU: sharing = false
        case .passthrough(let shapes):
            // Of hosts of several sizes each has the shapes that it holds.
            let own = shapes.filter { (1...max(largest, 1)).contains($0) }
            guard !own.isEmpty else {
                throw .option("VM shapes must have 1 to \(largest) GPUs, the GPUs of a host")
            }
            chosen = .passthrough(shapes: own)
            sharing = false
        case .timeSliced(let slots):
            guard (2...64).contains(slots) else {
                throw .option("a time-sliced GPU has 2 to 64 slots, not \(slots)")
            }
            slot = (pools.map(\.gpuMemoryMiB).min() ?? 0) / slots
        case .dynamicMIG:
            // Hosts whose GPUs cannot be cut give them whole.
            if let geometry {
                options = try Self.options(geometry) { _ in true }
                special = Self.special(geometry) { _ in true }
            }
            creating = true
        case .staticMIG(let layout, _):
            guard let geometry else { throw .option("\(gpuType) cannot be cut into MIG instances") }
            options = try Self.options(geometry) { name in layout.instances.contains { $0.profile == name } }
            special = Self.special(geometry) { name in layout.instances.contains { $0.profile == name } }
        case .mixed: throw .option("a part of a mixed estate is of one model, not mixed itself")
        }
        model = chosen
        self.options = options
        self.special = special
        slotMemoryMiB = slot
        creates = creating
        shares = sharing
    }

    /// The hosts of one pool, the first `cut` of them in a fixed layout.
    func groups(_ pool: HostPool, hosts: Int, cut: Int) -> [NodeGroup] {
        func group(_ count: Int, _ isSlice: Bool, _ partition: GPUPartition) -> NodeGroup {
            NodeGroup(
                name: name.isEmpty ? pool.name : name,
                count: count,
                cpuMilli: pool.cpuMilli,
                memoryMiB: pool.memoryMiB,
                gpuType: type(isSlice: isSlice),
                gpus: pool.gpusPerHost,
                partition: partition
            )
        }
        switch model {
        case .wholeGPU, .passthrough, .mixed: return [group(hosts, false, .whole)]
        case .timeSliced: return [group(hosts, false, .shares)]
        case .dynamicMIG: return [group(hosts, false, geometry.map { .mig($0) } ?? .whole)]
        case .staticMIG(let layout, _):
            let fixed: GPUPartition = geometry.map { .layout($0, layout) } ?? .whole
            return [group(cut, true, fixed), group(hosts - cut, false, .whole)].filter { $0.count > 0 }
        }
    }

    /// The type of GPU that a job goes to.
    func type(isSlice: Bool) -> String {
        guard isNamed else { return gpuType }
        if case .staticMIG = model, isSlice { return "part \(part): slices of \(gpuType)" }
        return "part \(part): \(gpuType)"
    }

    /// Whether the GPUs have a profile of a name.
    func has(_ profile: String) -> Bool { geometry?.profiles.contains { $0.name == profile } ?? false }

    /// The memory of a profile that the GPUs have; more than any job states of one that they do not have.
    private func memoryMiB(of profile: String?) -> Int {
        guard let profile else { return .max }
        return geometry?.profiles.first { $0.name == profile }?.memoryMiB ?? .max
    }

    /// Gives a job its size under the model.
    ///
    /// - Parameters:
    ///   - job: the job, in bare-metal work.
    ///   - asked: the profile that its trace names.
    ///   - stated: the memory for each GPU that its trace states, beside the profile; 0 for none.
    ///   - traits: what it needs.
    ///   - speeds: what slices cost it.
    /// - Returns: what it was given.
    func cut(
        _ job: inout TraceJob,
        asked: String?,
        stated: Int = 0,
        _ traits: JobTraits,
        _ speeds: SliceSpeedModel
    ) -> Cut {
        let base = 1 / overheads.stretch
        let share = job.gpuMilli
        var cut = Cut(speed: base)
        guard job.gpus > 0 else { return cut }
        job.gpuMilli = 1_000
        switch model {
        case .wholeGPU, .mixed: break
        case .passthrough(let shapes): shape(&job, shapes.sorted())
        case .timeSliced(let slots):
            // Each may have its turn only: the speed that is sure.
            let sure = min(1, 1 / Double(slots) / max(traits.activity, 1e-9))
            // A share that the trace states says that a part is enough, also where it states no memory.
            let fits =
                job.gpuMemoryMiB > 0 ? Int(job.gpuMemoryMiB) <= slotMemoryMiB : Int(share) * slots <= 1_000
            guard job.gpus == 1, fits else { return cut }
            guard sure + 1e-9 >= traits.leastSpeed else {
                cut.isTooSlow = true
                return cut
            }
            job.gpuMilli = Int32(1_000 / slots)
            cut.isSlice = true
            cut.isTimeSliced = true
        case .dynamicMIG, .staticMIG:
            cut.isRaised = stated > memoryMiB(of: asked)
            if let asked { cut.isReplaced = !(options + special).contains { $0.name == asked } && has(asked) }
            guard let option = option(job, share, asked, stated, traits, speeds) else { return cut }
            cut.profile = option.name
            cut.isFull = option.isFull
            cut.speed = base * speeds.speed(traits.need, on: option.share)
            cut.isSlice = true
            cut.creates = creates
        }
        return cut
    }

    /// The profile that a job asks for where its memory fits, else the cheapest with its memory and its least speed; nil where
    /// that is a whole GPU.
    private func option(
        _ job: TraceJob,
        _ share: Int32,
        _ asked: String?,
        _ stated: Int,
        _ traits: JobTraits,
        _ speeds: SliceSpeedModel
    ) -> Option? {
        var least = traits.leastSpeed
        var isOutgrown = false
        if let asked {
            if let option = (options + special).first(where: { $0.name == asked }) {
                if option.memoryMiB >= stated { return option }
                isOutgrown = true
            }
            // Another that is no slower than what was asked for.
            if let geometry, let profile = geometry.profiles.first(where: { $0.name == asked }),
                let slice = try? SliceShare(profile, of: geometry)
            {
                least = speeds.speed(traits.need, on: slice)
            }
        }
        guard job.gpus == 1 || isOutgrown else { return nil }
        // A part of a GPU is for who says how much memory, or what part, is enough; the instance that is the GPU for all, where
        // the layout has it. Where instances come and go, a GPU is as well given whole.
        let isEnough = job.gpuMemoryMiB > 0 || share < 1_000
        return options.first {
            $0.memoryMiB >= Int(job.gpuMemoryMiB) && ($0.isFull ? !creates : isEnough)
                && speeds.speed(traits.need, on: $0.share) + 1e-9 >= least
        }
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

    /// Profiles that jobs may have, the cheapest first: most to a GPU, then least compute, then least memory.
    private static func options(
        _ geometry: MIGGeometry,
        _ isThere: (String) -> Bool
    ) throws(SimulationError) -> [Option] {
        do {
            var found: [Option] = []
            for option in try geometry.sliceOptions() where isThere(option.profile.name) {
                found.append(
                    Option(
                        name: option.profile.name,
                        share: try SliceShare(option.profile, of: geometry),
                        memoryMiB: option.memoryMiB,
                        perGPU: option.perGPU,
                        index: found.count
                    )
                )
            }
            return found.sorted {
                (-$0.perGPU, $0.share.compute, $0.memoryMiB, $0.index)
                    < (-$1.perGPU, $1.share.compute, $1.memoryMiB, $1.index)
            }
        } catch {
            throw .geometry(error)
        }
    }

    /// Profiles with something beside compute and memory, as far as is known where they go.
    ///
    /// The geometry's rules hold for them: one set of media engines serves one instance of a GPU.
    private static func special(_ geometry: MIGGeometry, _ isThere: (String) -> Bool) -> [Option] {
        var found: [Option] = []
        for profile in geometry.profiles where !profile.flags.isEmpty && isThere(profile.name) {
            guard let memoryMiB = profile.memoryMiB, let share = try? SliceShare(profile, of: geometry),
                (try? geometry.placements(of: profile)) != nil
            else { continue }
            found.append(
                Option(
                    name: profile.name,
                    share: share,
                    memoryMiB: memoryMiB,
                    perGPU: geometry.instancesPerGPU(of: profile),
                    index: found.count
                )
            )
        }
        return found
    }
}
