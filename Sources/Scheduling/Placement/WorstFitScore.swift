/// The node with the most left over: free CPU plus a hundred times free GPU after the job, in thousandths.
///
/// Worst fit with the weights of the simulator of Weng et al., ATC '23: GPU decides, CPU between equals.
package struct WorstFitScore: NodeScore {
    package init() {}

    package func score(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest) -> Int32 {
        let cpu = states.cpu[slot] >= NodeStates.unlimited ? 0 : states.cpu[slot] - request.cpuMilli
        return Int32(clamping: cpu + 100 * (Int64(states.room[slot]) - Int64(request.totalMilli)))
    }
}
