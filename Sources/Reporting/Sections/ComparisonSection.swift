import Documents
import Evidence

/// One comparison: its verdicts, what limits them, a chart, and the value of every run.
struct ComparisonSection {
    var comparison: Comparison
    /// A word of ours, unique on the page.
    var id: Markup
    /// What was compared, for the heading.
    var title: String
    /// The anchor of a record, by identifier or path.
    var anchors: Anchors

    /// The comparison under a heading of level three.
    var markup: Markup {
        """
        <h3 id="\(id)">\(title)</h3>
        <p>\(design)</p>
        \(validity)<figure>
        \(plot.drawing)
        <figcaption>\(quantity) of each metric, in % of bare metal; bars are 95 % \
        \(Page.term("intervals", .interval)).\(band) ● overhead ▲ faster ◆ equivalent ○ inconclusive or \
        descriptive ✕ invalid; dashed: descriptive only.</figcaption>
        </figure>
        \(verdicts)\(Page.details("Every run", runs))
        """
    }

    /// What an effect may be called: the hosts' difference where it cannot be told from the platform's overhead.
    private var quantity: Markup {
        Page.term(comparison.hostsConfounded ? "Difference" : "Overhead", .overhead)
    }

    private var band: Markup {
        guard let margin = comparison.margin else { return "" }
        return " The shaded band is the margin of \(Figures.share(margin))."
    }

    private var design: Markup {
        let base = comparison.baseline
        let other = comparison.other
        let unit = comparison.unitOfReplication.rawValue
        let host: Markup =
            comparison.hostsConfounded
            ? """
             Each arm is one host and the hosts differ: what is measured is a difference between these two hosts, \
            whatever its cause.
            """
            : ""
        return """
            Baseline \(base.label): \(counted(base.runs, "run")) on \(counted(base.hosts, "host")) (\(records(base))). \
            Other \(other.label): \(counted(other.runs, "run")) on \(counted(other.hosts, "host")) \
            (\(records(other))). \
            \(comparison.design == .paired ? "Runs are paired" : "Runs are not paired"); the interval is over the \
            \(Page.term(unit, .run)).\(host) \(Words.control(comparison.control))
            """
    }

    private func records(_ arm: Arm) -> Markup {
        let names = arm.files.isEmpty ? arm.records : arm.files
        return names.map { name -> Markup in
            let shown = Words.fileName(name)
            guard let anchor = anchors.record(name) else { return "\(shown)" }
            return "<a class=\"f\" href=\"#\(anchor)\">\(shown)</a>"
        }.joined(", ")
    }

    private var validity: Markup {
        let all = comparison.validity + comparison.metrics.flatMap(\.validity)
        var seen: Set<ValidityNote> = []
        let items = all.filter { seen.insert($0).inserted }.map { note -> Markup in
            "<li><strong>\(Self.word(note.severity))</strong>: \(note.sentence) <code>\(note.code)</code></li>\n"
        }
        return items.isEmpty ? "" : "<ul class=\"validity\">\n\(items.joined())</ul>\n"
    }

    private static func word(_ severity: ValidityNote.Severity) -> String {
        switch severity {
        case .invalid: "Not comparable"
        case .caution: "Caution"
        case .note: "Note"
        }
    }

    private var plot: ForestPlot {
        var rows: [ForestPlot.Row] = []
        for metric in comparison.metrics {
            rows.append(
                ForestPlot.Row(
                    label: "\(metric.name), \(metric.statistic)",
                    words: Words.verdict(metric, in: comparison),
                    shape: Self.shape(metric.verdict),
                    interval: metric.overhead.map { ($0.estimate, $0.low, $0.high) },
                    isWeak: false
                )
            )
            for secondary in metric.secondary {
                rows.append(
                    ForestPlot.Row(
                        label: "\(metric.name), \(secondary.statistic)",
                        words: secondary.descriptiveBecause.map { "descriptive only: \($0)" } ?? secondary.limitWords
                            ?? "secondary",
                        shape: .ring,
                        interval: secondary.effect.map { ($0.estimate, $0.low, $0.high) },
                        isWeak: secondary.descriptiveBecause != nil
                    )
                )
            }
        }
        return ForestPlot(
            id: "f-\(id)",
            title: "\(title), with intervals",
            rows: rows,
            margin: comparison.margin,
            quantity: comparison.hostsConfounded ? "difference" : "overhead"
        )
    }

    private static func shape(_ verdict: Verdict) -> Track.Shape {
        switch verdict {
        case .invalid: .cross
        case .equivalent: .diamond
        case .overhead: .disc
        case .faster: .triangle
        case .inconclusive: .ring
        }
    }

