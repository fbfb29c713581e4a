import Cost
package import Decision
import Documents
import Estate
import Evidence
import Study

extension Report {
    /// The report as Markdown: the same figures without the charts.
    package static func markdown(_ result: DecisionResult) -> String {
        MarkdownReport(page: Page(result)).text
    }
}

/// A decision in Markdown.
private struct MarkdownReport {
    let page: Page

    private var result: DecisionResult { page.result }
    private var currency: String { MarkdownText.escape(result.study.currency) }

    var text: String {
        [
            head, workloads, money, matrix, options, assignments, waterfall, timing, savings, flipPoints, breakEvens,
            measurements, evidence, tornado, bills, inputs, questions, notes, glossary,
        ].joined()
    }

    private func escape(_ text: String) -> String { MarkdownText.escape(text) }

    private func cells(_ spread: Spread, signed: Bool = false) -> [String] {
        [spread.mean, spread.p10, spread.p50, spread.p90].map { Figures.amount($0, signed: signed) }
    }

    private var head: String {
        let study = result.study
        let banner =
            study.isIllustrative
            ? "> **Illustrative.** The inputs of this study are made up; no figure is of a real organisation.\n\n"
            : ""
        let summary = study.summary.isEmpty ? "" : escape(study.summary) + "\n\n"
        return """
            # Bare metal or virtual machines: \(escape(study.name))

            \(banner)**\(escape(result.estate.sentence))**

            \(summary)Prices and contracts as of \(study.date), over \(counted(study.horizonYears, "year")), in \(currency).


            """
    }

    private var workloads: String {
        let rows = result.workloads.map { workload -> [String] in
            let option = workload.options.first { $0.model == workload.model }
            return [
                escape(workload.name), workload.model.title, Figures.probability(workload.probability.value),
                option?.marginalCostPerMonth.map { Figures.amount($0.mean) } ?? "–",
                Figures.amount(workload.regretPerMonth.value),
            ]
        }
        return "## Where each workload belongs\n\n"
            + MarkdownText.table(
                header: [
                    "Workload", "Runs on", "Probability", "Marginal cost, \(currency) a month", "Regret a month",
                ],
                numeric: [2, 3, 4],
                rows: rows
            )
    }

    private var money: String {
        let estate = result.estate
        var rows = [
            [
                "Cost a month, levelised", Figures.amount(estate.costPerMonth.mean),
                page.figures.range(estate.costPerMonth),
            ]
        ]
        if let saving = page.saving {
            rows.append([saving.words, Figures.amount(saving.amount.mean), page.figures.range(saving.amount)])
        }
        rows += (page.savingParts + [page.freedCapacity, page.cloud].compactMap(\.self)).map { line in
            [line.words, Figures.amount(line.amount), line.range]
        }
        rows += [
            [
                "Cost of a useful GPU-hour (P50)", Figures.amount(estate.costPerUsefulGPUHour.p50),
                page.figures.range(estate.costPerUsefulGPUHour),
            ],
            [
                "Probability that this is the cheapest", Figures.probability(estate.probability.value),
                "± \(Figures.points(estate.probability.standardError)) points",
            ],
            [
                "Expected regret a month", Figures.amount(estate.regretPerMonth.value),
                "± \(Figures.amount(estate.regretPerMonth.standardError))",
            ],
            ["Variance that rests on assumed inputs", Figures.share(result.assumedVarianceShare), ""],
        ]
        return "## What it is worth\n\n"
            + MarkdownText.table(
                header: ["Money, \(currency)", "Expected", "P10 to P90, or error"],
                numeric: [1],
                rows: rows.map { $0.map(escape) }
            ) + remarks
    }

    private var remarks: String {
        [page.cloud.map { _ in Report.cloudCaveat }, page.hostsNeeded].compactMap(\.self)
            .map { escape($0) + "\n\n" }.joined()
    }

    private var matrix: String {
        let rows = result.matrix.map { row in
            [
                Words.heading(of: row.side), escape(row.reason), "**\(Words.title(of: row.cell))**",
                escape(row.evidence),
            ]
        }
        return "## Reasons either way\n\n"
            + MarkdownText.table(header: ["Side", "Reason", "Here", "Evidence"], rows: rows)
    }

