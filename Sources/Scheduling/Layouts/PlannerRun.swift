import Documents
import Estate

/// One plan in the making.
struct PlannerRun {
    let request: PlanRequest
    let models: [GPUModel]
    let sites: [PlannerSites.Site]
    let rows: [DemandRows.Row]
    let standing: StandingGPUs
    private(set) var choices: [LayoutChoices?] = []
    private(set) var whole: GangPlacement
    private(set) var cover: SliceCover

    init(_ request: PlanRequest, _ catalogue: GPUCatalogue) throws(PlanError) {
        self.request = request
        let estate = try PlannerSites(request.hosts, catalogue: catalogue)
        let models = estate.models
        (self.models, sites) = (models, estate.sites)
        var rules: [LayoutRules?] = models.map { _ in nil }
        standing = try StandingGPUs(
            request.hosts,
            estate,
            isKnown: request.isPresentKnown,
            drainsHosts: request.drainScope == .host,
            rules: &rules
        )
        let ids = models.map(\.id)
        for (position, entry) in request.demand.enumerated() {
            guard entry.count >= 0, entry.count <= PlanDemand.countLimit else {
                throw .row(position, .count(entry.name, entry.count))
            }
            if let model = entry.model, !ids.contains(model) { throw .row(position, .absentModel(model, gpus: ids)) }
        }
        guard request.demand.contains(where: { $0.count > 0 }) else { throw .noDemand }
        let rows = try DemandRows(request.demand, models: models).rows
        self.rows = rows
        var choices: [LayoutChoices?] = []
        for (model, entry) in models.enumerated() {
            if let geometry = entry.migGeometry, rows.contains(where: { $0.profile[model] != nil }) {
                let busy = standing.kinds.reduce(UInt64(0)) { $1.model == model ? $0 | $1.busy : $0 }
                choices.append(try LayoutChoices(geometry, rows, model: model, standing: busy))
            } else {
                choices.append(nil)
            }
        }
        self.choices = choices
        (whole, cover) = try Self.solve(request, estate, standing, rows, choices)
    }

    /// Whole jobs, then slices on what they leave: with regard to running jobs where that serves the demand.
    private static func solve(
        _ request: PlanRequest,
        _ estate: PlannerSites,
        _ standing: StandingGPUs,
        _ rows: [DemandRows.Row],
        _ choices: [LayoutChoices?]
    ) throws(PlanError) -> (GangPlacement, SliceCover) {
        let gangs = try WholeJobs(request, estate, standing)
        var failed: PlanError?
        var tried: Set<[Int]> = []
        for manner in WholeJobs.Manner.allCases where manner == .plain || standing.kinds.contains(where: \.isInUse) {
            let whole: GangPlacement
            do {
                whole = try gangs.placed(manner, isSliced: choices.map { $0 != nil })
            } catch {
                failed = error
                continue
            }
            var supply = estate.models.map { _ in 0 }
            var free = standing.kinds.map { _ in 0 }
            for (index, site) in estate.sites.enumerated() where whole.teamOf[index] == nil {
                supply[site.model] += 1
                free[standing.kindOf[index]] += 1
            }
            // What was too little is so again.
            guard tried.insert(supply).inserted else { continue }
            do {
                let cover = try SliceCover(
                    rows,
                    choices: choices,
                    models: estate.models,
                    supply: supply,
                    wholeGPUs: whole.teamOf.count,
                    busy: busy(standing, free, choices)
                )
                return (whole, cover)
            } catch {
                failed = error
            }
        }
        throw failed ?? .noDemand
    }

    /// Free GPUs with running jobs, by model and jobs.
    private static func busy(
        _ standing: StandingGPUs,
        _ free: [Int],
        _ choices: [LayoutChoices?]
    ) -> [CoverKinds.Busy] {
        var found: [CoverKinds.Busy] = []
        var known: [StandingGPU: Int] = [:]
        for (kind, gpu) in standing.kinds.enumerated() where gpu.isInUse && free[kind] > 0 {
            guard let choice = choices[gpu.model] else { continue }
            // What stands idle there changes nothing about the jobs, unless a change drains the host.
            var jobs = gpu
            if gpu.hostJobs == 0 { jobs.places = gpu.busy }
            if let same = known[jobs] {
                found[same].count += free[kind]
            } else {
                known[jobs] = found.count
                found.append(
                    CoverKinds.Busy(model: gpu.model, count: free[kind], jobs: choice.jobs(inTheWayOn: gpu))
                )
            }
        }
        return found
    }

