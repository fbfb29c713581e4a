package import Evidence

/// One run of a job: a fresh process group, what it said, and what the machine counted meanwhile.
package struct JobRun: Sendable, Hashable {
    /// Why a run has no say in the result.
    package enum Fault: String, Sendable, Hashable, CaseIterable {
        /// It could not be started.
        case start
        /// It ended with another status than 0, or by a signal.
        case exit
        /// It took too long and was ended.
        case timeout
        /// What it said held no step, or something that is no step.
        case garbage
        /// The pattern was not done with what it said.
        case pattern
        /// It has fewer steps than it should.
        case short
        /// Something else happened on the machine.
        case disturbed
        /// The neighbour was not there all the time.
        case neighbour
        /// The measurement was interrupted in it.
        case interrupted

        /// Whether the job itself is to blame, so that trying again is of little use.
        var isOfTheJob: Bool {
            switch self {
            case .start, .exit, .timeout, .garbage, .pattern, .short: true
            case .disturbed, .neighbour, .interrupted: false
            }
        }
    }

    /// What stood in the way, with the reason as a clause.
    package struct Refusal: Sendable, Hashable {
        /// The kind.
        package var fault: Fault
        /// The clause: `it exited with status 3`.
        package var reason: String

        /// A refusal.
        package init(_ fault: Fault, _ reason: String) {
            self.fault = fault
            self.reason = reason
        }
    }

    /// Where it stands in the plan.
    package var slot: JobSlot
    /// When it began, in the form of RFC 3339.
    package var started: String
    /// The kernel's identifier of the boot.
    package var boot: String
    /// From its start to its end, in seconds.
    package var wallSeconds: Double
    /// Every step it said, in order and in the record's unit; those to be skipped included.
    package var steps: [Double] = []
    /// The counters, in the order of ``JobMetric``.
    package var readings: [JobReading] = []
    /// What bears on it and was kept as asked, and other conditions.
    package var conditions: [Condition] = []
    /// Why it does not count; nil where it does.
    package var refusal: Refusal?
    /// Lines that mean to say a step and do not match.
    package var passedOver: StepFindings.PassedOver?
    /// What it left running and was ended after it, by name; only their number is stored.
    package var leftOvers: [String] = []
    /// The last lines of its output, or of that of the neighbour that is to blame, for an error message only: never stored.
    package var lastLines: [String] = []

    /// A run.
    package init(slot: JobSlot, started: String, boot: String, wallSeconds: Double) {
        self.slot = slot
        self.started = started
        self.boot = boot
        self.wallSeconds = wallSeconds
    }

    /// Whether it counts.
    package var isUsable: Bool { refusal == nil && !slot.isWarmUp }

    /// A counter's value.
    package func reading(_ metric: JobMetric) -> Double? { readings.first { $0.metric == metric }?.value }

    /// The value of the deciding metric: the mean of the steps that count, else the time to completion.
    package func value(_ plan: JobPlan) -> Double? {
        guard plan.steps != .none else { return wallSeconds }
        let counted = steps.dropFirst(plan.skippedSteps)
        return counted.isEmpty ? nil : counted.reduce(0, +) / Double(counted.count)
    }
}

/// A place in a plan that a run fills.
package struct JobSlot: Sendable, Hashable {
    /// From 1, over all runs that count; warm-ups count from 1 by themselves.
    package var number: Int
    /// Alone or beside the neighbour.
    package var arm: JobArm
    /// Whether it is thrown away.
    package var isWarmUp: Bool
    /// The pair that it belongs to, from 1; nil where there is one arm.
    package var pair: Int?
    /// From 1: a run that was disturbed is made again.
    package var attempt: Int

    /// A place.
    package init(number: Int, arm: JobArm = .alone, isWarmUp: Bool = false, pair: Int? = nil, attempt: Int = 1) {
        self.number = number
        self.arm = arm
        self.isWarmUp = isWarmUp
        self.pair = pair
        self.attempt = attempt
    }

    /// For progress and records: `run-3`, `warm-up-1`.
    package var name: String {
        let base = isWarmUp ? "warm-up-\(number)" : "run-\(number)"
        return attempt > 1 ? "\(base)-attempt-\(attempt)" : base
    }
}
