import Estate
import Probability
import Testing

@testable import Scheduling

@Suite struct LayoutChangeTests {
    /// The running jobs that must end before a GPU has a layout: those that neither are in it nor fit beside it.
    private static func jobs(_ layout: MIGLayout, on gpu: PlannedGPU, _ geometry: MIGGeometry) throws -> Int {
        guard !gpu.isWhole else { return gpu.isBusy ? 1 : 0 }
        let busy = gpu.instances.filter(\.isBusy).map(\.instance).filter { !layout.instances.contains($0) }
        var least = busy.count
        for chosen in 0..<(1 << busy.count) {
            let kept = busy.indices.filter { chosen & 1 << $0 != 0 }.map { busy[$0] }
            guard busy.count - kept.count < least else { continue }
            if try geometry.isLegal(MIGLayout(layout.instances + kept)) { least = busy.count - kept.count }
        }
        return least
    }

    /// GPUs, jobs in the way, idle GPUs among them.
    private struct Outcome: Equatable, CustomStringConvertible {
        var values: [Int]
        var description: String { "\(values[0]) GPUs, \(values[1]) jobs, \(values[2]) idle" }
    }

    @Test(
        "Fewest GPUs, then fewest running jobs in the way, then fewest idle GPUs taken: as by trying all",
        arguments: 1...60 as ClosedRange<UInt64>
    )
    func busyFirst(seed: UInt64) throws {
        var random = RandomGenerator(seed: seed)
        let id = seed.isMultiple(of: 3) ? "a30-24gb" : "h100-sxm-80gb"
        let geometry = try GPUCatalogue.standard().gpu(named: id).mig()
        let present = try LayoutSamples.randomPresent(&random, model: id, hosts: 2, gpus: 3)
        let names = id == "a30-24gb" ? ["1g.6gb", "2g.12gb", "4g.24gb"] : ["1g.10gb", "2g.20gb", "3g.40gb"]
        let demand = names.map { PlanDemand(.profile($0), count: random.index(below: 4)) }
        guard demand.contains(where: { $0.count > 0 }) else { return }
        let wanted = demand.filter { $0.count > 0 }
        let profiles = try wanted.map { try geometry.profile(named: $0.name) }
        let layouts = try geometry.layouts(of: profiles)
        let gpus = present.flatMap(\.gpus)
        let options = try gpus.map { gpu in
            var least: [[Int]: Int] = [:]
            for layout in layouts where !layout.instances.isEmpty {
                let pattern = profiles.map { profile in layout.instances.count { $0.profile == profile.name } }
                least[pattern] = min(least[pattern] ?? .max, try Self.jobs(layout, on: gpu, geometry))
            }
            return least
        }
        var known: [[Int]: [Int]] = [:]
        func best(_ index: Int, _ left: [Int]) -> [Int]? {
            if left.allSatisfy({ $0 == 0 }) { return [0, 0, 0] }
            guard index < gpus.count else { return nil }
            if let found = known[[index] + left] { return found.isEmpty ? nil : found }
            var least = best(index + 1, left)
            for (pattern, jobs) in options[index] {
                guard let rest = best(index + 1, zip(left, pattern).map { max(0, $0 - $1) }) else { continue }
                let here = [rest[0] + 1, rest[1] + jobs, rest[2] + (gpus[index].hasJobs ? 0 : 1)]
                if least.map({ here.lexicographicallyPrecedes($0) }) ?? true { least = here }
            }
            known[[index] + left] = least ?? []
            return least
        }
        let expected = try #require(best(0, wanted.map(\.count)))
        let plan = try LayoutSamples.plan(demand, present, isPresentKnown: true)
        let used = zip(gpus, plan.hosts.flatMap(\.gpus)).filter { !$1.isSpare }
        let waits = plan.steps.count { $0.word.hasPrefix("wait-for") }
        let found = Outcome(values: [used.count, waits, used.count { !$0.0.hasJobs }])
        #expect(found == Outcome(values: expected))
    }

    @Test(
        "No idle GPU is taken for what a busy one could hold beside its jobs, whatever the estate",
        arguments: 1...12 as ClosedRange<UInt64>
    )
    func noIdleInstead(seed: UInt64) throws {
        var random = RandomGenerator(seed: seed)
        let id = LayoutSamples.known[random.index(below: LayoutSamples.known.count)]
        let geometry = try GPUCatalogue.standard().gpu(named: id).mig()
        // More kinds of busy GPU than are told apart.
        let present = try LayoutSamples.randomPresent(&random, model: id, hosts: 12, gpus: 8)
        let names = geometry.plainProfiles.map(\.name)
        let demand = names.map { PlanDemand(.profile($0), count: 1 + random.index(below: 8)) }
        let plan = try LayoutSamples.plan(demand, present, isPresentKnown: true)
        let pairs = Array(zip(present.flatMap(\.gpus), plan.hosts.flatMap(\.gpus)))
        let unused = Set(pairs.filter { $1.isSpare && $0.hasJobs && !$0.isWhole }.map { $0.0.mode })
        for target in Set(pairs.filter { !$1.isSpare && !$1.isWhole && !$0.hasJobs }.map { $0.1.layout.profiles }) {
            let same = try geometry.layouts().filter { $0.profiles == target }
            for case .mig(let instances) in unused {
                let busy = instances.filter(\.isBusy).map(\.instance)
                let fits = try same.contains { layout in
                    let beside = busy.filter { !layout.instances.contains($0) }
                    return try geometry.isLegal(MIGLayout(layout.instances + beside))
                }
                #expect(!fits, "\(target) would fit beside \(busy)")
            }
        }
    }

