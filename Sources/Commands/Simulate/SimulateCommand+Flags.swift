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

    /// Refuses times that no replay would count.
    func requireTimes() throws {
        for (name, value) in [("--start-up", startUp), ("--repartition", repartition)] where value > 0 && noDepartures {
            throw ValidationError("\(name) is of a replay in time, not of --no-departures")
        }
        if let halfLife, noDepartures {
            throw ValidationError("--half-life \(halfLife) is of a queue, and under --no-departures no job waits")
        }
        if repartition > 0, cluster.slices != nil {
            throw ValidationError("--repartition is of instances that come and go; under --slices none is created")
        }
        try requireAnswers()
        guard let models = try replayedModels() else { return }
        if repartition > 0, !models.contains(where: \.usesMIG) {
            let list = models.map(\.rawValue).joined(separator: ", ")
            throw ValidationError(
                "--repartition goes with a model that uses MIG, such as bare-metal-mig"
                    + (list.isEmpty ? "; name one with --model" : ", not with \(list)")
            )
        }
        if cluster.isMixed, mixed.decision == nil, sweep == nil, !models.contains(where: \.isVirtual) {
            for (name, isGiven) in [("--start-up", startUp > 0), ("--overhead", modelling.overhead != nil)]
            where isGiven {
                throw ValidationError("\(name) holds for the virtual parts of a mixed estate, and --assign names none")
            }
        }
    }

    /// Refuses a promise that nothing is asked of.
    private func requireAnswers() throws {
        let isAnswered = cluster.gpus != nil || cluster.isMixed || noDepartures || sweep != nil
        if questions.objective != nil, questions.growth == nil, !isAnswered {
            throw ValidationError(
                "--objective searches the GPUs that it takes with --gpus; on hosts that are given it goes with --growth"
            )
        }
    }

    /// The models of which some replay is asked; nil where only a file says.
    private func replayedModels() throws -> [DeploymentModel]? {
        if cluster.model == nil && cluster.estate != nil || mixed.decision != nil { return nil }
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
