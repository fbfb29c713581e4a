import Estate
import Scheduling
import Testing

@Suite("Expected fragmentation by the trace's demand")
struct DemandWeightTests {
    static let names = ["1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb"]

    /// Where the first job lies, a slice of one profile that has the GPU to itself, when most that follow are others.
    private static func firstPlace(_ profile: Int, followedBy counts: [Int], whole: Int) throws -> Int {
        let geometry = try GPUCatalogue.standard().gpu(named: "a100-sxm-80gb").mig()
        var trace = Trace()
        trace.profiles = names
        func add(_ time: Int64, _ profile: Int32) {
            trace.append(TraceJob(id: Int64(trace.count), submit: time, duration: 10, profile: profile))
        }
        add(0, Int32(profile))
        for (other, count) in counts.enumerated() {
            for _ in 0..<count { add(1_000, Int32(other)) }
        }
        for _ in 0..<whole { add(1_000, TraceJob.none) }
        var options = SimulationOptions()
        options.placement = .expectedFragmentation
        let group = NodeGroup(count: 1, gpuType: "A100", gpus: 1, partition: .mig(geometry))
        return Int(try simulate(trace, on: .nodes([group]), options: options).slice[0]) % 64
    }

    /// The start of the least fall from an idle GPU, the lowest slice among equals, by U of the weights.
    private static func leastFall(_ profile: Int, _ counts: [Int], whole: Int) throws -> Int {
        let geometry = try GPUCatalogue.standard().gpu(named: "a100-sxm-80gb").mig()
        let indices = try names.map { name in
            try #require(geometry.profiles.firstIndex { $0.name == name })
        }
        var asked = counts
        asked[profile] += 1
        let used = asked.indices.filter { asked[$0] > 0 }
        let automaton = try GPUAutomaton.mig(geometry, profiles: used.map { indices[$0] })
        let weights = automaton.requests.map { request in
            used.first { .profile(indices[$0]) == request }.map { Double(asked[$0]) } ?? 0
        }
        let expected = ExpectedFragmentation(automaton, demand: .init(slices: weights, whole: Double(whole)))
        let row = try #require(automaton.requests.firstIndex(of: .profile(indices[profile])))
        let best = try #require(
            automaton.moves(from: GPUAutomaton.idle, request: row).min {
                (expected.fall(from: GPUAutomaton.idle, to: $0.next), automaton.slots[$0.slot].start)
                    < (expected.fall(from: GPUAutomaton.idle, to: $1.next), automaton.slots[$1.slot].start)
            }
        )
        return automaton.slots[best.slot].start
    }

    @Test("A slice lies where the trace's own counts say, and other counts put it elsewhere")
    func followsCounts() throws {
        var seen: [Int: Set<Int>] = [:]
        for profile in 0..<3 {
            for favourite in 0..<4 {
                for whole in [0, 30] {
                    var counts = [2, 2, 2, 2]
                    counts[favourite] += 60
                    let found = try Self.firstPlace(profile, followedBy: counts, whole: whole)
                    #expect(found == (try Self.leastFall(profile, counts, whole: whole)))
                    seen[profile, default: []].insert(found)
                }
            }
        }
        // Weighed alike, the counts would make no difference to any of them.
        #expect(seen.values.contains { $0.count > 1 })
    }
}
