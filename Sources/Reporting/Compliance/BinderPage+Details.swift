import Compliance
import Documents
import Estate
import Evidence
import Study

/// The control's details, and the raw lines that they lead to.
extension BinderPage {
    var details: Markup {
        let sections = result.controls.map { control -> Markup in
            let source = catalogue.source(control.source)
            let models = result.request.models.map { model(control, $0) }
            let sharing: Markup =
                control.isAboutSharing
                ? "<p class=\"sub\">It is about what neighbours share: configuration alone never supports it. See the "
                    + "<a href=\"#channels\">published side channels</a>.</p>\n" : ""
            return """
                <section aria-labelledby="\(anchor(control))">
                <h3 id="\(anchor(control))">\(control.identifier) \(control.title)</h3>
                <p>\(control.meaning)</p>
                <p class="sub">\(control.framework.rawValue); in our words, \(control.confidence.words): \
                \(source?.title ?? control.source).</p>
                \(sharing)\(models.joined())</section>

                """
        }
        return """
            <section aria-labelledby="details">
            <h2 id="details">Each control, with its checks</h2>
            \(sections.joined())</section>

            """
    }

    private func model(_ control: AuditControl, _ model: DeploymentModel) -> Markup {
        let found = result.results.filter { $0.control == control.key && $0.model == model }
        // Workloads with one answer are shown once.
        var groups: [(result: ControlResult, workloads: [String])] = []
        for one in found {
            let place = groups.firstIndex {
                $0.result.status == one.status && $0.result.reason == one.reason && $0.result.checks == one.checks
                    && $0.result.statement == one.statement
            }
            if let place {
                groups[place].workloads += [one.workload].compactMap { $0 }
            } else {
                groups.append((one, [one.workload].compactMap { $0 }))
            }
        }
        return """
            <h4 id="\(anchor(control, model))">\(model.title)</h4>
            \(groups.map { group($0.result, $0.workloads) }.joined())
            """
    }

    private func group(_ found: ControlResult, _ workloads: [String]) -> Markup {
        let names: Markup =
            workloads.isEmpty || workloads.count == result.request.workloads.count
            ? "" : "<span class=\"sub\">\(workloads.joined(separator: ", ")):</span> "
        let status: Markup = "<span class=\"st \(found.status.rawValue)\">\(found.status.words)</span>"
        guard found.status != .notApplicable else { return "<p>\(names)\(status): \(found.reason)</p>\n" }
        let checks = found.checks.map { check -> Markup in
            let lines = check.lines.map { index -> Markup in
                let line = result.lines[index]
                let typed: Markup = line.fact.isDeclared ? ", typed by a person" : ""
                return "<a class=\"raw\" href=\"#\(anchor(line: index))\">\(line.host): \(line.fact.name)\(typed)</a>"
            }
            let evidence: Markup = lines.isEmpty ? "" : " <span class=\"sub\">Raw: \(lines.joined(" · "))</span>"
            let definition = EvidenceCheck.named(check.check)
            let limit: Markup =
                check.outcome == .passes
                ? definition.map { " <span class=\"sub\">\($0.limit)</span>" } ?? "" : ""
            return """
                <li><span class="out \(check.outcome.rawValue)">\(check.outcome.words)</span>: \
                \(definition?.title ?? check.check) \(check.sentence)\(limit)\(evidence)</li>

                """
        }
        let list: Markup = checks.isEmpty ? "" : "<ul class=\"checks\">\n\(checks.joined())</ul>\n"
        let never: Markup = found.cannotBeHad ? " <span class=\"sub\">No check of a platform can carry it.</span>" : ""
        return """
            <p>\(names)\(status). \(found.reason)\(never)</p>
            \(list)\(question(found))
            """
    }

    private func question(_ found: ControlResult) -> Markup {
        if let statement = found.statement {
            return """
                <p class="said">Stated \(statement.on.description) by \(statement.by): \(statement.answer.rawValue). \
                “\(statement.text)” <span class="sub">\(statement.file), line \(statement.line)</span></p>

                """
        }
        guard let question = found.question else { return Markup() }
        return "<p class=\"said\">To be answered: \(question)</p>\n"
    }

