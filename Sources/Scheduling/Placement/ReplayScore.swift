import Probability

/// A policy that scores nodes, chosen at run time.
///
/// A replay is specialised for its queue already; once per policy too would make the engine five times as large, for a
/// switch that costs nothing beside a score.
enum ReplayScore: NodeScore {
    case random(RandomScore)
    case dotProduct(DotProductScore)
    case gpuClustering(GPUClusteringScore)
    case gpuPacking(GPUPackingScore)
    case fragmentationGradient(FragmentationGradientScore)

    /// The score of a policy; nil for one that does not score nodes.
    init?(_ policy: PlacementPolicy, largest: LargestNode) {
        switch policy {
        case .random: self = .random(RandomScore())
        case .dotProduct: self = .dotProduct(DotProductScore(largest: largest))
        case .gpuClustering: self = .gpuClustering(GPUClusteringScore(largest: largest))
        case .gpuPacking: self = .gpuPacking(GPUPackingScore())
        case .fragmentationGradient: self = .fragmentationGradient(FragmentationGradientScore())
        case .firstFit, .bestFit, .worstFit, .expectedFragmentation: return nil
        }
    }

    var drawsNode: Bool {
        if case .random = self { true } else { false }
    }

    var wantsAffinity: Bool {
        if case .gpuClustering = self { true } else { false }
    }

    func score(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest) -> Int32 {
        switch self {
        case .random(let score): score.score(states, slot: slot, request)
        case .dotProduct(let score): score.score(states, slot: slot, request)
        case .gpuClustering(let score): score.score(states, slot: slot, request)
        case .gpuPacking(let score): score.score(states, slot: slot, request)
        case .fragmentationGradient(let score): score.score(states, slot: slot, request)
        }
    }

    func gpu(
        _ states: borrowing NodeStates,
        slot: Int,
        _ request: NodeRequest,
        _ random: inout RandomGenerator
    ) -> Int {
        switch self {
        case .random(let score): score.gpu(states, slot: slot, request, &random)
        case .dotProduct(let score): score.gpu(states, slot: slot, request, &random)
        case .gpuClustering(let score): score.gpu(states, slot: slot, request, &random)
        case .gpuPacking(let score): score.gpu(states, slot: slot, request, &random)
        case .fragmentationGradient(let score): score.gpu(states, slot: slot, request, &random)
        }
    }
}
