import Cost
import Estate
import Evidence
import Probability
import Study
import Testing

@testable import Decision

@Suite("What the answer says of ties, objectives, kinds of money and what was not looked at")
struct AnswerTests {
    @Test("equal costs: each of the tied is cheapest in every draw, for the estate and for the workload")
    func ties() async throws {
        let study = try Fixture.study(
            [Fixture.workload("train")],
            [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough)]
        )
        let result = try await decide(study: study, evidence: [])
        #expect(result.assignments.map(\.probability.value) == [1, 1])
        #expect(result.workloads[0].options.compactMap { $0.probability?.value } == [1, 1])
        #expect(result.estate.probability.value == 1)
        // Equal costs leave only rounding between them: no step.
        #expect(result.waterfall.steps.allSatisfy { $0.amount == 0 })
    }

    @Test("a latency that may pass its objective: both flips, and the share of draws in which it is missed")
    func latency() async throws {
        var study = try Fixture.study(
            [
                Fixture.workload(
                    "serving",
                    overhead: [.vmPassthrough: 0.056],
                    needs: Needs(latencyP99Milliseconds: 50, measuredP99Milliseconds: Fixture.quantity("p99", 47.7))
                )
            ],
            [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough, licencePerCore: 350)],
            draws: 16_384
        )
        let spread = try Distribution.triangular(low: 44, mode: 46, high: 53)
        study.workloads[0].needs.measuredP99Milliseconds = Fixture.quantity("p99", spread, range: 44...53)
        let result = try await decide(study: study, evidence: [])
        #expect(result.estate.models == [.bareMetal])
        let flips = result.estate.flipPoints.filter { $0.kind == .eligibility && $0.input == "p99" }
        try #require(flips.count == 2)
        #expect(abs(flips[0].value - 50 / 1.056) < 1e-9)
        #expect(flips[0].below == "bare-metal (vm-passthrough eligible)")
        #expect(flips[0].above == "bare-metal (vm-passthrough not eligible)")
        #expect(abs(flips[1].value - 50) < 1e-9)
        #expect(flips[1].below == "bare-metal" && flips[1].above == "nothing eligible")
        #expect(result.workloads[0].flipPoints.contains { $0.above == "nothing eligible" })
        // P(p99 > 50) of the triangle: (53 - 50)^2 / ((53 - 44) (53 - 46)) = 1/7, on bare metal and everywhere.
        let caveat = "serving misses its p99 objective of 50 ms in 14 % of the draws there, and in 14 % wherever"
        #expect(result.estate.sentence.contains(caveat))
        #expect(result.notes.contains { $0.contains(caveat) })
    }

    @Test("time of people who wait stands apart from money, in the sentence and in 'dearer'")
    func waiting() async throws {
        // Bare metal: no licence of 3,267 a month, but 80 h for each of 3 requests at 60 x 0.5: 7,200 of time.
        let study = try Fixture.study(
            [Fixture.workload("notebooks", on: .bareMetal, requests: 3)],
            [Fixture.platform(.bareMetal, wait: 80), Fixture.platform(.vmPassthrough, licencePerCore: 350)],
            today: .bareMetal
        )
        let result = try await decide(study: study, evidence: [])
        #expect(result.estate.models == [.vmPassthrough])
        #expect(
            result.estate.sentence.contains("3,933 USD a month less than today (P10 to P90: 3,933 USD to 3,933 USD)")
        )
        #expect(result.estate.sentence.contains("3,267 USD more in money, and 7,200 USD less in the time of people"))
        let dearer = try #require(result.questions.first { $0.question.contains("dearer") }?.answer)
        #expect(dearer.contains("3,267 USD less in cash and deferred purchases, 7,200 USD more in the time of people"))
    }

    @Test("dearer than today: the range and what of it is waiting are said too")
    func dearer() async throws {
        let study = try Fixture.study(
            [Fixture.workload("records", requests: 1, needs: Needs(tenancy: .host))],
            [Fixture.platform(.bareMetal, people: 1, wait: 80), Fixture.platform(.vmPassthrough)]
        )
        let sentence = try await decide(study: study, evidence: []).estate.sentence
        #expect(sentence.contains("12,400 USD a month more than today (P10 to P90: 12,400 USD to 12,400 USD)"))
        #expect(sentence.contains("2,400 USD of it is the time of people who wait"))
    }

    @Test("one host per arm: the hosts differ, virtualization was not isolated, and the word carries it")
    func confounded() async throws {
        let study = try Fixture.study(
            [Fixture.workload("train", overhead: [.vmPassthrough: 0.05])],
            [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough, licencePerCore: 350)]
        )
        let evidence = EvidenceUseTests.comparison(.overhead, confounded: true)
        let result = try await decide(study: study, evidence: [evidence])
        let faster = result.questions[0].answer
        #expect(faster.contains("these two hosts differ by +11.0 %") && faster.contains("was not isolated"))
        #expect(!faster.contains("yes, faster"))
        let words = result.workloads[0].options.map(\.overheadProvenance.qualifiedWord)
        #expect(words == ["by definition", "measured, hosts differ"])
    }

    @Test("commands run as printed, worth descends, and nothing to gain is worth nothing")
    func measurements() async throws {
        let study = try Fixture.rich(draws: 64)
        for group in MeasurementGroup.all(of: study) {
            #expect(!group.command.contains("(") && !group.command.contains(")"))
            #expect(!group.reason.isEmpty)
        }
        let alone = try Fixture.study([Fixture.workload("train")], [Fixture.platform(.vmPassthrough)])
        let result = try await decide(study: alone, evidence: [])
        #expect(result.measurements.allSatisfy { $0.valuePerMonth == 0 && $0.valueOverHorizon.value == 0 })
    }

    @Test("a purchase that staying puts off as well is no credit of the choice; one beyond the horizon is said")
    func deferral() async throws {
        var study = try Fixture.study(
            [Fixture.workload("train", hours: 1_000)],
            [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough, licencePerCore: 350)],
            hosts: 2
        )
        func expand(_ year: Int) throws {
            study.estate.expansion = Expansion(
                price: try Fixture.quantity("estate.expansion", 400_000),
                gpus: 8,
                date: try #require(CalendarDate(year: year, month: 1, day: 1))
            )
        }
        try expand(2027)
        let within = try await decide(study: study, evidence: [])
        let deferral = try #require(within.deferral)
        #expect(within.estate.models == [.bareMetal])
        #expect(deferral.value.mean == 0)
        #expect((deferral.grossValue?.mean ?? 0) > 0)
        #expect(deferral.sentence.contains("Staying puts it off by 2.0 years as well"))
        try expand(2040)
        let beyond = try await decide(study: study, evidence: [])
        #expect(beyond.deferral == nil)
        #expect(beyond.notes.contains { $0.contains("lies beyond the horizon of 3 years") })
    }

    @Test("nothing eligible: the key that excludes each model, and the single change that would do")
    func nothingEligible() {
        let error = DecisionError.nothingEligible(
            workload: "serving",
            rejections: [
                .init(model: .bareMetal, rejections: [Rejection(code: "live-migration", sentence: "No.")]),
                .init(
                    model: .vmVGPU,
                    rejections: [
                        Rejection(code: "tenancy", sentence: "No."), Rejection(code: "latency", sentence: "No."),
                    ]
                ),
            ]
        )
        let text = error.description
        #expect(text.contains("bare-metal: No. [live-migration: workloads.serving.needs.live_migration]"))
        #expect(text.contains("[latency: workloads.serving.needs.p99_ms]"))
        #expect(text.contains("change workloads.serving.needs.live_migration alone to make bare-metal eligible"))
        #expect(!text.contains("make vm-vgpu eligible"))
    }

    @Test("beyond enumeration, what moves at an end of an input's range is found by searching again")
    func searchedAgain() async throws {
        var study = try Fixture.study(
            (0..<13).map { try Fixture.workload("w\($0)", hours: 100) },
            [
                Fixture.platform(.bareMetal, setup: 60_000, migration: 500),
                Fixture.platform(.vmPassthrough, licencePerCore: 1),
            ],
            draws: 64
        )
        study.platforms[1].licences[0].pricePerYear.range = 0...2_000
        let preparation = try Preparation(study, evidence: [])
        let pricer = Pricer(model: preparation.model, table: DrawTable(preparation.model, count: 64, seed: 1))
        let input = try #require(preparation.model.input("licences.hypervisor"))
        // One workload left on virtual machines keeps a licence alive: at the top of its range that one moves too.
        let start = [Int](repeating: 0, count: 12) + [1]
        let search = FlipSearch(pricer: pricer, space: preparation.space, chosen: start)
        #expect(await search.found([input], known: [start]).contains([Int](repeating: 0, count: 13)))
        let result = try await decide(study: study, evidence: [])
        #expect(result.estate.models.allSatisfy { $0 == .vmPassthrough })
        #expect(result.estate.flipPoints.contains { $0.input == "licences.hypervisor" && $0.above == "bare-metal" })
        #expect(result.flipCoverage?.contains("of 8,192 assignments, and by searching again") == true)
    }
}
