package import Cost

/// From today's cost to the chosen one in a documented order that sums exactly.
package struct Waterfall: Sendable {
    package var startTitle: String
    package var start: Double
    package var steps: [Step]
    package var endTitle: String
    package var end: Double
    package var unit: String

    /// What one group of the bill adds to the start, negative where it takes away.
    package struct Step: Sendable, Hashable {
        package var group: CostGroup
        package var amount: Double

        /// Makes one from its parts.
        package init(group: CostGroup, amount: Double) {
            self.group = group
            self.amount = amount
        }
    }

    /// Makes one from its parts.
    package init(
        startTitle: String,
        start: Double,
        steps: [Step],
        endTitle: String,
        end: Double,
        unit: String
    ) {
        self.startTitle = startTitle
        self.start = start
        self.steps = steps
        self.endTitle = endTitle
        self.end = end
        self.unit = unit
    }
}
