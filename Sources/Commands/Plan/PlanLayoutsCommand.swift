import ArgumentParser
import Decision
import Documents
import Estate
import NodeCommands
import Reporting
import Scheduling
import Study

/// `assay plan STUDY`, `assay plan --demand FILE`: target layouts and the way there.
struct PlanLayoutsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "layouts",
        abstract: "Plan the MIG layout of every GPU, and the way there (the default of assay plan).",
        discussion: """
            Fewest GPUs first, with a proof; then least expected fragmentation; then least change from what stands. Jobs on \
            whole GPUs get them on one host, with MIG mode off. -o DIR writes plan.json, plan.html, plan.txt and plan.svg.
            """
    )

    @Argument(help: ArgumentHelp("A study folder, or its study.yaml.", valueName: "study"))
    var study: String?

    @Option(
        help: ArgumentHelp(
            "What is wanted instead: a CSV with profile,count and, where wanted, team, gpus and gpu; or JSON, or YAML.",
            valueName: "file"
        )
    )
    var demand: String?

    @OptionGroup var cluster: PlanEstateOptions
    @OptionGroup var standing: PlanPresentOptions

    @Option(help: "Percentiles of a study's concurrent demand to size for, separated by commas.")
    var percentile = "50,95,99"

    @Option(help: "The percentile that layouts are planned for, or 'now' for what runs at the trace's end.")
    var at = "95"

    @Flag(help: "Deal slices to as many hosts as there are, instead of as few as hold them.")
    var spread = false

    @Flag(help: "Deal slices to as few hosts as hold them: the default.")
    var pack = false

    @Flag(help: "Fill what is idle on sliced GPUs with more instances of the mix.")
    var fill = false

    @Option(
        help:
            "What must be free of jobs before a GPU changes: instance (what NVML asks for) or host (what Slurm asks for)."
    )
    var drain = PlanRequest.DrainScope.instance.rawValue

    @Option(name: [.customShort("o"), .long], help: "The folder to write into.")
    var output: String?

    @Flag(help: "Print plan.json instead of the summary.")
    var json = false

    func validate() throws {
        guard (study == nil) != (demand == nil) else {
            throw ValidationError(
                study == nil
                    ? "say what is wanted: a study's folder, or --demand FILE"
                    : "a study and --demand exclude one another"
            )
        }
        if spread, pack { throw ValidationError("--spread and --pack exclude one another") }
        _ = try scope()
        _ = try percentiles()
        if at != "now" {
            guard let value = Double(at), (0...100).contains(value) else {
                throw ValidationError("--at '\(at)' is not a percentile of 0 to 100, nor 'now'")
            }
        }
    }

    func run() throws {
        let catalogue = try GPUCatalogue.standard()
        let folder = try study.map { try StudyFolder($0) }
        var hosts = try cluster.hosts(study: folder)
        if standing.isGiven { hosts = try standing.applied(to: hosts) }
        var request = PlanRequest(
            name: folder?.study.name ?? demand ?? "plan",
            hosts: hosts,
            isPresentKnown: standing.isGiven,
            demand: [],
            dealing: spread ? .spread : .pack,
            drainScope: try scope(),
            fillsIdle: fill
        )
        var levels: [PlanLevel] = []
        var notes: [String] = []
        var lines: [Int] = []
        if let folder {
            let found = try levelsOf(folder)
            notes = found.notes
            levels = try sized(found, request, catalogue)
            request.demand = try chosen(found)
            notes.insert(
                "Planned for the \(at == "now" ? "demand at the end of the trace" : "\(at)th percentile") of \(found.source).",
                at: 0
            )
        } else if let demand {
            let rows = try PlanDemandRows.read(demand)
            request.demand = try PlanDemandRows.named(rows, catalogue, file: demand)
            lines = rows.map(\.line)
        }
        var plan: LayoutPlan
        do throws(PlanError) {
            plan = try LayoutPlanner.plan(request, catalogue: catalogue)
        } catch {
            let line =
                PlanDemandRows.place(
                    error,
                    file: study ?? demand ?? "",
                    lines: lines,
                    present: standing.present
                ) + ": \(error)"
            var cause = error
            while case .row(_, let inner) = cause { cause = inner }
            switch cause {
            case .tooFew, .tooFewWhole, .gangsDoNotFit, .gangTooLarge:
                // The level that is planned for has the same problem.
                let others = levels.filter { $0.problem != error.description }.map(\.line)
                throw Failure.missed(([line] + others).joined(separator: "\n"))
            default: throw Failure.input([line])
            }
        }
        plan.notes = notes + plan.notes
        let assumptions = Self.assumptions(request)
        if let output {
            let outputs = try PlanFiles.outputs(plan, levels: levels, assumptions: assumptions)
            try Files.write(outputs, into: output)
        }
        if json {
            print(try plan.json.pretty(), terminator: "")
        } else {
            print(PlanReport(plan: plan, levels: levels, assumptions: assumptions).text, terminator: "")
            if let output {
                print(
                    "\nWritten: \(output)/plan.html, plan.json, plan.txt, plan.svg; for other tools mig-parted.yaml, "
                        + "prometheus-rules.yaml, slurm-README.md and what it names"
                )
            }
        }
    }

    private func scope() throws -> PlanRequest.DrainScope {
        guard let scope = PlanRequest.DrainScope(rawValue: drain) else {
            throw ValidationError("--drain '\(drain)' is not known; write instance or host")
        }
        return scope
    }

    private func percentiles() throws -> [Double] {
        var values: [Double] = []
        for word in percentile.split(separator: ",", omittingEmptySubsequences: false) {
            guard let value = Double(word), (0...100).contains(value) else {
                throw ValidationError("--percentile '\(word)' is not a number of 0 to 100")
            }
            if !values.contains(value) { values.append(value) }
        }
        return values
    }

    private func levelsOf(_ folder: StudyFolder) throws -> LayoutDemand.Levels {
        var wanted = try percentiles()
        if let value = Double(at), !wanted.contains(value) { wanted.append(value) }
        do throws(DecisionError) {
            return try LayoutDemand.levels(folder.study, trace: folder.trace, percentiles: wanted)
        } catch {
            throw Failure.input(["\(folder.folder): \(error)"])
        }
    }

    private func chosen(_ levels: LayoutDemand.Levels) throws -> [PlanDemand] {
        if at == "now" {
            guard let now = levels.now else {
                throw Failure.input([
                    "--at now: the study has no trace, so nothing says what runs now; give a percentile"
                ])
            }
            return now
        }
        let value = Double(at)
        return levels.percentiles.first { $0.percent == value }?.demand ?? []
    }

    /// What each level of demand comes to; one that does not fit says why instead.
    private func sized(
        _ levels: LayoutDemand.Levels,
        _ request: PlanRequest,
        _ catalogue: GPUCatalogue
    ) throws -> [PlanLevel] {
        var all: [(String, [PlanDemand])] = []
        if let now = levels.now { all.append(("now", now)) }
        all += levels.percentiles.map { ("p\(NumberText.plain($0.percent))", $0.demand) }
        return all.map { name, demand in
            var one = request
            one.demand = demand
            do throws(PlanError) {
                let totals = try LayoutPlanner.totals(one, catalogue: catalogue)
                return PlanLevel(name: name, demand: demand, totals: totals, problem: nil)
            } catch {
                if error == .noDemand {
                    return PlanLevel(name: name, demand: [], totals: nil, problem: "nothing runs")
                }
                return PlanLevel(name: name, demand: demand, totals: nil, problem: error.description)
            }
        }
    }

    private static func assumptions(_ request: PlanRequest) -> [String] {
        guard request.isPresentKnown else { return [] }
        let times = request.times
        func text(_ seconds: Double) -> String { NumberText.plain(seconds) }
        return [
            "Steps are assumed to last: creating an instance \(text(times.create)) s, destroying one \(text(times.destroy)) s, a "
                + "change of MIG mode \(text(times.mode)) s, a reset \(text(times.reset)) s, draining or resuming a host "
                + "\(text(times.drain)) s. Not measured: time your own. Jobs that are waited for come on top."
        ]
    }
}
