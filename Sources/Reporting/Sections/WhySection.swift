import Cost
import Decision
import Documents
import Estate
import Study

extension Page {
    /// Why: options, where the money goes, when to change, what would change the answer, what to measure.
    var whySection: Markup {
        section(
            "why",
            "Why",
            optionsSection + assignmentsPart + waterfallPart + timingPart + savingsPart + deferralPart + flipPointsPart
                + breakEvensPart + measurementsPart
        )
    }

    private var assignmentsPart: Markup {
        let rows = result.assignments.map { assignment -> Table.Row in
            var states: [String] = []
            if assignment.isChosen { states.append("chosen") }
            if assignment.isToday { states.append("today") }
            if !assignment.isEligible { states.append("not eligible") }
            let name: Markup = "\(placement(assignment))"
            let state: Markup = states.isEmpty ? "" : " <span class=\"sub\">\(states.joined(separator: ", "))</span>"
            return Table.Row(
                [name + state] + columns(assignment.costPerMonth) + [
                    "\(Figures.amount(assignment.differencePerMonth.mean, signed: true))",
                    "\(Figures.amount(assignment.costPerUsefulGPUHour.p50))",
                    "\(assignment.isEligible ? Figures.probability(assignment.probability.value) : "–")",
                ]
            )
        }
        let gap: Markup =
            result.optimalityGapPerMonth > 0
            ? """
            Not every assignment was tried; one that was not could be cheaper by at most \
            \(figures.money(result.optimalityGapPerMonth)) a month.
            """
            : "Every eligible assignment was tried."
        return """
            <h3 id="assignments">Assignments of the whole estate</h3>
            <p>Each option sizes its platforms for the pooled demand of the workloads on it, and pays each platform's \
            fixed cost once. \(gap)</p>
            \(Table(
                caption: "The choice, the best others and today, \(result.study.currency) a month",
                columns: [.text("Assignment")] + Self.spreadColumns + [
                    .number("Above the choice"),
                    .number("Per \(Self.term("useful GPU-hour", .useful)), P50"), .number("Cheapest"),
                ], rows: rows
            ).markup)
            """
    }

    private var waterfallPart: Markup {
        var fall = result.waterfall
        fall.startTitle = Placements.titled(fall.startTitle)
        fall.endTitle = Placements.titled(fall.endTitle)
        let graph = WaterfallChart(id: "c-waterfall", waterfall: fall)
        guard fall.steps.contains(where: { $0.amount != 0 }) else {
            return """
                <h3 id="waterfall">Where the difference comes from</h3>
                <p>The choice costs what today costs, group by group: \(Figures.amount(fall.start)) \(fall.unit).</p>

                """
        }
        var rows = [Table.Row([link(fall.startTitle, todayBill), "\(Figures.amount(fall.start))"], isTotal: true)]
        rows += fall.steps.map { step in
            Table.Row([
                link(Words.title(of: step.group), billLine(of: step.group)),
                "\(Figures.amount(step.amount, signed: true))",
            ])
        }
        rows.append(Table.Row([link(fall.endTitle, billsAnchor), "\(Figures.amount(fall.end))"], isTotal: true))
        return """
            <h3 id="waterfall">Where the difference comes from</h3>
            \(chart(
                graph.drawing,
                """
                \(Self.term("Waterfall", .waterfall)) of the means over the draws, in \(fall.unit): less is \
                solid, more is hatched. \(graph.axisNote)
                """))
            \(Self.details("The figures", Table(
                caption: "Waterfall, \(fall.unit)", columns: [.text("Group"), .number("Amount")], rows: rows
            ).markup))
            """
    }

    private var todayBill: String? {
        guard let today, !today.assignment.platforms.isEmpty else { return nil }
        return today.assignment.isChosen ? billsAnchor : Self.billAnchor("today", 0)
    }

    private var timingPart: Markup {
        let rows = result.timing.map { option -> Table.Row in
            if let reason = option.unavailableBecause {
                return Table.Row(["\(Words.title(of: option.kind))", "–", "–", "–", "not possible: \(reason)"])
            }
            let isStay = option.kind == .stay
            let payback: Markup =
                isStay ? "–" : "\(Words.payback(option.paybackYears, horizon: result.study.horizonYears))"
            return Table.Row([
                "\(Words.title(of: option.kind))",
                link(Figures.amount(option.netPresentCost.mean), "cash"),
                isStay ? "–" : "\(Figures.amount(option.netPresentValue.mean, signed: true))",
                isStay
                    ? "–"
                    : """
                    \(Figures.amount(option.netPresentValue.p10, signed: true)) to \
                    \(Figures.amount(option.netPresentValue.p90, signed: true))
                    """,
                payback,
            ])
        }
        return """
            <h3 id="timing">When to change</h3>
            <p>Cash only: hardware that is owned is spent either way. A positive \
            \(Self.term("net present value", .netPresentValue)) means that changing costs less than staying.</p>
            \(Table(
                caption: "Stay or switch, \(result.study.currency) over \(result.study.horizonYears) years",
                columns: [
                    .text("Option"), .number("Present cost"),
                    .number(Self.term("NPV against staying", .netPresentValue)),
                    .number("P10 to P90"), .text(Self.term("Payback", .payback)),
                ], rows: rows
            ).markup)
            """
    }

