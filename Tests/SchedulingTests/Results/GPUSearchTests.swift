import Scheduling
import Testing

@Suite struct GPUSearchTests {
    private static let objective = WaitObjective(percent: 95, seconds: 60)

    @Test(arguments: [1, 2, 3, 7, 8, 100, 999, 1_000])
    func `the least size is found from any start`(answer: Int) throws {
        for start in [1, 5, 400, 1_000, 5_000] {
            var asked = 0
            let search = try GPUSearch(Self.objective, from: start, limit: 1_000) { gpus in
                asked += 1
                return WaitTrial(wait: gpus >= answer ? 10 : 100, rejected: 0)
            }
            #expect(search.gpus == answer)
            #expect(search.looksMonotone)
            #expect(asked <= 32)
        }
    }

    @Test func `an exception near the answer is told`() throws {
        let search = try GPUSearch(Self.objective, from: 10, limit: 100) { gpus in
            WaitTrial(wait: gpus >= 40 && gpus != 42 ? 10 : 100, rejected: 0)
        }
        #expect(search.gpus == 40)
        #expect(search.exceptions == [42])
        #expect(!search.looksMonotone)
    }

    @Test func `refused jobs are no way to meet an objective`() throws {
        let search = try GPUSearch(Self.objective, from: 1, limit: 64, step: 8) { gpus in
            WaitTrial(wait: 1, rejected: gpus < 24 ? 5 : 2)
        }
        #expect(search.gpus == 24)
        #expect(search.refusals == 2)
    }

    @Test func `where not even the limit suffices there is no answer`() throws {
        let search = try GPUSearch(Self.objective, from: 1, limit: 64) { _ in WaitTrial(wait: 100, rejected: 0) }
        #expect(search.gpus == nil)
        #expect(search.trials.map(\.gpus) == [64])
        let none = try GPUSearch(Self.objective, from: 1, limit: 64) { _ in WaitTrial(wait: nil, rejected: 3) }
        #expect(none.gpus == nil)
    }

    @Test func `on real replays the answer meets the objective and one less does not`() throws {
        let trace = TheoreticalQueue(servers: 12, load: 0.9, isExponential: true)
            .trace(jobs: 4_000, seed: 3, replication: 0)
        let objective = WaitObjective(percent: 95, seconds: 0.2)
        func trial(_ gpus: Int) throws(SimulationError) -> WaitTrial {
            WaitTrial(trace, try simulate(trace, on: .pool(gpus: gpus)), objective)
        }
        let peak = GPUSearch.peakDemand(trace)
        #expect(try trial(peak).wait == 0)
        let search = try GPUSearch(objective, from: 5, limit: peak, replay: trial)
        let gpus = try #require(search.gpus)
        #expect(try trial(gpus).meets(objective, refusals: 0))
        #expect(try !trial(gpus - 1).meets(objective, refusals: 0))
    }
}
