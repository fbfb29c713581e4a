import Documents
import Estate
import Scheduling

extension Report {
    /// A plan as one HTML file that needs no network, no script and no other file: for `assay plan -o`.
    package static func planHTML(_ report: PlanReport) -> String {
        let page = PlanPage(report: report)
        return Shell.page(
            title: "\(report.plan.name): layouts",
            body: page.header + page.levels + page.hosts + page.steps + page.notes
        )
    }
}

/// The sections of a plan's page.
private struct PlanPage {
    let report: PlanReport

    private var plan: LayoutPlan { report.plan }

    var header: Markup {
        let totals = plan.totals
        var rows: [Table.Row] = [
            Table.Row(["GPUs of the estate", "\(NumberText.grouped(totals.gpus))"]),
            Table.Row(["Whole, for jobs on whole GPUs", "\(NumberText.grouped(totals.wholeGPUs))"]),
            Table.Row(["Sliced", "\(NumberText.grouped(totals.slicedGPUs))"]),
        ]
        if totals.slicedGPUs > 0 {
            rows += [
                Table.Row(["Sliced, in any plan at least", "\(NumberText.grouped(totals.slicedBound))"]),
                Table.Row(["Idle on sliced GPUs, in GPUs", "\(NumberText.fixed(totals.idleGPUs, 2))"]),
                Table.Row([
                    "Of that, of no use to later jobs of the same mix (expected fragmentation)",
                    "\(NumberText.fixed(totals.fragmentedGPUs, 2))",
                ]),
            ]
        }
        let proof: Markup = report.proofLine.map { "<p>\($0)</p>\n" } ?? ""
        return """
            <header>
            <p class="eyebrow">MIG layouts for an estate</p>
            <h1>\(plan.name)</h1>
            <p class="lead">\(report.lead)</p>
            \(Table(
                caption: "What it comes to",
                columns: [.text("What"), .number("GPUs")],
                rows: rows
            ).markup)\(proof)</header>

            """
    }

    var levels: Markup {
        let demand = Table(
            caption: "What is planned for",
            columns: [.text("Wanted"), .number("Count"), .text("Team"), .text("Only on")],
            rows: plan.demand.prefix(200).map { entry in
                let count: Markup = "\(NumberText.grouped(entry.count))"
                return Table.Row(["\(entry.name)", count, "\(entry.team ?? "")", "\(entry.model ?? "")"])
            }
        ).markup
        let sizes: Markup =
            report.levels.isEmpty
            ? ""
            : Table(
                caption: "What other levels of demand come to",
                columns: [.text("Demand"), .number("Whole GPUs"), .number("Sliced GPUs"), .text("Fits")],
                rows: report.levels.map { level in
                    guard let totals = level.totals else {
                        return Table.Row(["\(level.name)", "", "", "no: \(level.problem ?? "")"])
                    }
                    return Table.Row([
                        "\(level.name)", "\(NumberText.grouped(totals.wholeGPUs))",
                        "\(NumberText.grouped(totals.slicedGPUs))", "yes",
                    ])
                }
            ).markup
        return """
            <section aria-labelledby="h-demand">
            <h2 id="h-demand">The demand</h2>
            \(demand)\(sizes)</section>

            """
    }

    var hosts: Markup {
        let looks = report.looks
        var body = Markup()
        for (index, look) in looks.prefix(PlanReport.lookLimit).enumerated() {
            body += "<h3>\(look.title)</h3>\n"
            let keeps = look.host.gpus.contains { $0.instances.contains(where: \.hasJob) }
            if let present = look.present, present.gpus.map(\.mode) != look.host.gpus.map(\.mode) {
                body += figure("host\(index)-now", "\(look.title), now", "Now; * has a running job.", present)
                body += figure(
                    "host\(index)",
                    "\(look.title), planned",
                    keeps ? "Planned; * keeps its running job." : "Planned.",
                    look.host
                )
            } else {
                let stands = look.present == nil ? "Planned" : "As it stands; nothing changes"
                let caption = keeps ? "\(stands); * has a running job." : "\(stands)."
                body += figure("host\(index)", look.title, caption, look.host)
            }
        }
        if looks.count > PlanReport.lookLimit {
            body += "<p>\(looks.count - PlanReport.lookLimit) more kinds of host are in plan.json.</p>\n"
        }
        return """
            <section aria-labelledby="h-hosts">
            <h2 id="h-hosts">The hosts</h2>
            <p>A row is a GPU, its columns are memory slices. Hosts and neighbouring GPUs that look alike are drawn once. A whole \
            GPU has MIG mode off, and with it P2P and NVLink; a spare GPU is not needed, and what stands on it is drawn without colour.</p>
            \(body)</section>

            """
    }

    private func figure(_ id: String, _ title: String, _ caption: String, _ host: PlannedHost) -> Markup {
        """
        <figure>
        \(LayoutDrawing(id: id, title: title, host: host).drawing)<figcaption>\(caption)</figcaption>
        </figure>

        """
    }

    var steps: Markup {
        guard plan.present != nil else { return Markup() }
        guard !plan.steps.isEmpty else {
            return """
                <section aria-labelledby="h-steps">
                <h2 id="h-steps">The way there</h2>
                <p>Nothing changes.</p>
                </section>

                """
        }
        let (inTurn, atOnce) = PlanReport.seconds(plan.steps)
        let waits = PlanReport.waits(plan.steps)
        let shown = 400
        let rest: Markup =
            plan.steps.count > shown ? "<p>\(plan.steps.count - shown) more steps are in plan.json.</p>\n" : ""
        return """
            <section aria-labelledby="h-steps">
            <h2 id="h-steps">The way there</h2>
            <p>Only idle instances are destroyed, and every state between is legal. About \(NumberText.fixed(inTurn, 0)) s one host \
            after another, \(NumberText.fixed(atOnce, 0)) s with all hosts at once \
            (<span class="kind assumed">assumed</span>: see the notes); running jobs that must end first: \(waits).</p>
            \(Table(
                caption: "Steps, in order",
                columns: [.text("Host"), .text("GPU"), .text("What is done"), .number("Seconds")],
                rows: plan.steps.prefix(shown).map { step in
                    let gpu: Markup = step.gpu.map { "\($0)" } ?? ""
                    let cells: [Markup] = [
                        "\(step.host)", gpu, "\(PlanReport.words(step))", "\(NumberText.plain(step.seconds))",
                    ]
                    return Table.Row(cells)
                }
            ).markup)\(rest)</section>

            """
    }

    var notes: Markup {
        let lines = plan.notes + report.assumptions
        guard !lines.isEmpty else { return Markup() }
        return """
            <section aria-labelledby="h-notes">
            <h2 id="h-notes">What to know</h2>
            <ul>
            \(lines.map { "<li>\($0)</li>\n" as Markup }.joined())</ul>
            </section>

            """
    }
}
