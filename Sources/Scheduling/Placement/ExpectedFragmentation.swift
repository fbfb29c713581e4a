/// What later jobs could still use of one GPU, from each state of its automaton: our own policy for MIG.
///
/// The fragmentation of a GPU is what is idle on it less what jobs could use. For a request m, usable are the memory
/// slices that instances of m alone could take from the state; a whole GPU is usable only when idle. Their mean over
/// the jobs' requests is U_0. Looking one arrival further, U_k(s) is the mean over requests m of size(m) + max U_(k-1)
/// over the states to which m leads, and of U_(k-1)(s) where m finds no place: the next job is put as well as can be.
/// A move costs the fall of U beyond the slices that it takes, which is the growth of expected fragmentation, so that
/// among GPUs and placements the one of the least fall is taken.
///
/// The first term is F_n(M) of Weng et al., ATC '23, carried from thousandths to slices; the recursion over the
/// automaton, which sees that 1g on slice 6 and on slice 0 differ, is ours.
package struct ExpectedFragmentation: Sendable {
    /// Jobs per request, as weights.
    package struct Demand: Sendable, Hashable {
        /// By request of the automaton.
        package var slices: [Double]
        /// Whole GPUs.
        package var whole: Double

        package init(slices: [Double], whole: Double = 0) {
            self.slices = slices
            self.whole = whole
        }
    }

    /// How many arrivals are looked ahead.
    package static let usualLookahead = 2

    /// U by state, in memory slices or thousandths; 0 for a state that slices do not lead to.
    package let usable: ContiguousArray<Double>

    /// Computes U for every state.
    ///
    /// - Parameters:
    ///   - automaton: the states of the GPU.
    ///   - demand: what jobs ask for; without any weight, all requests are alike.
    ///   - lookahead: how many arrivals to look ahead, at least 0.
    package init(_ automaton: GPUAutomaton, demand: Demand, lookahead: Int = ExpectedFragmentation.usualLookahead) {
        let requests = automaton.requests.count
        var weights = (0..<requests).map { $0 < demand.slices.count ? max(0, demand.slices[$0]) : 0 }
        var whole = automaton.allowsWhole ? max(0, demand.whole) : 0
        if weights.reduce(whole, +) <= 0 {
            weights = Array(repeating: 1, count: requests)
            whole = automaton.allowsWhole ? 1 : 0
        }
        let total = weights.reduce(whole, +)
        let order = Self.fullestFirst(automaton)
        let states = automaton.stateCount

        var alone = Array(repeating: Array(repeating: 0, count: requests), count: states)
        var room = Array(repeating: 0, count: states)
        for state in order {
            for (slot, place) in automaton.slots.enumerated() {
                guard let next = automaton.next(state, giving: slot) else { continue }
                alone[state][place.request] = max(alone[state][place.request], place.size + alone[next][place.request])
                room[state] = max(room[state], place.size + room[next])
            }
        }
        let idle = GPUAutomaton.idle
        let entire = Double(max(1, room[idle]))
        var value = ContiguousArray(repeating: 0.0, count: states)
        for state in order where total > 0 {
            var sum = state == idle ? whole * entire : 0
            for request in 0..<requests { sum += weights[request] * Double(alone[state][request]) }
            value[state] = sum / total
        }
        for _ in 0..<max(0, lookahead) where total > 0 {
            var ahead = value
            for state in order {
                var best = Array(repeating: -1.0, count: requests)
                for (slot, place) in automaton.slots.enumerated() {
                    guard let next = automaton.next(state, giving: slot) else { continue }
                    best[place.request] = max(best[place.request], Double(place.size) + value[next])
                }
                // A whole job takes an idle GPU entire and leaves nothing; elsewhere it finds no place.
                var sum = whole * (state == idle ? entire : value[state])
                for request in 0..<requests {
                    sum += weights[request] * (best[request] < 0 ? value[state] : best[request])
                }
                ahead[state] = sum / total
            }
            value = ahead
        }
        usable = value
    }

    /// By how much U falls from one state to another, in millionths of a slice or thousandth: lower is better.
    ///
    /// Whole numbers, so that equal falls are equal whatever the rounding.
    package func fall(from state: Int, to next: Int) -> Int64 {
        Int64(((usable[state] - usable[next]) * 1_000_000).rounded())
    }

    /// The states that slices lead to, those with most in use first: all that follows from a state stands before it.
    private static func fullestFirst(_ automaton: GPUAutomaton) -> [Int] {
        let used = automaton.inUse
        return used.indices.filter { used[$0] >= 0 }.sorted { (used[$1], $0) < (used[$0], $1) }
    }
}
