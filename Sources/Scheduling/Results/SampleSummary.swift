/// What a set of durations comes to; quantiles are nearest ranks.
///
/// The p-th percentile is the smallest value that p of a hundred did not exceed: a value that occurred.
package struct SampleSummary: Sendable, Hashable {
    /// How many there are, at least 1.
    package let count: Int
    /// The arithmetic mean.
    package let mean: Double
    /// The median.
    package let p50: Double
    /// What 95 of 100 did not exceed.
    package let p95: Double
    /// What 99 of 100 did not exceed.
    package let p99: Double
    /// The largest.
    package let maximum: Double

    /// Summarises values in any order; nil when there are none, or one is no number.
    package init?(_ values: [Double]) {
        guard !values.isEmpty, !values.contains(where: \.isNaN) else { return nil }
        let sorted = values.sorted()
        count = sorted.count
        mean = sorted.reduce(0, +) / Double(sorted.count)
        p50 = Self.nearestRank(sorted, percent: 50)
        p95 = Self.nearestRank(sorted, percent: 95)
        p99 = Self.nearestRank(sorted, percent: 99)
        maximum = sorted[sorted.count - 1]
    }

    /// The nearest rank of a percentage, 0 to 100, among at least one sorted value.
    static func nearestRank(_ sorted: [Double], percent: Double) -> Double {
        sorted[rank(of: percent, among: sorted.count) - 1]
    }

    /// Which of a number of sorted values, at least one, the nearest rank of a percentage is; the first is 1.
    static func rank(of percent: Double, among count: Int) -> Int {
        let rank = (Double(count) * min(max(percent, 0), 100) / 100).rounded(.up)
        return min(max(Int(rank), 1), count)
    }
}
