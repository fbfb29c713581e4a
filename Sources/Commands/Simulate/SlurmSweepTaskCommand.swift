import ArgumentParser
import Glibc
import NodeCommands
import Operating

/// `assay sweep-task`: what a task of a sweep on Slurm runs on its node.
struct SlurmSweepTaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep-task",
        abstract: "Do one task of a sweep on Slurm; its job array runs this.",
        shouldDisplay: false
    )

    @Argument(help: "The folder of the sweep.")
    var folder: String

    @Argument(help: "The task's index in the array.")
    var task: Int

    func run() async throws {
        let folder = try SlurmSweepFolder(folder)
        let plan = try SlurmSweepPlan.read(folder.planPath)
        let identity = try plan.identity()
        let sweep = ArraySweep(cells: plan.cells, cellsPerTask: plan.cellsPerTask, submissions: 1)
        guard (0..<sweep.tasks).contains(task) else {
            throw ValidationError("task \(task) is outside 0 to \(sweep.tasks - 1)")
        }
        // A task that was lost has done some; one that is submitted again does the others.
        let open = sweep.cells(of: task).filter { (try? folder.cell($0, of: identity)) == nil }
        guard !open.isEmpty else { return }
        let node = SlurmSweepFolder.node
        do {
            guard chdir(plan.directory) == 0 else {
                throw Failure.environment(
                    "\(plan.directory): is no folder on this node (\(String(cString: strerror(errno)))); the sweep was begun "
                        + "there"
                )
            }
            if let obstacle = plan.obstacle() { throw Failure.environment(obstacle) }
            guard let command = try Assay.parseAsRoot(plan.arguments) as? SimulateCommand else {
                throw Failure.environment("\(folder.planPath): its arguments are not those of assay simulate")
            }
            try command.runCells(open) { index, result in
                switch result {
                case .success(let cell): try folder.write(cell, at: index, of: identity)
                case .failure(let error): try folder.report(report(error, node), cell: index)
                }
            }
        } catch {
            try folder.report(report(error, node), task: task)
            throw error
        }
    }

    private func report(_ error: any Error, _ node: String) -> SlurmSweepFolder.Report {
        let failure = error as? Failure
        return .init(
            code: failure?.code ?? 2,
            node: node,
            message: failure?.description ?? Assay.message(for: error)
        )
    }
}
