/// What it would be worth to know an input, and how to learn it.
package struct MeasurementValue: Sendable {
    package var title: String
    /// The inputs that the measurement settles.
    package var inputs: [String]
    /// Expected value of perfect information about them, over the horizon.
    package var valueOverHorizon: Estimated
    package var valuePerMonth: Double
    package var command: String
    package var reason: String

    /// Makes one from its parts.
    package init(
        title: String,
        inputs: [String],
        valueOverHorizon: Estimated,
        valuePerMonth: Double,
        command: String,
        reason: String
    ) {
        self.title = title
        self.inputs = inputs
        self.valueOverHorizon = valueOverHorizon
        self.valuePerMonth = valuePerMonth
        self.command = command
        self.reason = reason
    }
}
