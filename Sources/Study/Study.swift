package import Estate

/// What a decision is made from: an estate, its workloads, the deployment models considered, prices, evidence and policy.
///
/// Read from `study.yaml` and the price book, every default filled in and marked assumed: the engines below never look
/// for a missing number. Money is in `currency`; shares are 0 to 1; times are named.
package struct Study: Sendable {
    /// A short name, used in file names and titles.
    package var name: String
    /// One or two sentences for the head of the report; empty when none.
    package var summary: String
    /// Whether the inputs are made up for illustration; shown beside every figure of the report.
    package var isIllustrative: Bool
    /// The day that prices and contracts are seen from, and the first day of the horizon.
    package var date: CalendarDate
    /// The currency of every amount: an ISO 4217 code.
    package var currency: String
    /// The exchange rates that turned other currencies into `currency`.
    package var exchangeRates: [ExchangeRate]
    /// The years costs are summed over: 1 to 15.
    package var horizonYears: Int
    package var estate: OwnedEstate
    /// In the order of the file; at least one; names are unique.
    package var workloads: [Workload]
    /// The deployment models considered, today's included; in the order of the file, without repeats.
    package var platforms: [Platform]
    package var finance: Finance
    package var facility: Facility
    package var policy: Policy
    package var practice: Practice
    /// The pairs of records that measure an overhead, and component records to show.
    package var evidence: [EvidenceReference]
    /// The jobs that platforms are sized for; absent: sizes follow from the workloads' own figures.
    package var trace: StudyTrace?
    /// A cloud rented by the hour, as the alternative to owning; absent when no price is known for the GPU.
    package var cloudPerGPUHour: Quantity?
    /// What the study says for its auditors.
    package var compliance: ComplianceTerms
    /// Constraints that follow from frameworks and kinds of data, as ``derivingConstraints(testPrice:)`` found them.
    package var derived: [DerivedConstraint] = []
    /// What a reader of the report should know about how the study was read (defaults taken, lines left out).
    package var notes: [String]

    /// Makes one from its parts.
    package init(
        name: String,
        summary: String = "",
        isIllustrative: Bool = false,
        date: CalendarDate,
        currency: String,
        exchangeRates: [ExchangeRate] = [],
        horizonYears: Int,
        estate: OwnedEstate,
        workloads: [Workload],
        platforms: [Platform],
        finance: Finance,
        facility: Facility,
        policy: Policy,
        practice: Practice,
        evidence: [EvidenceReference] = [],
        trace: StudyTrace? = nil,
        cloudPerGPUHour: Quantity? = nil,
        compliance: ComplianceTerms = ComplianceTerms(),
        notes: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.isIllustrative = isIllustrative
        self.date = date
        self.currency = currency
        self.exchangeRates = exchangeRates
        self.horizonYears = horizonYears
        self.estate = estate
        self.workloads = workloads
        self.platforms = platforms
        self.finance = finance
        self.facility = facility
        self.policy = policy
        self.practice = practice
        self.evidence = evidence
        self.trace = trace
        self.cloudPerGPUHour = cloudPerGPUHour
        self.compliance = compliance
        self.notes = notes
    }
}

/// A dated exchange rate.
package struct ExchangeRate: Sendable, Hashable {
    /// The currency converted from.
    package var from: String
    /// Units of the study's currency for one unit of `from`.
    package var rate: Double
    package var date: CalendarDate
    package var source: String

    package init(from: String, rate: Double, date: CalendarDate, source: String) {
        self.from = from
        self.rate = rate
        self.date = date
        self.source = source
    }
}

