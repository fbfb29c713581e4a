import Estate
import RealModule
import Study

/// A price by its input, with its growth for each year of the horizon.
struct CompiledPrice: Sendable {
    let input: Int
    let growth: [Double]
    private let step: Double

    init(_ quantity: Quantity, _ years: Int, _ index: inout InputIndex) {
        input = index.add(quantity)
        growth = Annuity.growth(quantity.escalator, years: years)
        step = 1 + Bounds.clamp(quantity.escalator, Bounds.growth)
    }

    /// Growth from the study's date to a time in years.
    func growth(at time: Double) -> Double {
        Double.exp(time * Double.log(step))
    }
}

struct CompiledHost: Sendable {
    let price: CompiledPrice
    let power: Int
    let gpus: Double
    let cores: Double
    let sockets: Double

    init(_ shape: HostShape, _ index: inout InputIndex) {
        price = CompiledPrice(shape.price, 15, &index)
        power = index.add(shape.power)
        gpus = Double(min(max(1, shape.gpusPerHost), 1_000_000))
        cores = Double(min(max(0, shape.cores), 1_000_000))
        sockets = Double(min(max(1, shape.sockets), 1_000_000))
    }
}

struct CompiledHostGroup: Sendable {
    let host: CompiledHost
    /// Hosts in service at the start of each year.
    let counts: [Double]

    init(_ group: HostGroup, _ date: CalendarDate, _ years: Int, _ index: inout InputIndex) {
        host = CompiledHost(group.shape, &index)
        let count = Double(min(max(0, group.count), 10_000_000))
        counts = (0..<years).map { year in
            guard let retires = group.retires else { return count }
            return Double(year) < date.years(to: retires) ? count : 0
        }
    }
}

struct CompiledExpansion: Sendable {
    let price: CompiledPrice
    let gpus: Double
    /// Years from the study's date to the planned purchase, 0 when it is past.
    let years: Double

    init(_ expansion: Expansion, _ date: CalendarDate, _ horizon: Int, _ index: inout InputIndex) {
        price = CompiledPrice(expansion.price, horizon, &index)
        gpus = Double(min(max(0, expansion.gpus), 10_000_000))
        years = max(0, date.years(to: expansion.date))
    }
}

struct CompiledFinance: Sendable {
    let rate, life, residual, support, network: Int
    let storage, person, waitingPerson: CompiledPrice
    let waitingShare: Int
    let energy, space: CompiledPrice
    let pue, load, availability: Int

    init(_ study: Study, _ years: Int, _ index: inout InputIndex) {
        let finance = study.finance
        let facility = study.facility
        rate = index.add(finance.costOfCapital)
        life = index.add(finance.lifeYears)
        residual = index.add(finance.residual)
        support = index.add(finance.support)
        network = index.add(finance.network)
        storage = CompiledPrice(finance.storagePerGPUMonth, years, &index)
        person = CompiledPrice(finance.personPerYear, years, &index)
        waitingPerson = CompiledPrice(finance.waitingPersonPerHour, years, &index)
        waitingShare = index.add(finance.waitingLostShare)
        energy = CompiledPrice(facility.energyPerKWh, years, &index)
        space = CompiledPrice(facility.spacePerKWMonth, years, &index)
        pue = index.add(facility.pue)
        load = index.add(facility.load)
        availability = index.add(facility.availability)
    }
}

struct CompiledWorkload: Sendable {
    let hours, activity, peak, growth, memory, need, requests, people: Int
    let gpusPerJob: Double
    /// The overhead's input under each platform, or nil for none.
    let overhead: [Int?]
    /// Where the hours were observed: the platform's position, or nil when that model is not considered.
    let observed: Int?
    /// The overhead where the hours were observed.
    let observedOverhead: Int?
    /// Overhead of a virtual machine with a whole GPU: what a cloud has.
    let cloudOverhead: Int?
    /// Sharing where the hours were observed, for a model that is not considered.
    let observedSharing: Sharing

    init(_ workload: Workload, _ study: Study, _ index: inout InputIndex) {
        hours = index.add(workload.gpuHoursPerMonth)
        activity = index.add(workload.activity)
        peak = index.add(workload.peakToMean)
        growth = index.add(workload.growth)
        memory = index.add(workload.memoryGiB)
        need = index.add(workload.computeNeed)
        requests = index.add(workload.requestsPerMonth)
        people = index.add(workload.peopleWaiting)
        gpusPerJob = Double(min(max(1, workload.gpusPerJob), 10_000_000))
        var indices: [DeploymentModel: Int] = [:]
        for model in DeploymentModel.allCases {
            if let quantity = workload.overhead[model] { indices[model] = index.add(quantity) }
        }
        overhead = study.platforms.map { indices[$0.model] }
        observed = study.platforms.firstIndex { $0.model == workload.observedOn }
        observedOverhead = indices[workload.observedOn]
        cloudOverhead = indices[.vmPassthrough]
        observedSharing = Sharing(
            model: workload.observedOn,
            gpu: study.estate.shape.gpu,
            maximumSharesPerGPU: observed.map { study.platforms[$0].maximumSharesPerGPU } ?? 1
        )
    }
}

