import Estate
import Probability
import Scheduling

/// Estates and demands for the planner's tests.
enum LayoutSamples {
    /// GPUs whose placements and compute slices are all known.
    static let known: [String] = {
        guard let catalogue = try? GPUCatalogue.standard() else { return [] }
        return catalogue.gpus.filter { gpu in
            guard let geometry = gpu.migGeometry, geometry.computeSlices != nil else { return false }
            return geometry.profiles.allSatisfy { $0.placements != nil }
        }.map(\.id)
    }()

    static func hosts(_ count: Int, gpus: Int, model: String, first: Int = 1) -> [PlannedHost] {
        (0..<count).map { host in
            PlannedHost(
                name: "node\(first + host)",
                gpus: (0..<gpus).map { PlannedGPU(index: $0, model: model) }
            )
        }
    }

    static func plan(
        _ demand: [PlanDemand],
        _ hosts: [PlannedHost],
        isPresentKnown: Bool = false,
        dealing: PlanRequest.Dealing = .pack,
        scope: PlanRequest.DrainScope = .instance,
        fillsIdle: Bool = false
    ) throws -> LayoutPlan {
        try LayoutPlanner.plan(
            PlanRequest(
                name: "test",
                hosts: hosts,
                isPresentKnown: isPresentKnown,
                demand: demand,
                dealing: dealing,
                drainScope: scope,
                fillsIdle: fillsIdle
            ),
            catalogue: try GPUCatalogue.standard()
        )
    }

    static func models(_ hosts: [PlannedHost]) throws -> [String: GPUModel] {
        var models: [String: GPUModel] = [:]
        for gpu in hosts.flatMap(\.gpus) { models[gpu.model] = try GPUCatalogue.standard().gpu(named: gpu.model) }
        return models
    }

    /// A random estate with random layouts on it, some of their instances busy.
    static func randomPresent(_ random: inout RandomGenerator, model: String, hosts: Int, gpus: Int) throws
        -> [PlannedHost]
    {
        let layouts = try GPUCatalogue.standard().gpu(named: model).mig().layouts()
        var result = Self.hosts(hosts, gpus: gpus, model: model)
        for host in result.indices {
            for gpu in result[host].gpus.indices {
                if random.index(below: 3) == 0 {
                    result[host].gpus[gpu].isBusy = random.index(below: 2) == 0
                    continue
                }
                let layout = layouts[random.index(below: layouts.count)]
                result[host].gpus[gpu].mode = .mig(
                    layout.instances.map { PlannedInstance($0, isBusy: random.index(below: 3) == 0) }
                )
            }
        }
        return result
    }

    /// Instances of each profile that a plan has for its demand.
    static func counts(_ plan: LayoutPlan) -> [String: Int] {
        var counts: [String: Int] = [:]
        for gpu in plan.hosts.flatMap(\.gpus) where !gpu.isSpare {
            for one in gpu.instances where !one.isKept { counts[one.instance.profile, default: 0] += 1 }
        }
        return counts
    }
}
