/// What jobs ask for, each combination once: a trace has many jobs and few shapes.
struct JobShapes {
    /// One combination.
    struct Shape: Hashable {
        let gpus: Int32
        let gpuMilli: Int32
        let profile: Int32
        let gpuMemoryMiB: Int32
        let gpuTypes: UInt64
        let cpuMilli: Int32
        let memoryMiB: Int32
        let nodes: Int32
    }

    /// The shape of each job.
    private(set) var shapeOf: ContiguousArray<Int32>
    /// The shapes, in the order in which they first came.
    private(set) var shapes: ContiguousArray<Shape> = []
    /// How many jobs have each shape.
    private(set) var jobs: ContiguousArray<Int> = []

    /// Whose GPU memory decides what it is given: only that tells shapes apart.
    ///
    /// Traces state it to the MiB, so that nearly every job would be a shape of its own.
    private enum MemoryUse {
        case nobody
        /// A share, on GPUs that MIG cuts as jobs come: it gets a profile with the memory.
        case shares
        /// Whoever names no profile, on a fixed layout.
        case unnamed

        init(_ groups: [NodeGroup]) {
            self = .nobody
            for group in groups {
                switch group.partition {
                case .whole, .shares: break
                case .mig: if self == .nobody { self = .shares }
                case .layout: self = .unnamed
                }
            }
        }
    }

    /// Finds the shapes of a trace.
    ///
    /// - Parameters:
    ///   - trace: the jobs.
    ///   - pooled: whether only the number of GPUs counts.
    ///   - groups: the nodes; none for a pool.
    init(_ trace: Trace, pooled: Bool, on groups: [NodeGroup] = []) {
        let use = MemoryUse(groups)
        shapeOf = ContiguousArray(repeating: 0, count: trace.count)
        var table = ContiguousArray<Int32>(repeating: -1, count: 1_024)
        for job in shapeOf.indices {
            let shape = pooled ? Self.pooled(trace, job) : Self.shape(trace, job, use)
            if shapes.count * 2 > table.count { grow(&table) }
            var slot = Self.hash(shape) & (table.count - 1)
            while table[slot] >= 0, shapes[Int(table[slot])] != shape { slot = (slot + 1) & (table.count - 1) }
            if table[slot] < 0 {
                table[slot] = Int32(shapes.count)
                shapes.append(shape)
                jobs.append(0)
            }
            shapeOf[job] = table[slot]
            jobs[Int(table[slot])] += 1
        }
    }

    private static func shape(_ trace: Trace, _ job: Int, _ use: MemoryUse) -> Shape {
        let isUsed =
            trace.profile[job] == TraceJob.none
            && (use == .unnamed || use == .shares && trace.gpuMilli[job] < 1_000)
        return Shape(
            gpus: trace.gpus[job],
            gpuMilli: trace.gpuMilli[job],
            profile: trace.profile[job],
            // What makes no sense stays, to be refused.
            gpuMemoryMiB: isUsed ? trace.gpuMemoryMiB[job] : min(trace.gpuMemoryMiB[job], 0),
            gpuTypes: trace.gpuTypeMask[job],
            cpuMilli: trace.cpuMilli[job],
            memoryMiB: trace.memoryMiB[job],
            nodes: trace.nodes[job]
        )
    }

    /// In a pool only the number of GPUs counts, once it makes sense.
    private static func pooled(_ trace: Trace, _ job: Int) -> Shape {
        let shape = shape(trace, job, .nobody)
        guard shape.isWellFormed else { return shape }
        return Shape(
            gpus: shape.gpus,
            gpuMilli: 1_000,
            profile: TraceJob.none,
            gpuMemoryMiB: 0,
            gpuTypes: 0,
            cpuMilli: 0,
            memoryMiB: 0,
            nodes: 0
        )
    }

    private func grow(_ table: inout ContiguousArray<Int32>) {
        table = ContiguousArray(repeating: -1, count: table.count * 4)
        for (index, shape) in shapes.enumerated() {
            var slot = Self.hash(shape) & (table.count - 1)
            while table[slot] >= 0 { slot = (slot + 1) & (table.count - 1) }
            table[slot] = Int32(index)
        }
    }

    /// A fixed mix, not Swift's seeded one: it decides nothing but speed, and is some five times faster.
    private static func hash(_ shape: Shape) -> Int {
        func pair(_ high: Int32, _ low: Int32) -> UInt64 {
            UInt64(UInt32(bitPattern: high)) << 32 | UInt64(UInt32(bitPattern: low))
        }
        func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
            let product = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
            return product ^ (product >> 29)
        }
        var mixed = mix(0, pair(shape.gpus, shape.gpuMilli))
        mixed = mix(mixed, pair(shape.profile, shape.gpuMemoryMiB))
        mixed = mix(mixed, shape.gpuTypes)
        mixed = mix(mixed, pair(shape.cpuMilli, shape.memoryMiB))
        mixed = mix(mixed, UInt64(UInt32(bitPattern: shape.nodes)))
        return Int(truncatingIfNeeded: mixed >> 8)
    }
}

extension JobShapes.Shape {
    /// Whether the numbers make sense together.
    var isWellFormed: Bool {
        guard gpus >= 0, cpuMilli >= 0, memoryMiB >= 0, gpuMemoryMiB >= 0, nodes >= 0 else { return false }
        guard (1...1_000).contains(gpuMilli) else { return false }
        // A part of a GPU is one part of one GPU.
        return gpuMilli == 1_000 || gpus <= 1
    }
}
