package import Study
import Cost
import Documents
import Estate
import Probability

/// Decides which workloads belong on which deployment model, what that is worth and what would change it.
///
/// Constraints come first, each rejection with its reason. Then every assignment of workloads to the models they may use
/// is priced over the same draws, and the one with the lowest expected cost is chosen; ties go to today's assignment,
/// then to the study's order. Beyond `4,096` assignments a local search replaces the enumeration, and the result carries
/// how far the choice could be from the best.
///
/// Pure: the same study, evidence and seed give the same result on any number of cores. Takes about a second for four
/// workloads on four models at 100,000 draws on two cores.
///
/// - Parameters:
///   - study: The study, every default filled in.
///   - evidence: The comparisons of its records, in its order.
///   - trace: The trace that it names, as it was read; nil where it names none.
/// - Returns: Everything that a report shows.
/// - Throws: When nothing is to be decided, or nothing is eligible for a workload.
package func decide(
    study: Study,
    evidence: [ComparedEvidence],
    trace: RecordedTrace? = nil
) async throws(DecisionError) -> DecisionResult {
    let preparation = try Preparation(study, evidence: evidence, trace: trace)
    if let replay = preparation.replay {
        await replay.warm((preparation.space.all() ?? []) + [preparation.space.today])
        if let problem = replay.problem { throw problem }
    }
    let policy = preparation.study.policy
    let draws = min(max(policy.draws, 1), 1_000_000)
    let table = await DrawTable.drawn(preparation.model, count: draws, seed: policy.seed, tasks: Sweep.tasks)
    let pricer = Pricer(model: preparation.model, table: table)
    guard let selection = await Selection(pricer, preparation.space) else {
        throw .nothingToDecide("assignment that could be priced")
    }
    let maker = ResultMaker(preparation: preparation, pricer: pricer, selection: selection, evidence: evidence)
    let result = await maker.result()
    if let problem = preparation.replay?.problem { throw problem }
    return result
}

/// Turns a selection into the result that reports show.
struct ResultMaker: Sendable {
    let preparation: Preparation
    let pricer: Pricer
    let selection: Selection
    let evidence: [ComparedEvidence]

    private var study: Study { preparation.study }
    private var today: [Int] { preparation.space.today }

    func result() async -> DecisionResult {
        // Independent parts run side by side; each is deterministic, so the order they finish in does not matter.
        async let found = FlipPoints(preparation: preparation, pricer: pricer, selection: selection).found()
        async let broken = breakdowns()
        async let money = self.money()
        async let measurements = worth()
        async let assignments = self.assignments()
        async let decisions = WorkloadChoice(preparation: preparation, selection: selection, pricer: pricer).decisions()
        let sensitivity = await Sensitivity(preparation: preparation, pricer: pricer, selection: selection)
        let tornado = await sensitivity.tornado()
        let breakEvens = await sensitivity.breakEvens(tornado)
        let flips = await found
        var workloads = await decisions
        let points = FlipPoints(preparation: preparation, pricer: pricer, selection: selection)
        for position in workloads.indices { workloads[position].flipPoints = points.points(of: position, in: flips) }
        let cash = await money
        let breakdowns = await broken
        let (before, after) = (breakdowns[today], breakdowns[selection.chosen])
        let falls = Money.waterfalls(preparation, selection.chosen, before, after)
        let waited = [before, after].map { $0?[.waiting] ?? 0 }
        let risks = latencyRisks
        let estate = estateDecision(flips.map(\.point), waitingSaved: waited[0] - waited[1], risks)
        let coverage = points.coverage
        let further =
            risks.map(\.caveat) + points.atExpectedValues(flips) + [coverage].compactMap { $0 }
            + (breakEvens.never > 0
                ? ["\(counted(breakEvens.never, "break-even")) looked for never happen within their input's range."]
                : [])
        return DecisionResult(
            study: study,
            assignments: await assignments,
            workloads: workloads,
            estate: estate,
            timing: cash.timing,
            tornado: tornado,
            breakEvens: breakEvens.found,
            waterfall: falls.perMonth,
            waterfallPerUsefulGPUHour: falls.perUsefulGPUHour,
            cloudPerMonth: cash.cloud,
            savings: cash.savings,
            deferral: cash.deferral,
            measurements: await measurements,
            matrix: matrix.rows,
            questions: await questions(workloads, breakdowns).answers,
            comparisons: evidence,
            inputs: pricer.model.inputs.map { InputSummary(quantity: $0, spread: Spread($0.distribution)) },
            assumedVarianceShare: sensitivity.assumedShare,
            draws: pricer.table.count,
            seed: study.policy.seed,
            optimalityGapPerMonth: selection.gap,
            notes: notes(sensitivity, further),
            flipCoverage: coverage,
            replay: preparation.replay.map(ReplayFacts.init),
            scales: preparation.scales,
            servings: preparation.servings
        )
    }

