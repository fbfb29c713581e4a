import Estate
import Scheduling
import Testing

@Suite struct ReplaySharesTests {
    /// Two shares on one GPU of two, and a whole job: 0 to 10 s, 4 to 6 s, 0 to 8 s.
    private static func replay() throws -> (Trace, SimulationResult) {
        var trace = Trace()
        trace.append(TraceJob(id: 0, submit: 0, duration: 9_000, gpuMilli: 250))
        trace.append(TraceJob(id: 1, submit: 0, duration: 7_000))
        trace.append(TraceJob(id: 2, submit: 4_000, duration: 1_000, gpuMilli: 500))
        var options = SimulationOptions()
        options.startUpMilliseconds = 1_000
        options.sampleEveryMilliseconds = 2_000
        let cluster = ClusterDescription.nodes([NodeGroup(count: 1, gpus: 2, partition: .shares)])
        return (trace, try simulate(trace, on: cluster, options: options))
    }

    @Test func `shares are those by hand, in the report as well`() throws {
        let (trace, result) = try Self.replay()
        #expect(Array(result.end) == [10_000, 8_000, 6_000])
        let ledger = JobLedger(trace, result)
        #expect(Array(ledger.inactive) == [1_000, 1_000, 1_000])
        let shares = ReplayShares(trace, result, ledger: ledger)
        #expect(abs(shares.allocated - (2.5 + 8 + 1) / 20) < 1e-6)
        // Each starts up for a second.
        #expect(abs(shares.active - (2.25 + 7 + 0.5) / 20) < 1e-6)
        // Three quarters idle for 8 s, a quarter for 2 s.
        #expect(abs(shares.fragmented - (6 + 0.5) / 20) < 1e-6)
        #expect(ReplayReport(trace, result, ledger: ledger).shares == shares)
    }

    @Test func `samples say what is fragmented after everything at their time`() throws {
        let (_, result) = try Self.replay()
        #expect(result.series.map(\.time) == [0, 2_000, 4_000, 6_000, 8_000, 10_000])
        let expected = [0.75, 0.75, 0.25, 0.75, 0.75, 0]
        for (found, wanted) in zip(result.fragmentedGPUs, expected) { #expect(abs(found - wanted) < 1e-6) }
        #expect(result.fragmentedGPUs.count == expected.count)
    }

    @Test func `the creation of instances is time in which a job does not work`() throws {
        let geometry = try LawTests.geometry("a100-sxm-80gb")
        var trace = Trace()
        trace.profiles = ["1g.10gb"]
        trace.append(TraceJob(id: 0, submit: 0, duration: 8_000, profile: 0))
        trace.append(TraceJob(id: 1, submit: 0, duration: 8_000, gpus: 2, profile: 0))
        var options = SimulationOptions()
        options.startUpMilliseconds = 1_000
        options.repartitionMilliseconds = 500
        options.placement = .worstFit
        let cluster = ClusterDescription.nodes([NodeGroup(count: 3, gpus: 1, partition: .mig(geometry))])
        let result = try simulate(trace, on: cluster, options: options)
        let ledger = JobLedger(trace, result)
        #expect(Array(ledger.inactive) == [1_500, 2_000])
        // Three instances on GPUs of their own: six of seven slices idle on each.
        let shares = ReplayShares(trace, result, ledger: ledger)
        #expect(abs(shares.fragmented - (9_500 + 2 * 10_000) * (6.0 / 7) / 30_000) < 1e-4)
        #expect(abs(shares.active - 3 * 8_000 / 7.0 / 30_000) < 1e-4)
    }
}
