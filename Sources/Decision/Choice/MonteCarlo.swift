import Cost

extension Estimated {
    /// A share of draws with its standard error.
    ///
    /// The error is that of the shares of the table's blocks; where every draw or none counts, Agresti and Coull's, which
    /// is not zero: 0 of 1,000 is not proof of never.
    ///
    /// - Parameter isHit: For each draw, whether it counts.
    init(shareOf isHit: some RandomAccessCollection<Bool>) {
        let estimate = Estimated(meanOf: isHit.lazy.map { $0 ? 1.0 : 0.0 })
        let count = Double(isHit.count)
        guard count > 0 else {
            self = estimate
            return
        }
        let adjusted = (estimate.value * count + 2) / (count + 4)
        let floor = (adjusted * (1 - adjusted) / (count + 4)).squareRoot()
        self.init(
            value: estimate.value,
            standardError: estimate.value <= 0 || estimate.value >= 1 ? floor : estimate.standardError
        )
    }

    /// Expected regret: the cost of a choice above the lowest cost of each draw.
    init(regretOf chosen: some RandomAccessCollection<Double>, lowest: some RandomAccessCollection<Double>) {
        self.init(meanOf: zip(chosen, lowest).map { max(0, $0 - $1) })
    }

    /// The mean of one value for each draw, with its standard error.
    ///
    /// Draws are stratified within blocks and independent between them, so from eight whole blocks on the error is that
    /// of the block means; below, it is the one of independent draws, which is on the safe side.
    init(meanOf values: some RandomAccessCollection<Double>) {
        let count = values.count
        guard count > 0 else {
            self.init(value: 0, standardError: 0)
            return
        }
        let size = DrawTable.blockSize
        let blocks = count / size
        var means: [Double] = []
        var total = 0.0
        var sum = 0.0
        var inBlock = 0
        for value in values {
            sum += value
            inBlock += 1
            if inBlock == size {
                means.append(sum / Double(size))
                total += sum
                sum = 0
                inBlock = 0
            }
        }
        let mean = (total + sum) / Double(count)
        if blocks >= 8 {
            self.init(value: mean, standardError: Estimated.standardError(means))
        } else {
            self.init(value: mean, standardError: Estimated.standardError(values))
        }
    }

    /// Standard deviation of independent values over the root of their number; 0 below two.
    private static func standardError(_ values: some Collection<Double>) -> Double {
        let count = Double(values.count)
        guard count > 1 else { return 0 }
        let mean = values.reduce(0, +) / count
        var squares = 0.0
        for value in values { squares += (value - mean) * (value - mean) }
        return (squares / (count - 1) / count).squareRoot()
    }
}
