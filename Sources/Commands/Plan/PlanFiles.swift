import Documents
import NodeCommands
import Reporting
import Scheduling

/// The files of a plan: the one place that knows them all.
enum PlanFiles {
    /// Everything that `assay plan -o` writes.
    ///
    /// - Throws: `Failure.input` where a format cannot say what the plan says.
    static func outputs(_ plan: LayoutPlan, levels: [PlanLevel], assumptions: [String]) throws -> [Files.Output] {
        var outputs = [
            Files.Output("plan.json", try plan.json.pretty()),
            Files.Output("plan.txt", PlanReport(plan: plan, levels: levels, assumptions: assumptions).text),
            Files.Output(
                "plan.html",
                Report.planHTML(PlanReport(plan: plan, levels: levels, assumptions: assumptions))
            ),
        ]
        if let picture = Report.planPicture(plan) { outputs.append(Files.Output("plan.svg", picture)) }
        return outputs + (try PlanExportFiles.of(plan).map(\.output))
    }
}
