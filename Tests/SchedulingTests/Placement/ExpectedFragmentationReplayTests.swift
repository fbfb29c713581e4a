import Estate
import Probability
import Scheduling
import Testing

@Suite struct ExpectedFragmentationReplayTests {
    /// Instances that arrive and stay, until twice the GPUs' slices were asked for.
    private func allocated(_ policy: PlacementPolicy, seed: UInt64) throws -> Double {
        let geometry = try GPUCatalogue.standard().gpu(named: "a100-sxm-80gb").mig()
        var trace = Trace()
        trace.profiles = ["1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb"]
        var random = RandomGenerator(seed: seed)
        for id in 0..<160 {
            let profile = Int32(random.index(below: 4))
            trace.append(TraceJob(id: Int64(id), submit: Int64(id), duration: 1_000_000, profile: profile))
        }
        var options = SimulationOptions()
        options.placement = policy
        options.departures = false
        let group = NodeGroup(count: 20, gpuType: "A100", gpus: 1, partition: .mig(geometry))
        let result = try simulate(trace, on: .nodes([group]), options: options)
        return result.gpuEquivalents.reduce(0) { $0 + Double($1) }
    }

    @Test("Looking ahead gives more of the GPUs than best fit and first fit, over twenty traces that overload them")
    func givesMore() throws {
        func mean(_ policy: PlacementPolicy) throws -> Double {
            try (1...20 as ClosedRange<UInt64>).map { try allocated(policy, seed: $0) }.reduce(0, +) / 20
        }
        let ours = try mean(.expectedFragmentation)
        let best = try mean(.bestFit)
        let first = try mean(.firstFit)
        #expect(ours > best && ours > first, "\(ours) of 20 GPUs, best fit \(best), first fit \(first)")
        #expect(ours <= 20)
    }
}
