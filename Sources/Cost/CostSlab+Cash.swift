import RealModule

/// Hosts bought within the horizon.
struct Cohort {
    /// When, in years from the start.
    let time: Double
    /// In hosts of the reference shape.
    let hosts: Double
    /// Paid for the hosts and for their network.
    let servers: Double
    let network: Double
    let life: Double

    /// What it is still worth: straight-line from its price to its residual; the network ends at nothing.
    func worth(at time: Double, residual: Double) -> Double {
        let age = min(1, max(0, (time - self.time) / life))
        return servers * (1 - (1 - residual) * age) + network * (1 - age)
    }

    /// The share of a year in which it is in service.
    func service(inYear year: Int) -> Double {
        let from = max(Double(year), time)
        let to = min(Double(year + 1), time + life)
        return max(0, to - from)
    }
}

extension CostSlab {
    mutating func appendCash(_ assignment: [Int], _ start: Double, to flow: inout CashFlow) {
        let before = platformsUsed(model.todayAssignment)
        let after = platformsUsed(assignment)
        let hostsBefore = yearlyHosts(before)
        let hostsAfter = yearlyHosts(after)
        for part in before + after { _ = carried(part) }
        for draw in 0..<count {
            let flows = cashFlows(before, after, hostsBefore, hostsAfter, start, draw)
            flow.upfront.append(flows.upfront)
            for year in 0..<model.years { flow.byYear[year].append(flows.byYear[year]) }
            flow.present.append(flows.present.reduce(0, +))
            for part in CashPart.allCases { flow.presentByPart[part.rawValue].append(flows.present[part.rawValue]) }
        }
    }

    /// Hosts that an assignment's platforms need, by year, then draw.
    mutating func yearlyHosts(_ parts: [SubsetKey]) -> ContiguousArray<Double> {
        var sum = yearlyZeros
        for part in parts {
            let hosts = carried(part).hosts
            for index in sum.indices { sum[index] += hosts[index] }
        }
        return sum
    }

    private struct Flows {
        var upfront = 0.0
        var byYear: [Double]
        var present: [Double]
        let logStep: Double

        mutating func pay(_ amount: Double, for part: CashPart, at time: Double) {
            guard amount != 0 else { return }
            if time <= 0 {
                upfront += amount
            } else {
                // What falls on the last day belongs to the last year.
                let year = Int(min(max(time.rounded(.down), 0), Double(byYear.count - 1)))
                byYear[year] += amount
            }
            present[part.rawValue] += amount * Double.exp(-time * logStep)
        }

        mutating func payYear(_ amount: Double, for part: CashPart, _ year: Int) {
            byYear[year] += amount
            present[part.rawValue] += amount * Double.exp(-Double(year + 1) * logStep)
        }
    }

    private func cashFlows(
        _ before: [SubsetKey],
        _ after: [SubsetKey],
        _ hostsBefore: ContiguousArray<Double>,
        _ hostsAfter: ContiguousArray<Double>,
        _ start: Double,
        _ draw: Int
    ) -> Flows {
        let n = count
        let finance = model.finance
        var flows = Flows(
            byYear: [Double](repeating: 0, count: model.years),
            present: [Double](repeating: 0, count: CashPart.allCases.count),
            logStep: Double.log(onePlus: lanes(finance.rate, draw, Bounds.rate))
        )
        flows.pay(changeOnce(after, at: start, draw), for: .change, at: start)
        let needs = (0..<model.years).map { year in
            let earlier = start > Double(year) ? hostsBefore[year * n + draw] : 0
            let later = start < Double(year + 1) ? hostsAfter[year * n + draw] : 0
            return max(earlier, later)
        }
        let cohorts = purchases(needs, draw)
        let residual = lanes(finance.residual, draw, Bounds.share)
        let support = lanes(finance.support, draw, 0...10)
        let horizon = Double(model.years)
        for cohort in cohorts {
            flows.pay(cohort.servers + cohort.network, for: .purchases, at: cohort.time)
            let end = min(cohort.time + cohort.life, horizon)
            flows.pay(-cohort.worth(at: end, residual: residual), for: .purchases, at: end)
        }
        for year in 0..<model.years {
            let at = year * n + draw
            let earlier = min(max(start - Double(year), 0), 1)
            let staff = lanes(finance.person.input, draw, Bounds.money) * finance.person.growth[year]
            flows.payYear(
                staff * (earlier * fullTime(before, draw) + (1 - earlier) * fullTime(after, draw)),
                for: .people,
                year
            )
            // The contract's part of the year falls before the renewal, so it is cut where the switch cuts the year.
            let renewal = min(max(model.yearsToRenewal - Double(year), 0), 1)
            let contract = min(earlier, renewal)
            let licences =
                licenceCost(before, year, part: earlier, contract: contract, draw)
                + licenceCost(after, year, part: 1 - earlier, contract: renewal - contract, draw)
            flows.payYear(licences, for: .licences, year)
            var running = ownedRunning(year, support: support, draw)
            for cohort in cohorts {
                let inService = cohort.service(inYear: year)
                running +=
                    inService
                    * (cohort.servers * support + cohort.hosts
                        * (runningAnnual[at] + model.host.gpus * storageAnnual[at]))
            }
            flows.payYear(running, for: .running, year)
        }
        return flows
    }

