package import Probability

/// How much a policy likes a node for a request.
///
/// The placer gives the job to a node of the highest score, the lowest rank among equals.
package protocol NodeScore: Sendable {
    /// Whether the node is drawn among all that fit instead of taken by score.
    var drawsNode: Bool { get }
    /// Whether the score depends on the kinds of jobs on a node.
    var wantsAffinity: Bool { get }
    /// The score of a slot's nodes, at least 0; only asked where the request fits.
    func score(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest) -> Int32
    /// The GPU for a share on a node of the slot; only asked where the request fits.
    func gpu(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest, _ random: inout RandomGenerator) -> Int
}

extension NodeScore {
    package var drawsNode: Bool { false }
    package var wantsAffinity: Bool { false }

    /// The GPU with the least room that suffices, the lowest among equals: what every policy does that has no own idea.
    package func gpu(
        _ states: borrowing NodeStates,
        slot: Int,
        _ request: NodeRequest,
        _ random: inout RandomGenerator
    ) -> Int {
        var best = 0
        var least = Int.max
        for gpu in 0..<Int(states.gpus[slot]) {
            let left = states.left(slot, gpu: gpu)
            if left >= request.gpuMilli && left < least {
                best = gpu
                least = left
            }
        }
        return best
    }
}
