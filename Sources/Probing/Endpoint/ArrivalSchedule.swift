internal import Probability
internal import RealModule

/// How requests arrive at a service.
package enum Arrivals: String, Sendable, Hashable, CaseIterable {
    /// Independently of each other, as from many users.
    case poisson
    /// At equal distances.
    case uniform

    /// When each request is meant to start, in seconds from the beginning, ascending, below `duration`.
    ///
    /// `rate` (requests a second) and `duration` (seconds) are above 0; at most `limit` requests. The times follow from
    /// the seed alone, so both arms of a comparison can be given the same.
    package func times(rate: Double, duration: Double, seed: Int, limit: Int = 2_000_000) -> [Double] {
        guard rate > 0, rate.isFinite, duration > 0, duration.isFinite else { return [] }
        var times: [Double] = []
        times.reserveCapacity(Int(min(rate * duration * 1.2 + 16, Double(limit))))
        switch self {
        case .uniform:
            while times.count < limit {
                let time = Double(times.count) / rate
                guard time < duration else { break }
                times.append(time)
            }
        case .poisson:
            var generator = RandomGenerator(seed: UInt64(max(0, seed)), stream: 0x4C4F_4144)
            var time = 0.0
            while times.count < limit {
                // 53 bits, at least one of them, so the logarithm is finite.
                let uniform = (Double(generator.next() >> 11) + 0.5) * 0x1p-53
                time -= .log(uniform) / rate
                guard time < duration else { break }
                times.append(time)
            }
        }
        return times
    }
}