    /// Support, energy, space and storage of the owned hosts in a year.
    private func ownedRunning(_ year: Int, support: Double, _ draw: Int) -> Double {
        let finance = model.finance
        let at = year * count + draw
        var sum = model.ownedGPUs[year] * storageAnnual[at]
        let capital = CapitalTerms(lanes, finance, draw)
        for group in model.owned where group.counts[year] > 0 {
            let cost = HostCost(lanes, group.host, capital, finance, draw)
            sum +=
                group.counts[year]
                * (cost.support + cost.energy * finance.energy.growth[year] + cost.space * finance.space.growth[year])
        }
        return sum
    }

    private func fullTime(_ parts: [SubsetKey], _ draw: Int) -> Double {
        forEachFamily(parts) { lanes(model.terms[$0].people, draw, Bounds.count) }
    }

    /// Licences of a part of a year, of which `contract` lies before the renewal.
    private func licenceCost(
        _ parts: [SubsetKey],
        _ year: Int,
        part share: Double,
        contract: Double,
        _ draw: Int
    ) -> Double {
        guard share > 0 else { return 0 }
        var sum = 0.0
        for part in parts {
            let hosts = cache[part]?.hosts[year * count + draw] ?? 0
            for licence in model.terms[part.platform].licences where licence.isDue(for: part.subset) {
                let needed = licence.units(hosts: hosts)
                let units = contract * max(licence.committedUnits, needed) + (share - contract) * needed
                sum += units * licence.price.growth[year] * lanes(licence.price.input, draw, Bounds.money)
            }
        }
        return sum
    }

    /// Setup, migration and parallel running of a switch, as one amount.
    private func changeOnce(_ parts: [SubsetKey], at time: Double, _ draw: Int) -> Double {
        var sum = forEachFamily(parts) { platform in
            platform != model.today || model.isGreenfield
                ? lanes(model.terms[platform].setup, draw, Bounds.money) : 0
        }
        for part in parts where part.subset != 0 {
            let terms = model.terms[part.platform]
            guard part.platform != model.today, !model.isGreenfield else { continue }
            sum += Double(part.subset.nonzeroBitCount) * lanes(terms.migration, draw, Bounds.money)
            let today = cache[SubsetKey(platform: model.today, subset: part.subset)]
            sum += parallelLicences(part.platform, part.subset, hostsToday: today?.hosts[draw] ?? 0, draw, from: time)
        }
        return once[draw] > 0 ? sum + parallelStaff(parts, draw) / once[draw] : sum
    }

    /// What is bought, and when, for the hosts needed in each year.
    func purchases(_ needs: [Double], _ draw: Int) -> [Cohort] {
        let finance = model.finance
        let life = max(1, lanes(finance.life, draw, Bounds.lifeYears))
        let network = lanes(finance.network, draw, 0...10)
        let price = lanes(model.host.price.input, draw, Bounds.money)
        var expansion = model.expansion
        var cohorts: [Cohort] = []
        for year in 0..<model.years {
            let planned = expansion?.years ?? 0
            guard Double(year) >= planned.rounded(.down) else { continue }
            let time = max(Double(year), planned < Double(year + 1) ? planned : 0)
            let capacity = cohorts.reduce(0) { sum, cohort in
                time < cohort.time + cohort.life ? sum + cohort.hosts : sum
            }
            var short = needs[year] - model.ownedHosts[year] - capacity
            guard short > 1e-9 else { continue }
            if let bought = expansion {
                let hosts = bought.gpus / model.host.gpus
                let paid = lanes(bought.price.input, draw, Bounds.money) * bought.price.growth(at: time)
                cohorts.append(Cohort(time: time, hosts: hosts, servers: paid, network: 0, life: life))
                short -= hosts
                expansion = nil
            }
            guard short > 1e-9 else { continue }
            let hosts = Bounds.roundedUp(short)
            let paid = hosts * price * model.host.price.growth(at: time)
            cohorts.append(Cohort(time: time, hosts: hosts, servers: paid, network: paid * network, life: life))
        }
        return cohorts
    }
}
