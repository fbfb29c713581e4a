package import Estate

/// The way from one layout to another: only idle instances are destroyed, and every state between is legal.
package enum LayoutTransition {
    /// The steps of one host, GPUs that wait for no job first.
    ///
    /// - Parameters:
    ///   - present: the host as it stands.
    ///   - target: the same host as it is to be; GPUs by index.
    ///   - models: the catalogue's GPUs by id.
    ///   - scope: what has to be free of jobs; with the host, each of its jobs is waited for.
    ///   - times: how long steps are taken to last.
    /// - Returns: the steps in order; none where nothing changes.
    /// - Throws: ``CatalogueError`` for facts that are not known.
    package static func steps(
        from present: PlannedHost,
        to target: PlannedHost,
        models: [String: GPUModel],
        scope: PlanRequest.DrainScope = .instance,
        times: PlanRequest.StepTimes = PlanRequest.StepTimes()
    ) throws(CatalogueError) -> [TransitionStep] {
        let standing = Dictionary(present.gpus.map { ($0.index, $0) }, uniquingKeysWith: { one, _ in one })
        var work: [(gpu: Int, actions: [TransitionStep.Action])] = []
        for gpu in target.gpus where !gpu.isSpare {
            guard let before = standing[gpu.index], let model = models[gpu.model] else { continue }
            let actions = try Self.actions(
                from: before.standing(in: scope),
                to: gpu.isWhole ? nil : gpu.layout,
                model: model
            )
            if !actions.isEmpty { work.append((gpu.index, actions)) }
        }
        var steps: [TransitionStep] = []
        append(work, of: present, scope, times, to: &steps)
        return steps
    }

    /// Puts what is done to a host's GPUs in order: those that wait for no job first; where the whole host must be free,
    /// between a drain, with a wait for each of its jobs, and its end.
    static func append(
        _ work: [(gpu: Int, actions: [TransitionStep.Action])],
        of present: PlannedHost,
        _ scope: PlanRequest.DrainScope,
        _ times: PlanRequest.StepTimes,
        to steps: inout [TransitionStep]
    ) {
        guard !work.isEmpty else { return }
        let host = present.name
        func add(_ waits: Bool) {
            for (gpu, actions) in work where actions.contains(where: \.waits) == waits {
                for action in actions {
                    steps.append(TransitionStep(host: host, gpu: gpu, action, seconds: seconds(action, times)))
                }
            }
        }
        if scope == .host {
            steps.append(TransitionStep(host: host, .drainHost, seconds: times.drain))
            for gpu in present.gpus where gpu.hasJobs {
                let waits: [TransitionStep.Action] =
                    gpu.isWhole
                    ? [.waitForGPU] : gpu.instances.filter(\.isBusy).map { .waitForInstance($0.instance) }
                steps += waits.map { TransitionStep(host: host, gpu: gpu.index, $0, seconds: seconds($0, times)) }
            }
        }
        add(false)
        add(true)
        if scope == .host { steps.append(TransitionStep(host: host, .resumeHost, seconds: times.drain)) }
    }

    /// What is done to one GPU, in order.
    static func actions(
        from present: PlannedGPU,
        to target: MIGLayout?,
        model: GPUModel
    ) throws(CatalogueError) -> [TransitionStep.Action] {
        var actions: [TransitionStep.Action] = []
        func reset() { if model.resetsForMIG { actions.append(.resetGPU) } }
        switch (present.mode, target) {
        case (.whole, nil): break
        case (.whole, let layout?):
            if present.isBusy { actions.append(.waitForGPU) }
            actions.append(.enableMIG)
            reset()
            actions += layout.instances.map { .create($0) }
        case (.mig(let instances), nil):
            for one in instances where !one.isBusy { actions.append(.destroy(one.instance)) }
            for one in instances where one.isBusy {
                actions += [.waitForInstance(one.instance), .destroy(one.instance)]
            }
            actions.append(.disableMIG)
            reset()
        case (.mig(let instances), let layout?):
            let geometry = try model.mig()
            let wanted = Set(layout.instances)
            let leaving = instances.filter { !wanted.contains($0.instance) }
            var standing = instances.map(\.instance)
            var missing = layout.instances.filter { !standing.contains($0) }
            func remove(_ instance: MIGInstance) {
                standing.removeAll { $0 == instance }
                actions.append(.destroy(instance))
            }
            func createWhatFits() throws(CatalogueError) {
                var rest: [MIGInstance] = []
                for instance in missing {
                    if try geometry.isLegal(MIGLayout(standing + [instance])) {
                        standing.append(instance)
                        actions.append(.create(instance))
                    } else {
                        rest.append(instance)
                    }
                }
                missing = rest
            }
            for one in leaving where !one.isBusy { remove(one.instance) }
            try createWhatFits()
            for one in leaving where one.isBusy {
                actions.append(.waitForInstance(one.instance))
                remove(one.instance)
                try createWhatFits()
            }
        }
        return actions
    }

    private static func seconds(_ action: TransitionStep.Action, _ times: PlanRequest.StepTimes) -> Double {
        switch action {
        case .drainHost, .resumeHost: times.drain
        case .waitForInstance, .waitForGPU: 0
        case .destroy: times.destroy
        case .create: times.create
        case .enableMIG, .disableMIG: times.mode
        case .resetGPU: times.reset
        }
    }

    /// Walks through steps as the driver would, and says at the first that it would refuse, or that ends a job, why.
    ///
    /// - Parameters:
    ///   - steps: what is done, in order.
    ///   - present: the hosts as they stand.
    ///   - models: the catalogue's GPUs by id.
    /// - Returns: the hosts afterwards, or what is wrong.
    package static func walk(
        _ steps: [TransitionStep],
        from present: [PlannedHost],
        models: [String: GPUModel]
    ) -> Result<[PlannedHost], WalkError> {
        var hosts = present
        let hostOf = Dictionary(hosts.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { one, _ in one })
        for (number, step) in steps.enumerated() {
            func wrong(_ problem: String) -> Result<[PlannedHost], WalkError> {
                .failure(WalkError(step: number, problem: problem))
            }
            guard let host = hostOf[step.host] else { return wrong("there is no host \(step.host)") }
            // A drain alone ends nothing: what runs is waited for.
            guard let index = step.gpu else { continue }
            guard let position = hosts[host].gpus.firstIndex(where: { $0.index == index }) else {
                return wrong("\(step.host) has no GPU \(index)")
            }
            if let problem = apply(step.action, to: &hosts[host].gpus[position], models: models) {
                return wrong(problem)
            }
        }
        return .success(hosts)
    }

    /// The step at which a walk ended.
    package struct WalkError: Error, Sendable, Hashable {
        /// From 0.
        package let step: Int
        package let problem: String
    }

    private static func apply(
        _ action: TransitionStep.Action,
        to gpu: inout PlannedGPU,
        models: [String: GPUModel]
    ) -> String? {
        switch action {
        case .drainHost, .resumeHost: return "a host's step names a GPU"
        case .waitForGPU:
            guard gpu.isWhole else { return "MIG mode is on, and the whole GPU is waited for" }
            gpu.isBusy = false
        case .resetGPU:
            guard !gpu.hasJobs, gpu.instances.isEmpty else { return "a GPU with jobs or instances is reset" }
        case .enableMIG:
            guard gpu.isWhole, !gpu.isBusy else { return "MIG mode is on already, or a job has the GPU" }
            gpu.mode = .mig([])
        case .disableMIG:
            guard case .mig(let left) = gpu.mode, left.isEmpty else { return "instances are left" }
            gpu.mode = .whole
        case .waitForInstance(let instance):
            guard case .mig(var instances) = gpu.mode,
                let found = instances.firstIndex(where: { $0.instance == instance })
            else { return "there is no \(instance)" }
            instances[found].isBusy = false
            gpu.mode = .mig(instances)
        case .destroy(let instance):
            guard case .mig(var instances) = gpu.mode,
                let found = instances.firstIndex(where: { $0.instance == instance })
            else { return "there is no \(instance)" }
            guard !instances[found].isBusy else { return "\(instance) is busy" }
            instances.remove(at: found)
            gpu.mode = .mig(instances)
        case .create(let instance):
            guard case .mig(let instances) = gpu.mode else { return "MIG mode is off" }
            let after = MIGLayout(instances.map(\.instance) + [instance])
            do {
                guard let geometry = models[gpu.model]?.migGeometry else { return "\(gpu.model) has no MIG" }
                if let violation = try geometry.violation(in: after) { return "\(violation)" }
            } catch {
                return "\(error)"
            }
            gpu.mode = .mig(
                (instances + [PlannedInstance(instance)]).sorted {
                    ($0.instance.start, $0.instance.profile) < ($1.instance.start, $1.instance.profile)
                }
            )
        }
        return nil
    }
}

extension TransitionStep.Action {
    /// Whether a running job is waited for.
    fileprivate var waits: Bool {
        switch self {
        case .waitForInstance, .waitForGPU: true
        case .drainHost, .resumeHost, .destroy, .create, .enableMIG, .disableMIG, .resetGPU: false
        }
    }
}

extension PlannedGPU {
    /// As it stands when its own steps begin: a drained host has no jobs left.
    func standing(in scope: PlanRequest.DrainScope) -> PlannedGPU {
        guard scope == .host, hasJobs else { return self }
        var result = self
        result.endJobs()
        return result
    }

    /// The same without jobs.
    mutating func endJobs() {
        isBusy = false
        if case .mig(var instances) = mode {
            for index in instances.indices { instances[index].isBusy = false }
            mode = .mig(instances)
        }
    }
}
