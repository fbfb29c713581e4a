import Cost
import Probability
import Study

/// The least that any assignment can cost: what the choice is held against where not all can be priced.
///
/// Every workload goes where waiting, moving and licences for its bare mean demand cost least, as if demand needed no
/// whole hosts, no room for peaks and no further hardware; the owned hosts and what today's contract commits to are paid,
/// and the people of the cheapest platform. Each of these leaves cost out, so the sum is a bound: no assignment costs
/// less on the same draws.
struct LowerBound {
    let pricer: Pricer
    let space: AssignmentSpace

    /// Draws that the bound and the choice are compared on.
    static let sample = 1_024
    /// Demand is priced this many times over, so that a host more or less from rounding does not matter.
    private static let scale = 10_000.0

    /// How much more than the bound an assignment costs a month; 0 or more.
    func gap(of assignment: [Int]) -> Double {
        let cost = pricer.means([assignment], sample: LowerBound.sample)
        return max(0, (cost.first ?? 0) - value())
    }

    /// The bound itself, a month, on the first draws.
    func value() -> Double {
        let model = pricer.model
        let nothing = [Int](repeating: CostModel.absent, count: space.eligible.count)
        let base = pricer.means([nothing], sample: LowerBound.sample)
        let idle = table { workload in [(workload.gpuHoursPerMonth, 0)] }
        let empty = table { workload in [(workload.gpuHoursPerMonth, 0), (workload.requestsPerMonth, 0)] }
        let busy = table { workload in
            [
                (workload.gpuHoursPerMonth, workload.gpuHoursPerMonth.distribution.mean * LowerBound.scale),
                (workload.peakToMean, 1),
            ]
        }
        let unmoved = model.study.platforms.reduce(empty) { table, platform in
            model.input(platform.migrationPerWorkload.key).map { table.fixing($0, at: 0) } ?? table
        }
        let commits = model.study.platforms[model.today].licences.contains(where: \.committedUntilRenewal)
        var bound = base.first ?? 0
        var fixed = [Double](repeating: .infinity, count: model.platforms.count)
        for workload in space.eligible.indices {
            var least = Double.infinity
            for platform in space.eligible[workload] {
                let alone: UInt64 = 1 << UInt64(workload)
                let place = mean(unmoved, platform, alone).cost
                let waiting = mean(idle, platform, alone).cost
                let full = mean(busy, platform, alone)
                var licences = 0.0
                // How far a replayed size is below its parts' at a huge demand is not known: then licences are left out.
                if full.hosts > 1, model.replay == nil, !(commits && platform == model.today) {
                    // Whole hosts are at most one more than the demand fills.
                    licences = (full.cost - waiting) / LowerBound.scale * (full.hosts - 1) / full.hosts
                }
                least = min(least, waiting - place + max(0, licences))
                let committed = platform == model.today ? mean(unmoved, platform, 0).cost : 0
                fixed[platform] = min(fixed[platform], place - committed)
            }
            bound += least.isFinite ? least : 0
        }
        let people = fixed.filter(\.isFinite).min() ?? 0
        return bound + max(0, people)
    }

    /// The draws with some inputs of every workload held, and no time of running two platforms.
    private func table(_ held: (Workload) -> [(Quantity, Double)]) -> DrawTable {
        var table = pricer.table
        let model = pricer.model
        for workload in model.study.workloads {
            for (quantity, value) in held(workload) {
                if let input = model.input(quantity.key) { table = table.fixing(input, at: value) }
            }
        }
        for platform in model.study.platforms {
            if let input = model.input(platform.parallelMonths.key) { table = table.fixing(input, at: 0) }
        }
        return table
    }

    /// Mean cost of a platform with a set of workloads, without hardware, and its mean hosts in the first year.
    private func mean(_ table: DrawTable, _ platform: Int, _ subset: UInt64) -> (cost: Double, hosts: Double) {
        var cost = 0.0
        var hosts = 0.0
        let count = min(LowerBound.sample, table.count)
        for block in Sweep.blocks(0..<count) {
            var slab = CostSlab(pricer.model, table, block)
            let columns = slab.evaluate(platform: platform, subset: subset)
            for draw in 0..<slab.count {
                cost += columns.cost[draw]
                hosts += columns.hosts[draw]
            }
        }
        return (cost / Double(max(count, 1)), hosts / Double(max(count, 1)))
    }
}
