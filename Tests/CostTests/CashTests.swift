import Cost
import Estate
import Probability
import Study
import Testing

@Suite("Cash")
struct CashTests {
    private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1) }

    /// Ten thousand a year of licences on today's platform, none on bare metal; 15,000 to move.
    private func simple(
        hours: Double = 4000,
        renewal: CalendarDate? = nil,
        committed: Bool = false,
        rate: Double = 0.1
    ) throws -> CostModel {
        try CostModel(
            study: Fixture.study(
                workloads: [Fixture.workload("w", hours: hours, on: .vmPassthrough)],
                platforms: [
                    Fixture.platform(.bareMetal, setup: 12_000, migration: 3_000),
                    Fixture.platform(
                        .vmPassthrough,
                        licences: [Fixture.licence("l", .perHost, 10_000, committed: committed)]
                    ),
                ],
                today: .vmPassthrough,
                years: 3,
                renewal: renewal,
                finance: Fixture.finance(rate: rate)
            )
        )
    }

    @Test("A switch that saves 10,000 a year for 15,000 pays back in a year and a half")
    func byHand() throws {
        let model = try simple()
        let draws = DrawTable.expected(model)
        let stay = try #require(model.cash([1], timing: .stay, draws))
        let change = try #require(model.cash([0], timing: .switchNow, draws))
        #expect(stay.upfront == [0] && stay.byYear.map { $0[0] } == [10_000, 10_000, 10_000])
        #expect(change.upfront == [15_000] && change.byYear.map { $0[0] } == [0, 0, 0])
        #expect(isClose(stay.present[0], 10_000 / 1.1 + 10_000 / 1.21 + 10_000 / 1.331))
        #expect(isClose(change.present[0], 15_000))
        #expect(model.payback(stay: stay, change: change) == 1.5)
        #expect(model.payback(stay: change, change: stay) == nil)
        #expect(model.payback(stay: stay, change: stay) == 0)
        #expect(model.cash([0], timing: .switchAtRenewal, draws) == nil)
    }

    @Test("Committed licences are paid until the renewal; waiting for it puts the change off")
    func renewal() throws {
        let model = try simple(renewal: CalendarDate(year: 2027, month: 1, day: 1), committed: true)
        let draws = DrawTable.expected(model)
        let year = 365 / 365.25
        let now = try #require(model.cash([0], timing: .switchNow, draws))
        let later = try #require(model.cash([0], timing: .switchAtRenewal, draws))
        #expect(isClose(now.byYear[0][0], 10_000 * year))
        #expect(now.upfront == [15_000] && now.byYear[1][0] == 0)
        #expect(later.upfront == [0])
        #expect(isClose(later.byYear[0][0], 10_000 * year + 15_000))
        #expect(isClose(later.present[0], 10_000 * year / 1.1 + 15_000 * Annuity.discount(year, rate: 0.1)))
        #expect(later.present[0] < now.present[0])
    }

    @Test("Owned hardware is sunk: its price changes no cash while it suffices")
    func sunk() throws {
        let model = try simple()
        let input = try #require(model.input("prices.server"))
        let dear = DrawTable.expected(model).fixing(input, at: 9e6)
        for timing in [CashTiming.stay, .switchNow] {
            let flow = try #require(model.cash([0], timing: timing, dear))
            let usual = try #require(model.cash([0], timing: timing, .expected(model)))
            #expect(flow.present == usual.present)
        }
    }

    @Test("Hosts beyond the owned ones are bought at their price and still worth something at the end")
    func purchases() throws {
        // 9,000 hours need 12.3 GPUs: one host more than the one that is owned. Worth after 3 of 5 years: 46 %.
        let model = try simple(hours: 9_000)
        let flow = try #require(model.cash([0], timing: .switchNow, .expected(model)))
        #expect(isClose(flow.upfront[0], 15_000 + 310_000))
        #expect(isClose(flow.byYear[2][0], -310_000 * 0.46))
        #expect(isClose(flow.presentByPart[CashPart.purchases.rawValue][0], 202_862.509_391_4))
    }

    @Test("A host is replaced at the end of its life, and a planned expansion is bought first, at its date")
    func replacementAndExpansion() throws {
        var study = try Fixture.study(
            workloads: [Fixture.workload("w", hours: 9_000)],
            platforms: [Fixture.platform(.bareMetal)],
            years: 8,
            finance: Fixture.finance(rate: 0)
        )
        let plain = try CostModel(study: study)
        let flow = try #require(plain.cash([0], timing: .stay, .expected(plain)))
        // Bought at 0 and at 5; sold at 5 for 10 %, worth 46 % at 8.
        #expect(isClose(flow.present[0], 310_000 * (2 - 0.1 - 0.46)))
        study.estate.expansion = Expansion(
            price: try Fixture.quantity("estate.expansion", 200_000),
            gpus: 8,
            date: try #require(CalendarDate(year: 2028, month: 1, day: 1))
        )
        let planned = try CostModel(study: study)
        let later = try #require(planned.cash([0], timing: .stay, .expected(planned)))
        #expect(later.upfront[0] == 0)
        // Two years of 365 days are not quite 2 years of 365.25: the purchase falls in the second year.
        #expect(isClose(later.byYear[1][0], 200_000))
    }

    @Test("The parts sum to the present value; cash and deferred purchases to what switching saves")
    func savings() throws {
        let model = try CostModel(study: Fixture.rich())
        let draws = DrawTable(model, count: 60, seed: 2)
        let rate = try #require(model.input("finance.rate"))
        for assignment in [[0, 0, 0], [0, 1, 3], [3, 3, 3], model.todayAssignment] {
            let stay = try #require(model.cash(assignment, timing: .stay, draws))
            let change = try #require(model.cash(assignment, timing: .switchNow, draws))
            let savings = try #require(model.savings(assignment, draws))
            #expect(Set(savings.map(\.kind)) == Set(SavingKind.allCases))
            for draw in 0..<60 {
                let parts = change.presentByPart.reduce(0) { $0 + $1[draw] }
                #expect(isClose(parts, change.present[draw]))
                let spread = 12 * Annuity.presentValue(ofYears: 5, rate: draws.value(rate, draw: draw))
                var money = 0.0
                for saving in savings where saving.kind != .capacityOnly { money += saving.perMonth[draw] }
                let difference = stay.present[draw] - change.present[draw]
                #expect(abs(money * spread - difference) < 1e-6)
            }
            if assignment == model.todayAssignment {
                for saving in savings { #expect(saving.perMonth.allSatisfy { $0 == 0 }) }
            }
        }
    }

    @Test("Capacity and the time of people never enter cash")
    func capacityOnly() throws {
        let study = try Fixture.study(
            workloads: [Fixture.workload("w", hours: 20_000, activity: 0.3, memory: 9, requests: 40)],
            platforms: [Fixture.platform(.bareMetal, wait: 100), Fixture.platform(.vmVGPU, wait: 1)],
            hosts: 6
        )
        let model = try CostModel(study: study)
        let savings = try #require(model.savings([1], .expected(model)))
        for saving in savings where saving.kind != .capacityOnly { #expect(saving.perMonth[0] == 0) }
        let freed = try #require(savings.first { $0.gpuHoursPerMonth != nil })
        // 27.4 GPUs are 4 hosts, a third of it 2: two hosts come free.
        let hours = try #require(freed.gpuHoursPerMonth)
        #expect(abs(hours[0] - 11_680) < 1e-6)
        #expect(freed.perMonth[0] > 0)
        let waiting = try #require(savings.last)
        // 40 requests, 99 hours sooner, 60 an hour, half of it lost.
        #expect(abs(waiting.perMonth[0] - 118_800) < 1e-6)
    }

    @Test("The economic total of the same hosts does not fall when owned capacity comes free")
    func freedCapacityIsNoMoney() throws {
        let study = try Fixture.study(
            workloads: [Fixture.workload("w", hours: 20_000, activity: 0.3, memory: 9)],
            platforms: [Fixture.platform(.bareMetal), Fixture.platform(.vmVGPU)],
            hosts: 6
        )
        let whole = try Fixture.expected(study, [0])
        let shared = try Fixture.expected(study, [1])
        #expect(isClose(whole, shared))
    }
}
