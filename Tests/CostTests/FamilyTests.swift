import Cost
import Estate
import Probability
import Study
import Testing

/// People and setup of the platforms of one family count once.
@Suite("Families of platforms")
struct FamilyTests {
    /// Two small workloads on virtual machines; a person costs 10,000 a month.
    private func study(mig: Double = 1.5) throws -> Study {
        try Fixture.study(
            workloads: [
                Fixture.workload("train", hours: 2_000, on: .vmPassthrough),
                Fixture.workload("notebooks", hours: 500, on: .vmPassthrough),
            ],
            platforms: [
                Fixture.platform(.bareMetal, people: 1, setup: 60_000, parallelMonths: 3),
                Fixture.platform(.bareMetalMIG, people: mig, setup: 50_000, parallelMonths: 8),
                Fixture.platform(.vmPassthrough, people: 1.2, setup: 90_000, parallelMonths: 1),
                Fixture.platform(.vmVGPU, people: 0.7, setup: 10_000, parallelMonths: 6),
            ],
            today: .vmPassthrough,
            hosts: 3,
            finance: Fixture.finance(rate: 0)
        )
    }

    struct Case: Sendable {
        var assignment: [Int]
        /// Full-time equivalents, and the platforms whose bills have them.
        var people: Double
        var staffed: [DeploymentModel]
        var setup: Double
        var setUp: [DeploymentModel]
        /// Months in which today's people are paid beside the others.
        var months = 0.0
    }

    private static let cases = [
        Case(assignment: [2, 2], people: 1.2, staffed: [.vmPassthrough], setup: 0, setUp: []),
        Case(assignment: [0, 0], people: 1, staffed: [.bareMetal], setup: 60_000, setUp: [.bareMetal], months: 3),
        Case(
            assignment: [1, 1],
            people: 1.5,
            staffed: [.bareMetalMIG],
            setup: 50_000,
            setUp: [.bareMetalMIG],
            months: 8
        ),
        // One family: the team of the one, the setup of the other.
        Case(assignment: [0, 1], people: 1.5, staffed: [.bareMetalMIG], setup: 60_000, setUp: [.bareMetal], months: 8),
        Case(assignment: [1, 0], people: 1.5, staffed: [.bareMetalMIG], setup: 60_000, setUp: [.bareMetal], months: 8),
        Case(assignment: [2, 3], people: 1.2, staffed: [.vmPassthrough], setup: 10_000, setUp: [.vmVGPU]),
        // Today's platform empties but its team has another of the family.
        Case(assignment: [3, 3], people: 0.7, staffed: [.vmVGPU], setup: 10_000, setUp: [.vmVGPU]),
        Case(
            assignment: [0, 3],
            people: 1.7,
            staffed: [.bareMetal, .vmVGPU],
            setup: 70_000,
            setUp: [.bareMetal, .vmVGPU]
        ),
        // Across families both are paid.
        Case(
            assignment: [0, 2],
            people: 2.2,
            staffed: [.bareMetal, .vmPassthrough],
            setup: 60_000,
            setUp: [.bareMetal]
        ),
        Case(
            assignment: [CostModel.absent, 1],
            people: 1.5,
            staffed: [.bareMetalMIG],
            setup: 50_000,
            setUp: [.bareMetalMIG],
            months: 8
        ),
        Case(assignment: [CostModel.absent, CostModel.absent], people: 0, staffed: [], setup: 0, setUp: []),
    ]

