internal import Histogram

/// A sample that cannot enter a record.
package enum SampleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// NaN or an infinity.
    case notFinite
    /// Below zero: overhead is a ratio.
    case negative(Double)
    /// Not zero and beyond ``SampleSummary/limits``.
    case beyondUnits(Double)
    /// So much larger than the first 10,000 samples that the histogram cannot hold it.
    case beyondHistogram(Double, largest: Double)
    /// A count of samples below zero, or beyond any run.
    case badCount(Int)
    /// No sample at all.
    case none

    /// What was found, what was expected and what to do.
    package var description: String {
        switch self {
        case .notFinite: "is not a finite number; expected a measured value"
        case .negative(let value): "\(value) is negative; overhead is a ratio, so values must be 0 or more"
        case .beyondUnits(let value): "\(value) is beyond what a record holds (1e-100 to 1e100); choose another unit"
        case .beyondHistogram(let value, let largest):
            "\(value) is beyond \(largest), a thousand million times the usual value of this run; check the measurement"
        case .badCount(let count): "\(count) is no count of samples; expected 0 to 2^50 in all"
        case .none: "no samples; expected at least one after the warm-up"
        }
    }
}

/// Takes the samples of one metric in one run, one at a time, in memory bounded by the histogram.
package struct SeriesBuilder: Sendable {
    /// Samples taken so far.
    package private(set) var count = 0

    private let metric: String
    /// The first samples, all of them while they fit; they fix the resolution and the centre of the sums.
    private var first: [Double] = []
    private var wide: Wide?
    private var blocks = BlockBuilder()

    /// A builder for the metric of that name.
    package init(metric: String) { self.metric = metric }

    /// Takes the next sample, in the metric's unit; `seconds` since the start of the run, where known for all samples.
    package mutating func add(_ value: Double, atSeconds seconds: Double? = nil) throws(SampleError) {
        try Self.check(value)
        if wide != nil {
            try wide?.add(value)
        } else if first.count < SampleSelection.maximumValues {
            first.append(value)
        } else {
            var started = try Wide(first: first)
            try started.add(value)
            wide = started
            first = []
        }
        count += 1
        blocks.add(value, atSeconds: seconds)
    }

    /// Refuses what no record can hold.
    static func check(_ value: Double) throws(SampleError) {
        guard value.isFinite else { throw .notFinite }
        guard value >= 0 else { throw .negative(value) }
        guard value == 0 || (value >= SampleSummary.limits.smallest && value <= SampleSummary.limits.largest) else {
            throw .beyondUnits(value)
        }
    }

    /// The summary of the samples taken.
    ///
    /// - Throws: when there are none.
    package func finish() throws(SampleError) -> SampleSummary {
        guard count > 0 else { throw .none }
        let (extremes, series) = blocks.finish()
        let sums: CentredSums
        let histogram: SampleHistogram
        let selection: SampleSelection
        if let wide {
            sums = wide.sums
            histogram = SampleHistogram(wide.histogram, resolution: wide.resolution)
            selection = SampleSelection(stride: wide.stride, values: wide.kept)
        } else {
            var centred = CentredSums(centre: CentredSums.mean(of: first))
            for value in first { centred.add(value) }
            sums = centred
            let resolution = SampleHistogram.resolution(for: first)
            guard let counted = SampleHistogram(counting: first, resolution: resolution) else { throw .none }
            histogram = counted
            selection = SampleSelection(stride: 1, values: first)
        }
        return SampleSummary(
            metric: metric,
            count: count,
            // Rounding must not carry a mean of equal values past them.
            mean: min(max(sums.mean, extremes.low), extremes.high),
            standardDeviation: sums.standardDeviation,
            minimum: extremes.low,
            maximum: extremes.high,
            lag1Autocorrelation: extremes.low == extremes.high ? nil : sums.lag1Autocorrelation,
            histogram: histogram,
            blocks: series,
            samples: selection
        )
    }

    /// What a run of more than 10,000 samples is held in.
    private struct Wide: Sendable {
        let resolution: Double
        var histogram: Histogram<UInt64>
        var sums: CentredSums
        var kept: [Double] = []
        var stride = 1
        var index = 0

        init(first: [Double]) throws(SampleError) {
            resolution = SampleHistogram.resolution(for: first)
            histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
            sums = CentredSums(centre: CentredSums.mean(of: first))
            kept.reserveCapacity(SampleSelection.maximumValues)
            for value in first { try add(value) }
        }

        mutating func add(_ value: Double) throws(SampleError) {
            guard let ticks = SampleHistogram.ticks(value, resolution: resolution) else {
                throw .beyondHistogram(value, largest: Double(SampleHistogram.maximumTicks) * resolution)
            }
            histogram.record(ticks)
            sums.add(value)
            // The stride is a power of two.
            if index & (stride - 1) == 0 {
                if kept.count == SampleSelection.maximumValues {
                    kept = Swift.stride(from: 0, to: kept.count, by: 2).map { kept[$0] }
                    kept.reserveCapacity(SampleSelection.maximumValues)
                    stride *= 2
                }
                if index & (stride - 1) == 0 { kept.append(value) }
            }
            index += 1
        }
    }
}

