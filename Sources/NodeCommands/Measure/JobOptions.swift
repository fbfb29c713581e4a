import ArgumentParser
import Documents
import Evidence
import Probing

/// `--job` and `--neighbour`: a command of the user's own, run again and again, alone or beside another.
struct JobOptions: MeasureMode {
    @Option(help: ArgumentHelp("Measure this command, run by sh -c, each run in fresh processes.", valueName: "cmd"))
    var job: String?

    @Option(
        help: ArgumentHelp(
            "Measure the job, or the components, alone and beside this command, in ABBA order; writes two records.",
            valueName: "cmd"
        )
    )
    var neighbour: String?

    @Option(
        help: ArgumentHelp(
            "Runs that count, of each arm, 3 to 10000; auto makes a pilot and then as many as it proposes. Default: 8.",
            valueName: "n|auto"
        )
    )
    var runs: String?

    /// What a pair asks each machine for; a record of one run says nothing by itself.
    @Flag(name: .customLong("one-run"), help: .hidden)
    var oneRun = false

    @Option(parsing: .unconditional, help: "With --runs auto: the most runs of an arm.")
    var maxRuns: Int = 60

    @Option(parsing: .unconditional, help: "With --runs auto: runs of the pilot, 3 or more.")
    var pilot: Int = 8

    @Option(parsing: .unconditional, help: "Whole runs at the beginning that are thrown away.")
    var warmup: Int = 1

    @Option(parsing: .unconditional, help: "Steps at the beginning of each run that are thrown away.")
    var skipSteps: Int = 0

    @Option(parsing: .unconditional, help: "Steps that a whole run has; a run with fewer is refused.")
    var steps: Int?

    @Option(
        help: ArgumentHelp(
            "Where the output says a step: a regular expression with one capture, the number.",
            valueName: "regex"
        )
    )
    var stepPattern: String?

    @Option(
        help: ArgumentHelp(
            "A file that must not be there yet, to which the job appends one number a step; emptied before each run.",
            valueName: "file"
        )
    )
    var stepFile: String?

    @Option(help: "The unit of those numbers: s, ms, us, ns, min, h, or a rate such as tokens/s. Default: s.")
    var stepUnit: String?

    @Option(parsing: .unconditional, help: "Seconds after which a run is ended and refused.")
    var timeout: Double = 3_600

    @Option(parsing: .unconditional, help: "The slowdown that the runs should find with 95 % power.")
    var detect: String = "2%"

    @Option(parsing: .unconditional, help: "Seconds between the neighbour's start and the run beside it.")
    var settle: Double = 2

    @Option(help: "What to call the job, so that two arms whose commands differ in a path are the same workload.")
    var jobName: String?

    @Option(
        help: ArgumentHelp(
            "A trace of the job by PyTorch's profiler (JSON): says where its step time goes; repeat it for each rank.",
            valueName: "file"
        )
    )
    var profile: [String] = []

    @Flag(help: "Store the text of --job in the record; without it only its hash is.")
    var storeCommand = false

    @Flag(help: "Go on with the journal that an interrupted measurement left.")
    var resume = false

    var given: [String] {
        [job.map { _ in "--job" }, neighbour.map { _ in "--neighbour" }].compactMap { $0 }
    }

    /// A neighbour beside no job is beside the components.
    var usesComponents: Bool { job == nil && neighbour != nil }

    /// Flags that mean nothing without `--job`, as far as they were given.
    private var dependents: [String] {
        [
            runs.map { _ in "--runs" }, oneRun ? "--one-run" : nil, stepPattern.map { _ in "--step-pattern" },
            stepFile.map { _ in "--step-file" },
            steps.map { _ in "--steps" },
            jobName.map { _ in "--job-name" }, storeCommand ? "--store-command" : nil,
            profile.isEmpty ? nil : "--profile", resume ? "--resume" : nil,
            skipSteps != 0 ? "--skip-steps" : nil, stepUnit.map { _ in "--step-unit" },
        ].compactMap { $0 }
    }

