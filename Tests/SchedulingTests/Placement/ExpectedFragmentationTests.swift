import Estate
import Probability
import Scheduling
import Testing

@Suite struct ExpectedFragmentationTests {
    /// Layouts as they are, without an automaton; what was found once is kept, or debug builds take minutes.
    final class Layouts {
        private struct Key: Hashable {
            let layout: MIGLayout
            let ahead: Int
            let profile: String
        }

        private var known: [Key: Double] = [:]
        private var futures: [Key: [MIGLayout]] = [:]
        let geometry: MIGGeometry
        let profiles: [MIGProfile]
        let whole: Double
        let weights: [Double]
        let entire: Int

        init(_ geometry: MIGGeometry, _ names: [String], _ weights: [Double], whole: Double) throws {
            self.geometry = geometry
            profiles = geometry.profiles.filter { names.contains($0.name) }
            self.weights = weights
            self.whole = whole
            let chosen = profiles
            entire =
                try geometry.layouts(of: chosen).map { layout in layout.instances.reduce(0) { $0 + $1.size } }.max()
                ?? 0
        }

        func after(_ layout: MIGLayout, _ profile: MIGProfile) throws -> [MIGLayout] {
            let key = Key(layout: layout, ahead: 0, profile: profile.name)
            if let found = futures[key] { return found }
            let found = try geometry.placements(of: profile).map { MIGLayout(layout.instances + [$0]) }
                .filter { try geometry.isLegal($0) }
            futures[key] = found
            return found
        }

        func alone(_ layout: MIGLayout, _ profile: MIGProfile) throws -> Double {
            let key = Key(layout: layout, ahead: -1, profile: profile.name)
            if let found = known[key] { return found }
            let size = Double(profile.placements?.size ?? 0)
            let found = try after(layout, profile).map { try alone($0, profile) + size }.max() ?? 0
            known[key] = found
            return found
        }

        func usable(_ layout: MIGLayout, ahead: Int) throws -> Double {
            let key = Key(layout: layout, ahead: ahead, profile: "")
            if let found = known[key] { return found }
            var sum = 0.0
            for (profile, weight) in zip(profiles, weights) {
                if ahead == 0 {
                    sum += weight * (try alone(layout, profile))
                } else {
                    let best = try after(layout, profile).map { try usable($0, ahead: ahead - 1) }.max()
                    let size = Double(profile.placements?.size ?? 0)
                    sum += weight * (try best.map { $0 + size } ?? usable(layout, ahead: ahead - 1))
                }
            }
            if layout.instances.isEmpty {
                sum += whole * Double(entire)
            } else if ahead > 0 {
                sum += whole * (try usable(layout, ahead: ahead - 1))
            }
            let found = sum / (weights.reduce(0, +) + whole)
            known[key] = found
            return found
        }
    }

    static let cases: [(gpu: String, profiles: [String])] = [
        ("a100-sxm-40gb", ["1g.5gb", "2g.10gb", "3g.20gb"]),
        ("a100-sxm-40gb", ["2g.10gb", "4g.20gb"]),
        ("a30-24gb", ["1g.6gb", "2g.12gb"]),
    ]

    @Test("U is what following every arrival by hand gives", arguments: cases, [0, 1, 2])
    func matchesBruteForce(gpu: (gpu: String, profiles: [String]), lookahead: Int) throws {
        let geometry = try GPUCatalogue.standard().gpu(named: gpu.gpu).mig()
        var random = RandomGenerator(seed: 4, stream: UInt64(lookahead))
        let weights = gpu.profiles.map { _ in Double(1 + random.index(below: 9)) }
        let whole = Double(random.index(below: 5))
        let layouts = try Layouts(geometry, gpu.profiles, weights, whole: whole)
        let indices = layouts.profiles.compactMap { profile in geometry.profiles.firstIndex { $0.name == profile.name }
        }
        let automaton = try GPUAutomaton.mig(geometry, profiles: indices)
        let expected = ExpectedFragmentation(
            automaton,
            demand: .init(slices: weights, whole: whole),
            lookahead: lookahead
        )
        // Random walks over the automaton, the layout kept beside it.
        for _ in 0..<4 {
            var state = GPUAutomaton.idle
            var layout = MIGLayout([])
            while true {
                #expect(abs(expected.usable[state] - (try layouts.usable(layout, ahead: lookahead))) < 1e-9)
                let moves = automaton.requests.indices.flatMap { automaton.moves(from: state, request: $0) }
                if moves.isEmpty { break }
                let move = moves[random.index(below: moves.count)]
                let slot = automaton.slots[move.slot]
                let profile = layouts.profiles[slot.request]
                layout = MIGLayout(
                    layout.instances + [MIGInstance(profile: profile.name, start: slot.start, size: slot.size)]
                )
                state = move.next
            }
        }
    }

    @Test("The small slice goes where it spoils least: on an A100 beside the place of 3g, not in the middle")
    func choosesWell() throws {
        let geometry = try GPUCatalogue.standard().gpu(named: "a100-sxm-40gb").mig()
        let names = ["1g.5gb", "3g.20gb"]
        let indices = geometry.profiles.indices.filter { names.contains(geometry.profiles[$0].name) }
        let automaton = try GPUAutomaton.mig(geometry, profiles: Array(indices))
        let expected = ExpectedFragmentation(automaton, demand: .init(slices: [1, 1]))
        // 3g stands on slices 0 to 3; a 1g then takes one of 4 to 6 and costs no further 3g unless one of 4 to 7 is.
        let first = try #require(
            automaton.moves(from: GPUAutomaton.idle, request: 1).first { automaton.slots[$0.slot].start == 4 }
        )
        let falls = automaton.moves(from: first.next, request: 0).map { expected.fall(from: first.next, to: $0.next) }
        #expect(Set(falls).count == 1)
        // On an idle GPU one half is lost to 3g wherever the slice stands: no place is worse than another by symmetry of
        // the halves, but with a 1g already there, the half that it spoiled is the better place.
        let spoiled = try #require(
            automaton.moves(from: GPUAutomaton.idle, request: 0).first { automaton.slots[$0.slot].start == 0 }
        )
        let next = automaton.moves(from: spoiled.next, request: 0)
        let best = try #require(
            next.min { expected.fall(from: spoiled.next, to: $0.next) < expected.fall(from: spoiled.next, to: $1.next) }
        )
        #expect(automaton.slots[best.slot].start < 4)
        let worst = try #require(
            next.max { expected.fall(from: spoiled.next, to: $0.next) < expected.fall(from: spoiled.next, to: $1.next) }
        )
        #expect(automaton.slots[worst.slot].start >= 4)
    }

    @Test("Giving slices never raises what is usable, and a GPU without demand counts all requests alike")
    func falls() throws {
        let geometry = try GPUCatalogue.standard().gpu(named: "a30-24gb").mig()
        let automaton = try GPUAutomaton.mig(geometry, profiles: Array(geometry.profiles.indices.prefix(3)))
        let none = ExpectedFragmentation(automaton, demand: .init(slices: []))
        let alike = ExpectedFragmentation(
            automaton,
            demand: .init(slices: automaton.requests.map { _ in 3 }, whole: 3)
        )
        #expect(none.usable == alike.usable)
        for state in 0..<automaton.stateCount where state != GPUAutomaton.whole {
            for request in automaton.requests.indices {
                for move in automaton.moves(from: state, request: request) {
                    #expect(none.fall(from: state, to: move.next) >= 0)
                }
            }
        }
    }
}
