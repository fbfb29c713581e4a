/// What a policy makes of an automaton: for each state where it stands in the policy's order, and what it would do.
///
/// States from which the same slots lead to the same futures are one face: a policy that looks ahead cannot tell them
/// apart (an A100 has 723 layouts and 128 such faces). Those that it ranks alike for every request are then made one:
/// GPUs are grouped by face, and what is chosen among them is the same.
struct GPUStateTables {
    /// The face of a state that accepts no slice.
    static let closed: UInt16 = .max
    /// The rank of a face that does not accept a request.
    static let refused = Int64.max

    /// The face of each state; ``closed`` where it accepts nothing.
    private(set) var face: ContiguousArray<UInt16>
    /// How many faces there are.
    private(set) var faceCount = 0
    /// How many requests there are.
    let requestCount: Int
    /// The rank of each face for each request, by face times requests plus request.
    private(set) var rank: ContiguousArray<Int64> = []
    /// The slot that the policy gives, by state times requests plus request.
    private(set) var slot: ContiguousArray<UInt16>
    /// The state after, by state times requests plus request; ``GPUAutomaton/nothing`` where none is legal.
    private(set) var next: ContiguousArray<UInt16>

    /// Ranks every state.
    ///
    /// - Parameters:
    ///   - automaton: the states of the GPU.
    ///   - policy: whose order it is.
    ///   - demand: what later jobs ask for, to policies that look ahead; alike where nothing is given.
    init(
        _ automaton: GPUAutomaton,
        policy: PlacementPolicy,
        demand: ExpectedFragmentation.Demand = ExpectedFragmentation.Demand(slices: [])
    ) {
        let expected =
            policy == .expectedFragmentation ? ExpectedFragmentation(automaton, demand: demand) : nil
        let states = automaton.stateCount
        requestCount = automaton.requests.count
        face = ContiguousArray(repeating: Self.closed, count: states)
        slot = ContiguousArray(repeating: GPUAutomaton.nothing, count: states * requestCount)
        next = slot
        let isShared = automaton.requests.contains { if case .share = $0 { true } else { false } }
        let used = automaton.inUse
        var room = Array(repeating: 0, count: states)
        var options = room
        var faces: [[Int]: UInt16] = [:]
        // Futures first: whatever is added leads to a state with more in use.
        for state in (0..<states).sorted(by: { (used[$1], $0) < (used[$0], $1) }) where used[state] >= 0 {
            var signature = isShared ? [state] : []
            for (slot, place) in automaton.slots.enumerated() {
                guard let after = automaton.next(state, giving: slot) else { continue }
                options[state] += 1
                room[state] = max(room[state], place.size + room[after])
                signature.append(slot)
                signature.append(face[after] == Self.closed ? -1 : Int(face[after]))
            }
            if isShared { room[state] = 1_000 - used[state] }
            guard options[state] > 0 else { continue }
            if let known = faces[signature] {
                face[state] = known
            } else {
                face[state] = UInt16(faceCount)
                faces[signature] = UInt16(faceCount)
                faceCount += 1
                rank.append(contentsOf: repeatElement(Self.refused, count: requestCount))
            }
            for request in 0..<requestCount {
                var best: (rank: Int64, move: SliceMove)?
                for move in automaton.moves(from: state, request: request) {
                    let seen = SliceMove(
                        roomBefore: room[state],
                        roomAfter: room[move.next],
                        size: automaton.slots[move.slot].size,
                        optionsAfter: options[move.next],
                        fall: expected?.fall(from: state, to: move.next) ?? 0
                    )
                    let rank = policy.slotRank(seen)
                    if let best, best.rank <= rank { continue }
                    best = (rank, seen)
                    slot[state * requestCount + request] = UInt16(move.slot)
                    next[state * requestCount + request] = UInt16(move.next)
                }
                guard let best else { continue }
                rank[Int(face[state]) * requestCount + request] = policy.gpuRank(best.move)
            }
        }
        mergeFaces()
    }

    /// Makes one face of those that the policy ranks alike, whatever is asked.
    private mutating func mergeFaces() {
        var merged: [ArraySlice<Int64>: UInt16] = [:]
        var ranks: ContiguousArray<Int64> = []
        let known = Array(rank)
        let mergedFace = (0..<faceCount).map { face in
            let row = known[(face * requestCount)..<((face + 1) * requestCount)]
            if let same = merged[row] { return same }
            let fresh = UInt16(merged.count)
            merged[row] = fresh
            ranks.append(contentsOf: row)
            return fresh
        }
        for state in face.indices where face[state] != Self.closed { face[state] = mergedFace[Int(face[state])] }
        faceCount = merged.count
        rank = ranks
    }
}
