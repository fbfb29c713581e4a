import Documents
import Scheduling

extension SimulationPage {
    var header: Markup {
        let results = Self.facts("What came of it", "Result", results)
        let reasons = refusals.isEmpty ? Markup() : Self.facts("Why jobs were refused", "Reason", refusals)
        return """
            <header>
            <p class="eyebrow">A replay of jobs on an estate</p>
            <h1>\(trace)</h1>
            <p class="lead">\(lead)</p>
            \(results)\(reasons)</header>

            """
    }

    private var results: [Fact] {
        func wait(_ value: Double?) -> String { value.map { TimeScale.words($0) } ?? "none started" }
        var facts: [Fact] = []
        facts.append(Fact("Jobs", NumberText.grouped(report.all.jobs)))
        facts.append(Fact("Completed", NumberText.grouped(report.completed)))
        facts.append(
            Fact("Refused, because the estate could never run them", NumberText.grouped(report.all.rejected))
        )
        facts.append(Fact("Wait: mean", wait(report.all.wait?.mean)))
        facts.append(Fact("Wait: median", wait(report.all.wait?.p50)))
        facts.append(Fact("Wait: 95th percentile", wait(report.all.wait?.p95)))
        facts.append(Fact("Wait: 99th percentile", wait(report.all.wait?.p99)))
        if let slowdown = report.all.slowdown {
            facts.append(Fact("Slowdown: median", NumberText.fixed(slowdown.p50, 2)))
            facts.append(Fact("Slowdown: 95th percentile", NumberText.fixed(slowdown.p95, 2)))
        }
        facts.append(Fact("Allocated", NumberText.percent(report.allocatedShare)))
        facts.append(Fact("Active", NumberText.percent(report.activeShare)))
        facts.append(Fact("Fragmented", NumberText.percent(report.fragmentedShare)))
        facts.append(Fact("Useful GPU-hours", NumberText.grouped(report.usefulGPUHours)))
        facts.append(Fact("MIG instances created", NumberText.grouped(report.repartitions)))
        facts.append(Fact("First submission to last end", TimeScale.words(report.makespanSeconds)))
        return facts
    }

    private var lead: Markup {
        let gpus = NumberText.grouped(report.gpus)
        guard let wait = report.all.wait else { return "None of the jobs could start on \(gpus) GPUs." }
        let text = """
            On \(gpus) GPUs half of the jobs waited at most \(TimeScale.words(wait.p50)) and 95 % at most \
            \(TimeScale.words(wait.p95)); \(NumberText.percent(report.allocatedShare, 0)) of the GPUs' time was allocated.
            """
        return "\(Self.unbroken(text))"
    }

    var time: Markup {
        """
        <section aria-labelledby="h-time">
        <h2 id="h-time">The estate over time</h2>
        <figure>
        \(UtilisationChart(id: "utilisation", report: report).drawing)<figcaption>From the bottom: GPUs that worked; \
        allocated but not working (start-up, the creation of instances, what a job left of its GPU); idle rests of GPUs of \
        which a part was in use. Means of spans of \(TimeScale.words(Double(report.series.spanMilliseconds) / 1_000)); \
        measured from what every job held in the replay.</figcaption>
        </figure>
        </section>

        """
    }

    var waits: Markup {
        guard report.all.wait != nil else { return Markup() }
        let chart = WaitsChart(id: "waits", report: report)
        return """
            <section aria-labelledby="h-waits">
            <h2 id="h-waits">Who waited, and how long</h2>
            <figure>
            \(chart.curve)<figcaption>Cut beyond the 99th percentile; the dashed line is the 95th. The longest wait was \
            \(report.all.wait.map { TimeScale.words($0.maximum) } ?? "").</figcaption>
            </figure>
            <figure>
            \(chart.groups)<figcaption>Disc: median. Bar: to the 95th percentile. Line: to the 99th. Quantiles are nearest \
            ranks, over jobs that started. At most \(WaitsChart.teamLimit) teams, by useful GPU-hours.</figcaption>
            </figure>
            \(Self.table("By team", "Team", report.teams))\(Self.table("By size", "Size", report.sizes))</section>

            """
    }

    private static func table(_ caption: Markup, _ name: Markup, _ groups: [ReplayReport.Group]) -> Markup {
        func time(_ seconds: Double?) -> Markup { seconds.map { "\(TimeScale.words($0))" } ?? "none" }
        func ratio(_ value: Double?) -> Markup { value.map { "\(NumberText.fixed($0, 2))" } ?? "none" }
        return Table(
            caption: caption,
            columns: [
                .text(name), .number("Jobs"), .number("Refused"), .number("Useful GPU-hours"), .number("Median wait"),
                .number("95 % waited at most"), .number("99 % at most"), .number("Median slowdown"),
                .number("95 % slowdown at most"),
            ],
            rows: groups.prefix(100).map { group in
                Table.Row([
                    "\(group.name)", "\(NumberText.grouped(group.jobs))", "\(NumberText.grouped(group.rejected))",
                    "\(NumberText.grouped(group.usefulGPUHours, 1))", time(group.wait?.p50), time(group.wait?.p95),
                    time(group.wait?.p99), ratio(group.slowdown?.p50), ratio(group.slowdown?.p95),
                ])
            }
        ).markup
    }

