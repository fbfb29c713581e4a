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
}

extension SimulateCommand {
    /// Replays a trace: as it stands, or in bare-metal work under a model with its costs.
    func timedReplay(
        of trace: Trace,
        _ imported: ImportedTrace,
        _ setting: ReplaySetting,
        gpus: Int?,
        model: DeploymentModel?
    ) throws -> TimedReplay {
        let description = try cluster.cluster(gpus: gpus, model: model)
        guard modelling.isUsed else {
            let (result, seconds) = try replay(trace, description, setting, imported.names)
            let ledger = JobLedger(trace, result, startUpMilliseconds: milliseconds(startUp))
            return TimedReplay(
                trace: trace,
                cluster: description,
                result: result,
                ledger: ledger,
                rounds: nil,
                seconds: seconds
            )
        }
        let clock = ContinuousClock()
        let begin = clock.now
        do {
            let pool = try hostPool(gpus: gpus)
            let deployment = try model ?? cluster.model.map(Arguments.deploymentModel) ?? .bareMetal
            let work = try WorkTrace(
                trace,
                under: try modelling.recorded(pool.geometry, repartition: 0),
                traits: try modelling.traits(imported.classes)
            )
            let prepared = try PreparedReplay(
                work,
                on: pool,
                model: try modelling.model(deployment, description, pool),
                overheads: modelling.overheads(
                    startUp: milliseconds(startUp),
                    repartition: milliseconds(repartition)
                )
            )
            let outcome = try prepared.replay(try replayOptions(setting))
            return TimedReplay(
                trace: outcome.trace,
                cluster: prepared.cluster,
                result: outcome.result,
                ledger: outcome.ledger,
                rounds: (outcome.rounds, outcome.disagreement),
                seconds: (clock.now - begin).seconds
            )
        } catch let error as SimulationError {
            throw Failure.input(["\(path): \(error)"])
        }
    }

    /// Queue, placement and what the scheduler believes; the model's times come from the model.
    private func replayOptions(_ setting: ReplaySetting) throws -> SimulationOptions {
        var options = SimulationOptions()
        options.queue = PolicyNames.queue(setting.queue, halfLife: milliseconds(halfLife * 3_600)) ?? .fcfs
        options.placement = setting.placement
        options.estimates = try estimateModel()
        options.seed = setting.seed
        if series != nil { options.sampleEveryMilliseconds = max(milliseconds(sample), 1) }
        return options
    }

    /// Full hosts of --gpus-per-node GPUs.
    private func hostPool(gpus: Int?) throws -> HostPool {
        let total = gpus ?? cluster.gpus ?? 1
        let each = min(cluster.gpusPerNode, total)
        guard total % each == 0 else {
            throw Failure.input([
                "--gpus \(total) is not a multiple of --gpus-per-node \(each); a model that cuts hosts needs full ones"
            ])
        }
        do {
            let gpu = try GPUCatalogue.standard().gpu(named: cluster.gpu ?? "")
            return HostPool(
                hosts: total / each,
                gpusPerHost: each,
                gpuType: gpu.id,
                gpuMemoryMiB: gpu.memoryFloorMiB,
                geometry: try? gpu.mig()
            )
        } catch let error as CatalogueError {
            throw Failure.input(["--gpu: \(error)"])
        }
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
            if cluster.gpus != nil {
                let step = cluster.gpu == nil ? 1 : (modelling.isUsed ? cluster.gpusPerNode : 1)
                let mean = Int((Double(run.result.gpuCount) * min(answers.report.allocatedShare, 1)).rounded(.up))
                let peak = GPUSearch.peakDemand(run.trace)
                let limit = min(max(peak + peak / 4 + 8 * cluster.gpusPerNode, run.result.gpuCount), 10_000_000)
                answers.search = (
                    objective,
                    try GPUSearch(objective, from: max(mean, 1), limit: limit, step: step) {
                        gpus throws(SimulationError) in try trial(trace, imported, setting, gpus, nil, objective)
                    }
                )
            }
            if let growth = questions.growth {
                var question = DemandGrowth.Question(objective: objective, yearlyGrowth: growth)
                question.replications = questions.replications
                question.horizonYears = questions.horizon
                question.seed = setting.seed
                let own = try cluster.model.map(Arguments.deploymentModel)
                for model in try questions.models().map({ $0.map(Optional.some) }) ?? [own] {
                    let answer = try DemandGrowth(trace, question) { drawn throws(SimulationError) in
                        try trial(drawn, imported, setting, nil, model, objective)
                    }
                    answers.growth.append((model?.rawValue ?? "as given", question, answer))
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
            let run = try timedReplay(of: trace, imported, setting, gpus: gpus, model: model)
            return WaitTrial(run.trace, run.result, objective)
        } catch {
            throw .option("\(error)")
        }
    }
}
