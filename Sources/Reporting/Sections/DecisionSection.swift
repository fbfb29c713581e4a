import Decision
import Documents
import Estate
import Study

extension Page {
    /// The first screen: the sentence, where each workload goes, the money, and the reasons either way.
    var decisionSection: Markup {
        let study = result.study
        let summary: Markup = study.summary.isEmpty ? "" : "<p class=\"about\">\(study.summary)</p>"
        return """
            <header id="decision">
            <p class="eyebrow">Bare metal or virtual machines? The decision for</p>
            <h1>\(study.name)</h1>
            \(illustrativeBanner)
            <p class="lead">\(result.estate.sentence)</p>
            <div class="first">
            <div>
            \(workloadTable)\(moneyTable)\(underMoney)</div>
            <div>
            \(matrixTable)</div>
            </div>
            \(summary)
            <p class="about">Prices and contracts as of \(study.date.description), over \(counted(study.horizonYears, "year")), \
            in \(study.currency). \(estateWords) Every underlined figure links to the input, the record or the bill \
            line it comes from.</p>
            </header>

            """
    }

    /// Said wherever the study's inputs are made up.
    var illustrativeBanner: Markup {
        guard result.study.isIllustrative else { return "" }
        return """
            <p class="banner" role="note"><strong>Illustrative.</strong> The inputs of this study are made up to show \
            how a decision reads; no figure here describes a real organisation.</p>
            """
    }

    private var estateWords: Markup {
        let estate = result.study.estate
        let hosts = estate.hosts.reduce(0.0) { $0 + Double($1.count) }
        let gpus = estate.hosts.reduce(0.0) { $0 + Double($1.count) * Double($1.shape.gpusPerHost) }
        guard gpus > 0 else { return "No hosts are owned; what is needed would be bought." }
        return """
            Owned today: \(counted(Int(gpus), "GPU")) in \(counted(Int(hosts), "host")), used as \
            \(estate.today.title).
            """
    }

    private var workloadTable: Markup {
        let rows = result.workloads.map { workload -> Table.Row in
            let option = workload.options.first { $0.model == workload.model }
            let cost = option?.marginalCostPerMonth.map { Figures.amount($0.mean) } ?? "–"
            let today = observedModel(workload.name)
            let change: Markup = today.map { $0 == workload.model ? "as today" : "today \($0.title)" } ?? ""
            return Table.Row([
                "\(workload.name)",
                "<strong>\(workload.model.title)</strong> <span class=\"sub\">\(change)</span>",
                link(Figures.probability(workload.probability.value), "options"),
                link(cost, bill(of: workload.model)),
            ])
        }
        return Table(
            caption: "Where each workload belongs",
            columns: [
                .text("Workload"), .text("Runs on"), .number(Self.term("Probability", .probability)),
                .number("\(Self.term("Marginal cost", .marginal)), \(result.study.currency) a month"),
            ],
            rows: rows
        ).markup
    }

    /// What the money table leaves unsaid: what the cloud's figure omits, and hosts to be bought.
    private var underMoney: Markup {
        [cloud.map { _ in Report.cloudCaveat }, hostsNeeded].compactMap(\.self)
            .map { "<p class=\"sub\">\($0)</p>\n" as Markup }.joined()
    }

    private func observedModel(_ name: String) -> DeploymentModel? {
        result.study.workloads.first { $0.name == name }?.observedOn
    }

    private var moneyTable: Markup {
        let estate = result.estate
        var rows: [Table.Row] = [
            Table.Row([
                "Cost a month, \(Self.term("levelised", .levelised))",
                link(Figures.amount(estate.costPerMonth.mean), billsAnchor), "\(Figures.range(estate.costPerMonth))",
            ])
        ]
        if let saving {
            rows.append(
                Table.Row([
                    "\(saving.words)", link(Figures.amount(saving.amount.mean), "waterfall"),
                    "\(Figures.range(saving.amount))",
                ])
            )
        }
        rows += (savingParts + [freedCapacity].compactMap(\.self)).map { line in
            Table.Row([
                "<span class=\"part\">\(line.words)</span>", link(Figures.amount(line.amount), "savings"),
                "\(line.range)",
            ])
        }
        if let cloud {
            rows.append(Table.Row(["\(cloud.words)", "\(Figures.amount(cloud.amount))", "\(cloud.range)"]))
        }
        rows += [
            Table.Row([
                "Cost of a \(Self.term("useful GPU-hour", .useful))",
                link(Figures.amount(estate.costPerUsefulGPUHour.p50), billsAnchor),
                "\(Figures.range(estate.costPerUsefulGPUHour))",
            ]),
            Table.Row([
                "\(Self.term("Probability", .probability)) that this is the cheapest",
                link(Figures.probability(estate.probability.value), "probability"),
                "of \(NumberText.grouped(result.draws)) draws",
            ]),
            Table.Row([
                "Cost of being wrong a month (\(Self.term("regret", .regret)))",
                link(Figures.amount(estate.regretPerMonth.value), "probability"),
                "± \(Figures.amount(estate.regretPerMonth.standardError))",
            ]),
            Table.Row([
                "Uncertainty that rests on \(Self.mark("assumed")) inputs",
                link(Figures.share(result.assumedVarianceShare), "tornado"), "of the variance",
            ]),
        ]
        return Table(
            caption: "What it is worth, in \(result.study.currency)",
            columns: [
                .text("Money"), .number(Self.term("Expected", .expected)),
                .number("Four times in five (\(Self.term("P10 to P90", .percentiles)))"),
            ],
            rows: rows,
            style: "money"
        ).markup
    }

    /// The qualitative matrix: one row for each reason.
    var matrixTable: Markup {
        let sides: [MatrixRow.Side] = [.bareMetal, .virtualized]
        return sides.map { side -> Markup in
            let rows = result.matrix.filter { $0.side == side }.map { row -> Table.Row in
                let style: Markup =
                    switch row.cell {
                    case .met: "met"
                    case .notMet: "not-met"
                    case .unknown: "unknown"
                    }
                return Table.Row([
                    "\(row.reason)", "<span class=\"cell \(style)\">\(Words.title(of: row.cell))</span>",
                    "\(row.evidence)",
                ])
            }
            return Table(
                caption: "\(Words.heading(of: side)) …",
                columns: [.text("Reason"), .text("Here"), .text("Evidence")],
                rows: rows,
                style: "matrix"
            ).markup
        }.joined()
    }
}
