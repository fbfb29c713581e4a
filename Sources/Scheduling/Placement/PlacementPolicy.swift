/// Where a job is put among the places that have room for it.
///
/// A policy ranks what the engine groups by state, so that a choice costs by the number of states. Among equals the
/// lowest node goes first, then the lowest GPU, then the lowest memory slice.
package enum PlacementPolicy: String, Sendable, Hashable, CaseIterable {
    /// The first node that has room.
    case firstFit = "first-fit"
    /// The GPU, or for whole GPUs the node, with the least room; on a GPU the placement that wastes least.
    case bestFit = "best-fit"
    /// The GPU, or for whole GPUs the node, with the most room; on a GPU the placement that wastes least.
    case worstFit = "worst-fit"
    /// Any node that has room, and any GPU of it for a share: ``RandomScore``.
    case random
    /// The node whose free CPU and GPUs point least in the direction of the job: ``DotProductScore``.
    case dotProduct = "dot-product"
    /// A node where jobs of the same size run: ``GPUClusteringScore``.
    case gpuClustering = "gpu-clustering"
    /// GPUs in use before idle GPUs, and those before idle nodes: ``GPUPackingScore``.
    case gpuPacking = "gpu-packing"
    /// The node and GPU where fragmentation grows least: ``FragmentationGradientScore``.
    case fragmentationGradient = "fgd"
    /// The GPU and placement after which later jobs can use most of what is left: ``ExpectedFragmentation``, for MIG.
    case expectedFragmentation = "expected-fragmentation"

    /// Whether the policy looks at whole nodes, with their CPU and what runs there, and not at GPUs alone.
    ///
    /// ``NodePlacer`` serves these; the ranks below are not asked for them.
    package var scoresNodes: Bool {
        switch self {
        case .firstFit, .bestFit, .worstFit, .expectedFragmentation: false
        case .random, .dotProduct, .gpuClustering, .gpuPacking, .fragmentationGradient: true
        }
    }

    /// The rank of a node for whole GPUs; lower goes first.
    ///
    /// - Parameters:
    ///   - idle: idle GPUs of the node.
    ///   - wanted: how many the job wants there, at most `idle`.
    /// - Returns: the rank, only to compare with others.
    func hostRank(idle: Int, wanted: Int) -> Int64 {
        switch self {
        case .firstFit: 0
        case .bestFit, .expectedFragmentation: Int64(idle - wanted)
        case .worstFit: Int64(wanted - idle)
        case .random, .dotProduct, .gpuClustering, .gpuPacking, .fragmentationGradient: 0
        }
    }

    /// The rank of a GPU for a slice or share, given the best move there; lower goes first.
    func gpuRank(_ move: SliceMove) -> Int64 {
        switch self {
        case .firstFit: 0
        case .bestFit: Int64(move.roomBefore) << 20 | Int64(move.waste)
        case .worstFit: Int64(-move.roomBefore) << 20 | Int64(move.waste)
        case .expectedFragmentation: move.fall
        case .random, .dotProduct, .gpuClustering, .gpuPacking, .fragmentationGradient: 0
        }
    }

    /// The rank of a placement among those of one GPU; lower goes first, the lowest slice among equals.
    func slotRank(_ move: SliceMove) -> Int64 {
        switch self {
        case .firstFit: 0
        case .expectedFragmentation: move.fall
        case .bestFit, .worstFit: Int64(move.waste) << 20 | Int64(0xF_FFFF - min(move.optionsAfter, 0xF_FFFF))
        case .random, .dotProduct, .gpuClustering, .gpuPacking, .fragmentationGradient: 0
        }
    }
}

/// Putting one slice or share on a GPU, as a policy sees it.
///
/// Room is what could still be given away in the best case: memory slices of a MIG GPU, thousandths of a shared one.
struct SliceMove: Hashable {
    /// Room before.
    let roomBefore: Int
    /// Room after.
    let roomAfter: Int
    /// What the slice takes, in the same unit.
    let size: Int
    /// How many placements remain possible afterwards.
    let optionsAfter: Int
    /// By how much later jobs' use falls, of ``ExpectedFragmentation``; 0 for policies that do not look ahead.
    var fall: Int64 = 0
    /// Room that is lost beyond what the slice takes.
    var waste: Int { max(0, roomBefore - roomAfter - size) }
}
