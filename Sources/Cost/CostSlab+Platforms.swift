/// A platform carrying a subset of the workloads.
struct SubsetKey: Hashable {
    let platform: Int
    let subset: UInt64
}

/// What a platform needs and costs with a subset of the workloads.
package struct PlatformColumns: Sendable {
    /// Levelised monthly cost without hardware, storage and today's people in parallel running, by draw.
    ///
    /// From `CostSlab.evaluate`: with people and setup, as of a platform that is the only one of its family in use.
    package var cost: ContiguousArray<Double>
    /// Whole hosts needed, by year, then draw: the value of a draw in a year is at `year * count + draw`.
    package var hosts: ContiguousArray<Double>
    /// GPU-hours held a month, in whole GPUs, in the same order; empty where they follow from the workloads alone.
    package internal(set) var held: ContiguousArray<Double> = []
}

extension CostSlab {
    /// What a platform needs and costs with a subset of the workloads, the only one of its family in use.
    ///
    /// The empty subset costs nothing, except what today's contract commits to on today's platform. In an assignment that
    /// uses several platforms of a family, people and setup count once: the costs of the platforms are then more than
    /// its total holds.
    package mutating func evaluate(platform: Int, subset: UInt64) -> PlatformColumns {
        guard model.terms.indices.contains(platform) else { return PlatformColumns(cost: zeros, hosts: yearlyZeros) }
        var columns = carried(SubsetKey(platform: platform, subset: subset))
        guard subset != 0 else { return columns }
        for draw in 0..<count {
            columns.cost[draw] += people[platform * count + draw] + setup[platform * count + draw]
        }
        return columns
    }

    /// What a platform needs and costs with the workloads it carries, without people and setup; computed once for each.
    mutating func carried(_ part: SubsetKey) -> PlatformColumns {
        if let known = cache[part] { return known }
        let columns = computed(part.platform, part.subset)
        cache[part] = columns
        return columns
    }

    var zeros: ContiguousArray<Double> { ContiguousArray(repeating: 0, count: count) }
    var yearlyZeros: ContiguousArray<Double> { ContiguousArray(repeating: 0, count: count * model.years) }

    /// The workloads of a subset that the model has.
    func members(_ subset: UInt64) -> [Int] {
        model.demand.indices.filter { subset >> UInt64($0) & 1 == 1 }
    }

    private mutating func computed(_ platform: Int, _ subset: UInt64) -> PlatformColumns {
        let n = count
        let years = model.years
        let members = members(subset)
        var columns = PlatformColumns(cost: zeros, hosts: yearlyZeros)
        guard !members.isEmpty || platform == model.today else { return columns }
        let terms = model.terms[platform]
        let flat = members.allSatisfy { isFlat[$0] }
        if let replay = model.replay, !members.isEmpty { sizeByReplay(platform, members, replay, into: &columns) }
        for year in 0..<years where model.replay == nil {
            if flat, year > 0 {
                for draw in 0..<n { columns.hosts[year * n + draw] = columns.hosts[draw] }
            } else if !members.isEmpty {
                size(platform, members, year, into: &columns.hosts)
            }
        }
        add(licencesPerHostOf: platform, &columns)
        for licence in terms.licences where !licence.isLinear && licence.isDue(for: subset) { add(licence, &columns) }
        guard !members.isEmpty else { return columns }
        for member in members {
            let start = (member * model.terms.count + platform) * n
            for draw in 0..<n { columns.cost[draw] += waiting[start + draw] + migration[start + draw] }
        }
        if hasParallelLicences(platform) {
            let before = carried(SubsetKey(platform: model.today, subset: subset))
            for licence in model.terms[model.today].licences where licence.isDue(for: subset) {
                addParallel(licence, platform, before.hosts, &columns)
            }
        }
        return columns
    }

    /// Licences of today's platform while moved workloads run twice: only what the contract does not pay already.
    func parallelLicences(
        _ platform: Int,
        _ subset: UInt64,
        hostsToday: Double,
        _ draw: Int,
        from time: Double = 0
    ) -> Double {
        let months = lanes(model.terms[platform].parallel, draw, Bounds.months)
        guard months > 0, hostsToday > 0 else { return 0 }
        var sum = 0.0
        for licence in model.terms[model.today].licences where licence.isDue(for: subset) {
            sum += parallelLicence(licence, months: months, hostsToday: hostsToday, from: time, draw)
        }
        return sum
    }

    private func parallelLicence(
        _ licence: CompiledLicence,
        months: Double,
        hostsToday: Double,
        from time: Double,
        _ draw: Int
    ) -> Double {
        let committed = 12 * max(0, model.yearsToRenewal - time)
        let units = licence.units(hosts: hostsToday)
        let covered = min(licence.committedUnits, units)
        let beyond = licence.committedUnits > 0 ? max(0, months - committed) : months
        let unitMonths = (units - covered) * months + covered * beyond
        return unitMonths / 12 * lanes(licence.price.input, draw, Bounds.money)
    }

    /// Adds one of today's licences for the months in which moved workloads run twice.
    private func addParallel(
        _ licence: CompiledLicence,
        _ platform: Int,
        _ hostsToday: ContiguousArray<Double>,
        _ columns: inout PlatformColumns
    ) {
        let n = count
        let committed = licence.committedUnits > 0 ? 12 * model.yearsToRenewal : 0
        let months = ContiguousArray((0..<n).map { lanes(model.terms[platform].parallel, $0, Bounds.months) })
        let price = ContiguousArray((0..<n).map { once[$0] / 12 * lanes(licence.price.input, $0, Bounds.money) })
        columns.cost.withUnsafeMutableBufferPointer { cost in
            hostsToday.withUnsafeBufferPointer { hosts in
                for draw in 0..<n {
                    let units = licence.units(hosts: hosts[draw])
                    let covered = min(licence.committedUnits, units)
                    let beyond = max(0, months[draw] - committed)
                    cost[draw] += ((units - covered) * months[draw] + covered * beyond) * price[draw]
                }
            }
        }
    }

