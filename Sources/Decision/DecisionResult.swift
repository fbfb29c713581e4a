package import Cost
package import Estate
package import Evidence
package import Study

/// The answer: which workloads belong where, at what cost, how sure, and what would change it.
///
/// Everything a report or `decision.json` shows is here; nothing is computed while writing it. Money is in the study's
/// currency, monthly amounts are levelised over the horizon.
package struct DecisionResult: Sendable {
    package var study: Study
    /// The chosen assignment first, then the best others, and always today's; at most twelve.
    package var assignments: [AssignmentResult]
    package var workloads: [WorkloadDecision]
    package var estate: EstateDecision
    /// 'stay', 'switch now', 'switch at renewal', for the chosen assignment.
    package var timing: [TimingOption]
    package var tornado: [TornadoBar]
    package var breakEvens: [BreakEven]
    package var waterfall: Waterfall
    package var savings: [Saving]
    package var deferral: DeferralValue?
    /// What is worth knowing better, most valuable first.
    package var measurements: [MeasurementValue]
    package var matrix: [MatrixRow]
    package var questions: [QuestionAnswer]
    /// Comparisons of the study's records, with the reference that named them.
    package var comparisons: [ComparedEvidence]
    /// Every input with how it entered: for the appendix that an auditor reads.
    package var inputs: [InputSummary]
    /// Share of the variance of the cost difference that rests on assumed inputs, 0 to 1.
    package var assumedVarianceShare: Double
    package var draws: Int
    package var seed: UInt64
    /// How far the choice could be from the best, per month: 0 when every assignment was enumerated.
    package var optimalityGapPerMonth: Double
    package var notes: [String]
}

/// Percentiles of a distribution of results.
package struct Spread: Sendable, Hashable {
    package var p10: Double
    package var p50: Double
    package var p90: Double
    package var mean: Double

    package init(p10: Double, p50: Double, p90: Double, mean: Double) {
        self.p10 = p10
        self.p50 = p50
        self.p90 = p90
        self.mean = mean
    }
}

/// An estimate from Monte Carlo draws with its standard error.
package struct Estimated: Sendable, Hashable {
    package var value: Double
    package var standardError: Double

    package init(value: Double, standardError: Double) {
        self.value = value
        self.standardError = standardError
    }
}

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
}

/// What was decided for one workload.
package struct WorkloadDecision: Sendable {
    package var name: String
    package var model: DeploymentModel
    package var probability: Estimated
    package var regretPerMonth: Estimated
    package var flipPoints: [FlipPoint]
    package var options: [WorkloadOption]
    /// The representative job: hours today and on the chosen model, when the study states them.
    package var job: JobTime?
}

/// One deployment model for one workload.
package struct WorkloadOption: Sendable {
    package var model: DeploymentModel
    /// Why it cannot be; empty when it is eligible.
    package var rejections: [Rejection]
    /// Cost with the workload there minus without it, the others as chosen; absent when rejected.
    package var marginalCostPerMonth: Spread?
    package var probability: Estimated?
    /// Overhead against bare metal, as a share.
    package var overhead: Spread
    package var overheadProvenance: Provenance
    /// What a job gets: `whole GPU`, `2g.20gb`, `1 of 4 time slices`.
    package var share: String
}

/// Why a deployment model cannot serve a workload.
package struct Rejection: Sendable, Hashable {
    /// A stable code: `latency`, `tenancy`, `residency`, `rdma`, `live-migration`, `snapshots`, `memory`, `gang`.
    package var code: String
    package var sentence: String

    package init(code: String, sentence: String) {
        self.code = code
        self.sentence = sentence
    }
}

/// The representative job before and after.
package struct JobTime: Sendable {
    package var hoursToday: Double
    package var hoursChosen: Spread
    /// GPU-hours a month that the change frees.
    package var freedGPUHoursPerMonth: Spread
}

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
}

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
}

/// When to change.
package struct TimingOption: Sendable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case stay
        case switchNow = "switch-now"
        case switchAtRenewal = "switch-at-renewal"
    }
    package var kind: Kind
    /// Present value of what is paid over the horizon, cash only: hardware owned today is sunk.
    package var netPresentCost: Spread
    /// Present value saved against staying.
    package var netPresentValue: Spread
    /// Years until the saved cash has paid for the change; absent when it never does within the horizon.
    package var paybackYears: Double?
    /// Cash paid in each year of the horizon.
    package var cashByYear: [Spread]
    /// Why it is not an option, when it is not (no renewal date, nothing to switch).
    package var unavailableBecause: String?
}

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
}

/// From today's cost to the chosen one in a documented order that sums exactly.
package struct Waterfall: Sendable {
    package var startTitle: String
    package var start: Double
    package var steps: [Step]
    package var endTitle: String
    package var end: Double
    package var unit: String

    package struct Step: Sendable {
        package var group: CostGroup
        package var amount: Double
    }
}

/// A saving and what kind of money it is.
package struct Saving: Sendable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case cash
        case deferredPurchase = "deferred-purchase"
        case capacityOnly = "capacity-only"
    }
    package var kind: Kind
    package var title: String
    /// Money a month, or the worth of the capacity at the cost of an available GPU-hour: never added to cash.
    package var perMonth: Spread
    package var gpuHoursPerMonth: Double?
}

/// What putting off the planned purchase is worth.
package struct DeferralValue: Sendable {
    package var purchase: Double
    package var plannedDate: CalendarDate
    /// Years put off; absent when it is not needed within the horizon.
    package var years: Spread
    package var isBeyondHorizon: Bool
    /// Present value of buying as planned minus buying when needed, price drift and avoided running cost included.
    package var value: Spread
    package var sentence: String
}

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
}

/// One line of the qualitative matrix.
package struct MatrixRow: Sendable {
    package enum Side: String, Sendable, Hashable { case bareMetal = "bare-metal", virtualized }
    package enum Cell: String, Sendable, Hashable { case met, notMet = "not-met", unknown }
    package var side: Side
    package var reason: String
    package var cell: Cell
    package var evidence: String
}

/// A question every reader has, answered for this estate.
package struct QuestionAnswer: Sendable {
    package var question: String
    /// `not measured` where the evidence is missing.
    package var answer: String
}

/// A comparison of records named in the study.
package struct ComparedEvidence: Sendable {
    package var workload: String?
    package var model: DeploymentModel
    package var isComponent: Bool
    package var comparison: Comparison
}

/// One input as it entered.
package struct InputSummary: Sendable {
    package var quantity: Quantity
    package var spread: Spread
}
