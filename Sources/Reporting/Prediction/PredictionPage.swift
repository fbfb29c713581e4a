import Decision
import Documents
import Evidence

extension Report {
    /// A prediction as one HTML file that needs no network, no script and no other file: for `assay predict -o`.
    package static func predictionHTML(_ report: PredictionReport) -> String {
        let body: Markup = """
            <header>
            <p class="eyebrow">A prediction from measurements</p>
            <h1>What the records say about scale and load</h1>
            <p class="lead">Derived from the records named below; nothing here was measured at the scale that it speaks of.</p>
            </header>

            """
        return Shell.page(
            title: "A prediction from measurements",
            body: body + report.scaleSection + report.tailSection + report.componentSection + report.sourceSection
        )
    }
}

extension PredictionReport {
    fileprivate var scaleSection: Markup {
        guard let scale else { return Markup() }
        let question = scale.question
        let beyond = scale.arms.filter { arm in
            arm.prediction.rows.contains { $0.reach == .extrapolated || $0.reach == .beyond }
        }
        let reach =
            beyond.isEmpty
            ? ""
            : " From the dashed line on the sample does not reach"
                + (beyond.allSatisfy { $0.prediction.tail != nil }
                    ? ", and a fitted tail carries the line."
                    : ", and where no tail could be fitted nothing longer than the longest detour seen is in the line.")
        func hasNetwork(_ arm: ScaleArm) -> Bool { arm.prediction.rows.contains { $0.communication != nil } }
        let tables = scale.arms.map { arm -> Markup in
            Table(
                caption: "\(arm.label)",
                columns: [
                    .text("On"), .number("Ranks"), .number("Slowdown by noise"),
                ] + (hasNetwork(arm) ? [.number("Communication, ms")] : [])
                    + [.number("Step, ms"), .text("Noise is")],
                rows: arm.prediction.rows.map { row in
                    let communication = row.communication.map(PredictionWords.milliseconds) ?? "not in it"
                    return Table.Row(
                        [
                            "\(counted(row.nodes, "node"))", "\(NumberText.grouped(row.ranks))",
                            "\(PredictionWords.percent(row.noise))",
                        ] + (hasNetwork(arm) ? ["\(communication)"] : [])
                            + ["\(PredictionWords.milliseconds(row.step))", "\(PredictionWords.reach(row.reach))"]
                    )
                }
            ).markup + Self.notes(arm.prediction.notes)
        }.joined()
        let overhead =
            overheads.map { overheads -> Markup in
                Table(
                    caption: "\(scale.arms[1].label) against \(scale.arms[0].label): noise and communication alone",
                    columns: [.text("On"), .number("Overhead")],
                    rows: zip(question.nodes, overheads).map { nodes, interval in
                        Table.Row([
                            "\(counted(nodes, "node"))", "\(PredictionWords.percent(interval, signed: true))",
                        ])
                    }
                ).markup
            } ?? Markup()
        return """
            <section aria-labelledby="h-scale">
            <h2 id="h-scale">A job that waits for its slowest rank</h2>
            <p>A step of \(PredictionWords.time(question.stepSeconds)) ms with \
            \(PredictionWords.synchronisations(question)).</p>
            <figure>
            \(SlowdownChart(id: "slowdown", arms: scale.arms).drawing)<figcaption>Line: the expected slowdown against a \
            job without noise. Band: its \(NumberText.percent(question.level, 0)) interval.\(reach)</figcaption>
            </figure>
            \(tables)\(overhead)</section>

            """
    }

    fileprivate var tailSection: Markup {
        guard let tail else { return Markup() }
        let question = tail.question
        let tables = tail.arms.map { arm -> Markup in
            let corrected = arm.prediction.service.corrected.map {
                "<p>For \(arm.label), \(PredictionWords.corrected($0, question.quantiles)).</p>\n" as Markup
            }
            let breaks = arm.prediction.breaksAt.flatMap { breaks in
                question.objective.map { "<p>\(Self.breaking($0, breaks, arm.prediction)).</p>\n" as Markup }
            }
            return Table(
                caption: "\(arm.label)",
                columns: [.text("Load"), .number("In use")]
                    + question.quantiles.map { .number("\(PredictionWords.quantile($0)), ms") },
                rows: arm.prediction.rows.map { row in
                    Table.Row(
                        ["\(NumberText.significant(row.rate, 4)) requests/s", "\(NumberText.percent(row.utilisation))"]
                            + row.latencies.map { "\(PredictionWords.latency($0))" }
                    )
                }
            ).markup + (breaks ?? Markup()) + (corrected ?? Markup()) + Self.notes(arm.prediction.notes)
        }.joined()
        return """
            <section aria-labelledby="h-load">
            <h2 id="h-load">A service under load</h2>
            <p>\(PredictionWords.fleet(question)); latency counts from arrival.</p>
            <figure>
            \(LatencyChart(id: "latency", question: question, arms: tail.arms).drawing)<figcaption>Line: the latency. \
            Band: its \(NumberText.percent(question.level, 0)) interval; where it leaves the picture, the table has its \
            end.\(question.objective == nil ? "" : " Dashed line: the load at which the objective breaks, with its interval.")\
            </figcaption>
            </figure>
            \(tables)</section>

            """
    }

    fileprivate var componentSection: Markup {
        guard let components else { return Markup() }
        let table = Table(
            caption: "Parts of the job",
            columns: [.text("Part"), .number("Share of the time"), .number("Overhead"), .text("Metrics")],
            rows: components.parts.map { part in
                Table.Row([
                    "\(part.name)", "\(NumberText.percent(part.share, 0))",
                    "\(part.overhead.map { PredictionWords.percent($0, signed: true) } ?? "not measured")",
                    "\(PredictionWords.metrics(part.metrics))",
                ])
            }
        )
        return """
            <section aria-labelledby="h-parts">
            <h2 id="h-parts">From parts to the job</h2>
            <p>\(components.verdict)</p>
            \(table.markup)</section>

            """
    }

    fileprivate var sourceSection: Markup {
        var rows: [Table.Row] = []
        var sources = (scale?.arms ?? []).map { Source(label: $0.label, records: $0.records) }
        sources += (tail?.arms ?? []).map { Source(label: $0.label, records: $0.records) }
        for (label, records) in (sources + componentSources).map({ ($0.label, $0.records) }) {
            for record in records { rows.append(Table.Row(["\(label)", "\(record)"])) }
        }
        return """
            <section aria-labelledby="h-sources">
            <h2 id="h-sources">Sources</h2>
            \(Table(caption: "Records", columns: [.text("Arm"), .text("Record")], rows: rows).markup)</section>

            """
    }

    private static func notes(_ notes: [String]) -> Markup {
        guard !notes.isEmpty else { return Markup() }
        return "<ul>\n\(notes.map { "<li>\($0)</li>\n" as Markup }.joined())</ul>\n"
    }
}
