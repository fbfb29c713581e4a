import Cost
import Decision
import Documents
import Estate
import Study

extension Page {
    /// The bills of the choice and of today, line by line.
    var billsSection: Markup {
        var parts = Markup()
        if let chosen { parts += bills(of: chosen.assignment, name: "chosen", title: "The choice") }
        if let today, !today.assignment.isChosen {
            parts += bills(of: today.assignment, name: "today", title: "Today")
        }
        return section(
            "bills",
            "The bills, line by line",
            """
            <p>\(BillWords.caveat)</p>
            \(parts)\(reconciliation)
            """
        )
    }

    private func bills(of assignment: AssignmentResult, name: String, title: String) -> Markup {
        let parts = assignment.platforms.enumerated().map { index, platform in
            bill(platform, anchor: Self.billAnchor(name, index), title: "\(title): \(BillWords.title(platform))")
        }
        let total = assignment.platforms.reduce(0) { $0 + $1.totalPerMonth }
        let sum: Markup =
            assignment.platforms.count > 1
            ? "<p><strong>\(title), all platforms: \(Figures.exact(total)) \(figures.currency) a month.</strong></p>"
            : ""
        return parts.joined() + sum
    }

    /// How the bills lead to the cost on the first screen, a row for each assignment that has bills.
    private var reconciliation: Markup {
        let shown = result.assignments.filter { $0.isChosen || $0.isToday }
        let rows = shown.compactMap { assignment -> Table.Row? in
            guard let steps = BillWords.reconciliation(assignment) else { return nil }
            return Table.Row([
                "\(assignment.isChosen ? "The choice" : "Today")", "\(Figures.amount(steps.bills))",
                "\(Figures.amount(steps.rest, signed: true))", "\(Figures.amount(steps.levelised))",
            ])
        }
        guard !rows.isEmpty else { return "" }
        return """
            <h3 id="reconciliation">From the bills to the headline</h3>
            \(Table(
                caption: "From the bills to the levelised mean, \(result.study.currency) a month",
                columns: [
                    .text("Assignment"), .number("All bills"), .number("\(BillWords.step)"),
                    .number("Headline: \(Self.term("levelised", .levelised)) mean"),
                ], rows: rows
            ).markup)
            """
    }

    private func bill(_ platform: PlatformBill, anchor: String, title: String) -> Markup {
        var rows = platform.lines.enumerated().map { index, line in
            Table.Row(
                id: Self.lineAnchor(anchor, index),
                [
                    "\(line.title) <span class=\"sub\">\(Words.title(of: line.group))</span>",
                    "\(Figures.number(line.quantity, digits: 6)) \(line.quantityUnit)",
                    "\(Figures.exact(line.unitPrice))", "\(Figures.exact(line.amountPerMonth))",
                    sources(of: line),
                ]
            )
        }
        rows.append(
            Table.Row(["Total", "", "", "\(Figures.exact(platform.totalPerMonth))", ""], isTotal: true)
        )
        let hours = platform.hours
        let basis = ReplayWords.basis(platform, result.replay).map { " \($0)" } ?? ""
        return """
            <h3 id="\(anchor)">\(title)</h3>
            <p>\(carried(platform)) Needs \
            \(Figures.number(platform.gpusNeeded)) GPUs, which is \(NumberText.grouped(platform.hosts)) \
            \(platform.hosts == 1 ? "host" : "hosts") with \(NumberText.grouped(platform.gpus)) GPUs. Of \
            \(Figures.number(hours.available)) GPU-hours a month, \(Figures.number(hours.useful)) are useful, \
            \(Figures.number(hours.lost)) lost to overhead, \(Figures.number(hours.idleAllocated)) allocated but \
            inactive and \(Figures.number(hours.idleUnallocated)) unallocated (\(Self.term("idle, twice", .idle))).\(basis)</p>
            \(Table(
                caption: "Bill of \(title), \(result.study.currency) a month",
                columns: [
                    .text("Line"), .number("Quantity"), .number("Unit price"), .number("Amount"), .text("From"),
                ], rows: rows
            ).markup)
            """
    }

    private func carried(_ platform: PlatformBill) -> String {
        platform.workloads.isEmpty
            ? "Carries no workload any more." : "Carries \(platform.workloads.joined(separator: ", "))."
    }

    /// The inputs of a line, linked, after the words for how they entered.
    private func sources(of line: BillLine) -> Markup {
        let kinds = anchors.kinds(of: line.inputs).split(separator: ",").map { word in
            Self.mark(String(word.drop { $0 == " " }))
        }.joined(" ")
        let links = line.inputs.map(input).joined(", ")
        return line.inputs.isEmpty ? "–" : "\(kinds) <span class=\"sub\">\(links)</span>"
    }
}
