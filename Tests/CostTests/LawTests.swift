import Cost
import Estate
import Probability
import Study
import Testing

@Suite("Laws of the engine")
struct LawTests {
    private func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
        abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-3)
    }

    private func mean(_ model: CostModel, _ assignment: [Int], _ draws: DrawTable) -> Double {
        var sum = 0.0
        for range in draws.blocks {
            var slab = CostSlab(model, draws, range)
            sum += slab.total(assignment).reduce(0, +)
        }
        return sum / Double(draws.count)
    }

    @Test("The groups of every assignment sum to its total, and the hours to those available")
    func groupsSum() throws {
        let model = try CostModel(study: Fixture.rich())
        let draws = DrawTable(model, count: 24, seed: 3)
        for assignment in Fixture.assignments(model) {
            let breakdown = try #require(model.breakdown(assignment, draws))
            #expect(isClose(breakdown.total, mean(model, assignment, draws)), "\(assignment)")
            let hours = breakdown.hours
            #expect(
                isClose(
                    hours.available,
                    hours.useful + hours.lost + hours.idleAllocated + hours.idleUnallocated
                )
            )
            for part in [hours.useful, hours.lost, hours.idleAllocated, hours.idleUnallocated] {
                #expect(part >= -1e-6)
            }
            for amount in breakdown.amounts { #expect(amount.isFinite && amount >= -1e-6) }
        }
    }

    @Test("Every assignment does the same useful work")
    func sameUsefulHours() throws {
        let model = try CostModel(study: Fixture.rich())
        let draws = DrawTable(model, count: 24, seed: 3)
        let hours = try Fixture.assignments(model).map { try #require(model.breakdown($0, draws)).hours.useful }
        let slab = CostSlab(model, draws, 0..<24)
        for value in hours { #expect(isClose(value, slab.useful.reduce(0, +) / 24)) }
    }

    @Test("The waterfall sums exactly, a month and per useful GPU-hour")
    func waterfallSums() throws {
        let model = try CostModel(study: Fixture.rich())
        let draws = DrawTable(model, count: 200, seed: 5)
        for assignment in [[0, 1, 0], [3, 3, 3], [0, 0, 2]] {
            for perHour in [false, true] {
                let fall = try #require(
                    model.waterfall(from: model.todayAssignment, to: assignment, draws, perUsefulGPUHour: perHour)
                )
                #expect(fall.steps.map(\.group) == CostGroup.allCases)
                #expect(isClose(fall.start + fall.steps.reduce(0) { $0 + $1.amount }, fall.end))
            }
        }
    }

    @Test("Bills sum to the first year's cost, and their hours to those available")
    func billsSum() throws {
        let model = try CostModel(study: Fixture.rich(years: 1))
        let draws = DrawTable.expected(model)
        for assignment in Fixture.assignments(model) {
            let bills = model.bills(assignment)
            let breakdown = try #require(model.breakdown(assignment, draws))
            #expect(isClose(bills.reduce(0) { $0 + $1.totalPerMonth }, breakdown.total), "\(assignment)")
            for (position, group) in CostGroup.allCases.enumerated() {
                let lines = bills.flatMap(\.lines).filter { $0.group == group }
                #expect(
                    isClose(lines.reduce(0) { $0 + $1.amountPerMonth }, breakdown.amounts[position], 1e-8),
                    "\(assignment) \(group)"
                )
            }
            for line in bills.flatMap(\.lines) {
                #expect(isClose(line.amountPerMonth, line.quantity * line.unitPrice))
                #expect(!line.inputs.isEmpty)
                for key in line.inputs { #expect(model.input(key) != nil, "\(line.title): \(key)") }
            }
            #expect(isClose(bills.reduce(0) { $0 + $1.hours.available }, breakdown.hours.available))
        }
    }

    @Test(
        "More overhead on a platform never makes it cheaper",
        arguments: [DeploymentModel.bareMetalMIG, .vmPassthrough, .vmVGPU]
    )
    func overheadNeverPays(model name: DeploymentModel) throws {
        let study = try Fixture.rich()
        for workload in study.workloads where workload.observedOn != name && workload.overhead[name] != nil {
            var previous = -Double.infinity
            for overhead in stride(from: 0, through: 1, by: 0.2) {
                let key = "workloads.\(workload.name).overhead.\(name.rawValue)"
                let model = try CostModel(study: study.replacing(key, with: .point(overhead)))
                let platform = try #require(model.platform(name))
                let cost = mean(model, [platform, platform, platform], DrawTable(model, count: 50, seed: 9))
                #expect(cost >= previous - 1e-9 * abs(cost))
                previous = cost
            }
        }
    }

    @Test("Splitting a pool never lowers the GPUs it needs", arguments: [0.0, 0.3, 1.0])
    func splittingLosesPooling(correlation: Double) throws {
        var study = try Fixture.rich()
        study.policy.peakCorrelation = correlation
        let model = try CostModel(study: study)
        let platform = try #require(model.platform(.bareMetal))
        let passthrough = try #require(model.platform(.vmPassthrough))
        // The same workloads on the same terms twice: only the pooling differs.
        study.platforms[passthrough].packing = study.platforms[platform].packing
        for workload in study.workloads.indices { study.workloads[workload].overhead = [:] }
        let twins = try CostModel(study: study)
        let together = try #require(twins.bills([platform, platform, platform]).first { $0.model == .bareMetal })
        for split in [[0, 0, 1], [0, 1, 0], [1, 0, 0]] {
            let bills = twins.bills(split.map { $0 == 0 ? platform : passthrough })
            let apart = bills.reduce(0) { $0 + $1.gpusNeeded }
            #expect(apart >= together.gpusNeeded - 1e-9)
            // Peaks that always coincide gain nothing from a pool; any others do.
            if correlation == 1 {
                #expect(isClose(apart, together.gpusNeeded))
            } else {
                #expect(apart > together.gpusNeeded + 0.1)
            }
        }
    }

    @Test("Prices in another currency change every amount by the rate and nothing else")
    func currency() throws {
        let study = try Fixture.rich()
        let model = try CostModel(study: study)
        var converted = study
        let money = ["prices.", "licences.", "finance.storage", "finance.person", "finance.waiting"]
        let more = [".setup", ".migration", "facility.energy", "facility.space", "estate.expansion"]
        for quantity in study.allQuantities
        where (money + more).contains(where: quantity.key.contains) {
            converted = try converted.replacing(quantity.key, with: quantity.distribution.scaled(by: 0.5))
        }
        let other = try CostModel(study: converted)
        let draws = DrawTable(model, count: 50, seed: 4)
        let again = DrawTable(other, count: 50, seed: 4)
        for assignment in Fixture.assignments(model) {
            #expect(isClose(mean(model, assignment, draws) * 0.5, mean(other, assignment, again)), "\(assignment)")
        }
    }

    @Test("A workload's marginal cost is the total with it less the total without")
    func marginal() throws {
        let model = try CostModel(study: Fixture.rich())
        var slab = CostSlab(model, .expected(model), 0..<1)
        let with = slab.total([0, 0, 0])[0]
        let without = slab.total([0, CostModel.absent, 0])[0]
        var smaller = try Fixture.rich()
        smaller.workloads.remove(at: 1)
        #expect(isClose(without, try Fixture.expected(smaller, [0, 0])))
        #expect(with > without)
    }

    @Test("Without demand nothing is held, hosts stand idle, and no cost per useful hour is claimed")
    func zeroDemand() throws {
        let study = try Fixture.study(
            workloads: [Fixture.workload("w", hours: 0, gpusPerJob: 16)],
            platforms: [Fixture.platform(.bareMetal), Fixture.platform(.bareMetalMIG)]
        )
        let model = try CostModel(study: study)
        for platform in 0..<2 {
            let breakdown = try #require(model.breakdown([platform], .expected(model)))
            #expect(breakdown.hours.useful == 0)
            #expect(breakdown.costPerUsefulGPUHour == nil)
            #expect(isClose(breakdown[.idleUnallocated], breakdown.total))
        }
        #expect(model.waterfall(from: [0], to: [1], .expected(model), perUsefulGPUHour: true) == nil)
    }

    @Test("Values far outside of sense never trap and never leave a number undefined")
    func hugeValues() throws {
        let values: [Double] = [0, -1e300, 1e300]
        let study = try Fixture.rich(years: 3)
        for quantity in study.allQuantities {
            for value in values {
                let model = try CostModel(study: study.replacing(quantity.key, with: .point(value)))
                let draws = DrawTable.expected(model)
                for assignment in [[0, 1, 3]] {
                    var slab = CostSlab(model, draws, 0..<1)
                    #expect(slab.total(assignment)[0].isFinite, "\(quantity.key) = \(value)")
                    _ = model.bills(assignment)
                    let cash = try #require(model.cash(assignment, timing: .switchNow, draws))
                    #expect(cash.present[0].isFinite, "\(quantity.key) = \(value)")
                    #expect(try #require(model.deferral(assignment, draws)).value[0].isFinite)
                }
            }
        }
    }

    @Test("An assignment that is not one gives NaN, no bill and no cash")
    func invalid() throws {
        let model = try CostModel(study: Fixture.rich())
        var slab = CostSlab(model, .expected(model), 0..<1)
        for assignment in [[], [0], [0, 0, 99], [0, 0, -2], [0, 0, 0, 0]] {
            #expect(slab.total(assignment)[0].isNaN)
            #expect(model.bills(assignment).isEmpty)
            #expect(model.cash(assignment, timing: .switchNow, .expected(model)) == nil)
            #expect(model.breakdown(assignment, .expected(model)) == nil)
        }
    }
}
