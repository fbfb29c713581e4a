package import Decision
import Documents
import Estate
package import Evidence
import Study

/// A decision or a comparison as documents for people.
///
/// Pure: the same result gives the same bytes. Text from a study is escaped for the format it enters.
package enum Report {
    /// What the figure of a cloud by the hour leaves out: said wherever the figure stands.
    package static let cloudCaveat =
        "The cloud's figure leaves out people, setup, storage and the licences committed today; owned hardware is sunk, so "
        + "moving to a cloud does not give its cost back."

    /// The report as one HTML file that needs no network, no script and no other file.
    package static func html(_ result: DecisionResult) -> String {
        let page = Page(result)
        let models = DeploymentModel.allCases.filter { model in
            result.study.platforms.contains { $0.model == model } || result.workloads.contains { $0.model == model }
        }
        let body =
            page.decisionSection + page.contents + page.whySection + page.evidenceSection + page.confidenceSection
            + page.billsSection + page.inputsSection + page.questionsSection + page.notesSection
            + Glossary.section(Glossary.Entry.all, models: models)
        return Shell.page(title: "\(result.study.name): bare metal or virtual machines?", body: body)
    }

    /// A comparison of records as one HTML file, for `assay compare -o`.
    package static func comparisonHTML(_ comparison: Comparison) -> String {
        let evidence = ComparedEvidence(
            workload: nil,
            model: .bareMetal,
            isComponent: false,
            comparison: comparison
        )
        let anchors = Anchors(inputs: [], comparisons: [evidence])
        let title = "\(comparison.other.label) against \(comparison.baseline.label)"
        let section = ComparisonSection(
            comparison: comparison,
            id: "comparison",
            title: "Verdicts and intervals",
            anchors: anchors
        )
        let lead = comparison.metrics.map { metric -> Markup in
            let words = Words.verdict(metric, in: comparison)
            let effect = metric.overhead.map { Figures.interval($0.estimate, $0.low, $0.high) } ?? "no figure"
            return "<li><b>\(metric.name)</b>: \(effect), <strong>\(words)</strong></li>\n"
        }
        let body: Markup = """
            <header>
            <p class="eyebrow">A comparison of records</p>
            <h1>\(title)</h1>
            <ul class="lead">
            \(lead.joined())</ul>
            </header>
            <section aria-labelledby="h-evidence">
            <h2 id="h-evidence">The evidence</h2>
            \(section.markup)\(Page.records(anchors))</section>
            \(Glossary.section(Glossary.Entry.forComparisons, models: []))
            """
        return Shell.page(title: title, body: body)
    }
}
