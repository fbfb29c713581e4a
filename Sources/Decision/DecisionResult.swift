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
    /// The same divided by the useful GPU-hours; absent when nothing useful is done.
    package var waterfallPerUsefulGPUHour: Waterfall?
    /// What a cloud would charge for the same useful work by the hour; absent when no price is known for the GPU.
    package var cloudPerMonth: Spread?
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
    /// What the search for flip points left out; absent where it compared every assignment.
    package var flipCoverage: String?
    /// What sizes and idle hours were replayed from; absent for a study without a trace.
    package var replay: ReplayFacts?
    /// What was predicted of waiting at scale; empty for studies that state none.
    package var scales: [ScaleUse]
    /// What was predicted of latency under load; empty for studies that state none.
    package var servings: [ServingUse]

    /// Every prediction as a sentence, with the records behind it.
    package var predictions: [(sentence: String, records: [String])] {
        scales.map { ($0.sentence, $0.records) } + servings.map { ($0.sentence, $0.records) }
    }

    /// Makes one from its parts.
    package init(
        study: Study,
        assignments: [AssignmentResult],
        workloads: [WorkloadDecision],
        estate: EstateDecision,
        timing: [TimingOption],
        tornado: [TornadoBar],
        breakEvens: [BreakEven],
        waterfall: Waterfall,
        waterfallPerUsefulGPUHour: Waterfall? = nil,
        cloudPerMonth: Spread? = nil,
        savings: [Saving],
        deferral: DeferralValue? = nil,
        measurements: [MeasurementValue],
        matrix: [MatrixRow],
        questions: [QuestionAnswer],
        comparisons: [ComparedEvidence],
        inputs: [InputSummary],
        assumedVarianceShare: Double,
        draws: Int,
        seed: UInt64,
        optimalityGapPerMonth: Double,
        notes: [String],
        flipCoverage: String? = nil,
        replay: ReplayFacts? = nil,
        scales: [ScaleUse] = [],
        servings: [ServingUse] = []
    ) {
        self.study = study
        self.assignments = assignments
        self.workloads = workloads
        self.estate = estate
        self.timing = timing
        self.tornado = tornado
        self.breakEvens = breakEvens
        self.waterfall = waterfall
        self.waterfallPerUsefulGPUHour = waterfallPerUsefulGPUHour
        self.cloudPerMonth = cloudPerMonth
        self.savings = savings
        self.deferral = deferral
        self.measurements = measurements
        self.matrix = matrix
        self.questions = questions
        self.comparisons = comparisons
        self.inputs = inputs
        self.assumedVarianceShare = assumedVarianceShare
        self.draws = draws
        self.seed = seed
        self.optimalityGapPerMonth = optimalityGapPerMonth
        self.notes = notes
        self.flipCoverage = flipCoverage
        self.replay = replay
        self.scales = scales
        self.servings = servings
    }
}
