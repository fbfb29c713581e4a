import Estate
import Scheduling
import Testing

/// Where slices go, against every placement tried on every GPU: the definition of docs/simulate-queues.md without the
/// automaton, its faces or its tables.
@Suite("The placement of a slice, beside brute force")
struct SlicePlacementTests {
    /// GPUs as lists of instances.
    struct Reference {
        let geometry: MIGGeometry
        let profiles: [MIGProfile]
        let policy: PlacementPolicy
        var gpus: [MIGLayout]
        /// Worked out once for each set of instances.
        private var rooms: [MIGLayout: Int] = [:]
        private var known: [MIGLayout: [String: [MIGInstance]]] = [:]

        init(_ geometry: MIGGeometry, _ profiles: [MIGProfile], _ policy: PlacementPolicy, gpus: Int) {
            self.geometry = geometry
            self.profiles = profiles
            self.policy = policy
            self.gpus = Array(repeating: MIGLayout([]), count: gpus)
        }

        /// Legal places of a profile on a GPU, the lowest first.
        mutating func places(_ profile: MIGProfile, on layout: MIGLayout) throws -> [MIGInstance] {
            if let places = known[layout]?[profile.name] { return places }
            let places = try geometry.placements(of: profile).sorted { $0.start < $1.start }
                .filter { try geometry.isLegal(MIGLayout(layout.instances + [$0])) }
            known[layout, default: [:]][profile.name] = places
            return places
        }

        /// The most memory slices that could still be given, by trying everything.
        mutating func room(_ layout: MIGLayout) throws -> Int {
            if let known = rooms[layout] { return known }
            var most = 0
            for profile in profiles {
                for place in try places(profile, on: layout) {
                    most = max(most, try place.size + room(MIGLayout(layout.instances + [place])))
                }
            }
            rooms[layout] = most
            return most
        }

        /// GPU and place that the policy gives, lowest rank first; nil without room.
        mutating func choose(_ profile: MIGProfile) throws -> (gpu: Int, place: MIGInstance)? {
            var best: (rank: [Int], gpu: Int, place: MIGInstance)?
            for (gpu, layout) in gpus.enumerated() {
                let before = try room(layout)
                var here: (rank: [Int], place: MIGInstance, waste: Int)?
                for place in try places(profile, on: layout) {
                    let next = MIGLayout(layout.instances + [place])
                    let waste = try before - place.size - room(next)
                    var options = 0
                    for profile in profiles { options += try places(profile, on: next).count }
                    let rank = policy == .firstFit ? [place.start] : [waste, -options, place.start]
                    if let here, !rank.lexicographicallyPrecedes(here.rank) { continue }
                    here = (rank, place, waste)
                }
                guard let here else { continue }
                let rank =
                    switch policy {
                    case .bestFit: [before, here.waste, gpu]
                    case .worstFit: [-before, here.waste, gpu]
                    default: [gpu]
                    }
                if let best, !rank.lexicographicallyPrecedes(best.rank) { continue }
                best = (rank, gpu, here.place)
            }
            return best.map { ($0.gpu, $0.place) }
        }
    }

    @Test(
        "node, GPU and slice of every job are those of brute force",
        arguments: ["a30-24gb", "a100-sxm-80gb"],
        LawTests.policies
    )
    func equalsBruteForce(_ gpu: String, _ policy: PlacementPolicy) throws {
        let geometry = try LawTests.geometry(gpu)
        let profiles = geometry.plainProfiles
        for seed in 1...2 as ClosedRange<UInt64> {
            var trace = RandomTrace.mixed(seed: seed, jobs: 160, profiles: profiles.map(\.name))
            for job in 0..<trace.count {
                // One instance each, of some length, for any node.
                trace[job].duration += 1
                trace[job].gpus = 1
                trace[job].gpuMilli = 1_000
                trace[job].profile = max(0, trace[job].profile)
                if trace[job].id % 3 == 0 { trace[job].profile = 0 }
                trace[job].gpuTypes = 0
            }
            var options = SimulationOptions()
            options.placement = policy
            let groups = [NodeGroup(count: 3, gpus: 2, partition: .mig(geometry))]
            let result = try simulate(trace, on: .nodes(groups), options: options)
            #expect(result.counters.completed == trace.count)
            var reference = Reference(geometry, profiles, policy, gpus: 6)
            var running: [(job: Int, gpu: Int, place: MIGInstance)] = []
            var shared = 0
            // Strict FCFS starts jobs in order of arrival; those that end at an instant have left.
            for job in 0..<trace.count {
                for ended in running where result.end[ended.job] <= result.start[job] {
                    var left = reference.gpus[ended.gpu].instances
                    if let index = left.firstIndex(of: ended.place) { left.remove(at: index) }
                    reference.gpus[ended.gpu] = MIGLayout(left)
                }
                running.removeAll { result.end[$0.job] <= result.start[job] }
                let wanted = try #require(profiles.first { $0.name == trace.profiles[Int(trace.profile[job])] })
                let (gpu, place) = try #require(try reference.choose(wanted), "job \(job) has no room")
                let code = Int(result.slice[job])
                #expect(Int(result.node[job]) * 2 + result.gpuMask[job].trailingZeroBitCount == gpu, "job \(job)")
                #expect(geometry.profiles[code / 64].name == wanted.name && code % 64 == place.start, "job \(job)")
                if !reference.gpus[gpu].instances.isEmpty { shared += 1 }
                reference.gpus[gpu] = MIGLayout(reference.gpus[gpu].instances + [place])
                running.append((job, gpu, place))
            }
            #expect(shared > 40)
        }
    }
}
