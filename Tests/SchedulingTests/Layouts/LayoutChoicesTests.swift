import Estate
import Testing

@testable import Scheduling

@Suite struct LayoutChoicesTests {
    /// Whether instances fit one GPU, by trying every placement of each; written against the rules, not the planner.
    private static func fits(_ counts: [Int], _ geometry: MIGGeometry) -> Bool {
        let profiles = geometry.profiles
        let wanted = counts.enumerated().flatMap { Array(repeating: profiles[$0.offset], count: $0.element) }
        guard wanted.count <= geometry.maximumInstances.value,
            wanted.reduce(0, { $0 + $1.computeSlices }) <= geometry.computeSlices?.value ?? 0,
            zip(counts, profiles).allSatisfy({ $0.0 <= $0.1.maximumInstances })
        else { return false }
        let all = wanted.count { $0.flags.contains(.allMediaEngines) }
        let with = wanted.count { !$0.flags.contains(.noMediaEngines) }
        if all > 1 || (all == 1 && with > 1) || wanted.count(where: { $0.flags.contains(.mediaExtensions) }) > 1 {
            return false
        }
        func place(_ index: Int, _ taken: Set<Int>) -> Bool {
            guard index < wanted.count, let places = wanted[index].placements else { return index == wanted.count }
            return places.starts.contains { start in
                let cells = Set(start..<(start + places.size))
                return taken.isDisjoint(with: cells) && place(index + 1, taken.union(cells))
            }
        }
        return place(0, [])
    }

    @Test(
        "A set of instances can be planned for one GPU exactly when some placement of them all exists",
        arguments: LayoutSamples.known
    )
    func agreesWithBruteForce(_ id: String) throws {
        let geometry = try GPUCatalogue.standard().gpu(named: id).mig()
        let profiles = geometry.profiles
        let rows = try DemandRows(
            profiles.map { PlanDemand(.profile($0.name), count: 1) },
            models: [try GPUCatalogue.standard().gpu(named: id)]
        ).rows
        let choices = try LayoutChoices(geometry, rows, model: 0)
        let planned = Set(choices.patterns)
        var (tried, possible) = (0, 0)
        var wrong: [[Int]] = []
        func visit(_ index: Int, _ counts: [Int], _ left: Int) {
            guard index < profiles.count else {
                tried += 1
                let isPossible = Self.fits(counts, geometry)
                if isPossible { possible += 1 }
                if isPossible != planned.contains(counts) { wrong.append(counts) }
                return
            }
            for count in 0...min(left, profiles[index].maximumInstances + 1) {
                visit(index + 1, counts + [count], left - count)
            }
        }
        visit(0, [], geometry.maximumInstances.value + 1)
        #expect(wrong.isEmpty, "of \(tried): \(wrong.prefix(3))")
        #expect(possible == planned.count && possible > 3 && possible < tried)
        for pattern in choices.patterns {
            for candidate in choices.candidates(pattern) {
                let layout = choices.rules.layout(of: candidate.shape.places)
                #expect(try geometry.isLegal(layout), "\(layout)")
            }
        }
    }

    @Test(
        "What fits beside a layout is what the geometry says, for every layout and placement",
        arguments: LayoutSamples.known
    )
    func rules(_ id: String) throws {
        let geometry = try GPUCatalogue.standard().gpu(named: id).mig()
        let rules = try LayoutRules(geometry)
        let all = try geometry.profiles.flatMap { try geometry.placements(of: $0) }
        #expect(rules.places == all && all.count <= 64 && geometry.profiles.count <= 16)
        for layout in try geometry.layouts() {
            let shape = rules.shape(of: layout.instances)
            #expect(rules.layout(of: shape.places) == layout)
            for instance in all {
                let bit = try #require(rules.bit(of: instance))
                let isLegal = try geometry.isLegal(MIGLayout(layout.instances + [instance]))
                #expect(rules.fits(bit, beside: shape) == isLegal, "\(instance) beside \(layout)")
            }
        }
    }

    @Test("Whatever is usable beside a pattern is at most what it leaves idle, and grows as instances go")
    func usable() throws {
        let model = try GPUCatalogue.standard().gpu(named: "h100-sxm-80gb")
        let demand = ["1g.10gb", "2g.20gb", "3g.40gb"].map { PlanDemand(.profile($0), count: 5) }
        let choices = try LayoutChoices(try model.mig(), try DemandRows(demand, models: [model]).rows, model: 0)
        for pattern in choices.patterns {
            #expect(choices.usable(beside: pattern) <= choices.idle(beside: pattern) + 1e-9)
            for row in pattern.indices where pattern[row] > 0 {
                var less = pattern
                less[row] -= 1
                #expect(choices.usable(beside: less) >= choices.usable(beside: pattern) - 1e-9)
            }
        }
    }
}
