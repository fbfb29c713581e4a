import Cost
import Estate
import Study

/// What was decided for each workload, the others held where they were put.
struct WorkloadChoice: Sendable {
    let preparation: Preparation
    let selection: Selection

    /// Decisions in the study's order; flip points are added by who finds them.
    func decisions() async -> [WorkloadDecision] {
        await Sweep.map(Array(preparation.study.workloads.indices), decision)
    }

    @Sendable
    private func decision(_ position: Int) -> WorkloadDecision {
        let workload = preparation.study.workloads[position]
        let chosen = selection.chosen[position]
        // Today's platform first, so that ties stay where they are; then the study's order.
        let eligible = preparation.space.eligible[position]
        let order =
            eligible.filter { $0 == preparation.model.today } + eligible.filter { $0 != preparation.model.today }
        let columns = order.map {
            Array(selection.column(AssignmentSpace.moving(position, to: $0, in: selection.chosen)))
        }
        var tally = Tally(draws: selection.costs.draws)
        for (place, column) in columns.enumerated() {
            column.withUnsafeBufferPointer { tally.add(place, $0) }
        }
        let without = selection.column(AssignmentSpace.moving(position, to: CostModel.absent, in: selection.chosen))
        let options = preparation.model.platforms.indices.map { platform in
            let place = order.firstIndex(of: platform)
            let belief = workload.overheadBelief(under: preparation.model.platforms[platform])
            return WorkloadOption(
                model: preparation.model.platforms[platform],
                rejections: preparation.eligibility[position][platform].rejections,
                marginalCostPerMonth: place.map { place in
                    Spread(draws: zip(columns[place], without).map { $0 - $1 })
                },
                probability: place.map { place in
                    Estimated(shareOf: tally.cheapest.map { $0 == Int32(truncatingIfNeeded: place) })
                },
                overhead: belief.spread,
                overheadProvenance: belief.provenance,
                share: preparation.shares[position][platform].text
            )
        }
        return WorkloadDecision(
            name: workload.name,
            model: preparation.model.platforms[chosen],
            probability: options[chosen].probability ?? Estimated(value: 0, standardError: 0),
            regretPerMonth: Estimated(regretOf: selection.column(selection.chosen), lowest: tally.lowest),
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
