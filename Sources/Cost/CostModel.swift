package import Estate
package import Study

/// A study compiled for pricing: every input by index, every platform and workload by position.
///
/// The engine in one paragraph. Demand is bare-metal work (see ``Workload`` inputs and `Sharing`); each platform turns
/// it into GPU-hours held, pools the workloads it carries, and is sized in whole hosts for the pooled peak of each
/// year. Hosts in service are the owned ones and what the platforms need beyond them; they cost capital recovery at
/// today's prices (so freed capacity never looks like money), support, network, energy and space. Each platform adds
/// licences for its hosts, its people, waiting, storage and one-off change. Everything is levelised: the present value
/// of year-end flows over the horizon, divided by that of one unit a month.
///
/// How to use it: compile a study, draw a ``DrawTable``, take a ``CostSlab`` of some draws (at most about a thousand at
/// a time stays in cache) and ask it for totals of assignments. An assignment is the position in ``platforms`` for
/// each workload, in the study's order. All types are values; several tasks may each take their own slabs.
package struct CostModel: Sendable {
    /// In an assignment: the workload is nowhere.
    package static let absent = -1

    /// The study that was compiled.
    package var study: Study { kept.study }
    /// Behind a reference: a slab carries its model, and copying kilobytes of study for each draw takes longer than the draw.
    private let kept: KeptStudy
    /// Every uncertain input, in the order of `study.allQuantities`; tables of draws are indexed by it.
    package let inputs: [Quantity]
    /// The deployment models considered, in the study's order.
    package let platforms: [DeploymentModel]
    /// The workloads' names, in the study's order.
    package let workloads: [String]
    /// Years of the horizon, 1 to 15.
    package let years: Int
    /// The position in ``platforms`` of today's deployment model.
    package let today: Int
    /// What replaying the study's trace says; nil for a study without one.
    package let replay: ReplayedDemand?

    let demand: [CompiledWorkload]
    let terms: [CompiledPlatform]
    let host: CompiledHost
    let owned: [CompiledHostGroup]
    let finance: CompiledFinance
    /// Owned capacity in hosts of the reference shape, at the start of each year.
    let ownedHosts: [Double]
    /// The same in whole hosts: what is needed beyond them is bought whole.
    let ownedWholeHosts: [Double]
    /// Owned GPUs at the start of each year.
    let ownedGPUs: [Double]
    /// Years until the renewal of today's contract; 0 when there is none.
    let yearsToRenewal: Double
    /// Nothing is owned, so nothing is moved and nothing runs in parallel.
    let isGreenfield: Bool
    /// Correlation of the workloads' peaks, 0 to 1.
    let peakCorrelation: Double
    let expansion: CompiledExpansion?
    let cloud: CompiledPrice?
    private let positions: [String: Int]

    /// Compiles a study.
    ///
    /// - Parameters:
    ///   - study: the study.
    ///   - replay: what replaying its trace says; sizes and held hours then come from there.
    /// - Throws: ``CostModelError`` when there is nothing to price or today's model is not among the platforms.
    package init(study: Study, replay: ReplayedDemand? = nil) throws(CostModelError) {
        guard !study.workloads.isEmpty else { throw .noWorkloads }
        guard !study.platforms.isEmpty else { throw .noPlatforms }
        guard study.workloads.count <= 64 else { throw .tooManyWorkloads(study.workloads.count) }
        guard let today = study.platforms.firstIndex(where: { $0.model == study.estate.today }) else {
            throw .todayMissing(study.estate.today.rawValue)
        }
        let years = min(max(study.horizonYears, 1), 15)
        var index = InputIndex(study.allQuantities)
        let shape = study.estate.shape
        let perHost = Double(max(1, shape.gpusPerHost))
        kept = KeptStudy(study)
        self.replay = replay
        self.years = years
        self.today = today
        platforms = study.platforms.map(\.model)
        workloads = study.workloads.map(\.name)
        isGreenfield = study.estate.hosts.allSatisfy { $0.count <= 0 }
        yearsToRenewal = study.estate.renewal.map { max(0, study.date.years(to: $0)) } ?? 0
        peakCorrelation = Bounds.clamp(study.policy.peakCorrelation, Bounds.share)
        host = CompiledHost(shape, &index)
        let groups = study.estate.hosts.map { CompiledHostGroup($0, study.date, years, &index) }
        owned = groups
        let gpus = (0..<years).map { year in groups.reduce(0) { $0 + $1.counts[year] * $1.host.gpus } }
        ownedGPUs = gpus
        ownedHosts = gpus.map { $0 / perHost }
        ownedWholeHosts = gpus.map { ($0 / perHost + 1e-9).rounded(.down) }
        finance = CompiledFinance(study, years, &index)
        demand = study.workloads.map { CompiledWorkload($0, study, &index) }
        let contract = today
        terms = study.platforms.enumerated().map { position, platform in
            CompiledPlatform(platform, study, isToday: position == contract, years, &index)
        }
        expansion = study.estate.expansion.map { CompiledExpansion($0, study.date, years, &index) }
        cloud = study.cloudPerGPUHour.map { CompiledPrice($0, years, &index) }
        inputs = index.quantities
        positions = Dictionary(uniqueKeysWithValues: index.quantities.enumerated().map { ($1.key, $0) })
    }

    /// The position of an input by its key, or nil.
    package func input(_ key: String) -> Int? { positions[key] }

    /// The position of a deployment model among ``platforms``, or nil when it is not considered.
    package func platform(_ model: DeploymentModel) -> Int? { platforms.firstIndex(of: model) }

    /// Every workload on today's platform.
    package var todayAssignment: [Int] { [Int](repeating: today, count: workloads.count) }

    /// The workloads that an assignment puts on a platform, as bits.
    package func subset(of assignment: [Int], on platform: Int) -> UInt64 {
        var mask: UInt64 = 0
        for (workload, chosen) in assignment.prefix(64).enumerated() where chosen == platform {
            mask |= 1 << UInt64(workload)
        }
        return mask
    }
}

private final class KeptStudy: Sendable {
    let study: Study

    init(_ study: Study) { self.study = study }
}