/// The machines owned today and what binds them.
package struct OwnedEstate: Sendable {
    /// How GPUs reach workloads today.
    package var today: DeploymentModel
    /// The hosts owned; may be empty (nothing owned yet), then `shape` says what would be bought.
    package var hosts: [HostGroup]
    /// The host that is bought when more are needed: the reference GPU's server.
    package var shape: HostShape
    /// The day today's hypervisor contract ends; licences are committed until then.
    package var renewal: CalendarDate?
    /// A purchase that is planned unless less hardware does.
    package var expansion: Expansion?
    /// How many hosts are owned and in service at the start of a year of the horizon (0 is the study's date).
    package func hostsOwned(atYear year: Int, from date: CalendarDate) -> Int {
        hosts.reduce(0) { sum, group in
            guard let retires = group.retires else { return sum + group.count }
            return Double(year) < date.years(to: retires) ? sum + group.count : sum
        }
    }

    /// Makes one from its parts.
    package init(
        today: DeploymentModel,
        hosts: [HostGroup],
        shape: HostShape,
        renewal: CalendarDate? = nil,
        expansion: Expansion? = nil
    ) {
        self.today = today
        self.hosts = hosts
        self.shape = shape
        self.renewal = renewal
        self.expansion = expansion
    }
}

/// Hosts of one kind.
package struct HostGroup: Sendable {
    /// Their names, or made-up ones when the study gives a count.
    package var names: [String]
    package var count: Int
    package var shape: HostShape
    /// When they were bought.
    package var purchased: CalendarDate?
    /// When they leave service; absent: they outlast the horizon.
    package var retires: CalendarDate?

    /// Makes one from its parts.
    package init(
        names: [String] = [],
        count: Int,
        shape: HostShape,
        purchased: CalendarDate? = nil,
        retires: CalendarDate? = nil
    ) {
        self.names = names
        self.count = count
        self.shape = shape
        self.purchased = purchased
        self.retires = retires
    }
}

/// What one host is made of and costs.
package struct HostShape: Sendable {
    package var gpu: GPUModel
    package var gpusPerHost: Int
    package var cores: Int
    package var sockets: Int
    /// Main memory in GiB; nil where the study does not state it.
    package var memoryGiB: Int?
    /// The price of a new host, in the study's currency.
    package var price: Quantity
    /// Electrical power at full load, in kW.
    package var power: Quantity

    /// Makes one from its parts.
    package init(
        gpu: GPUModel,
        gpusPerHost: Int,
        cores: Int,
        sockets: Int,
        memoryGiB: Int? = nil,
        price: Quantity,
        power: Quantity
    ) {
        self.gpu = gpu
        self.gpusPerHost = gpusPerHost
        self.cores = cores
        self.sockets = sockets
        self.memoryGiB = memoryGiB
        self.price = price
        self.power = power
    }
}

/// A planned purchase.
package struct Expansion: Sendable {
    /// What it costs, in the study's currency.
    package var price: Quantity
    package var gpus: Int
    package var date: CalendarDate

    /// Makes one from its parts.
    package init(
        price: Quantity,
        gpus: Int,
        date: CalendarDate
    ) {
        self.price = price
        self.gpus = gpus
        self.date = date
    }
}

