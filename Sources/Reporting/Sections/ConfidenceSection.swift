import Decision
import Documents
import Estate
import Study

extension Page {
    /// How sure: tornado, probability, cash by year.
    var confidenceSection: Markup {
        section("confidence", "How sure", tornadoPart + probabilityPart) + section("cash", "Cash by year", cashPart)
    }

    private var tornadoPart: Markup {
        guard !result.tornado.isEmpty else {
            return "<h3 id=\"tornado\">What moves the saving most</h3>\n<p>No input moves it.</p>\n"
        }
        let against = reference?.words ?? "the alternative"
        let expected = reference?.assignment.differencePerMonth.mean
        let graph = TornadoChart(
            id: "c-tornado",
            bars: Array(result.tornado.prefix(12)),
            expected: expected,
            unit: "\(result.study.currency) a month"
        )
        let rows = result.tornado.map { bar in
            Table.Row([
                link(bar.title, anchors.input(bar.input)),
                "\(bar.isAssumed ? Self.mark("assumed") : anchors.provenance(bar.input).map(mark) ?? "–")",
                "\(Figures.value(bar.lowInput, unit: bar.unit))", "\(Figures.value(bar.highInput, unit: bar.unit))",
                "\(Figures.amount(bar.lowResult))", "\(Figures.amount(bar.highResult))",
                "\(Figures.share(bar.varianceShare))",
            ])
        }
        return """
            <h3 id="tornado">What moves the saving most</h3>
            <p>\(Figures.share(result.assumedVarianceShare)) of the variance of the saving rests on \
            \(Self.mark("assumed")) inputs.</p>
            \(chart(
                graph.drawing,
                """
                \(Self.term("Tornado", .tornado)): the monthly saving of the choice against \(against) with one \
                input at its P10 (hatched) and at its P90 (solid), the others as expected. Left of zero the choice is \
                the dearer one.
                """))
            \(Self.details("The figures", Table(
                caption: "Saving against \(against), \(result.study.currency) a month",
                columns: [
                    .text("Input"), .text("Kind"), .number("Input at P10"), .number("Input at P90"),
                    .number("Saving at P10"), .number("Saving at P90"), .number("Share of variance"),
                ], rows: rows
            ).markup))
            """
    }

    private var probabilityPart: Markup {
        let eligible = result.assignments.filter(\.isEligible)
        let rows = eligible.map { assignment in
            ProbabilityChart.Row(
                label: placement(assignment)
                    + (assignment.isChosen ? " (chosen)" : assignment.isToday ? " (today)" : ""),
                probability: assignment.probability,
                isChosen: assignment.isChosen
            )
        }
        let table = rows.map { row in
            Table.Row([
                "\(row.label)", "\(Figures.probability(row.probability.value))",
                "± \(Figures.points(row.probability.standardError)) points",
            ])
        }
        return """
            <h3 id="probability">How often the choice is the cheapest</h3>
            <p>Over \(NumberText.grouped(result.draws)) \(Self.term("draws", .draw)) of the uncertain inputs (seed \
            \(String(result.seed))). The choice has the lowest expected cost; where it is not the cheapest, the \
            \(Self.term("regret", .regret)) of \(figures.money(result.estate.regretPerMonth.value)) a month counts by \
            how much.</p>
            \(chart(
                ProbabilityChart(id: "c-probability", rows: rows).drawing,
                """
                Share of draws in which each of the assignments shown is the cheapest; whiskers are Monte Carlo \
                error where it can be seen.
                """))
            \(Self.details("The figures", Table(
                caption: "Probability of being cheapest",
                columns: [.text("Assignment"), .number("Cheapest in"), .number("Monte Carlo error")], rows: table
            ).markup))
            """
    }

    private var cashPart: Markup {
        let options = result.timing.filter { $0.unavailableBecause == nil && !$0.cashByYear.isEmpty }
        guard !options.isEmpty else { return "<p>There is no cash flow to show.</p>\n" }
        let graph = CashFlowChart(id: "c-cash", options: options, unit: result.study.currency)
        let years = options.map(\.cashByYear.count).max() ?? 0
        let rows = (0..<years).map { year in
            Table.Row(
                ["Year \(year + 1)"]
                    + options.map { option -> Markup in
                        guard option.cashByYear.indices.contains(year) else { return "–" }
                        let cash = option.cashByYear[year]
                        return """
                            \(Figures.amount(cash.mean)) <span class="sub">\(Figures.amount(cash.p10)) to \
                            \(Figures.amount(cash.p90))</span>
                            """
                    }
            )
        }
        return """
            \(chart(
                graph.drawing,
                """
                Expected cash paid in each year of the horizon; whiskers are P10 to P90.
                """))
            \(Table(
                caption: "Cash paid by year, \(result.study.currency), with P10 to P90",
                columns: [.text("Year")] + options.map { .number("\(Words.title(of: $0.kind))") }, rows: rows, style: "cards"
            ).markup)
            """
    }
}
