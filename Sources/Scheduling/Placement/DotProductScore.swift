/// The node whose free CPU and GPU point least in the direction of the request: 100 times one less half the dot product
/// of what is free and what is wanted, each as a part of the largest node's, rounded down.
///
/// Grandl et al., "Multi-resource packing for cluster schedulers" (Tetris), SIGCOMM '14, turned around as Weng et al.,
/// ATC '23, do: the smaller product packs tighter. GPUs of a node count as one dimension.
package struct DotProductScore: NodeScore {
    let largest: LargestNode

    package init(largest: LargestNode) { self.largest = largest }

    package func score(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest) -> Int32 {
        let available = states.cpu[slot]
        let cpu = largest.cpuPart(available, of: available) * largest.cpuPart(request.cpuMilli, of: available)
        let gpu = Double(states.room[slot]) / largest.gpuMilli * (Double(request.totalMilli) / largest.gpuMilli)
        return Int32(100 * max(0, 1 - (0 + cpu + gpu) / 2))
    }
}