/// A class of jobs with one need.
package struct Workload: Sendable {
    package var name: String
    package var workloadClass: WorkloadClass
    /// GPU-hours billed or allocated in a month, on the platform they were observed on.
    package var gpuHoursPerMonth: Quantity
    /// The deployment model the hours and the activity were observed on.
    package var observedOn: DeploymentModel
    /// Share of an allocated GPU's time in which it works, 0 to 1.
    package var activity: Quantity
    /// The name of the activity metric, such as `DCGM_FI_PROF_GR_ENGINE_ACTIVE`.
    package var activityMetric: String
    /// Peak demand over mean demand, 1 or more.
    package var peakToMean: Quantity
    /// Yearly growth of demand, as a share.
    package var growth: Quantity
    /// GPU memory that one job needs on one GPU, GiB.
    package var memoryGiB: Quantity
    /// Share of a whole GPU's compute that one job can use while it is active, 0 to 1: what it needs of a slice.
    package var computeNeed: Quantity
    /// GPUs that one job uses at once.
    package var gpusPerJob: Int
    /// Hours the representative job takes today, when stated.
    package var jobHours: Quantity?
    /// Overhead against bare metal, as a share, under each virtual or shared model considered.
    ///
    /// A model without an entry has none.
    package var overhead: [DeploymentModel: Quantity]
    /// Requests for a new environment in a month.
    package var requestsPerMonth: Quantity
    /// People held up by one request.
    package var peopleWaiting: Quantity
    package var needs: Needs
    /// Where its time goes: what evidence is matched by, and overheads are derived from.
    package var nature: JobNature
    /// Its jobs in the study's trace; absent without one.
    package var jobs: TracedJobs?
    /// The least speed, relative to a whole GPU, at which its jobs may be given a part of one; present with a trace.
    package var leastSpeed: Quantity?
    /// The scale at which its jobs will run, where waiting is to be predicted for it.
    package var scale: JobScale?
    /// Its load and objective, where its tail latency is to be predicted.
    package var serving: ServingLoad?

    /// Makes one from its parts.
    package init(
        name: String,
        workloadClass: WorkloadClass,
        gpuHoursPerMonth: Quantity,
        observedOn: DeploymentModel,
        activity: Quantity,
        activityMetric: String,
        peakToMean: Quantity,
        growth: Quantity,
        memoryGiB: Quantity,
        computeNeed: Quantity,
        gpusPerJob: Int,
        jobHours: Quantity? = nil,
        overhead: [DeploymentModel: Quantity],
        requestsPerMonth: Quantity,
        peopleWaiting: Quantity,
        needs: Needs,
        nature: JobNature = JobNature(),
        jobs: TracedJobs? = nil,
        leastSpeed: Quantity? = nil,
        scale: JobScale? = nil,
        serving: ServingLoad? = nil
    ) {
        self.name = name
        self.workloadClass = workloadClass
        self.gpuHoursPerMonth = gpuHoursPerMonth
        self.observedOn = observedOn
        self.activity = activity
        self.activityMetric = activityMetric
        self.peakToMean = peakToMean
        self.growth = growth
        self.memoryGiB = memoryGiB
        self.computeNeed = computeNeed
        self.gpusPerJob = gpusPerJob
        self.jobHours = jobHours
        self.overhead = overhead
        self.requestsPerMonth = requestsPerMonth
        self.peopleWaiting = peopleWaiting
        self.needs = needs
        self.nature = nature
        self.jobs = jobs
        self.leastSpeed = leastSpeed
        self.scale = scale
        self.serving = serving
    }
}

/// What a workload demands of a platform: the constraints.
package struct Needs: Sendable {
    /// The 99th percentile that must not be exceeded, ms.
    package var latencyP99Milliseconds: Double?
    /// The 99th percentile on bare metal, ms, when known.
    package var measuredP99Milliseconds: Quantity?
    package var tenancy: Tenancy
    /// Whether the study states the tenancy, rather than a default or a derivation.
    package var tenancyIsDeclared: Bool
    /// GPUDirect RDMA between hosts.
    package var rdma: Bool
    package var liveMigration: Bool
    package var snapshots: Bool
    /// The sites data may stay at; empty: anywhere.
    package var residency: [String]
    /// Regulated data, by framework: `hipaa`, `pci-dss`; empty when none.
    package var frameworks: [String]
    /// What kind of data it holds; nil where nobody says.
    package var data: DataClass?

    /// Makes one from its parts.
    package init(
        latencyP99Milliseconds: Double? = nil,
        measuredP99Milliseconds: Quantity? = nil,
        tenancy: Tenancy = .shared,
        tenancyIsDeclared: Bool = true,
        rdma: Bool = false,
        liveMigration: Bool = false,
        snapshots: Bool = false,
        residency: [String] = [],
        frameworks: [String] = [],
        data: DataClass? = nil
    ) {
        self.latencyP99Milliseconds = latencyP99Milliseconds
        self.measuredP99Milliseconds = measuredP99Milliseconds
        self.tenancy = tenancy
        self.tenancyIsDeclared = tenancyIsDeclared
        self.rdma = rdma
        self.liveMigration = liveMigration
        self.snapshots = snapshots
        self.residency = residency
        self.frameworks = frameworks
        self.data = data
    }
}

/// The closest neighbour a workload tolerates.
package enum Tenancy: String, Sendable, Hashable, CaseIterable {
    /// Time slices of one GPU with anyone.
    case shared
    /// A hardware partition of a GPU of its own (MIG).
    case slice
    /// Whole GPUs of its own.
    case gpu
    /// Whole hosts of its own, without a hypervisor of a provider between.
    case host
}

