internal import Documents

/// Shares as percentages with one decimal, or as many as it takes to keep two significant digits of the largest.
struct ShareText {
    let estimate: String
    let low: String
    let high: String
    /// `[0.012, 0.034]`, in percent.
    let interval: String
    /// What the estimate takes of the hours billed; absent where no speed gives it.
    let lost: String?

    /// An effect's estimate and interval, all to the same place.
    init(_ effect: Effect) { self.init(effect.estimate, effect.low, effect.high) }

    /// An interval.
    init(_ low: Double, _ high: Double) { self.init(low, low, high) }

    private init(_ estimate: Double, _ low: Double, _ high: Double) {
        let places = Self.places(max(abs(estimate), abs(low), abs(high)))
        self.estimate = NumberText.percent(estimate, places, signed: true)
        self.low = NumberText.percent(low, places, signed: true)
        self.high = NumberText.percent(high, places, signed: true)
        lost = Overhead.lostShare(of: estimate).map { NumberText.percent($0, places, signed: true) }
        interval = "[\(NumberText.fixed(low * 100, places)), \(NumberText.fixed(high * 100, places))]"
    }

    /// An estimate without an interval.
    init(only estimate: Double) { self.init(estimate, estimate, estimate) }

    /// One share.
    static func one(_ share: Double, signed: Bool = false) -> String {
        NumberText.percent(share, places(abs(share)), signed: signed)
    }

    /// Decimals of a percentage: one from 1 %, then one more for each power of ten, to eight.
    private static func places(_ share: Double) -> Int {
        guard share > 0, share < 0.01 else { return 1 }
        var (places, bound) = (2, 0.001)
        while share < bound, places < 8 { (places, bound) = (places + 1, bound / 10) }
        return places
    }
}
