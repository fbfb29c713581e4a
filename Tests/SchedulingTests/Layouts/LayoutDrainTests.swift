import Documents
import Estate
import Probability
import Testing

@testable import Scheduling

@Suite struct LayoutDrainTests {
    private static let small = MIGInstance(profile: "1g.10gb", start: 0, size: 1)
    private static let low = MIGInstance(profile: "3g.40gb", start: 0, size: 4)
    private static let high = MIGInstance(profile: "3g.40gb", start: 4, size: 4)

    /// Two hosts with the same instances; on the first, jobs run on all.
    private static func pair() -> [PlannedHost] {
        var hosts = LayoutSamples.hosts(2, gpus: 2, model: "h100-sxm-80gb")
        for host in 0..<2 {
            hosts[host].gpus[0].mode = .mig([PlannedInstance(small, isBusy: host == 0)])
            hosts[host].gpus[1].mode = .mig([low, high].map { PlannedInstance($0, isBusy: host == 0) })
        }
        return hosts
    }

    @Test("Where hosts are drained, one on which nothing runs is changed before one with jobs")
    func idleHost() throws {
        let demand = [PlanDemand(.profile("2g.20gb"), count: 2)]
        let plan = try LayoutSamples.plan(demand, Self.pair(), isPresentKnown: true, scope: .host)
        #expect(plan.steps.allSatisfy { $0.host == "node2" } && !plan.steps.isEmpty)
        #expect(!plan.steps.contains { $0.word.hasPrefix("wait") })
        // NVML asks for less: there the busy GPU holds both beside its job.
        let other = try LayoutSamples.plan(demand, Self.pair(), isPresentKnown: true)
        #expect(other.steps.allSatisfy { $0.host == "node1" })
    }

    @Test("Every job of a host that must be drained is waited for, and nothing is said to stay for one")
    func countsJobs() throws {
        let host = Array(Self.pair().prefix(1))
        let plan = try LayoutSamples.plan(
            [PlanDemand(.profile("2g.20gb"), count: 2)],
            host,
            isPresentKnown: true,
            scope: .host
        )
        #expect(plan.steps.count { $0.word == "wait-for-instance" } == 3)
        #expect(plan.steps.first?.word == "drain-host" && plan.steps.last?.word == "resume-host")
        #expect(plan.hosts.flatMap(\.gpus).flatMap(\.instances).allSatisfy { !$0.hasJob })
        #expect(!plan.notes.contains { $0.contains("stays beside it") || $0.contains("counted as spare") })
        #expect(LayoutSamples.counts(plan) == ["2g.20gb": 2])
    }

    @Test("Whole GPUs are taken where no job ends for them")
    func wholeOnIdleHost() throws {
        let plan = try LayoutSamples.plan(
            [PlanDemand(.whole(gpusPerJob: 1), count: 1)],
            Self.pair(),
            isPresentKnown: true,
            scope: .host
        )
        #expect(Set(plan.steps.map(\.host)) == ["node2"])
    }

    @Test(
        "Draining a host ends as few jobs as by trying every choice of hosts",
        arguments: 1...40 as ClosedRange<UInt64>
    )
    func fewest(seed: UInt64) throws {
        var random = RandomGenerator(seed: seed)
        var hosts = LayoutSamples.hosts(5, gpus: 2, model: "h100-sxm-80gb")
        var jobs: [Int] = []
        for host in hosts.indices {
            for gpu in 0..<2 {
                hosts[host].gpus[gpu].mode = .mig(
                    (0..<4).map { start in
                        let one = MIGInstance(profile: "1g.10gb", start: start, size: 1)
                        return PlannedInstance(one, isBusy: random.index(below: 3) == 0)
                    }
                )
            }
            jobs.append(hosts[host].gpus.reduce(0) { $0 + $1.jobs })
        }
        // Three to a GPU, none of which stands.
        let gpus = 1 + random.index(below: 6)
        let plan = try LayoutSamples.plan(
            [PlanDemand(.profile("2g.20gb"), count: 3 * gpus)],
            hosts,
            isPresentKnown: true,
            scope: .host
        )
        #expect(plan.totals.slicedGPUs == gpus)
        let needed = (gpus + 1) / 2
        let least = (0..<32).filter { $0.nonzeroBitCount >= needed }.map { chosen in
            jobs.indices.reduce(0) { $0 + (chosen & 1 << $1 != 0 ? jobs[$1] : 0) }
        }.min()
        #expect(plan.steps.count { $0.word.hasPrefix("wait-for") } == least)
        if case .failure(let error) = LayoutTransition.walk(
            plan.steps,
            from: hosts,
            models: try LayoutSamples.models(hosts)
        ) {
            Issue.record("step \(error.step): \(error.problem)")
        }
    }