    private var verdicts: Markup {
        var rows: [Table.Row] = []
        for metric in comparison.metrics {
            rows.append(
                Table.Row([
                    """
                    \(metric.name), \(metric.statistic.description) <span class="sub">\(metric.unit), \
                    \(metric.direction == .lower ? "less is better" : "more is better"), \
                    \(metric.isConfirmatory ? "confirmatory" : "exploratory")\(source(of: metric))</span>
                    """,
                    "<strong>\(Words.verdict(metric, in: comparison))</strong>",
                    "\(effect(metric.overhead))",
                    "\(metric.overhead.map { Words.lostShare(of: $0.estimate, signed: true) } ?? "–")",
                    "\(metric.minimumDetectableEffect.map { Figures.share($0) } ?? "–")",
                    "\(effect(metric.drift))",
                    details(of: metric),
                ])
            )
            for secondary in metric.secondary {
                rows.append(
                    Table.Row([
                        "\(metric.name), \(secondary.statistic.description)",
                        "\(secondary.descriptiveBecause.map { "descriptive only: \($0)" } ?? secondary.limitWords ?? "secondary")",
                        "\(effect(secondary.effect))",
                        "\(secondary.effect.map { Words.lostShare(of: $0.estimate, signed: true) } ?? "–")",
                        "–", "–", "\(secondary.effect?.method ?? "–")",
                    ])
                )
            }
        }
        return Table(
            caption: "Verdicts: \(title)",
            columns: [
                .text("Metric"), .text(Page.term("Verdict", .verdict)), .number(quantity),
                .number(Page.term("Lost share", .lostShare)), .number("Smallest effect found 4 times in 5"),
                .number("Drift"), .text("Method"),
            ],
            rows: rows
        ).markup
    }

    /// What measured it, with the files where it was imported: `, measured with fio 3.33 (files 1, 2)`.
    private func source(of metric: MetricComparison) -> Markup {
        let tools = comparison.tools(of: metric.name)
        guard !tools.isEmpty else { return "" }
        var seen: Set<String> = []
        let links = (comparison.baseline.files(of: metric.name) + comparison.other.files(of: metric.name))
            .compactMap { anchors.files(of: $0.record) }
            .filter { seen.insert($0).inserted }
            .enumerated()
            .map { number, anchor -> Markup in Page.link("files of record \(number + 1)", anchor) }
        let files: Markup = links.isEmpty ? "" : " (\(links.joined(", ")))"
        return ", measured with \(tools.joined(separator: " and "))\(files)"
    }

    private func details(of metric: MetricComparison) -> Markup {
        let adjusted = metric.adjustedPValue.map { p -> String in
            let adjustment = metric.adjustment.isEmpty ? "" : " (adjusted for several metrics: \(metric.adjustment))"
            return "p = \(Figures.number(p, digits: 2))\(adjustment)"
        }
        let bootstrap = metric.bootstrap.map {
            "\($0.method): \(Figures.interval($0.estimate, $0.low, $0.high))"
        }
        let control = metric.control.map(Words.control)
        return "\([metric.overhead?.method, bootstrap, adjusted, control].compactMap(\.self).joined(separator: "; "))"
    }

    private func effect(_ effect: Effect?) -> String {
        effect.map { Figures.interval($0.estimate, $0.low, $0.high) } ?? "–"
    }

    /// One row for each unit of replication; both values stand side by side only where they are a pair.
    private var runs: Markup {
        let replicate = comparison.unitOfReplication.rawValue
        let measured = comparison.metrics.filter { !$0.baselineValues.isEmpty || !$0.otherValues.isEmpty }
        return measured.map { metric -> Markup in
            let count = max(metric.baselineValues.count, metric.otherValues.count)
            let shown = min(count, 200)
            let rows = (0..<shown).map { index -> Table.Row in
                Table.Row([
                    "\(index + 1)", value(metric.baselineValues, index), value(metric.otherValues, index),
                ])
            }
            let rest: Markup =
                count > shown ? "<p>\(NumberText.grouped(count - shown)) further rows are in the records.</p>\n" : ""
            let unit = metric.unit.isEmpty ? "" : ", \(metric.unit)"
            return Table(
                caption: "\(metric.name), \(metric.statistic.description) of each \(replicate)\(unit)",
                columns: [
                    .text(comparison.design == .paired ? "Pair" : "Order"), .number("\(comparison.baseline.label)"),
                    .number("\(comparison.other.label)"),
                ],
                rows: rows
            ).markup + rest
        }.joined()
    }

    private func value(_ values: [Double], _ index: Int) -> Markup {
        values.indices.contains(index) ? "\(Figures.number(values[index], digits: 5))" : "–"
    }
}
