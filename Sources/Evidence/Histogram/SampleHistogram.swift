internal import Histogram

/// How often each value was seen, at three significant digits: the sparse form of an HDR histogram.
///
/// A sample is divided by the resolution and rounded to whole ticks; ticks are counted in the bins of an HDR histogram
/// with three significant digits: bins are one tick wide below 2,048 ticks and at most 1/1,024 of their value above.
package struct SampleHistogram: Sendable, Hashable {
    /// Significant digits that a bin keeps.
    package static let significantDigits = 3
    /// The most ticks a sample may have: what JSON carries exactly.
    package static let maximumTicks: UInt64 = (1 << 53) - 1
    /// How many bins there are up to ``maximumTicks``.
    package static let maximumBins = 2048 + 1024 * 42
    /// Width of a bin over its value, at most: where a quantile of the histogram lies is known to half of this.
    package static let relativeWidth = 1.0 / 1024

    /// The size of one tick in the metric's unit: a power of ten.
    package let resolution: Double
    /// The lowest tick of each bin that holds samples, ascending.
    package let bins: [UInt64]
    /// Samples in each bin, each at least 1.
    package let counts: [Int]

    init(resolution: Double, bins: [UInt64], counts: [Int]) {
        self.resolution = resolution
        self.bins = bins
        self.counts = counts
    }

    /// The lowest tick that shares a bin with `ticks`.
    static func lowest(_ ticks: UInt64) -> UInt64 { ticks & ~(width(ticks) - 1) }

    /// How many ticks share the bin of `ticks`.
    static func width(_ ticks: UInt64) -> UInt64 {
        1 << UInt64(max(0, 64 - ticks.leadingZeroBitCount - 11))
    }

    /// The sample in ticks, or nil where it has more than ``maximumTicks`` of them or is negative.
    static func ticks(_ sample: Double, resolution: Double) -> UInt64? {
        let ticks = (sample / resolution).rounded()
        return ticks >= 0 && ticks <= Double(maximumTicks) ? UInt64(ticks) : nil
    }

    /// The resolution for samples like these: a power of ten that gives the median six or seven digits, and fewer only
    /// where the largest sample would not fit.
    static func resolution(for samples: [Double]) -> Double {
        let positive = samples.filter { $0 > 0 }.sorted()
        guard let largest = positive.last else { return 1e-6 }
        let median = positive[positive.count / 2]
        // A thousandfold of room above the largest sample seen, for those still to come.
        var resolution = powerOfTen(magnitude(median) - 6)
        let least = powerOfTen(magnitude(largest) - 12)
        if least > resolution { resolution = least }
        return resolution
    }

    /// The exponent of the number's first decimal digit.
    private static func magnitude(_ number: Double) -> Int {
        // Without a logarithm: binary exponents give the decimal one up to one, comparison settles it.
        var exponent = Int((Double(number.exponent) * 0.301_029_995_663_981_2).rounded(.down))
        if powerOfTen(exponent + 1) <= number { exponent += 1 }
        return exponent
    }

    static func powerOfTen(_ exponent: Int) -> Double {
        // Parsing is correctly rounded on every machine; a power function is not.
        Double("1e\(min(max(exponent, -300), 300))") ?? 1
    }

    /// Counts samples that are all at hand; nil where one does not fit the resolution.
    init?(counting samples: [Double], resolution: Double) {
        var lows: [UInt64] = []
        lows.reserveCapacity(samples.count)
        for sample in samples {
            guard let ticks = Self.ticks(sample, resolution: resolution) else { return nil }
            lows.append(Self.lowest(ticks))
        }
        lows.sort()
        var (bins, counts): ([UInt64], [Int]) = ([], [])
        for low in lows {
            if bins.last == low {
                counts[counts.count - 1] += 1
            } else {
                bins.append(low)
                counts.append(1)
            }
        }
        self.init(resolution: resolution, bins: bins, counts: counts)
    }

    /// The bins of a full histogram that hold something.
    init(_ histogram: Histogram<UInt64>, resolution: Double) {
        var (bins, counts): ([UInt64], [Int]) = ([], [])
        for step in histogram.recordedValues() {
            bins.append(Self.lowest(step.value))
            counts.append(Int(clamping: step.count))
        }
        self.init(resolution: resolution, bins: bins, counts: counts)
    }

    /// Samples in all bins.
    package var count: Int { counts.reduce(0) { $0 &+ $1 } }

    /// The middle of the bin at an index, in the metric's unit.
    func middle(_ index: Int) -> Double {
        let low = bins[index]
        return (Double(low) + Double(Self.width(low) - 1) / 2) * resolution
    }

    /// The sample of the given rank, from 1, to within half a bin: the middle of its bin.
    package func value(rank: Int) -> Double? {
        guard rank >= 1 else { return nil }
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if seen >= rank { return middle(index) }
        }
        return nil
    }

    /// The quantile p by interpolation between the two nearest ranks (type 7), to within half a bin.
    package func quantile(_ p: Double) -> Double? {
        guard p >= 0, p <= 1 else { return nil }
        let place = p * Double(count - 1)
        let rank = Int(place.rounded(.down)) + 1
        guard let low = value(rank: rank) else { return nil }
        let fraction = place - place.rounded(.down)
        guard fraction > 0, let high = value(rank: rank + 1) else { return low }
        return low + (high - low) * fraction
    }
}
