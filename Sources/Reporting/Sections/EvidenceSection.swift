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
            \(parts.isEmpty ? none : parts.joined())\(predictionsPart)\(overheadsPart)\(recordsPart)
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

    /// What was predicted from the records: for a scale and a load at which nothing was measured.
    private var predictionsPart: Markup {
        let predictions = result.predictions
        guard !predictions.isEmpty else { return "" }
        let items = predictions.map { prediction -> Markup in
            let links = prediction.records.enumerated().map { number, record -> Markup in
                let text = "record \(number + 1)"
                return anchors.record(record).map { " \(link(text, $0))" } ?? " \(text)"
            }
            return "<li>\(prediction.sentence)\(links.joined())</li>"
        }
        return """
            <h3 id="predictions">Predicted, not measured</h3>
            <ul>\(items.joined())</ul>
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
                    "\(record.tools)\(filesLink(record))",
                    "<code>\(record.identifier.isEmpty ? "–" : record.identifier)</code>",
                ]
            )
        }
        return """
            <h3 id="records">Records</h3>
            <p>The identifier is the hash of a record's content: a record that was altered has another one.</p>
            \(Table(
                caption: "Records",
                columns: [
                    .text("File"), .text("Deployment model"), .text("Measured with"), .text("Identifier"),
                ],
                rows: rows
            ).markup)\(files(anchors))
            """
    }

    private static func filesLink(_ record: Anchors.RecordRow) -> Markup {
        let count = record.imported.count
        guard count > 0 else { return "" }
        return ", \(link(counted(count, "file"), record.filesAnchor))"
    }

    /// The most files of one record that a page lists.
    private static let mostFiles = 100

    /// Files of other tools that the records were made of, each with its hash, so that it can be found again.
    private static func files(_ anchors: Anchors) -> Markup {
        let records = anchors.recordRows.filter { !$0.imported.isEmpty }
        guard !records.isEmpty else { return "" }
        let rows = records.flatMap { record in
            record.imported.prefix(mostFiles).enumerated().map { number, source in
                Table.Row(
                    id: number == 0 ? record.filesAnchor : nil,
                    [
                        "\(source.runWords)", "\(source.tool)", "<code>\(source.format ?? "–")</code>",
                        link(Words.fileName(record.file.isEmpty ? record.identifier : record.file), record.anchor),
                        "<code>\(source.fileSHA256 ?? "–")</code>",
                    ]
                )
            }
        }
        let rest = records.reduce(0) { $0 + max(0, $1.imported.count - mostFiles) }
        let more: Markup = rest > 0 ? "<p>\(NumberText.grouped(rest)) further files are in the records.</p>\n" : ""
        return """
            <h3 id="files">Files of other tools</h3>
            <p>What was imported, file by file, with the program that wrote it; <code>sha256sum</code> of a file prints \
            the digits behind <code>sha256:</code>.</p>
            \(Table(
                caption: "Files of other tools",
                columns: [.text("Run"), .text("Measured with"), .text("Format"), .text("Record"), .text("SHA-256")],
                rows: rows
            ).markup)\(more)
            """
    }
}
