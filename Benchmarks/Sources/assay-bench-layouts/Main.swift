import Estate
import Foundation
import Scheduling

/// Seconds of planning 100,000 GPUs, from nothing and from what stands, and the gap to the proven bound.
@main
enum LayoutBench {
    static func main() throws {
        let catalogue = try GPUCatalogue.standard()
        print(
            "100,000 GPUs in hosts of 8, every plain profile, two teams, 1,000 jobs on 4 whole GPUs; seconds, best of three"
        )
        for model in ["h100-sxm-80gb", "a100-sxm-80gb", "a30-24gb", "rtx-pro-6000-96gb"] {
            let profiles = try catalogue.gpu(named: model).mig().plainProfiles
            let demand =
                profiles.enumerated().map { index, profile in
                    PlanDemand(.profile(profile.name), count: 20_000 + 937 * index, team: index % 2 == 0 ? "a" : "b")
                } + [PlanDemand(.whole(gpusPerJob: 4), count: 1_000)]
            let empty = (1...12_500).map { number in
                PlannedHost(name: "node\(number)", gpus: (0..<8).map { PlannedGPU(index: $0, model: model) })
            }
            try measure(model, PlanRequest(name: model, hosts: empty, demand: demand), catalogue)
            // What stands: the layouts in turn, every third instance busy, every seventh GPU whole.
            let layouts = try catalogue.gpu(named: model).mig().maximalLayouts()
            var standing = empty
            for host in standing.indices {
                for gpu in 0..<8 where (host * 8 + gpu) % 7 != 0 {
                    let layout = layouts[(host * 8 + gpu) % min(layouts.count, 12)]
                    standing[host].gpus[gpu].mode = .mig(
                        layout.instances.enumerated().map { PlannedInstance($1, isBusy: $0 % 3 == 0) }
                    )
                }
            }
            try measure(
                model + ", from what stands",
                PlanRequest(name: model, hosts: standing, isPresentKnown: true, demand: demand),
                catalogue
            )
        }
    }

    private static func measure(_ name: String, _ request: PlanRequest, _ catalogue: GPUCatalogue) throws {
        let clock = ContinuousClock()
        var best = Duration.seconds(1_000)
        var plan: LayoutPlan?
        for _ in 0..<3 {
            let begin = clock.now
            plan = try LayoutPlanner.plan(request, catalogue: catalogue)
            best = min(best, clock.now - begin)
        }
        guard let plan else { return }
        let seconds = Double(best.components.attoseconds) / 1e18 + Double(best.components.seconds)
        print(
            "\(name): \(String(format: "%.2f", seconds)) s, \(plan.totals.slicedGPUs) sliced GPUs, at least "
                + "\(plan.totals.slicedBound), \(plan.steps.count) steps"
        )
    }
}
