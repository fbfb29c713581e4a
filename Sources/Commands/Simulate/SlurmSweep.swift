import Documents
import NodeCommands
import Operating

/// `--sweep` with `--slurm`: one job array, gathered as its tasks end.
struct SlurmSweep {
    private let options: SlurmSweepOptions
    private let command: SimulateCommand
    private let folder: SlurmSweepFolder
    private let count: Int

    init(_ folder: String, _ options: SlurmSweepOptions, _ command: SimulateCommand, cells: Int) throws {
        self.options = options
        self.command = command
        self.folder = try SlurmSweepFolder(folder)
        count = cells
    }

    /// Runs what is not done yet, and gives the cells in order.
    ///
    /// - Throws: `Failure` where a cell could not be done; what was done stays in the folder.
    func run() async throws -> [SweepCell] {
        let client = SlurmClient()
        let limits: SlurmLimits
        do { limits = try await client.limits() } catch { throw Failure.environment("--slurm: \(error)") }
        let plan = try plan(limits)
        try folder.lock()
        folder.forgetReports()
        let identity = try plan.identity()
        let sweep = ArraySweep(cells: count, cellsPerTask: plan.cellsPerTask, submissions: options.tries)
        guard sweep.tasks <= limits.arraySize else {
            throw Failure.environment(
                "\(folder.path): its \(sweep.tasks) tasks are more than this cluster's arrays have "
                    + "(MaxArraySize \(limits.arraySize)); take a new folder"
            )
        }
        // The name is of this folder too: the same sweep in another one is another array.
        let name = "assay-sweep-" + FileDigest.sha256(identity + folder.path).prefix(16)
        var array = BatchArray(
            name: name,
            script: folder.scriptPath,
            directory: folder.path,
            output: "log/%A_%a.txt"
        )
        array.atOnce = options.slurmAtOnce
        array.options = try options.options()
        var valid: [Int: SweepCell] = [:]
        var complained: Set<Int> = []
        var progress = Progress(begin: ContinuousClock().now)
        let run = ArraySweepRun(sweep, as: array, on: client) {
            for cell in folder.cellNumbers().sorted() where cell < count && valid[cell] == nil {
                do {
                    valid[cell] = try folder.cell(cell, of: identity)
                } catch {
                    if complained.insert(cell).inserted { Console.error("\(error); cell \(cell) is done again") }
                }
            }
            return (Set(valid.keys), Set(folder.reports(sweep).keys).subtracting(valid.keys))
        } note: { text in
            progress.clear()
            Console.error(text)
        } progress: { done, running, waiting in
            progress.show { "cells done: \(done) of \(count); tasks running: \(running), waiting: \(waiting)" }
        }
        let ending: ArraySweepRun.Ending
        do { ending = try await run.run() } catch let error as SlurmError {
            progress.clear()
            throw Failure.environment(
                "--slurm: \(error). \(valid.count) of \(count) cells are done; the same command goes on from there"
            )
        }
        progress.clear()
        switch ending {
        case .finished: break
        case .lost(let tasks): throw lost(tasks, sweep, done: valid.count)
        case .interrupted(let jobs): throw await interrupted(jobs, client, done: valid.count)
        }
        let reports = folder.reports(sweep).filter { valid[$0.key] == nil }
        guard reports.isEmpty else { throw failed(reports) }
        return (0..<count).compactMap { valid[$0] }
    }

    /// The plan in the folder, which is made where there is none.
    private func plan(_ limits: SlurmLimits) throws -> SlurmSweepPlan {
        var inputs = [command.path]
        if let nodes = command.cluster.nodes { inputs.append(nodes) }
        if let quotas = command.quotas.quotas { inputs.append(quotas) }
        if let decision = command.mixed.decision { inputs.append(decision) }
        if let estate = command.cluster.estate {
            inputs.append(Files.isFolder(estate) ? estate + "/study.yaml" : estate)
        }
        var plan = try SlurmSweepPlan(
            Array(CommandLine.arguments.dropFirst()),
            directory: try SlurmSweepFolder.workingDirectory(),
            inputs: inputs,
            cells: count
        )
        plan.cellsPerTask =
            options.slurmCells ?? ArraySweep.cellsPerTask(cells: count, arraySize: limits.arraySize)
        guard Files.exists(folder.planPath) else {
            guard Files.names(in: folder.path).allSatisfy({ $0.hasPrefix(".") }) else {
                throw Failure.input([
                    "\(folder.path): is not empty and holds no sweep; name a new folder, which is then made"
                ])
            }
            try folder.create(plan)
            return plan
        }
        let standing = try SlurmSweepPlan.read(folder.planPath)
        guard try standing.identity() == plan.identity() else {
            throw Failure.input([
                "\(folder.path): holds another sweep: \(plan.difference(from: standing)); name a new folder"
            ])
        }
        if let wanted = options.slurmCells, wanted != standing.cellsPerTask {
            throw Failure.input([
                "\(folder.path): its tasks do \(standing.cellsPerTask) cells each, not \(wanted); leave --slurm-cells out, "
                    + "or name a new folder"
            ])
        }
        return standing
    }

    // MARK: What stands in the way

    private func lost(_ tasks: [LostTask], _ sweep: ArraySweep, done: Int) -> Failure {
        var text = "\(tasks.count) of \(sweep.tasks) tasks were lost \(options.tries) times:"
        for task in tasks.prefix(5) { text += "\n  task \(task.task): \(task.clause)" }
        if tasks.count > 5 { text += "\n  … and \(tasks.count - 5) more" }
        return .environment(
            text
                + "\nWhat they printed is in \(folder.path)/log, which every node must see; \(done) of \(count) cells are "
                + "done, and the same command goes on from there"
        )
    }

    private func failed(_ reports: [Int: SlurmSweepFolder.Report]) -> Failure {
        let cells = reports.sorted { $0.key < $1.key }
        var lines = cells.prefix(5).map { "cell \($0.key), on \($0.value.node): \($0.value.message)" }
        if cells.count > 5 { lines.append("… and \(cells.count - 5) more") }
        lines.append(
            "\(count - cells.count) of \(count) cells are done and kept in \(folder.path); the same command tries the "
                + "others again"
        )
        return cells.contains { $0.value.code == 2 } ? .input(lines) : .environment(lines.joined(separator: "\n"))
    }

    private func interrupted(_ jobs: [Int], _ client: SlurmClient, done: Int) async -> Failure {
        let names = jobs.map(String.init).joined(separator: " ")
        let rest = "\(done) of \(count) cells are done; the same command goes on from there"
        guard !jobs.isEmpty else { return .environment("interrupted; no task is in the queue; \(rest)") }
        guard options.slurmOnInterrupt == .cancel else {
            return .environment("interrupted; job array \(names) goes on (to end it: scancel \(names)); \(rest)")
        }
        for job in jobs {
            do { try await client.cancel(job) } catch {
                return .environment("interrupted; \(error), so job array \(names) may go on; \(rest)")
            }
        }
        return .environment("interrupted; job array \(names) was cancelled; \(rest)")
    }
}
