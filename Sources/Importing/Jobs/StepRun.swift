internal import Documents
internal import Evidence

/// The steps of one run of a job, from one rank or from many.
struct StepRun: Sendable {
    /// The most steps that are kept.
    private static let maximumSteps = 10_000_000

    let id: String?
    let host: String?
    /// Whether a value is the mean over the steps since the one before, as Megatron-LM prints it.
    var isMean = false
    /// The time of the whole training, where the job says it.
    var runtime: (seconds: Double, line: Int)?
    private var conditions: [Condition]
    private var steps: [(seconds: Double, line: Int)] = []
    private var stride = StepStride()
    /// Where a step is among them, where ranks or progress bars say it several times.
    private var places: [Double: Int] = [:]
    private var ranks: Set<Int> = []
    private var reports: [Int] = []

    init(id: String?, host: String?, conditions: [Condition]) {
        self.id = id
        self.host = host
        self.conditions = conditions
    }

    /// Notes what was set for the run.
    mutating func note(_ name: String, _ value: String) {
        guard !conditions.contains(where: { $0.name == name }) else { return }
        conditions.append(Condition(name: name, value: value))
    }

    /// Adds the time of a step; of several ranks the slowest counts, for the others wait for it.
    mutating func add(_ seconds: Double, step: Double?, rank: Int?, line: Int, file: String) throws(DocumentError) {
        // Said here, where a slower rank would hide it.
        guard seconds >= 0 else {
            throw DocumentError(
                file: file,
                line: line,
                path: "step_time",
                problem: "\(NumberText.plain(seconds)) is negative; expected the seconds that a step took"
            )
        }
        if let rank, let step {
            ranks.insert(rank)
            if let place = places[step] {
                reports[place] += 1
                if seconds > steps[place].seconds { steps[place] = (seconds, line) }
                return
            }
            places[step] = steps.count
        }
        if let step { stride.add(step) }
        try append(seconds, line: line, file: file)
    }

    /// Adds the time of a step, or replaces it where the step was said before: a progress bar repeats itself.
    mutating func replace(_ seconds: Double, step: Double?, line: Int, file: String) throws(DocumentError) {
        if let step {
            if let place = places[step] {
                steps[place] = (seconds, line)
                return
            }
            places[step] = steps.count
            stride.add(step)
        }
        try append(seconds, line: line, file: file)
    }

    private mutating func append(_ seconds: Double, line: Int, file: String) throws(DocumentError) {
        guard steps.count < Self.maximumSteps else {
            throw DocumentError(
                file: file,
                line: line,
                problem: "there are more than \(Self.maximumSteps) steps in one run; split the file"
            )
        }
        steps.append((seconds, line))
        reports.append(1)
    }

    /// The run's samples, with what is not known of them said in the draft.
    func samples(file: String, warmUp: Int, _ draft: inout ImportDraft) throws(DocumentError) -> RunSamples {
        var samples = RunSamples(file: file, warmUp: warmUp)
        for condition in conditions { samples.note(condition.name, condition.value) }
        if !ranks.isEmpty { samples.note("ranks", "\(ranks.count)") }
        let partial = ranks.count > 1 ? reports.count { $0 < ranks.count } : 0
        if partial > 0 {
            draft.note(
                .warning,
                "\(counted(partial, "step was", "steps were")) not reported by all \(ranks.count) ranks; the slowest of those that did is taken"
            )
        }
        var name = "step_time"
        if let skipped = stride.skipped {
            name += isMean ? "_mean_of_\(skipped)" : "_every_\(skipped)"
            draft.cannotKnow(
                isMean
                    ? "Each value is the mean of \(skipped) steps: quantiles of single steps are not known "
                        + "(--log-interval 1 logs each)."
                    : "A step time was logged every \(skipped) steps, and not whether it is one step's or their mean: "
                        + "quantiles of the steps are not known."
            )
        }
        let metric = Metric(name: name, unit: "s", direction: .lower)
        for step in steps { try samples.add(sample: step.seconds, of: metric, line: step.line) }
        if let runtime {
            let role: Metric.Role = steps.isEmpty ? .confirmatory : .exploratory
            let metric = Metric(name: "train_runtime", unit: "s", direction: .lower, role: role)
            try samples.set(runtime.seconds, of: metric, line: runtime.line)
        }
        return samples
    }
}
