import Documents
import Estate
import Probability
import Testing

@testable import Evidence

@Suite struct UnorderedSummaryTests {
    private func record(_ summary: SampleSummary) throws -> Record {
        try Record(
            Record.Content(
                metrics: [Metric(name: "t", unit: "us", direction: .lower)],
                hosts: [Host(id: "h", boots: [Boot(id: "b", runs: [Run(id: "r", series: [summary])])])]
            )
        )
    }

    @Test func `moments are those of the samples written out, in any order of the counts`() throws {
        let counts = [ValueCount(5, 2), ValueCount(1, 3), ValueCount(5, 1), ValueCount(9, 0), ValueCount(2.5, 4)]
        let samples = [1.0, 1, 1, 2.5, 2.5, 2.5, 2.5, 5, 5, 5]
        var builder = SeriesBuilder(metric: "t")
        for sample in samples { try builder.add(sample) }
        let ordered = try builder.finish()
        let summary = try SampleSummary(unordered: counts, metric: "t")
        #expect(summary.count == 10 && summary.minimum == 1 && summary.maximum == 5)
        #expect(abs(summary.mean - ordered.mean) < 1e-15)
        #expect(abs((summary.standardDeviation ?? 0) - (ordered.standardDeviation ?? 1)) < 1e-14)
        #expect(summary.histogram == ordered.histogram)
    }

    @Test func `no order is pretended`() throws {
        let summary = try SampleSummary(unordered: [ValueCount(1, 3), ValueCount(2, 3)], metric: "t")
        #expect(!summary.isOrdered && !summary.hasAllSamples && summary.samples.values.isEmpty)
        #expect(summary.lag1Autocorrelation == nil)
        #expect(summary.blocks.means == [1.5] && summary.blocks.samplesPerBlock == 6)
        let single = try SampleSummary(unordered: [ValueCount(4, 1)], metric: "t")
        #expect(single.isOrdered && single.samples.values == [4])
    }

    @Test func `quantiles lie within the histogram's resolution of the samples'`() throws {
        var random = RandomGenerator(seed: 7)
        var counts: [ValueCount] = []
        var samples: [Double] = []
        for _ in 0..<400 {
            let value = 50 / (1e-3 + Double(random.index(below: 1_000_000)) / 1e6)
            let count = 1 + random.index(below: 30)
            counts.append(ValueCount(value, count))
            samples += [Double](repeating: value, count: count)
        }
        let summary = try SampleSummary(unordered: counts, metric: "t")
        samples.sort()
        for p in [0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = try #require(Quantiles.of(samples, [p]).first)
            let found = try #require(summary.quantile(p))
            #expect(abs(found - exact) <= exact / 1024, "p \(p): \(found) for \(exact)")
        }
    }

    @Test(arguments: [1, 2, 3, 20_000, 15_000_000_000])
    func `a record of it is written, read and the same`(_ count: Int) throws {
        let summary = try SampleSummary(
            unordered: [ValueCount(1, count), ValueCount(66_606, 1), ValueCount(0, 2)],
            metric: "t"
        )
        #expect(summary.count == count + 3)
        let record = try record(summary)
        let again = try Record.read(try record.encoded(), file: "r")
        #expect(again == Record(content: record.content, id: record.id, file: "r"))
    }

    @Test func `a stride of 0 with values is refused`() throws {
        let record = try record(try SampleSummary(unordered: [ValueCount(1, 3), ValueCount(2, 3)], metric: "t"))
        let text = String(decoding: try record.encoded(), as: UTF8.self)
        let altered = text.replacing("\"stride\":0,\"values\":[]", with: "\"stride\":0,\"values\":[1]")
            .replacing(#""id":"\#(record.id)","#, with: "")
        #expect(altered != text)
        let error = #expect(throws: DocumentError.self) { _ = try Record.read(Array(altered.utf8), file: "r") }
        #expect(error?.problem.contains("the order is not known") == true, "\(String(describing: error))")
    }

    @Test func `what no record can hold is refused`() {
        let refused: [([ValueCount], SampleError)] = [
            ([], .none), ([ValueCount(1, 0)], .none), ([ValueCount(1, -1)], .badCount(-1)),
            ([ValueCount(-1, 2)], .negative(-1)), ([ValueCount(.nan, 2)], .notFinite),
            ([ValueCount(1e200, 2)], .beyondUnits(1e200)),
            ([ValueCount(1, 1 << 50), ValueCount(2, 1)], .badCount(1)),
        ]
        for (counts, expected) in refused {
            let error = #expect(throws: SampleError.self) { _ = try SampleSummary(unordered: counts, metric: "t") }
            #expect(error == expected)
        }
    }

    @Test func `a digest is that of the bytes, however they came`() {
        var digest = ContentDigest()
        #expect(digest.text == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        digest.update(Array("a".utf8))
        digest.update(Array("bc".utf8))
        #expect(digest.text == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(digest.text == digest.text)
    }
}