    @Test("Whole jobs have the GPUs of those that run, and no GPU on whose instances jobs run, where that can be")
    func wholeJobs() throws {
        var hosts = LayoutSamples.hosts(4, gpus: 4, model: "h100-sxm-80gb")
        for gpu in 0..<4 { hosts[3].gpus[gpu].isBusy = true }
        for gpu in 0..<4 {
            hosts[0].gpus[gpu].mode = .mig([
                PlannedInstance(MIGInstance(profile: "1g.10gb", start: 6, size: 1), isBusy: true)
            ])
        }
        hosts[1].gpus[0].isBusy = true
        func used(_ jobs: Int) throws -> [String] {
            let plan = try LayoutSamples.plan(
                [PlanDemand(.whole(gpusPerJob: 4), count: jobs)],
                hosts,
                isPresentKnown: true
            )
            return plan.hosts.filter { $0.gpus.allSatisfy { !$0.isSpare } }.map(\.name)
        }
        #expect(try used(1) == ["node4"])
        #expect(try used(2) == ["node2", "node4"])
        #expect(try used(3) == ["node2", "node3", "node4"])
        #expect(try used(4).count == 4)
    }

    @Test("An instance that nothing asks for stays beside the demand while its job runs, and is told")
    func keepsBeside() throws {
        var hosts = LayoutSamples.hosts(1, gpus: 2, model: "h100-sxm-80gb")
        let busy = MIGInstance(profile: "1g.10gb", start: 6, size: 1)
        hosts[0].gpus[1].mode = .mig([PlannedInstance(busy, isBusy: true)])
        for fills in [false, true] {
            let plan = try LayoutSamples.plan(
                [PlanDemand(.profile("2g.20gb"), count: 2)],
                hosts,
                isPresentKnown: true,
                fillsIdle: fills
            )
            #expect(plan.hosts[0].gpus[0].isSpare && !plan.hosts[0].gpus[1].isSpare)
            #expect(plan.hosts[0].gpus[1].instances.filter(\.isKept).map(\.instance) == [busy])
            #expect(plan.steps.allSatisfy { $0.word == "create" } && plan.steps.count == (fills ? 3 : 2))
            #expect(plan.notes.contains { $0.hasPrefix("1 instance that the demand does not need") })
            // What was kept has its job still.
            var standing = plan.hosts
            for host in standing.indices { standing[host].gpus = standing[host].gpus.map(\.asPresent) }
            #expect(standing[0].gpus[1].instances.filter(\.isBusy).map(\.instance) == [busy])
            let again = try LayoutSamples.plan(
                [PlanDemand(.profile("2g.20gb"), count: 2)],
                standing,
                isPresentKnown: true,
                fillsIdle: fills
            )
            #expect(again.steps.isEmpty && again.hosts == plan.hosts)
        }
    }

    @Test("Spare GPUs that running jobs still keep are told, and no others", arguments: 1...20 as ClosedRange<UInt64>)
    func occupied(seed: UInt64) throws {
        var random = RandomGenerator(seed: seed)
        let present = try LayoutSamples.randomPresent(&random, model: "h100-sxm-80gb", hosts: 2, gpus: 4)
        let plan = try LayoutSamples.plan([PlanDemand(.profile("1g.10gb"), count: 3)], present, isPresentKnown: true)
        let kept = zip(present, plan.hosts).reduce(0) {
            $0 + zip($1.0.gpus, $1.1.gpus).count { $0.hasJobs && $1.isSpare }
        }
        let told = plan.notes.filter { $0.contains("counted as spare") }
        #expect(told.count == (kept > 0 ? 1 : 0))
        #expect(told.allSatisfy { $0.hasPrefix(kept == 1 ? "1 GPU counted" : "\(kept) GPUs counted") })
    }

    @Test("Matching is the cheapest of all, by trying all", arguments: 1...60 as ClosedRange<UInt64>)
    func matching(seed: UInt64) {
        var random = RandomGenerator(seed: seed)
        let wanted = (0..<3).map { _ in random.index(below: 3) }
        let available = (0..<3).map { _ in 2 + random.index(below: 3) }
        let cost = wanted.map { _ in available.map { _ in random.index(below: 20) } }
        let matching = LayoutMatching(wanted: wanted, available: available, cost: cost)
        func price(_ flow: [[Int]]) -> Int {
            zip(flow, cost).reduce(0) { $0 + zip($1.0, $1.1).reduce(0) { $0 + $1.0 * $1.1 } }
        }
        let units = wanted.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
        func least(_ index: Int, _ room: [Int]) -> Int {
            guard index < units.count else { return 0 }
            return room.indices.filter { room[$0] > 0 }.map { kind in
                var rest = room
                rest[kind] -= 1
                return cost[units[index]][kind] + least(index + 1, rest)
            }.min() ?? 1_000_000
        }
        #expect(matching.flow.map { $0.reduce(0, +) } == wanted)
        #expect(price(matching.flow) == least(0, available))
    }
}
