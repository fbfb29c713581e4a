import Scheduling
import Testing

@testable import Decision

/// Demand of more jobs of the same kind.
@Suite struct ScaledDemandTests {
    @Test(arguments: [3, 27, 28, 30, 34, 40])
    func `every day of the trace is asked for so many times as much, and no other day`(days: Int) {
        var trace = Trace()
        let perDay = 48
        for id in 0..<(days * perDay) {
            trace.append(TraceJob(id: Int64(id), submit: 5_000 + Int64(id) * 1_800_000, duration: 1_000, gpus: 1))
        }
        let demand = ScaledDemand(trace, seed: 11, upTo: 4)
        #expect(demand.rows(1).submissions == trace.submit)
        for factor in [2.0, 4, 6] {
            var found = [Int](repeating: 0, count: days)
            for submit in demand.rows(factor).submissions {
                let day = Int((submit - 5_000) / 86_400_000)
                guard found.indices.contains(day) else {
                    Issue.record("a copy on day \(day) of \(days)")
                    continue
                }
                found[day] += 1
            }
            // Copies fall where they fall: within five standard deviations of so many a day.
            let expected = factor * Double(perDay)
            for (day, count) in found.enumerated() {
                #expect(
                    abs(Double(count) - expected) < 5 * ((factor - 1) * Double(perDay)).squareRoot(),
                    "day \(day) of \(days): \(count) at factor \(factor)"
                )
            }
        }
    }

    @Test func `a copy keeps the hour, and the day of the week where there are weeks`() {
        var trace = Trace()
        for id in 0..<60 { trace.append(TraceJob(id: Int64(id), submit: Int64(id) * 43_200_000, duration: 1, gpus: 1)) }
        let draw = ScaledDemand(trace, seed: 2, upTo: 3).rows(3)
        var own = 0
        for (job, submit) in zip(draw.jobs, draw.submissions) {
            let first = trace.submit[Int(job)]
            #expect((submit - first) % 604_800_000 == 0)
            if submit == first { own += 1 }
        }
        // Copies of one job may meet, but none comes with the first.
        #expect(own == 60)
    }
}
