import Evidence
import Glibc
import Probability
import Testing

@testable import Probing

/// Sessions on scripted machines: whatever fails or is broken off where, the end is the same.
@Suite struct PairSessionTests {
    /// A machine that answers by script, and a user who breaks off before the n-th run.
    final class World {
        var failures: [Int: [PairFailure]] = [:]
        var runs: [Int] = []
        var kept: [Int: Record] = [:]
        var pauses: [Double] = []
        var cancelBefore: Int?
        var isExchangeConfirmed = false
        var clock = 0

        func environment() -> PairSession.Environment {
            .init(
                measure: { slot in
                    self.runs.append(slot.index)
                    if let failure = self.failures[slot.index]?.popLast() { return .failure(failure) }
                    return Result { () throws(PairFailure) in
                        do { return try PairFixture.record(value: Double(slot.index + 1)) } catch {
                            throw PairFailure(.final, "\(error)")
                        }
                    }
                },
                keep: { record, slot in
                    self.kept[slot.index] = record
                    return nil
                },
                wallTime: {
                    self.clock += 1
                    return "2026-01-01T00:\(10 + self.clock / 60 % 50):\(10 + self.clock % 50)Z"
                },
                pause: { self.pauses.append($0) },
                isExchangeConfirmed: isExchangeConfirmed,
                isCancelled: { self.cancelBefore.map { self.runs.count >= $0 } ?? false }
            )
        }
    }

    static func temporaryPath() -> String { "/tmp/assay-pair-\(getpid())-\(UInt64.random(in: 0 ... .max)).journal" }

    @Test("a plan without trouble runs each slot once, in order")
    func plain() throws {
        let path = Self.temporaryPath()
        defer { unlink(path) }
        let plan = PairPlan(design: .models, blocks: 3, seed: 9)
        var journal = try PairJournal(creating: path, plan: "p")
        let world = World()
        let (ending, state) = try PairSession(plan: plan, environment: world.environment()).run(&journal)
        #expect(ending == .done && state.completePairs == 6)
        #expect(world.runs == Array(0..<12))
        #expect(world.pauses.isEmpty)
    }

    @Test("broken off before any run and resumed, the end is that of an unbroken session", arguments: 0...12)
    func interrupted(_ run: Int) throws {
        let path = Self.temporaryPath()
        defer { unlink(path) }
        let plan = PairPlan(design: .models, blocks: 3, seed: 9)
        let world = World()
        world.cancelBefore = run
        var journal = try PairJournal(creating: path, plan: "p")
        let first = try PairSession(plan: plan, environment: world.environment()).run(&journal)
        // The last run is measured and then thrown away: the user broke it off.
        #expect(first.ending == .cancelled)
        world.cancelBefore = nil
        var again = try PairJournal(resuming: path, bytes: try PairFixture.read(path), plan: "p")
        let (ending, state) = try PairSession(plan: plan, environment: world.environment()).run(&again)
        #expect(ending == .done && state.completePairs == 6 && state.finished.count == 12)
        for slot in plan.slots { #expect(state.finished[slot.index] == world.kept[slot.index]?.id) }
        // Both runs of each pair come from one session.
        #expect(state.discarded <= 1)
    }

    @Test("random trouble ends in complete pairs or in a reason", arguments: 0..<60)
    func randomTrouble(_ seed: Int) throws {
        var generator = RandomGenerator(seed: UInt64(seed), stream: 1)
        let path = Self.temporaryPath()
        defer { unlink(path) }
        let plan = PairPlan(design: seed % 3 == 0 ? .crossover : .models, blocks: 4, seed: seed)
        let world = World()
        world.isExchangeConfirmed = true
        for slot in plan.slots where generator.index(below: 4) == 0 {
            let kind = PairFailure.Kind.allCases[generator.index(below: 3)]
            let times = 1 + generator.index(below: 4)
            world.failures[slot.index] = Array(repeating: PairFailure(kind, "trouble"), count: times)
        }
        var journal = try PairJournal(creating: path, plan: "p")
        for _ in 0..<200 {
            world.cancelBefore = generator.index(below: 3) == 0 ? world.runs.count + generator.index(below: 6) : nil
            let (ending, state) = try PairSession(plan: plan, environment: world.environment()).run(&journal)
            #expect(state.finished.keys.sorted() == state.finished.keys.filter { plan.slots[$0].index == $0 }.sorted())
            journal = try PairJournal(resuming: path, bytes: try PairFixture.read(path), plan: "p")
            #expect(PairState(plan, journal.events) == state)
            guard ending == .done else { continue }
            for pair in 1...plan.pairs {
                let done = plan.slots.filter { $0.pair == pair && state.finished[$0.index] != nil }.count
                #expect(done == (state.lost.contains(pair) ? 0 : 2))
            }
            return
        }
        Issue.record("200 sessions did not end the plan")
    }

    @Test("between attempts it waits, longer each time")
    func pauses() throws {
        let path = Self.temporaryPath()
        defer { unlink(path) }
        let world = World()
        world.failures[0] = [PairFailure(.failed, "b"), PairFailure(.unreachable, "a")]
        var journal = try PairJournal(creating: path, plan: "p")
        let plan = PairPlan(design: .models, blocks: 1, seed: 1)
        let (ending, _) = try PairSession(plan: plan, environment: world.environment()).run(&journal)
        #expect(ending == .done && world.pauses == [5, 10] && world.runs == [0, 0, 0, 1, 2, 3])
    }

    @Test("a crossover waits for the operator, and takes their word only where the plan has come to it")
    func exchange() throws {
        let path = Self.temporaryPath()
        defer { unlink(path) }
        let plan = PairPlan(design: .crossover, blocks: 2, seed: 4)
        let world = World()
        world.isExchangeConfirmed = true
        var journal = try PairJournal(creating: path, plan: "p")
        var outcome = try PairSession(plan: plan, environment: world.environment()).run(&journal)
        #expect(outcome.ending == .exchange && world.runs.count == 4)
        world.isExchangeConfirmed = false
        outcome = try PairSession(plan: plan, environment: world.environment()).run(&journal)
        #expect(outcome.ending == .exchange && world.runs.count == 4)
        world.isExchangeConfirmed = true
        outcome = try PairSession(plan: plan, environment: world.environment()).run(&journal)
        #expect(outcome.ending == .done && world.runs.count == 8)
    }

    @Test("a record that cannot be kept stops the session, and its run is made again")
    func fullDisk() throws {
        let path = Self.temporaryPath()
        defer { unlink(path) }
        let plan = PairPlan(design: .models, blocks: 1, seed: 1)
        let world = World()
        var environment = world.environment()
        environment.keep = { _, slot in slot.index == 1 ? "no space left" : nil }
        var journal = try PairJournal(creating: path, plan: "p")
        let stopped = try PairSession(plan: plan, environment: environment).run(&journal)
        #expect(stopped.ending == .stopped("no space left"))
        let (ending, state) = try PairSession(plan: plan, environment: world.environment()).run(&journal)
        #expect(ending == .done && state.completePairs == 2)
    }
}
