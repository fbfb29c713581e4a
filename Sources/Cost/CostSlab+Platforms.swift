/// A platform carrying a subset of the workloads.
struct SubsetKey: Hashable {
    let platform: Int
    let subset: UInt64
}

/// What a platform needs and costs with a subset of the workloads.
package struct PlatformColumns: Sendable {
    /// Levelised monthly cost without hardware, storage and today's people in parallel running, by draw.
    package var cost: ContiguousArray<Double>
    /// Whole hosts needed, by year, then draw: the value of a draw in a year is at `year * count + draw`.
    package var hosts: ContiguousArray<Double>
}

extension CostSlab {
    /// What a platform needs and costs with a subset of the workloads; computed once for each pair.
    ///
    /// The empty subset costs nothing, except what today's contract commits to on today's platform.
    package mutating func evaluate(platform: Int, subset: UInt64) -> PlatformColumns {
        let key = SubsetKey(platform: platform, subset: subset)
        if let known = cache[key] { return known }
        guard model.terms.indices.contains(platform) else { return PlatformColumns(cost: zeros, hosts: yearlyZeros) }
        let columns = computed(platform, subset)
        cache[key] = columns
        return columns
    }

    var zeros: ContiguousArray<Double> { ContiguousArray(repeating: 0, count: count) }
    var yearlyZeros: ContiguousArray<Double> { ContiguousArray(repeating: 0, count: count * model.years) }

    /// The workloads of a subset that the model has.
    func members(_ subset: UInt64) -> [Int] {
        model.demand.indices.filter { subset >> UInt64($0) & 1 == 1 }
    }

    /// GPUs needed before rounding to hosts, in one year: the pooled peak, at least the largest job's.
    ///
    /// Not divided by availability and packing.
    mutating func computed(_ platform: Int, _ subset: UInt64) -> PlatformColumns {
        let n = count
        let years = model.years
        let members = members(subset)
        var columns = PlatformColumns(cost: zeros, hosts: yearlyZeros)
        guard !members.isEmpty || platform == model.today else { return columns }
        let terms = model.terms[platform]
        let flat = members.allSatisfy { isFlat[$0] }
        for year in 0..<years {
            if flat, year > 0 {
                for draw in 0..<n { columns.hosts[year * n + draw] = columns.hosts[draw] }
            } else if !members.isEmpty {
                size(platform, members, year, into: &columns.hosts)
            }
        }
        add(licencesPerHostOf: platform, &columns)
        for licence in terms.licences where !licence.isLinear {
            for year in 0..<years {
                for draw in 0..<n {
                    let units = licence.units(hosts: columns.hosts[year * n + draw], year: year)
                    guard units > 0 else { continue }
                    let price = lanes(licence.price.input, draw, Bounds.money) * licence.price.growth[year]
                    columns.cost[draw] += levelling[year * n + draw] * units * price
                }
            }
        }
        guard !members.isEmpty else { return columns }
        for draw in 0..<n {
            columns.cost[draw] += people[platform * n + draw] + setup[platform * n + draw]
        }
        for member in members {
            let start = (member * model.terms.count + platform) * n
            for draw in 0..<n { columns.cost[draw] += waiting[start + draw] + migration[start + draw] }
        }
        if platform != model.today, !model.isGreenfield {
            let before = evaluate(platform: model.today, subset: subset)
            for draw in 0..<n {
                columns.cost[draw] += once[draw] * parallelLicences(platform, hostsToday: before.hosts[draw], draw)
            }
        }
        return columns
    }

    /// Licences of today's platform while moved workloads run twice: only what the contract does not pay already.
    func parallelLicences(_ platform: Int, hostsToday: Double, _ draw: Int, from time: Double = 0) -> Double {
        let months = lanes(model.terms[platform].parallel, draw, Bounds.months)
        let committed = 12 * max(0, model.yearsToRenewal - time)
        guard months > 0, hostsToday > 0 else { return 0 }
        var sum = 0.0
        for licence in model.terms[model.today].licences {
            let units = licence.units(hosts: hostsToday)
            let covered = min(licence.committedUnits, units)
            let beyond = licence.committedUnits > 0 ? max(0, months - committed) : months
            let unitMonths = (units - covered) * months + covered * beyond
            sum += unitMonths / 12 * lanes(licence.price.input, draw, Bounds.money)
        }
        return sum
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
        let availabilityOnly = model.host.gpus
        scratch.withUnsafeMutableBufferPointer { scratch in
            let mean = scratch.baseAddress.map { UnsafeMutableBufferPointer(start: $0, count: n) }
            guard let mean, n > 0 else { return }
            let sum = UnsafeMutableBufferPointer(rebasing: scratch[n..<2 * n])
            let squares = UnsafeMutableBufferPointer(rebasing: scratch[2 * n..<3 * n])
            let least = UnsafeMutableBufferPointer(rebasing: scratch[3 * n..<4 * n])
            for draw in 0..<4 * n { scratch[draw] = 0 }
            concurrency.withUnsafeBufferPointer { concurrency in
                excess.withUnsafeBufferPointer { excess in
                    growth.withUnsafeBufferPointer { growth in
                        gang.withUnsafeBufferPointer { gang in
                            for member in members {
                                let cell = (member * platforms + platform) * n
                                let peaks = member * n
                                let factors = (member * years + year) * n
                                for draw in 0..<n {
                                    let held = concurrency[cell + draw] * growth[factors + draw]
                                    let above = held * excess[peaks + draw]
                                    mean[draw] += held
                                    sum[draw] += above
                                    squares[draw] += above * above
                                    least[draw] = max(least[draw], gang[cell + draw])
                                }
                            }
                        }
                    }
                }
            }
            hosts.withUnsafeMutableBufferPointer { hosts in
                hostsPerGPU.withUnsafeBufferPointer { perGPU in
                    for draw in 0..<n {
                        let peak = ((1 - rho) * squares[draw] + rho * sum[draw] * sum[draw]).squareRoot()
                        let pooled = (mean[draw] + peak) * perGPU[platform * n + draw]
                        hosts[year * n + draw] = Bounds.roundedUp(max(pooled, least[draw] / availabilityOnly))
                    }
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
                        for draw in 0..<n { cost[draw] += hosts[at + draw] * price[start + at + draw] }
                    }
                }
            }
        }
    }
}
