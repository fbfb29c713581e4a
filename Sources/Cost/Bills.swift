import Estate
import Study

extension CostModel {
    /// The bill of each platform that an assignment uses, at the expected inputs, in the first year; empty when invalid.
    ///
    /// Hosts in service are priced by the available GPU-hour, at the mean of owned and bought ones, and each platform pays
    /// for its own hosts. People and setup count once for each family in use: the line stands with the platform whose
    /// amount is the largest. Owned hosts that no platform needs stand on today's platform, which has a bill for them (and for
    /// licences its contract commits to) even when no workload is left on it; its `hosts` counts only those needed. One-off
    /// amounts are levelised over the horizon. The bills sum to the first year's cost.
    package func bills(_ assignment: [Int]) -> [PlatformBill] {
        var slab = CostSlab(self, .expected(self), 0..<1)
        guard slab.isValid(assignment) else { return [] }
        return slab.bills(assignment)
    }
}

extension CostSlab {
    fileprivate mutating func bills(_ assignment: [Int]) -> [PlatformBill] {
        let parts = platformsUsed(assignment)
        let hosts = parts.map { carried($0).hosts[0] }
        let staffed = DeploymentModel.Family.allCases.compactMap { cause(in: $0, parts) { people[$0] } }
        let setUp = DeploymentModel.Family.allCases.compactMap { cause(in: $0, parts) { setup[$0] } }
        let further = max(0, hosts.reduce(0, +) - model.ownedWholeHosts[0])
        let inService = model.ownedHosts[0] + further
        let prices = HardwarePrices(self, further: further, inService: inService)
        var bills: [PlatformBill] = []
        for (part, needed) in zip(parts, hosts) {
            let reserve = part.platform == model.today ? max(0, inService - hosts.reduce(0, +)) : 0
            var bill = bill(part, hosts: needed)
            let own = hours([part], gpus: needed * model.host.gpus, year: 0, 0)
            bill.lines += prices.lines(own, note: "")
            let idle = hours([], gpus: reserve * model.host.gpus, year: 0, 0)
            bill.lines += prices.lines(idle, note: ", owned hosts in reserve")
            bill.hours = own
            bill.hours.add(idle, times: 1)
            let gpus = (needed + reserve) * model.host.gpus
            let storage = model.study.finance.storagePerGPUMonth
            bill.add("Storage", .storage, gpus, "GPU", storageAnnual[0] / 12, [storage.key])
            addLicences(part, hosts: needed, to: &bill)
            if staffed.contains(part.platform) { addPeople(part.platform, to: &bill) }
            addWaiting(part, to: &bill)
            if setUp.contains(part.platform) {
                let key = model.study.platforms[part.platform].setup.key
                bill.add("Setup, spread over the horizon", .change, 1, "once", setup[part.platform], [key])
            }
            addChange(part, to: &bill)
            if part.subset != 0 || !bill.lines.isEmpty { bills.append(bill) }
        }
        // The longest parallel running keeps today's people once; its line stands with the platform that causes it.
        let staff = parallelStaff(parts, 0)
        if staff > 0,
            let cause = parts.first(where: { $0.platform != model.today && parallelPeople[$0.platform] == staff }),
            let position = bills.firstIndex(where: { $0.model == model.platforms[cause.platform] })
        {
            let terms = model.study.platforms
            let keys = [terms[cause.platform].parallelMonths.key, terms[model.today].people.key]
            bills[position].add("People of today's platform in parallel running", .change, 1, "once", staff, keys)
        }
        return bills
    }

    private func bill(_ part: SubsetKey, hosts: Double) -> PlatformBill {
        let members = members(part.subset)
        let rho = model.peakCorrelation
        var mean = 0.0
        var sum = 0.0
        var squares = 0.0
        var least = 0.0
        for member in members {
            let at = member * model.terms.count + part.platform
            mean += concurrency[at]
            let above = concurrency[at] * excess[member]
            sum += above
            squares += above * above
            least = max(least, gang[at])
        }
        let pooled = mean + ((1 - rho) * squares + rho * sum * sum).squareRoot()
        return PlatformBill(
            model: model.platforms[part.platform],
            workloads: members.map { model.workloads[$0] },
            gpusNeeded: model.replay == nil
                ? max(pooled * hostsPerGPU[part.platform] * model.host.gpus, least) : hosts * model.host.gpus,
            hosts: Bounds.integer(hosts),
            gpus: Bounds.integer(hosts * model.host.gpus),
            hours: GPUHours(available: 0, useful: 0, lost: 0, idleAllocated: 0, idleUnallocated: 0),
            lines: [],
            replay: replayedSize(part)
        )
    }

    private func addLicences(_ part: SubsetKey, hosts: Double, to bill: inout PlatformBill) {
        for (licence, stated) in zip(
            model.terms[part.platform].licences,
            model.study.platforms[part.platform].licences
        ) where licence.isDue(for: part.subset) {
            let needed = licence.units(hosts: hosts)
            let paid = licence.units(hosts: hosts, year: 0)
            let price = lanes(licence.price.input, 0, Bounds.money) / 12
            let keys = [stated.pricePerYear.key]
            bill.add(licence.name, .licences, needed, licence.unit, price, keys)
            bill.add("\(licence.name), committed until renewal", .licences, paid - needed, licence.unit, price, keys)
        }
    }

    private func addPeople(_ platform: Int, to bill: inout PlatformBill) {
        let staff = lanes(model.terms[platform].people, 0, Bounds.count)
        let salary = lanes(model.finance.person.input, 0, Bounds.money) / 12
        let keys = [model.study.platforms[platform].people.key, model.study.finance.personPerYear.key]
        bill.add("People who run it", .people, staff, "FTE", salary, keys)
    }

