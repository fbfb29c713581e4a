internal import Subprocess

/// Slurm through its commands: arguments are never seen by a shell, every call has a time limit and bounded output.
package struct SlurmClient: Sendable {
    /// How long a command may take.
    package var timeLimit: Duration = .seconds(60)
    /// Variables that differ from ours for the commands, such as another `PATH`; nil removes one.
    package var environment: [String: String?]

    /// Variables that would change what the commands print or do behind our back.
    static let withheld = [
        "SQUEUE_ACCOUNT", "SQUEUE_ALL", "SQUEUE_ARRAY", "SQUEUE_FORMAT", "SQUEUE_FORMAT2", "SQUEUE_LICENSES",
        "SQUEUE_LOCAL", "SQUEUE_NAMES", "SQUEUE_PARTITION", "SQUEUE_PRIORITY", "SQUEUE_QOS", "SQUEUE_SIBLING",
        "SQUEUE_SORT", "SQUEUE_STATES", "SQUEUE_USERS", "SCONTROL_ALL", "SCONTROL_FUTURE", "SBATCH_WAIT",
        "SBATCH_TEST_ONLY", "SBATCH_GET_USER_ENV", "SCANCEL_STATE", "SCANCEL_NAME", "SCANCEL_INTERACTIVE",
    ]

    /// The most bytes read of what a command prints.
    static let outputLimit = 64 << 20

    /// A client in our own environment, but for these variables.
    package init(environment: [String: String?] = [:]) {
        self.environment = environment
    }

    /// What the cluster allows.
    package func limits() async throws(SlurmError) -> SlurmLimits {
        try SlurmLimits(try await run("scontrol", ["show", "config"]))
    }

    /// Submits tasks of an array, in ascending order, and gives the array's number.
    package func submit(_ array: BatchArray, tasks: [Int]) async throws(SlurmError) -> Int {
        let text = try await run("sbatch", array.arguments(tasks: tasks))
        // `123`, or `123;cluster` in a federation; warnings of a site's own may precede it.
        let last = text.split(whereSeparator: \.isNewline).last ?? ""
        guard let job = Int(last.split(separator: ";").first?.trimmed ?? ""), job > 0 else {
            throw .unreadable(
                command: "sbatch",
                problem: "expected the number of a job, found '\(SlurmError.visible(last))'"
            )
        }
        return job
    }

    /// The tasks of all arrays of a name that wait, run or come to their end.
    package func tasks(named name: String) async throws(SlurmError) -> [SlurmTask] {
        try SlurmTask.list(
            try await run("squeue", ["--noheader", "--array", "--name=\(name)", "--format=\(SlurmTask.format)"])
        )
    }

    /// How tasks of an array ended; those the controller has forgotten are missing.
    package func endings(of job: Int) async throws(SlurmError) -> [SlurmEnding] {
        SlurmEnding.list(try await run("scontrol", ["--oneliner", "show", "job", String(job)]))
    }

    /// Ends the tasks of an array that have not ended.
    package func cancel(_ job: Int) async throws(SlurmError) {
        _ = try await run("scancel", [String(job)])
    }

    /// Runs a command and gives what it printed.
    private func run(_ command: String, _ arguments: [String]) async throws(SlurmError) -> String {
        let limit = timeLimit
        var changes: [Environment.Key: String?] = [:]
        for name in Self.withheld {
            if let key = Environment.Key(rawValue: name) { changes[key] = .some(nil) }
        }
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { changes[key] = .some(value) }
        }
        var platform = PlatformOptions()
        // Its own group: a Ctrl-C of the terminal is for us, who then say what becomes of the jobs.
        platform.processGroupID = 0
        let surroundings = Environment.inherit.updating(changes)
        do {
            // The first of the two to end decides; the other is cancelled, and the command with it killed.
            return try await withThrowingTaskGroup(of: String.self) { [platform] group in
                group.addTask {
                    let result = try await Subprocess.run(
                        .name(command),
                        arguments: Arguments(arguments),
                        environment: surroundings,
                        platformOptions: platform,
                        output: .string(limit: Self.outputLimit),
                        error: .string(limit: 1 << 20)
                    )
                    switch result.terminationStatus {
                    case .exited(0): return result.standardOutput
                    case .exited(let code):
                        throw SlurmError.of(command, status: Int(code), complaints: result.standardError)
                    case .signaled(let signal):
                        throw SlurmError.of(command, status: -Int(signal), complaints: result.standardError)
                    }
                }
                group.addTask {
                    try await Task.sleep(for: limit)
                    throw SlurmError.timedOut(command: command, seconds: Int(limit.components.seconds))
                }
                defer { group.cancelAll() }
                guard let text = try await group.next() else { return "" }
                return text
            }
        } catch let error as SlurmError {
            throw error
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw .missing(command: command)
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            throw .unreadable(command: command, problem: "more than \(Self.outputLimit >> 20) MiB")
        } catch {
            throw .notStarted(command: command, reason: SlurmError.visible("\(error)"))
        }
    }
}
