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

    /// Share of the draws in which some assignment that nothing undercuts puts a workload on a platform.
    ///
    /// Ties count for each side: those for which the first of equals stands elsewhere are counted on the fewer draws
    /// that all assignments are held for.
    private func probability(of position: Int, on platform: Int, _ costs: CostColumns, _ least: [Double]) -> Estimated {
        let there = selection.candidates.map { $0[position] == platform }
        let first = selection.tally.cheapest.map { $0 >= 0 && there[Int($0)] }
        var found = Estimated(shareOf: first)
        let here = lowest(costs) { $0[position] == platform }
        let tied = zip(zip(here, least), first).map { !$1 && Tally.isLowest($0.0, $0.1) }
        if tied.contains(true) {
            let extra = Estimated(shareOf: tied)
            found.value = min(1, found.value + extra.value)
            found.standardError = max(found.standardError, extra.standardError)
        }
        guard platform == selection.chosen[position] else { return found }
        // Whenever nothing undercuts the whole choice, nothing undercuts its part.
        found.value = max(found.value, selection.probability(selection.chosen).value)
        return found
    }

    private func decision(_ position: Int, _ costs: CostColumns) -> WorkloadDecision {
        let workload = preparation.study.workloads[position]
        let chosen = selection.chosen[position]
        let eligible = preparation.space.eligible[position]
        let least = lowest(costs) { _ in true }
        let without = selection.column(AssignmentSpace.moving(position, to: CostModel.absent, in: selection.chosen))
        let options = preparation.model.platforms.indices.map { platform in
            let isEligible = eligible.contains(platform)
            let belief = workload.overheadBelief(under: preparation.model.platforms[platform])
            return WorkloadOption(
                model: preparation.model.platforms[platform],
                rejections: preparation.eligibility[position][platform].rejections,
                marginalCostPerMonth: isEligible ? marginalCost(of: position, on: platform, without) : nil,
                probability: isEligible ? probability(of: position, on: platform, costs, least) : nil,
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
                lowest: least
            ),
            flipPoints: [],
            options: options,
            job: JobTime(
                workload: workload,
                on: preparation.model.platforms[chosen],
                share: preparation.shares[position][chosen]
            ),
            jobs: preparation.study.trace == nil ? nil : workload.jobs?.selector
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
