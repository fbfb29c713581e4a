import Cost
import Documents
import Estate
import Probability
import Study
import Testing

@testable import Decision

@Suite("Decide, end to end on small studies")
struct DecideTests {
    /// Costs of the test's own reckoning: certain inputs, hosts enough, three years at 9 %.
    private struct Reckoning {
        let study: Study
        let levelOnce: Double

        init(_ study: Study) {
            self.study = study
            let annuity = (1...study.horizonYears).reduce(0.0) { sum, year in
                sum + (0..<year).reduce(1.0) { value, _ in value / 1.09 }
            }
            levelOnce = 1 / (12 * annuity)
        }

        /// Monthly cost of an assignment without the owned hosts, which every assignment has.
        func cost(_ assignment: [Int]) -> Double {
            var total = 0.0
            for (place, platform) in study.platforms.enumerated() {
                let members = study.workloads.indices.filter { assignment[$0] == place }
                guard !members.isEmpty else { continue }
                var gpuHours = 0.0
                for member in members {
                    let workload = study.workloads[member]
                    let here = workload.overhead[workload.observedOn]?.distribution.mean ?? 0
                    let there = workload.overhead[platform.model]?.distribution.mean ?? 0
                    gpuHours += workload.gpuHoursPerMonth.distribution.mean / (1 + here) * (1 + there)
                    let waits =
                        workload.requestsPerMonth.distribution.mean * platform.hoursToEnvironment.distribution.mean
                    total += waits * 60 * 0.5
                    if platform.model != study.estate.today {
                        total += platform.migrationPerWorkload.distribution.mean * levelOnce
                    }
                }
                let hosts = (gpuHours / 730 / 8).rounded(.up)
                for licence in platform.licences { total += hosts * 112 * licence.pricePerYear.distribution.mean / 12 }
                total += platform.people.distribution.mean * 120_000 / 12
                if platform.model != study.estate.today { total += platform.setup.distribution.mean * levelOnce }
            }
            return total
        }
    }

    private func study(_ licence: Double, _ wait: Double, people: Double, setup: Double = 20_000) throws -> Study {
        try Fixture.study(
            [
                Fixture.workload("train", hours: 9_000, overhead: [.vmPassthrough: 0.1]),
                Fixture.workload("notebooks", hours: 3_000, overhead: [.vmPassthrough: 0.03], requests: 20),
            ],
            [
                Fixture.platform(.bareMetal, people: people, setup: setup, migration: 3_000, wait: wait),
                Fixture.platform(.vmPassthrough, licencePerCore: licence, people: 1, wait: 2),
            ],
            hosts: 4,
            draws: 64
        )
    }

    @Test(
        "the enumeration against an independent reckoning",
        arguments: [
            (350.0, 80.0, 1.0), (350, 10, 0.2), (20, 80, 1), (900, 80, 0.1), (500, 0, 0), (0, 1, 3),
        ]
    )
    func enumeration(licence: Double, wait: Double, people: Double) async throws {
        let study = try study(licence, wait, people: people)
        let result = try await decide(study: study, evidence: [])
        let reckoning = Reckoning(study)
        let all = [[1, 1], [0, 0], [0, 1], [1, 0]]
        let costs = all.map(reckoning.cost)
        let least = try #require(costs.min())
        let chosen = result.estate.models.map { $0 == .bareMetal ? 0 : 1 }
        #expect(abs(reckoning.cost(chosen) - least) < 1e-6)
        #expect(result.assignments.count == 4)
        let reference = try #require(result.assignments.first)
        for assignment in result.assignments {
            let models = assignment.models.map { $0 == .bareMetal ? 0 : 1 }
            let expected = reckoning.cost(models) - reckoning.cost(chosen)
            #expect(abs(assignment.differencePerMonth.mean - expected) < 1e-6 * max(1, least))
            #expect(abs(assignment.costPerMonth.mean - reference.costPerMonth.mean - expected) < 1e-5)
        }
        // Nothing is in doubt: the choice is certain and cannot be regretted.
        #expect(result.estate.probability.value == 1)
        #expect(result.estate.regretPerMonth.value == 0)
        #expect(result.optimalityGapPerMonth == 0)
    }

    @Test("marginal cost is with minus without: it carries the platform's people only where nobody else uses it")
    func marginal() async throws {
        let study = try study(350, 80, people: 0.5)
        let result = try await decide(study: study, evidence: [])
        let reckoning = Reckoning(study)
        let chosen = result.estate.models.map { $0 == .bareMetal ? 0 : 1 }
        for (position, workload) in result.workloads.enumerated() {
            for (platform, option) in workload.options.enumerated() {
                var with = chosen
                with[position] = platform
                var without = chosen
                without[position] = CostModel.absent
                let found = try #require(option.marginalCostPerMonth)
                #expect(abs(found.mean - (reckoning.cost(with) - reckoning.cost(without))) < 1e-5)
            }
        }
    }

