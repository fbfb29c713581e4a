import Estate
import Evidence
import Probability
import Study
import Testing

@testable import Decision

@Suite("The qualitative matrix and the answers")
struct MatrixTests {
    private func rows(
        _ workloads: [Workload],
        platforms: [Platform]? = nil,
        practice: Practice = Practice(),
        busy: Spread? = nil,
        predictability: Predictability = Predictability(bareMetal: nil, virtualized: nil)
    ) throws -> [MatrixRow] {
        let study = try Fixture.study(
            workloads,
            platforms ?? [Fixture.platform(.bareMetal, wait: 336), Fixture.platform(.vmPassthrough, wait: 1 / 6)],
            practice: practice
        )
        return Matrix(study: study, busyShare: busy, predictability: predictability).rows
    }

    @Test("the rows stand in the documented order: five for bare metal, five for virtualized")
    func order() throws {
        let rows = try rows([Fixture.workload("w")])
        #expect(
            rows.map(\.side) == [MatrixRow.Side](repeating: .bareMetal, count: 5)
                + .init(repeating: .virtualized, count: 5)
        )
        #expect(rows.allSatisfy { !$0.evidence.isEmpty && !$0.reason.isEmpty })
    }

    @Test("nothing known: unknown wherever the study is silent")
    func silent() throws {
        let cells = try rows([Fixture.workload("w")]).map(\.cell)
        #expect(
            cells == [
                .notMet, .notMet, .notMet, .unknown, .unknown, .notMet, .unknown, .unknown, .unknown, .met,
            ]
        )
    }

    @Test("each cell turns on its own evidence")
    func cells() throws {
        let train = try Fixture.workload("train", .multiNodeTraining, gpusPerJob: 16)
        #expect(try rows([train])[0].cell == .met)
        let serving = try Fixture.workload("serve", .onlineInference)
        #expect(try rows([serving])[1].cell == .unknown)
        let objective = try Fixture.workload("serve", .onlineInference, needs: Needs(latencyP99Milliseconds: 20))
        #expect(try rows([objective])[1].cell == .met)
        let regulated = try Fixture.workload("care", needs: Needs(frameworks: ["hipaa"]))
        #expect(try rows([regulated])[2].cell == .met)
        let small = try Fixture.workload("nb", need: 0.3, memory: 8, peak: 3)
        #expect(try rows([small])[5].cell == .met)
        let migrating = try Fixture.workload("w", needs: Needs(liveMigration: true))
        #expect(try rows([migrating])[6].cell == .met)
    }

    @Test("busy GPUs: met, not met, or unknown where P10 and P90 straddle the bar")
    func busy() throws {
        let workload = try Fixture.workload("w")
        func cell(_ low: Double, _ high: Double) throws -> MatrixRow.Cell {
            let spread = Spread(p10: low, p50: (low + high) / 2, p90: high, mean: (low + high) / 2)
            return try rows([workload], busy: spread)[4].cell
        }
        #expect(try cell(0.65, 0.8) == .met)
        #expect(try cell(0.3, 0.5) == .notMet)
        #expect(try cell(0.5, 0.7) == .unknown)
    }

    @Test("predictable cost compares (P90 - P10) / P50 of the two sides")
    func predictable() throws {
        let narrow = Spread(p10: 95, p50: 100, p90: 105, mean: 100)
        let wide = Spread(p10: 180, p50: 200, p90: 230, mean: 200)
        let workload = try Fixture.workload("w")
        #expect(
            try rows([workload], predictability: Predictability(bareMetal: narrow, virtualized: wide))[3].cell == .met
        )
        #expect(
            try rows([workload], predictability: Predictability(bareMetal: wide, virtualized: narrow))[3].cell
                == .notMet
        )
        let text = try rows([workload], predictability: Predictability(bareMetal: narrow, virtualized: wide))[3]
            .evidence
        #expect(text.contains("10 %") && text.contains("25 %"))
    }

    @Test(
        "declared practice fills its row",
        arguments: [(true, MatrixRow.Cell.met), (false, .notMet)]
    )
    func practice(declared: Bool, cell: MatrixRow.Cell) throws {
        let practice = Practice(
            liveMigrationInUse: declared,
            snapshotsInUse: declared,
            mixedGeneralLoad: declared,
            standardisedOnVirtualization: declared,
            manySmallBurstyJobs: declared
        )
        #expect(try rows([Fixture.workload("w")], practice: practice)[5...8].allSatisfy { $0.cell == cell })
    }

    @Test("provisioning names both times in words")
    func provisioning() throws {
        let row = try rows([Fixture.workload("w")])[9]
        #expect(row.evidence.contains("14 days") && row.evidence.contains("10 minutes"))
    }

    @Test(
        "durations in words",
        arguments: [(0.25, "15 minutes"), (9, "9 hours"), (1.5, "1.5 hours"), (336, "14 days"), (47.9, "47.9 hours")]
    )
    func durations(hours: Double, text: String) {
        #expect(durationText(hours: hours) == text)
    }

    @Test("without a measured pair the answers say 'not measured'; with one they carry the interval")
    func answers() async throws {
        let study = try Fixture.study(
            [Fixture.workload("train", overhead: [.vmPassthrough: 0.05], jobHours: 9)],
            [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough, licencePerCore: 350)]
        )
        let before = try await decide(study: study, evidence: []).questions
        #expect(before[0].answer.hasPrefix("Not measured"))
        #expect(before[1].answer.hasPrefix("Not measured"))
        let after = try await decide(study: study, evidence: [EvidenceUseTests.comparison(.overhead)]).questions
        #expect(after[0].answer.contains("yes, faster"))
        #expect(after[0].answer.contains("12.5 %"))
        #expect(after[1].answer.contains("+11.0 %") && after[1].answer.contains("9.0 % to 13.0 %"))
        #expect(after[1].answer.contains("lost share"))
        #expect(after[2].answer.hasPrefix("No: it is cheaper"))
    }
}
