/// The value of one input at which a decision changes.
package struct FlipPoint: Sendable {
    /// What changes: the cheapest choice, or what is eligible.
    package enum Kind: String, Sendable, Hashable { case cost, eligibility }
    /// The key of the input, `workloads.fraud.overhead.vm-passthrough`.
    package var input: String
    package var title: String
    package var unit: String
    package var value: Double
    package var current: Double
    package var range: ClosedRange<Double>
    package var kind: Kind
    /// What is chosen below and above the value: models of the workload, or of the estate joined by ` + `.
    package var below: String
    package var above: String

    /// Makes one from its parts.
    package init(
        input: String,
        title: String,
        unit: String,
        value: Double,
        current: Double,
        range: ClosedRange<Double>,
        kind: Kind,
        below: String,
        above: String
    ) {
        self.input = input
        self.title = title
        self.unit = unit
        self.value = value
        self.current = current
        self.range = range
        self.kind = kind
        self.below = below
        self.above = above
    }
}

/// The value of an input at which two models cost the same.
package struct BreakEven: Sendable {
    package var input: String
    package var title: String
    package var unit: String
    /// Solved, not read off a grid; empty when they never do within the range.
    package var values: [Double]
    package var current: Double
    package var between: String

    /// Makes one from its parts.
    package init(
        input: String,
        title: String,
        unit: String,
        values: [Double],
        current: Double,
        between: String
    ) {
        self.input = input
        self.title = title
        self.unit = unit
        self.values = values
        self.current = current
        self.between = between
    }
}