struct CompiledPlatform: Sendable {
    let sharing: Sharing
    let licences: [CompiledLicence]
    let people, setup, migration, parallel, wait, packing, interference: Int

    init(_ platform: Platform, _ study: Study, isToday: Bool, _ years: Int, _ index: inout InputIndex) {
        sharing = Sharing(
            model: platform.model,
            gpu: study.estate.shape.gpu,
            maximumSharesPerGPU: platform.maximumSharesPerGPU
        )
        licences = platform.licences.map { CompiledLicence($0, study, isToday: isToday, years, &index) }
        people = index.add(platform.people)
        setup = index.add(platform.setup)
        migration = index.add(platform.migrationPerWorkload)
        parallel = index.add(platform.parallelMonths)
        wait = index.add(platform.hoursToEnvironment)
        packing = index.add(platform.packing)
        interference = index.add(platform.interference)
    }
}

/// A licence as counted: units for hosts of the reference shape, and those committed by today's contract.
struct CompiledLicence: Sendable {
    let name: String
    let unit: String
    let price: CompiledPrice
    let unitsPerHost: Double
    let minimumOrder: Double
    /// Units of the owned hosts, paid until the renewal whatever is chosen; 0 when not committed.
    let committedUnits: Double
    /// The share of each year before the renewal.
    let committedShare: [Double]
    /// The workloads, as bits, of which a platform must carry one for it to be due; 0: any.
    let dueFor: UInt64

    init(_ licence: Licence, _ study: Study, isToday: Bool, _ years: Int, _ index: inout InputIndex) {
        name = licence.name
        price = CompiledPrice(licence.pricePerYear, years, &index)
        var ignored = InputIndex([])
        unitsPerHost = Self.units(licence.metric, CompiledHost(study.estate.shape, &ignored))
        switch licence.metric {
        case .perCore(_, let order): minimumOrder = Double(min(max(0, order), 10_000_000))
        case .perPlatform(let units): minimumOrder = Double(min(max(0, units), 10_000_000))
        case .perSocket, .perGPU, .perHost: minimumOrder = 0
        }
        dueFor = study.workloads.prefix(64).enumerated().reduce(0) { bits, entry in
            licence.onlyFor.contains(entry.element.name) ? bits | 1 << UInt64(entry.offset) : bits
        }
        unit =
            switch licence.metric {
            case .perCore: "core"
            case .perSocket: "socket"
            case .perGPU: "GPU"
            case .perHost: "host"
            case .perPlatform: "test"
            }
        let renewal = study.estate.renewal.map { study.date.years(to: $0) } ?? 0
        var committed = 0.0
        if isToday, licence.committedUntilRenewal, renewal > 0 {
            for group in study.estate.hosts {
                let host = CompiledHost(group.shape, &ignored)
                committed += Double(min(max(0, group.count), 10_000_000)) * Self.units(licence.metric, host)
            }
            if committed > 0 { committed = max(committed, minimumOrder) }
        }
        committedUnits = committed
        committedShare = (0..<years).map { year in
            committed > 0 ? min(max(renewal - Double(year), 0), 1) : 0
        }
    }

    /// Whether a platform that carries these workloads pays it.
    @inline(__always)
    func isDue(for subset: UInt64) -> Bool { dueFor == 0 || dueFor & subset != 0 }

    /// Units that a number of hosts needs: at least an order's minimum, none for no host.
    @inline(__always)
    func units(hosts: Double) -> Double {
        hosts > 0 ? max(hosts * unitsPerHost, minimumOrder) : 0
    }

    /// Units paid in a year: before the renewal at least the committed ones.
    @inline(__always)
    func units(hosts: Double, year: Int) -> Double {
        let needed = units(hosts: hosts)
        let share = committedShare[year]
        return share > 0 ? share * max(committedUnits, needed) + (1 - share) * needed : needed
    }

    /// Whether units are a plain multiple of hosts in every year.
    var isLinear: Bool { dueFor == 0 && committedUnits == 0 && minimumOrder <= unitsPerHost }

    private static func units(_ metric: LicenceMetric, _ host: CompiledHost) -> Double {
        switch metric {
        case .perCore(let minimum, _):
            let perSocket = (host.cores / host.sockets).rounded(.up)
            return host.sockets * max(perSocket, Double(min(max(0, minimum), 10_000)))
        case .perSocket: return host.sockets
        case .perGPU: return host.gpus
        case .perHost: return 1
        case .perPlatform: return 0
        }
    }
}
