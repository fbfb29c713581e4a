import Documents
import Estate
import NodeCommands
import Scheduling

/// One replay with what its jobs were worth.
struct TimedReplay: Sendable {
    var trace: Trace
    var cluster: ClusterDescription
    var result: SimulationResult
    var ledger: JobLedger
    /// Rounds and disagreement of GPUs shared in turns; nil for a replay of the trace as it stands.
    var rounds: (count: Int, disagreement: Double)?
    var seconds: Double
    /// The deployment model, by its name; "mixed" for several, "not-stated" where nothing says.
    var model: String
    /// The model with what it is made of, for people.
    var modelWords: String
    /// What became of jobs that ask for whole GPUs, where the model hands out parts.
    var slices: SliceCounts?
    /// Jobs of a mixed estate that no part takes.
    var unassigned = 0
    /// Whether the jobs are those of a deployment model: in bare-metal work, priced under it.
    var isPriced = false
    /// Jobs whose durations are those on a MIG instance, and were brought to bare-metal work.
    var normalised = 0
    /// Teams whose quota counts in several parts of a mixed estate.
    var splitQuotas = 0
}

/// The parts of a mixed estate with their hosts, and who goes where.
struct MixedEstate {
    var model: ReplayModel
    /// The part of each job.
    var homes: ContiguousArray<Int32>
    /// The jobs as a decision took them; nil where flags say what models cost.
    var work: WorkTrace?
    var words: String
    /// Jobs that no part takes.
    var unassigned: Int
}

extension SimulateCommand {
    /// Replays a trace: as it stands, or in bare-metal work under a model with its costs.
    ///
    /// Whatever names a model on hosts goes by bare-metal work, so that the same work is priced under every model, whether
    /// its costs are stated or not. A trace is replayed as it stands where no model is named, and in a pool without hosts.
    func timedReplay(
        of trace: Trace,
        _ imported: ImportedTrace,
        _ setting: ReplaySetting,
        gpus: Int?,
        model: DeploymentModel?,
        isTrial: Bool = false
    ) throws -> TimedReplay {
        let description = try cluster.cluster(gpus: gpus, model: model)
        let deployment = try cluster.deployment(model)
        let isMixed = cluster.isMixed && model == nil
        guard modelling.isUsed || isMixed || deployment != nil && cluster.hasHosts else {
            let (result, seconds) = try replay(trace, description, setting, imported.names)
            let ledger = JobLedger(trace, result, startUpMilliseconds: milliseconds(startUp))
            return TimedReplay(
                trace: trace,
                cluster: description,
                result: result,
                ledger: ledger,
                rounds: nil,
                seconds: seconds,
                model: deployment?.rawValue ?? "not-stated",
                modelWords: deployment?.rawValue ?? "not stated: GPUs as jobs ask for them",
                slices: nil
            )
        }
        let clock = ContinuousClock()
        let begin = clock.now
        do {
            guard let pools = try cluster.hostPools(gpus: gpus) else {
                throw Failure.input(["a model that cuts hosts needs to know them: --gpus N --gpu MODEL"])
            }
            let plan = isMixed ? try mixedEstate(pools, trace, imported) : nil
            let work =
                try plan?.work
                ?? WorkTrace(
                    trace,
                    under: try modelling.recorded(
                        pools.compactMap(\.geometry).first ?? Self.geometry(naming: trace.profiles),
                        repartition: 0
                    ),
                    traits: try modelling.traits(imported.classes)
                )
            let prepared: PreparedReplay
            let words: String
            var unassigned = 0
            var splitQuotas = 0
            if let plan {
                unassigned = plan.unassigned
                splitQuotas = Self.splitQuotas(try quotas.table().byTeam(trace.teams), trace, plan.homes)
                words = plan.words
                prepared = try PreparedReplay(
                    work,
                    on: pools,
                    model: plan.model,
                    homes: plan.homes
                )
            } else {
                let deployment = deployment ?? .bareMetal
                let model = try modelling.model(deployment, description, pools)
                words = self.words(deployment, model)
                prepared = try PreparedReplay(
                    work,
                    on: pools,
                    model: model,
                    overheads: modelling.overheads(
                        of: deployment,
                        startUp: try startUp(of: deployment),
                        repartition: milliseconds(repartition)
                    )
                )
            }
            let outcome = try prepared.replay(
                try replayOptions(setting, trace),
                rounds: isTrial ? PreparedReplay.roundLimit : prepared.patientLimit
            )
            return TimedReplay(
                trace: outcome.trace,
                cluster: prepared.cluster,
                result: outcome.result,
                ledger: outcome.ledger,
                rounds: (outcome.rounds, outcome.disagreement),
                seconds: (clock.now - begin).seconds,
                // Work is priced on whole GPUs of its own where no model is named.
                model: isMixed ? "mixed" : (deployment ?? .bareMetal).rawValue,
                modelWords: words,
                slices: prepared.slices,
                unassigned: unassigned,
                isPriced: true,
                normalised: trace.profile.count { $0 != TraceJob.none },
                splitQuotas: splitQuotas
            )
        } catch let error as SimulationError {
            throw Failure.input(["\(path): \(error)"])
        }
    }

