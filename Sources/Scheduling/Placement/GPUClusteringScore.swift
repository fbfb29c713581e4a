/// A node where jobs of the same kind run: shares with shares, and whole GPUs with those of the same number.
///
/// Best are nodes with that kind alone, then nodes with that kind among others, then empty ones, then the rest; within
/// each the fuller node, by quarters of 25 points rounded down. A CPU job likes all nodes alike. After Xiao et al.,
/// "Gandiva", OSDI '18, as in Weng et al., ATC '23, section 6.1.
package struct GPUClusteringScore: NodeScore {
    package var wantsAffinity: Bool { true }
    let largest: LargestNode

    package init(largest: LargestNode) { self.largest = largest }

    package func score(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest) -> Int32 {
        let own = request.affinity
        if own == 0 { return 0 }
        let there = states.affinity[slot]
        let base: Int32 =
            if there & own != 0 { there == own ? 75 : 50 } else { there == 0 ? 25 : 0 }
        let most = Int(largest.gpuMilli)
        return base + Int32(25 * (most - Int(states.room[slot])) / most)
    }
}