    private var options: String {
        let rows = result.workloads.flatMap { workload in
            workload.options.map { option -> [String] in
                let rejected = option.rejections.map { "Out: \(escape($0.sentence))" }.joined(separator: " ")
                return [
                    escape(workload.name), option.model.title + (option.model == workload.model ? ", chosen" : ""),
                    escape(option.share),
                    escape("\(Figures.spread(option.overhead)), \(page.overheadKind(option, of: workload.name))"),
                    option.marginalCostPerMonth.map { Figures.amount($0.mean) } ?? "–",
                    option.probability.map { Figures.probability($0.value) } ?? "–", rejected,
                ]
            }
        }
        return "## Why\n\n### Options of each workload\n\n"
            + MarkdownText.table(
                header: [
                    "Workload", "Option", "A job gets", "Overhead", "Marginal cost, \(currency) a month", "Cheapest",
                    "Rejected because",
                ],
                numeric: [3, 4, 5],
                rows: rows
            ) + jobs
    }

    private var jobs: String {
        result.workloads.compactMap { workload in
            workload.job.map { job in
                """
                The representative job of \(escape(workload.name)) takes \(Figures.number(job.hoursToday)) h today and \
                \(Figures.number(job.hoursChosen.p50)) h on \(workload.model.title); that frees \
                \(Figures.number(job.freedGPUHoursPerMonth.mean)) GPU-hours a month.


                """
            }
        }.joined()
    }

    private var assignments: String {
        let rows = result.assignments.map { assignment -> [String] in
            let marks = [
                assignment.isChosen ? "chosen" : nil, assignment.isToday ? "today" : nil,
                assignment.isEligible ? nil : "not eligible",
            ].compactMap(\.self)
            let name = page.placement(assignment)
            return [escape(name), marks.joined(separator: ", ")] + cells(assignment.costPerMonth) + [
                Figures.amount(assignment.costPerUsefulGPUHour.p50),
                Figures.probability(assignment.probability.value),
            ]
        }
        return "### Assignments of the whole estate, \(currency) a month\n\n"
            + MarkdownText.table(
                header: ["Assignment", "", "Expected", "P10", "P50", "P90", "Per useful GPU-hour", "Cheapest"],
                numeric: [2, 3, 4, 5, 6, 7],
                rows: rows
            )
    }

    private var waterfall: String {
        let fall = result.waterfall
        let rows =
            [[escape(Placements.titled(fall.startTitle)), Figures.amount(fall.start)]]
            + fall.steps.map { [Words.title(of: $0.group), Figures.amount($0.amount, signed: true)] }
            + [[escape(Placements.titled(fall.endTitle)), Figures.amount(fall.end)]]
        return "### Waterfall of the means over the draws, \(escape(fall.unit))\n\n"
            + MarkdownText.table(header: ["Group", "Amount"], numeric: [1], rows: rows)
    }

    private var timing: String {
        let rows = result.timing.map { option -> [String] in
            if let reason = option.unavailableBecause {
                return [Words.title(of: option.kind), "–", "–", "–", "not possible: \(escape(reason))"]
            }
            let isStay = option.kind == .stay
            return [
                Words.title(of: option.kind), Figures.amount(option.netPresentCost.mean),
                isStay ? "–" : Figures.amount(option.netPresentValue.mean, signed: true),
                isStay ? "–" : Figures.range(option.netPresentValue),
                isStay ? "–" : Words.payback(option.paybackYears, horizon: result.study.horizonYears),
            ]
        }
        let available = result.timing.filter { $0.unavailableBecause == nil && !$0.cashByYear.isEmpty }
        let years = (0..<(available.map(\.cashByYear.count).max() ?? 0)).map { year in
            ["Year \(year + 1)"]
                + available.map {
                    $0.cashByYear.indices.contains(year) ? Figures.amount($0.cashByYear[year].mean) : "–"
                }
        }
        return "### When to change, \(currency)\n\n"
            + MarkdownText.table(
                header: ["Option", "Present cost", "NPV against staying", "P10 to P90", "Payback"],
                numeric: [1, 2, 3],
                rows: rows
            )
            + "### Cash by year, \(currency)\n\n"
            + MarkdownText.table(
                header: ["Year"] + available.map { Words.title(of: $0.kind) },
                numeric: Set(1..<(available.count + 1)),
                rows: years
            )
    }