    var evidence: Markup {
        let cited = Set(result.results.flatMap(\.checks).flatMap(\.lines))
        let files = result.request.sources.enumerated().map { index, source -> Markup in
            let lines = result.lines.indices.filter { result.lines[$0].source == index && cited.contains($0) }
            let all = result.lines.count { $0.source == index }
            let when =
                source.collected.map { collected -> String in
                    source.dating == .declared ? "collected \(collected), as the study says" : "collected \(collected)"
                } ?? "undated"
            let aside =
                result.setAside[index].map { "<p class=\"banner\">Set aside: it \($0)</p>\n" as Markup } ?? Markup()
            let copy =
                copies.indices.contains(index)
                ? " The copy in this binder: <a href=\"\(copies[index])\">\(copies[index])</a>." as Markup : Markup()
            return """
                <h3 id="file-\(index + 1)">\(source.file)</h3>
                <p class="sub">\(source.kind.rawValue), \(source.model?.title ?? "of no model"), \(when). \
                \(lines.count) of \(all) lines were read by a check.\(copy)</p>
                <p class="sub">File <code>\(source.hash)</code></p>
                \(aside)\(lines.map(line).joined())
                """
        }
        return """
            <section aria-labelledby="evidence">
            <h2 id="evidence">Raw evidence</h2>
            <p>Each line as it stands in the file, with the SHA-256 of its bytes. `assay comply verify` compares the files \
            with the manifest.</p>
            \(files.isEmpty ? "<p class=\"empty\">None was given.</p>\n" : files.joined())</section>

            """
    }

    private func line(_ index: Int) -> Markup {
        let line = result.lines[index]
        let typed: Markup = line.fact.isDeclared ? " A person typed it; it supports nothing by itself." : ""
        return """
            <div class="line" id="\(anchor(line: index))">
            <p><b>\(line.host)</b>: \(line.fact.name) = \(line.fact.value) <span class="sub">read from \(line.fact.origin), \
            at \(line.fact.place).\(typed)</span></p>
            <pre>\(rawText(line.fact.raw))</pre>
            <p class="sub"><code>\(line.fact.hash)</code></p>
            </div>

            """
    }

    /// Line breaks of a raw line stay line breaks.
    private func rawText(_ raw: String) -> Markup {
        raw.split(separator: "\n", omittingEmptySubsequences: false).map { Markup(plain: String($0)) }.joined("\n")
    }

    var channels: Markup {
        let rows = catalogue.sideChannels.map { channel -> Table.Row in
            let models = result.request.models.filter { catalogue.sideChannels(of: $0).contains(channel) }.map(\.title)
            return Table.Row([
                "\(channel.title)", "\(channel.venue)", "\(channel.boundary)", "\(channel.finding)",
                "\(models.isEmpty ? "none of these" : models.joined(separator: ", "))", "\(channel.confidence.words)",
            ])
        }
        return """
            <section aria-labelledby="channels">
            <h2 id="channels">Published side channels</h2>
            <p>Nothing collected here shows any of them to be closed. A probe could show that one is open, never that none is.</p>
            \(Table(
                caption: "Attacks across boundaries between tenants",
                columns: [
                    .text("Paper"), .text("Where"), .text("Boundary"), .text("Finding"), .text("Bears on"), .text("Entry is"),
                ],
                rows: rows
            ).markup)</section>

            """
    }

    var questions: Markup {
        var asked: Set<String> = []
        let rows = result.results.filter { $0.question != nil && $0.statement == nil }.compactMap {
            found -> Table.Row? in
            guard asked.insert(found.control).inserted,
                let control = result.controls.first(where: { $0.key == found.control })
            else { return nil }
            return Table.Row([
                "<a href=\"#\(anchor(control))\">\(control.framework.rawValue) \(control.identifier)</a>",
                "\(control.question)",
            ])
        }
        return """
            <section aria-labelledby="questions">
            <h2 id="questions">Questions for people</h2>
            <p>questions.yaml holds them to fill in: each answer with a name and a day.</p>
            \(Table(
                caption: "Open questions",
                columns: [.text("Control"), .text("Question")],
                rows: rows,
                whenEmpty: "All are answered."
            ).markup)</section>

            """
    }

    var sources: Markup {
        let used = Set(result.controls.map(\.source))
        let rows = catalogue.sources.filter { used.contains($0.id) }.map { source -> Table.Row in
            let link: Markup = source.url.map { "<a href=\"\($0)\">\($0)</a>" } ?? "not public"
            return Table.Row(["\(source.title)", link])
        }
        return """
            <section aria-labelledby="sources">
            <h2 id="sources">Sources of the catalogue</h2>
            <p>Identifiers are the frameworks'; every word about a control is ours, and no substitute for its text.</p>
            \(Table(caption: "Publications", columns: [.text("Publication"), .text("Where")], rows: rows).markup)</section>

            """
    }
}
