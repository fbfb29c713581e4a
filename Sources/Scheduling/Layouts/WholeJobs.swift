import Estate

/// The jobs on whole GPUs and the hosts that they may have.
struct WholeJobs {
    /// How much regard is paid to what runs; each that serves the demand will do, the first is best.
    enum Manner: CaseIterable {
        /// GPUs that such jobs have now first, and none on whose instances jobs run.
        case busyFirst
        /// None on whose instances jobs run.
        case clear
        /// Any.
        case plain
    }

    /// GPUs of one model on one host.
    private struct Bin {
        let model: Int
        /// Those with a job on the whole GPU, then whole ones, then those without jobs, then those with (on their host, where
        /// that is drained): the order in which they are freed soonest.
        let sites: [Int]
        let busy: Int
        let whole: Int
        let clear: Int
    }

    private var wanted: [GangPlacement.Gang] = []
    private var bins: [Bin] = []

    /// Lists jobs and hosts.
    ///
    /// - Throws: ``PlanError/gangTooLarge(gpus:largest:)`` and ``PlanError/tooFewWhole(needed:available:)``.
    init(_ request: PlanRequest, _ estate: PlannerSites, _ standing: StandingGPUs) throws(PlanError) {
        var needed = 0
        let largest = request.hosts.map(\.gpus.count).max() ?? 0
        for (position, entry) in request.demand.enumerated() {
            guard case .whole(let size) = entry.unit, entry.count > 0 else { continue }
            guard size >= 1, size <= largest else {
                throw .row(position, .gangTooLarge(gpus: size, largest: largest))
            }
            needed += size * entry.count
            wanted.append(
                GangPlacement.Gang(
                    size: size,
                    count: entry.count,
                    team: entry.team,
                    model: entry.model.flatMap { id in estate.models.firstIndex { $0.id == id } }
                )
            )
        }
        guard needed <= estate.sites.count else {
            throw .tooFewWhole(needed: needed, available: estate.sites.count)
        }
        guard !wanted.isEmpty else { return }
        var index = 0
        for host in request.hosts.indices {
            var byModel: [Int: [Int]] = [:]
            while index < estate.sites.count, estate.sites[index].host == host {
                byModel[estate.sites[index].model, default: []].append(index)
                index += 1
            }
            for model in byModel.keys.sorted() {
                func order(_ site: Int) -> Int {
                    let gpu = standing.kinds[standing.kindOf[site]]
                    return gpu.isWhole ? (gpu.hasWholeJob ? 0 : 1) : (gpu.isInUse ? 3 : 2)
                }
                let list = (byModel[model] ?? []).map { (order($0), $0) }.sorted { $0 < $1 }
                bins.append(
                    Bin(
                        model: model,
                        sites: list.map(\.1),
                        busy: list.count { $0.0 == 0 },
                        whole: list.count { $0.0 < 2 },
                        clear: list.count { $0.0 < 3 }
                    )
                )
            }
        }
        // A GPU that is whole stays so.
        if request.isPresentKnown {
            bins = bins.indices.sorted { (bins[$1].whole, $0) < (bins[$0].whole, $1) }.map { bins[$0] }
        }
    }

    /// Puts the jobs on hosts.
    ///
    /// - Throws: ``PlanError/gangTooLarge(gpus:largest:)`` and ``PlanError/gangsDoNotFit(gpus:unplaced:freeGPUs:)``.
    func placed(_ manner: Manner, isSliced: [Bool]) throws(PlanError) -> GangPlacement {
        try GangPlacement(
            wanted,
            bins: bins.map(\.sites),
            models: bins.map(\.model),
            clear: manner == .plain ? nil : bins.map(\.clear),
            busy: manner == .busyFirst ? bins.map(\.busy) : nil,
            isSliced: isSliced
        )
    }
}