    @Test(
        "A job on an instance or GPU that the plan itself uses is in the plan, in its file, and waited for afterwards"
    )
    func carriesJobs() throws {
        var hosts = LayoutSamples.hosts(2, gpus: 2, model: "h100-sxm-80gb")
        let wanted = MIGInstance(profile: "4g.40gb", start: 0, size: 4)
        let beside = MIGInstance(profile: "1g.10gb", start: 5, size: 1)
        hosts[0].gpus[0].mode = .mig([wanted, beside].map { PlannedInstance($0, isBusy: true) })
        hosts[1].gpus[1].isBusy = true
        let demand = [
            PlanDemand(.profile("4g.40gb"), count: 1, team: "a"), PlanDemand(.profile("1g.10gb"), count: 1),
            PlanDemand(.whole(gpusPerJob: 1), count: 1),
        ]
        let plan = try LayoutSamples.plan(demand, hosts, isPresentKnown: true)
        #expect(plan.steps.isEmpty)
        let file = try JSONDocument.parse([UInt8](plan.json.pretty().utf8), file: "plan.json")
        let read = try LayoutPlan.read(
            Reader(file, file: "plan.json"),
            catalogue: try GPUCatalogue.standard()
        )
        #expect(read.hosts == plan.hosts)
        let standing = read.hosts[0].gpus.map(\.asPresent)
        #expect(standing[0].instances.map(\.isBusy) == [true, true])
        #expect(read.hosts[1].gpus[1].asPresent.isBusy)
        var target = read.hosts[0]
        target.gpus[0].mode = .mig([PlannedInstance(MIGInstance(profile: "7g.80gb", start: 0, size: 8))])
        var present = read.hosts[0]
        present.gpus = standing
        let steps = try LayoutTransition.steps(
            from: present,
            to: target,
            models: try LayoutSamples.models(hosts)
        )
        #expect(steps.count { $0.word == "wait-for-instance" } == 2)
    }

    @Test("What turning MIG off costs is told where nothing else is sliced")
    func togglingOff() throws {
        var hosts = LayoutSamples.hosts(1, gpus: 2, model: "a100-sxm-80gb")
        let demand = [PlanDemand(.whole(gpusPerJob: 2), count: 1)]
        let plain = try LayoutSamples.plan(demand, hosts, isPresentKnown: true)
        #expect(!plain.notes.contains { $0.contains("changing MIG mode") })
        hosts[0].gpus[0].mode = .mig([PlannedInstance(Self.low)])
        let plan = try LayoutSamples.plan(demand, hosts, isPresentKnown: true)
        #expect(plan.notes.contains { $0.hasPrefix("a100-sxm-80gb: changing MIG mode resets the GPU") })
    }

    @Test("A team that a whole layout elsewhere would split is split")
    func splitsTeams() throws {
        let hosts = LayoutSamples.hosts(2, gpus: 2, model: "h100-sxm-80gb")
        let demand = [
            PlanDemand(.profile("2g.20gb"), count: 3, team: "t1"),
            PlanDemand(.profile("3g.40gb"), count: 1, team: "t2"),
            PlanDemand(.profile("1g.10gb"), count: 3, team: "t2"),
            PlanDemand(.profile("1g.20gb"), count: 2, team: "t3"),
        ]
        let plan = try LayoutSamples.plan(demand, hosts)
        // The least that any dealing of these layouts to hosts leaves together, by trying all.
        let sliced = plan.hosts.flatMap(\.gpus).filter { !$0.isSpare && !$0.isWhole }
        let teams = sliced.map { gpu in gpu.instances.compactMap(\.team) }
        var least = Int.max
        for chosen in 0..<(1 << sliced.count)
        where chosen.nonzeroBitCount <= 2 && sliced.count - chosen.nonzeroBitCount <= 2 {
            var on: [String: Set<Int>] = [:]
            for (index, list) in teams.enumerated() {
                for team in list { on[team, default: []].insert(chosen >> index & 1) }
            }
            least = min(least, on.count { $0.value.count == 1 })
        }
        let together = plan.notes.count { $0.hasPrefix("All instances of") }
        #expect(together <= least)
    }
}
