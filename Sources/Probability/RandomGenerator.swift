/// A seeded source of random numbers: xoshiro256** (Blackman and Vigna), its state filled by splitmix64.
///
/// The same seed and stream give the same sequence on every machine and in every run. Streams of one seed are
/// independent for practical purposes, so work that is split (one stream per chunk or per input) does not depend on the
/// order in which it is done. Not for secrets.
package struct RandomGenerator: RandomNumberGenerator, Sendable {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    /// Makes a generator; stream 0 is the reference seeding of xoshiro256** by splitmix64.
    package init(seed: UInt64, stream: UInt64 = 0) {
        var seeding = SplitMix(state: seed)
        s0 = seeding.next()
        s1 = seeding.next()
        s2 = seeding.next()
        s3 = seeding.next()
        if stream != 0 {
            // The stream passes through another constant so that (a, b) and (b, a) differ.
            var other = SplitMix(state: stream ^ 0x6A09_E667_F3BC_C908)
            s0 ^= other.next()
            s1 ^= other.next()
            s2 ^= other.next()
            s3 ^= other.next()
        }
        // The all-zero state is the one fixed point of the recurrence.
        if s0 | s1 | s2 | s3 == 0 { s0 = 1 }
    }

    /// The next 64 random bits.
    package mutating func next() -> UInt64 {
        let product = s1 &* 5
        let result = ((product << 7) | (product >> 57)) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = (s3 << 45) | (s3 >> 19)
        return result
    }

    /// A uniform draw from the open interval (0, 1): never 0, never 1, symmetric about one half.
    package mutating func uniform() -> Double {
        (Double(next() >> 12) + 0.5) * 0x1p-52
    }

    /// A standard normal draw, by inversion of one uniform draw.
    package mutating func normal() -> Double {
        Normal.quantile(uniform())
    }

    /// A uniform index in 0..<count, without bias; 0 when `count` is below 2.
    package mutating func index(below count: Int) -> Int {
        guard count > 1 else { return 0 }
        // Lemire's method: the high word of a product, rejecting the few low words that would be counted twice.
        let bound = UInt64(count)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }
}

/// Steele, Lea and Flood's splitmix64, used only to spread a seed over a larger state.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