    @Test("a flip point of a straight line is solved, not read off a grid; the break-even agrees")
    func linearFlip() async throws {
        // Waiting on bare metal costs 80 h x 60 x 0.5 = 2,400 a request; the licence 112 x 350 / 12 a month.
        var study = try Fixture.study(
            [Fixture.workload("notebooks", hours: 2_000, requests: 1)],
            [Fixture.platform(.bareMetal, wait: 80), Fixture.platform(.vmPassthrough, licencePerCore: 350)],
            draws: 256
        )
        study.workloads[0].requestsPerMonth = Fixture.quantity(
            "workloads.notebooks.requests",
            try .range(low: 0.5, high: 1.5),
            range: 0...4
        )
        let exact = 112.0 * 350 / 12 / 2_400
        let result = try await decide(study: study, evidence: [])
        #expect(result.estate.models == [.bareMetal])
        let flips = result.estate.flipPoints.filter { $0.input == "workloads.notebooks.requests" }
        let flip = try #require(flips.first)
        #expect(flips.count == 1)
        #expect(abs(flip.value - exact) < 1e-6)
        #expect(flip.kind == .cost)
        #expect(flip.below == "bare-metal" && flip.above == "vm-passthrough")
        #expect(result.workloads[0].flipPoints.map(\.value) == result.estate.flipPoints.map(\.value))
        let even = try #require(result.breakEvens.first { $0.input == "workloads.notebooks.requests" })
        #expect(even.values.count == 1)
        #expect(abs((even.values.first ?? 0) - exact) < 1e-6)
        // P(requests < exact) for a uniform on 0.5...1.5.
        #expect(abs(result.estate.probability.value - (exact - 0.5)) < 0.01)
        // The licence flips it too, where the line crosses: 2,400 = 112 x / 12.
        let licence = try #require(result.estate.flipPoints.first { $0.input == "licences.hypervisor" })
        #expect(abs(licence.value - 2_400 * 12 / 112) < 0.5)
    }

    @Test("perfect information about the one doubtful input is the whole regret")
    func information() async throws {
        var study = try Fixture.study(
            [Fixture.workload("notebooks", hours: 2_000, requests: 1)],
            [Fixture.platform(.bareMetal, wait: 80), Fixture.platform(.vmPassthrough, licencePerCore: 350)],
            draws: 4_096
        )
        // The difference is normal about zero: EVPI is sd times the unit normal loss at 0, 0.3989.
        let exact = 112.0 * 350 / 12 / 2_400
        study.workloads[0].requestsPerMonth = Fixture.quantity(
            "workloads.notebooks.requests",
            try .normal(mean: exact, sd: exact / 6),
            range: 0...4
        )
        let result = try await decide(study: study, evidence: [])
        let first = try #require(result.measurements.first)
        #expect(first.inputs.contains("workloads.notebooks.requests"))
        let closed = 0.398_942_28 * 2_400 * exact / 6
        #expect(abs(first.valuePerMonth - closed) < 0.02 * closed)
        #expect(abs(result.estate.regretPerMonth.value - closed) < 0.01 * closed)
        let annuity = 1 / 1.09 + 1 / (1.09 * 1.09) + 1 / (1.09 * 1.09 * 1.09)
        #expect(abs(first.valueOverHorizon.value - first.valuePerMonth * 12 * annuity) < 1e-6 * closed)
        #expect(result.measurements.count == 3)
        #expect(result.measurements.dropFirst().allSatisfy { $0.reason.hasPrefix("Nothing to gain") })
        #expect(abs(result.assumedVarianceShare - 1) < 1e-9)
    }

    @Test("the overhead at which the latency objective is lost is a flip point of eligibility")
    func eligibilityFlip() async throws {
        var study = try Fixture.study(
            [
                Fixture.workload(
                    "serving",
                    overhead: [.vmPassthrough: 0.05],
                    needs: Needs(latencyP99Milliseconds: 50, measuredP99Milliseconds: Fixture.quantity("p99", 45))
                )
            ],
            [Fixture.platform(.bareMetal, wait: 1_000), Fixture.platform(.vmPassthrough)]
        )
        study.workloads[0].overhead[.vmPassthrough]?.range = 0...0.2
        study.workloads[0].requestsPerMonth = try Fixture.quantity("requests", 5)
        let result = try await decide(study: study, evidence: [])
        #expect(result.estate.models == [.vmPassthrough])
        let flips = result.estate.flipPoints.filter { $0.kind == .eligibility }
        let overhead = try #require(flips.first { $0.input == "workloads.serving.overhead.vm-passthrough" })
        #expect(abs(overhead.value - (50 / 45.0 - 1)) < 1e-12)
        #expect(overhead.below == "vm-passthrough" && overhead.above == "bare-metal")
        let latency = try #require(flips.first { $0.input == "p99" })
        #expect(abs(latency.value - 50 / 1.05) < 1e-9)
    }

