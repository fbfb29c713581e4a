import Cost
import Estate
import Study
import Testing

@Suite("Deferral")
struct DeferralTests {
    /// One host owned; whole GPUs need two at once, shared ones need one until demand has grown.
    private func model(growth: Double, escalator: Double = -0.1) throws -> CostModel {
        try CostModel(
            study: Fixture.study(
                workloads: [
                    Fixture.workload("w", hours: 8_000, activity: 0.25, memory: 9, growth: growth)
                ],
                platforms: [Fixture.platform(.bareMetal), Fixture.platform(.vmVGPU)],
                years: 4,
                expansion: Expansion(
                    price: Fixture.quantity("estate.expansion", 400_000, escalator: escalator),
                    gpus: 8,
                    date: #require(Fixture.start)
                )
            )
        )
    }

    @Test("Two years later at a price that falls by 10 % a year, residuals credited")
    func byHand() throws {
        // 2,000 busy hours are 2.74 GPUs; growing by 80 % a year they pass 8 GPUs at the start of the third year.
        let model = try model(growth: 0.8)
        let deferral = try #require(model.deferral([1], .expected(model)))
        #expect(deferral.years == [2] && deferral.yearsToday == [0] && deferral.beyondHorizonShare == 0)
        #expect(abs(deferral.purchase - 400_000) < 1e-6)
        let end: Double = 1 / (1.09 * 1.09 * 1.09 * 1.09)
        let planned: Double = 400_000 - 400_000 * (1 - 0.9 * 4 / 5) * end
        let price: Double = 400_000 * 0.81
        let later: Double = price / (1.09 * 1.09) - price * (1 - 0.9 * 2 / 5) * end
        #expect(abs(deferral.value[0] - (planned - later)) < 1e-6)
        #expect(deferral.value[0] < 400_000)
    }

    @Test("Never needed within the horizon is not worth the price: what it would still be worth is credited")
    func beyond() throws {
        let model = try model(growth: 0)
        let deferral = try #require(model.deferral([1], .expected(model)))
        #expect(deferral.beyondHorizonShare == 1 && deferral.years == [4])
        let worth: Double = 400_000 * (1 - 0.9 * 4 / 5) / (1.09 * 1.09 * 1.09 * 1.09)
        #expect(abs(deferral.value[0] - (400_000 - worth)) < 1e-6)
    }

    @Test("Needed at once is worth nothing, and without a planned purchase there is nothing to put off")
    func nothing() throws {
        let model = try model(growth: 0)
        let deferral = try #require(model.deferral([0], .expected(model)))
        #expect(deferral.years == [0] && deferral.value == [0])
        let none = try CostModel(
            study: Fixture.study(
                workloads: [Fixture.workload("w", hours: 1)],
                platforms: [Fixture.platform(.bareMetal)]
            )
        )
        #expect(none.deferral([0], .expected(none)) == nil)
    }
}
