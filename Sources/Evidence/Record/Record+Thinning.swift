/// Keeping a record of many runs readable: fewer raw values and longer blocks, the same counts and moments.
extension Record.Content {
    /// The most raw values a record is made with; beyond, each run keeps its even share, at least ten.
    static let rawValues = 1_000_000
    /// The most blocks a record is made with, likewise.
    static let blockValues = 250_000

    /// The content with as many raw values and blocks as a file should hold.
    var thinned: Record.Content {
        let series = hosts.reduce(0) { total, host in
            total + host.boots.reduce(0) { $0 + $1.runs.reduce(0) { $0 + $1.series.count } }
        }
        let values = max(10, Self.rawValues / max(1, series))
        let blocks = max(10, Self.blockValues / max(1, series))
        guard values < SampleSelection.maximumValues || blocks < BlockSeries.maximumBlocks else { return self }
        var content = self
        for host in content.hosts.indices {
            for boot in content.hosts[host].boots.indices {
                for run in content.hosts[host].boots[boot].runs.indices {
                    let kept = content.hosts[host].boots[boot].runs[run].series
                    content.hosts[host].boots[boot].runs[run].series = kept.map { $0.thinned(values, blocks) }
                }
            }
        }
        return content
    }
}

extension SampleSummary {
    /// The summary with at most so many raw values and blocks.
    func thinned(_ values: Int, _ blocks: Int) -> SampleSummary {
        SampleSummary(
            metric: metric,
            count: count,
            mean: mean,
            standardDeviation: standardDeviation,
            minimum: minimum,
            maximum: maximum,
            lag1Autocorrelation: lag1Autocorrelation,
            histogram: histogram,
            blocks: self.blocks.merged(to: blocks, count: count),
            samples: samples.thinned(to: values)
        )
    }
}

extension SampleSelection {
    /// Every second value, as often as it takes to come to `most`.
    func thinned(to most: Int) -> SampleSelection {
        var (step, left) = (1, values.count)
        while left > most { (step, left) = (step * 2, (left + 1) / 2) }
        guard step > 1 else { return self }
        let kept = Swift.stride(from: 0, to: values.count, by: step).map { values[$0] }
        return SampleSelection(stride: stride * step, values: kept)
    }
}

extension BlockSeries {
    /// Neighbours merged, as often as it takes to come to `most`; `count` is that of all samples.
    func merged(to most: Int, count: Int) -> BlockSeries {
        var blocks = self
        while blocks.means.count > most { blocks = blocks.halved(count: count) }
        return blocks
    }

    /// The means of at most so many blocks, all equally long: a shorter last one is left out.
    func wholeMeans(_ most: Int, count: Int) -> [Double] {
        let blocks = merged(to: most, count: count)
        let isWhole = count % blocks.samplesPerBlock == 0 || blocks.means.count < 2
        return isWhole ? blocks.means : blocks.means.dropLast()
    }

    private func halved(count: Int) -> BlockSeries {
        let firsts = stride(from: 0, to: means.count, by: 2)
        func pairs(_ column: [Double], _ join: (Double, Double) -> Double) -> [Double] {
            firsts.map { $0 + 1 < column.count ? join(column[$0], column[$0 + 1]) : column[$0] }
        }
        let merged = firsts.map { index -> Double in
            guard index + 1 < means.count else { return means[index] }
            // Only the last block can be shorter.
            let next = Double(min(samplesPerBlock, count - (index + 1) * samplesPerBlock))
            let size = Double(samplesPerBlock)
            return (means[index] * size + means[index + 1] * next) / (size + next)
        }
        return BlockSeries(
            samplesPerBlock: samplesPerBlock * 2,
            means: merged,
            minima: pairs(minima, min),
            maxima: pairs(maxima, max),
            startSeconds: startSeconds.isEmpty ? [] : firsts.map { startSeconds[$0] }
        )
    }
}
