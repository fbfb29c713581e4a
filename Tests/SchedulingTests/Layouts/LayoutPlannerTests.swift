import Documents
import Estate
import Probability
import Scheduling
import Testing

@Suite struct LayoutPlannerTests {
    @Test(
        "Known answers: what the slices need",
        arguments: [
            ("h100-sxm-80gb", ["1g.10gb": 7], 1), ("h100-sxm-80gb", ["1g.10gb": 8], 2),
            ("h100-sxm-80gb", ["3g.40gb": 4], 2), ("h100-sxm-80gb", ["3g.40gb": 2, "1g.10gb": 1], 2),
            ("h100-sxm-80gb", ["4g.40gb": 3, "3g.40gb": 3], 3), ("h100-sxm-80gb", ["2g.20gb": 3, "1g.10gb": 1], 1),
            ("h100-sxm-80gb", ["1g.20gb": 4, "1g.10gb": 1], 2), ("a30-24gb", ["2g.12gb": 3, "1g.6gb": 2], 2),
            ("rtx-pro-6000-96gb", ["2g.48gb": 1, "1g.24gb": 2], 1), ("a100-sxm-40gb", ["1g.10gb": 4], 1),
        ] as [(String, [String: Int], Int)]
    )
    func knownAnswers(model: String, wanted: [String: Int], gpus: Int) throws {
        let demand = wanted.keys.sorted().map { PlanDemand(.profile($0), count: wanted[$0] ?? 0) }
        let plan = try LayoutSamples.plan(demand, LayoutSamples.hosts(1, gpus: 8, model: model))
        #expect(plan.totals.slicedGPUs == gpus && plan.totals.slicedBound == gpus)
        #expect(LayoutSamples.counts(plan) == wanted)
        #expect(try #require(plan.proof).bound == gpus)
    }

    @Test(
        "Every plan is legal, serves the demand exactly, puts gangs on one host, and its steps lead there",
        arguments: 1...60 as ClosedRange<UInt64>
    )
    func laws(seed: UInt64) throws {
        var random = RandomGenerator(seed: seed)
        let model = LayoutSamples.known[random.index(below: LayoutSamples.known.count)]
        let geometry = try GPUCatalogue.standard().gpu(named: model).mig()
        let present = try LayoutSamples.randomPresent(&random, model: model, hosts: 4, gpus: 8)
        var demand: [PlanDemand] = []
        for profile in geometry.plainProfiles where random.index(below: 2) == 0 {
            for team in ["red", "blue"] where random.index(below: 3) > 0 {
                demand.append(PlanDemand(.profile(profile.name), count: 1 + random.index(below: 4), team: team))
            }
        }
        demand.append(PlanDemand(.whole(gpusPerJob: 1 + random.index(below: 4)), count: 1 + random.index(below: 2)))
        let isKnown = random.index(below: 4) > 0
        let scope: PlanRequest.DrainScope = random.index(below: 2) == 0 ? .instance : .host
        let dealing: PlanRequest.Dealing = random.index(below: 2) == 0 ? .pack : .spread
        let plan = try LayoutSamples.plan(
            demand,
            isKnown ? present : LayoutSamples.hosts(4, gpus: 8, model: model),
            isPresentKnown: isKnown,
            dealing: dealing,
            scope: scope
        )
        var wanted: [String: Int] = [:]
        var byTeam: [String: Int] = [:]
        var whole = 0
        for entry in demand {
            switch entry.unit {
            case .profile(let name):
                wanted[name, default: 0] += entry.count
                byTeam[(entry.team ?? "") + name, default: 0] += entry.count
            case .whole(let gpus): whole += gpus * entry.count
            }
        }
        #expect(LayoutSamples.counts(plan) == wanted)
        var dealt: [String: Int] = [:]
        for gpu in plan.hosts.flatMap(\.gpus) where !gpu.isSpare {
            for one in gpu.instances where !one.isKept {
                dealt[(one.team ?? "") + one.instance.profile, default: 0] += 1
            }
            #expect(try geometry.isLegal(gpu.layout))
        }
        #expect(dealt == byTeam)
        #expect(plan.hosts.flatMap(\.gpus).count { $0.isWhole && !$0.isSpare } == whole)
        #expect(plan.totals.slicedBound <= plan.totals.slicedGPUs)
        #expect(plan.hosts.flatMap(\.gpus).count { !$0.isWhole && !$0.isSpare } == plan.totals.slicedGPUs)
        let kept = plan.hosts.flatMap { host in
            host.gpus.flatMap { gpu in gpu.instances.filter(\.isKept).map { (host.name, gpu.index, $0) } }
        }
        guard isKnown else {
            #expect(plan.steps.isEmpty && kept.isEmpty)
            return
        }
        for (host, gpu, one) in kept {
            let before = try #require(present.first { $0.name == host }?.gpus[gpu].instances)
            #expect(before.contains { $0.instance == one.instance && $0.isBusy } && one.team == nil)
        }
        #expect(plan.notes.contains { $0.contains("demand does not need") } == !kept.isEmpty)
        switch LayoutTransition.walk(plan.steps, from: present, models: try LayoutSamples.models(present)) {
        case .failure(let error): Issue.record("step \(error.step): \(plan.steps[error.step]): \(error.problem)")
        case .success(let after):
            for (host, target) in zip(after, plan.hosts) {
                for (gpu, wanted) in zip(host.gpus, target.gpus) {
                    #expect(gpu.isWhole == wanted.isWhole && gpu.layout == wanted.layout, "\(host.name) \(gpu.index)")
                }
            }
        }
    }

