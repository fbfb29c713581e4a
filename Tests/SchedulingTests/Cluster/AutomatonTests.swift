import Estate
import Scheduling
import Testing

@Suite("The automaton of a GPU")
struct AutomatonTests {
    static let gpus = ["a30-24gb", "a100-sxm-40gb", "a100-sxm-80gb", "h100-sxm-80gb", "rtx-pro-6000-96gb"]

    /// Every legal set of instances, by trying every subset of placements that do not overlap.
    static func bruteForce(_ geometry: MIGGeometry, _ profiles: [MIGProfile]) throws -> Set<MIGLayout> {
        let instances = try profiles.flatMap { try geometry.placements(of: $0) }
        var found: Set<MIGLayout> = [MIGLayout([])]
        var frontier: Set<MIGLayout> = found
        while !frontier.isEmpty {
            var next: Set<MIGLayout> = []
            for layout in frontier {
                for instance in instances {
                    let larger = MIGLayout(layout.instances + [instance])
                    if try !found.contains(larger) && geometry.isLegal(larger) { next.insert(larger) }
                }
            }
            found.formUnion(next)
            frontier = next
        }
        return found
    }

    @Test("every transition is a legal placement, and every legal layout is reached once", arguments: gpus)
    func equalsBruteForce(_ gpu: String) throws {
        let geometry = try #require(try GPUCatalogue.standard().gpu(named: gpu).migGeometry)
        let plain = geometry.profiles.indices.filter { geometry.profiles[$0].isPlain }
        let automaton = try GPUAutomaton.mig(geometry, profiles: plain)
        let profiles = plain.map { geometry.profiles[$0] }
        var layoutOf: [Int: MIGLayout] = [GPUAutomaton.idle: MIGLayout([])]
        var open = [GPUAutomaton.idle]
        while let state = open.popLast() {
            let layout = try #require(layoutOf[state])
            for (slot, place) in automaton.slots.enumerated() {
                guard let next = automaton.next(state, giving: slot) else {
                    // Refused only where it would not be legal.
                    let refused = MIGInstance(
                        profile: profiles[place.request].name,
                        start: place.start,
                        size: place.size
                    )
                    #expect(try !geometry.isLegal(MIGLayout(layout.instances + [refused])))
                    continue
                }
                let instance = MIGInstance(profile: profiles[place.request].name, start: place.start, size: place.size)
                let larger = MIGLayout(layout.instances + [instance])
                #expect(try geometry.isLegal(larger))
                #expect(automaton.next(next, takingBack: slot) == state)
                if let known = layoutOf[next] {
                    #expect(known == larger)
                } else {
                    layoutOf[next] = larger
                    open.append(next)
                }
            }
        }
        let expected = try Self.bruteForce(geometry, profiles)
        #expect(Set(layoutOf.values) == expected)
        #expect(layoutOf.count == expected.count && automaton.stateCount == expected.count + 1)
    }

    @Test("shares reach every sum of sizes up to a whole GPU, and no other")
    func sharesAreSums() throws {
        let automaton = try GPUAutomaton.shares([300, 450, 300, 0, -5, 2_000])
        #expect(automaton.requests == [.share(300), .share(450)])
        // 0, 300, 450, 600, 750, 900, and the whole GPU.
        #expect(automaton.stateCount == 7)
        #expect(automaton.moves(from: GPUAutomaton.whole, request: 0).isEmpty)
    }

    @Test("a fixed layout has a state for each set of busy instances")
    func layoutHasAllSubsets() throws {
        let geometry = try #require(try GPUCatalogue.standard().gpu(named: "a100-sxm-40gb").migGeometry)
        let three = try geometry.placements(of: geometry.profile(named: "3g.20gb"))
        let automaton = try GPUAutomaton.layout(geometry, MIGLayout(three))
        #expect(automaton.stateCount == 5 && !automaton.allowsWhole)
        #expect(throws: SimulationError.self) {
            try GPUAutomaton.layout(geometry, MIGLayout(three + three))
        }
    }
}
