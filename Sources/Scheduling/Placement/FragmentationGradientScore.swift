package import Probability
internal import RealModule

/// The node, and on it the GPU, where fragmentation grows least: fragmentation gradient descent.
///
/// The score is 100 times the logistic function of the fall of F_n in GPUs, rounded down; see
/// ``FragmentationMeasure``. A share tries every GPU with room and takes the best score, the lowest GPU among equals;
/// whole GPUs are the lowest idle ones. Weng et al., "Beware of fragmentation", ATC '23, algorithm 1 and section 5.
package struct FragmentationGradientScore: NodeScore {
    package init() {}

    package func score(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest) -> Int32 {
        if request.isShare { return bestShare(states, slot, request).score }
        let measure = states.measure
        let kind = Int(states.kind[slot])
        let rank = measure.rank(cpuMilli: states.cpu[slot] - cpuTaken(states, slot, request))
        var used: Int64 = 0
        var toTake = request.gpus
        for gpu in 0..<Int(states.gpus[slot]) {
            let left = states.left(slot, gpu: gpu)
            if left == 1_000 && toTake > 0 {
                toTake -= 1
            } else {
                used += measure.usable(kind: kind, rank: rank, left: left)
            }
        }
        let idle = Int(states.idle[slot]) - request.gpus
        let after =
            measure.weight * Int64(Int(states.room[slot]) - request.totalMilli) - used
            - measure.usable(kind: kind, rank: rank, idle: idle)
        return points(states.fragment[slot] - after, measure.weight)
    }

    package func gpu(
        _ states: borrowing NodeStates,
        slot: Int,
        _ request: NodeRequest,
        _ random: inout RandomGenerator
    ) -> Int {
        bestShare(states, slot, request).gpu
    }

    private func bestShare(
        _ states: borrowing NodeStates,
        _ slot: Int,
        _ request: NodeRequest
    ) -> (score: Int32, gpu: Int) {
        let measure = states.measure
        let kind = Int(states.kind[slot])
        let rank = measure.rank(cpuMilli: states.cpu[slot] - cpuTaken(states, slot, request))
        let gpus = Int(states.gpus[slot])
        var used: Int64 = 0
        for gpu in 0..<gpus { used += measure.usable(kind: kind, rank: rank, left: states.left(slot, gpu: gpu)) }
        let idle = Int(states.idle[slot])
        let room = measure.weight * Int64(Int(states.room[slot]) - request.gpuMilli)
        var best: (score: Int32, gpu: Int) = (-1, 0)
        var tried = -1
        for gpu in 0..<gpus {
            let left = states.left(slot, gpu: gpu)
            if left < request.gpuMilli || left == tried { continue }
            tried = left
            let usable =
                used - measure.usable(kind: kind, rank: rank, left: left)
                + measure.usable(kind: kind, rank: rank, left: left - request.gpuMilli)
                + measure.usable(kind: kind, rank: rank, idle: left == 1_000 ? idle - 1 : idle)
            let score = points(states.fragment[slot] - (room - usable), measure.weight)
            if score > best.score { best = (score, gpu) }
        }
        return best
    }

    private func cpuTaken(_ states: borrowing NodeStates, _ slot: Int, _ request: NodeRequest) -> Int64 {
        states.cpu[slot] >= NodeStates.unlimited ? 0 : request.cpuMilli
    }

    /// 100 times the logistic function of a fall of fragmentation in GPUs, rounded down.
    private func points(_ fall: Int64, _ weight: Int64) -> Int32 {
        let gpus = Double(fall) / Double(max(weight, 1)) / 1_000
        return Int32(100 / (1 + Double.exp(-gpus)))
    }
}
