import Cost
import Estate
import Study

/// What was decided for each workload.
///
/// Money is marginal: the others stay where they were put. Probability and regret are not: in every draw the whole
/// estate is assigned anew, and what counts is where the workload stands then. So a workload is never surer than the
/// evidence about the platforms it shares with others.
struct WorkloadChoice: Sendable {
    let preparation: Preparation
    let selection: Selection
    let pricer: Pricer

    /// At most so many draws, and so many costs at once, for the regret of single workloads.
    private static let regretDraws = 16_384
    private static let regretCosts = 4_194_304

    /// Decisions in the study's order; flip points are added by who finds them.
    func decisions() async -> [WorkloadDecision] {
        let block = DrawTable.blockSize
        let affordable = max(1, Self.regretCosts / max(selection.candidates.count, 1) / block) * block
        let draws = min(Self.regretDraws, affordable, pricer.table.count)
        let costs = await pricer.columns(selection.candidates, draws: draws).costs
        return await Sweep.map(Array(preparation.study.workloads.indices)) { decision($0, costs) }
    }

    /// The lowest cost of each draw among the assignments that a condition admits.
    private func lowest(_ costs: CostColumns, where admits: ([Int]) -> Bool) -> [Double] {
        var lowest = [Double](repeating: .infinity, count: costs.draws)
        for (place, assignment) in selection.candidates.enumerated() where admits(assignment) {
            let column = costs.column(place)
            for (draw, cost) in column.enumerated() where cost < lowest[draw] { lowest[draw] = cost }
        }
        return lowest
    }

    /// Cost with the workload on a platform minus without it, draw by draw, the others as chosen.
    private func marginalCost(of position: Int, on platform: Int, _ without: ArraySlice<Double>) -> Spread {
        let with = selection.column(AssignmentSpace.moving(position, to: platform, in: selection.chosen))
        return Spread(draws: zip(with, without).map { $0 - $1 })
    }

    /// Share of the draws in which the cheapest assignment puts a workload on a platform.
    private func probability(of position: Int, on platform: Int) -> Estimated {
        let there = selection.candidates.map { $0[position] == platform }
        return Estimated(shareOf: selection.tally.cheapest.map { $0 >= 0 && there[Int($0)] })
    }

    private func decision(_ position: Int, _ costs: CostColumns) -> WorkloadDecision {
        let workload = preparation.study.workloads[position]
        let chosen = selection.chosen[position]
        let eligible = preparation.space.eligible[position]
        let without = selection.column(AssignmentSpace.moving(position, to: CostModel.absent, in: selection.chosen))
        let options = preparation.model.platforms.indices.map { platform in
            let isEligible = eligible.contains(platform)
            let belief = workload.overheadBelief(under: preparation.model.platforms[platform])
            return WorkloadOption(
                model: preparation.model.platforms[platform],
                rejections: preparation.eligibility[position][platform].rejections,
                marginalCostPerMonth: isEligible ? marginalCost(of: position, on: platform, without) : nil,
                probability: isEligible ? probability(of: position, on: platform) : nil,
                overhead: belief.spread,
                overheadProvenance: belief.provenance,
                share: preparation.shares[position][platform].text
            )
        }
        return WorkloadDecision(
            name: workload.name,
            model: preparation.model.platforms[chosen],
            probability: options[chosen].probability ?? Estimated(value: 0, standardError: 0),
            regretPerMonth: Estimated(
                regretOf: lowest(costs) { $0[position] == chosen },
                lowest: lowest(costs) { _ in true }
            ),
            flipPoints: [],
            options: options,
            job: JobTime(
                workload: workload,
                on: preparation.model.platforms[chosen],
                share: preparation.shares[position][chosen]
            )
        )
    }
}

extension WorkloadShare {
    /// In words; `none fits` where nothing does.
    var text: String {
        switch self {
        case .held(let text, _, _): text
        case .none: "none fits"
        }
    }
}