    var node: Markup {
        guard let timeline else { return Markup() }
        let length = TimeScale.words(Double(timeline.span.upperBound - timeline.span.lowerBound) / 1_000)
        return """
            <section aria-labelledby="h-node">
            <h2 id="h-node">One node, its busiest \(length)</h2>
            <figure>
            \(GanttChart(id: "gantt", timeline: timeline) { jobNames[$0] ?? "job \($0 + 1)" }.drawing)<figcaption>Node \
            \(timeline.node) (\(timeline.group)), the one that ran the most parts of GPUs, else the most jobs. Each bar is \
            a job; two shades in turn tell one from the next.</figcaption>
            </figure>
            </section>

            """
    }

    var answers: Markup {
        guard search != nil || !growth.isEmpty else { return Markup() }
        var body = Markup()
        if let search {
            let promise =
                "\(NumberText.plain(search.objective.percent)) % of jobs start within "
                + TimeScale.words(search.objective.seconds)
            let answer: Markup =
                search.answer.gpus.map { "\(NumberText.grouped($0)) GPUs" } ?? "no size that was tried"
            let exceptions: Markup =
                search.answer.looksMonotone
                ? " No size that was tried contradicts it."
                : """
                 Waits are not monotone here: of the sizes tried, \
                \(search.answer.exceptions.map(String.init).joined(separator: ", ")) say otherwise.
                """
            body += """
                <h3>GPUs needed</h3>
                <p>“\(promise)” takes <strong>\(answer)</strong>.\(exceptions)</p>
                \(Self.tried(search.answer))
                """
        }
        if let first = growth.first {
            body += """
                <h3>When demand outgrows the estate</h3>
                <p>The promise: \(NumberText.plain(first.question.objective.percent)) % of jobs start within \
                \(TimeScale.words(first.question.objective.seconds)). Growth: \
                \(NumberText.percent(first.question.yearlyGrowth, 0)) a year, <span class="kind assumed">assumed</span>. \
                Intervals are over \(first.answer.years.count) draws of the trace's blocks (seed \
                \("\(first.question.seed)")); they do not hold what growth itself may do.</p>
                \(Table(
                    caption: "The time at which the promise breaks",
                    columns: [
                        .text("Model"), .number("Middle draw, years"), .number("Mean and 95 % interval, years"),
                        .number("Earliest to latest, years"), .text("Date"),
                    ],
                    rows: growth.map(row)
                ).markup)
                """
        }
        return """
            <section aria-labelledby="h-answers">
            <h2 id="h-answers">What to buy, and when</h2>
            \(body)</section>

            """
    }

    private static func tried(_ search: GPUSearch) -> Markup {
        let rows = search.trials.map { trial -> Table.Row in
            let wait = trial.outcome.wait.map { TimeScale.words($0) } ?? "none started"
            let kept: Markup = trial.isMet ? "yes" : "no"
            let cells: [Markup] = [
                "\(NumberText.grouped(trial.gpus))", "\(wait)", "\(NumberText.grouped(trial.outcome.rejected))", kept,
            ]
            return Table.Row(cells)
        }
        return Table(
            caption: "Sizes that were tried",
            columns: [.text("GPUs"), .number("Wait at that percentage"), .number("Refused"), .text("Kept")],
            rows: rows
        ).markup
    }

    private func row(_ growth: Growth) -> Table.Row {
        let range = growth.answer.range
        let beyond = growth.answer.reached < growth.answer.years.count
        let interval = growth.answer.interval
        func years(_ value: Double) -> String { NumberText.fixed(value, 2) }
        let date: Markup =
            if growth.answer.isBrokenToday {
                "outgrown already: the promise is broken today"
            } else if growth.answer.reached * 2 <= growth.answer.years.count {
                "not within \(NumberText.fixed(growth.answer.horizonYears, 1)) years"
            } else if let today {
                "\(DemandGrowth.day(after: range.median, from: today))"
            } else {
                "not dated"
            }
        return Table.Row([
            "\(growth.model)", "\(years(range.median))",
            "\(interval.map { "\(years($0.mean)) (\(years($0.low)) to \(years($0.high)))" } ?? "not every draw broke it")",
            "\(years(range.low)) to \(beyond ? "beyond " : "")\(years(range.high))", date,
        ])
    }

    var sources: Markup {
        """
        <section aria-labelledby="h-sources">
        <h2 id="h-sources">What was replayed</h2>
        \(Self.facts("The replay", "What", setting))\(Self.facts("What was found while reading the trace", "Finding", audit))\
        </section>

        """
    }

    private static func facts(_ caption: Markup, _ name: Markup, _ facts: [Fact]) -> Markup {
        Table(
            caption: caption,
            columns: [.text(name), .text("Value")],
            rows: facts.map { Table.Row(["\($0.name)", "\(Self.unbroken($0.value))"]) },
            whenEmpty: "nothing."
        ).markup
    }

    /// The text with each number and its unit in one line, on a phone too.
    static func unbroken(_ text: String) -> String {
        text.replacing(/(\d) (%|(?:s|min|h|d)\b)/) { match in "\(match.1)\u{A0}\(match.2)" }
    }
}
