/// How much of a node's idle GPUs a typical job could not use: F_n(M) of Weng et al., ATC '23, section 4.
///
/// For each typical job m, of popularity p: if the node has the GPU type, the CPU and the GPUs that m wants, then the
/// remainders smaller than m's share are fragments; otherwise, and for a job without GPUs, all that is idle is. F_n is
/// the mean over m. Idle less what is usable turns this into a sum over GPUs of a table's entries, so that a node of
/// g GPUs costs g additions; counts instead of popularities keep it exact.
///
/// The unit is thousandths of a GPU times ``weight``.
package struct FragmentationMeasure: Sendable {
    /// By what to divide to get thousandths of a GPU.
    package let weight: Int64
    /// The CPU needs of typical GPU jobs, ascending.
    private let cpuSteps: ContiguousArray<Int64>
    /// By thousandths left on a GPU, how many of the typical sizes fit.
    private let bucket: ContiguousArray<UInt16>
    private let buckets: Int
    private let ranks: Int
    /// By kind, CPU rank, bucket: typical jobs of one GPU or share that fit.
    private let single: ContiguousArray<Int64>
    /// By kind, CPU rank, idle GPUs 0...64: typical jobs of several GPUs that fit.
    private let several: ContiguousArray<Int64>

    /// Prepares the tables.
    ///
    /// - Parameters:
    ///   - typical: the typical jobs.
    ///   - kinds: for each GPU type of the cluster, its bit among the trace's types, 0 where the trace names none.
    package init(_ typical: TypicalPods, kinds: [UInt64]) {
        weight = typical.weight
        let wanted = typical.pods.filter { $0.request.gpus > 0 }
        let steps = Set(wanted.map(\.request.cpuMilli)).sorted()
        let sizes = Set(wanted.filter { $0.request.gpus == 1 }.map(\.request.gpuMilli)).sorted()
        cpuSteps = ContiguousArray(steps)
        ranks = steps.count + 1
        buckets = sizes.count + 1
        var fits = ContiguousArray<UInt16>(repeating: 0, count: 1_001)
        for left in 0...1_000 { fits[left] = UInt16(sizes.count { $0 <= left }) }
        bucket = fits

        var single = ContiguousArray<Int64>(repeating: 0, count: kinds.count * ranks * buckets)
        var several = ContiguousArray<Int64>(repeating: 0, count: kinds.count * ranks * 65)
        for pod in wanted {
            let request = pod.request
            let firstRank = steps.count { $0 < request.cpuMilli } + 1
            for (kind, bit) in kinds.enumerated() where request.types == 0 || request.types & bit != 0 {
                for rank in firstRank..<ranks {
                    let row = kind * ranks + rank
                    if request.gpus == 1 {
                        for size in Int(fits[request.gpuMilli])..<buckets { single[row * buckets + size] += pod.count }
                    } else {
                        for idle in request.gpus...64 { several[row * 65 + idle] += pod.count }
                    }
                }
            }
        }
        self.single = single
        self.several = several
    }

    /// How many of the typical CPU needs a node with this much CPU left can meet.
    func rank(cpuMilli: Int64) -> Int {
        var low = 0
        var high = cpuSteps.count
        while low < high {
            let middle = (low + high) / 2
            if cpuSteps[middle] <= cpuMilli { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What is usable of one GPU by jobs of one GPU or share.
    func usable(kind: Int, rank: Int, left: Int) -> Int64 {
        Int64(left) * single[(kind * ranks + rank) * buckets + Int(bucket[left])]
    }

    /// What jobs of several GPUs can use of the idle ones.
    func usable(kind: Int, rank: Int, idle: Int) -> Int64 {
        1_000 * Int64(idle) * several[(kind * ranks + rank) * 65 + idle]
    }

    /// F_n of a node, times ``weight``.
    ///
    /// - Parameters:
    ///   - kind: the node's GPU type, an index into the kinds given at the start.
    ///   - cpuMilli: CPU left.
    ///   - left: thousandths left on each GPU, 0...1000, of at most 64 GPUs.
    /// - Returns: thousandths of a GPU that a typical job could not use, times ``weight``.
    package func fragment(kind: Int, cpuMilli: Int64, left: ContiguousArray<Int16>) -> Int64 {
        let rank = rank(cpuMilli: cpuMilli)
        var room: Int64 = 0
        var used: Int64 = 0
        var idle = 0
        for one in left {
            room += Int64(one)
            used += usable(kind: kind, rank: rank, left: Int(one))
            if one == 1_000 { idle += 1 }
        }
        return weight * room - used - usable(kind: kind, rank: rank, idle: idle)
    }
}