    private var savingsPart: Markup {
        let rows = Saving.Kind.allCases.flatMap { kind in
            result.savings.filter { $0.kind == kind }.map { saving in
                Table.Row(
                    [
                        "\(saving.title)", "<strong>\(Words.title(of: kind))</strong>: \(Words.meaning(of: kind))",
                    ] + columns(saving.perMonth) + [saving.gpuHoursPerMonth.map { "\(Figures.number($0))" } ?? "–"]
                )
            }
        }
        return """
            <h3 id="savings">Savings, by kind of money</h3>
            <p>The kinds are never added to one another: only cash lowers a bill.</p>
            \(Table(
                caption: "Savings against today, \(result.study.currency) a month",
                columns: [.text("Saving"), .text("Kind")] + Self.spreadColumns + [.number("GPU-hours a month")],
                rows: rows, whenEmpty: "none against today."
            ).markup)
            """
    }

    private var deferralPart: Markup {
        guard let deferral = result.deferral else { return "" }
        let price = result.study.estate.expansion?.price.key
        let years: Markup =
            deferral.isBeyondHorizon
            ? "beyond the horizon"
            : """
            \(Figures.number(deferral.years.p50, digits: 2)) years (\(Figures.number(deferral.years.p10, digits: 2)) to \
            \(Figures.number(deferral.years.p90, digits: 2)))
            """
        let gross =
            (deferral.grossValue.map { value in
                Table.Row([
                    "The same before what staying puts off", "\(figures.money(value.mean)) (\(figures.range(value)))",
                ])
            }).map { [$0] } ?? []
        return """
            <h3 id="deferral">The planned purchase</h3>
            <p>\(deferral.sentence)</p>
            \(Table(
                caption: "What putting off the purchase is worth",
                columns: [.text("What"), .number("Value")],
                rows: [
                    Table.Row(["Planned purchase", figure(figures.money(deferral.purchase), input: price)]),
                    Table.Row(["Planned for", "\(deferral.plannedDate.description)"]),
                    Table.Row(["Put off by", years]),
                ] + gross + [
                    Table.Row([
                        "Worth as \(Self.term("NPV", .netPresentValue)) difference",
                        "\(figures.money(deferral.value.mean)) (\(figures.range(deferral.value)))",
                    ]),
                ]
            ).markup)
            """
    }

    private var flipPointsPart: Markup {
        var rows = result.estate.flipPoints.map { row($0, of: "The estate") }
        for workload in result.workloads { rows += workload.flipPoints.map { row($0, of: workload.name) } }
        return """
            <h3 id="flip-points">What would change the answer</h3>
            <p>\(Self.term("Flip points", .flipPoint)): each input is moved through its declared range, the others as \
            expected. \(result.flipCoverage ?? "An input that is not listed changes no choice anywhere in its range.")</p>
            \(Table(
                caption: "Flip points",
                columns: [
                    .text("Input"), .text("Of"), .number("Now"), .number("Flips at"), .text("Range tried"),
                    .text("Below it"), .text("Above it"), .text("What flips"),
                ], rows: rows, whenEmpty: result.flipCoverage == nil
                    ? "no single input changes a choice within its declared range." : "none found among what was compared."
            ).markup)
            """
    }

    private func row(_ flip: FlipPoint, of subject: String) -> Table.Row {
        let provenance: Markup = anchors.provenance(flip.input).map { " " + mark($0) } ?? ""
        return Table.Row([
            link(flip.title, anchors.input(flip.input)) + provenance, "\(subject)",
            "\(Figures.value(flip.current, unit: flip.unit))",
            "<strong>\(Figures.value(flip.value, unit: flip.unit))</strong>",
            """
            \(Figures.bare(flip.range.lowerBound, unit: flip.unit)) to \
            \(Figures.value(flip.range.upperBound, unit: flip.unit))
            """,
            "\(Placements.titled(flip.below))", "\(Placements.titled(flip.above))",
            flip.kind == .cost ? "what is cheapest" : "what is eligible",
        ])
    }

    private var breakEvensPart: Markup {
        guard !result.breakEvens.isEmpty else { return "" }
        let rows = result.breakEvens.map { even in
            let values = even.values.map { Figures.value($0, unit: even.unit) }
            return Table.Row([
                link(even.title, anchors.input(even.input)), "\(even.between)",
                "\(Figures.value(even.current, unit: even.unit))",
                "\(values.isEmpty ? "never within its range" : values.joined(separator: "; "))",
            ])
        }
        return """
            <h3 id="break-evens">Break-evens</h3>
            <p>\(Self.term("Where two options cost the same", .breakEven)), the other inputs as expected.</p>
            \(Table(
                caption: "Break-evens, solved",
                columns: [.text("Input"), .text("Between"), .number("Now"), .number("Cost the same at")], rows: rows,
                style: "cards"
            ).markup)
            """
    }

    private var measurementsPart: Markup {
        let items = result.measurements.map { measurement -> Markup in
            let inputs = measurement.inputs.map(input).joined(", ")
            let perMonth: Markup =
                isWorth(measurement) ? ", \(figures.money(measurement.valuePerMonth)) a month" : ""
            return """
                <li><p><strong>\(measurement.title)</strong>: \(worth(measurement)) (± \
                \(figures.money(measurement.valueOverHorizon.standardError)) of Monte Carlo error)\(perMonth). \
                \(measurement.reason)</p>
                <p class="sub">Settles: \(inputs)</p>
                <pre tabindex="0" aria-label="Command"><code>\(lines(measurement.command))</code></pre></li>

                """
        }
        return """
            <h3 id="measurements">What is worth measuring</h3>
            <p>By \(Self.term("the worth of knowing", .information)). \(measurementsLead)</p>
            <ol class="measure">\(items.joined())</ol>
            """
    }

    /// Text that keeps its line breaks.
    private func lines(_ text: String) -> Markup {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { Markup(plain: String($0)) }.joined("\n")
    }

    /// Something that opens on demand, and always in print.
    static func details(_ summary: Markup, _ body: Markup) -> Markup {
        "<details>\n<summary>\(summary)</summary>\n\(body)</details>\n"
    }
}
