import Cost
import Estate
import Probability
import Study
import Testing

/// The total of a study with whole-GPU platforms, written again from docs/cost.md in the plainest way.
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
                guard !carried.isEmpty else { continue }
                cost += value(platform.people) * at(finance.personPerYear, year)
                for workload in carried {
                    cost +=
                        12 * value(workload.requestsPerMonth) * value(workload.peopleWaiting)
                        * value(platform.hoursToEnvironment) * at(finance.waitingPersonPerHour, year)
                        * value(finance.waitingLostShare)
                }
            }
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
        for platform in used where platform.model != study.estate.today {
            present += value(platform.setup)
            present += Double(models.count { $0 == platform.model }) * value(platform.migrationPerWorkload)
        }
        return present / unit / 12
    }
}

@Suite("The engine against the rules written again")
struct OracleTests {
    @Test("Whole-GPU assignments cost what the plain sums say", arguments: [0, 2, 9], [1, 5])
    func totals(hosts: Int, years: Int) throws {
        let vcf = try Fixture.licence(
            "vcf",
            .perCore(minimumPerSocket: 64, minimumOrder: 400),
            300,
            committed: true,
            escalator: 0.06
        )
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
                Fixture.platform(.bareMetal, people: 1, setup: 50_000, migration: 4_000, wait: 60),
                Fixture.platform(.vmPassthrough, licences: [vcf], people: 1.5, setup: 70_000, migration: 1, wait: 2),
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
            var expected = Oracle(study: study).monthly(models)
            if hosts == 0 {
                // Nothing owned: setup for every platform used, and no migration.
                let unit = 12 * Annuity.presentValue(ofYears: years, rate: 0.09)
                if models.contains(.vmPassthrough) { expected += 70_000 / unit }
                expected -= Double(models.count { $0 == .bareMetal }) * 4_000 / unit
            }
            let total = slab.total(assignment)[0]
            #expect(abs(total - expected) < 1e-9 * expected, "\(models)")
        }
    }
}
