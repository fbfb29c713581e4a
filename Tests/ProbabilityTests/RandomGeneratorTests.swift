import Probability
import Testing

@Suite struct RandomGeneratorTests {
    /// From an independent implementation in Python's integers; seed 0 is also rand_xoshiro's test vector.
    static let known: [(seed: UInt64, outputs: [UInt64])] = [
        (0, [0x99ec_5f36_cb75_f2b4, 0xbf6e_1f78_4956_452a, 0x1a5f_849d_4933_e6e0, 0x6aa5_94f1_262d_2d2c]),
        (42, [0x1578_0b2e_0c2e_c716, 0x6104_d986_6d11_3a7e, 0xae17_5332_39e4_99a1, 0xecb8_ad47_03b3_60a1]),
        (.max, [0x8f55_20d5_2a7e_ad08, 0xc476_a018_caa1_802d, 0x81de_31c0_d260_469e, 0xbf65_8d7e_065f_3c2f]),
    ]

    @Test("the sequence is the published xoshiro256** seeded by splitmix64", arguments: known)
    func reference(seed: UInt64, expected: [UInt64]) {
        var generator = RandomGenerator(seed: seed)
        #expect((0..<4).map { _ in generator.next() } == expected)
    }

    @Test("the same seed and stream repeat, another seed or stream differs, and the two do not commute")
    func streams() {
        func first(_ seed: UInt64, _ stream: UInt64) -> UInt64 {
            var generator = RandomGenerator(seed: seed, stream: stream)
            return generator.next()
        }
        #expect(first(7, 3) == first(7, 3))
        var seen: Set<UInt64> = []
        for seed in UInt64(0)..<30 { for stream in UInt64(0)..<30 { seen.insert(first(seed, stream)) } }
        #expect(seen.count == 900)
    }

    @Test("streams of one seed are uncorrelated", arguments: [(0, 1), (1, 2), (0, 1 << 40)] as [(UInt64, UInt64)])
    func uncorrelated(a: UInt64, b: UInt64) {
        var left = RandomGenerator(seed: 11, stream: a)
        var right = RandomGenerator(seed: 11, stream: b)
        let count = 20_000
        var sum = 0.0
        for _ in 0..<count { sum += (left.uniform() - 0.5) * (right.uniform() - 0.5) * 12 }
        // A correlation of independent streams has sd 1/sqrt(n) = 0.007.
        #expect(abs(sum / Double(count)) < 0.03)
    }

    @Test("uniform draws fill (0, 1) evenly and never touch the ends")
    func uniform() {
        var generator = RandomGenerator(seed: 5)
        var counts = [Int](repeating: 0, count: 20)
        for _ in 0..<40_000 {
            let u = generator.uniform()
            #expect(u > 0 && u < 1)
            counts[Int(u * 20)] += 1
        }
        // Chi-squared with 19 degrees of freedom passes 43.8 once in a thousand.
        let chi = counts.reduce(0.0) { $0 + (Double($1) - 2000) * (Double($1) - 2000) / 2000 }
        #expect(chi < 43.8)
    }

    @Test("normal draws have the moments of the normal distribution")
    func normal() {
        var generator = RandomGenerator(seed: 6)
        let moments = Moments((0..<40_000).map { _ in generator.normal() })
        #expect(abs(moments.mean) < 0.02)
        #expect(abs(moments.variance - 1) < 0.03)
    }

    @Test("an index is below its bound, even, and harmless for silly bounds", arguments: [1, 2, 3, 10, 1000])
    func index(bound: Int) {
        var generator = RandomGenerator(seed: 9)
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<20_000 { counts[generator.index(below: bound)] += 1 }
        let expected = 20_000 / Double(bound)
        let chi = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        let freedom = Double(bound - 1)
        #expect(chi <= freedom + 5 * (2 * freedom).squareRoot() + 5)
        for silly in [0, -1, Int.min] { #expect(generator.index(below: silly) == 0) }
        #expect(generator.index(below: .max) >= 0)
    }
}
