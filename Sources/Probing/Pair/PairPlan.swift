internal import Probability

/// One of the two machines of a pair.
package enum PairSide: String, Sendable, Hashable, CaseIterable {
    /// The machine that the command was given on.
    case local
    /// The machine reached through the remote command.
    case remote

    /// The other machine.
    package var other: PairSide { self == .local ? .remote : .local }
}

/// What the two machines stand for.
package enum PairDesign: String, Sendable, Hashable, CaseIterable {
    /// Each machine is one deployment model: the numbers say how these two hosts differ.
    case models
    /// Both machines are in the same model: what is found is the difference of the hosts.
    case control
    /// The machines exchange their models halfway, so that host and model can be told apart.
    case crossover
}

/// One run of the plan: where it happens and what it is held against.
package struct PairSlot: Sendable, Hashable {
    /// Its place in the plan, from 0.
    package var index: Int
    /// Its block, from 1: four runs, ABBA or BAAB.
    package var block: Int
    /// Its pair, from 1: one run on each machine, one after the other.
    package var pair: Int
    /// The machine.
    package var side: PairSide
    /// The arm, 0 or 1: the machine's own, exchanged in the second half of a crossover.
    package var arm: Int
}

/// What to do next.
package enum PairStep: Sendable, Hashable {
    /// Make this run; `attempt` is from 1.
    case run(PairSlot, attempt: Int)
    /// Have the operator exchange the deployment models of the machines.
    case exchange
    /// Every pair is complete or lost, and at least one is complete.
    case done
    /// Nothing more can be done now, and why.
    case stop(String)
}

/// In which order two machines measure in turn: ABBA blocks, each begun by a machine drawn anew.
///
/// ABBA cancels a drift that is linear in time; the drawn beginning keeps the order from following anything periodic.
/// The plan is a value: what to do next follows from it and the journal alone.
package struct PairPlan: Sendable, Hashable {
    /// What the machines stand for.
    package let design: PairDesign
    /// Blocks of four runs, two pairs each.
    package let blocks: Int
    /// For the beginnings of the blocks: 0 to 2^53 - 1.
    package let seed: Int
    /// How often a run is tried before its pair is lost.
    package let attempts: Int
    /// Pairs lost one after the other that end the measurement.
    package let lostInARow: Int
    /// Every run, in order.
    package let slots: [PairSlot]

    /// A plan of 1 to 1,000 blocks; a crossover has an even number, rounded up.
    package init(design: PairDesign, blocks: Int, seed: Int, attempts: Int = 3, lostInARow: Int = 2) {
        let wanted = min(max(1, blocks), 1_000)
        let count = design == .crossover ? wanted + wanted % 2 : wanted
        self.design = design
        self.blocks = count
        self.seed = min(max(0, seed), (1 << 53) - 1)
        self.attempts = min(max(1, attempts), 100)
        self.lostInARow = max(1, lostInARow)
        var generator = RandomGenerator(seed: UInt64(self.seed), stream: 0x5041_4952)
        var slots: [PairSlot] = []
        slots.reserveCapacity(4 * count)
        for block in 1...count {
            let first: PairSide = generator.next() >> 63 == 0 ? .local : .remote
            let isExchanged = design == .crossover && block > count / 2
            for (place, side) in [first, first.other, first.other, first].enumerated() {
                slots.append(
                    PairSlot(
                        index: slots.count,
                        block: block,
                        pair: 2 * block - 1 + place / 2,
                        side: side,
                        arm: (side == .local) == isExchanged ? 1 : 0
                    )
                )
            }
        }
        self.slots = slots
    }

    /// Pairs in the plan.
    package var pairs: Int { 2 * blocks }

    /// Whether a run comes after the exchange of the models.
    package func isAfterExchange(_ slot: PairSlot) -> Bool { design == .crossover && slot.block > blocks / 2 }

    /// What to do next, where the journal stands.
    package func next(_ state: PairState) -> PairStep {
        if let reason = state.halted { return .stop(reason) }
        for slot in slots where state.finished[slot.index] == nil && !state.lost.contains(slot.pair) {
            if isAfterExchange(slot), !state.isExchanged { return .exchange }
            return .run(slot, attempt: (state.attempts[slot.index] ?? 0) + 1)
        }
        return state.finished.isEmpty ? .stop("no pair was completed") : .done
    }
}
