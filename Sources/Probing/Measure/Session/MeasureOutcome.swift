package import Evidence

/// One run of a probe that was kept.
package struct MeasuredProbe: Sendable, Hashable {
    /// The probe's name.
    package var name: String
    /// The processors that it stood on.
    package var processors: [Int]
    /// What it brought back.
    package var samples: ProbeSamples
    /// What happened on the machine meanwhile.
    package var report: DisturbanceReport
}

/// One round: every probe once, in processes of its own.
package struct MeasuredRound: Sendable, Hashable {
    /// From 1.
    package var number: Int
    /// When it began, in the form of RFC 3339.
    package var started: String
    /// The runs that were kept, in the order in which they ran.
    package var probes: [MeasuredProbe] = []
}

/// Metrics that have no number in some rounds, and why.
package struct MeasureRefusal: Sendable, Hashable {
    /// The probe.
    package var probe: String
    /// The metrics.
    package var metrics: [String]
    /// The rounds, from 1; empty where none was tried.
    package var rounds: [Int]
    /// What stood in the way, as a clause.
    package var reason: String
}

/// What a session found.
package struct MeasureOutcome: Sendable {
    /// What was to be done.
    package let plan: MeasurePlan
    /// Every metric that was asked for, in order of probes.
    package let metrics: [Metric]
    /// What was done.
    package var rounds: [MeasuredRound] = []
    /// What was not, and why.
    package var refusals: [MeasureRefusal] = []
    /// What bears on every number and was allowed by the user.
    package var marks: [Disturbance] = []
    /// Runs that were thrown away because something disturbed them.
    package var disturbedRuns = 0
    /// Whether the session ended before its plan.
    package var isInterrupted = false
    /// What else the reader should know, one sentence each.
    package var remarks: [String] = []

    /// An outcome, empty at first.
    package init(plan: MeasurePlan, metrics: [Metric]) {
        self.plan = plan
        self.metrics = metrics
    }

    /// Notes a refusal; the same reason in several rounds is one entry.
    mutating func refuse(_ probe: String, _ rounds: [Int], _ reason: String, metrics: [Metric]) {
        let names = metrics.map(\.name)
        // Shares and counts differ from round to round: what is the same is the reason without its numbers.
        let place = refusals.firstIndex {
            $0.probe == probe && $0.metrics == names && Self.shape($0.reason) == Self.shape(reason)
        }
        if let place {
            refusals[place].rounds += rounds
        } else {
            refusals.append(MeasureRefusal(probe: probe, metrics: names, rounds: rounds, reason: reason))
        }
    }

    private static func shape(_ reason: String) -> String { reason.filter { !$0.isNumber && $0 != "." } }

    /// The samples of a metric, round by round.
    package func series(of metric: String) -> [ProbeSeries] {
        rounds.flatMap { round in
            round.probes.flatMap { $0.samples.series.filter { $0.metric == metric && !$0.values.isEmpty } }
        }
    }

    /// The metrics that have samples.
    package var measured: [Metric] { metrics.filter { !series(of: $0.name).isEmpty } }

    /// Everything that the reader of the numbers should know, one sentence each, no sentence twice.
    package var sentences: [String] {
        var sentences: [String] = []
        func add(_ sentence: String) { if !sentences.contains(sentence) { sentences.append(sentence) } }
        for mark in marks { add("All numbers are marked: \(mark.sentence).") }
        // In the order of the plan: the order of the runs is random.
        let ordered = plan.probes.flatMap { probe in refusals.filter { $0.probe == probe.name } }
        for refusal in ordered {
            let names = refusal.metrics.isEmpty ? refusal.probe : Self.list(refusal.metrics)
            let verb = refusal.metrics.count > 1 ? "were" : "was"
            let partly = refusal.rounds.count < plan.rounds && !refusal.rounds.isEmpty
            let when = partly ? " in \(refusal.rounds.count) of \(plan.rounds) rounds" : ""
            add("\(names) \(verb) not measured\(when): \(refusal.reason).")
        }
        for round in rounds {
            for probe in round.probes { for note in probe.samples.notes { add(note) } }
        }
        for probe in plan.probes {
            let disturbed = rounds.flatMap { round in
                round.probes.filter { $0.name == probe.name && !$0.report.disturbances.isEmpty }
            }
            let worst = disturbed.max { $0.report.otherTasksShare < $1.report.otherTasksShare }
            guard let worst else { continue }
            let seen = worst.report.disturbances.map(\.sentence).joined(separator: ", and ")
            add(
                "\(probe.name) was disturbed in \(disturbed.count) of \(rounds.count) rounds and kept as asked: \(seen)."
            )
        }
        let retried = disturbedRuns == 1 ? "1 run was" : "\(disturbedRuns) runs were"
        if disturbedRuns > 0 { add("\(retried) thrown away because something disturbed the machine.") }
        remarks.forEach(add)
        if isInterrupted { add("The measurement was interrupted after \(rounds.count) of \(plan.rounds) rounds.") }
        return sentences
    }

    private static func list(_ names: [String]) -> String {
        guard names.count > 4 else {
            return names.count < 2
                ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
        }
        return names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more"
    }
}