    private var savings: String {
        let rows = result.savings.map { saving in
            [escape(saving.title), Words.title(of: saving.kind)] + cells(saving.perMonth)
                + [saving.gpuHoursPerMonth.map { Figures.number($0) } ?? "–"]
        }
        let deferral = result.deferral.map { "\(escape($0.sentence))\n\n" } ?? ""
        return "### Savings by kind of money, \(currency) a month\n\nThe kinds are never added to one another.\n\n"
            + MarkdownText.table(
                header: ["Saving", "Kind", "Expected", "P10", "P50", "P90", "GPU-hours a month"],
                numeric: [2, 3, 4, 5, 6],
                rows: rows
            ) + deferral
    }

    private var flipPoints: String {
        func row(_ flip: FlipPoint, _ subject: String) -> [String] {
            [
                escape(flip.title), escape(subject), escape(Figures.value(flip.current, unit: flip.unit)),
                escape(Figures.value(flip.value, unit: flip.unit)), escape(Placements.titled(flip.below)),
                escape(Placements.titled(flip.above)), flip.kind.rawValue,
            ]
        }
        let rows =
            result.estate.flipPoints.map { row($0, "the estate") }
            + result.workloads.flatMap { workload in workload.flipPoints.map { row($0, workload.name) } }
        return "### What would change the answer\n\n" + (result.flipCoverage.map { escape($0) + "\n\n" } ?? "")
            + MarkdownText.table(
                header: ["Input", "Of", "Now", "Flips at", "Below", "Above", "Kind"],
                numeric: [2, 3],
                rows: rows
            )
    }

    private var breakEvens: String {
        guard !result.breakEvens.isEmpty else { return "" }
        let rows = result.breakEvens.map { even in
            [
                escape(even.title), escape(even.between), escape(Figures.value(even.current, unit: even.unit)),
                even.values.isEmpty
                    ? "never within its range"
                    : escape(even.values.map { Figures.value($0, unit: even.unit) }.joined(separator: "; ")),
            ]
        }
        return "### Break-evens\n\n"
            + MarkdownText.table(header: ["Input", "Between", "Now", "Cost the same at"], numeric: [2, 3], rows: rows)
    }

    private var measurements: String {
        let items = page.result.measurements.enumerated().map { index, measurement in
            """
            \(index + 1)\\. **\(escape(measurement.title))**: \(escape(page.worth(measurement))) (± \
            \(Figures.amount(measurement.valueOverHorizon.standardError))). \(escape(measurement.reason))

            \(MarkdownText.code(measurement.command))

            """
        }
        return "### What is worth measuring\n\n\(page.measurementsLead)\n\n" + items.joined()
    }

    private var evidence: String {
        let rows = result.comparisons.flatMap { evidence in
            evidence.comparison.metrics.map { metric -> [String] in
                let effect = metric.overhead.map { Figures.interval($0.estimate, $0.low, $0.high) } ?? "–"
                let subject = evidence.workload ?? "component"
                let notes = (evidence.comparison.validity + metric.validity).filter { $0.severity != .note }
                return [
                    escape(subject), evidence.model.title, escape("\(metric.name), \(metric.statistic)"),
                    escape(evidence.comparison.tools(of: metric.name).joined(separator: ", ")),
                    escape(effect),
                    escape(Words.verdict(metric, in: evidence.comparison)),
                    notes.map { escape($0.sentence) }.joined(separator: " "),
                ]
            }
        }
        return "## The evidence\n\n"
            + (rows.isEmpty ? "No records were given: nothing about this estate is measured.\n\n" : "")
            + (rows.isEmpty
                ? ""
                : MarkdownText.table(
                    header: ["Of", "Model", "Metric", "Measured with", "Overhead [95 %]", "Verdict", "Limits"],
                    numeric: [4],
                    rows: rows
                )) + files + predictions
    }

    /// Files of other tools, each with its hash.
    private var files: String {
        let rows = page.anchors.recordRows.flatMap { record in
            record.imported.map { source in
                [
                    escape(source.runWords), escape(source.tool), escape(record.label),
                    escape(source.metrics.prefix(3).joined(separator: ", ") + (source.metrics.count > 3 ? ", …" : "")),
                    MarkdownText.inlineCode(source.fileSHA256 ?? ""),
                ]
            }
        }
        guard !rows.isEmpty else { return "" }
        return "### Files of other tools\n\n"
            + MarkdownText.table(header: ["Run", "Measured with", "Arm", "Metrics", "SHA-256"], rows: rows)
    }

    /// What was predicted for a scale and a load at which nothing was measured.
    private var predictions: String {
        guard !result.predictions.isEmpty else { return "" }
        return "### Predicted, not measured\n\n"
            + result.predictions.map { "- \(escape($0.sentence)) (\($0.records.joined(separator: ", ")))\n" }.joined()
            + "\n"
    }

