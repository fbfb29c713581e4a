import Documents
import Estate
import Evidence

extension OneArmReport {
    /// Why there is no verdict: what a bar is answered with.
    package static let notAPair = "one arm is not a pair, so there is no overhead and no verdict"

    /// The report for a terminal.
    package var lines: [String] {
        var lines = [
            "NOT A PAIR: \(Self.notAPair).",
            "arm: \(armWords)",
            "",
        ]
        lines += table.render().split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        lines.append("")
        lines += summary.cautions.map { "caution: \($0)" }
        lines += summary.notes.map { "note: \($0)" }
        lines += notes
        if !classPriors.isEmpty { lines += [""] + priorLines }
        lines += ["", "What a pair needs"] + needs.map { "- \($0)" }
        for way in borrowing {
            lines += ["", "One host for an hour, \(way.scheduler.title)"] + way.lines.map { "    \($0)" }
        }
        lines += ["", "Then", "    \(comparing)"]
        if let pairing {
            lines += [
                "", "Better, where this machine and the other can be up at once: in turn, so that drift cancels",
                "    \(pairing)",
            ]
        }
        return lines
    }

    private var armWords: String {
        let what =
            model.map { $0.rawValue }
            ?? (isGuest ? "a virtual machine, its deployment model unknown" : "deployment model unknown")
        return "\(what), \(counted(summary.arm.hosts, "host")), \(counted(summary.boots, "boot")), "
            + counted(summary.arm.runs, "run")
    }

    // MARK: The table

    private var hasLimits: Bool { summary.metrics.contains { $0.limit != nil } }

    private var table: TextTable {
        var table = TextTable(
            header: ["metric", "value", "95 % interval"] + (hasLimits ? ["device's limit", "share"] : [])
                + ["published prior"],
            alignments: [.left, .right, .right] + (hasLimits ? [.right, .right] : []) + [.left]
        )
        for metric in summary.metrics {
            var row = [
                "\(metric.metric.name) (\(metric.metric.unit)), \(metric.statistic)",
                NumberText.significant(metric.mean, 4),
                metric.interval.map {
                    "\(NumberText.significant($0.low, 4)) to \(NumberText.significant($0.high, 4))"
                } ?? "none",
            ]
            if hasLimits {
                row.append(metric.limit.map { Self.number($0.range) } ?? "")
                row.append(metric.limit.map { NumberText.percent($0.share, 1) } ?? "")
            }
            row.append(prior(of: metric).map { Self.percent($0.range) } ?? "none")
            table.rows.append(row)
        }
        return table
    }

    private static func number(_ range: ClosedRange<Double>) -> String {
        let (low, high) = (NumberText.significant(range.lowerBound, 4), NumberText.significant(range.upperBound, 4))
        return low == high ? low : "\(low) to \(high)"
    }

    private static func percent(_ range: ClosedRange<Double>) -> String {
        "\(plainPercent(range.lowerBound)) to \(plainPercent(range.upperBound)) %"
    }

    /// Percent without decimals that say nothing: shares here have at most four digits.
    private static func plainPercent(_ share: Double) -> String {
        NumberText.plain((share * 1e4).rounded() / 1e2)
    }

    private var notes: [String] {
        let unit = summary.unitOfReplication.rawValue
        var notes = [
            "Interval: of the mean over \(unit)s, by Student's t. It says how well this arm is known, and nothing of another."
        ]
        notes.append(
            hasLimits
                ? "Device's limit: what the GPU's own driver tells; the share is what these runs reached of it, whatever the reason."
                : "Device's limit: none; only GPU probes know one (assay measure --gpu)."
        )
        guard let model else {
            return notes + [
                "Published prior: none, as the deployment model is unknown; measure with --declare, such as "
                    + "--declare vm-passthrough."
            ]
        }
        guard model != .bareMetal else {
            return notes + ["Published prior: none, as bare metal is what the others are held against."]
        }
        notes.append(
            "Published prior: overhead of \(model) against bare metal that others saw elsewhere. It is no measurement of this arm."
        )
        var seen: Set<MetricPrior> = []
        for prior in summary.metrics.compactMap(prior(of:)) where seen.insert(prior).inserted {
            notes.append("  \(Self.percent(prior.range)): \(prior.subject) (\(prior.source))")
        }
        if summary.metrics.contains(where: { prior(of: $0) == nil }) {
            notes.append("  none: nothing published with a number that can be traced speaks of that component alone.")
        }
        for metric in summary.metrics {
            if let reason = metric.descriptiveBecause { notes.append("\(metric.metric.name): \(reason)") }
        }
        return notes
    }

    private var priorLines: [String] {
        var table = TextTable(
            header: ["whole jobs of the class", "low", "likeliest", "high", "from"],
            alignments: [.left, .right, .right, .right, .left]
        )
        for prior in classPriors {
            table.rows.append(
                [prior.workload.rawValue]
                    + [prior.low, prior.likely, prior.high].map { "\(Self.plainPercent($0)) %" } + [prior.source]
            )
        }
        return table.render().split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    // MARK: What is missing

    /// What the other arm must have, a sentence each.
    package var needs: [String] {
        var needs: [String] = []
        if model == nil {
            needs.append("The deployment model of this arm, declared: without it nobody knows what is compared.")
        }
        needs.append(
            "The same host in the other deployment model; with another host the answer is how these two hosts differ."
        )
        if !sharedFacts.isEmpty {
            let facts = sharedFacts.map { "\($0.name) \($0.values.map(quoted).joined(separator: " and "))" }
            needs.append("The same as here: \(facts.joined(separator: ", ")). What differs is named beside the result.")
        }
        let known = Set(sharedFacts.map(\.name))
        let unknown = ComparisonGate.wanted.filter { !known.contains($0) }
        if !unknown.isEmpty {
            needs.append(
                "An eye on what is not recorded here, so that a difference would go unseen: "
                    + "\(unknown.joined(separator: ", "))."
            )
        }
        needs.append(runsNeeded)
        return needs
    }

    private var runsNeeded: String {
        let confirmatory = summary.metrics.filter { $0.metric.role == .confirmatory }
        let counted = confirmatory.compactMap { metric in metric.pairsForTwoPercent.map { (metric.metric.name, $0) } }
        let control = "four runs in each arm, interleaved where that can be"
        guard let worst = counted.max(by: { $0.1 < $1.1 }), let best = counted.min(by: { $0.1 < $1.1 }) else {
            return "At least \(control); these runs are too few or too uneven to say how many find 2 %."
        }
        let many =
            worst.0 == best.0
            ? "\(NumberText.grouped(worst.1)) pairs"
            : "\(NumberText.grouped(best.1)) (\(best.0)) to \(NumberText.grouped(worst.1)) pairs (\(worst.0))"
        return "Runs: at least \(control); as uneven as these are, \(many) find an overhead of 2 % in 19 of 20 times."
    }
}
