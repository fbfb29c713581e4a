import Evidence
import Testing

@testable import Probing

/// What a result is judged as, on results made up.
@Suite struct EndpointRunTests {
    static func plan(_ requests: Int) throws -> LoadPlan {
        LoadPlan(address: try EndpointAddress("http://a/"), rate: Double(requests), duration: 1, timeout: 9)
    }

    /// Latencies of 10 ms with a little pattern, at equal distances.
    static func result(_ requests: Int, latency: (Int) -> Double = { 0.010 + 0.0001 * Double($0 * 7 % 13) })
        -> LoadResult
    {
        let latencies = (0..<requests).map(latency)
        var result = LoadResult(
            intended: (0..<requests).map { Double($0) / Double(requests) },
            latency: latencies,
            firstByte: latencies.map { $0 / 2 },
            sent: Array(repeating: 0, count: requests),
            failure: Array(repeating: nil, count: requests)
        )
        result.lateness = Array(repeating: 1e-5, count: requests)
        result.elapsed = 1
        return result
    }

    static func judge(_ result: LoadResult) throws -> EndpointRun {
        try EndpointRun(number: 1, started: "2026-01-01T00:00:00Z", plan(result.intended.count), result)
    }

    @Test("a clean run has nothing in its way")
    func clean() throws {
        let run = try Self.judge(Self.result(5_000))
        #expect(run.obstacles.isEmpty && run.served == 5_000 && run.failed == 0)
        #expect(abs(run.servedPerSecond - 5_000) < 1e-6)
        #expect(run.quantiles.allSatisfy { $0.interval != nil })
        #expect(run.summaries.map(\.metric) == ["request_latency", "time_to_first_byte", "served_rate"])
    }

    @Test("a quantile without samples enough is 'too few'", arguments: [(300, 1), (400, 2), (3_600, 2), (3_800, 3)])
    func tooFew(_ requests: Int, _ known: Int) throws {
        let run = try Self.judge(Self.result(requests) { 0.01 + 0.0001 * Double($0 * 7 % 13) })
        #expect(run.quantiles.count { $0.interval != nil } == known)
        if known < 3 { #expect(run.words(run.quantiles[2]).hasPrefix("too few:")) }
    }

    @Test("samples that depend on each other are worth fewer")
    func dependent() throws {
        // One long wave: 4,000 samples, hardly any of them independent.
        let run = try Self.judge(Self.result(4_000) { 0.01 + 0.009 * Double(min($0, 4_000 - $0)) / 2_000 })
        #expect(run.effective < 100 && run.quantiles[1].interval == nil)
    }

    @Test(
        "late sends beyond one in a hundred refuse the run, measured against the latency",
        arguments: [
            (0.009, 2e-3, true), (0.011, 2e-3, false), (0.5, 0.9e-3, true), (0.5, 1.1e-3, false),
        ]
    )
    func late(_ share: Double, _ seconds: Double, _ isGood: Bool) throws {
        var result = Self.result(1_000)
        for place in 0..<Int(share * 1_000) { result.lateness[place] = seconds }
        let run = try Self.judge(result)
        #expect(run.obstacles.isEmpty == isGood)
        // A latency of 100 ms bears five of lateness.
        var slow = Self.result(1_000) { _ in 0.1 }
        slow.lateness = result.lateness
        let patient = try Self.judge(slow)
        #expect(patient.obstacles.isEmpty)
    }

    @Test("failures beyond one in a hundred refuse the run", arguments: [(10, true), (11, false)])
    func failures(_ count: Int, _ isGood: Bool) throws {
        var result = Self.result(1_000)
        for place in 0..<count {
            result.failure[place * 3] = .reset
            result.latency[place * 3] = .nan
        }
        let run = try Self.judge(result)
        #expect(run.obstacles.isEmpty == isGood && run.failures == [.reset: count] && run.served == 1_000 - count)
        #expect(run.summaries[0].count == 1_000 - count)
        if !isGood { #expect(run.obstacles[0].contains("11 connection reset")) }
    }

    @Test("a timeout enters with the time waited, so a service that does not answer is not faster for it")
    func timeouts() throws {
        var result = Self.result(1_000)
        for place in 0..<8 {
            result.failure[place] = .timedOut
            result.latency[place] = .nan
        }
        let run = try Self.judge(result)
        #expect(run.summaries[0].count == 1_000 && run.summaries[0].maximum == 9 && run.served == 992)
        #expect(run.summaries[1].count == 992)
    }

    @Test("no request, no answer and no socket are obstacles")
    func nothing() throws {
        let none = try Self.judge(Self.result(0))
        #expect(none.obstacles.count == 1)
        var result = Self.result(1_000)
        result.failure[5] = .ownLimit
        result.latency[5] = .nan
        let cramped = try Self.judge(result)
        #expect(cramped.obstacles.count == 1)
        for place in 0..<1_000 { (result.failure[place], result.latency[place]) = (.timedOut, .nan) }
        let run = try Self.judge(result)
        #expect(run.summaries.isEmpty && run.served == 0)
    }
}
