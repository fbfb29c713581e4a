/// What a plan asks for next, given the runs so far: a value, so that an interruption loses nothing.
package struct JobSchedule: Sendable {
    /// What is next.
    package enum Next: Sendable, Hashable {
        /// A run.
        case run(JobSlot)
        /// Nothing: the plan is done.
        case done
        /// Nothing more, because the job fails again and again; with the last reason.
        case hopeless(String)
    }

    /// The plan.
    package let plan: JobPlan
    /// A run that something else disturbed is made so many times in all.
    package static let attempts = 3
    /// So many faults of the job one after another end the session, or so many of the neighbour beside it.
    package static let faultsInARow = 3

    /// The schedule of a plan.
    package init(_ plan: JobPlan) { self.plan = plan }

    /// What is next after these runs, in the order in which they were made.
    package func next(after runs: [JobRun]) -> Next {
        // It would be the same the next time, and what it is at cannot be stopped but with this process.
        if let refusal = runs.last?.refusal, refusal.fault == .pattern { return .hopeless(refusal.reason) }
        var faults = 0
        for run in runs.reversed() {
            guard let refusal = run.refusal, refusal.fault.isOfTheJob else { break }
            faults += 1
            if faults == Self.faultsInARow { return .hopeless(refusal.reason) }
        }
        var endings = 0
        for run in runs.reversed() where run.slot.arm == .beside && !run.slot.isWarmUp {
            guard let refusal = run.refusal, refusal.fault == .neighbour else { break }
            endings += 1
            if endings == Self.faultsInARow { return .hopeless(refusal.reason) }
        }
        for number in 1...max(1, plan.warmUpRuns) where plan.warmUpRuns > 0 {
            let slot = JobSlot(number: number, isWarmUp: true)
            if let next = open(slot, runs) { return .run(next) }
        }
        let each = runsPerArm(runs)
        for slot in slots(each) {
            if let next = open(slot, runs) { return .run(next) }
        }
        // Only now is the pilot whole, where the plan asks for one.
        return each < runsPerArm(runs, complete: true)
            ? next(after: runs, each: runsPerArm(runs, complete: true)) : .done
    }

    private func next(after runs: [JobRun], each: Int) -> Next {
        for slot in slots(each) {
            if let next = open(slot, runs) { return .run(next) }
        }
        return .done
    }

    /// Runs of each arm as far as is known now.
    package func runsPerArm(_ runs: [JobRun], complete: Bool = false) -> Int {
        switch plan.runs {
        case .fixed(let number): return number
        case .proposed(let maximum):
            let pilot = min(plan.pilotRuns, maximum)
            guard complete || !slots(pilot).contains(where: { open($0, runs) != nil }) else { return pilot }
            guard let proposal = proposal(runs, first: pilot), proposal.isSpreadKnown else { return pilot }
            return max(pilot, min(proposal.runs ?? maximum, maximum))
        }
    }

    /// What the runs propose; `first` takes only the first so many of each arm, as the pilot.
    package func proposal(_ runs: [JobRun], first: Int? = nil) -> RunProposal? {
        let counted = runs.filter { $0.isUsable && (first == nil || ($0.slot.pair ?? $0.slot.number) <= first ?? 0) }
        guard plan.neighbour != nil else {
            return RunProposal(runs: counted.compactMap { $0.value(plan) }, detect: plan.detect)
        }
        var pairs: [(Double, Double)] = []
        for run in counted where run.slot.arm == .alone {
            let partner = counted.first { $0.slot.arm == .beside && $0.slot.pair == run.slot.pair }
            if let a = run.value(plan), let b = partner?.value(plan) { pairs.append((a, b)) }
        }
        return RunProposal(pairs: pairs, detect: plan.detect)
    }

    /// The runs that count, in order: one arm after the other in ABBA, then BAAB, so that drift cancels.
    package func slots(_ each: Int) -> [JobSlot] {
        guard each > 0 else { return [] }
        guard plan.neighbour != nil else { return (1...each).map { JobSlot(number: $0) } }
        return (0..<each * 2).map { place in
            let isMirrored = place / 4 % 2 == 1
            let isOuter = place % 4 == 0 || place % 4 == 3
            return JobSlot(number: place + 1, arm: isOuter != isMirrored ? .alone : .beside, pair: place / 2 + 1)
        }
    }

    /// The slot where it is still to be filled, with its next attempt.
    private func open(_ slot: JobSlot, _ runs: [JobRun]) -> JobSlot? {
        let made = runs.filter { $0.slot.number == slot.number && $0.slot.isWarmUp == slot.isWarmUp }
        guard let last = made.last(where: { $0.refusal?.fault != .interrupted }) else {
            return JobSlot(
                number: slot.number,
                arm: slot.arm,
                isWarmUp: slot.isWarmUp,
                pair: slot.pair,
                attempt: made.count + 1
            )
        }
        guard let refusal = last.refusal, !refusal.fault.isOfTheJob, !slot.isWarmUp else { return nil }
        let tried = made.count { $0.refusal?.fault != .interrupted }
        guard tried < Self.attempts else { return nil }
        return JobSlot(number: slot.number, arm: slot.arm, pair: slot.pair, attempt: made.count + 1)
    }
}
