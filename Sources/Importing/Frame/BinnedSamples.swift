internal import Evidence

/// Samples known by bins, with what the tool knows besides: it counted coarsely and added up exactly.
struct BinnedSamples {
    /// One bin: from, to, and how many samples in between.
    struct Bin {
        var low: Double
        var high: Double
        var count: Int
    }

    /// The bins, in ascending order.
    var bins: [Bin]
    /// The smallest and the largest sample, where the tool states them.
    var extremes: (low: Double, high: Double)?
    /// The mean of the samples, where the tool states it.
    var mean: Double?

    /// Values and counts that agree with all that is known: each sample is in its bin, the smallest and the largest are
    /// exact, and the mean is the stated one as nearly as the bins allow.
    ///
    /// All samples stand at the same fraction of their bin, the fraction that gives the mean; without a mean, in the
    /// middle.
    func placed() -> [ValueCount] {
        var bins = self.bins.filter { $0.count > 0 }
        var pinned: [ValueCount] = []
        if let extremes, let first = bins.first, let last = bins.last, extremes.low <= extremes.high,
            first.low <= extremes.low, extremes.low <= first.high, last.low <= extremes.high,
            extremes.high <= last.high
        {
            if bins.reduce(0, { $0 + $1.count }) == 1 { return [ValueCount(mean ?? extremes.low, 1)] }
            pinned = [ValueCount(extremes.low, 1), ValueCount(extremes.high, 1)]
            bins[0].count -= 1
            bins[bins.count - 1].count -= 1
            for index in bins.indices {
                bins[index].low = max(bins[index].low, extremes.low)
                bins[index].high = min(bins[index].high, extremes.high)
            }
        }
        bins.removeAll { $0.count <= 0 }
        let fraction = fraction(bins, pinned)
        return pinned + bins.map { ValueCount($0.low + ($0.high - $0.low) * fraction, $0.count) }
    }

    private func fraction(_ bins: [Bin], _ pinned: [ValueCount]) -> Double {
        guard let mean else { return 0.5 }
        var (lows, widths, count) = (0.0, 0.0, 0.0)
        for bin in bins {
            lows += bin.low * Double(bin.count)
            widths += (bin.high - bin.low) * Double(bin.count)
            count += Double(bin.count)
        }
        for entry in pinned {
            lows += entry.value
            count += 1
        }
        guard widths > 0 else { return 0.5 }
        return min(max((mean * count - lows) / widths, 0), 1)
    }
}

/// A histogram that ends: how many samples lie beyond it, and what is known of them.
struct HistogramOverflow {
    /// Samples beyond the histogram.
    var count: Int
    /// Where the histogram ends, in the unit of its values.
    var from: Double
    /// The largest sample.
    var maximum: Double
    /// The sum of all samples beyond, where the tool's mean gives it.
    var sum: Double?

    /// Values and counts that agree with what is known: one sample is the largest; the others have their common mean
    /// where it is known, else the least that they can have.
    var placed: [ValueCount] {
        guard count > 0 else { return [] }
        guard count > 1 else { return [ValueCount(max(maximum, from), 1)] }
        let least = min(from, maximum)
        let rest = sum.map { min(max(($0 - maximum) / Double(count - 1), least), maximum) } ?? least
        return [ValueCount(maximum, 1), ValueCount(rest, count - 1)]
    }

    /// What cannot be known of them.
    func blindSpot(_ metric: String, of total: Int, unit: String) -> String? {
        guard count > 1 else { return nil }
        let known =
            sum == nil
            ? "the largest is exact, the others are taken at the end of the histogram, which understates them"
            : "the largest is exact, the others are taken at their common mean"
        return "\(metric): \(count) of \(total) samples lie beyond the histogram's end at "
            + "\(Self.plain(from)) \(unit); \(known), so quantiles there are not known."
    }

    private static func plain(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
    }
}
