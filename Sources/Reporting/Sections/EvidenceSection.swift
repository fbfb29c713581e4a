import Decision
import Documents
import Estate
import Evidence
import Study

extension Page {
    /// The evidence: comparisons of records, and the overheads that entered.
    var evidenceSection: Markup {
        let parts = result.comparisons.enumerated().map { index, evidence in
            ComparisonSection(
                comparison: evidence.comparison,
                id: "evidence-\(index + 1)",
                title: title(of: evidence),
                anchors: anchors
            ).markup + (evidence.isComponent ? componentNote : "")
        }
        let none: Markup = """
            <p>No records were given: nothing about this estate is measured, and every overhead below is assumed or \
            declared.</p>
            """
        return section(
            "evidence",
            "The evidence",
            """
            \(parts.isEmpty ? none : parts.joined())\(overheadsPart)\(recordsPart)
            """
        )
    }

    private var componentNote: Markup {
        """
        <p><strong>A component, not a workload</strong>: it says where the difference comes from, and enters no \
        overhead but those marked derived, whose source names it.</p>
        """
    }

    private func title(of evidence: ComparedEvidence) -> String {
        let metric = evidence.comparison.metrics.first.map { " \($0.name)" } ?? ""
        let subject = evidence.workload ?? "component\(metric)"
        return "\(subject): \(evidence.model.title) against \(evidence.comparison.baseline.label)"
    }

    /// The overheads as they entered, measured or not: at most forty in the chart; the options list them all.
    private var overheadsPart: Markup {
        var rows: [ForestPlot.Row] = []
        for workload in result.workloads {
            for option in workload.options where option.overhead.p10 != 0 || option.overhead.p90 != 0 {
                let kind = Words.kind(of: option.overheadProvenance)
                rows.append(
                    ForestPlot.Row(
                        label: "\(workload.name), \(option.model.title)",
                        words: option.model == workload.model ? "\(kind), chosen" : kind,
                        shape: option.overheadProvenance.isAssumed ? .ring : .disc,
                        interval: (option.overhead.p50, option.overhead.p10, option.overhead.p90),
                        isWeak: option.overheadProvenance.isAssumed
                    )
                )
            }
        }
        guard !rows.isEmpty else { return "" }
        let shown = Array(rows.prefix(40))
        let rest: Markup =
            rows.count > shown.count
            ? " \(NumberText.grouped(rows.count - shown.count)) more are in the options of the workloads." : ""
        let plot = ForestPlot(
            id: "f-overheads",
            title: "Overheads as they entered the decision",
            rows: shown,
            margin: nil,
            quantity: "overhead"
        )
        return """
            <h3 id="overheads">Overheads as they entered the decision</h3>
            \(chart(
                plot.drawing,
                """
                P50 with P10 to P90 (not a confidence interval). ● measured, derived or declared; ○ dashed: \
                \(Self.mark("assumed")).\(rest) The figures are in the <a href="#options">options of each \
                workload</a>.
                """))
            """
    }

    private var recordsPart: Markup { Self.records(anchors) }

    /// The records that the comparisons cite.
    static func records(_ anchors: Anchors) -> Markup {
        guard !anchors.recordRows.isEmpty else { return "" }
        let rows = anchors.recordRows.map { record in
            Table.Row(
                id: record.anchor,
                [
                    "\(record.file.isEmpty ? "–" : Words.fileName(record.file))", "\(record.label)",
                    "<code>\(record.identifier.isEmpty ? "–" : record.identifier)</code>",
                ]
            )
        }
        return """
            <h3 id="records">Records</h3>
            <p>The identifier is the hash of a record's content: a record that was altered has another one.</p>
            \(Table(
                caption: "Records", columns: [.text("File"), .text("Deployment model"), .text("Identifier")], rows: rows
            ).markup)
            """
    }
}
