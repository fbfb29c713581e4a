import Documents
import Probability
import Scheduling
import Testing

@Suite struct DemandGrowthTests {
    private static func trace(days: Int, jobs: Int) -> Trace {
        var random = RandomGenerator(seed: 9)
        var trace = Trace()
        let times = (0..<jobs).map { _ in Int64(random.uniform() * Double(days) * 86_400_000) }.sorted()
        for (id, time) in times.enumerated() {
            trace.append(TraceJob(id: Int64(id), submit: time, duration: 1_000 + Int64(random.index(below: 9_000_000))))
        }
        return trace
    }

    @Test(arguments: [3, 40])
    func `a draw has its factor of jobs, in order, and a lower factor's jobs are all there`(days: Int) {
        let trace = Self.trace(days: days, jobs: 4_000)
        let resampling = TraceResampling(trace)
        #expect(resampling.blockDays == (days < 28 ? 1 : 7))
        var last: Set<[Int64]> = []
        for factor in [0.25, 0.5, 1, 1.5, 2, 3.7] {
            let drawn = resampling.draw(factor: factor, seed: 1, replication: 4)
            #expect(drawn.isSortedBySubmission)
            // Blocks differ in size, so the count does not hit the factor exactly.
            #expect(abs(Double(drawn.count) / (4_000 * factor) - 1) < 0.2)
            let jobs = Set((0..<drawn.count).map { [drawn.id[$0], drawn.submit[$0]] })
            #expect(last.isSubset(of: jobs))
            last = jobs
        }
        let one = resampling.draw(factor: 1, seed: 1, replication: 4)
        #expect(one.submit == resampling.draw(factor: 1, seed: 1, replication: 4).submit)
        #expect(one.submit != resampling.draw(factor: 1, seed: 1, replication: 5).submit)
        #expect(one.submit != resampling.draw(factor: 1, seed: 2, replication: 4).submit)
    }

    @Test(arguments: [5, 28, 30, 34, 41])
    func `blocks of a draw follow one another: no day is asked for more than the trace's busiest`(days: Int) {
        // A job every twelve hours, which one machine can always serve.
        var trace = Trace()
        for id in 0..<(2 * days) {
            trace.append(TraceJob(id: Int64(id), submit: Int64(id) * 43_200_000, duration: 20_000_000))
        }
        let resampling = TraceResampling(trace)
        for replication in 0..<20 {
            let drawn = resampling.draw(factor: 1, seed: 3, replication: replication)
            for job in 1..<drawn.count {
                #expect(drawn.submit[job] - drawn.submit[job - 1] == 43_200_000, "\(days) days, \(replication)")
            }
        }
    }

    @Test func `where the promise breaks at a known factor, the time follows from the growth`() throws {
        let trace = Self.trace(days: 30, jobs: 3_000)
        let objective = WaitObjective(percent: 95, seconds: 60)
        var question = DemandGrowth.Question(objective: objective, yearlyGrowth: 1)
        question.replications = 6
        // A promise that holds up to 2 jobs for each of 3,000: doubling takes one year.
        let growth = try DemandGrowth(trace, question) { drawn in
            WaitTrial(wait: drawn.count <= 6_000 ? 0 : 100, rejected: 0)
        }
        #expect(growth.reached == 6)
        let interval = try #require(growth.interval)
        #expect(abs(interval.mean - 1) < 0.1)
        #expect(interval.low < interval.mean && interval.mean < interval.high)
        #expect(growth.range.low <= growth.range.median && growth.range.median <= growth.range.high)
        #expect(
            try DemandGrowth(trace, question) { WaitTrial(wait: $0.count <= 6_000 ? 0 : 100, rejected: 0) } == growth
        )
    }

    @Test func `a promise that the trace itself breaks is broken today, whatever the draws say`() throws {
        let trace = Self.trace(days: 5, jobs: 300)
        var question = DemandGrowth.Question(objective: WaitObjective(percent: 95, seconds: 60), yearlyGrowth: 0.5)
        question.replications = 3
        func growth(_ wait: @escaping (Trace) -> Double) throws -> DemandGrowth {
            try DemandGrowth(trace, question) { WaitTrial(wait: wait($0), rejected: 0) }
        }
        #expect(try growth { $0.submit == trace.submit ? 100 : $0.count > 500 ? 100 : 0 }.isBrokenToday)
        #expect(try growth { $0.submit == trace.submit || $0.count < 100 ? 0 : 100 }.isBrokenToday)
        let kept = try growth { $0.count > 500 ? 100 : 0 }
        #expect(!kept.isBrokenToday && kept.reached == 3)
        let broken = try growth { $0.submit == trace.submit ? 100 : 0 }
        #expect(try JSON.object(broken.members(today: 0)).pretty().contains("1970-01-01"))
    }

    @Test func `broken today is year 0, and never broken has no time`() throws {
        let trace = Self.trace(days: 5, jobs: 300)
        var question = DemandGrowth.Question(objective: WaitObjective(percent: 95, seconds: 60), yearlyGrowth: 0.5)
        question.replications = 3
        let today = try DemandGrowth(trace, question) { WaitTrial(wait: $0.count > 100 ? 100 : 0, rejected: 0) }
        #expect(today.years == [0, 0, 0])
        #expect(today.factors.allSatisfy { $0.map { $0 < 0.5 && $0 > 0.2 } == true })
        let never = try DemandGrowth(trace, question) { _ in WaitTrial(wait: 0, rejected: 0) }
        #expect(never.years == [nil, nil, nil])
        #expect(never.interval == nil)
        #expect(never.members(today: 0).contains { $0.key == "date" } == false)
        #expect(throws: SimulationError.self) {
            var question = question
            question.yearlyGrowth = 0
            _ = try DemandGrowth(trace, question) { _ in WaitTrial(wait: 0, rejected: 0) }
        }
    }

    @Test func `more GPUs last longer`() throws {
        let trace = Self.trace(days: 10, jobs: 1_200)
        let objective = WaitObjective(percent: 95, seconds: 3_600)
        var question = DemandGrowth.Question(objective: objective, yearlyGrowth: 0.4)
        question.replications = 5
        var last = -1.0
        for gpus in [8, 12, 20] {
            let growth = try DemandGrowth(trace, question) { (drawn: Trace) throws(SimulationError) -> WaitTrial in
                WaitTrial(drawn, try simulate(drawn, on: .pool(gpus: gpus)), objective)
            }
            #expect(growth.range.median > last)
            last = growth.range.median
        }
    }

    @Test func `days of the calendar`() {
        let cases: [(Double, Int64, String)] = [
            (0, 0, "1970-01-01"), (1, 0, "1971-01-02"), (0, 951_782_400_000, "2000-02-29"),
            (0, 1_709_164_800_000, "2024-02-29"), (0, 1_709_251_200_000, "2024-03-01"), (0, -1, "1969-12-31"),
            (0, 1_798_675_200_000, "2026-12-31"),
        ]
        for (years, today, expected) in cases { #expect(DemandGrowth.day(after: years, from: today) == expected) }
    }
}
