import Decision
import Documents
import Estate
import Study

extension Page {
    /// What each workload could run on, what it would cost there, and why not.
    var optionsSection: Markup {
        let parts = result.workloads.enumerated().map { index, workload in
            options(of: workload, anchor: "workload-\(index + 1)")
        }
        return """
            <h3 id="options">Options of each workload</h3>
            <p>Constraints come first: an option that breaks one is out, whatever it costs. Money is \
            \(Self.term("marginal", .marginal)); overhead is against bare metal.</p>
            \(parts.joined())
            """
    }

    private func options(of workload: WorkloadDecision, anchor: String) -> Markup {
        let study = result.study.workloads.first { $0.name == workload.name }
        let rows = workload.options.map { option -> Table.Row in
            let isChosen = option.model == workload.model
            let name: Markup = isChosen ? "<strong>\(option.model.title)</strong>, chosen" : "\(option.model.title)"
            let money: [Markup] =
                option.marginalCostPerMonth.map { cost in
                    [
                        link(Figures.amount(cost.mean), bill(of: option.model)), "\(Figures.amount(cost.p10))",
                        "\(Figures.amount(cost.p90))",
                    ]
                } ?? ["–", "–", "–"]
            let reasons = option.rejections.map { "<p class=\"no\">Out: \($0.sentence)</p>" as Markup }.joined()
            return Table.Row(
                [
                    name,
                    "\(option.share)\(reasons)",
                    overhead(option, of: workload.name, study),
                    "\(Words.lostShare(of: option.overhead.p50))",
                ] + money + [option.probability.map { "\(Figures.probability($0.value))" } ?? "–"]
            )
        }
        return """
            <h4 id="\(anchor)">\(workload.name)</h4>
            <p>Cheapest on \(workload.model.title) in \(Figures.probability(workload.probability.value)) of the draws \
            (± \(Figures.points(workload.probability.standardError)) points of Monte Carlo error); expected regret \
            \(figures.money(workload.regretPerMonth.value)) a month (± \
            \(figures.money(workload.regretPerMonth.standardError))). \(demand(study)) \(job(workload, study))</p>
            \(Table(
                caption: "Options of \(workload.name), \(result.study.currency) a month",
                columns: [
                    .text("Option"), .text("What a job gets"), .number(Self.term("Overhead", .overhead)),
                    .number(Self.term("Lost share", .lostShare)), .number("Cost"), .number("P10"), .number("P90"),
                    .number("Cheapest"),
                ], rows: rows
            ).markup)
            """
    }

    private func overhead(_ option: WorkloadOption, of name: String, _ workload: Workload?) -> Markup {
        let quantity = workload?.overhead[option.model]
        let spread = option.overhead
        if quantity == nil, spread.p10 == 0, spread.p90 == 0 { return "0 %, by definition" }
        let text = Figures.spread(spread)
        var figure = figure(text, input: quantity?.key)
        switch option.overheadProvenance {
        case .measured(let records, _), .derived(let records, _):
            if let anchor = records.first.flatMap({ anchors.record($0) }) { figure = link(text, anchor) }
        case .declared, .assumed: break
        }
        return "\(figure) \(Self.mark(overheadKind(option, of: name)))"
    }

    private func demand(_ workload: Workload?) -> Markup {
        guard let workload else { return "" }
        let hours = figure(expected(workload.gpuHoursPerMonth), input: workload.gpuHoursPerMonth.key)
        let activity = figure(expected(workload.activity), input: workload.activity.key)
        return """
            \(workload.workloadClass.title): \(hours) observed on \(workload.observedOn.title), \
            active \(activity) of the time by \(workload.activityMetric).
            """
    }

    private func expected(_ quantity: Quantity) -> String {
        guard let spread = anchors.spread(quantity.key) else { return "an unlisted \(quantity.unit)" }
        return Figures.value(spread.mean, unit: quantity.unit)
    }

    private func job(_ workload: WorkloadDecision, _ study: Workload?) -> Markup {
        guard let job = workload.job else { return "" }
        let today = figure(Figures.value(job.hoursToday, unit: "h"), input: study?.jobHours?.key)
        let freed = job.freedGPUHoursPerMonth
        let capacity: Markup =
            freed.mean <= 0.5
            ? ""
            : """
             That frees \(Figures.number(freed.mean)) GPU-hours a month (\(Figures.number(freed.p10)) to \
            \(Figures.number(freed.p90))).
            """
        return """
            The representative job takes \(today) today and \(Figures.number(job.hoursChosen.p50)) h \
            (\(Figures.number(job.hoursChosen.p10)) to \(Figures.number(job.hoursChosen.p90))) on \
            \(workload.model.title).\(capacity)
            """
    }
}
