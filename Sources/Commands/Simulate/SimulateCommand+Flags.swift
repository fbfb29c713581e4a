import ArgumentParser
import Estate
import NodeCommands

extension SimulateCommand {
    /// Refuses outputs that are inputs, or one another, by whatever names: what is read must still be there afterwards.
    func refuseOverwriting() throws {
        var inputs = [("the trace", path)].filter { $0.1 != "-" }
        let named = [
            ("--nodes", cluster.nodes), ("--quotas", quotas.quotas), ("--decision", mixed.decision),
            ("--estate", cluster.estate), ("--estate", cluster.estate.map { "\($0)/study.yaml" }),
        ]
        inputs += named.compactMap { name, file in file.map { (name, $0) } }
        var outputs = [("--series", series), ("--jobs", jobs)].compactMap { name, file in file.map { (name, $0) } }
        if let folder = questions.output {
            outputs += ReplayAnswers.allFiles.map { ("-o", "\(folder)/\($0)") }
        }
        for (index, (option, output)) in outputs.enumerated() {
            if let (name, input) = inputs.first(where: { Files.wouldReplace($0.1, output) }) {
                throw ValidationError(
                    "\(option) \(output) is \(name) (\(input)), which is to be read; name another file"
                )
            }
            if let (other, file) = outputs[..<index].first(where: { Files.wouldReplace($0.1, output) }) {
                throw ValidationError("\(option) \(output) is the file of \(other) (\(file)); name another file")
            }
        }
    }

    /// Refuses what a model costs or is made of where no model of that kind is replayed.
    func requireModels() throws {
        guard let models = try replayedModels() else { return }
        let list = models.map(\.rawValue).joined(separator: ", ")
        let instead = list.isEmpty ? "; name one with --model" : ", not with \(list)"
        for (name, isGiven) in [
            ("--slots", modelling.slots != nil), ("--switching", modelling.switching != nil),
            ("--interference", modelling.interference != nil),
        ] where isGiven && !models.contains(where: { [.timeSliced, .virtualFunctions].contains($0.sharing) }) {
            throw ValidationError("\(name) goes with a model that shares GPUs in turns, such as vm-vgpu\(instead)")
        }
        if modelling.vmShapes != nil, !models.contains(.vmPassthrough) {
            throw ValidationError("--vm-shapes goes with vm-passthrough\(instead)")
        }
    }

    /// Refuses times that no replay would count, and a promise that nothing is asked of.
    func requireTimes() throws {
        for (name, value) in [("--start-up", startUp), ("--repartition", repartition)] where value > 0 && noDepartures {
            throw ValidationError("\(name) is of a replay in time, not of --no-departures")
        }
        if let halfLife, noDepartures {
            throw ValidationError("--half-life \(halfLife) is of a queue, and under --no-departures no job waits")
        }
        let isAnswered = cluster.gpus != nil || cluster.isMixed || noDepartures || sweep != nil
        if questions.objective != nil, questions.growth == nil, !isAnswered {
            throw ValidationError(
                "--objective searches the GPUs that it takes with --gpus; on hosts that are given it goes with --growth"
            )
        }
        guard startUp > 0, cluster.isMixed, mixed.decision == nil, sweep == nil else { return }
        if let models = try replayedModels(), !models.contains(where: \.isVirtual) {
            throw ValidationError("--start-up holds for the virtual parts of a mixed estate, and --assign names none")
        }
    }

    /// Refuses costs that no model of the replays has: a hypervisor's on bare metal, and the creation of instances where
    /// none is created.
    func requireCosts() throws {
        guard mixed.decision == nil else { return }
        let models = try namedModels() + [cluster.deployment(nil)].compactMap { $0 }
        let list = Set(models.map(\.rawValue)).sorted().joined(separator: ", ")
        let instead = list.isEmpty ? "; name one with --model" : ", not with \(list)"
        if let overhead = modelling.overhead, overhead != 0, !models.contains(where: \.isVirtual) {
            throw ValidationError("--overhead goes with a virtual model, such as vm-passthrough\(instead)")
        }
        if repartition > 0, cluster.slices != nil || !models.contains(where: \.usesMIG) {
            let fixed = cluster.slices == nil ? instead : ", not with the fixed layout of --slices"
            throw ValidationError(
                "--repartition goes with a model whose instances come and go, such as bare-metal-mig\(fixed)"
            )
        }
    }

    /// The start-up of jobs under one model, in milliseconds.
    ///
    /// Where models with and without a hypervisor are replayed side by side it is a machine's boot, which bare metal does
    /// not have.
    func startUp(of model: DeploymentModel) throws -> Int64 {
        guard startUp > 0, !model.isVirtual else { return milliseconds(startUp) }
        let models = try namedModels() + [cluster.deployment(nil)].compactMap { $0 }
        return cluster.isMixed || models.contains(where: \.isVirtual) ? 0 : milliseconds(startUp)
    }

    /// The models of which some replay is asked; nil where only a file says.
    private func replayedModels() throws -> [DeploymentModel]? {
        if cluster.model == nil && cluster.estate != nil || mixed.decision != nil { return nil }
        return try namedModels()
    }

    /// The models that the command line names.
    private func namedModels() throws -> [DeploymentModel] {
        var models = try [cluster.stated()].compactMap { $0 } + mixed.assigned().map(\.model)
        models += try questions.models() ?? []
        if let sweep {
            models += try SweepPlan.settings(try SweepPlan.parse(sweep), from: ReplaySetting()).compactMap(\.model)
        }
        if models.isEmpty, cluster.slices != nil { models = [.bareMetalMIG] }
        var seen: Set<DeploymentModel> = []
        return models.filter { seen.insert($0).inserted }
    }
}
