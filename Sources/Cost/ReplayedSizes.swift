/// What replaying a trace says of a platform with some workloads: how much demand each size serves as promised.
///
/// Demand is in times that of the trace. What a size carries shrinks as jobs stretch, as one over the stretch, so its
/// inverse is interpolated between the stretches that were replayed, linearly; beyond them it is scaled with the stretch.
/// Between sizes that were not neighbours the size is interpolated over what they carry, and rounded up; beyond the
/// largest, and below the smallest, it is in proportion.
package struct ReplayedSizes: Sendable, Hashable {
    /// One stretch of the jobs that was replayed.
    package struct Level: Sendable, Hashable {
        /// Time that jobs hold GPUs over the time on bare metal, start-up and slices aside; above 0.
        package var stretch: Double
        /// By size: the most demand that keeps the promise; 0 where none does.
        package var carried: [Double]
        /// By size: GPU-hours held, in whole GPUs, over bare-metal GPU-hours of the same jobs, at that demand.
        package var held: [Double]

        package init(stretch: Double, carried: [Double], held: [Double]) {
            self.stretch = stretch
            self.carried = carried
            self.held = held
        }
    }

    /// Sizes in hosts, ascending.
    package var hosts: [Int]
    /// Ascending in stretch; at least one.
    package var levels: [Level]
    /// Jobs of the trace that were replayed.
    package var jobs: Int
    /// Jobs of the workloads that no size of this platform can run: they were left out.
    package var refused: Int
    /// Equal frame buffers of a GPU, where they take turns.
    package var slots: Int?

    package init(hosts: [Int], levels: [Level], jobs: Int, refused: Int = 0, slots: Int? = nil) {
        self.hosts = hosts
        self.levels = levels
        self.jobs = jobs
        self.refused = refused
        self.slots = slots
    }

    /// What a demand needs.
    package struct Need: Sendable, Hashable {
        /// Whole hosts.
        package var hosts: Double
        /// GPU-hours held over bare-metal GPU-hours.
        package var held: Double
    }

    /// The hosts for a demand, and what its jobs hold of them.
    ///
    /// - Parameters:
    ///   - load: demand in times the trace's, 0 or more.
    ///   - stretch: of the jobs, above 0.
    /// - Returns: whole hosts and the hours held.
    package func need(load: Double, stretch: Double) -> Need {
        var hint = 0
        return SizeTable(self).need(load: load, stretch: stretch, from: &hint)
    }
}

/// Sizes laid out for many questions.
///
/// A size that carries less than a smaller one is taken to carry as much: more hosts are never worse.
struct SizeTable {
    private let hosts: ContiguousArray<Double>
    private let stretches: ContiguousArray<Double>
    /// By level, then size: one over what is carried, infinite where nothing is; never ascending.
    private let inverse: ContiguousArray<Double>
    private let held: ContiguousArray<Double>

    init(_ sizes: ReplayedSizes) {
        hosts = ContiguousArray(sizes.hosts.map(Double.init))
        stretches = ContiguousArray(sizes.levels.map(\.stretch))
        var inverse = ContiguousArray<Double>()
        var held = ContiguousArray<Double>()
        for level in sizes.levels {
            var most = 0.0
            for size in sizes.hosts.indices {
                most = max(most, level.carried[size])
                inverse.append(most > 0 ? 1 / most : .infinity)
                held.append(level.held[size])
            }
        }
        self.inverse = inverse
        self.held = held
    }

    /// See ``ReplayedSizes/need(load:stretch:)``.
    ///
    /// - Parameters:
    ///   - load: demand.
    ///   - stretch: of the jobs.
    ///   - hint: the place of the size that the last question found, to look from there; it does not change the answer.
    /// - Returns: whole hosts and the hours held.
    @inline(__always)
    func need(load: Double, stretch: Double, from hint: inout Int) -> ReplayedSizes.Need {
        let count = hosts.count
        let last = stretches.count - 1
        guard count > 0, last >= 0 else { return ReplayedSizes.Need(hosts: 0, held: 0) }
        guard load > 0 else { return ReplayedSizes.Need(hosts: 0, held: held[0]) }
        // The two levels around the stretch, as places of their first size; beyond them all is scaled.
        var (low, high, weight, scale) = (0, 0, 0.0, 1.0)
        if stretch <= stretches[0] {
            scale = stretch / stretches[0]
        } else if stretch >= stretches[last] {
            (low, high) = (last * count, last * count)
            scale = stretch / stretches[last]
        } else {
            var above = 1
            while above < last, stretches[above] < stretch { above += 1 }
            let width = stretches[above] - stretches[above - 1]
            weight = width > 0 ? (stretch - stretches[above - 1]) / width : 0
            (low, high) = ((above - 1) * count, above * count)
        }
        let load = load * scale
        @inline(__always) func part(_ size: Int) -> Double {
            let one = inverse[high + size]
            return low == high ? one : inverse[low + size] + (one - inverse[low + size]) * weight
        }
        // One over what is carried never ascends, and what carries nothing (no number) stands first.
        var size = min(max(hint, 0), count)
        while size > 0, load * part(size - 1) <= 1 { size -= 1 }
        while size < count, !(load * part(size) <= 1) { size += 1 }
        hint = size
        let before = size > 0 ? part(size - 1) : .infinity
        guard size < count else {
            guard before.isFinite else {
                return ReplayedSizes.Need(
                    hosts: Bounds.hosts,
                    held: mixed(low + size - 1, high + size - 1, weight) * scale
                )
            }
            return ReplayedSizes.Need(
                hosts: Bounds.roundedUp(min(hosts[size - 1] * load * before, Bounds.hosts)),
                held: mixed(low + size - 1, high + size - 1, weight) * scale
            )
        }
        let held = mixed(low + size, high + size, weight) * scale
        let smaller = size > 0 ? hosts[size - 1] : 0
        let gap = hosts[size] - smaller
        guard gap > 1, before.isFinite || size == 0, before > part(size) else {
            return ReplayedSizes.Need(hosts: hosts[size], held: held)
        }
        // Along the line between what the two sizes carry; below the smallest, from nothing.
        let from = before.isFinite ? 1 / before : 0
        let share = (load - from) / (1 / part(size) - from)
        return ReplayedSizes.Need(
            hosts: max(Bounds.roundedUp(smaller + max(share, 0) * gap), max(smaller, 1)),
            held: held
        )
    }

    @inline(__always)
    private func mixed(_ low: Int, _ high: Int, _ weight: Double) -> Double {
        low == high ? held[low] : held[low] + (held[high] - held[low]) * weight
    }
}

/// A trace behind a study: where it stands, sizes and held hours come from replaying it and from nowhere else.
///
/// Packing, peaks, interference and start-up are then in the replay; the engine applies none of them again, and of the
/// overhead only what tells it which replay to read.
package struct ReplayedDemand: Sendable {
    /// By workload: bare-metal GPU-hours a month that its jobs in the trace hold.
    package var heldHours: [Double]
    /// The sizes of a platform with a set of workloads; by position, bits.
    ///
    /// Asked from several tasks at once; the answer must depend on nothing but its arguments.
    package var sizes: @Sendable (_ platform: Int, _ subset: UInt64) -> ReplayedSizes

    package init(
        heldHours: [Double],
        sizes: @escaping @Sendable (_ platform: Int, _ subset: UInt64) -> ReplayedSizes
    ) {
        self.heldHours = heldHours
        self.sizes = sizes
    }
}
