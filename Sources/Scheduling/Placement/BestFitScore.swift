/// The node with the least left over: 100 less the mean of free CPU and free GPU after the job, in percent of the
/// largest node's, rounded down.
///
/// Best fit as Weng et al., ATC '23, compare with (section 6.1; Panigrahy et al., 2011, on vector packing).
package struct BestFitScore: NodeScore {
    let largest: LargestNode

    package init(largest: LargestNode) { self.largest = largest }

    package func score(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest) -> Int32 {
        let cpu = largest.cpuPart(states.cpu[slot] - request.cpuMilli, of: states.cpu[slot])
        let gpu = Double(Int(states.room[slot]) - request.totalMilli) / largest.gpuMilli
        return Int32(100 * (1 - (0 + cpu * 0.5 + gpu * 0.5)))
    }
}

/// The most CPU and GPUs that one node of the cluster has: what amounts are compared with.
package struct LargestNode: Sendable, Hashable {
    /// CPU in thousandths of a processor; 1 where no node has a limit.
    let cpuMilli: Double
    /// Thousandths of GPUs; 1 without GPUs.
    let gpuMilli: Double

    package init(_ groups: [NodeGroup]) {
        cpuMilli = Double(groups.reduce(1) { max($0, $1.cpuMilli ?? 1) })
        gpuMilli = Double(groups.reduce(1) { max($0, $1.gpus * 1_000) })
    }

    /// An amount of CPU as a part of the largest node's, 0 on a node without a limit.
    func cpuPart(_ amount: Int64, of available: Int64) -> Double {
        available >= NodeStates.unlimited ? 0 : Double(amount) / cpuMilli
    }
}