    /// Whether moving to a platform pays any of today's licences twice, in any draw.
    func hasParallelLicences(_ platform: Int) -> Bool {
        guard platform != model.today, !model.isGreenfield else { return false }
        guard !model.terms[model.today].licences.isEmpty else { return false }
        return (0..<count).contains { lanes(model.terms[platform].parallel, $0, Bounds.months) > 0 }
    }

    /// Adds a licence with an order's minimum or a commitment, whose units are not a multiple of hosts.
    private func add(_ licence: CompiledLicence, _ columns: inout PlatformColumns) {
        let n = count
        let price = ContiguousArray((0..<n).map { lanes(licence.price.input, $0, Bounds.money) })
        let perHost = licence.unitsPerHost
        let order = licence.minimumOrder
        let committed = licence.committedUnits
        columns.cost.withUnsafeMutableBufferPointer { cost in
            columns.hosts.withUnsafeBufferPointer { hosts in
                price.withUnsafeBufferPointer { price in
                    levelling.withUnsafeBufferPointer { levels in
                        for year in 0..<model.years {
                            let growth = licence.price.growth[year]
                            let share = licence.committedShare[year]
                            let row = year * n..<(year + 1) * n
                            let hosts = UnsafeBufferPointer(rebasing: hosts[row])
                            let levels = UnsafeBufferPointer(rebasing: levels[row])
                            for draw in 0..<n {
                                let needed = hosts[draw] > 0 ? max(hosts[draw] * perHost, order) : 0
                                let paid = share * max(committed, needed) + (1 - share) * needed
                                cost[draw] += levels[draw] * paid * (price[draw] * growth)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whole hosts for the pooled peak of a year.
    ///
    /// Pooling: the mean of the sum is the sum of means M; the excess of the peak is `sqrt(sum rho_ij e_i e_j)`, with the
    /// same correlation rho between any two workloads, that is `sqrt((1 - rho) sum e^2 + rho (sum e)^2)`.
    private mutating func size(
        _ platform: Int,
        _ members: [Int],
        _ year: Int,
        into hosts: inout ContiguousArray<Double>
    ) {
        let n = count
        let rho = model.peakCorrelation
        let platforms = model.terms.count
        let years = model.years
        let gpusPerHost = model.host.gpus
        scratch.withUnsafeMutableBufferPointer { scratch in
            let mean = UnsafeMutableBufferPointer(rebasing: scratch[0..<n])
            let sum = UnsafeMutableBufferPointer(rebasing: scratch[n..<2 * n])
            let squares = UnsafeMutableBufferPointer(rebasing: scratch[2 * n..<3 * n])
            let least = UnsafeMutableBufferPointer(rebasing: scratch[3 * n..<4 * n])
            for index in 0..<4 * n { scratch[index] = 0 }
            for member in members {
                let cell = (member * platforms + platform) * n
                let factors = (member * years + year) * n
                concurrency.withUnsafeBufferPointer { concurrency in
                    excess.withUnsafeBufferPointer { excess in
                        growth.withUnsafeBufferPointer { growth in
                            gang.withUnsafeBufferPointer { gang in
                                let concurrency = UnsafeBufferPointer(rebasing: concurrency[cell..<cell + n])
                                let excess = UnsafeBufferPointer(rebasing: excess[member * n..<(member + 1) * n])
                                let growth = UnsafeBufferPointer(rebasing: growth[factors..<factors + n])
                                let gang = UnsafeBufferPointer(rebasing: gang[cell..<cell + n])
                                for draw in 0..<n {
                                    let held = concurrency[draw] * growth[draw]
                                    let above = held * excess[draw]
                                    mean[draw] += held
                                    sum[draw] += above
                                    squares[draw] += above * above
                                    least[draw] = max(least[draw], gang[draw])
                                }
                            }
                        }
                    }
                }
            }
            hosts.withUnsafeMutableBufferPointer { hosts in
                hostsPerGPU.withUnsafeBufferPointer { perGPU in
                    let hosts = UnsafeMutableBufferPointer(rebasing: hosts[year * n..<(year + 1) * n])
                    let perGPU = UnsafeBufferPointer(rebasing: perGPU[platform * n..<(platform + 1) * n])
                    let perHost = 1 / gpusPerHost
                    // In short loops over few columns: each becomes vector code.
                    for draw in 0..<n {
                        let peak = ((1 - rho) * squares[draw] + rho * (sum[draw] * sum[draw])).squareRoot()
                        mean[draw] = max((mean[draw] + peak) * perGPU[draw], least[draw] * perHost)
                    }
                    for draw in 0..<n { hosts[draw] = Bounds.roundedUp(mean[draw]) }
                }
            }
        }
    }

    private func add(licencesPerHostOf platform: Int, _ columns: inout PlatformColumns) {
        let n = count
        let start = platform * model.years * n
        columns.cost.withUnsafeMutableBufferPointer { cost in
            columns.hosts.withUnsafeBufferPointer { hosts in
                licencePerHost.withUnsafeBufferPointer { price in
                    for year in 0..<model.years {
                        let at = year * n
                        let hosts = UnsafeBufferPointer(rebasing: hosts[at..<at + n])
                        let price = UnsafeBufferPointer(rebasing: price[start + at..<start + at + n])
                        for draw in 0..<n { cost[draw] += hosts[draw] * price[draw] }
                    }
                }
            }
        }
    }
}
