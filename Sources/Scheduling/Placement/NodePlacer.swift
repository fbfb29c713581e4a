package import Probability

/// Puts jobs on nodes by one score.
///
/// Generic so that the policy is switched once, outside of what it does for every job. What a policy thinks of a state
/// is remembered: a score is computed once per request and state.
package struct NodePlacer<Score: NodeScore>: Sendable {
    /// Where a job was put.
    package struct Place: Sendable, Hashable {
        /// The node's rank.
        package let rank: Int
        /// Its GPUs, bit 0 the first; 0 for a CPU job.
        package let mask: UInt64
    }

    private struct Remembered {
        var generation: UInt32 = 0
        /// The score; -1 where the request does not fit.
        var score: Int32 = -1
    }

    package private(set) var states: NodeStates
    private let score: Score
    /// The requests that jobs are numbered by.
    private let requests: ContiguousArray<NodeRequest>
    /// By request, by slot.
    private var memory: ContiguousArray<ContiguousArray<Remembered>>
    private let remembers: Bool
    private var random: RandomGenerator
    /// Jobs by node and kind, where the score wants to know: 64 per node.
    private var kinds: ContiguousArray<Int32>

    /// What may be remembered at once, 512 MiB.
    private static var mostRemembered: Int { 1 << 26 }

    package init(states: NodeStates, score: Score, requests: [NodeRequest], random: RandomGenerator) {
        self.states = states
        self.score = score
        self.requests = ContiguousArray(requests)
        self.random = random
        let nodes = states.slotOfRank.count
        let (cells, overflow) = requests.count.multipliedReportingOverflow(by: nodes + 1)
        remembers = !overflow && cells <= Self.mostRemembered
        memory = ContiguousArray(repeating: [], count: requests.count)
        kinds = ContiguousArray(repeating: 0, count: Score.wantsAffinity ? 64 * nodes : 0)
    }

    /// Puts a job on the node and GPUs that the policy likes most; nil where it fits on none.
    ///
    /// - Parameters:
    ///   - request: an index into the requests given at the start.
    ///   - memoryMiB: the host memory that it takes.
    package mutating func place(_ request: Int, memoryMiB: Int64) -> Place? {
        let wanted = requests[request]
        guard let slot = Score.drawsNode ? drawn(request, memoryMiB) : best(request, memoryMiB) else { return nil }
        let rank = Int(states.lowest[slot])
        var mask: UInt64 = 0
        if wanted.isShare {
            mask = 1 << UInt64(score.gpu(states, slot: slot, wanted, &random))
        } else {
            var missing = wanted.gpus
            for gpu in 0..<Int(states.gpus[slot]) where missing > 0 && states.left(slot, gpu: gpu) == 1_000 {
                mask |= 1 << UInt64(gpu)
                missing -= 1
            }
        }
        let affinity = countKind(wanted, rank: rank, by: 1)
        states.change(rank: rank, request: wanted, memoryMiB: memoryMiB, mask: mask, sign: 1, affinity: affinity)
        return Place(rank: rank, mask: mask)
    }

    /// Gives back what ``place(_:memoryMiB:)`` took.
    package mutating func release(_ place: Place, _ request: Int, memoryMiB: Int64) {
        let affinity = countKind(requests[request], rank: place.rank, by: -1)
        states.change(
            rank: place.rank,
            request: requests[request],
            memoryMiB: memoryMiB,
            mask: place.mask,
            sign: -1,
            affinity: affinity
        )
    }

    private mutating func countKind(_ request: NodeRequest, rank: Int, by change: Int32) -> UInt64 {
        guard Score.wantsAffinity else { return 0 }
        let before = states.affinity[Int(states.slotOfRank[rank])]
        let bit = request.affinity
        if bit == 0 { return before }
        let cell = 64 * rank + bit.trailingZeroBitCount
        kinds[cell] += change
        return kinds[cell] > 0 ? before | bit : before & ~bit
    }

    private mutating func best(_ request: Int, _ memoryMiB: Int64) -> Int? {
        var best: Int?
        var most: Int32 = 0
        var lowest = Int32.max
        withScores(request) { states, scoreOf in
            for slot in 0..<states.slotCount where states.population[slot] > 0 {
                let points = scoreOf(slot)
                if points < most || states.memory[slot] < memoryMiB { continue }
                if points > most || states.lowest[slot] < lowest {
                    best = slot
                    most = points
                    lowest = states.lowest[slot]
                }
            }
        }
        return best
    }

    private mutating func drawn(_ request: Int, _ memoryMiB: Int64) -> Int? {
        var fitting = 0
        withScores(request) { states, scoreOf in
            for slot in 0..<states.slotCount where states.population[slot] > 0 {
                if scoreOf(slot) >= 0 && states.memory[slot] >= memoryMiB { fitting += Int(states.population[slot]) }
            }
        }
        guard fitting > 0 else { return nil }
        var left = random.index(below: fitting)
        var found: Int?
        // Nodes of one state are alike, so the lowest of the drawn state stands for any of them.
        withScores(request) { states, scoreOf in
            for slot in 0..<states.slotCount where states.population[slot] > 0 {
                if scoreOf(slot) < 0 || states.memory[slot] < memoryMiB { continue }
                left -= Int(states.population[slot])
                if left < 0 {
                    found = slot
                    return
                }
            }
        }
        return found
    }

    /// Runs a body that can ask for the score of a slot's nodes, -1 where the request does not fit there.
    @inline(__always)
    private mutating func withScores(_ request: Int, _ body: (borrowing NodeStates, (Int) -> Int32) -> Void) {
        let wanted = requests[request]
        let score = score
        guard remembers else {
            body(states) { [states] slot in
                states.fits(wanted, slot: slot) ? score.score(states, slot: slot, wanted) : -1
            }
            return
        }
        let missing = states.slotCount - memory[request].count
        if missing > 0 { memory[request].append(contentsOf: repeatElement(Remembered(), count: missing)) }
        memory[request].withUnsafeMutableBufferPointer { remembered in
            let states = states
            body(states) { slot in
                let now = states.generation[slot]
                if remembered[slot].generation == now { return remembered[slot].score }
                let points = states.fits(wanted, slot: slot) ? score.score(states, slot: slot, wanted) : -1
                remembered[slot] = Remembered(generation: now, score: points)
                return points
            }
        }
    }
}