/// A deployment model and its terms.
package struct Platform: Sendable {
    package var model: DeploymentModel
    package var licences: [Licence]
    /// People needed to run the platform, whatever its size, full-time equivalents.
    package var people: Quantity
    /// One-off cost of setting the platform up where it is not today's.
    package var setup: Quantity
    /// One-off cost of moving one workload to it, where it is not where it runs.
    package var migrationPerWorkload: Quantity
    /// Months in which both platforms run, when workloads move.
    package var parallelMonths: Quantity
    /// Calendar hours from a request to a usable environment.
    package var hoursToEnvironment: Quantity
    /// Share of the GPUs' slices that placement manages to fill, 0 to 1: 1 for whole GPUs.
    package var packing: Quantity
    /// Slowdown from neighbours on the same GPU, as a share: 0 where nothing is shared.
    package var interference: Quantity
    /// The most virtual GPUs that one GPU is cut into under time slicing.
    package var maximumSharesPerGPU: Int
    /// The sites where the platform can stand; empty: wherever the estate is.
    package var sites: [String]
    /// What only a replay asks; present with a trace.
    package var replay: ReplayTerms?

    /// Makes one from its parts.
    package init(
        model: DeploymentModel,
        licences: [Licence],
        people: Quantity,
        setup: Quantity,
        migrationPerWorkload: Quantity,
        parallelMonths: Quantity,
        hoursToEnvironment: Quantity,
        packing: Quantity,
        interference: Quantity,
        maximumSharesPerGPU: Int,
        sites: [String] = [],
        replay: ReplayTerms? = nil
    ) {
        self.model = model
        self.licences = licences
        self.people = people
        self.setup = setup
        self.migrationPerWorkload = migrationPerWorkload
        self.parallelMonths = parallelMonths
        self.hoursToEnvironment = hoursToEnvironment
        self.packing = packing
        self.interference = interference
        self.maximumSharesPerGPU = maximumSharesPerGPU
        self.sites = sites
        self.replay = replay
    }
}

/// A licence and the metric it is counted by.
package struct Licence: Sendable {
    package var name: String
    package var metric: LicenceMetric
    /// Price of one unit for a year.
    package var pricePerYear: Quantity
    /// Whether today's contract commits to it until the renewal date.
    package var committedUntilRenewal: Bool
    /// The workloads that make it due on a platform that carries one of them; empty: any.
    package var onlyFor: [String]

    /// Makes one from its parts.
    package init(
        name: String,
        metric: LicenceMetric,
        pricePerYear: Quantity,
        committedUntilRenewal: Bool = false,
        onlyFor: [String] = []
    ) {
        self.name = name
        self.metric = metric
        self.pricePerYear = pricePerYear
        self.committedUntilRenewal = committedUntilRenewal
        self.onlyFor = onlyFor
    }
}

/// What a licence counts.
package enum LicenceMetric: Sendable, Hashable {
    /// Cores, with the least counted for a socket and the least of an order (0: none).
    case perCore(minimumPerSocket: Int, minimumOrder: Int)
    case perSocket
    case perGPU
    case perHost
    /// So many units a year for a platform in use, whatever its size: tests rather than licences.
    case perPlatform(units: Int)
}

/// The terms of capital.
package struct Finance: Sendable {
    /// Cost of capital a year, as a share.
    package var costOfCapital: Quantity
    /// Years a host is written off over.
    package var lifeYears: Quantity
    /// Share of the price that a host fetches at the end of its life.
    package var residual: Quantity
    /// Yearly vendor support, as a share of the host's price.
    package var support: Quantity
    /// Network as a share of the host's price, bought with it.
    package var network: Quantity
    /// Storage, a month, for each GPU.
    package var storagePerGPUMonth: Quantity
    /// Fully loaded cost of one person for a year.
    package var personPerYear: Quantity
    /// Cost of one hour of a person who waits.
    package var waitingPersonPerHour: Quantity
    /// Share of the calendar hours of waiting in which a person loses work, 0 to 1.
    package var waitingLostShare: Quantity

    /// Makes one from its parts.
    package init(
        costOfCapital: Quantity,
        lifeYears: Quantity,
        residual: Quantity,
        support: Quantity,
        network: Quantity,
        storagePerGPUMonth: Quantity,
        personPerYear: Quantity,
        waitingPersonPerHour: Quantity,
        waitingLostShare: Quantity
    ) {
        self.costOfCapital = costOfCapital
        self.lifeYears = lifeYears
        self.residual = residual
        self.support = support
        self.network = network
        self.storagePerGPUMonth = storagePerGPUMonth
        self.personPerYear = personPerYear
        self.waitingPersonPerHour = waitingPersonPerHour
        self.waitingLostShare = waitingLostShare
    }
}

