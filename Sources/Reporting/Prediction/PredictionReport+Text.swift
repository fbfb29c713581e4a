import Decision
import Documents
import Evidence

extension PredictionReport {
    /// The prediction as lines for a terminal.
    package var lines: [String] {
        var lines: [String] = []
        func add(_ more: [String]) {
            if !lines.isEmpty { lines.append("") }
            lines += more
        }
        if scale != nil { add(scaleLines) }
        if tail != nil { add(tailLines) }
        if let components { add(Self.componentLines(components)) }
        return lines
    }

    private var scaleLines: [String] {
        guard let scale else { return [] }
        let question = scale.question
        var lines = [
            "a step of \(PredictionWords.time(question.stepSeconds)) ms with "
                + "\(PredictionWords.synchronisations(question)); intervals at "
                + "\(NumberText.percent(question.level, 0))"
        ]
        for arm in scale.arms {
            let noise = arm.prediction.noise
            lines.append("")
            lines.append(
                "\(arm.label): \(PredictionWords.detours(noise.count)) in \(NumberText.significant(noise.watchedSeconds, 3)) s "
                    + "on \(counted(noise.processors, "processor")), \(counted(noise.runs, "run")); \(PredictionWords.share(noise.share)) of the time, "
                    + "the longest \(PredictionWords.time(noise.longest)) ms"
            )
            let hasNetwork = arm.prediction.rows.contains { $0.communication != nil }
            var table = TextTable(
                header: ["nodes", "ranks", "slowdown by noise"] + (hasNetwork ? ["communication, ms"] : [])
                    + ["step, ms", "noise is"],
                alignments: [.right, .right, .right] + (hasNetwork ? [.right] : []) + [.right, .left]
            )
            for row in arm.prediction.rows {
                table.rows.append(
                    [
                        NumberText.grouped(row.nodes), NumberText.grouped(row.ranks),
                        PredictionWords.percent(row.noise),
                    ] + (hasNetwork ? [row.communication.map(PredictionWords.milliseconds) ?? ""] : [])
                        + [PredictionWords.milliseconds(row.step), PredictionWords.reach(row.reach)]
                )
            }
            lines += Self.lines(table)
            lines += arm.prediction.notes
        }
        if let overheads {
            lines.append("")
            lines.append("\(scale.arms[1].label) against \(scale.arms[0].label), by noise and communication alone:")
            var table = TextTable(header: ["nodes", "overhead"], alignments: [.right, .right])
            for (row, overhead) in zip(scale.arms[0].prediction.rows, overheads) {
                table.rows.append([
                    NumberText.grouped(row.nodes), PredictionWords.percent(overhead, signed: true),
                ])
            }
            lines += Self.lines(table)
            lines.append("Steady differences between the arms come on top: compare a job or its components for them.")
        }
        return lines
    }

    private var tailLines: [String] {
        guard let tail else { return [] }
        let question = tail.question
        var lines = [
            "\(PredictionWords.fleet(question)), "
                + (question.arrivals == .poisson ? "arrivals at random" : "arrivals of the trace")
                + "; latencies in ms, intervals at \(NumberText.percent(question.level, 0))"
        ]
        for arm in tail.arms {
            let service = arm.prediction.service
            lines.append("")
            lines.append(
                "\(arm.label): \(service.metric), "
                    + "\(counted(service.count, "request")), mean \(PredictionWords.time(service.meanSeconds)) ms; "
                    + "the fleet serves at most \(NumberText.significant(arm.prediction.capacity, 4)) requests/s"
            )
            if let corrected = service.corrected {
                lines.append(PredictionWords.corrected(corrected, question.quantiles))
            }
            if !arm.prediction.rows.isEmpty {
                var table = TextTable(
                    header: ["requests/s", "in use"] + question.quantiles.map(PredictionWords.quantile),
                    alignments: [.right, .right] + question.quantiles.map { _ in .right }
                )
                for row in arm.prediction.rows {
                    table.rows.append(
                        [NumberText.significant(row.rate, 4), NumberText.percent(row.utilisation)]
                            + row.latencies.map(PredictionWords.latency)
                    )
                }
                lines += Self.lines(table)
            }
            if let objective = question.objective, let breaks = arm.prediction.breaksAt {
                lines.append(Self.breaking(objective, breaks, arm.prediction))
            }
            lines += arm.prediction.notes
        }
        return lines
    }

    static func breaking(
        _ objective: LatencyObjective,
        _ breaks: Interval,
        _ prediction: TailPrediction
    ) -> String {
        let words =
            "\(PredictionWords.quantile(objective.quantile)) below \(PredictionWords.time(objective.seconds)) ms"
        guard breaks.estimate > 0 else { return "\(words) is missed at any load: the service alone takes longer" }
        if prediction.holdsBeyond {
            let share = NumberText.percent(breaks.estimate / prediction.capacity, 1)
            return
                "\(words) holds up to at least \(NumberText.significant(min(breaks.low, breaks.estimate), 3)) requests/s; "
                + "nothing is predicted above \(NumberText.significant(breaks.estimate, 3)) requests/s (\(share) in use)"
        }
        return "\(words) holds up to \(NumberText.significant(breaks.estimate, 3)) requests/s "
            + "[\(NumberText.significant(breaks.low, 3)), \(NumberText.significant(breaks.high, 3))]"
    }

    private static func componentLines(_ components: ComponentPrediction) -> [String] {
        var table = TextTable(
            header: ["part", "share", "overhead", "metrics"],
            alignments: [.left, .right, .right, .left]
        )
        for part in components.parts {
            table.rows.append([
                part.name, NumberText.percent(part.share, 0),
                part.overhead.map { PredictionWords.percent($0, signed: true) } ?? "not measured",
                PredictionWords.metrics(part.metrics),
            ])
        }
        return lines(table) + [components.verdict]
    }

    private static func lines(_ table: TextTable) -> [String] {
        table.render().split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
