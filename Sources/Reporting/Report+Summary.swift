package import Decision
import Documents
import Estate
import Study

extension Report {
    /// The decision for a terminal: the sentence, a table, the money, and what to measure next.
    ///
    /// Control characters in names become spaces, so that no study moves the cursor.
    package static func summary(_ result: DecisionResult) -> String {
        let page = Page(result)
        var text = ""
        if result.study.isIllustrative { text += "Illustrative: the inputs of this study are made up.\n" }
        text += oneLine(result.estate.sentence) + "\n\n"
        text += workloads(page).render() + "\n" + money(page).render()
        for remark in [page.cloud.map { _ in cloudCaveat }, page.hostsNeeded].compactMap(\.self) {
            text += "\n\(oneLine(remark))\n"
        }
        return text + predictions(result) + "\n" + measurements(page)
    }

    /// What was predicted for a scale and a load at which nothing was measured.
    private static func predictions(_ result: DecisionResult) -> String {
        guard !result.predictions.isEmpty else { return "" }
        return "\nPredicted, not measured:\n"
            + result.predictions.map { prediction in
                let records = prediction.records.map { String($0.prefix(15)) }.joined(separator: ", ")
                return "  \(oneLine(prediction.sentence)) [\(records)]\n"
            }.joined()
    }

    private static func measurements(_ page: Page) -> String {
        var text = "What to measure next. \(page.measurementsLead)\n"
        for (index, measurement) in page.result.measurements.enumerated() {
            text += "\(index + 1). \(oneLine(measurement.title)): \(page.worth(measurement))\n"
            text += "   \(oneLine(measurement.reason))\n"
            for line in measurement.command.split(separator: "\n") { text += "   $ \(oneLine(String(line)))\n" }
        }
        return text
    }

    private static func workloads(_ page: Page) -> TextTable {
        let currency = oneLine(page.figures.currency)
        return TextTable(
            header: ["Workload", "Runs on", "Probability", "\(currency)/month", "Regret/month", "Overhead is"],
            alignments: [.left, .left, .right, .right, .right, .left],
            rows: page.result.workloads.map { workload in
                let option = workload.options.first { $0.model == workload.model }
                return [
                    oneLine(workload.name), workload.model.title, Figures.probability(workload.probability.value),
                    option?.marginalCostPerMonth.map { Figures.amount($0.mean) } ?? "–",
                    Figures.amount(workload.regretPerMonth.value),
                    option.map { overhead($0, of: workload.name, page) } ?? "–",
                ]
            }
        )
    }

    private static func overhead(_ option: WorkloadOption, of workload: String, _ page: Page) -> String {
        guard option.overhead.p10 != 0 || option.overhead.p90 != 0 else { return "none" }
        return "\(Figures.share(option.overhead.p50)) \(page.overheadKind(option, of: workload))"
    }

    private static func money(_ page: Page) -> TextTable {
        let result = page.result
        let estate = result.estate
        var rows = [
            [
                "Cost a month, levelised", page.figures.money(estate.costPerMonth.mean),
                page.figures.range(estate.costPerMonth),
            ]
        ]
        if let saving = page.saving {
            rows.append([saving.words, page.figures.money(saving.amount.mean), page.figures.range(saving.amount)])
        }
        rows += (page.savingParts + [page.freedCapacity, page.cloud].compactMap(\.self)).map { line in
            let part = line.words.hasPrefix("of it") ? "  " : ""
            return [part + line.words, page.figures.money(line.amount), line.range]
        }
        rows += [
            [
                "Cost of a useful GPU-hour", page.figures.money(estate.costPerUsefulGPUHour.p50),
                page.figures.range(estate.costPerUsefulGPUHour),
            ],
            [
                "Probability, regret a month", Figures.probability(estate.probability.value),
                page.figures.money(estate.regretPerMonth.value),
            ],
            ["Variance that rests on assumptions", Figures.share(result.assumedVarianceShare), ""],
        ]
        return TextTable(
            header: ["Estate", "Expected", "P10 to P90"],
            alignments: [.left, .right, .right],
            rows: rows
        )
    }
}