    @Test("today's placement not eligible: shown, never chosen, and the sentence says so")
    func todayIneligible() async throws {
        let study = try Fixture.study(
            [Fixture.workload("records", needs: Needs(tenancy: .host))],
            [Fixture.platform(.bareMetal, people: 9), Fixture.platform(.vmPassthrough)]
        )
        let result = try await decide(study: study, evidence: [])
        #expect(result.estate.models == [.bareMetal])
        #expect(result.estate.probability.value == 1)
        let today = try #require(result.assignments.first { $0.isToday })
        #expect(!today.isEligible && !today.isChosen && today.probability.value == 0)
        #expect(result.estate.sentence.contains("does not meet the declared needs"))
        #expect(result.workloads[0].options[1].rejections.map(\.code) == ["tenancy"])
        #expect(result.workloads[0].options[1].marginalCostPerMonth == nil)
    }

    @Test("one workload on one platform: a certain choice, three measurements, nothing to flip")
    func alone() async throws {
        let study = try Fixture.study([Fixture.workload("train")], [Fixture.platform(.vmPassthrough)])
        let result = try await decide(study: study, evidence: [])
        #expect(result.estate.probability.value == 1)
        #expect(result.estate.regretPerMonth.value == 0)
        #expect(result.estate.flipPoints.isEmpty)
        #expect(result.measurements.count == 3)
        #expect(result.estate.sentence.hasPrefix("Stay: keep train on"))
        #expect(result.timing.map(\.kind) == [.stay, .switchNow, .switchAtRenewal])
        #expect(result.timing.dropFirst().allSatisfy { $0.unavailableBecause != nil })
    }

