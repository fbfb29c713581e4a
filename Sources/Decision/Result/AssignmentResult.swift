package import Cost
package import Estate

/// One assignment of workloads to platforms and what it costs.
package struct AssignmentResult: Sendable {
    /// The deployment model of each workload, in the study's order.
    package var models: [DeploymentModel]
    package var isChosen: Bool
    package var isToday: Bool
    package var isEligible: Bool
    package var costPerMonth: Spread
    /// Cost above the chosen assignment, draw by draw.
    package var differencePerMonth: Spread
    package var costPerUsefulGPUHour: Spread
    /// Share of draws in which it is the cheapest of the eligible.
    package var probability: Estimated
    /// The platforms it runs, each with its size and its bill at the expected inputs.
    package var platforms: [PlatformBill]

    /// Makes one from its parts.
    package init(
        models: [DeploymentModel],
        isChosen: Bool,
        isToday: Bool,
        isEligible: Bool,
        costPerMonth: Spread,
        differencePerMonth: Spread,
        costPerUsefulGPUHour: Spread,
        probability: Estimated,
        platforms: [PlatformBill]
    ) {
        self.models = models
        self.isChosen = isChosen
        self.isToday = isToday
        self.isEligible = isEligible
        self.costPerMonth = costPerMonth
        self.differencePerMonth = differencePerMonth
        self.costPerUsefulGPUHour = costPerUsefulGPUHour
        self.probability = probability
        self.platforms = platforms
    }
}
