internal import Documents

extension Verdict {
    /// A stable word for programs: `invalid`, `equivalent`, `overhead`, `faster`, `inconclusive`.
    package var code: String {
        switch self {
        case .invalid: "invalid"
        case .equivalent: "equivalent"
        case .overhead: "overhead"
        case .faster: "faster"
        case .inconclusive: "inconclusive"
        }
    }

    /// The verdict without its reason: `equivalent within 1 %`, `inconclusive: about 4 more pairs`.
    package var words: String {
        switch self {
        case .invalid: return "invalid"
        case .equivalent(let margin, let detectable):
            let share = "\(NumberText.plain((margin * 1e8).rounded() / 1e6)) %"
            return "equivalent within \(share)\(detectable ? ", small but detectable" : "")"
        case .overhead: return "overhead"
        case .faster: return "faster"
        case .inconclusive(let pairs):
            guard let pairs else { return "inconclusive" }
            return "inconclusive: about \(NumberText.grouped(pairs)) more \(pairs == 1 ? "pair" : "pairs")"
        }
    }

    /// Why it is invalid.
    package var reason: String? { if case .invalid(let reason) = self { reason } else { nil } }
}

extension MetricComparison {
    /// The verdict as it may be said: where hosts are confounded with arms it names the hosts, not the platform.
    package func words(hostsConfounded: Bool, hosts: String = "these two hosts") -> String {
        switch verdict {
        case .overhead, .faster:
            guard hostsConfounded, let overhead else { return verdict.words }
            return "\(hosts) differ by \(ShareText(overhead).estimate)"
        case .inconclusive:
            return descriptiveBecause.map { "inconclusive: descriptive only, \($0)" } ?? verdict.words
        default: return verdict.words
        }
    }

    /// The overhead as a share, with an interval or without.
    package var estimate: Double? { overhead?.estimate ?? estimateOnly }
}

extension Comparison {
    /// What the arms are called where they cannot be told from their hosts.
    var hostWords: String { baseline.hosts == 1 && other.hosts == 1 ? "these two hosts" : "these hosts" }

    /// The comparison for a terminal: what was compared, a line a metric, what limits it.
    package var lines: [String] {
        let confounded = hostsConfounded
        var lines = [
            "baseline: \(describe(baseline))",
            "other:    \(describe(other))",
            "\(design.rawValue); the \(unitOfReplication.rawValue) is the unit of replication; \(controlWords)",
            "",
        ]
        var table = TextTable(
            header: ["metric", confounded ? "difference" : "overhead", "95 % interval", "lost share", "verdict"],
            alignments: [.left, .right, .left, .right, .left]
        )
        for metric in metrics {
            table.rows.append(
                row(
                    "\(metric.name) (\(metric.unit)), \(metric.statistic)",
                    metric.overhead,
                    only: metric.estimateOnly,
                    metric.words(hostsConfounded: confounded, hosts: hostWords)
                )
            )
            for further in metric.secondary {
                table.rows.append(
                    row(
                        "  \(further.statistic)",
                        further.effect,
                        further.limitWords ?? ""
                    )
                )
            }
            if let bootstrap = metric.bootstrap { table.rows.append(row("  mean, BCa bootstrap", bootstrap, "")) }
        }
        lines += table.render().split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        lines.append("")
        lines.append(
            (confounded ? "Difference: " : "Overhead: ")
                + "baseline speed over the other's, minus one. Lost share: what that takes of the hours billed, o/(1+o)."
        )
        for note in validity { lines.append("\(note.severity.rawValue): \(note.sentence)") }
        for metric in metrics {
            for note in metric.validity { lines.append("\(note.severity.rawValue): \(metric.name): \(note.sentence)") }
            if case .failed = control, let reason = metric.verdict.reason {
                lines.append("invalid: \(metric.name): \(reason)")
            }
        }
        return lines
    }

    private func row(_ name: String, _ effect: Effect?, only: Double? = nil, _ verdict: String) -> [String] {
        guard let text = effect.map({ ShareText($0) }) ?? only.map({ ShareText(only: $0) }) else {
            return [name, "", "", "", verdict]
        }
        // More than all hours cannot be won back: of a counter that fell to almost nothing the quotient says nothing.
        let share = (effect?.estimate ?? only).flatMap { Overhead.lostShare(of: $0) }
        let lost = share.map { $0 >= -1 } == true ? text.lost : nil
        return [name, text.estimate, effect == nil ? "none" : text.interval, lost ?? "", verdict]
    }

    private func describe(_ arm: Arm) -> String {
        "\(arm.label), \(counted(arm.hosts, "host")), \(counted(arm.runs, "run"))"
    }

    private var controlWords: String {
        switch control {
        case .none(let have): "no control: \(have) of 4 \(controlUnit.rawValue)s"
        case .passed(let effect) where effect <= LogRatio.resolution:
            "control passed, but without any spread: what would have shown is unknown"
        case .passed(let effect):
            "control passed, an effect of \(ShareText.one(effect)) would have shown in four of five"
        case .failed(let low, let high):
            "control FAILED: the baseline differs from itself by "
                + "\(ShareText(low, high).low) to \(ShareText(low, high).high)"
        }
    }
}
