package import Documents
internal import Evidence
internal import Probability

extension JobOutcome {
    /// For a person: each arm's numbers, where the time goes, how many runs a comparison needs, what was refused.
    package var text: String {
        var lines: [String] = []
        for arm in plan.arms {
            let runs = usable(arm)
            if plan.arms.count > 1 { lines.append(arm == .alone ? "Alone" : "Beside the neighbour") }
            let counting =
                shortfall(arm).map { "WARNING: \($0)" } ?? counted(runs.count, "run that counts", "runs that count")
            lines.append("\(counting), \(self.runs.filter { $0.slot.arm == arm }.count) made")
            lines.append(contentsOf: table(runs))
            if let kind = jobClass(arm) { lines.append(contentsOf: kind.lines) }
            lines.append(contentsOf: sentences(arm).dropLast())
            lines.append("")
        }
        if let sentence = proposalSentence { lines.append(sentence) }
        lines.append("Plan: \(plan.identifier)")
        return lines.joined(separator: "\n")
    }

    /// How many runs a comparison needs, as a sentence; nil before three runs.
    package var proposalSentence: String? {
        guard let proposal else { return nil }
        let what = "to find a difference of \(NumberText.percent(proposal.detect)) with 95 % power at 5 %"
        guard proposal.isSpreadKnown else {
            return "Runs of each arm \(what): spread unknown, no number can be proposed; all \(proposal.from) "
                + (plan.neighbour == nil ? "runs" : "pairs") + " agree to the last digit, so record more digits."
        }
        let spread =
            "pairs differ by \(NumberText.percent(proposal.sd)), the upper 90 % limit of \(proposal.from) "
            + (plan.neighbour == nil ? "runs" : "pairs")
        guard let runs = proposal.runs else {
            return "No number of runs below \(NumberText.grouped(Power.mostPairs)) is enough \(what): \(spread)."
        }
        return "Runs of each arm \(what): \(runs) (\(spread))."
    }

    /// A metric over the runs of an arm: the least, the median and the most of their values.
    private struct Spread {
        var metric: Metric
        var runs: Int
        var least: Double
        var median: Double
        var most: Double
    }

    /// The metrics that all of these runs have, the deciding one first; counters that are 0 in every run are left out.
    private func spreads(_ runs: [JobRun]) -> [Spread] {
        guard !runs.isEmpty else { return [] }
        var spreads: [Spread] = []
        func add(_ metric: Metric, _ values: [Double]) {
            guard values.count == runs.count else { return }
            let found = Quantiles.of(values, [0, 0.5, 1])
            guard found.count == 3 else { return }
            spreads.append(
                Spread(metric: metric, runs: runs.count, least: found[0], median: found[1], most: found[2])
            )
        }
        let deciding = plan.decidingMetric
        add(deciding, runs.compactMap { $0.value(plan) })
        for metric in JobMetric.allCases where metric.rawValue != deciding.name {
            let values = runs.compactMap { metric == .completionTime ? $0.wallSeconds : $0.reading(metric) }
            if values.contains(where: { $0 > 0 }) { add(metric.metric(), values) }
        }
        return spreads
    }

    private func table(_ runs: [JobRun]) -> [String] {
        let rows = spreads(runs).map { spread in
            [spread.metric.name, spread.metric.unit]
                + [spread.least, spread.median, spread.most].map { NumberText.significant($0, 4) }
        }
        guard !rows.isEmpty else { return [] }
        let header = ["metric", "unit", "least", "median", "most"]
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return ([header] + rows).map { row in
            row.enumerated().map { index, cell in
                let space = String(repeating: " ", count: max(0, widths[index] - cell.count))
                return index < 2 ? cell + space : space + cell
            }.joined(separator: "  ")
        }
    }

    /// The same for a program; `written` are the records of the arms, in the order of the plan.
    ///
    /// One record is named at the top, as everywhere; that of each of two arms is named with its arm.
    package func json(_ written: [(file: String, id: String)] = []) -> JSON {
        let only = plan.arms.count == 1 ? written.first : nil
        let arms = plan.arms.enumerated().map { place, arm in
            armJSON(arm, only == nil && written.indices.contains(place) ? written[place] : nil)
        }
        return .fields([
            "file": only.map { .string($0.file) },
            "id": only.map { .string($0.id) },
            "plan_id": .string(plan.identifier),
            "plan": plan.json,
            "ending": .string(endingWord),
            "arms": .array(arms),
            "proposed_runs_per_arm": proposal?.runs.map { .integer($0) },
            "pair_sd_log": proposal.flatMap { $0.isSpreadKnown ? JSON.finite($0.sd) : nil },
            "detect": .number(plan.detect),
        ])
    }

    private var endingWord: String {
        switch ending {
        case .done: "done"
        case .interrupted: "interrupted"
        case .hopeless: "gave-up"
        }
    }

    private func armJSON(_ arm: JobArm, _ written: (file: String, id: String)?) -> JSON {
        let runs = usable(arm)
        let kind = jobClass(arm)
        return .fields([
            "arm": .string(arm.rawValue),
            "file": written.map { .string($0.file) },
            "id": written.map { .string($0.id) },
            "planned_runs": .integer(plannedRuns),
            "usable_runs": .integer(runs.count),
            "metric": .string(plan.decidingMetric.name),
            "unit": .string(plan.decidingMetric.unit),
            "values": .array(runs.compactMap { $0.value(plan) }.map { .number($0) }),
            "metrics": .array(
                spreads(runs).map { spread in
                    .fields([
                        "name": .string(spread.metric.name), "unit": .string(spread.metric.unit),
                        "better": .string(spread.metric.direction.rawValue),
                        "role": .string(spread.metric.role.rawValue), "runs": .integer(spread.runs),
                        "least": .finite(spread.least), "median": .finite(spread.median),
                        "most": .finite(spread.most),
                    ])
                }
            ),
            "class": kind.map { .string($0.name) },
            "shares": kind.map { .array($0.shares.map(\.json)) },
            "profile": kind?.profile?.json,
            "counter_shares": kind.flatMap { $0.profile == nil ? nil : .array($0.counterShares.map(\.json)) },
            "refused": .array(
                self.runs.filter { $0.slot.arm == arm && $0.refusal != nil }.map { run in
                    .fields([
                        "run": .string(run.slot.name), "fault": run.refusal.map { .string($0.fault.rawValue) },
                        "reason": run.refusal.map { .string($0.reason) },
                    ])
                }
            ),
            "notes": .array(sentences(arm).map { .string($0) }),
        ])
    }
}