    @Test("Planning again from what was planned changes nothing", arguments: 1...12 as ClosedRange<UInt64>)
    func isStable(seed: UInt64) throws {
        var random = RandomGenerator(seed: seed)
        let present = try LayoutSamples.randomPresent(&random, model: "a100-sxm-80gb", hosts: 3, gpus: 8)
        let demand = [
            PlanDemand(.profile("1g.10gb"), count: 9), PlanDemand(.profile("2g.20gb"), count: 4),
            PlanDemand(.profile("3g.40gb"), count: 3), PlanDemand(.whole(gpusPerJob: 4), count: 1),
        ]
        let first = try LayoutSamples.plan(demand, present, isPresentKnown: true)
        // Jobs that were not waited for still run.
        var standing = first.hosts
        for host in standing.indices {
            for gpu in standing[host].gpus.indices {
                let before = present[host].gpus[gpu]
                switch standing[host].gpus[gpu].mode {
                case .whole: standing[host].gpus[gpu].isBusy = before.isWhole && before.isBusy
                case .mig(var instances):
                    for one in instances.indices {
                        instances[one].isBusy = before.instances.contains {
                            $0.instance == instances[one].instance && $0.isBusy
                        }
                    }
                    standing[host].gpus[gpu].mode = .mig(instances)
                }
            }
        }
        let again = try LayoutSamples.plan(demand, standing, isPresentKnown: true)
        #expect(again.steps.isEmpty, "\(again.steps.prefix(4))")
    }

    @Test("A running instance that the target can keep is kept")
    func keepsJobs() throws {
        var hosts = LayoutSamples.hosts(2, gpus: 4, model: "h100-sxm-80gb")
        let busy = MIGInstance(profile: "3g.40gb", start: 4, size: 4)
        hosts[1].gpus[2].mode = .mig([PlannedInstance(busy, isBusy: true)])
        let demand = [PlanDemand(.profile("3g.40gb"), count: 1), PlanDemand(.profile("2g.20gb"), count: 1)]
        let plan = try LayoutSamples.plan(demand, hosts, isPresentKnown: true)
        #expect(plan.hosts[1].gpus[2].layout.instances.contains(busy))
        #expect(plan.totals.slicedGPUs == 1)
        #expect(plan.steps.map(\.word) == ["create"])
    }