    private func addWaiting(_ part: SubsetKey, to bill: inout PlatformBill) {
        guard part.subset != 0 else { return }
        let platform = model.study.platforms[part.platform]
        let finance = model.study.finance
        let hour = lanes(model.finance.waitingPerson.input, 0, Bounds.money)
        for member in members(part.subset) {
            let workload = model.study.workloads[member]
            let input = model.demand[member]
            let hours =
                lanes(input.requests, 0, Bounds.count) * lanes(input.people, 0, Bounds.count)
                * lanes(model.terms[part.platform].wait, 0, Bounds.count)
                * lanes(model.finance.waitingShare, 0, Bounds.share)
            bill.add(
                "Waiting for environments: \(workload.name)",
                .waiting,
                hours,
                "person-hour",
                hour,
                [
                    workload.requestsPerMonth.key, workload.peopleWaiting.key, platform.hoursToEnvironment.key,
                    finance.waitingLostShare.key, finance.waitingPersonPerHour.key,
                ]
            )
        }
    }

    private func addChange(_ part: SubsetKey, to bill: inout PlatformBill) {
        guard part.subset != 0 else { return }
        let platform = model.study.platforms[part.platform]
        let members = members(part.subset)
        let each = members.first.map { migration[$0 * model.terms.count + part.platform] } ?? 0
        let moved = Double(members.count)
        bill.add(
            "Migration, spread over the horizon",
            .change,
            moved,
            "workload",
            each,
            [platform.migrationPerWorkload.key]
        )
        guard part.platform != model.today, !model.isGreenfield,
            let before = cache[SubsetKey(platform: model.today, subset: part.subset)]
        else { return }
        let twice = once[0] * parallelLicences(part.platform, part.subset, hostsToday: before.hosts[0], 0)
        let licences = model.study.platforms[model.today].licences.map(\.pricePerYear.key)
        bill.add(
            "Today's licences in parallel running",
            .change,
            1,
            "once",
            twice,
            [platform.parallelMonths.key] + licences
        )
    }
}

/// What the hosts in service cost for each available GPU-hour of the first year, by component.
private struct HardwarePrices {
    struct Component {
        var title: String
        var perHour: Double
        var inputs: [String]
    }

    var components: [Component]

    init(_ slab: borrowing CostSlab, further: Double, inService: Double) {
        let model = slab.model
        let finance = model.finance
        let capital = CapitalTerms(slab.lanes, finance, 0)
        var sums = [Double](repeating: 0, count: 5)
        func add(_ host: CompiledHost, _ count: Double) {
            let cost = HostCost(slab.lanes, host, capital, finance, 0)
            for (part, amount) in [cost.servers, cost.network, cost.support, cost.energy, cost.space].enumerated() {
                sums[part] += count * amount / 12
            }
        }
        for group in model.owned { add(group.host, group.counts[0]) }
        add(model.host, further)
        let study = model.study
        var prices: [String] = []
        var powers: [String] = []
        for shape in [study.estate.shape] + study.estate.hosts.map(\.shape) {
            if !prices.contains(shape.price.key) { prices.append(shape.price.key) }
            if !powers.contains(shape.power.key) { powers.append(shape.power.key) }
        }
        let terms = study.finance
        let facility = study.facility
        let recovery = [terms.costOfCapital.key, terms.lifeYears.key]
        let titles: [(String, [String])] = [
            ("Capital recovery of servers", prices + recovery + [terms.residual.key]),
            ("Capital recovery of network", prices + recovery + [terms.network.key]),
            ("Vendor support", prices + [terms.support.key]),
            ("Energy", powers + [facility.energyPerKWh.key, facility.pue.key, facility.load.key]),
            ("Space and power delivery", powers + [facility.spacePerKWMonth.key]),
        ]
        let availability = slab.lanes(finance.availability, 0, Bounds.positiveShare)
        let available = inService * model.host.gpus * Annuity.hoursPerMonth * availability
        components = zip(titles, sums).compactMap { title, sum in
            guard available > 0, sum != 0 else { return nil }
            return Component(
                title: title.0,
                perHour: sum / available,
                inputs: title.1 + [facility.availability.key]
            )
        }
    }

    func lines(_ hours: GPUHours, note: String) -> [BillLine] {
        let kinds: [(CostGroup, Double)] = [
            (.hardware, hours.useful), (.lost, hours.lost), (.idleAllocated, hours.idleAllocated),
            (.idleUnallocated, hours.idleUnallocated),
        ]
        return kinds.flatMap { group, quantity in
            quantity == 0
                ? []
                : components.map { component in
                    BillLine(
                        title: component.title + note,
                        group: group,
                        quantity: quantity,
                        quantityUnit: "GPU-hour",
                        unitPrice: component.perHour,
                        amountPerMonth: quantity * component.perHour,
                        inputs: component.inputs
                    )
                }
        }
    }
}

extension PlatformBill {
    /// Adds a line; none for an amount of zero.
    fileprivate mutating func add(
        _ title: String,
        _ group: CostGroup,
        _ quantity: Double,
        _ unit: String,
        _ price: Double,
        _ inputs: [String]
    ) {
        guard quantity * price != 0 else { return }
        lines.append(
            BillLine(
                title: title,
                group: group,
                quantity: quantity,
                quantityUnit: unit,
                unitPrice: price,
                amountPerMonth: quantity * price,
                inputs: inputs
            )
        )
    }
}
