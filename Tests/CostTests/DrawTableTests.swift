import Cost
import Probability
import Study
import Testing

@Suite("Draws")
struct DrawTableTests {
    private func model(_ study: Study? = nil) throws -> CostModel {
        try CostModel(study: study ?? Fixture.rich())
    }

    @Test("Every column has the mean and the spread of its input")
    func marginals() throws {
        let model = try model()
        let draws = DrawTable(model, count: 8192, seed: 11)
        for (position, input) in model.inputs.enumerated() {
            guard let column = draws.column(position) else {
                #expect(input.distribution.isCertain)
                #expect(draws.value(position, draw: 5) == input.distribution.mean)
                continue
            }
            let sample = Moments(Array(column))
            let sd = input.distribution.standardDeviation
            // Stratified: far closer than the sd / sqrt(n) of plain draws.
            #expect(abs(sample.mean - input.distribution.mean) < 0.003 * sd, "\(input.key)")
            #expect(abs(sample.standardDeviation / sd - 1) < 0.03, "\(input.key)")
        }
    }

    @Test("Every stratum of a block is drawn once")
    func stratified() throws {
        let study = try Fixture.rich().replacing("finance.life", with: .range(low: 0, high: 1024))
        let model = try model(study)
        let input = try #require(model.input("finance.life"))
        let column = try #require(DrawTable(model, count: 2048, seed: 1).column(input))
        for block in 0..<2 {
            let strata = column[block * 1024..<(block + 1) * 1024].map { Int($0) }
            #expect(strata.sorted() == Array(0..<1024))
            #expect(strata != Array(0..<1024))
        }
    }

    @Test("The same seed gives the same table, one task or several; another seed another", arguments: [1, 2, 5])
    func deterministic(tasks: Int) async throws {
        let model = try model()
        let one = DrawTable(model, count: 1500, seed: 42)
        let other = await DrawTable.drawn(model, count: 1500, seed: 42, tasks: tasks)
        let different = DrawTable(model, count: 1500, seed: 43)
        var differs = false
        for input in model.inputs.indices {
            #expect(one.column(input) == other.column(input))
            if one.column(input) != different.column(input) { differs = true }
        }
        #expect(differs)
    }

    @Test("Another workload leaves the draws of the others as they were")
    func stable() throws {
        var study = try Fixture.rich()
        let before = try model(study)
        study.workloads.insert(try Fixture.workload("new", hours: 10), at: 0)
        let after = try model(study)
        let a = DrawTable(before, count: 100, seed: 1)
        let b = DrawTable(after, count: 100, seed: 1)
        for (position, input) in before.inputs.enumerated() {
            let there = try #require(after.input(input.key))
            #expect(a.column(position) == b.column(there), "\(input.key)")
        }
    }

    @Test("Fixing an input changes that input and nothing else")
    func fixing() throws {
        let model = try model()
        let input = try #require(model.input("finance.rate"))
        let draws = DrawTable(model, count: 100, seed: 1)
        let fixed = draws.fixing(input, at: 0.2)
        #expect(fixed.column(input) == nil && fixed.value(input, draw: 3) == 0.2)
        for other in model.inputs.indices where other != input { #expect(fixed.column(other) == draws.column(other)) }
        #expect(draws.fixing(99_999, at: 1).column(input) == draws.column(input))
    }

    @Test("A slab prices its draws as the whole table would")
    func slabs() throws {
        let model = try model()
        let draws = DrawTable(model, count: 90, seed: 1)
        var whole = CostSlab(model, draws, 0..<90)
        let all = whole.total([0, 1, 3])
        var pieces: [Double] = []
        for range in [0..<7, 7..<60, 60..<1000] {
            var slab = CostSlab(model, draws, range)
            pieces += slab.total([0, 1, 3])
        }
        #expect(pieces == Array(all))
    }
}
