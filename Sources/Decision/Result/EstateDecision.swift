package import Estate

/// The estate as a whole.
package struct EstateDecision: Sendable {
    package var models: [DeploymentModel]
    package var probability: Estimated
    package var regretPerMonth: Estimated
    package var costPerUsefulGPUHour: Spread
    package var costPerMonth: Spread
    package var usefulGPUHoursPerMonth: Spread
    /// One sentence: the decision.
    package var sentence: String
    package var flipPoints: [FlipPoint]

    /// Makes one from its parts.
    package init(
        models: [DeploymentModel],
        probability: Estimated,
        regretPerMonth: Estimated,
        costPerUsefulGPUHour: Spread,
        costPerMonth: Spread,
        usefulGPUHoursPerMonth: Spread,
        sentence: String,
        flipPoints: [FlipPoint]
    ) {
        self.models = models
        self.probability = probability
        self.regretPerMonth = regretPerMonth
        self.costPerUsefulGPUHour = costPerUsefulGPUHour
        self.costPerMonth = costPerMonth
        self.usefulGPUHoursPerMonth = usefulGPUHoursPerMonth
        self.sentence = sentence
        self.flipPoints = flipPoints
    }
}