    /// What it comes to.
    var totals: PlanTotals {
        get throws(PlanError) { summed(try place()) }
    }

    private func summed(_ placing: Placing) -> PlanTotals {
        func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
        return PlanTotals(
            gpus: sites.count,
            wholeGPUs: whole.teamOf.count,
            slicedGPUs: cover.gpus,
            slicedBound: cover.bound,
            fragmentedGPUs: rounded(placing.fragmentedGPUs),
            idleGPUs: rounded(placing.idleGPUs)
        )
    }

    /// The whole plan.
    func plan() throws(PlanError) -> LayoutPlan {
        let placing = split(try place())
        var hosts = request.hosts
        for host in placing.drained { for gpu in hosts[host].gpus.indices { hosts[host].gpus[gpu].endJobs() } }
        for (index, site) in sites.enumerated() where placing.unitOf[index] < 0 {
            if let team = whole.teamOf[index] {
                hosts[site.host].gpus[site.position].give(to: team)
            } else {
                hosts[site.host].gpus[site.position].spare(isKnown: request.isPresentKnown)
            }
        }
        let unserved = deal(placing, &hosts)
        let totals = summed(placing)
        return LayoutPlan(
            name: request.name,
            demand: request.demand,
            hosts: hosts,
            present: request.isPresentKnown ? request.hosts : nil,
            totals: totals,
            proof: cover.proof,
            steps: request.isPresentKnown ? try steps(placing, hosts) : [],
            notes: PlanNotes(
                request: request,
                models: models,
                hosts: hosts,
                totals: totals,
                proof: cover.proof,
                shares: cover.shares,
                onOneHost: unserved.map { ($0.team, hosts[$0.host].name) }
            ).lines
        )
    }

    /// The way from what stands; each pair of kind and target is worked out once.
    private func steps(_ placing: Placing, _ hosts: [PlannedHost]) throws(PlanError) -> [TransitionStep] {
        var known: [Int: [TransitionStep.Action]] = [:]
        var steps: [TransitionStep] = []
        // About what a GPU takes, so that the list is not moved again and again.
        steps.reserveCapacity(8 * placing.unitOf.count)
        var index = 0
        for (host, entry) in hosts.enumerated() {
            var work: [(gpu: Int, actions: [TransitionStep.Action])] = []
            for (position, gpu) in entry.gpus.enumerated() {
                defer { index += 1 }
                guard !gpu.isSpare else { continue }
                let pair = standing.kindOf[index] * (placing.units.count + 1) + placing.unitOf[index] + 1
                let actions: [TransitionStep.Action]
                if let found = known[pair] {
                    actions = found
                } else {
                    do throws(CatalogueError) {
                        actions = try LayoutTransition.actions(
                            from: request.hosts[host].gpus[position].standing(in: request.drainScope),
                            to: gpu.isWhole ? nil : gpu.layout,
                            model: models[sites[index].model]
                        )
                    } catch {
                        throw .catalogue(error)
                    }
                    known[pair] = actions
                }
                if !actions.isEmpty { work.append((gpu.index, actions)) }
            }
            LayoutTransition.append(work, of: request.hosts[host], request.drainScope, request.times, to: &steps)
        }
        return steps
    }
}

extension PlannedGPU {
    /// Makes it a whole GPU of a team; one that was whole keeps its job.
    fileprivate mutating func give(to team: String?) {
        (isBusy, isSpare) = (isWhole && isBusy, false)
        (mode, self.team) = (.whole, team)
    }

    /// Leaves it as it stands; whole and idle where nothing is known of it.
    fileprivate mutating func spare(isKnown: Bool) {
        (team, isSpare) = (nil, true)
        guard !isKnown else { return }
        mode = .whole
        endJobs()
    }
}