    /// What today's assignment, the chosen one and the best of each kind cost by group.
    private func breakdowns() async -> [[Int]: CostBreakdown] {
        var asked = [today, selection.chosen]
        for further in [selection.bareMetal, selection.virtualized].compactMap({ $0 }) where !asked.contains(further) {
            asked.append(further)
        }
        var found: [[Int]: CostBreakdown] = [:]
        for (assignment, breakdown) in zip(asked, await pricer.breakdowns(asked)) { found[assignment] = breakdown }
        return found
    }

    private func worth() async -> [MeasurementValue] {
        await MeasurementWorth(preparation: preparation, pricer: pricer, selection: selection).measurements()
    }

    private func money() async -> Money.Figures {
        let draws = min(Money.draws, pricer.table.count)
        let table = DrawTable(pricer.model, count: draws, seed: study.policy.seed)
        return Money(preparation: preparation, selection: selection, table: table).figures()
    }

    private func assignments() async -> [AssignmentResult] {
        await Sweep.map(selection.shown) { assignment in
            let isEligible = zip(preparation.space.eligible, assignment).allSatisfy { $0.contains($1) }
            return AssignmentResult(
                models: preparation.models(assignment),
                isChosen: assignment == selection.chosen,
                isToday: assignment == today,
                isEligible: isEligible,
                costPerMonth: Spread(draws: Array(selection.column(assignment))),
                differencePerMonth: Spread(draws: selection.difference(assignment, selection.chosen)),
                costPerUsefulGPUHour: Spread(draws: selection.perUsefulHour(assignment)),
                probability: selection.probability(assignment),
                platforms: pricer.model.bills(assignment)
            )
        }
    }

    private func estateDecision(_ flips: [FlipPoint], waitingSaved: Double, _ risks: [LatencyRisk]) -> EstateDecision {
        let chosen = selection.chosen
        let cost = Spread(draws: Array(selection.column(chosen)))
        let probability = selection.probability(chosen)
        let sentence = DecisionSentence(
            study: study,
            models: preparation.models(chosen),
            today: preparation.models(today),
            isTodayEligible: preparation.space.isTodayEligible,
            saving: Spread(draws: selection.difference(today, chosen)),
            waitingSaved: waitingSaved,
            cost: cost,
            probability: probability,
            caveats: risks.map(\.caveat) + gapCaveat
        )
        return EstateDecision(
            models: preparation.models(chosen),
            probability: probability,
            regretPerMonth: selection.regret,
            costPerUsefulGPUHour: Spread(draws: selection.perUsefulHour(chosen)),
            costPerMonth: cost,
            usefulGPUHoursPerMonth: Spread(draws: selection.useful),
            sentence: sentence.text,
            flipPoints: flips
        )
    }

    /// Objectives that the choice misses in some draws, in the study's order.
    private var latencyRisks: [LatencyRisk] {
        study.workloads.indices.compactMap { position in
            LatencyRisk(preparation, pricer, workload: position, on: selection.chosen[position])
        }.filter(\.isOpen)
    }

    /// The distance from the best, where it is more than what the doubt about the inputs costs.
    private var gapCaveat: [String] {
        guard selection.gap > selection.regret.value else { return [] }
        return [
            "Not every assignment was priced: the best may cost up to \(amountText(selection.gap, study.currency)) a month "
                + "less."
        ]
    }

