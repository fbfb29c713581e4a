import RealModule

/// Some draws of a table, prepared: what every assignment shares is computed once, what it asks for is kept.
///
/// A slab belongs to one task. Take 256 to 1,024 draws at a time (256 is fastest with many subsets): everything then stays in
/// cache, and results reduced slab by slab in order do not depend on scheduling.
package struct CostSlab {
    package let model: CostModel
    /// The draws of the table it holds.
    package let range: Range<Int>
    /// How many draws it holds; the length of every column it returns.
    package let count: Int
    /// Useful GPU-hours a month, levelised over the horizon as costs are; the same for every assignment.
    package private(set) var useful: ContiguousArray<Double>

    let lanes: Lanes
    // Columns by year, then draw.
    /// Weights that turn yearly amounts into the levelised amount a month.
    private(set) var levelling: ContiguousArray<Double>
    /// The owned hosts: capital recovery, network, support, energy and space, a year.
    private(set) var ownedAnnual: ContiguousArray<Double>
    /// Energy and space of one further host, a year.
    private(set) var runningAnnual: ContiguousArray<Double>
    /// Storage of one GPU, a year.
    private(set) var storageAnnual: ContiguousArray<Double>
    /// Levelised monthly cost of one host bought at the start of a year, until the end of the horizon.
    private(set) var furtherHost: ContiguousArray<Double>
    // Columns by draw.
    /// Levelised monthly cost of one unit paid once, at the start.
    private(set) var once: ContiguousArray<Double>
    /// Capital recovery, network and support of one further host a year, at today's price.
    private(set) var standingAnnual: ContiguousArray<Double>
    /// Owned hosts and their storage, levelised.
    private(set) var ownedTotal: ContiguousArray<Double>
    /// Levelised growth of a year's pay, of those who run platforms and of those who wait.
    private var personLevel: ContiguousArray<Double>
    private var waitLevel: ContiguousArray<Double>
    // Columns by workload, then draw.
    private(set) var active: ContiguousArray<Double>
    private(set) var inactive: ContiguousArray<Double>
    private(set) var usefulNow: ContiguousArray<Double>
    private(set) var excess: ContiguousArray<Double>
    /// By workload, year, draw: demand against today's.
    private(set) var growth: ContiguousArray<Double>
    private(set) var isFlat: [Bool]
    // Columns by workload and platform, then draw.
    /// Mean GPUs held today.
    private(set) var concurrency: ContiguousArray<Double>
    /// GPUs that one job holds at once; 0 where there is no demand.
    private(set) var gang: ContiguousArray<Double>
    private(set) var stretch: ContiguousArray<Double>
    /// Waiting and migration, levelised.
    private(set) var waiting: ContiguousArray<Double>
    private(set) var migration: ContiguousArray<Double>
    // Columns by platform, then draw.
    /// What turns pooled GPUs into hosts: one over availability, packing and GPUs of a host.
    private(set) var hostsPerGPU: ContiguousArray<Double>
    private(set) var people: ContiguousArray<Double>
    private(set) var setup: ContiguousArray<Double>
    /// Today's people during parallel running, as if today's family emptied.
    private(set) var parallelPeople: ContiguousArray<Double>
    /// By platform, year, draw: licences that are a plain multiple of hosts, levelised, of one host.
    private(set) var licencePerHost: ContiguousArray<Double>

    /// Without people and setup, which are those of a family.
    var cache: [SubsetKey: PlatformColumns] = [:]
    /// By the platforms in use, as bits.
    var fixedCache: [UInt64: FixedColumns] = [:]
    var scratch: ContiguousArray<Double>
    var hostsScratch: ContiguousArray<Double>

    /// Prepares the draws `range` of a table; a range outside of the table is cut to it.
    package init(_ model: CostModel, _ draws: DrawTable, _ range: Range<Int>) {
        let range = range.clamped(to: 0..<draws.count)
        let n = range.count
        let years = model.years
        let workloads = model.demand.count
        let platforms = model.terms.count
        func zeros(_ count: Int) -> ContiguousArray<Double> { ContiguousArray(repeating: 0, count: count) }
        self.model = model
        self.range = range
        count = n
        lanes = Lanes(draws, range)
        useful = zeros(n)
        levelling = zeros(years * n)
        ownedAnnual = zeros(years * n)
        runningAnnual = zeros(years * n)
        storageAnnual = zeros(years * n)
        furtherHost = zeros(years * n)
        once = zeros(n)
        standingAnnual = zeros(n)
        ownedTotal = zeros(n)
        personLevel = zeros(n)
        waitLevel = zeros(n)
        active = zeros(workloads * n)
        inactive = zeros(workloads * n)
        usefulNow = zeros(workloads * n)
        excess = zeros(workloads * n)
        growth = zeros(workloads * years * n)
        isFlat = [Bool](repeating: false, count: workloads)
        concurrency = zeros(workloads * platforms * n)
        gang = zeros(workloads * platforms * n)
        stretch = zeros(workloads * platforms * n)
        waiting = zeros(workloads * platforms * n)
        migration = zeros(workloads * platforms * n)
        hostsPerGPU = zeros(platforms * n)
        people = zeros(platforms * n)
        setup = zeros(platforms * n)
        parallelPeople = zeros(platforms * n)
        licencePerHost = zeros(platforms * years * n)
        scratch = zeros(4 * n)
        hostsScratch = zeros(years * n)
        prepareTime()
        prepareHosts()
        prepareDemand()
        for platform in 0..<platforms { preparePlatform(platform) }
    }

    private mutating func prepareTime() {
        let n = count
        let years = model.years
        for draw in 0..<n {
            let step = 1 / (1 + lanes(model.finance.rate, draw, Bounds.rate))
            var factor = 1.0
            var sum = 0.0
            for year in 0..<years {
                factor *= step
                levelling[year * n + draw] = factor
                sum += factor
            }
            let scale = 1 / (12 * sum)
            for year in 0..<years { levelling[year * n + draw] *= scale }
            once[draw] = scale
        }
        for year in 0..<years {
            let (person, waiting) = (model.finance.person.growth[year], model.finance.waitingPerson.growth[year])
            for draw in 0..<n {
                personLevel[draw] += levelling[year * n + draw] * person
                waitLevel[draw] += levelling[year * n + draw] * waiting
            }
        }
    }

    private mutating func prepareHosts() {
        let n = count
        let years = model.years
        let finance = model.finance
        for draw in 0..<n {
            let capital = CapitalTerms(lanes, finance, draw)
            let host = HostCost(lanes, model.host, capital, finance, draw)
            let storage = 12 * lanes(finance.storage.input, draw, Bounds.money)
            standingAnnual[draw] = host.standing
            for year in 0..<years {
                let at = year * n + draw
                runningAnnual[at] = host.energy * finance.energy.growth[year] + host.space * finance.space.growth[year]
                storageAnnual[at] = storage * finance.storage.growth[year]
            }
            for group in model.owned {
                let cost = HostCost(lanes, group.host, capital, finance, draw)
                for year in 0..<years {
                    let running =
                        cost.energy * finance.energy.growth[year] + cost.space * finance.space.growth[year]
                    ownedAnnual[year * n + draw] += group.counts[year] * (cost.standing + running)
                }
            }
            // A host bought at the start of year t pays from the end of that year to the horizon.
            var weights = 0.0
            var running = 0.0
            var total = 0.0
            for year in stride(from: years - 1, through: 0, by: -1) {
                let at = year * n + draw
                let level = levelling[at]
                weights += level
                running += level * (runningAnnual[at] + model.host.gpus * storageAnnual[at])
                furtherHost[at] = host.standing * model.host.price.growth[year] * weights + running
                total += level * (ownedAnnual[at] + model.ownedGPUs[year] * storageAnnual[at])
            }
            ownedTotal[draw] = total
        }
    }

    private mutating func prepareDemand() {
        let n = count
        let years = model.years
        for (position, workload) in model.demand.enumerated() {
            var flat = true
            let sharing = workload.observed.map { model.terms[$0].sharing } ?? workload.observedSharing
            let interference = workload.observed.map { model.terms[$0].interference }
            for draw in 0..<n {
                let at = position * n + draw
                let hours = lanes(workload.hours, draw, Bounds.hours)
                let activity = lanes(workload.activity, draw, Bounds.share)
                let need = lanes(workload.need, draw, Bounds.computeNeed)
                let seen =
                    (1 + (workload.observedOverhead.map { lanes($0, draw, Bounds.overhead) } ?? 0))
                    * (1 + (interference.map { lanes($0, draw, Bounds.interference) } ?? 0))
                let jobs = sharing.jobs(
                    gpuHours: hours,
                    activity: activity,
                    stretch: seen,
                    need: need,
                    memory: lanes(workload.memory, draw, Bounds.count)
                )
                active[at] = jobs.hours * activity * jobs.speed / seen
                inactive[at] = jobs.hours * (1 - activity)
                usefulNow[at] = active[at] * need
                excess[at] = lanes(workload.peak, draw, Bounds.peakToMean) - 1
                let step = 1 + lanes(workload.growth, draw, Bounds.growth)
                if step != 1 { flat = false }
                var factor = 1.0
                for year in 0..<years {
                    growth[(position * years + year) * n + draw] = factor
                    useful[draw] += 12 * levelling[year * n + draw] * usefulNow[at] * factor
                    factor *= step
                }
            }
            isFlat[position] = flat
        }
    }

    private mutating func preparePlatform(_ platform: Int) {
        let n = count
        let years = model.years
        let terms = model.terms[platform]
        let finance = model.finance
        let isToday = platform == model.today
        let contractPeople = model.terms[model.today].people
        var waitPrice = ContiguousArray<Double>(repeating: 0, count: n)
        var moving = waitPrice
        var neighbours = waitPrice
        for draw in 0..<n {
            let packing = lanes(terms.packing, draw, Bounds.positiveShare)
            let availability = lanes(finance.availability, draw, Bounds.positiveShare)
            hostsPerGPU[platform * n + draw] = 1 / (packing * availability * model.host.gpus)
            let person = lanes(finance.person.input, draw, Bounds.money)
            people[platform * n + draw] = lanes(terms.people, draw, Bounds.count) * person * personLevel[draw]
            if !isToday || model.isGreenfield {
                setup[platform * n + draw] = once[draw] * lanes(terms.setup, draw, Bounds.money)
            }
            if !isToday, !model.isGreenfield {
                let months = lanes(terms.parallel, draw, Bounds.months)
                let staff = lanes(contractPeople, draw, Bounds.count)
                parallelPeople[platform * n + draw] = once[draw] * months / 12 * staff * person
                moving[draw] = once[draw] * lanes(terms.migration, draw, Bounds.money)
            }
            waitPrice[draw] =
                12 * lanes(terms.wait, draw, Bounds.count)
                * lanes(finance.waitingPerson.input, draw, Bounds.money)
                * lanes(finance.waitingShare, draw, Bounds.share) * waitLevel[draw]
            // Where a trace is replayed, what neighbours cost is in the replay.
            neighbours[draw] = model.replay == nil ? 1 + lanes(terms.interference, draw, Bounds.interference) : 1
        }
        for licence in terms.licences where licence.isLinear {
            for year in 0..<years {
                let scale = licence.price.growth[year] * licence.unitsPerHost
                for draw in 0..<n {
                    let price = lanes(licence.price.input, draw, Bounds.money)
                    licencePerHost[(platform * years + year) * n + draw] += levelling[year * n + draw] * price * scale
                }
            }
        }
        for (position, workload) in model.demand.enumerated() {
            let row = (position * model.terms.count + platform) * n
            let overheadInput = workload.overhead[platform]
            for draw in 0..<n {
                let at = row + draw
                let overhead = overheadInput.map { lanes($0, draw, Bounds.overhead) } ?? 0
                let factor = (1 + overhead) * neighbours[draw]
                let held = terms.sharing.held(
                    active: active[position * n + draw],
                    inactive: inactive[position * n + draw],
                    stretch: factor,
                    need: lanes(workload.need, draw, Bounds.computeNeed),
                    memory: lanes(workload.memory, draw, Bounds.count)
                )
                stretch[at] = factor
                concurrency[at] = held.gpuHours / Annuity.hoursPerMonth
                gang[at] = held.gpuHours > 0 ? workload.gpusPerJob * held.gpuShare : 0
                waiting[at] =
                    lanes(workload.requests, draw, Bounds.count) * lanes(workload.people, draw, Bounds.count)
                    * waitPrice[draw]
                migration[at] = moving[draw]
            }
        }
    }
}
