import ArgumentParser
import Documents
import Estate
import NodeCommands
import Reporting
import Scheduling

/// `assay plan diff A B`: the steps from one plan's layouts to another's.
struct PlanDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what lies between two plans: the steps from the layouts of A to those of B.",
        discussion: "Instances that are busy in A, or kept there for a job, are waited for. Ends with 0 in any case."
    )

    @Argument(help: ArgumentHelp("The plan that stands.", valueName: "plan.json"))
    var from: String

    @Argument(help: ArgumentHelp("The plan that is wanted.", valueName: "plan.json"))
    var to: String

    @Option(
        help:
            "What must be free of jobs before a GPU changes: instance (what NVML asks for) or host (what Slurm asks for)."
    )
    var drain = PlanRequest.DrainScope.instance.rawValue

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard PlanRequest.DrainScope(rawValue: drain) != nil else {
            throw ValidationError("--drain '\(drain)' is not known; write instance or host")
        }
    }

    func run() throws {
        let (before, after) = (try PlanFile.read(from), try PlanFile.read(to))
        let catalogue = try GPUCatalogue.standard()
        var models: [String: GPUModel] = [:]
        for gpu in after.hosts.flatMap(\.gpus) where models[gpu.model] == nil {
            models[gpu.model] = try catalogue.gpu(named: gpu.model)
        }
        let standing = Dictionary(before.hosts.map { ($0.name, $0) }, uniquingKeysWith: { one, _ in one })
        var steps: [TransitionStep] = []
        var problems: [String] = []
        for host in after.hosts {
            guard var old = standing[host.name] else {
                problems.append("\(to): \(host.name) is not in \(from)")
                continue
            }
            for gpu in host.gpus {
                guard let there = old.gpus.first(where: { $0.index == gpu.index }) else {
                    problems.append("\(to): \(host.name) has GPU \(gpu.index), and in \(from) it has none")
                    continue
                }
                if there.model != gpu.model {
                    problems.append("\(host.name), GPU \(gpu.index): \(there.model) in \(from), \(gpu.model) in \(to)")
                }
            }
            guard problems.isEmpty else { continue }
            old.gpus = old.gpus.map(\.asPresent)
            steps += try LayoutTransition.steps(
                from: old,
                to: host,
                models: models,
                scope: PlanRequest.DrainScope(rawValue: drain) ?? .instance
            )
        }
        let wanted = Set(after.hosts.map(\.name))
        problems += before.hosts.filter { !wanted.contains($0.name) }.map { "\(from): \($0.name) is not in \(to)" }
        guard problems.isEmpty else {
            throw Failure.input(Array(problems.prefix(20)) + ["the two plans must be of the same hosts and GPUs"])
        }
        if json {
            try Console.print(
                .fields([
                    "from": .string(from), "to": .string(to), "steps": .array(steps.map(\.json)),
                    "seconds": .number(steps.reduce(0) { $0 + $1.seconds }),
                ])
            )
        } else if steps.isEmpty {
            print("No layout differs.")
        } else {
            print(PlanReport.text(steps), terminator: "")
        }
    }
}
