import Cost
import Estate
import Probability
import Study
import Testing

/// The total of a study whose platforms give whole GPUs, written again from docs/cost.md in the plainest way.
///
/// Shares no code with the engine: year by year, with explicit present values, at the expected inputs.
private struct Oracle {
    let study: Study

    private func value(_ quantity: Quantity) -> Double { quantity.distribution.mean }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<max(exponent, 0)).reduce(1) { product, _ in product * base }
    }

    private func at(_ quantity: Quantity, _ year: Int) -> Double {
        value(quantity) * power(1 + quantity.escalator, year)
    }

    func hosts(_ model: DeploymentModel, _ workloads: [Workload], _ year: Int) -> Double {
        guard !workloads.isEmpty else { return 0 }
        var total = 0.0
        var excesses: [Double] = []
        for workload in workloads {
            let seen = 1 + (workload.overhead[workload.observedOn].map(value) ?? 0)
            let stretch = 1 + (workload.overhead[model].map(value) ?? 0)
            let hours = value(workload.gpuHoursPerMonth)
            let busy = hours * value(workload.activity) / seen
            let held = busy * stretch + hours * (1 - value(workload.activity))
            let gpus = held / 730 * power(1 + value(workload.growth), year)
            total += gpus
            excesses.append(gpus * (value(workload.peakToMean) - 1))
        }
        var square = 0.0
        for (i, a) in excesses.enumerated() {
            for (j, b) in excesses.enumerated() { square += (i == j ? 1 : study.policy.peakCorrelation) * a * b }
        }
        let needed = (total + square.squareRoot()) / value(study.facility.availability)
        let gang = Double(workloads.map(\.gpusPerJob).max() ?? 0)
        return (max(needed, gang) / Double(study.estate.shape.gpusPerHost)).rounded(.up)
    }

    /// The sum of the dearest bare-metal and the dearest virtual platform.
    private func once(_ platforms: [Platform], _ amount: (Platform) -> Double) -> Double {
        let isBare = { (platform: Platform) in [.bareMetal, .bareMetalMIG].contains(platform.model) }
        let bare = platforms.filter(isBare).map(amount).max() ?? 0
        let virtual = platforms.filter { !isBare($0) }.map(amount).max() ?? 0
        return bare + virtual
    }

    /// Migration and parallel running of a platform that is not today's.
    private func moving(_ platform: Platform, _ carried: [Workload], owned: Double) -> Double {
        var cost = Double(carried.count) * value(platform.migrationPerWorkload)
        guard let today = study.platforms.first(where: { $0.model == study.estate.today }) else { return cost }
        let months = value(platform.parallelMonths)
        let hosts = hosts(today.model, carried, 0)
        for licence in today.licences {
            guard hosts > 0, case .perCore(let socket, let order) = licence.metric else { continue }
            let each = Double(
                study.estate.shape.sockets * max(study.estate.shape.cores / study.estate.shape.sockets, socket)
            )
            let units = max(hosts * each, Double(order))
            let paid = licence.committedUntilRenewal ? min(units, max(owned * each, Double(order))) : 0
            let left = study.estate.renewal.map { 12 * study.date.years(to: $0) } ?? 0
            cost += ((units - paid) * months + paid * max(0, months - left)) / 12 * value(licence.pricePerYear)
        }
        return cost
    }

    func monthly(_ models: [DeploymentModel]) -> Double {
        let finance = study.finance
        let rate = value(finance.costOfCapital)
        let shape = study.estate.shape
        let owned = Double(study.estate.hosts.reduce(0) { $0 + $1.count })
        let used = study.platforms.filter { models.contains($0.model) }
        var present = 0.0
        var unit = 0.0
        var purchases: [(year: Int, hosts: Double)] = [(0, owned)]
        for year in 0..<study.horizonYears {
            var cost = 0.0
            var needed = 0.0
            for platform in study.platforms {
                let carried = zip(study.workloads, models).filter { $0.1 == platform.model }.map(\.0)
                let hosts = hosts(platform.model, carried, year)
                needed += hosts
                for licence in platform.licences {
                    guard case .perCore(let socket, let order) = licence.metric else { continue }
                    let each = Double(shape.sockets * max(shape.cores / shape.sockets, socket))
                    let units = hosts > 0 ? max(hosts * each, Double(order)) : 0
                    var paid = units
                    if licence.committedUntilRenewal, platform.model == study.estate.today,
                        let renewal = study.estate.renewal
                    {
                        let share = min(max(study.date.years(to: renewal) - Double(year), 0), 1)
                        let committed = owned > 0 ? max(owned * each, Double(order)) : 0
                        paid = share * max(units, committed) + (1 - share) * units
                    }
                    cost += paid * at(licence.pricePerYear, year)
                }
                for workload in carried {
                    cost +=
                        12 * value(workload.requestsPerMonth) * value(workload.peopleWaiting)
                        * value(platform.hoursToEnvironment) * at(finance.waitingPersonPerHour, year)
                        * value(finance.waitingLostShare)
                }
            }
            cost += once(used) { value($0.people) } * at(finance.personPerYear, year)
            let inService = purchases.reduce(0) { $0 + $1.hosts }
            if needed > inService { purchases.append((year, needed - inService)) }
            let life = Int(value(finance.lifeYears))
            let discount = 1 / power(1 + rate, life)
            for purchase in purchases {
                let price = at(shape.price, purchase.year)
                cost += purchase.hosts * price * (1 - value(finance.residual) * discount) * rate / (1 - discount)
                cost += purchase.hosts * price * value(finance.support)
                let kilowattHours = value(shape.power) * value(study.facility.load) * value(study.facility.pue) * 8760
                cost += purchase.hosts * kilowattHours * at(study.facility.energyPerKWh, year)
                cost += 12 * purchase.hosts * value(shape.power) * at(study.facility.spacePerKWMonth, year)
                cost += 12 * purchase.hosts * Double(shape.gpusPerHost) * at(finance.storagePerGPUMonth, year)
            }
            present += cost / power(1 + rate, year + 1)
            unit += 1 / power(1 + rate, year + 1)
        }
        if owned == 0 {
            present += once(used) { value($0.setup) }
            return present / unit / 12
        }
        let isToday = { (platform: Platform) in platform.model == study.estate.today }
        present += once(used) { isToday($0) ? 0 : value($0.setup) }
        for platform in used where !isToday(platform) {
            let carried = zip(study.workloads, models).filter { $0.1 == platform.model }.map(\.0)
            present += moving(platform, carried, owned: owned)
        }
        // The team that loses its last virtual platform stays for the longest parallel running.
        if used.allSatisfy({ $0.model == .bareMetal }) {
            let months = used.map { value($0.parallelMonths) }.max() ?? 0
            let staff = study.platforms.first(where: isToday).map { value($0.people) } ?? 0
            present += months / 12 * staff * value(finance.personPerYear)
        }
        return present / unit / 12
    }
}