    /// A GPU of the catalogue that has the profiles of a trace, where the hosts have none: what the trace was recorded on.
    private static func geometry(naming profiles: [String]) -> MIGGeometry? {
        guard !profiles.isEmpty, let catalogue = try? GPUCatalogue.standard() else { return nil }
        let known = catalogue.gpus.compactMap { try? $0.mig() }
        return known.max { one, other in
            func named(_ geometry: MIGGeometry) -> Int {
                geometry.profiles.count { profiles.contains($0.name) }
            }
            return named(one) < named(other)
        }
    }

    /// Teams with a quota whose jobs go to more than one part.
    private static func splitQuotas(_ quotas: [Double?], _ trace: Trace, _ homes: ContiguousArray<Int32>) -> Int {
        var seen: [Int32: Int32] = [:]
        var split: Set<Int32> = []
        for job in 0..<trace.count where homes[job] != TraceJob.none {
            let team = trace.team[job]
            guard quotas.indices.contains(Int(team)), quotas[Int(team)] != nil else { continue }
            if let known = seen[team], known != homes[job] { split.insert(team) } else { seen[team] = homes[job] }
        }
        return split.count
    }

    /// A model with what it is made of, and what was taken where the command line says nothing.
    private func words(_ deployment: DeploymentModel, _ model: ReplayModel) -> String {
        let free =
            deployment.isVirtual && modelling.overhead == nil && startUp == 0
            ? "; at no overhead: --overhead and --start-up say what it costs" : ""
        switch model {
        case .passthrough(let shapes):
            let sizes = shapes == [1] ? "1 GPU" : "\(shapes.map(String.init).joined(separator: ", ")) GPUs"
            return "\(deployment), machines of \(sizes)\(free)"
        case .dynamicMIG: return "\(deployment), instances come and go with the jobs\(free)"
        case .staticMIG(let layout, _):
            return "\(deployment), every GPU in \(layout.instances.map(\.profile).joined(separator: ", "))\(free)"
        case .timeSliced(let slots):
            return
                "\(deployment), \(slots) slots to a GPU\(modelling.slots == nil ? " (--slots says others)" : "")\(free)"
        case .wholeGPU, .mixed: return deployment.rawValue
        }
    }

    /// The parts of a mixed estate with their hosts, and the part of each job.
    func mixedEstate(
        _ pools: [HostPool],
        _ trace: Trace,
        _ imported: ImportedTrace
    ) throws -> MixedEstate {
        let (wanted, said) = try mixed.parts(imported)
        // Flags that say what models cost say all of it.
        let isFlagged = modelling.isUsed || startUp != 0 || repartition != 0
        let decided = isFlagged ? nil : said
        let selectors = wanted.flatMap(\.selectors)
        let mapping = JobMapping(trace, classes: imported.classes, selectors)
        if let overlap = mapping.overlap {
            throw Failure.input([
                "\(path): \(NumberText.grouped(overlap.jobs)) jobs, the first \(imported.names[trace.id[overlap.job]]), are both "
                    + "'\(selectors[overlap.first])' and '\(selectors[overlap.second])'; a job has one place, so make them differ"
            ])
        }
        for (selector, unknown) in zip(selectors, mapping.unknownNames) {
            if let name = unknown.first {
                throw Failure.input(["\(path): '\(selector)' names '\(name)', which the trace does not have"])
            }
        }
        // Hosts in the order of the estate, until each part has its GPUs; the part without a number has what is left.
        let sizes = pools.flatMap { Array(repeating: $0.gpusPerHost, count: $0.hosts) }.filter { $0 > 0 }
        let total = sizes.reduce(0, +)
        let stated = wanted.reduce(0) { $0 + ($1.gpus ?? 0) }
        guard stated <= total else {
            throw Failure.input([
                "a mixed estate of \(stated) GPUs does not fit the \(total) that there are; give more --gpus"
            ])
        }
        var parts: [ReplayModel.Part] = []
        var words: [String] = []
        var at = 0
        for part in wanted {
            let gpus = part.gpus ?? total - stated
            var (hosts, given) = (0, 0)
            while given < gpus, at + hosts < sizes.count {
                given += sizes[at + hosts]
                hosts += 1
            }
            guard given == gpus else {
                throw Failure.input([
                    "\(gpus) GPUs for \(part.model) are not whole hosts (here they would be \(given)); parts of a mixed estate have "
                        + "hosts of their own"
                ])
            }
            at += hosts
            parts.append(
                ReplayModel.Part(
                    name: part.model.rawValue,
                    model: try modelling.model(part.model, .pool(gpus: 0), pools, slots: part.slots),
                    overheads: decided?.platforms[part.model]
                        ?? modelling.overheads(
                            of: part.model,
                            startUp: part.model.isVirtual ? milliseconds(startUp) : 0,
                            repartition: milliseconds(repartition)
                        ),
                    hosts: hosts,
                    classes: []
                )
            )
            let who = part.selectors.map(\.description).joined(separator: " or ")
            words.append("\(part.model) \(NumberText.grouped(gpus)) GPUs (\(who))")
        }
        let partOf = wanted.enumerated().flatMap {
            Array(repeating: Int32($0.offset), count: $0.element.selectors.count)
        }
        let homes = ContiguousArray(
            mapping.selector.map { partOf.indices.contains(Int($0)) ? partOf[Int($0)] : TraceJob.none }
        )
        let jobs =
            if isFlagged {
                said == nil ? "" : "; costs as the flags say"
            } else if decided != nil {
                "; jobs as the decision took them"
            } else {
                mixed.decision == nil ? "" : "; at no cost, for the decision does not say how it took its jobs"
            }
        return MixedEstate(
            model: .mixed(parts),
            homes: homes,
            work: try decided?.work(trace, mapping.selector, wanted, pools.compactMap(\.geometry).first),
            words: "mixed: \(words.joined(separator: "; "))\(jobs)",
            unassigned: mapping.unassigned
        )
    }

