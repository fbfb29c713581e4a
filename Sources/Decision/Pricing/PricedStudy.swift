package import Cost
package import Estate
package import Study

/// A study priced under each deployment model, every workload on the same one: what `assay cost` prints.
///
/// Money is in the study's currency, levelised a month over the horizon. Constraints are not asked here: a model that a
/// workload does not fit is priced as far as it goes and says so.
package struct PricedStudy: Sendable {
    /// The study as priced: overheads measured where its evidence allows.
    package var study: Study
    /// In the study's order of platforms.
    package var models: [PricedModel]
    /// Levelised monthly cost of renting the same demand by the hour; absent when no price is known.
    package var cloudPerMonth: Spread?
    /// Useful GPU-hours a month: the denominator, the same for every model.
    package var usefulGPUHoursPerMonth: Spread
    package var draws: Int
    package var seed: UInt64
    /// What the reader of the study and the evidence had to say.
    package var notes: [String]
    /// What sizes and idle hours were replayed from; absent for a study without a trace.
    package var replay: ReplayFacts?

    /// Prices a study with the comparisons of its records and the trace that it names.
    ///
    /// - Throws: ``DecisionError`` when there is nothing to price, or the trace cannot be replayed.
    package static func price(
        _ study: Study,
        evidence: [ComparedEvidence],
        trace: RecordedTrace? = nil
    ) async throws(DecisionError) -> PricedStudy {
        var resolved = ResolvedStudy(study, evidence: evidence)
        let replay = try StudyReplay.of(resolved.study, trace)
        if let replay { resolved.study = replay.study }
        let model: CostModel
        do throws(CostModelError) {
            model = try CostModel(study: resolved.study, replay: replay?.demand)
        } catch {
            throw .cost(error.description)
        }
        if let replay {
            await replay.warm(model.platforms.indices.map(model.uniform))
            if let problem = replay.problem { throw problem }
        }
        let draws = await DrawTable.drawn(model, count: study.policy.draws, seed: study.policy.seed, tasks: 2)
        var columns = [ContiguousArray<Double>](repeating: [], count: model.platforms.count)
        var useful = ContiguousArray<Double>()
        for range in draws.blocks {
            var slab = CostSlab(model, draws, range)
            useful.append(contentsOf: slab.useful)
            for platform in model.platforms.indices {
                columns[platform].append(contentsOf: slab.total(model.uniform(platform)))
            }
        }
        let breakdowns = model.breakdowns(model.platforms.indices.map(model.uniform), draws)
        let models = model.platforms.indices.compactMap { platform in
            breakdowns[platform].map {
                PricedModel(model, platform, cost: columns[platform], useful: useful, breakdown: $0)
            }
        }
        if let problem = replay?.problem { throw problem }
        let facts = replay.map(ReplayFacts.init)
        return PricedStudy(
            study: resolved.study,
            models: models,
            cloudPerMonth: model.cloud(draws).map { Spread(draws: Array($0)) },
            usefulGPUHoursPerMonth: Spread(draws: Array(useful)),
            draws: draws.count,
            seed: study.policy.seed,
            notes: study.notes + resolved.notes + (facts?.sentences ?? []),
            replay: facts
        )
    }
}

/// What one deployment model costs.
package struct PricedModel: Sendable {
    package var model: DeploymentModel
    package var isToday: Bool
    package var costPerMonth: Spread
    /// Absent when nothing useful is done.
    package var costPerUsefulGPUHour: Spread?
    /// Expected cost over expected hours of the GPUs in service.
    package var costPerAvailableGPUHour: Double?
    /// By group, levelised; sums to the mean of `costPerMonth`.
    package var breakdown: CostBreakdown
    /// At the expected inputs, in the first year.
    package var bills: [PlatformBill]
    /// Why a workload does not fit, one sentence each.
    package var misfits: [String]

    /// Prices one platform.
    init(
        _ cost: CostModel,
        _ platform: Int,
        cost column: ContiguousArray<Double>,
        useful: ContiguousArray<Double>,
        breakdown: CostBreakdown
    ) {
        model = cost.platforms[platform]
        isToday = platform == cost.today
        costPerMonth = Spread(draws: Array(column))
        let ratios = zip(column, useful).filter { $1 > 0 }.map { $0 / $1 }
        costPerUsefulGPUHour = ratios.isEmpty ? nil : Spread(draws: ratios)
        self.breakdown = breakdown
        costPerAvailableGPUHour = breakdown.hours.available > 0 ? breakdown.total / breakdown.hours.available : nil
        bills = cost.bills(cost.uniform(platform))
        misfits = cost.misfits(on: platform)
    }
}

extension CostModel {
    /// Every workload on one platform.
    func uniform(_ platform: Int) -> [Int] {
        [Int](repeating: platform, count: workloads.count)
    }

    /// Why workloads do not fit a platform, one sentence each.
    func misfits(on platform: Int) -> [String] {
        workloads.indices.compactMap { workload in
            guard case .none(let reason) = share(workload: workload, platform: platform) else { return nil }
            return "\(workloads[workload]) does not fit \(platforms[platform]): \(reason)."
        }
    }
}
