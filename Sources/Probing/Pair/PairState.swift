/// Why a run of a pair did not become a record.
package struct PairFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What follows from a failure.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The machine was not reached or was lost: worth trying again, and without it nothing can be done.
        case unreachable
        /// The run itself failed: worth trying again, and another pair may do better.
        case failed
        /// Trying again would end the same: the program is missing, or the command line is wrong.
        case final
    }

    /// What follows.
    package var kind: Kind
    /// What happened, as a clause.
    package var reason: String

    /// A failure.
    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    package var description: String { reason }
}

/// One line of the journal.
package enum PairEvent: Sendable, Hashable {
    /// The program was started on the plan, at first or again.
    case session
    /// A run began, at the time of this machine's clock, in the form of RFC 3339.
    case started(run: Int, at: String)
    /// A run is a record on this disk, with the record's identifier.
    case finished(run: Int, id: String)
    /// A run failed.
    case failed(run: Int, PairFailure)
    /// The operator exchanged the deployment models of the machines.
    case exchanged
}

/// Where a plan stands: what follows from its journal, event by event.
package struct PairState: Sendable, Hashable {
    /// Identifiers of the records of the runs that are done, by place in the plan.
    package private(set) var finished: [Int: String] = [:]
    /// When runs that are done began.
    package private(set) var started: [Int: String] = [:]
    /// Failed attempts of runs that are not done, by place in the plan.
    package private(set) var attempts: [Int: Int] = [:]
    /// Pairs given up.
    package private(set) var lost: Set<Int> = []
    /// Runs that were done and thrown away, because their partner could not follow them.
    package private(set) var discarded = 0
    /// Whether the machines have exchanged their models.
    package private(set) var isExchanged = false
    /// Why nothing more can be done in this session.
    package private(set) var halted: String?
    /// The last reason of each failed run, in the order of the journal.
    package private(set) var reasons: [PairFailure] = []

    private let plan: PairPlan

    /// The beginning of a plan.
    package init(_ plan: PairPlan) { self.plan = plan }

    /// Where a journal leads.
    package init(_ plan: PairPlan, _ events: [PairEvent]) {
        self.init(plan)
        for event in events { apply(event) }
    }

    /// Pairs of which both runs are done.
    package var completePairs: Int { finished.count / 2 }

    /// What follows from one more event; those of runs that the plan does not have change nothing.
    package mutating func apply(_ event: PairEvent) {
        switch event {
        case .session: beginSession()
        case .started(let run, let time):
            if slot(run) != nil { started[run] = time }
        case .finished(let run, let id):
            guard slot(run) != nil else { return }
            finished[run] = id
            attempts[run] = nil
        case .failed(let run, let failure): fail(run, failure)
        case .exchanged: isExchanged = true
        }
    }

    /// What was broken off is begun anew: a run that ended hours before its partner began is none of a pair.
    private mutating func beginSession() {
        for slot in plan.slots where finished[slot.index] != nil && !isComplete(slot.pair) {
            finished[slot.index] = nil
            discarded += 1
        }
        // The pairs that ended the last session are tried again: what stood in the way may be gone.
        for pair in trailingLosses() { lost.remove(pair) }
        attempts = [:]
        halted = nil
    }

    private mutating func fail(_ run: Int, _ failure: PairFailure) {
        guard let slot = slot(run) else { return }
        reasons.append(failure)
        let failed = (attempts[run] ?? 0) + 1
        attempts[run] = failed
        let reason = "\(slot.side.rawValue) run \(run + 1) of \(plan.slots.count): \(failure.reason)"
        if failure.kind == .final {
            halted = reason
            return
        }
        guard failed >= plan.attempts else { return }
        if failure.kind == .unreachable {
            halted = reason
            return
        }
        lost.insert(slot.pair)
        for partner in runs(of: slot.pair) where finished.removeValue(forKey: partner) != nil { discarded += 1 }
        let losses = trailingLosses().count
        if losses >= plan.lostInARow {
            halted = losses == 1 ? reason : "\(losses) pairs in a row failed, the last with \(reason)"
        }
    }

    /// The pairs lost since the last that was completed.
    private func trailingLosses() -> [Int] {
        guard let last = lost.max() else { return [] }
        var losses: [Int] = []
        for pair in stride(from: last, through: 1, by: -1) {
            guard lost.contains(pair) else { break }
            losses.append(pair)
        }
        return finished.keys.contains { $0 >= 2 * last } ? [] : losses
    }

    /// The places of a pair's runs in the plan.
    private func runs(of pair: Int) -> [Int] { [2 * pair - 2, 2 * pair - 1] }

    private func isComplete(_ pair: Int) -> Bool { runs(of: pair).allSatisfy { finished[$0] != nil } }

    private func slot(_ run: Int) -> PairSlot? { plan.slots.indices.contains(run) ? plan.slots[run] : nil }
}
