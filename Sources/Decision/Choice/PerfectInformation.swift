import Probability

/// What it would be worth to know an input before choosing: the expected value of partial perfect information.
///
/// If the input were known, the alternative with the lowest expected cost *given it* would be taken instead of the one
/// that is best on average. The draws are cut into bins of equal size by the input, so that within a bin it is nearly
/// known. Choosing and valuing on the same draws would count luck as information, so the halves are crossed: each
/// bin's choice is made on one half of the draws and valued on the other. What bias remains is downward: it understates
/// the worth of a measurement, never invents one.
struct PerfectInformation {
    /// Cost saved by knowing, per month, with its standard error.
    ///
    /// May be slightly negative when there is nothing to gain.
    var value: Estimated

    /// Values knowledge of one index, such as an input or a combination of inputs.
    ///
    /// - Parameters:
    ///   - index: The value of the input in each draw.
    ///   - costs: The alternatives' costs in the same draws.
    ///   - chosen: The alternative taken without the knowledge.
    ///   - bins: Into how many parts the draws are cut.
    init(of index: some RandomAccessCollection<Double>, costs: CostColumns, chosen: Int, bins: Int = 32) {
        let draws = min(index.count, costs.draws)
        let edges = PerfectInformation.edges(of: index.prefix(draws), bins: bins)
        guard draws > 1, costs.count > 1, !edges.isEmpty, chosen < costs.count else {
            value = Estimated(value: 0, standardError: 0)
            return
        }
        let bin = index.prefix(draws).map { PerfectInformation.bin(of: $0, edges: edges) }
        let cells = (edges.count + 1) * 2
        // sums[alternative][cell]: costs relative to the chosen alternative; a cell is a bin of one half of the draws.
        var sums = [[Double]](repeating: [Double](repeating: 0, count: cells), count: costs.count)
        for alternative in 0..<costs.count where alternative != chosen {
            let base = alternative * costs.draws
            let reference = chosen * costs.draws
            for draw in 0..<draws {
                sums[alternative][bin[draw] * 2 + draw % 2] +=
                    costs.values[base + draw] - costs.values[reference + draw]
            }
        }
        // The choice for draws of one half comes from the sums of the other.
        var choice = [Int](repeating: chosen, count: cells)
        for cell in 0..<cells {
            var best = 0.0
            for alternative in 0..<costs.count where sums[alternative][cell ^ 1] < best {
                best = sums[alternative][cell ^ 1]
                choice[cell] = alternative
            }
        }
        var saved = [Double](repeating: 0, count: draws)
        for draw in 0..<draws {
            let taken = choice[bin[draw] * 2 + draw % 2]
            if taken != chosen { saved[draw] = costs[chosen, draw] - costs[taken, draw] }
        }
        value = Estimated(meanOf: saved)
    }

    /// Values knowledge of everything: the regret of the choice, the most that any measurement can be worth.
    static func ofEverything(costs: CostColumns, chosen: Int) -> Estimated {
        var saved = [Double](repeating: 0, count: costs.draws)
        for draw in saved.indices {
            var least = costs[chosen, draw]
            for alternative in 0..<costs.count { least = min(least, costs[alternative, draw]) }
            saved[draw] = costs[chosen, draw] - least
        }
        return Estimated(meanOf: saved)
    }

    /// Ascending values that cut the index into bins of about equal size; empty when it has one value only.
    static func edges(of index: some RandomAccessCollection<Double>, bins: Int) -> [Double] {
        guard bins > 1 else { return [] }
        // A few thousand draws place the edges well enough; every draw is then put into its bin.
        let step = max(1, index.count / 4_096)
        var sample: [Double] = []
        for (offset, value) in index.enumerated() where offset % step == 0 && value.isFinite { sample.append(value) }
        sample.sort()
        var edges: [Double] = []
        for cut in 1..<bins {
            guard let edge = Quantiles.ofSorted(sample, Double(cut) / Double(bins)), let least = sample.first,
                edge > (edges.last ?? least)
            else { continue }
            edges.append(edge)
        }
        return edges
    }

    /// How many edges are at or below the value.
    static func bin(of value: Double, edges: [Double]) -> Int {
        var low = 0
        var high = edges.count
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
