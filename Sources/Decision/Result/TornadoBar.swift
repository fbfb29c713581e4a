/// How far the result moves when one input goes from its P10 to its P90.
package struct TornadoBar: Sendable {
    package var input: String
    package var title: String
    package var unit: String
    package var lowInput: Double
    package var highInput: Double
    /// Monthly saving of the choice against the reference (today, or the best other) at the low and at the high value.
    package var lowResult: Double
    package var highResult: Double
    /// Share of the variance of that saving, from rank correlation, 0 to 1.
    package var varianceShare: Double
    package var isAssumed: Bool

    /// Makes one from its parts.
    package init(
        input: String,
        title: String,
        unit: String,
        lowInput: Double,
        highInput: Double,
        lowResult: Double,
        highResult: Double,
        varianceShare: Double,
        isAssumed: Bool
    ) {
        self.input = input
        self.title = title
        self.unit = unit
        self.lowInput = lowInput
        self.highInput = highInput
        self.lowResult = lowResult
        self.highResult = highResult
        self.varianceShare = varianceShare
        self.isAssumed = isAssumed
    }
}
