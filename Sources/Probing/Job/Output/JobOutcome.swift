internal import Documents
internal import Evidence
internal import Probability

/// What came of a plan.
package struct JobOutcome: Sendable {
    /// Why it ended.
    package enum Ending: Sendable, Hashable {
        /// Everything was done.
        case done
        /// Somebody asked it to end; the journal holds what there is.
        case interrupted
        /// The job failed again and again, with the last reason.
        case hopeless(String)
    }

    /// What was to be done.
    package let plan: JobPlan
    /// Every run in the order in which they were made, refusals settled.
    package let runs: [JobRun]
    /// Why it ended.
    package let ending: Ending
    /// Where the step time of the job alone went, where somebody profiled it.
    package var profile: JobAttribution?

    /// A run that has fewer of the usual number of steps of its arm ended mid-run.
    package static let leastSteps = 0.9

    /// Settles what can only be seen across runs: a run with less than 90 % of the median number of steps is refused.
    package init(_ plan: JobPlan, runs: [JobRun], ending: Ending) {
        self.plan = plan
        self.ending = ending
        var settled = runs
        if plan.steps != .none {
            for arm in plan.arms {
                let counts = runs.filter { $0.isUsable && $0.slot.arm == arm }.map { Double($0.steps.count) }
                guard counts.count >= 2, let usual = Quantiles.of(counts, [0.5]).first else { continue }
                for index in settled.indices where settled[index].isUsable && settled[index].slot.arm == arm {
                    let count = settled[index].steps.count
                    guard Double(count) < Self.leastSteps * usual else { continue }
                    settled[index].refusal = .init(
                        .short,
                        "it ended after \(count) steps where runs have \(NumberText.plain(usual)) "
                            + "(the rule: at least 90 % of the median)"
                    )
                }
            }
        }
        self.runs = settled
    }

    /// Whether there is nothing more to do.
    package var isDone: Bool { ending == .done }

    /// The runs that count, of one arm.
    package func usable(_ arm: JobArm) -> [JobRun] { runs.filter { $0.isUsable && $0.slot.arm == arm } }

    /// Where the time of an arm goes; the profile is of the job alone.
    package func jobClass(_ arm: JobArm) -> JobClass? { JobClass(usable(arm), profile: arm == .alone ? profile : nil) }

    /// The runs that were refused, warm-ups included.
    package var refused: [JobRun] { runs.filter { $0.refusal != nil } }

    /// How many runs of each arm find the slowdown that the plan names: from the pilot where there was one, else from all.
    package var proposal: RunProposal? {
        let schedule = JobSchedule(plan)
        if case .proposed(let maximum) = plan.runs {
            return schedule.proposal(runs, first: min(plan.pilotRuns, maximum))
        }
        return schedule.proposal(runs)
    }

    /// The number of runs that the plan was held back from by its maximum; nil where it was not.
    package var wantedRuns: Int? {
        guard case .proposed(let maximum) = plan.runs, let proposal, proposal.isSpreadKnown else { return nil }
        guard let runs = proposal.runs else { return Power.mostPairs }
        return runs > maximum ? runs : nil
    }

    /// Everything that a reader of the numbers should know, one sentence each.
    package func sentences(_ arm: JobArm) -> [String] {
        var sentences: [String] = []
        for run in runs where run.slot.arm == arm {
            guard let refusal = run.refusal else { continue }
            sentences.append("\(run.slot.name) was refused: \(refusal.reason).")
        }
        let usable = usable(arm)
        if let shortfall = shortfall(arm) { sentences.append("\(shortfall).") }
        sentences += stepSentences(usable)
        let left = runs.filter { $0.slot.arm == arm && !$0.leftOvers.isEmpty }
        if !left.isEmpty {
            let number = left.reduce(0) { $0 + $1.leftOvers.count }
            sentences.append(
                "\(counted(number, "process", "processes")) that the job had left running after \(left.map(\.slot.name).joined(separator: ", ")) "
                    + (number == 1 ? "was" : "were") + " ended."
            )
        }
        let disturbed = usable.count { run in run.conditions.contains { $0.name == "disturbed" } }
        if disturbed > 0 {
            sentences.append("\(disturbed) of \(usable.count) runs that count were kept as asked though disturbed.")
        }
        switch ending {
        case .done: break
        case .interrupted: sentences.append("The measurement was interrupted before its plan was done.")
        case .hopeless(let reason):
            switch runs.last(where: { $0.refusal != nil })?.refusal?.fault {
            case .pattern: sentences.append("The measurement ended early: \(reason).")
            case let fault:
                let what = fault == .neighbour ? "the neighbour" : "the job"
                sentences.append("The measurement ended early, for \(what) failed three times in a row: \(reason).")
            }
        }
        if let wanted = wantedRuns, case .proposed(let maximum) = plan.runs {
            let number = wanted < Power.mostPairs ? "\(wanted)" : "more than \(NumberText.grouped(Power.mostPairs))"
            sentences.append(
                "\(number) runs of each arm would find \(NumberText.percent(plan.detect)), and --max-runs allowed \(maximum)."
            )
        }
        if let profile, arm == .alone {
            sentences += profile.notes
            sentences.append(JobAttribution.caution)
        }
        let zero = zeroMetrics(arm)
        if !zero.isEmpty {
            sentences.append(
                "\(zero.map(\.rawValue).joined(separator: ", ")) "
                    + (zero.count == 1 ? "was" : "were") + " 0 in some runs, so no ratio can be formed, and left out."
            )
        }
        var missing = JobMetric.allCases.filter { metric in
            !usable.isEmpty && usable.allSatisfy { $0.reading(metric) == nil }
        }
        if let place = missing.firstIndex(of: .peakMemory) {
            missing.remove(at: place)
            sentences.append(
                "peak_memory is not known, for it is below this program's own, which the kernel counts with it."
            )
        }
        if !missing.isEmpty {
            sentences.append(
                "Not counted on this machine: \(missing.map(\.rawValue).joined(separator: ", "))."
            )
        }
        sentences.append(
            "Counters around a run are of the whole machine, but for cpu_time, peak_memory and switches, which are of the "
                + "processes that the job waited for."
        )
        return sentences
    }

    /// Counters that every usable run has, in order.
    func countedMetrics(_ arm: JobArm) -> [JobMetric] {
        let runs = usable(arm)
        guard !runs.isEmpty else { return [] }
        return JobMetric.allCases.filter { metric in runs.allSatisfy { $0.reading(metric) != nil } }
    }

    /// Those that are 0 in some run.
    func zeroMetrics(_ arm: JobArm) -> [JobMetric] {
        let runs = usable(arm)
        return countedMetrics(arm).filter { metric in runs.contains { ($0.reading(metric) ?? 0) <= 0 } }
    }
}