    private var tornado: String {
        let rows = result.tornado.map { bar in
            [
                escape(bar.title),
                bar.isAssumed ? "assumed" : page.anchors.provenance(bar.input).map(Words.kind) ?? "–",
                escape(Figures.value(bar.lowInput, unit: bar.unit)),
                escape(Figures.value(bar.highInput, unit: bar.unit)),
                Figures.amount(bar.lowResult), Figures.amount(bar.highResult), Figures.share(bar.varianceShare),
            ]
        }
        return "## What moves the saving most, \(currency) a month\n\n"
            + MarkdownText.table(
                header: [
                    "Input", "Kind", "Input at P10", "Input at P90", "Saving at P10", "Saving at P90", "Variance",
                ],
                numeric: [2, 3, 4, 5, 6],
                rows: rows
            )
    }

    private var bills: String {
        var text = "## The bills, \(currency) a month\n\n\(BillWords.caveat)\n\n"
        var steps: [[String]] = []
        for assignment in result.assignments where assignment.isChosen || assignment.isToday {
            for platform in assignment.platforms {
                let rows =
                    platform.lines.map { line in
                        [
                            escape(line.title), Words.title(of: line.group),
                            escape("\(Figures.number(line.quantity, digits: 6)) \(line.quantityUnit)"),
                            Figures.exact(line.unitPrice), Figures.exact(line.amountPerMonth),
                            page.anchors.kinds(of: line.inputs),
                        ]
                    } + [["**Total**", "", "", "", Figures.exact(platform.totalPerMonth), ""]]
                text += "### \(assignment.isChosen ? "The choice" : "Today"): \(BillWords.title(platform))\n\n"
                if let basis = ReplayWords.basis(platform, result.replay) { text += "\(escape(basis))\n\n" }
                text += MarkdownText.table(
                    header: ["Line", "Group", "Quantity", "Unit price", "Amount", "Inputs are"],
                    numeric: [2, 3, 4],
                    rows: rows
                )
            }
            if let step = BillWords.reconciliation(assignment) {
                steps.append([
                    assignment.isChosen ? "The choice" : "Today", Figures.amount(step.bills),
                    Figures.amount(step.rest, signed: true), Figures.amount(step.levelised),
                ])
            }
        }
        guard !steps.isEmpty else { return text }
        return text + "### From the bills to the headline\n\n"
            + MarkdownText.table(
                header: ["Assignment", "All bills", BillWords.step, "Headline: levelised mean"],
                numeric: [1, 2, 3],
                rows: steps
            )
    }

    private var inputs: String {
        let rows = result.inputs.map { summary -> [String] in
            let quantity = summary.quantity
            return [
                escape(quantity.title), MarkdownText.inlineCode(quantity.key),
                escape(Figures.value(summary.spread.mean, unit: quantity.unit, digits: 4)),
                escape(
                    "\(Figures.bare(summary.spread.p10, unit: quantity.unit)) to "
                        + Figures.bare(summary.spread.p90, unit: quantity.unit)
                ),
                "**\(Words.kind(of: quantity.provenance))**", escape(source(quantity.provenance)),
            ]
        }
        return "## Inputs\n\n"
            + MarkdownText.table(
                header: ["Input", "Key", "Expected", "P10 to P90", "Kind", "Source"],
                numeric: [2],
                rows: rows
            )
    }

    private func source(_ provenance: Provenance) -> String {
        switch provenance {
        case .measured(let records, let note), .derived(let records, let note):
            "\(note) (\(records.joined(separator: ", ")))"
        case .declared(let source, let date), .assumed(let source, let date):
            source + (date.map { ", \($0)" } ?? "")
        }
    }

    private var questions: String {
        "## Questions, answered for this estate\n\n"
            + result.questions.map { "**\(escape($0.question))** \(escape($0.answer))\n\n" }.joined()
    }

    private var notes: String {
        let draws = "- \(NumberText.grouped(result.draws)) draws, seed \(result.seed).\n"
        return "## Notes\n\n" + draws + page.notes.map { "- \(escape($0))\n" }.joined() + "\n"
    }

    private var glossary: String {
        "## Words\n\n" + Glossary.Entry.all.map { "- **\($0.term)**: \($0.meaning)\n" }.joined()
    }
}
