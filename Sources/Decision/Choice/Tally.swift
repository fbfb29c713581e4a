/// Which alternative is cheapest in each draw, and what each costs on average, gathered column by column.
///
/// Here ties count for the alternative added first (probabilities count them for each, see `Selection.probability`): alternatives come in the documented order (today's assignment, then the
/// study's order of platforms, the first workload slowest). Costs within one part in 10^9 are a tie, so that rounding
/// in the sums never decides.
struct Tally: Sendable {
    /// The cheapest alternative of each draw.
    private(set) var cheapest: ContiguousArray<Int32>
    /// What it costs.
    private(set) var lowest: ContiguousArray<Double>
    /// Sum over the draws of each alternative's costs.
    private(set) var sums: [Double] = []

    /// A tally of no alternatives yet over so many draws.
    init(draws: Int) {
        cheapest = ContiguousArray(repeating: -1, count: draws)
        lowest = ContiguousArray(repeating: .infinity, count: draws)
    }

    /// Adds the next alternative: its cost in each draw of a part of the draws.
    ///
    /// - Parameters:
    ///   - alternative: Its place in the documented order; alternatives are added in ascending order for any draw.
    ///   - costs: Its costs, one for each draw from `start` on.
    ///   - start: The draw of the first cost.
    mutating func add(_ alternative: Int, _ costs: UnsafeBufferPointer<Double>, from start: Int = 0) {
        while sums.count <= alternative { sums.append(0) }
        let index = Int32(truncatingIfNeeded: alternative)
        let end = min(start + costs.count, lowest.count)
        guard start < end else { return }
        var sum = 0.0
        lowest.withUnsafeMutableBufferPointer { lowest in
            cheapest.withUnsafeMutableBufferPointer { cheapest in
                for draw in start..<end {
                    let cost = costs[draw - start]
                    sum += cost
                    let least = lowest[draw]
                    // The first alternative always counts: an infinite cost ties with nothing.
                    if least == .infinity || (cost < least && !Tally.ties(cost, least)) {
                        lowest[draw] = cost
                        cheapest[draw] = index
                    }
                }
            }
        }
        sums[alternative] += sum
    }

    /// Appends the draws of the next block: same alternatives, further draws.
    mutating func append(_ next: Tally) {
        cheapest.append(contentsOf: next.cheapest)
        lowest.append(contentsOf: next.lowest)
        while sums.count < next.sums.count { sums.append(0) }
        for index in next.sums.indices { sums[index] += next.sums[index] }
    }

    /// Whether two costs differ by no more than rounding.
    @inline(__always)
    static func ties(_ a: Double, _ b: Double) -> Bool {
        abs(a - b) <= 1e-9 * max(abs(a), abs(b))
    }

    /// Whether a cost is the lowest of its draw, within rounding.
    @inline(__always)
    static func isLowest(_ cost: Double, _ lowest: Double) -> Bool { cost <= lowest || ties(cost, lowest) }

    /// The alternative with the lowest expected cost, the first of equals; nothing when there are none.
    var best: Int? {
        guard !sums.isEmpty else { return nil }
        var best = 0
        for index in sums.indices.dropFirst() where sums[index] < sums[best] && !Tally.ties(sums[index], sums[best]) {
            best = index
        }
        return best
    }

    /// Expected cost of an alternative.
    func mean(_ alternative: Int) -> Double {
        sums.indices.contains(alternative) && !lowest.isEmpty ? sums[alternative] / Double(lowest.count) : 0
    }

    /// In how many draws each alternative is cheapest.
    var wins: [Int] {
        var wins = [Int](repeating: 0, count: sums.count)
        for index in cheapest where index >= 0 { wins[Int(index)] += 1 }
        return wins
    }
}
