package import Compliance
import Documents
import Estate
import Evidence
import Study

extension Report {
    /// The evidence binder as one HTML file: from a control to its checks, from a check to the raw line, a click each.
    ///
    /// `copies` names the copies of the evidence beside it, in the order of the sources.
    package static func binderHTML(
        _ result: ComplianceResult,
        catalogue: ControlCatalogue,
        copies: [String]
    ) -> String {
        let page = BinderPage(result: result, catalogue: catalogue, copies: copies)
        return Shell.page(title: "\(result.request.title): evidence binder", body: page.body)
    }
}

/// What the binder shows; it judges nothing.
struct BinderPage {
    let result: ComplianceResult
    let catalogue: ControlCatalogue
    let copies: [String]

    var body: Markup {
        header + warnings + summary + boundary + controls + details + evidence + channels + questions + sources
    }

    /// The place of a control's details.
    func anchor(_ control: AuditControl) -> String { "c-" + control.token }
    /// The place of a control's result under a model.
    func anchor(_ control: AuditControl, _ model: DeploymentModel) -> String { "r-\(control.token)--\(model.rawValue)" }
    /// The place of a line of evidence.
    func anchor(line: Int) -> String { "line-\(line + 1)" }

    private var header: Markup {
        let request = result.request
        let banner: Markup =
            request.isIllustrative
            ? "<p class=\"banner\">Made-up inputs, for illustration: this binder is evidence of nothing.</p>\n" : ""
        let frameworks = result.shownFrameworks.compactMap { catalogue.entry($0)?.title }.joined(separator: "; ")
        let age = request.maximumAgeDays.map { ", at most \(NumberText.plain($0)) days old," } ?? ""
        return """
            <header>
            \(banner)<p class="eyebrow">Evidence binder, \(request.asOf.description)</p>
            <h1>\(request.title)</h1>
            <p class="lead">What the platform's own evidence\(age) supports, what it contradicts, and what only a person can \
            answer. No result here is a verdict on a framework: that is the assessor's.</p>
            <p class="about">\(frameworks). Follow a result to its checks, and a check to the raw line with its hash: one \
            click each.</p>
            </header>
            <nav aria-label="Sections"><ul>
            <li><a href="#summary">Summary</a></li><li><a href="#boundary">Audit boundary</a></li>\
            <li><a href="#controls">Controls</a></li><li><a href="#evidence">Raw evidence</a></li>\
            <li><a href="#channels">Side channels</a></li><li><a href="#questions">Questions</a></li>\
            <li><a href="#sources">Sources</a></li>
            </ul></nav>

            """
    }

    private var warnings: Markup {
        guard !result.warnings.isEmpty || !result.request.derived.isEmpty else { return Markup() }
        let items = (result.warnings + result.request.derived.map(\.sentence)).map { "<li>\($0)</li>\n" as Markup }
        return """
            <section aria-labelledby="h-warnings">
            <h2 id="h-warnings">Before reading on</h2>
            <ul>
            \(items.joined())</ul>
            </section>

            """
    }

    private var summary: Markup {
        var rows: [Table.Row] = []
        for framework in result.shownFrameworks {
            for model in result.request.models {
                let part = result.results.count {
                    $0.control.hasPrefix(framework.rawValue + ":") && $0.model == model && $0.hasPartialEvidence
                }
                rows.append(
                    Table.Row([
                        "<a href=\"#f-\(framework.rawValue)\">\(framework.rawValue)</a>", "\(model.title)",
                        "\(result.count(framework, model, .supported))",
                        "\(result.count(framework, model, .contradicted))",
                        "\(result.count(framework, model, .needsStatement))", "\(part)",
                        "\(result.count(framework, model, .notApplicable))",
                    ])
                )
            }
        }
        let scope: Markup =
            result.request.workloads.isEmpty
            ? "Results are of the platform alone."
            : "Each control is counted once a workload: \(result.request.workloads.map(\.name).joined(separator: ", "))."
        return """
            <section aria-labelledby="summary">
            <h2 id="summary">Summary</h2>
            <p>\(scope)</p>
            \(Table(
                caption: "Results by framework and deployment model",
                columns: [
                    .text("Framework"), .text("Model"), .number("Supported by evidence"), .number("Contradicted"),
                    .number("Needs a person"), .number("of these, in part evidenced"), .number("Not applicable"),
                ],
                rows: rows
            ).markup)</section>

            """
    }

