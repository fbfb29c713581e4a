import Estate
import Study
import Testing

@testable import Cost

/// What PCI DSS asks of a provider, as a line of a bill: so many tests a year, once for a platform, for whoever makes it due.
@Suite("Separation tests") struct SeparationTestTests {
    private func study(tests: Bool, for names: [String] = ["cards"]) throws -> Study {
        var study = try Fixture.study(
            workloads: [
                Fixture.workload("cards", hours: 700), Fixture.workload("more-cards", hours: 700),
                Fixture.workload("toys", hours: 700),
            ],
            platforms: [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough)]
        )
        if tests {
            study.platforms[1].licences.append(
                Licence(
                    name: "Separation tests",
                    metric: .perPlatform(units: 2),
                    pricePerYear: try Fixture.quantity("prices.separation_test", 18_000),
                    onlyFor: names
                )
            )
        }
        return study
    }

    private func monthly(_ study: Study, _ assignment: [Int]) throws -> Double {
        let model = try CostModel(study: study)
        return try #require(model.breakdown(assignment, .expected(model))).total
    }

    @Test(
        "two tests of 18,000 a year are 3,000 a month, once for a platform, and nothing where no such workload is",
        arguments: [([0, 0, 0], 0.0), ([1, 0, 0], 3_000), ([1, 1, 1], 3_000), ([0, 0, 1], 0), ([0, 1, 1], 0)]
            as [([Int], Double)]
    )
    func amount(_ assignment: [Int], _ expected: Double) throws {
        let difference = try monthly(study(tests: true), assignment) - monthly(study(tests: false), assignment)
        #expect(abs(difference - expected) < 1e-6, "\(difference)")
    }

    @Test("two workloads that ask for the tests share them") func shared() throws {
        let both = try study(tests: true, for: ["cards", "more-cards"])
        let none = try study(tests: false)
        #expect(try abs(monthly(both, [1, 1, 0]) - monthly(none, [1, 1, 0]) - 3_000) < 1e-6)
    }

    @Test("the bill has the line, and the bills sum to the cost") func bill() throws {
        let model = try CostModel(study: study(tests: true))
        let lines = model.bills([1, 0, 0]).flatMap(\.lines).filter { $0.title == "Separation tests" }
        #expect(lines.count == 1 && lines[0].quantity == 2 && lines[0].quantityUnit == "test")
        #expect(abs(lines[0].amountPerMonth - 3_000) < 1e-9)
        #expect(model.bills([0, 0, 1]).flatMap(\.lines).allSatisfy { $0.title != "Separation tests" })
        var oneYear = try study(tests: true)
        oneYear.horizonYears = 1
        let year = try CostModel(study: oneYear)
        for assignment in [[1, 0, 0], [0, 0, 1], [1, 1, 1]] {
            let sum = year.bills(assignment).reduce(0) { $0 + $1.totalPerMonth }
            #expect(try abs(sum - #require(year.breakdown(assignment, .expected(year))).total) < 1e-6)
        }
    }
}
