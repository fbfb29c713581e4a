/// First GPUs that are in use, then idle GPUs of nodes in use, then idle nodes.
///
/// On GPUs in use alone: 100 less a tenth of the percentages left on the GPUs that the job would take, at least 50. With
/// idle GPUs of a node in use: 50 less their number, at least 33. On an idle node: 33 less its GPUs, at least their
/// number. The job would take the GPUs with the least room that suffices. A CPU job likes all nodes alike. After Weng
/// et al., "MLaaS in the wild", NSDI '22, as in Weng et al., ATC '23, section 6.1.
package struct GPUPackingScore: NodeScore {
    package init() {}

    package func score(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest) -> Int32 {
        if request.gpus == 0 { return 0 }
        let idle = states.idle[slot]
        if idle == states.gpus[slot] { return max(33 - idle, idle) }
        // Whole GPUs are idle ones; a share takes the fullest GPU that has room, an idle one last.
        if !request.isShare { return max(50 - Int32(request.gpus), 33) }
        var least = 1_000
        for gpu in 0..<Int(states.gpus[slot]) {
            let left = states.left(slot, gpu: gpu)
            if left >= request.gpuMilli && left < least { least = left }
        }
        if least == 1_000 { return max(50 - 1, 33) }
        return max(100 - Int32(least * 100 / 1_000 / 10), 50)
    }
}
