import Cost
import Decision
import Documents
import Estate
import Reporting
import Study

/// What `assay cost` prints for people.
enum CostText {
    static func table(_ priced: PricedStudy) -> String {
        var table = TextTable(
            header: [
                "model", "a month P10", "P50", "P90", "per useful GPU-hour P10", "P50", "P90", "per available GPU-hour",
            ],
            alignments: [.left, .right, .right, .right, .right, .right, .right, .right]
        )
        for model in priced.models {
            let title = model.model.rawValue + (model.isToday ? " (today)" : "")
            guard model.misfits.isEmpty else {
                // A price of some of the work stands beside no price of all of it.
                let why = "does not fit: \(misfits(model, in: priced).joined(separator: ", "))"
                table.rows.append(["\(title), \(why)"] + Array(repeating: "-", count: table.header.count - 1))
                continue
            }
            let useful = model.costPerUsefulGPUHour
            table.rows.append([
                title,
                NumberText.grouped(model.costPerMonth.p10), NumberText.grouped(model.costPerMonth.p50),
                NumberText.grouped(model.costPerMonth.p90),
                useful.map { NumberText.fixed($0.p10, 2) } ?? "-", useful.map { NumberText.fixed($0.p50, 2) } ?? "-",
                useful.map { NumberText.fixed($0.p90, 2) } ?? "-",
                model.costPerAvailableGPUHour.map { NumberText.fixed($0, 2) } ?? "-",
            ])
        }
        if let cloud = priced.cloudPerMonth {
            table.rows.append([
                "cloud, hourly", NumberText.grouped(cloud.p10), NumberText.grouped(cloud.p50),
                NumberText.grouped(cloud.p90),
                perUseful(cloud.p10, priced), perUseful(cloud.p50, priced), perUseful(cloud.p90, priced), "-",
            ])
        }
        var text = """
            \(priced.study.name)\(priced.study.isIllustrative ? " (illustrative inputs)" : ""): \(priced.study.currency), \
            levelised over \(counted(priced.study.horizonYears, "year")), \(counted(priced.draws, "draw")); \
            \(NumberText.grouped(priced.usefulGPUHoursPerMonth.mean)) useful GPU-hours a month under every model

            \(table.render())
            """
        if priced.cloudPerMonth != nil { text += "\n\(Report.cloudCaveat)\n" }
        text += "\n" + groups(priced)
        for misfit in priced.models.flatMap(\.misfits) { text += "\nnote: \(misfit)" }
        for note in priced.notes { text += "\nnote: \(note)" }
        return text.hasSuffix("\n") ? text : text + "\n"
    }

    private static func perUseful(_ amount: Double, _ priced: PricedStudy) -> String {
        let hours = priced.usefulGPUHoursPerMonth.mean
        return hours > 0 ? NumberText.fixed(amount / hours, 2) : "-"
    }

    /// The workloads that a model cannot carry, by name.
    private static func misfits(_ model: PricedModel, in priced: PricedStudy) -> [String] {
        let names = priced.study.workloads.map(\.name)
        return names.filter { name in model.misfits.contains { $0.hasPrefix("\(name) does not fit ") } }
    }

    /// Where the money goes, a row for each group; only models that carry every workload can be compared.
    private static func groups(_ priced: PricedStudy) -> String {
        let models = priced.models.filter(\.misfits.isEmpty)
        guard !models.isEmpty else { return "No model carries every workload, so none has a price here.\n" }
        var table = TextTable(
            header: ["expected, a month"] + models.map(\.model.rawValue),
            alignments: [.left] + models.map { _ in .right }
        )
        for group in CostGroup.allCases {
            table.rows.append([group.rawValue] + models.map { NumberText.grouped($0.breakdown[group]) })
        }
        table.rows.append(["total"] + models.map { NumberText.grouped($0.breakdown.total) })
        return table.render()
    }

    /// The bills of one model: quantity times unit price, line by line.
    static func bill(_ priced: PricedModel, currency: String, replay facts: ReplayFacts? = nil) -> String {
        var text = ""
        if !priced.misfits.isEmpty {
            text += "Incomplete, and no price of the whole study: \(priced.misfits.joined(separator: " "))\n\n"
        }
        for bill in priced.bills {
            text += """
                \(bill.model.rawValue): \(bill.workloads.isEmpty ? "no workload" : bill.workloads.joined(separator: ", ")); \
                \(counted(bill.hosts, "host")), \(counted(bill.gpus, "GPU")) \
                (\(NumberText.fixed(bill.gpusNeeded, 1)) needed)

                """
            if let facts, let replay = bill.replay {
                text += "Derived: \(facts.basis(jobs: replay.jobs)).\n"
            }
            var table = TextTable(
                header: ["line", "group", "quantity", "unit", "unit price", "\(currency) a month"],
                alignments: [.left, .left, .right, .left, .right, .right]
            )
            for line in bill.lines {
                table.rows.append([
                    line.title, line.group.rawValue, NumberText.grouped(line.quantity, 1), line.quantityUnit,
                    NumberText.grouped(line.unitPrice, 4), NumberText.grouped(line.amountPerMonth),
                ])
            }
            table.rows.append(["total", "", "", "", "", NumberText.grouped(bill.totalPerMonth)])
            text += table.render() + "\n"
        }
        return text.hasSuffix("\n") ? text : text + "\n"
    }
}