    @Test("no demand at all: costs stand, no cost of a useful hour, the JSON is still written")
    func zeroDemand() async throws {
        let study = try Fixture.study(
            [Fixture.workload("idle", hours: 0)],
            [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough, licencePerCore: 350)]
        )
        let result = try await decide(study: study, evidence: [])
        #expect(result.estate.costPerUsefulGPUHour.p50 == .infinity)
        #expect(result.estate.costPerMonth.mean > 0)
        #expect(result.waterfallPerUsefulGPUHour == nil)
        #expect(result.notes.first?.contains("No useful GPU-hours") == true)
        let text = try result.json().pretty()
        #expect(!text.contains("null"))
    }

    /// One decision on the study with everything in doubt, for the tests that look at it from several sides.
    private static let rich = Task { try await decide(study: Fixture.rich(draws: 300), evidence: []) }

    @Test("the same seed gives the same bytes, however the tasks were scheduled")
    func deterministic() async throws {
        let first = try await DecideTests.rich.value.json().canonical()
        let second = try await decide(study: Fixture.rich(draws: 300), evidence: []).json().canonical()
        #expect(first == second)
    }

    @Test("the promised keys stand in decision.json")
    func contract() async throws {
        let result = try await DecideTests.rich.value
        let value = try JSONDocument.parse(Array(result.json().pretty().utf8), file: "decision.json")
        func keys(_ value: Value) -> Set<String> {
            if case .mapping(let members) = value.content { Set(members.map(\.key)) } else { [] }
        }
        func member(_ key: String, _ value: Value) -> Value? {
            if case .mapping(let members) = value.content { members.first { $0.key == key }?.value } else { nil }
        }
        let estate = try #require(member("estate", value))
        #expect(
            keys(estate).isSuperset(of: ["models", "probability", "regret_per_month", "cost_per_useful_gpu_hour"])
        )
        let cost = try #require(member("cost_per_useful_gpu_hour", estate))
        #expect(keys(cost).isSuperset(of: ["p10", "p50", "p90"]))
        guard case .sequence(let workloads)? = member("workloads", value)?.content else {
            Issue.record("workloads is not a list")
            return
        }
        #expect(workloads.count == 4)
        for workload in workloads {
            #expect(
                keys(workload).isSuperset(of: ["name", "model", "probability", "regret_per_month", "flip_points"])
            )
        }
    }

    @Test("identities on a study with everything in doubt")
    func identities() async throws {
        let result = try await DecideTests.rich.value
        let chosen = try #require(result.assignments.first)
        #expect(chosen.isChosen && chosen.models == result.estate.models)
        for other in result.assignments.dropFirst() where other.isEligible {
            #expect(other.costPerMonth.mean >= chosen.costPerMonth.mean)
            #expect(abs(other.differencePerMonth.mean - (other.costPerMonth.mean - chosen.costPerMonth.mean)) < 1e-6)
        }
        let sum = result.assignments.reduce(0) { $0 + $1.probability.value }
        #expect(sum > 0.8)
        #expect(result.estate.regretPerMonth.value >= 0)
        // Changing one workload alone regrets no more than changing any.
        for workload in result.workloads {
            #expect(workload.regretPerMonth.value <= result.estate.regretPerMonth.value + 1e-9)
            let shares = workload.options.compactMap { $0.probability?.value }
            // Ties count for each side.
            #expect(shares.reduce(0, +) > 1 - 1e-12)
            #expect(workload.probability.value >= result.estate.probability.value)
        }
        let fall = result.waterfall
        let steps = fall.steps.reduce(fall.start) { $0 + $1.amount }
        #expect(abs(steps - fall.end) <= 1e-9 * abs(fall.end))
        #expect(abs(fall.end - chosen.costPerMonth.mean) <= 1e-9 * abs(fall.end))
        for flip in result.estate.flipPoints {
            #expect(flip.range.contains(flip.value))
            #expect(flip.below != flip.above)
        }
        for measurement in result.measurements {
            #expect(measurement.valuePerMonth <= result.estate.regretPerMonth.value * 1.1 + 1)
        }
        #expect(result.savings.contains { $0.kind == .cash } && result.savings.contains { $0.kind == .capacityOnly })
        #expect(result.deferral != nil)
        #expect(result.matrix.count == 10)
        #expect(result.questions.count == 5)
    }

    @Test("local search finds what enumeration finds, and its bound is below every assignment")
    func search() async throws {
        let preparation = try Preparation(Fixture.rich(draws: 256), evidence: [])
        let table = DrawTable(preparation.model, count: 256, seed: 1)
        let pricer = Pricer(model: preparation.model, table: table)
        let all = try #require(preparation.space.all())
        let means = pricer.means(all, sample: 256)
        let found = AssignmentSearch(pricer: pricer, space: preparation.space).candidates()
        let best = try #require(means.min())
        let searched = try #require(pricer.means(found, sample: 256).min())
        #expect(Tally.ties(best, searched))
        let bound = LowerBound(pricer: pricer, space: preparation.space).value()
        #expect(bound <= best)
        // Not a bound that anything would pass: the owned hosts alone are most of the cost.
        #expect(bound > 0.5 * best)
    }

    @Test("breakdowns made side by side are those made one by one, to the bit")
    func breakdowns() async throws {
        let preparation = try Preparation(Fixture.rich(draws: 2_500), evidence: [])
        let table = DrawTable(preparation.model, count: 2_500, seed: 1)
        let assignments = try #require(preparation.space.all()).prefix(5) + [[99]]
        let together = await Pricer(model: preparation.model, table: table).breakdowns(Array(assignments))
        #expect(together.count == assignments.count)
        for (assignment, found) in zip(assignments, together) {
            let alone = preparation.model.breakdown(assignment, table)
            #expect(found?.amounts == alone?.amounts)
            #expect(found?.hours == alone?.hours)
            #expect((found == nil) == (assignment == [99]))
        }
    }

    @Test("eight workloads on three models are searched, with the gap printed")
    func large() async throws {
        let study = try Fixture.study(
            (0..<8).map { index in
                try Fixture.workload(
                    "w\(index)",
                    hours: 500 + Double(index) * 150,
                    overhead: [.vmPassthrough: 0.02 + 0.01 * Double(index % 5)],
                    requests: Double(index % 4) * 3
                )
            },
            [
                Fixture.platform(.bareMetal, people: 0.5, wait: 60),
                Fixture.platform(.vmPassthrough, licencePerCore: 200, people: 0.5, wait: 3),
                Fixture.platform(.vmVGPU, licencePerCore: 400, people: 0.8, wait: 1),
            ],
            hosts: 4,
            draws: 64
        )
        let result = try await decide(study: study, evidence: [])
        #expect(result.workloads.count == 8)
        #expect(result.notes.contains { $0.contains("local search") })
        #expect(result.flipCoverage?.contains("of 6,561 assignments") == true)
        #expect(
            (result.optimalityGapPerMonth > result.estate.regretPerMonth.value)
                == result.estate.sentence.contains("Not every assignment was priced")
        )
        #expect(result.optimalityGapPerMonth >= 0 && result.optimalityGapPerMonth.isFinite)
        #expect(result.assignments.count <= 12 && result.assignments.contains { $0.isToday })
    }
}
