/// How much of the spread of a result comes from each input: squared Spearman correlations.
enum RankCorrelation {
    /// Ranks from 0, ties sharing their mean, shifted to mean zero.
    static func centredRanks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        let middle = Double(values.count - 1) / 2
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            let rank = Double(start + end) / 2 - middle
            for place in start...end { ranks[order[place]] = rank }
            start = end + 1
        }
        return ranks
    }

    /// Spearman's correlation of two lists already turned into centred ranks; 0 when one does not vary.
    static func correlation(_ a: [Double], _ b: [Double]) -> Double {
        var cross = 0.0
        var left = 0.0
        var right = 0.0
        for (x, y) in zip(a, b) {
            cross += x * y
            left += x * x
            right += y * y
        }
        let scale = (left * right).squareRoot()
        return scale > 0 ? cross / scale : 0
    }

    /// Shares of the variance of a result that its inputs explain: squared rank correlations over their sum.
    ///
    /// Correlations that chance alone would give in one input of a hundred (2.58 standard errors) count as none, or
    /// the noise of many idle inputs would add up to a finding.
    static func varianceShares(_ correlations: [Double], draws: Int) -> [Double] {
        let noise = 2.58 / Double(max(draws - 1, 1)).squareRoot()
        let squares = correlations.map { abs($0) > noise ? $0 * $0 : 0 }
        let sum = squares.reduce(0, +)
        return squares.map { sum > 0 ? $0 / sum : 0 }
    }
}
