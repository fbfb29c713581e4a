import Estate

/// What stands on a GPU, in the bits of its model's ``LayoutRules``.
struct StandingGPU: Sendable, Hashable {
    /// The model's position in the estate.
    let model: Int
    /// Whether MIG mode is off.
    var isWhole = true
    /// Whether a job has the whole GPU.
    var hasWholeJob = false
    /// The instances.
    var places: UInt64 = 0
    /// Those with a running job.
    var busy: UInt64 = 0
    /// Where whole hosts are drained: the running jobs of its host, which end before anything changes here.
    var hostJobs = 0

    /// Whether a job runs on any part of it.
    var hasJobs: Bool { hasWholeJob || busy != 0 }

    /// Whether a change of it may have to wait for a job.
    var isInUse: Bool { hasJobs || hostJobs > 0 }

    /// The same once its jobs have ended.
    var idle: StandingGPU {
        var result = self
        (result.hasWholeJob, result.busy, result.hostJobs) = (false, 0, 0)
        return result
    }
}

/// The GPUs of an estate by what stands on them: large estates have few kinds.
struct StandingGPUs {
    /// Each kind once, in the order in which the estate has them.
    private(set) var kinds: [StandingGPU] = []
    /// The kind of each site.
    private(set) var kindOf: [Int] = []

    /// Sorts the GPUs; where what stands is not known, by model alone.
    ///
    /// With `drainsHosts` the jobs of a GPU's host count for the GPU as well.
    ///
    /// - Throws: ``PlanError/illegalPresent(host:gpu:_:)`` for a layout that is not legal, and
    ///   ``PlanError/catalogue(_:)`` for one that rests on unknown facts.
    init(
        _ hosts: [PlannedHost],
        _ estate: PlannerSites,
        isKnown: Bool,
        drainsHosts: Bool,
        rules: inout [LayoutRules?]
    ) throws(PlanError) {
        var known: [StandingGPU: Int] = [:]
        let jobs = isKnown && drainsHosts ? hosts.map { $0.gpus.reduce(0) { $0 + $1.jobs } } : []
        kindOf.reserveCapacity(estate.sites.count)
        for site in estate.sites {
            var kind = StandingGPU(model: site.model)
            if isKnown {
                let host = hosts[site.host]
                if drainsHosts { kind.hostJobs = jobs[site.host] }
                let gpu = host.gpus[site.position]
                switch gpu.mode {
                case .whole: kind.hasWholeJob = gpu.isBusy
                case .mig(let instances):
                    kind.isWhole = false
                    if rules[site.model] == nil {
                        do throws(CatalogueError) {
                            rules[site.model] = try LayoutRules(try estate.models[site.model].mig())
                        } catch {
                            throw .catalogue(error)
                        }
                    }
                    if let rules = rules[site.model], let wrong = Self.take(instances, rules, &kind) {
                        let found: MIGLayoutViolation?
                        do throws(CatalogueError) {
                            found = try estate.models[site.model].mig().violation(in: gpu.layout)
                        } catch {
                            throw .catalogue(error)
                        }
                        throw .illegalPresent(host: host.name, gpu: gpu.index, found ?? .impossiblePlacement(wrong))
                    }
                }
            }
            if let found = known[kind] {
                kindOf.append(found)
            } else {
                known[kind] = kinds.count
                kindOf.append(kinds.count)
                kinds.append(kind)
            }
        }
    }

    /// Takes instances one by one; returns the first that is not legal beside those before it.
    private static func take(
        _ instances: [PlannedInstance],
        _ rules: LayoutRules,
        _ kind: inout StandingGPU
    ) -> MIGInstance? {
        var shape = LayoutRules.Shape()
        for one in instances {
            guard let bit = rules.bit(of: one.instance), rules.fits(bit, beside: shape) else {
                return one.instance
            }
            rules.add(bit, to: &shape)
            if one.isBusy { kind.busy |= 1 << UInt64(bit) }
        }
        kind.places = shape.places
        return nil
    }
}
