internal import Documents

/// How far recomputed means may be from the stated ones, relative to the larger: rounding, no more.
private let tolerance = 1e-9

private func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= tolerance * max(abs(a), abs(b)) }

extension SampleSummary {
    /// Reads and cross-checks a summary: what is said twice must agree.
    init(_ reader: Reader) throws(DocumentError) {
        let fields = try reader.object([
            "metric", "count", "mean", "sd", "min", "max", "lag1_autocorrelation", "histogram", "blocks", "samples",
        ])
        let range = 0...Self.limits.largest
        metric = try fields.require("metric").name()
        let countReader = try fields.require("count")
        count = try countReader.int(in: 1...Record.Limits.samples)
        minimum = try fields.require("min").double(in: range)
        let maximumReader = try fields.require("max")
        maximum = try maximumReader.double(in: range)
        guard minimum <= maximum else { throw maximumReader.fail("\(maximum) is below 'min', \(minimum)") }
        let meanReader = try fields.require("mean")
        mean = try meanReader.double(in: range)
        guard mean >= minimum, mean <= maximum else {
            throw meanReader.fail("\(mean) is not between 'min', \(minimum), and 'max', \(maximum)")
        }
        standardDeviation = try Self.standardDeviation(fields, count: count, range: maximum - minimum)
        lag1Autocorrelation = try fields["lag1_autocorrelation"]?.double(in: -1...1)
        histogram = try SampleHistogram(try fields.require("histogram"), count: count)
        blocks = try BlockSeries(try fields.require("blocks"), count: count)
        let samplesReader = try fields.require("samples")
        samples = try SampleSelection(samplesReader, count: count)
        try check(fields.reader)
    }

    private static func standardDeviation(
        _ fields: ObjectReader,
        count: Int,
        range: Double
    ) throws(DocumentError) -> Double? {
        guard count > 1 else {
            if let reader = fields["sd"] {
                throw reader.fail("one sample has no standard deviation; leave out the key")
            }
            return nil
        }
        let reader = try fields.require("sd", expected: "the standard deviation of the samples")
        let value = try reader.double(in: 0...limits.largest)
        // Popoviciu: half the range at most, with the divisor n - 1.
        let n = Double(count)
        let most = range / 2 * (n / (n - 1)).squareRoot()
        guard value <= most * (1 + tolerance) else {
            throw reader.fail("\(value) is more than samples between 'min' and 'max' can have, \(most)")
        }
        return value
    }

    /// The parts against each other.
    private func check(_ reader: Reader) throws(DocumentError) {
        func disagree(_ what: String) -> DocumentError {
            reader.fail("\(what); the record is damaged or was edited: make it again")
        }
        guard
            let low = SampleHistogram.ticks(minimum, resolution: histogram.resolution),
            let high = SampleHistogram.ticks(maximum, resolution: histogram.resolution),
            histogram.bins.first == SampleHistogram.lowest(low), histogram.bins.last == SampleHistogram.lowest(high)
        else { throw disagree("the histogram does not begin and end at 'min' and 'max'") }
        guard blocks.minima.min() == minimum, blocks.maxima.max() == maximum else {
            throw disagree("the smallest and largest sample of the blocks are not 'min' and 'max'")
        }
        guard close(blocks.mean(count: count), mean) else { throw disagree("the blocks have another mean than 'mean'") }
        // Half a bin, and half a tick for the rounding to ticks.
        let middle = histogram.mean
        guard abs(middle - mean) <= mean * SampleHistogram.relativeWidth + histogram.resolution else {
            throw disagree("the histogram has another mean than 'mean'")
        }
        guard samples.values.allSatisfy({ $0 >= minimum && $0 <= maximum }) else {
            throw disagree("a sample lies outside 'min' and 'max'")
        }
        guard hasAllSamples else { return }
        guard SampleHistogram(counting: samples.values, resolution: histogram.resolution) == histogram else {
            throw disagree("the histogram does not count the samples")
        }
        for (index, mean) in blocks.means.enumerated() {
            let from = index * blocks.samplesPerBlock
            let block = samples.values[from..<min(from + blocks.samplesPerBlock, samples.values.count)]
            guard close(CentredSums.mean(of: Array(block)), mean), block.min() == blocks.minima[index],
                block.max() == blocks.maxima[index]
            else { throw disagree("block \(index) does not summarise its samples") }
        }
    }
}

