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
            lines.append("\(runs.count) runs that count, \(self.runs.filter { $0.slot.arm == arm }.count) made")
            lines.append(contentsOf: table(runs))
            if let kind = JobClass(runs) {
                let parts = kind.shares.map { share in
                    "\(share.part.rawValue) \(share.share.map { NumberText.percent($0, 0) } ?? "not known")"
                }
                lines.append("Class: \(kind.name). Of the time to completion: \(parts.joined(separator: ", ")).")
                lines.append("\(JobClass.untold.joined(separator: ", ")): not told apart by these counters.")
            }
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
            "pairs differ by \(NumberText.percent(proposal.sd)), the upper 80 % limit of \(proposal.from) "
            + (plan.neighbour == nil ? "runs" : "pairs")
        guard let runs = proposal.runs else {
            return "No number of runs below \(NumberText.grouped(Power.mostPairs)) is enough \(what): \(spread)."
        }
        return "Runs of each arm \(what): \(runs) (\(spread))."
    }

    private func table(_ runs: [JobRun]) -> [String] {
        guard !runs.isEmpty else { return [] }
        var rows: [[String]] = []
        func add(_ name: String, _ unit: String, _ values: [Double]) {
            guard values.count == runs.count else { return }
            let found = Quantiles.of(values, [0, 0.5, 1])
            guard found.count == 3 else { return }
            rows.append([name, unit] + found.map { NumberText.significant($0, 4) })
        }
        let deciding = plan.decidingMetric
        add(deciding.name, deciding.unit, runs.compactMap { $0.value(plan) })
        for metric in JobMetric.allCases where metric.rawValue != deciding.name {
            let values = runs.compactMap { metric == .completionTime ? $0.wallSeconds : $0.reading(metric) }
            if values.contains(where: { $0 > 0 }) { add(metric.rawValue, metric.unit, values) }
        }
        let header = ["metric", "unit", "least", "median", "most"]
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return ([header] + rows).map { row in
            row.enumerated().map { index, cell in
                let space = String(repeating: " ", count: max(0, widths[index] - cell.count))
                return index < 2 ? cell + space : space + cell
            }.joined(separator: "  ")
        }
    }

    /// The same for a program.
    package var json: JSON {
        .fields([
            "plan_id": .string(plan.identifier),
            "plan": plan.json,
            "ending": .string(endingWord),
            "arms": .array(plan.arms.map { armJSON($0) }),
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

    private func armJSON(_ arm: JobArm) -> JSON {
        let runs = usable(arm)
        let kind = JobClass(runs)
        return .fields([
            "arm": .string(arm.rawValue),
            "usable_runs": .integer(runs.count),
            "metric": .string(plan.decidingMetric.name),
            "unit": .string(plan.decidingMetric.unit),
            "values": .array(runs.compactMap { $0.value(plan) }.map { .number($0) }),
            "class": kind.map { .string($0.name) },
            "shares": kind.map { kind in
                .array(
                    kind.shares.map { share in
                        .fields([
                            "part": .string(share.part.rawValue), "share": JSON.finite(share.share),
                            "source": .string(share.source),
                        ])
                    }
                )
            },
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