@Suite("The engine against the rules written again")
struct OracleTests {
    @Test("Assignments to whole GPUs cost what the plain sums say", arguments: [0, 2, 9], [1, 5])
    func totals(hosts: Int, years: Int) throws {
        let vcf = try Fixture.licence(
            "vcf",
            .perCore(minimumPerSocket: 64, minimumOrder: 400),
            300,
            committed: true,
            escalator: 0.06
        )
        let loose = try Fixture.licence("loose", .perCore(minimumPerSocket: 16, minimumOrder: 72), 90)
        var finance = try Fixture.finance(storage: 35)
        finance.support = try Fixture.quantity("finance.support", 0.06)
        var facility = try Fixture.facility()
        facility.spacePerKWMonth = try Fixture.quantity("facility.space", 150, escalator: 0.03)
        facility.availability = try Fixture.quantity("facility.availability", 0.96)
        var study = try Fixture.study(
            workloads: [
                Fixture.workload(
                    "a",
                    hours: 9_000,
                    on: .vmPassthrough,
                    activity: 0.8,
                    peak: 1.4,
                    growth: 0.2,
                    overhead: [.vmPassthrough: 0.07],
                    requests: 5
                ),
                Fixture.workload(
                    "b",
                    hours: 4_000,
                    activity: 0.5,
                    peak: 2,
                    growth: -0.1,
                    gpusPerJob: 24,
                    overhead: [.vmPassthrough: 0.04]
                ),
                Fixture.workload("c", hours: 500, activity: 0.9, peak: 3, requests: 12),
            ],
            platforms: [
                Fixture.platform(.bareMetal, people: 1, setup: 50_000, migration: 4_000, parallelMonths: 4, wait: 60),
                Fixture.platform(.vmPassthrough, licences: [vcf], people: 1.5, setup: 70_000, migration: 1, wait: 2),
                // One share for each GPU: sized as whole GPUs are.
                Fixture.platform(.vmSRIOV, people: 2, setup: 20_000, parallelMonths: 30, wait: 3, shares: 1),
                Fixture.platform(
                    .vmVGPU,
                    licences: [loose],
                    people: 1.1,
                    setup: 30_000,
                    migration: 500,
                    parallelMonths: 2,
                    shares: 1
                ),
            ],
            today: .vmPassthrough,
            hosts: max(hosts, 1),
            years: years,
            shape: Fixture.shape(power: 10.2, escalator: 0.03),
            renewal: CalendarDate(year: 2027, month: 9, day: 1),
            finance: finance,
            facility: facility
        )
        if hosts == 0 { study.estate.hosts[0].count = 0 }
        let model = try CostModel(study: study)
        var slab = CostSlab(model, .expected(model), 0..<1)
        for assignment in Fixture.assignments(model) {
            let models = assignment.map { model.platforms[$0] }
            let expected = Oracle(study: study).monthly(models)
            let total = slab.total(assignment)[0]
            #expect(abs(total - expected) < 1e-9 * expected, "\(models)")
        }
    }
}