/// Sums about a value near the mean, each with its rounding error carried along (Neumaier).
struct CentredSums: Sendable {
    private let centre: Double
    private var count = 0.0
    private var sum = CompensatedSum()
    private var squares = CompensatedSum()
    private var products = CompensatedSum()
    private var firstDeviation = 0.0
    private var lastDeviation = 0.0

    init(centre: Double) { self.centre = centre }

    static func mean(of values: [Double]) -> Double {
        var sum = CompensatedSum()
        for value in values { sum.add(value) }
        return values.isEmpty ? 0 : sum.total / Double(values.count)
    }

    mutating func add(_ value: Double) {
        let deviation = value - centre
        sum.add(deviation)
        squares.add(deviation * deviation)
        if count == 0 { firstDeviation = deviation } else { products.add(lastDeviation * deviation) }
        lastDeviation = deviation
        count += 1
    }

    var mean: Double { centre + sum.total / count }

    private var squaredDeviations: Double { max(0, squares.total - sum.total * (sum.total / count)) }

    var standardDeviation: Double? { count > 1 ? (squaredDeviations / (count - 1)).squareRoot() : nil }

    var lag1Autocorrelation: Double? {
        guard count > 2, squaredDeviations > 0 else { return nil }
        let offset = sum.total / count
        let cross =
            products.total - offset * (2 * sum.total - firstDeviation - lastDeviation) + (count - 1) * offset * offset
        return min(max(cross / squaredDeviations, -1), 1)
    }
}

/// A sum that carries its rounding error along (Neumaier 1974).
struct CompensatedSum: Sendable {
    private var sum = 0.0
    private var error = 0.0

    mutating func add(_ value: Double) {
        let next = sum + value
        error += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
        sum = next
    }

    var total: Double { sum + error }
}

/// Summarises samples in blocks whose length doubles whenever there would be more than 1,000 of them.
struct BlockBuilder: Sendable {
    private struct Block: Sendable {
        var sum: Double
        var count: Int
        var low: Double
        var high: Double
        var start: Double?

        mutating func merge(_ next: Block) {
            sum += next.sum
            count += next.count
            low = min(low, next.low)
            high = max(high, next.high)
        }
    }

    private var size = 1
    private var done: [Block] = []
    private var current: Block?

    mutating func add(_ value: Double, atSeconds seconds: Double?) {
        let single = Block(sum: value, count: 1, low: value, high: value, start: seconds)
        guard var block = current else {
            current = single
            return
        }
        guard block.count == size else {
            block.merge(single)
            current = block
            return
        }
        done.append(block)
        current = single
        guard done.count == BlockSeries.maximumBlocks else { return }
        // One more block has begun: halve their number.
        for index in 0..<(done.count / 2) {
            var merged = done[2 * index]
            merged.merge(done[2 * index + 1])
            done[index] = merged
        }
        done.removeSubrange((done.count / 2)...)
        size *= 2
    }

    func finish() -> (extremes: (low: Double, high: Double), series: BlockSeries) {
        let all = done + (current.map { [$0] } ?? [])
        let starts = all.compactMap(\.start)
        let series = BlockSeries(
            samplesPerBlock: size,
            means: all.map { min(max($0.sum / Double($0.count), $0.low), $0.high) },
            minima: all.map(\.low),
            maxima: all.map(\.high),
            startSeconds: starts.count == all.count ? starts : []
        )
        return ((series.minima.min() ?? 0, series.maxima.max() ?? 0), series)
    }
}
