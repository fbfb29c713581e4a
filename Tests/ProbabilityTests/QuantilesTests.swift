import Probability
import Testing

@Suite struct QuantilesTests {
    static let ps = [0.9, 0, 0.1, 0.5, 1, 0.333, 0.5]

    @Test("selection agrees with a full sort on data of many kinds", arguments: [1, 2, 3, 7, 64, 1000, 4097])
    func selection(count: Int) throws {
        var generator = RandomGenerator(seed: 3)
        let kinds: [[Double]] = [
            (0..<count).map { _ in generator.normal() },
            (0..<count).map { _ in Double(generator.index(below: 4)) },
            (0..<count).map { Double($0) },
            (0..<count).map { Double(count - $0) },
            (0..<count).map { $0 % 2 == 0 ? Double($0) : -Double($0) },
            (0..<count).map { _ in 5 },
            (0..<count).map { $0 == 0 ? .infinity : -.infinity },
        ]
        for values in kinds {
            let sorted = values.sorted()
            var reordered = values
            let median = try #require(Quantiles.medianReordering(&reordered))
            let wanted = try #require(Quantiles.ofSorted(sorted, 0.5))
            #expect(median == wanted || (median.isNaN && wanted.isNaN))
            #expect(reordered.sorted() == sorted)
            let expected = Self.ps.map { Quantiles.ofSorted(sorted, $0) ?? .nan }
            for (found, wanted) in zip(Quantiles.of(values, Self.ps), expected) {
                #expect(found == wanted || (found.isNaN && wanted.isNaN))
            }
        }
    }

    @Test("median-of-three killers end in a sort, not in quadratic time")
    func killer() {
        // Musser's sequence makes each pass of a median-of-three partition remove two elements.
        let count = 20_000
        let half = count / 2
        var values = [Double](repeating: 0, count: count)
        for i in 1...half {
            values[i - 1] = i % 2 == 1 ? Double(i) : Double(half + i - 1)
            values[half + i - 1] = Double(2 * i)
        }
        #expect(Quantiles.median(values) == Quantiles.ofSorted(values.sorted(), 0.5))
    }

    @Test("type 7: numpy 2.4.6 quantile([3.5,-1,7,7,2.25,0,11], [0,.1,.25,.5,.9,1])")
    func numpy() {
        let found = Quantiles.of([3.5, -1, 7, 7, 2.25, 0, 11], [0, 0.1, 0.25, 0.5, 0.9, 1])
        for (value, expected) in zip(found, [-1, -0.4, 1.125, 3.5, 8.6, 11]) { #expect(abs(value - expected) < 1e-14) }
    }

    @Test("nothing in, nothing out; NaN in, NaN out; probabilities outside 0...1 refused")
    func degenerate() {
        #expect(Quantiles.of([], [0.5]).isEmpty)
        #expect(Quantiles.of([1], [1.5]).isEmpty)
        #expect(Quantiles.of([1], [.nan]).isEmpty)
        #expect(Quantiles.of([1, .nan, 2], [0.1, 0.9]).allSatisfy { $0.isNaN })
        #expect(Quantiles.ofSorted([], 0.5) == nil)
        #expect(Quantiles.ofSorted([1, 2], -0.1) == nil)
        #expect(Quantiles.ofSorted([1, 2], .nan) == nil)
        #expect(Quantiles.median([]) == nil)
        #expect(Quantiles.percentiles([]) == nil)
        #expect(Quantiles.percentiles([4]) == Percentiles(p10: 4, p50: 4, p90: 4))
    }

    @Test("moments keep a small spread on a large mean")
    func moments() {
        let moments = Moments((0..<100).map { 1e9 + Double($0 % 2) * 1e-3 })
        #expect(abs(moments.mean - 1_000_000_000.0005) < 1e-6)
        #expect(abs(moments.variance / (0.25e-6 * 100 / 99) - 1) < 1e-3)
        #expect(Moments([]).mean.isNaN)
        #expect(Moments([]).count == 0)
        #expect(Moments([5]).variance == 0)
        #expect(Moments([2, 4, 4, 4, 5, 5, 7, 9]).variance == 32.0 / 7)
    }
}
