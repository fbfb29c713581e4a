/// The names under which training jobs log the time of a step.
enum StepNames {
    /// Names of seconds, those that are surest first.
    static let seconds = [
        "train_step_timing", "train_step_timing in s", "train_step_time", "step_time", "step_time_s", "step_seconds",
        "step_timing", "iteration_time", "iteration_time_s", "iter_time", "time_per_step", "seconds_per_step",
        "elapsed_time_per_iteration",
    ]
    /// Names of milliseconds.
    static let milliseconds = [
        "step_time_ms", "step_ms", "iteration_time_ms", "iter_time_ms", "train_step_time_ms", "time_per_step_ms",
    ]

    /// How many seconds one of the named value is; nil where the name is none of a step's time.
    static func factor(_ name: String) -> Double? { known[name]?.factor }

    /// Which of two names is the surer one: lower is surer.
    static func rank(_ name: String) -> Int { known[name]?.rank ?? .max }

    private static let known: [String: (factor: Double, rank: Int)] = Dictionary(
        (seconds.map { ($0, 1.0) } + milliseconds.map { ($0, 1e-3) }).enumerated().map {
            ($1.0, (factor: $1.1, rank: $0))
        }
    ) { first, _ in first }
}

/// How far apart the steps are that a job logs: a value for every tenth step may be a mean of ten.
struct StepStride: Sendable {
    private var last: Double?
    private var stride: Double?
    private var isConstant = true

    /// Takes the number of a step.
    mutating func add(_ step: Double) {
        defer { last = step }
        guard let last, step > last else { return }
        if let stride, stride != step - last { isConstant = false }
        stride = min(stride ?? .infinity, step - last)
    }

    /// The number of steps from one value to the next, above one; nil where each step has its value or nothing is known.
    var skipped: Int? {
        guard let stride, stride > 1, stride < 1e9 else { return nil }
        return Int(stride)
    }
}
