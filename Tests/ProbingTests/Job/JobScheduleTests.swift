import Testing

@testable import Probing

@Suite("What a plan asks for next")
struct JobScheduleTests {
    /// A run with this outcome.
    static func run(_ slot: JobSlot, _ fault: JobRun.Fault? = nil, seconds: Double = 1) -> JobRun {
        var run = JobRun(slot: slot, started: "2026-01-01T00:00:00Z", boot: "b", wallSeconds: seconds)
        if let fault { run.refusal = .init(fault, "because") }
        return run
    }

    /// Carries a schedule out; `outcome` says what becomes of the n-th run made.
    static func carryOut(
        _ plan: JobPlan,
        from earlier: [JobRun] = [],
        limit: Int = 500,
        _ outcome: (Int, JobSlot) -> JobRun
    ) -> (runs: [JobRun], end: JobSchedule.Next?) {
        let schedule = JobSchedule(plan)
        var runs = earlier
        while runs.count < limit {
            let next = schedule.next(after: runs)
            guard case .run(let slot) = next else { return (runs, next) }
            runs.append(outcome(runs.count, slot))
        }
        return (runs, nil)
    }

    @Test("Warm-ups come first, then the runs, each once", arguments: [(0, 3), (1, 3), (2, 8)])
    func oneArm(warmUp: Int, count: Int) {
        let plan = JobPlan(command: "true", runs: .fixed(count), warmUpRuns: warmUp)
        let (runs, end) = Self.carryOut(plan) { _, slot in Self.run(slot) }
        #expect(end == .done)
        #expect(
            runs.map(\.slot.isWarmUp) == Array(repeating: true, count: warmUp) + Array(repeating: false, count: count)
        )
        #expect(runs.filter(\.isUsable).map(\.slot.number) == Array(1...count))
    }

    @Test("A neighbour that ends three times in a row ends the session, though the job alone is well")
    func neighbourEnds() {
        let plan = JobPlan(command: "true", neighbour: "load", runs: .fixed(8), warmUpRuns: 1)
        let (runs, end) = Self.carryOut(plan) { _, slot in Self.run(slot, slot.arm == .beside ? .neighbour : nil) }
        #expect(end == .hopeless("because"))
        #expect(runs.count { $0.slot.arm == .beside } == JobSchedule.faultsInARow)
    }

    @Test("Two arms run in ABBA, then BAAB, and each pair has one of each", arguments: [3, 4, 8, 11])
    func twoArms(each: Int) {
        let plan = JobPlan(command: "true", neighbour: "load", runs: .fixed(each), warmUpRuns: 0)
        let slots = JobSchedule(plan).slots(each)
        let order = slots.map { $0.arm == .alone ? "A" : "B" }.joined()
        #expect("ABBABAABABBABAABABBABA".hasPrefix(String(order.prefix(22))))
        for pair in 1...each {
            #expect(Set(slots.filter { $0.pair == pair }.map(\.arm)) == Set(JobArm.allCases))
        }
        // A linear drift cancels in every whole ABBA block.
        let blocks = slots.prefix(slots.count / 4 * 4)
        let leak = blocks.reduce(0) { $0 + ($1.arm == .alone ? $1.number : -$1.number) }
        #expect(leak == 0)
    }

    @Test("What something else disturbed is made again, at most three times in all", arguments: [1, 2, 3, 5])
    func disturbed(times: Int) {
        let plan = JobPlan(command: "true", runs: .fixed(3), warmUpRuns: 0)
        let (runs, end) = Self.carryOut(plan) { index, slot in
            Self.run(slot, slot.number == 2 && index <= times ? .disturbed : nil)
        }
        #expect(end == .done)
        #expect(runs.count { $0.slot.number == 2 } == min(times + 1, JobSchedule.attempts))
        #expect(runs.count(where: \.isUsable) == (times < JobSchedule.attempts ? 3 : 2))
        #expect(Set(runs.map(\.slot)).count == runs.count)
    }

    @Test(
        "A job's own fault is not tried again, and three in a row end the session",
        arguments: [JobRun.Fault.exit, .timeout, .garbage, .short, .start]
    )
    func faulty(fault: JobRun.Fault) {
        let plan = JobPlan(command: "true", runs: .fixed(10), warmUpRuns: 1)
        let always = Self.carryOut(plan) { _, slot in Self.run(slot, fault) }
        #expect(always.end == .hopeless("because"))
        #expect(always.runs.count == JobSchedule.faultsInARow)
        let sometimes = Self.carryOut(plan) { index, slot in Self.run(slot, index % 3 == 2 ? fault : nil) }
        #expect(sometimes.end == .done)
        #expect(sometimes.runs.count == 11)
    }

    @Test("An interruption at any run changes nothing but that run", arguments: 0..<12)
    func resumed(at place: Int) {
        for neighbour in [nil, "load"] {
            let plan = JobPlan(command: "true", neighbour: neighbour, runs: .fixed(5), warmUpRuns: 2)
            let whole = Self.carryOut(plan) { _, slot in Self.run(slot) }.runs
            guard place < whole.count else { continue }
            var stopped = Array(whole[..<place])
            stopped.append(Self.run(whole[place].slot, .interrupted))
            let (resumed, end) = Self.carryOut(plan, from: stopped) { _, slot in Self.run(slot) }
            #expect(end == .done)
            func places(_ runs: [JobRun]) -> [[Int]] {
                runs.filter { $0.refusal == nil }.map { [$0.slot.number, $0.slot.isWarmUp ? 1 : 0, $0.slot.pair ?? 0] }
            }
            #expect(places(resumed) == places(whole))
        }
    }

    @Test("A pilot is made first, then as many as it proposes, bounded", arguments: [(0.0001, 60, 5), (0.5, 20, 20)])
    func automatic(spread: Double, maximum: Int, expected: Int) {
        let plan = JobPlan(command: "true", runs: .proposed(maximum: maximum), warmUpRuns: 1, pilotRuns: 5)
        let (runs, end) = Self.carryOut(plan) { index, slot in
            Self.run(slot, seconds: 1 + spread * Double(index % 3))
        }
        #expect(end == .done)
        #expect(runs.count(where: \.isUsable) == expected)
        let outcome = JobOutcome(plan, runs: runs, ending: .done)
        #expect((outcome.wantedRuns != nil) == (expected == maximum))
        #expect(outcome.sentences(.alone).contains { $0.contains("--max-runs allowed") } == (expected == maximum))
    }

    @Test("The proposal is the pilot's, however the later runs turn out")
    func pilotAlone() throws {
        let plan = JobPlan(command: "true", runs: .proposed(maximum: 50), warmUpRuns: 0, pilotRuns: 4)
        let values = [1, 1.004, 0.997, 1.002]
        let steady = Self.carryOut(plan) { index, slot in Self.run(slot, seconds: index < 4 ? values[index] : 1) }.runs
        let wild = Self.carryOut(plan) { index, slot in
            Self.run(slot, seconds: index < 4 ? values[index] : Double(index))
        }.runs
        #expect(steady.count == wild.count)
        #expect(steady.count > 4)
        let first = try #require(JobOutcome(plan, runs: steady, ending: .done).proposal)
        #expect(JobOutcome(plan, runs: wild, ending: .done).proposal == first)
    }
}
