/// How far a month's cost may be from its median: (P90 - P10) / P50, the smaller the more predictable.
struct Predictability {
    var bareMetal: Double?
    var virtualized: Double?

    /// From the cheapest eligible assignments that use only bare metal, and only virtual machines, where there are any.
    init(bareMetal: Spread?, virtualized: Spread?) {
        self.bareMetal = bareMetal.flatMap(Predictability.relativeSpread)
        self.virtualized = virtualized.flatMap(Predictability.relativeSpread)
    }

    /// (P90 - P10) / P50; nothing when the median is not above zero.
    static func relativeSpread(_ spread: Spread) -> Double? {
        spread.p50 > 0 ? (spread.p90 - spread.p10) / spread.p50 : nil
    }
}
