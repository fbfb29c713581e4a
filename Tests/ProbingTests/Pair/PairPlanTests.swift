import Testing

@testable import Probing

/// The order of a pair, and what follows from each journal.
@Suite struct PairPlanTests {
    @Test("every block is ABBA or BAAB, every pair one run of each machine", arguments: [0, 1, 2, 7, 1 << 40])
    func order(_ seed: Int) {
        let plan = PairPlan(design: .models, blocks: 40, seed: seed)
        #expect(plan.slots.count == 160 && plan.pairs == 80)
        #expect(plan.slots.map(\.index) == Array(0..<160))
        for block in 1...40 {
            let sides = plan.slots.filter { $0.block == block }.map(\.side)
            #expect(sides == [sides[0], sides[0].other, sides[0].other, sides[0]])
        }
        for pair in 1...80 {
            let runs = plan.slots.filter { $0.pair == pair }
            #expect(runs.count == 2 && runs[0].side != runs[1].side && runs[1].index == runs[0].index + 1)
        }
        let localFirst = stride(from: 0, to: 160, by: 4).count { plan.slots[$0].side == .local }
        // Forty fair coins: outside of this with a chance of 2e-5.
        #expect((7...33).contains(localFirst))
    }

    @Test("the seed alone sets the order")
    func seeded() {
        #expect(PairPlan(design: .models, blocks: 20, seed: 5) == PairPlan(design: .models, blocks: 20, seed: 5))
        #expect(
            PairPlan(design: .models, blocks: 20, seed: 5).slots != PairPlan(design: .models, blocks: 20, seed: 6).slots
        )
    }

    @Test("a crossover has an even number of blocks and exchanges the arms halfway", arguments: [1, 2, 3, 6])
    func crossover(_ blocks: Int) {
        let plan = PairPlan(design: .crossover, blocks: blocks, seed: 3)
        #expect(plan.blocks == blocks + blocks % 2)
        for slot in plan.slots {
            let isSecondHalf = slot.block > plan.blocks / 2
            #expect(plan.isAfterExchange(slot) == isSecondHalf)
            #expect(slot.arm == ((slot.side == .local) == isSecondHalf ? 1 : 0))
        }
        for arm in 0...1 {
            for side in PairSide.allCases {
                #expect(plan.slots.count { $0.arm == arm && $0.side == side } == plan.blocks)
            }
        }
    }

    @Test("limits hold for whatever is asked", arguments: [(-3, -1), (0, .min), (5_000, .max)])
    func limits(_ blocks: Int, _ seed: Int) {
        let plan = PairPlan(design: .models, blocks: blocks, seed: seed, attempts: -1, lostInARow: 0)
        #expect((1...1_000).contains(plan.blocks) && plan.attempts == 1 && plan.lostInARow == 1)
    }

    // MARK: What is next

    static let plan = PairPlan(design: .models, blocks: 2, seed: 1)
    static let crossed = PairPlan(design: .crossover, blocks: 2, seed: 1)

    static func done(_ runs: Range<Int>) -> [PairEvent] {
        runs.flatMap { [.started(run: $0, at: "2026-01-01T00:00:00Z"), .finished(run: $0, id: "r\($0)")] }
    }

    static func failed(_ run: Int, _ kind: PairFailure.Kind, times: Int) -> [PairEvent] {
        (0..<times).flatMap { _ -> [PairEvent] in
            [.started(run: run, at: "2026-01-01T00:00:00Z"), .failed(run: run, PairFailure(kind, "broke"))]
        }
    }

    enum Expected: Sendable, Hashable {
        case run(Int, attempt: Int)
        case exchange, done
        case stop(String)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var plan: PairPlan
        var events: [PairEvent]
        var expected: Expected
        var complete = 0
        var discarded = 0
        var testDescription: String { name }

        init(
            _ name: String,
            in plan: PairPlan = PairPlanTests.plan,
            _ events: [PairEvent],
            _ expected: Expected,
            complete: Int = 0,
            discarded: Int = 0
        ) {
            (self.name, self.plan, self.events, self.expected) = (name, plan, events, expected)
            (self.complete, self.discarded) = (complete, discarded)
        }
    }

    static let rows: [Row] = [
        Row("nothing yet", [], .run(0, attempt: 1)),
        Row("begun", [.session], .run(0, attempt: 1)),
        Row("the second of a pair follows", [.session] + done(0..<1), .run(1, attempt: 1)),
        Row("all done", [.session] + done(0..<8), .done, complete: 4),
        Row("a failed run is tried again", [.session] + failed(0, .failed, times: 2), .run(0, attempt: 3)),
        Row("three times is its pair lost", [.session] + failed(0, .failed, times: 3), .run(2, attempt: 1)),
        Row(
            "the partner's run of a lost pair is thrown away",
            [.session] + done(0..<1) + failed(1, .failed, times: 3),
            .run(2, attempt: 1),
            discarded: 1
        ),
        Row(
            "two pairs lost in a row end the session",
            [.session] + failed(0, .failed, times: 3) + failed(2, .failed, times: 3),
            .stop("2 pairs in a row failed")
        ),
        Row(
            "two pairs lost with one between do not",
            [.session] + failed(0, .failed, times: 3) + done(2..<4) + failed(4, .failed, times: 3),
            .run(6, attempt: 1),
            complete: 1
        ),
        Row(
            "at the end it is done without the pairs lost",
            [.session] + failed(0, .failed, times: 3) + done(2..<8),
            .done,
            complete: 3
        ),
        Row(
            "a machine that is gone is tried again",
            [.session] + failed(1, .unreachable, times: 2),
            .run(0, attempt: 1)
        ),
        Row(
            "a machine that stays gone ends the session",
            [.session] + done(0..<1) + failed(1, .unreachable, times: 3),
            .stop("broke")
        ),
        Row("a wrong command line ends it at once", [.session] + failed(0, .final, times: 1), .stop("broke")),
        Row(
            "resumed, what ended it is tried again",
            [.session] + failed(0, .final, times: 1) + [.session],
            .run(0, attempt: 1)
        ),
        Row(
            "resumed, a pair that was half done is begun anew",
            [.session] + done(0..<3) + [.session],
            .run(2, attempt: 1),
            complete: 1,
            discarded: 1
        ),
        Row(
            "resumed, complete pairs stand",
            [.session] + done(0..<4) + [.session],
            .run(4, attempt: 1),
            complete: 2
        ),
        Row(
            "resumed, a run that had begun is begun again, and is not a failure",
            [.session, .started(run: 0, at: "2026-01-01T00:00:00Z"), .session],
            .run(0, attempt: 1)
        ),
        Row(
            "resumed, failures are forgotten",
            [.session] + failed(0, .failed, times: 2) + [.session],
            .run(0, attempt: 1)
        ),
        Row(
            "resumed, the pairs lost at the end are tried again",
            [.session] + failed(0, .failed, times: 3) + failed(2, .failed, times: 3) + [.session],
            .run(0, attempt: 1)
        ),
        Row(
            "resumed, pairs lost before a good one stay lost",
            [.session] + failed(0, .failed, times: 3) + done(2..<4) + [.session],
            .run(4, attempt: 1),
            complete: 1
        ),
        Row(
            "runs that the plan does not have change nothing",
            done(90..<92) + failed(77, .final, times: 1),
            .run(0, attempt: 1)
        ),
        Row("before the exchange", in: crossed, [.session] + done(0..<3), .run(3, attempt: 1), complete: 1),
        Row("halfway the models are exchanged", in: crossed, [.session] + done(0..<4), .exchange, complete: 2),
        Row("then it goes on", in: crossed, [.session] + done(0..<4) + [.exchanged], .run(4, attempt: 1), complete: 2),
        Row(
            "the exchange outlives a session",
            in: crossed,
            done(0..<4) + [.exchanged, .session],
            .run(4, attempt: 1),
            complete: 2
        ),
        Row(
            "every pair lost is no measurement",
            in: PairPlan(design: .models, blocks: 1, seed: 1, lostInARow: 9),
            failed(0, .failed, times: 3) + failed(2, .failed, times: 3),
            .stop("no pair was completed")
        ),
    ]

    @Test("what is next follows from the journal", arguments: rows)
    func next(_ row: Row) {
        let state = PairState(row.plan, row.events)
        switch (row.plan.next(state), row.expected) {
        case (.run(let slot, let attempt), .run(let index, let expected)):
            // A failure of the partner's run before this one leaves the first of the pair to be made.
            #expect(slot == row.plan.slots[index])
            #expect(attempt == expected)
        case (.exchange, .exchange), (.done, .done): break
        case (.stop(let reason), .stop(let words)): #expect(reason.contains(words), "\(reason)")
        case (let found, let expected): Issue.record("found \(found), expected \(expected)")
        }
        #expect(state.completePairs == row.complete)
        #expect(state.discarded == row.discarded)
    }
}