    // MARK: The matrix and the questions

    private func spread(_ assignment: [Int]?) -> Spread? {
        assignment.map { Spread(draws: Array(selection.column($0))) }
    }

    private var matrix: Matrix {
        Matrix(
            study: study,
            busyShare: busyShare,
            predictability: Predictability(
                bareMetal: spread(selection.bareMetal),
                virtualized: spread(selection.virtualized)
            )
        )
    }

    /// Active GPU-hours of a month over those of the GPUs owned, by draw.
    private var busyShare: Spread? {
        let owned = study.estate.hosts.reduce(0.0) { $0 + Double($1.count) * Double($1.shape.gpusPerHost) }
        guard owned > 0 else { return nil }
        let model = pricer.model
        var shares = [Double](repeating: 0, count: selection.costs.draws)
        for workload in study.workloads {
            guard let hours = model.input(workload.gpuHoursPerMonth.key),
                let activity = model.input(workload.activity.key)
            else { continue }
            for draw in shares.indices {
                shares[draw] += pricer.table.value(hours, draw: draw) * pricer.table.value(activity, draw: draw)
            }
        }
        return Spread(draws: shares.map { $0 / (730 * owned) })
    }

    private func questions(_ workloads: [WorkloadDecision], _ breakdowns: [[Int]: CostBreakdown]) async -> Questions {
        let platforms = pricer.model.platforms
        let cheaper = await selection.isCheaper(
            pricer,
            first: { $0.allSatisfy { !platforms[$0].isVirtual } },
            second: { $0.allSatisfy { platforms[$0].isVirtual } }
        )
        var waiting = 0.0
        if let metal = selection.bareMetal, let virtual = selection.virtualized {
            waiting = (breakdowns[metal]?[.waiting] ?? 0) - (breakdowns[virtual]?[.waiting] ?? 0)
        }
        return Questions(
            study: study,
            workloads: workloads,
            cheapestBareMetal: spread(selection.bareMetal),
            cheapestVirtual: spread(selection.virtualized),
            bareMetalIsCheaper: cheaper,
            waitingDifference: waiting
        )
    }

    private func notes(_ sensitivity: Sensitivity, _ further: [String]) -> [String] {
        var notes = study.notes + preparation.notes + further
        if let expansion = study.estate.expansion,
            study.date.years(to: expansion.date) >= Double(study.horizonYears)
        {
            notes.append(
                "The purchase planned for \(expansion.date) lies beyond the horizon of "
                    + "\(counted(study.horizonYears, "year")): it enters no figure, and putting it off is not valued."
            )
        }
        if let reference = sensitivity.reference {
            if selection.chosen == today {
                notes.append(
                    "The tornado and the break-evens hold the choice, which is today's, against the next best: "
                        + "\(preparation.title(reference))."
                )
            }
        } else {
            notes.append("No other assignment is eligible: the tornado shows the monthly cost itself.")
        }
        if !selection.isExact {
            notes.append(
                "\(NumberText.grouped(selection.candidates.count)) assignments found by local search were priced, not all: "
                    + "the best may cost up to \(amountText(selection.gap, study.currency)) a month less."
            )
        }
        if selection.costs.draws < pricer.table.count {
            notes.append(
                "Percentiles and probabilities come from the first \(NumberText.grouped(selection.costs.draws)) draws; the "
                    + "choice from all."
            )
        }
        if selection.useful.allSatisfy({ $0 <= 0 }) {
            notes.insert(
                "No useful GPU-hours are demanded: only standing costs decide, there is no cost of a useful GPU-hour, and "
                    + "its keys are left out.",
                at: 0
            )
        }
        let frameworks = Set(study.workloads.flatMap(\.needs.frameworks)).sorted()
        if !frameworks.isEmpty {
            notes.append(
                "\(frameworks.joined(separator: ", ")): a framework excludes no model by itself; only the "
                    + "\(study.derived.isEmpty ? "declared" : "declared and derived") tenancy, "
                    + "residency and other needs were applied."
            )
        }
        return notes
    }
}
