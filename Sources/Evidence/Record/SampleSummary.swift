internal import Probability

/// The samples of one metric in one run, in bounded space: distribution, order and a selection of the raw values.
package struct SampleSummary: Sendable, Hashable {
    /// The smallest sample other than zero that a record holds, and the largest: beyond, squares leave `Double`.
    package static let limits = (smallest: 1e-100, largest: 1e100)

    /// The name of the metric, one of the record's.
    package let metric: String
    /// How many samples, warm-up not among them.
    package let count: Int
    /// The arithmetic mean over all samples, in the metric's unit.
    package let mean: Double
    /// The standard deviation (divisor n - 1) over all samples; absent for one sample.
    package let standardDeviation: Double?
    /// The smallest sample.
    package let minimum: Double
    /// The largest sample.
    package let maximum: Double
    /// The correlation of each sample with the next; absent below three samples or where all are equal.
    package let lag1Autocorrelation: Double?
    /// How often each value was seen.
    package let histogram: SampleHistogram
    /// What happened in which order.
    package let blocks: BlockSeries
    /// Raw values: all of them where they fit.
    package let samples: SampleSelection

    /// Whether every sample is at hand, so that quantiles are exact.
    package var hasAllSamples: Bool { samples.stride == 1 }

    /// The quantile p (type 7): exact where all samples are kept, else of the histogram and within 0.05 % of it.
    package func quantile(_ p: Double) -> Double? {
        guard hasAllSamples else {
            // The extremes are known better than their bins.
            return histogram.quantile(p).map { min(max($0, minimum), maximum) }
        }
        return Quantiles.of(samples.values, [p]).first
    }

    /// How many independent samples these are worth: fewer where each resembles the one before.
    package var effectiveCount: Int {
        lag1Autocorrelation.map { Autocorrelation.effectiveCount(count, lagOne: $0) } ?? count
    }
}

/// Consecutive samples summarised block by block, in order; all blocks are equally long, the last may be shorter.
package struct BlockSeries: Sendable, Hashable {
    /// The most blocks a series has.
    package static let maximumBlocks = 1_000

    /// Samples in each block but the last.
    package let samplesPerBlock: Int
    /// The mean of each block, in the metric's unit.
    package let means: [Double]
    /// The smallest sample of each block.
    package let minima: [Double]
    /// The largest sample of each block.
    package let maxima: [Double]
    /// When each block began, in seconds from the start of the run; empty when nobody noted it.
    package let startSeconds: [Double]
}

/// Raw samples: every `stride`-th of a run, beginning with the first, so order and spread survive.
package struct SampleSelection: Sendable, Hashable {
    /// The most values a selection has.
    package static let maximumValues = 10_000

    /// 1 where all samples are here, else a power of two; 0 where the order of the samples is not known and none is here.
    package let stride: Int
    /// The values, in order, in the metric's unit.
    package let values: [Double]
}