    @Test("A team's instances stand on two hosts where that can be, and where it cannot the plan says so")
    func failureDomains() throws {
        let hosts = LayoutSamples.hosts(3, gpus: 8, model: "h100-sxm-80gb")
        let demand = ["a", "b", "c"].map { PlanDemand(.profile("2g.20gb"), count: 4, team: $0) }
        for dealing in PlanRequest.Dealing.allCases {
            let plan = try LayoutSamples.plan(demand, hosts, dealing: dealing)
            for team in ["a", "b", "c"] {
                let on = plan.hosts.count { host in
                    host.gpus.contains { $0.instances.contains { $0.team == team } }
                }
                #expect(on >= 2, "\(team) under \(dealing)")
            }
        }
        let alone = try LayoutSamples.plan([PlanDemand(.profile("1g.10gb"), count: 3, team: "a")], hosts)
        #expect(alone.notes.contains { $0.hasPrefix("All instances of a are on node1") })
    }

    @Test("Ampere GPUs that change mode by a reset stand on hosts apart; on Hopper what whole jobs leave is used first")
    func pools() throws {
        let demand = [PlanDemand(.whole(gpusPerJob: 2), count: 1), PlanDemand(.profile("3g.40gb"), count: 8)]
        for (model, apart) in [("a100-sxm-80gb", true), ("h100-sxm-80gb", false)] {
            let plan = try LayoutSamples.plan(demand, LayoutSamples.hosts(2, gpus: 8, model: model))
            let both = plan.hosts.count { host in
                host.gpus.contains { !$0.isSpare && $0.isWhole } && host.gpus.contains { !$0.isWhole }
            }
            #expect((both == 0) == apart, "\(model)")
            #expect(plan.notes.contains { $0.hasPrefix("\(model): changing MIG mode") })
        }
    }

    @Test("Models are mixed: a profile goes where it fits, and a row that names a GPU stays there")
    func mixedModels() throws {
        let hosts =
            LayoutSamples.hosts(1, gpus: 8, model: "h100-sxm-80gb")
            + LayoutSamples.hosts(1, gpus: 8, model: "a30-24gb", first: 2)
        let demand = [
            PlanDemand(.profile("1g.6gb"), count: 9), PlanDemand(.profile("1g.10gb"), count: 8),
            PlanDemand(.profile("3g.40gb"), count: 1, model: "h100-sxm-80gb"),
        ]
        let plan = try LayoutSamples.plan(demand, hosts)
        #expect(plan.totals.slicedGPUs == 5 && plan.totals.isOptimal)
        #expect(LayoutSamples.counts(plan) == ["1g.6gb": 9, "1g.10gb": 8, "3g.40gb": 1])
    }

    @Test("Drivers' names of one profile are one")
    func names() throws {
        let hosts = LayoutSamples.hosts(1, gpus: 4, model: "a100-sxm-80gb")
        let demand = ["3g.39gb", "3g.40gb", "MIG 3g.40gb", "a100_3g.40gb", "nvidia.com/mig-3g.40gb"].map {
            PlanDemand(.profile($0), count: 1)
        }
        let plan = try LayoutSamples.plan(demand, hosts)
        #expect(LayoutSamples.counts(plan) == ["3g.40gb": 5] && plan.totals.slicedGPUs == 3)
    }

    @Test("Idle parts are filled with more of the mix where that is asked for")
    func fills() throws {
        let hosts = LayoutSamples.hosts(1, gpus: 4, model: "h100-sxm-80gb")
        let demand = [PlanDemand(.profile("2g.20gb"), count: 1), PlanDemand(.profile("1g.10gb"), count: 1)]
        let plan = try LayoutSamples.plan(demand, hosts, fillsIdle: true)
        let counts = LayoutSamples.counts(plan)
        #expect(plan.totals.slicedGPUs == 1)
        #expect((counts["1g.10gb"] ?? 0) + 2 * (counts["2g.20gb"] ?? 0) == 7)
    }