    private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1) }

    @Test("Groups, bills and cash pay people and setup once for each family in use", arguments: cases)
    func once(_ expected: Case) throws {
        let model = try CostModel(study: study())
        let draws = DrawTable.expected(model)
        let change = expected.setup + expected.months / 12 * 1.2 * 120_000
        let breakdown = try #require(model.breakdown(expected.assignment, draws))
        #expect(isClose(breakdown[.people], expected.people * 10_000))
        #expect(isClose(breakdown[.change], change / 60))
        var slab = CostSlab(model, draws, 0..<1)
        #expect(isClose(breakdown.total, slab.total(expected.assignment)[0]))

        let bills = model.bills(expected.assignment)
        func payers(_ title: String) -> [DeploymentModel] {
            bills.filter { $0.lines.contains { $0.title.hasPrefix(title) } }.map(\.model)
        }
        #expect(payers("People who run it") == expected.staffed)
        #expect(payers("Setup") == expected.setUp)
        #expect(payers("People of today's platform").isEmpty == (expected.months == 0))
        for (group, amount) in [(CostGroup.people, breakdown[.people]), (.change, breakdown[.change])] {
            let lines = bills.flatMap(\.lines).filter { $0.group == group }
            #expect(isClose(lines.reduce(0) { $0 + $1.amountPerMonth }, amount))
        }

        let cash = try #require(model.cash(expected.assignment, timing: .switchNow, draws))
        #expect(isClose(cash.presentByPart[CashPart.change.rawValue][0], change))
        #expect(isClose(cash.presentByPart[CashPart.people.rawValue][0], expected.people * 120_000 * 5))
        let savings = try #require(model.savings(expected.assignment, draws))
        let people = try #require(savings.first { $0.title.hasPrefix("People") })
        #expect(isClose(people.perMonth[0], (1.2 - expected.people) * 10_000))
    }

    @Test("A further platform of the family adds no people unless it needs more; of equal ones the first has the line")
    func marginal() throws {
        let model = try CostModel(study: study(mig: 1))
        let draws = DrawTable.expected(model)
        let alone = try #require(model.breakdown([0, CostModel.absent], draws))
        let both = try #require(model.breakdown([0, 1], draws))
        #expect(both[.people] == alone[.people])
        let payers = model.bills([1, 0]).filter { $0.lines.contains { $0.title == "People who run it" } }
        #expect(payers.map(\.model) == [.bareMetal])
    }

    @Test("The larger team is looked for in each draw, not on average")
    func eachDraw() throws {
        let study = try study()
            .replacing("platforms.bare-metal.people", with: .triangular(low: 0.5, mode: 1, high: 2))
            .replacing("platforms.bare-metal-mig.people", with: .triangular(low: 0.4, mode: 1, high: 2.2))
        let model = try CostModel(study: study)
        let draws = DrawTable(model, count: 1_500, seed: 11)
        let bare = try #require(model.input("platforms.bare-metal.people").flatMap(draws.column))
        let mig = try #require(model.input("platforms.bare-metal-mig.people").flatMap(draws.column))
        #expect(zip(bare, mig).contains { $0 < $1 } && zip(bare, mig).contains { $0 > $1 })
        let larger = zip(bare, mig).reduce(0) { $0 + max($1.0, $1.1) } / 1_500
        let breakdown = try #require(model.breakdown([0, 1], draws))
        #expect(isClose(breakdown[.people], larger * 10_000))
        let cash = try #require(model.cash([0, 1], timing: .stay, draws))
        #expect(isClose(cash.presentByPart[CashPart.people.rawValue][7], 1.2 * 600_000))
        let change = try #require(model.cash([0, 1], timing: .switchNow, draws))
        for draw in [0, 700, 1_499] {
            let staff = max(bare[draw], mig[draw])
            #expect(isClose(change.presentByPart[CashPart.people.rawValue][draw], staff * 600_000))
        }
    }

    @Test("A platform evaluated alone pays its own people and setup; together they are no more than the sum")
    func alone() throws {
        let model = try CostModel(study: study())
        var slab = CostSlab(model, .expected(model), 0..<1)
        let nothing = slab.total([CostModel.absent, CostModel.absent])[0]
        for case let (first, second, saved) in [
            (0, 1, 10_000 + 50_000.0 / 60), (0, 2, 0), (3, 2, 7_000), (1, 0, 10_000 + 50_000.0 / 60),
        ] {
            let apart =
                slab.evaluate(platform: first, subset: 1).cost[0] + slab.evaluate(platform: second, subset: 2).cost[0]
            let parallel = first != 2 && second != 2 && first < 2 && second < 2 ? 8.0 / 12 * 144_000 / 60 : 0
            #expect(isClose(slab.total([first, second])[0] - nothing, apart - saved + parallel))
        }
    }
}