    func validate() throws {
        func check(_ holds: Bool, _ problem: String) throws { if !holds { throw ValidationError(problem) } }
        if job == nil, let flag = dependents.first {
            throw ValidationError("\(flag) belongs to a job; name it with --job")
        }
        try check(job.map { !trimmedEmpty($0) } ?? true, "--job is empty; expected a command")
        try check(neighbour.map { !trimmedEmpty($0) } ?? true, "--neighbour is empty; expected a command")
        try Arguments.require(maxRuns, in: 3...10_000, option: "--max-runs")
        try Arguments.require(pilot, in: 3...1_000, option: "--pilot")
        try Arguments.require(warmup, in: 0...1_000, option: "--warmup", unit: "runs")
        try Arguments.require(skipSteps, in: 0...1_000_000, option: "--skip-steps")
        try Arguments.require(steps, in: 1...1_000_000, option: "--steps")
        try check(
            timeout > 0 && timeout <= 1e7,
            "--timeout is \(timeout.isFinite ? NumberText.plain(timeout) : "\(timeout)"); expected more than 0 and at most 10000000 s"
        )
        try Arguments.require(settle, in: 0...3_600, option: "--settle", unit: "s")
        try check(
            profile.count <= JobProfileFiles.most,
            "--profile is given \(profile.count) times; expected at most \(JobProfileFiles.most), one for each rank"
        )
        try check(jobName != "", "--job-name is empty; expected a name")
        try check(
            stepPattern == nil || stepFile == nil,
            "--step-pattern and --step-file both say where steps come from; give one"
        )
        if stepPattern == nil, stepFile == nil {
            let given = [
                skipSteps == 0 ? nil : "--skip-steps", steps.map { _ in "--steps" },
                stepUnit.map { _ in "--step-unit" },
            ]
            if let flag = given.compactMap({ $0 }).first {
                throw ValidationError("\(flag): there are no steps without --step-pattern or --step-file")
            }
        }
        if let steps { try check(steps > skipSteps, "--skip-steps \(skipSteps) leaves nothing of --steps \(steps)") }
        if let stepPattern {
            do { _ = try NumberPattern(stepPattern) } catch { throw ValidationError("--step-pattern \(error)") }
        }
        _ = try unit()
        _ = try runCount()
        _ = try Arguments.share(detect, option: "--detect", in: 0.0001...1)
    }

    private func trimmedEmpty(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) || text.contains("\0") }

    private func unit() throws -> StepUnit {
        guard let unit = StepUnit(stepUnit ?? "s") else {
            throw ValidationError(
                "--step-unit '\(stepUnit ?? "")' is not a unit; expected s, ms, us, ns, min, h or a rate such as tokens/s"
            )
        }
        return unit
    }

    /// The number of runs; nil for `auto`.
    private func runCount() throws -> Int? {
        if oneRun { return 1 }
        let runs = runs ?? "8"
        if runs == "auto" { return nil }
        guard let count = Int(runs), (3...10_000).contains(count) else {
            throw ValidationError("--runs is '\(runs)'; expected 3 to 10000, or auto")
        }
        return count
    }

    /// The plan of a job; the command is that of `--job`.
    func plan() throws -> JobPlan {
        let source: StepSource =
            if let stepPattern { .pattern(stepPattern) } else if let stepFile { .file(stepFile) } else { .none }
        return JobPlan(
            command: job ?? "",
            neighbour: neighbour,
            runs: try runCount().map { .fixed($0) } ?? .proposed(maximum: maxRuns),
            warmUpRuns: warmup,
            pilotRuns: pilot,
            steps: source,
            unit: try unit(),
            skippedSteps: skipSteps,
            expectedSteps: steps,
            timeoutSeconds: timeout,
            detect: try Arguments.share(detect, option: "--detect", in: 0.0001...1),
            settleSeconds: settle
        )
    }

    func run(_ recording: RecordingOptions, _ components: ComponentOptions) throws {
        if job == nil {
            try NeighbourMeasurement(options: self, recording: recording, components: components).run()
        } else {
            try JobMeasurement(options: self, recording: recording).run()
        }
    }
}