    @Test("What cannot be planned is refused with what is missing")
    func errors() throws {
        let hosts = LayoutSamples.hosts(1, gpus: 2, model: "h100-sxm-80gb")
        func message(_ demand: [PlanDemand], _ estate: [PlannedHost]? = nil, known: Bool = false) -> String {
            do {
                _ = try LayoutSamples.plan(demand, estate ?? hosts, isPresentKnown: known)
                return "planned"
            } catch {
                return "\(error)"
            }
        }
        let one = [PlanDemand(.profile("1g.10gb"), count: 1)]
        #expect(
            message([PlanDemand(.profile("1g.11gbb"), count: 1)])
                == "'1g.11gbb' is not a MIG profile of h100-sxm-80gb; did you mean '1g.10gb'?"
        )
        #expect(
            message([PlanDemand(.profile("3g.40gb"), count: 7)])
                == "the slices need at least 4 GPUs, and the estate has 2 of h100-sxm-80gb: 2 too few; ask for less or add GPUs"
        )
        #expect(
            message([PlanDemand(.whole(gpusPerJob: 2), count: 2)])
                == "jobs on whole GPUs need 4 GPUs, and the estate has 2: 2 too few; ask for less or add GPUs"
        )
        #expect(
            message(
                [PlanDemand(.whole(gpusPerJob: 3), count: 1)],
                hosts + LayoutSamples.hosts(1, gpus: 2, model: "h100-sxm-80gb", first: 2)
            ).hasPrefix("a job on 3 whole GPUs of one host is wanted")
        )
        #expect(message([]) == "the demand asks for nothing; give at least one row whose count is above 0")
        #expect(message([PlanDemand(.profile("1g.10gb"), count: 0)]).hasPrefix("the demand asks for nothing"))
        #expect(message(one, []) == "the estate has no GPU; name hosts with GPUs")
        #expect(message([PlanDemand(.profile("1g.10gb"), count: Int.max)]).hasSuffix("a count is 0 to 10000000"))
        let many = message([PlanDemand(.whole(gpusPerJob: 2), count: 9_000_000)])
        #expect(many.hasPrefix("jobs on whole GPUs need 18,000,000 GPUs"))
        #expect(message(one, LayoutSamples.hosts(1, gpus: 1, model: "l4-24gb")).contains("has no MIG"))
        #expect(
            message([PlanDemand(.profile("1g.23gb"), count: 1)], LayoutSamples.hosts(1, gpus: 1, model: "gb200-186gb"))
                .contains("placements")
        )
        var broken = hosts
        broken[0].gpus[1].mode = .mig([PlannedInstance(MIGInstance(profile: "3g.40gb", start: 2, size: 4))])
        #expect(
            message(one, broken, known: true).hasPrefix("node1, GPU 1: the present layout is not legal: 3g.40gb@2:4")
        )
    }

    @Test("A plan is written and read the same", arguments: [true, false])
    func roundTrip(isKnown: Bool) throws {
        var random = RandomGenerator(seed: 5)
        let present = try LayoutSamples.randomPresent(&random, model: "a100-sxm-80gb", hosts: 2, gpus: 8)
        let demand = [
            PlanDemand(.profile("1g.10gb"), count: 9, team: "x"),
            PlanDemand(.whole(gpusPerJob: 2), count: 1, team: "y"),
        ]
        let plan = try LayoutSamples.plan(demand, present, isPresentKnown: isKnown)
        let text = try plan.json.pretty()
        let value = try JSONDocument.parse(text: text, file: "plan.json")
        let read = try LayoutPlan.read(
            Reader(value, file: "plan.json"),
            catalogue: try GPUCatalogue.standard()
        )
        #expect(read == plan)
        #expect(try read.json.pretty() == text)
    }
}