    private var boundary: Markup {
        let stacks = result.boundaries.map { boundary -> Markup in
            let cost = result.request.scopeCosts.first { $0.model == boundary.model }
            let amount =
                cost.map { "<p class=\"sub\">What the scope costs: \($0.sentence)</p>\n" as Markup } ?? Markup()
            let reasons = boundary.parts.filter { $0.place != .absent }.map { part -> Markup in
                let words: Markup = part.place == .unlessApart ? " (unless shown to be apart)" : ""
                return "<li>\(part.name)\(words): \(part.reason)</li>\n"
            }
            return """
                <div>
                <h3>\(boundary.model.title)</h3>
                <p class="sub">\(counted(boundary.insideCount, "part")) inside.</p>
                \(BoundaryDrawing(boundary: boundary).drawing)
                \(amount)<ul class="reasons">
                \(reasons.joined())</ul>
                </div>

                """
        }
        return """
            <section aria-labelledby="boundary">
            <h2 id="boundary">Audit boundary</h2>
            <p>What an audit has to look at under each model. Full line: inside. Dashed: inside unless it is shown to be \
            apart. Words alone: not there.</p>
            <div class="stacks">
            \(stacks.joined())</div>
            </section>

            """
    }

    private var controls: Markup {
        let tables = result.shownFrameworks.map { framework -> Markup in
            let entry = catalogue.entry(framework)
            let rows = result.controls.filter { $0.framework == framework }.map { control -> Table.Row in
                let cells = result.request.models.map { model -> Markup in
                    let found = result.results.filter { $0.control == control.key && $0.model == model }
                    let words = Self.statuses(found).map { status -> Markup in
                        "<span class=\"st \(status.rawValue)\">\(Self.short(status))</span>"
                    }
                    let part: Markup =
                        found.contains(where: \.hasPartialEvidence) ? " <span class=\"sub\">in part</span>" : ""
                    return "<a href=\"#\(anchor(control, model))\">\(words.joined(", "))</a>\(part)"
                }
                return Table.Row(
                    ["<a href=\"#\(anchor(control))\">\(control.identifier)</a> \(control.title)\(mark(control))"]
                        + cells
                )
            }
            return """
                <h3 id="f-\(framework.rawValue)">\(entry?.title ?? framework.rawValue)</h3>
                <p>\(entry?.note ?? "")</p>
                \(Table(
                    caption: "\(framework.rawValue): each control under each model",
                    columns: [.text("Control")] + result.request.models.map { .text("\($0.title)") },
                    rows: rows,
                    style: "cards"
                ).markup)
                """
        }
        return """
            <section aria-labelledby="controls">
            <h2 id="controls">Controls</h2>
            \(tables.joined())</section>

            """
    }

    /// What a reader must know of an entry before using it.
    private func mark(_ control: AuditControl) -> Markup {
        control.confidence == .memory ? " <span class=\"kind assumed\">unverified</span>" : Markup()
    }

    static func short(_ status: ControlResult.Status) -> Markup {
        switch status {
        case .supported: "supported"
        case .contradicted: "contradicted"
        case .needsStatement: "needs a person"
        case .notApplicable: "not applicable"
        }
    }

    /// The statuses among some results, each once, the worst first.
    static func statuses(_ results: [ControlResult]) -> [ControlResult.Status] {
        [.contradicted, .needsStatement, .supported, .notApplicable].filter { status in
            results.contains { $0.status == status }
        }
    }
}
