import Cost
import Estate
import Probability
import Study
import Testing

@Suite("Known answers")
struct KnownAnswerTests {
    /// 8 GPUs of which 40 % are used: 2,336 of 5,840 GPU-hours a month.
    private func estate(licences: [Licence] = []) throws -> Study {
        try Fixture.study(
            workloads: [Fixture.workload("w", hours: 2336)],
            platforms: [Fixture.platform(.bareMetal, licences: licences)]
        )
    }

    private func round2(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    @Test("A server of 310,000 USD costs 1.06 USD per available and 2.66 per useful GPU-hour")
    func server() throws {
        let model = try CostModel(study: estate())
        let breakdown = try #require(model.breakdown([0], .expected(model)))
        #expect(round2(breakdown.total / breakdown.hours.available) == 1.06)
        #expect(try round2(#require(breakdown.costPerUsefulGPUHour)) == 2.66)
        #expect(abs(breakdown.total * 12 - 74_518.795) < 0.001)
    }

    @Test("Licences of 350 USD a year on 112 cores add 0.56 USD per available GPU-hour")
    func licences() throws {
        let vcf = try Fixture.licence("vcf", .perCore(minimumPerSocket: 16, minimumOrder: 72), 350)
        let with = try CostModel(study: estate(licences: [vcf]))
        let without = try CostModel(study: estate())
        let dear = try #require(with.breakdown([0], .expected(with)))
        let cheap = try #require(without.breakdown([0], .expected(without)))
        #expect(round2((dear.total - cheap.total) / dear.hours.available) == 0.56)
        #expect(abs(dear[.licences] * 12 - 39_200) < 1e-6)
    }

    @Test(
        "Licences count by their metric",
        arguments: [
            (LicenceMetric.perCore(minimumPerSocket: 16, minimumOrder: 72), 112.0),
            (.perCore(minimumPerSocket: 64, minimumOrder: 72), 128),
            (.perCore(minimumPerSocket: 16, minimumOrder: 500), 500),
            (.perSocket, 2), (.perGPU, 8), (.perHost, 1),
        ]
    )
    func metrics(metric: LicenceMetric, units: Double) throws {
        let licence = try Fixture.licence("l", metric, 1200)
        let model = try CostModel(study: estate(licences: [licence]))
        let bill = try #require(model.bills([0]).first)
        let line = try #require(bill.lines.first { $0.group == .licences })
        #expect(line.quantity == units)
        #expect(abs(line.amountPerMonth - units * 100) < 1e-9)
    }

    @Test("A capital recovery at no interest is straight-line depreciation")
    func straightLine() {
        #expect(Annuity.capitalRecovery(residual: 0.1, rate: 0, years: 5) == 0.18)
        #expect(abs(Annuity.capitalRecovery(residual: 0.1, rate: 1e-8, years: 5) - 0.18) < 1e-7)
        #expect(abs(Annuity.presentValue(ofYears: 5, rate: 0.09) - 3.889_651) < 1e-6)
    }

    @Test(
        "10,000 hours of bare-metal work at 8 % need 800 more; 10,000 billed hours lose 741, or 800 at a lost share of 8 %"
    )
    func overheadAndLostShare() throws {
        #expect(LostHours.share(ofOverhead: 0.08) * 10_000 == 0.08 / 1.08 * 10_000)
        #expect((LostHours.share(ofOverhead: 0.08) * 10_000).rounded() == 741)
        #expect(abs(LostHours.overhead(ofShare: 0.08) - 0.086_956_5) < 1e-7)
        let table: [(DeploymentModel, Double, Double)] = [
            (.bareMetal, 0.08, 800), (.vmPassthrough, 0.08, 740.740_74),
            (.vmPassthrough, LostHours.overhead(ofShare: 0.08), 800),
        ]
        for (observed, overhead, lost) in table {
            let study = try Fixture.study(
                workloads: [
                    Fixture.workload("w", hours: 10_000, on: observed, overhead: [.vmPassthrough: overhead])
                ],
                platforms: [Fixture.platform(.vmPassthrough), Fixture.platform(.bareMetal)],
                today: .vmPassthrough,
                hosts: 2
            )
            let model = try CostModel(study: study)
            let virtual = try #require(model.breakdown([0], .expected(model)))
            let bare = try #require(model.breakdown([1], .expected(model)))
            #expect(abs(virtual.hours.lost - lost) < 0.01, "observed on \(observed) at \(overhead)")
            #expect(bare.hours.lost == 0)
            #expect(abs(virtual.hours.useful - bare.hours.useful) < 1e-9)
        }
    }

    @Test("Two models that share a price with sd 30 % and differ by 5 % are told apart in more than 99 of 100 draws")
    func sharedDraws() throws {
        let study = try Fixture.study(
            workloads: [Fixture.workload("w", hours: 5_840_000, overhead: [.vmPassthrough: 0.05])],
            platforms: [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough)],
            hosts: 0
        ).replacing("prices.server", with: .normal(mean: 310_000, sd: 93_000))
        let model = try CostModel(study: study)
        let draws = DrawTable(model, count: 4096, seed: 7)
        let others = DrawTable(model, count: 4096, seed: 8)
        var apart = 0
        var unshared = 0
        for range in draws.blocks {
            var slab = CostSlab(model, draws, range)
            var other = CostSlab(model, others, range)
            let bare = slab.total([0])
            let virtual = slab.total([1])
            let elsewhere = other.total([1])
            for draw in 0..<slab.count {
                if bare[draw] < virtual[draw] { apart += 1 }
                if bare[draw] < elsewhere[draw] { unshared += 1 }
            }
        }
        #expect(Double(apart) / 4096 > 0.99)
        // Drawn apart they could not be told apart: the test would notice if sharing were lost.
        #expect(Double(unshared) / 4096 < 0.6)
    }
}
