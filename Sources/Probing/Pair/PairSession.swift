package import Evidence

/// Carries out the plan of a pair: asks the machines in turn, keeps their records, notes each step in the journal.
package struct PairSession {
    /// What the session asks of the world.
    package struct Environment {
        /// Makes one run: its record, or why there is none.
        package var measure: (PairSlot) -> Result<Record, PairFailure>
        /// Keeps the record of a run, whole or not at all; text says why it could not.
        package var keep: (Record, PairSlot) -> String?
        /// Now, in the form of RFC 3339.
        package var wallTime: () -> String
        /// Waits so many seconds before a run is tried again.
        package var pause: (Double) -> Void
        /// Whether the operator says that the machines have exchanged their models.
        package var isExchangeConfirmed: Bool
        /// Whether the user asked to end.
        package var isCancelled: () -> Bool

        /// An environment, as tests make them up.
        package init(
            measure: @escaping (PairSlot) -> Result<Record, PairFailure>,
            keep: @escaping (Record, PairSlot) -> String?,
            wallTime: @escaping () -> String,
            pause: @escaping (Double) -> Void = { _ in },
            isExchangeConfirmed: Bool = false,
            isCancelled: @escaping () -> Bool = { false }
        ) {
            self.measure = measure
            self.keep = keep
            self.wallTime = wallTime
            self.pause = pause
            self.isExchangeConfirmed = isExchangeConfirmed
            self.isCancelled = isCancelled
        }
    }

    /// How a session ended.
    package enum Ending: Sendable, Hashable {
        /// The plan is carried out; records can be made.
        case done
        /// The models are to be exchanged before it goes on.
        case exchange
        /// It cannot go on, and why.
        case stopped(String)
        /// The user ended it.
        case cancelled
    }

    /// What is told while it runs.
    package enum Progress: Sendable, Hashable {
        /// A run begins.
        case running(PairSlot, attempt: Int)
        /// A run failed.
        case failed(PairSlot, PairFailure)
    }

    private let plan: PairPlan
    private let environment: Environment

    /// A session on a plan.
    package init(plan: PairPlan, environment: Environment) {
        self.plan = plan
        self.environment = environment
    }

    /// Goes on where the journal stands, until the plan is done or something stands in the way.
    ///
    /// - Throws: when the journal cannot be written; then the run that could not be noted counts as never made.
    package func run(
        _ journal: inout PairJournal,
        progress: (Progress) -> Void = { _ in }
    ) throws(PairJournalError) -> (ending: Ending, state: PairState) {
        try journal.append(.session)
        var state = PairState(plan, journal.events)
        func note(_ event: PairEvent) throws(PairJournalError) {
            try journal.append(event)
            state.apply(event)
        }
        if environment.isExchangeConfirmed, !state.isExchanged, isAtExchange(state) { try note(.exchanged) }
        while true {
            switch plan.next(state) {
            case .done: return (.done, state)
            case .exchange: return (.exchange, state)
            case .stop(let reason): return (.stopped(reason), state)
            case .run(let slot, let attempt):
                if environment.isCancelled() { return (.cancelled, state) }
                if attempt > 1 { environment.pause(Double(min(attempt - 1, 6)) * 5) }
                if environment.isCancelled() { return (.cancelled, state) }
                progress(.running(slot, attempt: attempt))
                try note(.started(run: slot.index, at: environment.wallTime()))
                let result = environment.measure(slot)
                // What the user broke off is no failure of the run.
                if environment.isCancelled() { return (.cancelled, state) }
                switch result {
                case .success(let record):
                    if let problem = environment.keep(record, slot) { return (.stopped(problem), state) }
                    try note(.finished(run: slot.index, id: record.id))
                case .failure(let failure):
                    progress(.failed(slot, failure))
                    try note(.failed(run: slot.index, failure))
                }
            }
        }
    }

    /// The word that models were exchanged counts only where the plan has come to it.
    private func isAtExchange(_ state: PairState) -> Bool { plan.next(state) == .exchange }
}
