package import Documents
package import Evidence

/// What is to be done with a job, fixed and hashed before its first run.
///
/// Nothing in it depends on the machine or the moment, so the same command line makes the same plan in both arms of a
/// comparison, and a reader sees that nobody chose anything after the numbers were known.
package struct JobPlan: Sendable, Hashable {
    /// How many runs count in each arm.
    package enum Runs: Sendable, Hashable {
        /// So many.
        case fixed(Int)
        /// As many as the pilot's spread asks for, at most `maximum`.
        case proposed(maximum: Int)
    }

    /// The command, for `sh -c`.
    package var command: String
    /// What is loading the machine in half of the runs, for `sh -c`.
    package var neighbour: String?
    /// Runs that count in each arm.
    package var runs: Runs
    /// Runs at the beginning that are made and thrown away.
    package var warmUpRuns: Int
    /// Runs of each arm after which the number of runs is proposed; at least 3.
    package var pilotRuns: Int
    /// Where steps come from.
    package var steps: StepSource
    /// In which unit.
    package var unit: StepUnit
    /// Steps at the beginning of each run that are left out.
    package var skippedSteps: Int
    /// Steps that a whole run has, where the user says so.
    package var expectedSteps: Int?
    /// A run that takes longer is ended, in seconds.
    package var timeoutSeconds: Double
    /// The slowdown that the runs should be enough to find, as a share.
    package var detect: Double
    /// Time between the neighbour's start and the run beside it, in seconds.
    package var settleSeconds: Double

    /// A plan; see the properties.
    package init(
        command: String,
        neighbour: String? = nil,
        runs: Runs = .fixed(8),
        warmUpRuns: Int = 1,
        pilotRuns: Int = 8,
        steps: StepSource = .none,
        unit: StepUnit = .seconds,
        skippedSteps: Int = 0,
        expectedSteps: Int? = nil,
        timeoutSeconds: Double = 3600,
        detect: Double = 0.02,
        settleSeconds: Double = 2
    ) {
        self.command = command
        self.neighbour = neighbour
        self.runs = runs
        self.warmUpRuns = warmUpRuns
        self.pilotRuns = max(3, pilotRuns)
        self.steps = steps
        self.unit = unit
        self.skippedSteps = skippedSteps
        self.expectedSteps = expectedSteps
        self.timeoutSeconds = timeoutSeconds
        self.detect = detect
        self.settleSeconds = settleSeconds
    }

    /// The power with which ``detect`` should be found, two-sided at 5 %.
    package static let power = 0.95

    /// The arms.
    package var arms: [JobArm] { neighbour == nil ? [.alone] : [.alone, .beside] }

    /// The metric that decides, named beforehand.
    package var decidingMetric: Metric {
        switch steps {
        case .none: JobMetric.completionTime.metric(role: .confirmatory)
        default:
            Metric(
                name: unit.isRate ? "step_rate" : "step_time",
                unit: unit.recorded,
                direction: unit.isRate ? .higher : .lower
            )
        }
    }

    /// The plan for the record and the journal; commands, patterns and paths enter as hashes, for they may hold secrets.
    package var json: JSON {
        let pattern: String? =
            switch steps {
            case .none: nil
            case .pattern(let text), .file(let text): Self.hash(text)
            }
        let count: JSON =
            switch runs {
            case .fixed(let number): .integer(number)
            case .proposed(let maximum): .fields(["pilot": .integer(pilotRuns), "maximum": .integer(maximum)])
            }
        return .fields([
            "job_plan": 1,
            "command_sha256": .string(Self.hash(command)),
            "neighbour_sha256": neighbour.map { .string(Self.hash($0)) },
            "order": .string(neighbour == nil ? "one arm" : "ABBA BAAB, A alone"),
            "runs": count,
            "warm_up_runs": .integer(warmUpRuns),
            "steps_from": .string(steps.word),
            "steps_sha256": pattern.map { .string($0) },
            "step_unit": .string(unit.name),
            "skipped_steps": .integer(skippedSteps),
            "expected_steps": expectedSteps.map { .integer($0) },
            "timeout_s": .number(timeoutSeconds),
            "settle_s": .number(settleSeconds),
            "detect": .number(detect),
            "power": .number(Self.power),
            "metric": .string(decidingMetric.name),
        ])
    }

    /// `sha256:` and the hash of ``json``.
    package var identifier: String { (try? Record.identifier(of: json)) ?? "none" }

    /// What stands for a text that must not be stored.
    package static func hash(_ text: String) -> String { (try? Record.identifier(of: .string(text))) ?? "none" }
}
