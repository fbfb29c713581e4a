internal import Documents
internal import Evidence

extension JobOutcome {
    /// Runs of each arm that were to count, as far as the runs themselves say.
    package var plannedRuns: Int { JobSchedule(plan).runsPerArm(runs, complete: true) }

    /// That an arm has fewer runs that count than were planned, as a clause; nil where it has them all.
    package func shortfall(_ arm: JobArm) -> String? {
        let (usable, planned) = (usable(arm).count, plannedRuns)
        guard usable < planned else { return nil }
        let place = plan.arms.count > 1 ? (arm == .alone ? " alone" : " beside the neighbour") : ""
        return "\(usable) of \(counted(planned, "planned run"))\(place) " + (usable == 1 ? "counts" : "count")
    }

    /// What is remarkable about the steps of the runs that count.
    func stepSentences(_ runs: [JobRun]) -> [String] {
        guard plan.steps != .none, !runs.isEmpty else { return [] }
        var sentences: [String] = []
        let counts = runs.map(\.steps.count)
        if let least = counts.min(), let most = counts.max(), least < most {
            sentences.append(
                "Runs that count do not have the same number of steps: \(NumberText.grouped(least)) to "
                    + "\(NumberText.grouped(most))."
            )
        }
        let passing = runs.filter { $0.passedOver != nil }
        if let first = passing.first, let place = first.passedOver?.first {
            let lines = passing.reduce(0) { $0 + ($1.passedOver?.count ?? 0) }
            sentences.append(
                "\(counted(lines, "line")) in \(counted(passing.count, "run")) \(lines == 1 ? "holds" : "hold") what the pattern "
                    + "has before its capture and no step that it takes (first: line \(place) of \(first.slot.name)); a "
                    + "capture of \(NumberPattern.advice) takes whatever stands there, and refuses what is no number."
            )
        }
        let excess = plan.unit.isRate ? [] : runs.compactMap { StepSum.excess($0.steps, wall: $0.wallSeconds) }
        if let most = excess.max() {
            sentences.append(
                "In \(excess.count) of \(counted(runs.count, "run")) the steps add up to more than the run took, "
                    + "\(NumberText.significant(most, 3)) times it at most: right where several processes say their steps or "
                    + "steps overlap, else check --step-unit."
            )
        }
        return sentences
    }
}