extension SampleHistogram {
    init(_ reader: Reader, count: Int) throws(DocumentError) {
        let fields = try reader.object(["resolution", "significant_digits", "bins", "counts"])
        let digits = try fields.require("significant_digits")
        guard try digits.int() == Self.significantDigits else {
            throw digits.fail("\(digits.found) digits; this format has \(Self.significantDigits)")
        }
        resolution = try fields.require("resolution").double(in: Self.powerOfTen(-120)...Self.powerOfTen(100))
        let binsReader = try fields.require("bins")
        let lows = try binsReader.ints(in: 0...Int(Self.maximumTicks), maximum: Self.maximumBins)
        let countsReader = try fields.require("counts")
        let counts = try countsReader.ints(in: 1...Record.Limits.samples, maximum: Self.maximumBins)
        guard lows.count == counts.count else {
            throw countsReader.fail("has \(counts.count) values for \(lows.count) bins; expected one a bin")
        }
        var previous: UInt64?
        for low in lows {
            let bin = UInt64(low)
            guard previous.map({ $0 < bin }) ?? true else {
                throw binsReader.fail("\(low) does not come after the bin before it; bins ascend and differ")
            }
            guard Self.lowest(bin) == bin else {
                throw binsReader.fail("\(low) is not where a bin begins; the bin of it begins at \(Self.lowest(bin))")
            }
            previous = bin
        }
        var total = 0
        for count in counts {
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow else { throw countsReader.fail("the counts add up beyond any run") }
            total = sum
        }
        guard total == count else {
            throw countsReader.fail("the counts add up to \(total), but 'count' says \(count); make the record again")
        }
        bins = lows.map { UInt64($0) }
        self.counts = counts
    }

    /// The mean of the bins' middles.
    var mean: Double {
        var sum = CompensatedSum()
        for (index, count) in counts.enumerated() { sum.add(middle(index) * Double(count)) }
        return sum.total / Double(count)
    }
}

extension BlockSeries {
    init(_ reader: Reader, count: Int) throws(DocumentError) {
        let fields = try reader.object(["samples_per_block", "mean", "min", "max", "start_s"])
        let range = 0...SampleSummary.limits.largest
        let size = try fields.require("samples_per_block").int(in: 1...Record.Limits.samples)
        samplesPerBlock = size
        let blocks = (count - 1) / size + 1
        func column(_ key: String) throws(DocumentError) -> [Double] {
            let reader = try fields.require(key)
            let values = try reader.doubles(in: range, maximum: Self.maximumBlocks)
            guard values.count == blocks else {
                throw reader.fail(
                    "has \(values.count) values; \(count) samples in blocks of \(size) make \(blocks)"
                )
            }
            return values
        }
        means = try column("mean")
        // Blocks of one sample are written without extremes.
        minima = size == 1 ? means : try column("min")
        maxima = size == 1 ? means : try column("max")
        for index in means.indices where !(minima[index] <= means[index] && means[index] <= maxima[index]) {
            throw reader.fail("the mean of block \(index) is not between its smallest and largest sample")
        }
        guard let starts = fields["start_s"] else {
            startSeconds = []
            return
        }
        startSeconds = try starts.doubles(unit: "s", maximum: Self.maximumBlocks)
        guard startSeconds.count == blocks else {
            throw starts.fail("has \(startSeconds.count) values for \(blocks) blocks; expected one a block")
        }
        for index in startSeconds.indices.dropFirst() where startSeconds[index] < startSeconds[index - 1] {
            throw starts.fail("block \(index) starts before the one before it; blocks are in order of time")
        }
    }

    /// The mean over all samples.
    func mean(count: Int) -> Double {
        var sum = CompensatedSum()
        for (index, mean) in means.enumerated() {
            sum.add(mean * Double(min(samplesPerBlock, count - index * samplesPerBlock)))
        }
        return sum.total / Double(count)
    }
}

extension SampleSelection {
    init(_ reader: Reader, count: Int) throws(DocumentError) {
        let fields = try reader.object(["stride", "values"])
        stride = try fields.require("stride").int(in: 0...Record.Limits.samples)
        let list = try fields.require("values")
        values = try list.doubles(in: 0...SampleSummary.limits.largest, maximum: Self.maximumValues)
        guard stride > 0 else {
            guard values.isEmpty else {
                throw list.fail("has \(values.count) values; a stride of 0 says that the order is not known")
            }
            return
        }
        let expected = (count - 1) / stride + 1
        guard values.count == expected else {
            throw list.fail(
                "has \(values.count) values; every sample number 1 + k·\(stride) of \(count) makes \(expected)"
            )
        }
    }
}
