package import Documents
internal import Evidence

extension EndpointRun {
    /// A quantile in milliseconds, or how many independent samples are missing.
    func words(_ quantile: RunQuantile) -> String {
        guard let interval = quantile.interval else {
            return "too few: \(NumberText.grouped(effective)) of \(NumberText.grouped(quantile.needed))"
        }
        func milliseconds(_ seconds: Double) -> String { NumberText.significant(seconds * 1e3, 3) }
        return "\(milliseconds(interval.estimate)) (\(milliseconds(interval.low)) to \(milliseconds(interval.high)))"
    }

    /// One line for the log while the session goes on.
    package var progressLine: String {
        let p99 = quantiles.first { $0.quantile == 0.99 }.map { "; p99 ms \(words($0))" } ?? ""
        let trouble = obstacles.isEmpty ? "" : "; \(obstacles.joined(separator: "; "))"
        return "run \(number): \(counted(offered, "request")), \(failed) failed\(p99)\(trouble)"
    }
}

extension EndpointOutcome {
    /// The session for a terminal.
    package var text: String {
        let plan = session.plan
        var table = TextTable(
            header: ["run", "offered/s", "served/s", "p50 ms", "p99 ms", "p99.9 ms", "failed", "sent late, p99 ms"],
            alignments: [.right, .right, .right, .left, .left, .left, .left, .right]
        )
        for run in runs {
            table.rows.append(
                ["\(run.number)", NumberText.significant(plan.rate, 4), NumberText.significant(run.servedPerSecond, 4)]
                    + run.quantiles.map { run.words($0) }
                    + [
                        run.failed == 0 ? "0" : EndpointRun.list(run.failures),
                        run.lateness.map { NumberText.significant($0.p99 * 1e3, 2) } ?? "",
                    ]
            )
        }
        var lines = [
            "\(plan.method) \(plan.address.authority): \(NumberText.significant(plan.rate, 4)) requests/s, "
                + "\(plan.arrivals.rawValue) arrivals, at most \(counted(plan.connections, "connection"))",
            "Latency counts from the intended start of each request; exact 95 % intervals of each run's own quantiles.",
            "",
        ]
        lines += table.render().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if let objective = session.objective {
            let offered = usable.reduce(0) { $0 + $1.offered }
            let seconds = usable.reduce(0.0) {
                $0 + (($1.goodPerSecond ?? 0) / max($1.servedPerSecond, 1e-300)) * Double($1.served)
            }
            let share = offered > 0 ? seconds / Double(offered) : 0
            lines.append(
                "Within \(NumberText.significant(objective * 1e3, 3)) ms: \(NumberText.percent(share, 2)) of the requests offered."
            )
        }
        return (lines + sentences).joined(separator: "\n")
    }

    /// The session for programs.
    package var json: JSON {
        let plan = session.plan
        return .fields([
            "endpoint": .string(plan.address.authority),
            "method": .string(plan.method),
            "offered_load_per_s": .number(plan.rate),
            "arrivals": .string(plan.arrivals.rawValue),
            "concurrency": .integer(plan.connections),
            "objective_s": session.objective.map { .number($0) },
            "runs": .array(runs.map(\.json)),
            "notes": .array(sentences.map { .string($0) }),
        ])
    }
}

extension EndpointRun {
    var json: JSON {
        let failures = LoadFailure.allCases.compactMap { kind in
            self.failures[kind].map { JSONMember(kind.words, .integer($0)) }
        }
        return .fields([
            "run": .integer(number),
            "started": .string(started),
            "offered": .integer(offered),
            "warm_up": .integer(warmUp),
            "served": .integer(served),
            "served_per_s": .finite(servedPerSecond),
            "within_objective_per_s": .finite(goodPerSecond),
            "failures": .object(failures),
            "waited_for_a_connection": .integer(waited),
            "independent_samples": .integer(effective),
            "latency_s": .array(quantiles.map(\.json)),
            "generator_late_p99_s": .finite(lateness?.p99),
            "obstacles": .array(obstacles.map { .string($0) }),
        ])
    }
}

extension RunQuantile {
    var json: JSON {
        .fields([
            "quantile": .number(quantile),
            "estimate": .finite(interval?.estimate),
            "low": .finite(interval?.low),
            "high": .finite(interval?.high),
            "too_few": interval == nil ? .bool(true) : nil,
            "samples_needed": .integer(needed),
        ])
    }
}
