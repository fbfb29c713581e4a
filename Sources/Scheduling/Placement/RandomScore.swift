package import Probability

/// Any node that has room, each with the same chance, and on it any GPU that has room for a share.
///
/// Random fit, the baseline of Weng et al., ATC '23, section 6.1.
package struct RandomScore: NodeScore {
    package init() {}

    package var drawsNode: Bool { true }

    package func score(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest) -> Int32 { 0 }

    package func gpu(
        _ states: borrowing NodeStates,
        slot: Int,
        _ request: NodeRequest,
        _ random: inout RandomGenerator
    ) -> Int {
        var best = 0
        var seen = 0
        for gpu in 0..<Int(states.gpus[slot]) where states.left(slot, gpu: gpu) >= request.gpuMilli {
            seen += 1
            if random.index(below: seen) == 0 { best = gpu }
        }
        return best
    }
}