    /// Queue, placement and what the scheduler believes; the model's times come from the model.
    private func replayOptions(_ setting: ReplaySetting, _ trace: Trace) throws -> SimulationOptions {
        var options = SimulationOptions()
        options.queue = PolicyNames.queue(setting.queue, halfLife: milliseconds(fairHalfLife * 3_600)) ?? .fcfs
        options.placement = setting.placement
        options.estimates = try estimateModel()
        options.seed = setting.seed
        options.teamQuotas = try quotas.table().byTeam(trace.teams)
        if series != nil { options.sampleEveryMilliseconds = max(milliseconds(sample ?? 3_600), 1) }
        return options
    }

    /// The answers to what was asked of a replay.
    func answer(
        _ trace: Trace,
        _ imported: ImportedTrace,
        _ setting: ReplaySetting,
        _ run: TimedReplay
    ) throws -> ReplayAnswers {
        var answers = ReplayAnswers(run: run, report: ReplayReport(run.trace, run.result, ledger: run.ledger))
        guard let objective = try questions.promise() else { return answers }
        do {
            if cluster.gpus != nil, !cluster.isMixed {
                let step = run.isPriced ? cluster.hostSize : 1
                let mean = Int((Double(run.result.gpuCount) * min(answers.report.allocatedShare, 1)).rounded(.up))
                let peak = GPUSearch.peakDemand(run.trace)
                let limit = min(max(peak + peak / 4 + 8 * cluster.hostSize, run.result.gpuCount), 10_000_000)
                answers.search = (
                    objective,
                    try GPUSearch(objective, from: max(mean, 1), limit: limit, step: step) {
                        gpus throws(SimulationError) in try trial(trace, imported, setting, gpus, nil, objective)
                    }
                )
            }
            if let growth = questions.growth {
                var question = DemandGrowth.Question(objective: objective, yearlyGrowth: growth)
                question.replications = questions.replications ?? question.replications
                question.horizonYears = questions.horizon ?? question.horizonYears
                question.seed = setting.seed
                let own = try cluster.stated()
                for model in try questions.models().map({ $0.map(Optional.some) }) ?? [own] {
                    let answer = try DemandGrowth(trace, question) { drawn throws(SimulationError) in
                        try trial(drawn, imported, setting, nil, model, objective)
                    }
                    answers.growth.append(
                        (model?.rawValue ?? (cluster.isMixed ? "mixed" : "as given"), question, answer)
                    )
                }
            }
        } catch {
            throw Failure.input(["\(path): \(error)"])
        }
        return answers
    }

    /// One trial of a search.
    private func trial(
        _ trace: Trace,
        _ imported: ImportedTrace,
        _ setting: ReplaySetting,
        _ gpus: Int?,
        _ model: DeploymentModel?,
        _ objective: WaitObjective
    ) throws(SimulationError) -> WaitTrial {
        do {
            let run = try timedReplay(of: trace, imported, setting, gpus: gpus, model: model, isTrial: true)
            return WaitTrial(run.trace, run.result, objective)
        } catch {
            throw .option("\(error)")
        }
    }
}
