/// One value of a histogram and how often it was seen.
package struct ValueCount: Sendable, Hashable {
    /// The value, in the metric's unit.
    package var value: Double
    /// How many samples had it.
    package var count: Int

    /// A value that was seen so often.
    package init(_ value: Double, _ count: Int) {
        self.value = value
        self.count = count
    }
}

extension SampleSelection {
    /// No value of a run is known by its place: what ``stride`` 0 says.
    static let unordered = SampleSelection(stride: 0, values: [])
}

extension SampleSummary {
    /// Whether the order of the samples is known; without it there is no autocorrelation and no raw value.
    package var isOrdered: Bool { samples.stride > 0 }

    /// The summary of samples that are known only as values and their counts, in any order: another tool's histogram.
    ///
    /// Nothing is said about an order: there is one block, no autocorrelation and no raw value, except for a single
    /// sample. Counts of the same value are added up, and zero counts passed over.
    ///
    /// - Throws: where there is no sample, a value cannot enter a record, or counts are negative or beyond any run.
    package init(unordered counts: [ValueCount], metric: String) throws(SampleError) {
        var positive: [ValueCount] = []
        positive.reserveCapacity(counts.count)
        var total = 0
        for entry in counts where entry.count != 0 {
            guard entry.count > 0, entry.count <= Record.Limits.samples - total else { throw .badCount(entry.count) }
            try SeriesBuilder.check(entry.value)
            total += entry.count
            positive.append(entry)
        }
        positive.sort { $0.value < $1.value }
        guard let lowest = positive.first?.value, let highest = positive.last?.value else { throw .none }
        if total == 1 {
            var builder = SeriesBuilder(metric: metric)
            try builder.add(lowest)
            self = try builder.finish()
            return
        }
        let resolution = SampleHistogram.resolution(for: Self.typical(positive, total: total))
        let mean = Self.mean(positive, total: total, within: lowest...highest)
        var squares = CompensatedSum()
        for entry in positive {
            squares.add((entry.value - mean) * (entry.value - mean) * Double(entry.count))
        }
        self.init(
            metric: metric,
            count: total,
            mean: mean,
            standardDeviation: (max(0, squares.total) / Double(total - 1)).squareRoot(),
            minimum: lowest,
            maximum: highest,
            lag1Autocorrelation: nil,
            histogram: try SampleHistogram(ascending: positive, resolution: resolution),
            blocks: BlockSeries(
                samplesPerBlock: total,
                means: [mean],
                minima: [lowest],
                maxima: [highest],
                startSeconds: []
            ),
            samples: .unordered
        )
    }

    private static func mean(_ counts: [ValueCount], total: Int, within range: ClosedRange<Double>) -> Double {
        // About a value near the mean, so that large values lose no digits.
        let centre = range.lowerBound
        var sum = CompensatedSum()
        for entry in counts { sum.add((entry.value - centre) * Double(entry.count)) }
        return min(max(centre + sum.total / Double(total), range.lowerBound), range.upperBound)
    }

    /// Three samples with the median and the largest of all: what the resolution is chosen by.
    private static func typical(_ ascending: [ValueCount], total: Int) -> [Double] {
        var seen = 0
        let positive = ascending.filter { $0.value > 0 }
        let samples = positive.reduce(0) { $0 + $1.count }
        for entry in positive {
            seen += entry.count
            if seen > samples / 2 { return [entry.value, entry.value, positive.last?.value ?? entry.value] }
        }
        return []
    }
}

extension SampleHistogram {
    /// The histogram of values in ascending order.
    init(ascending counts: [ValueCount], resolution: Double) throws(SampleError) {
        var (bins, sums): ([UInt64], [Int]) = ([], [])
        for entry in counts {
            guard let ticks = Self.ticks(entry.value, resolution: resolution) else {
                throw .beyondHistogram(entry.value, largest: Double(Self.maximumTicks) * resolution)
            }
            let low = Self.lowest(ticks)
            if bins.last == low {
                sums[sums.count - 1] += entry.count
            } else {
                bins.append(low)
                sums.append(entry.count)
            }
        }
        self.init(resolution: resolution, bins: bins, counts: sums)
    }
}
