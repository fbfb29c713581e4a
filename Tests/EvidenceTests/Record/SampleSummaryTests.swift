import Documents
import Evidence
import Probability
import Testing

@Suite("A run's samples are summarised in bounded memory")
struct SampleSummaryTests {
    /// Log-normal samples about 20 with a slow wave in them, so that order matters.
    static func samples(_ count: Int, seed: UInt64) -> [Double] {
        var generator = RandomGenerator(seed: seed)
        return (0..<count).map { index in
            20 * (1 + 0.05 * generator.normal()) * (index / 500 % 2 == 0 ? 1 : 1.02)
        }
    }

    @Test("moments and autocorrelation are those of all samples", arguments: [2, 3, 999, 10_000, 10_001, 45_678])
    func moments(count: Int) throws {
        let values = Self.samples(count, seed: UInt64(count))
        let summary = try Sample.summary(values)
        let expected = Moments(values)
        #expect(summary.count == count)
        #expect(abs(summary.mean / expected.mean - 1) < 1e-14)
        #expect(abs((summary.standardDeviation ?? 0) / expected.standardDeviation - 1) < 1e-11)
        #expect(summary.minimum == values.min())
        #expect(summary.maximum == values.max())
        if count > 2 {
            let lag = try #require(Autocorrelation.lagOne(values))
            #expect(abs((summary.lag1Autocorrelation ?? 9) - lag) < 1e-10)
        } else {
            #expect(summary.lag1Autocorrelation == nil)
        }
    }

    @Test("a huge first sample does not spoil the spread of the others")
    func cancellation() throws {
        var builder = SeriesBuilder(metric: "t")
        try builder.add(1e9)
        for index in 0..<20_000 { try builder.add(1 + 1e-3 * Double(index % 7)) }
        let values = [1e9] + (0..<20_000).map { 1 + 1e-3 * Double($0 % 7) }
        let summary = try builder.finish()
        #expect(abs((summary.standardDeviation ?? 0) / Moments(values).standardDeviation - 1) < 1e-12)
    }

    @Test("blocks keep order, are at most 1,000, and add up", arguments: [1, 999, 1_000, 1_001, 2_001, 70_000])
    func blocks(count: Int) throws {
        let values = Self.samples(count, seed: 7)
        let blocks = try Sample.summary(values).blocks
        #expect(blocks.means.count <= BlockSeries.maximumBlocks)
        #expect(count < 500 || blocks.means.count > 500)
        #expect(blocks.samplesPerBlock.nonzeroBitCount == 1)
        for (index, mean) in blocks.means.enumerated() {
            let slice = values.dropFirst(index * blocks.samplesPerBlock).prefix(blocks.samplesPerBlock)
            #expect(abs(mean - Moments(Array(slice)).mean) < 1e-11)
            #expect(blocks.minima[index] == slice.min())
            #expect(blocks.maxima[index] == slice.max())
        }
    }

    @Test("raw samples are all kept while they fit, then every 2^k-th", arguments: [1, 10_000, 10_001, 20_001, 99_999])
    func selection(count: Int) throws {
        let values = (0..<count).map { Double($0 + 1) }
        let kept = try Sample.summary(values).samples
        #expect(kept.stride == (count <= 10_000 ? 1 : kept.stride))
        #expect(kept.values.count <= 10_000)
        #expect(kept.values == stride(from: 0, to: count, by: kept.stride).map { values[$0] })
        #expect(kept.stride == 1 || kept.values.count >= 5_000)
    }

    @Test("quantiles are exact while all samples are kept and within 0.05 % beyond", arguments: [10_000, 200_000])
    func quantiles(count: Int) throws {
        let values = Self.samples(count, seed: 3)
        let summary = try Sample.summary(values)
        let sorted = values.sorted()
        for p in [0.001, 0.5, 0.9, 0.99, 0.999] {
            let exact = try #require(Quantiles.ofSorted(sorted, p))
            let found = try #require(summary.quantile(p))
            if summary.hasAllSamples { #expect(found == exact) } else { #expect(abs(found / exact - 1) < 5.5e-4) }
        }
        #expect(
            summary.quantile(1)
                == (summary.hasAllSamples ? sorted.last : min(summary.maximum, summary.quantile(1) ?? 0))
        )
    }

    @Test(
        "any unit fits: the histogram keeps three digits from 1e-90 to 1e90",
        arguments: [1e-90, 1e-9, 1, 1e6, 1e18, 1e90]
    )
    func scales(scale: Double) throws {
        let values = Self.samples(12_000, seed: 5).map { $0 * scale }
        let summary = try Sample.summary(values)
        let exact = try #require(Quantiles.of(values, [0.99]).first)
        #expect(abs((summary.histogram.quantile(0.99) ?? 0) / exact - 1) < 5.5e-4)
        #expect(summary.histogram.count == 12_000)
    }

    @Test("a histogram of many samples equals one of the same samples counted at once")
    func histograms() throws {
        let values = Self.samples(10_000, seed: 11)
        let small = try Sample.summary(values)
        let large = try Sample.summary(values + values)
        #expect(small.histogram.bins == large.histogram.bins)
        #expect(small.histogram.counts.map { 2 * $0 } == large.histogram.counts)
        #expect(small.histogram.resolution == large.histogram.resolution)
    }

    @Test(
        "a sample that cannot be used is refused with its reason",
        arguments: zip(
            [Double.nan, .infinity, -1, 1e101, 1e-101],
            ["finite", "finite", "negative", "unit", "unit"]
        )
    )
    func refused(value: Double, word: String) {
        var builder = SeriesBuilder(metric: "t")
        let error = #expect(throws: SampleError.self) { try builder.add(value) }
        #expect("\(String(describing: error))".contains(word) || "\(error.map(\.description) ?? "")".contains(word))
    }

    @Test("a sample far beyond the first 10,000 is refused, not miscounted")
    func beyond() throws {
        var builder = SeriesBuilder(metric: "t")
        for _ in 0..<10_001 { try builder.add(1) }
        #expect(throws: SampleError.self) { try builder.add(1e30) }
        #expect(throws: Never.self) { try builder.add(1e6) }
        #expect(try builder.finish().maximum == 1e6)
    }

    @Test("no sample is an error, one sample has no spread, zeros and equal samples are fine")
    func edges() throws {
        #expect(throws: SampleError.none) { try SeriesBuilder(metric: "t").finish() }
        let one = try Sample.summary([4.0085])
        #expect(one.standardDeviation == nil)
        #expect(one.mean == 4.0085)
        #expect(one.quantile(0.99) == 4.0085)
        let zeros = try Sample.summary([0, 0, 0])
        #expect(zeros.mean == 0)
        #expect(zeros.lag1Autocorrelation == nil)
        let equal = try Sample.summary([Double](repeating: 0.1, count: 12_345))
        #expect(equal.mean == 0.1)
        #expect(equal.standardDeviation == 0)
    }

    @Test("dependent samples count for fewer, independent ones for themselves")
    func effective() throws {
        var generator = RandomGenerator(seed: 2)
        var level = 0.0
        let dependent = (0..<4_000).map { _ in
            level = 0.8 * level + generator.normal()
            return 100 + level
        }
        let summary = try Sample.summary(dependent)
        // n (1 - r) / (1 + r) with r = 0.8 is n / 9.
        #expect((300...600).contains(summary.effectiveCount))
        #expect(try Sample.summary((0..<4_000).map { _ in 100 + generator.normal() }).effectiveCount > 3_500)
    }
}