/// Power, cooling and space.
package struct Facility: Sendable {
    package var energyPerKWh: Quantity
    /// Power usage effectiveness, 1 or more.
    package var pue: Quantity
    /// Mean electrical load as a share of the full load.
    package var load: Quantity
    /// Space and power delivery, a month, for each kW of full load.
    package var spacePerKWMonth: Quantity
    /// Share of the time that a host is in service, 0 to 1.
    package var availability: Quantity

    /// Makes one from its parts.
    package init(
        energyPerKWh: Quantity,
        pue: Quantity,
        load: Quantity,
        spacePerKWMonth: Quantity,
        availability: Quantity
    ) {
        self.energyPerKWh = energyPerKWh
        self.pue = pue
        self.load = load
        self.spacePerKWMonth = spacePerKWMonth
        self.availability = availability
    }
}

/// How the decision is made.
package struct Policy: Sendable {
    /// Monte Carlo draws, 1,000 to 1,000,000.
    package var draws: Int
    package var seed: UInt64
    /// Overheads within this margin count as equal, as a share.
    package var margin: Double
    /// Correlation of the workloads' peaks, 0 (they never coincide by more than chance) to 1 (they always do).
    package var peakCorrelation: Double

    /// Makes one from its parts.
    package init(
        draws: Int,
        seed: UInt64,
        margin: Double,
        peakCorrelation: Double
    ) {
        self.draws = draws
        self.seed = seed
        self.margin = margin
        self.peakCorrelation = peakCorrelation
    }
}

/// What the organisation does today, for the qualitative matrix; absent means unknown.
package struct Practice: Sendable {
    package var liveMigrationInUse: Bool?
    package var snapshotsInUse: Bool?
    package var mixedGeneralLoad: Bool?
    package var standardisedOnVirtualization: Bool?
    package var manySmallBurstyJobs: Bool?

    /// Makes one from its parts.
    package init(
        liveMigrationInUse: Bool? = nil,
        snapshotsInUse: Bool? = nil,
        mixedGeneralLoad: Bool? = nil,
        standardisedOnVirtualization: Bool? = nil,
        manySmallBurstyJobs: Bool? = nil
    ) {
        self.liveMigrationInUse = liveMigrationInUse
        self.snapshotsInUse = snapshotsInUse
        self.mixedGeneralLoad = mixedGeneralLoad
        self.standardisedOnVirtualization = standardisedOnVirtualization
        self.manySmallBurstyJobs = manySmallBurstyJobs
    }
}

/// Records that say something about a workload under a deployment model.
package struct EvidenceReference: Sendable {
    /// The workload measured; absent for records of components, and where the class of the job tells.
    package var workload: String?
    package var model: DeploymentModel
    /// Paths of the bare-metal arm's records, relative to the study.
    package var baseline: [String]
    /// Paths of the other arm's records, relative to the study.
    package var other: [String]
    /// The metric that decides; absent: the only one of the records.
    package var metric: String?
    /// Component records are shown; overheads are derived from them for workloads with a profile.
    package var isComponent: Bool
    /// Nodes that one job of these records spans; absent where the study does not say.
    package var nodes: Int?
    /// The line of the study it stands on, for errors.
    package var line: Int

    /// Makes one from its parts.
    package init(
        workload: String? = nil,
        model: DeploymentModel,
        baseline: [String],
        other: [String],
        metric: String? = nil,
        isComponent: Bool = false,
        nodes: Int? = nil,
        line: Int = 1
    ) {
        self.workload = workload
        self.model = model
        self.baseline = baseline
        self.other = other
        self.metric = metric
        self.isComponent = isComponent
        self.nodes = nodes
        self.line = line
    }
}
