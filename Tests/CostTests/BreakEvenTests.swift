import Cost
import Estate
import Study
import Testing

@Suite("Break-evens")
struct BreakEvenTests {
    enum Curve: CaseIterable, Sendable {
        case line, cubic, jump, constant, zero, flat, undefined

        func value(_ x: Double) -> Double {
            switch self {
            case .line: return x - 0.3
            case .cubic:
                let low = x - 0.21
                let middle = x - 0.52
                return low * middle * (x - 0.83)
            case .jump: return x < 0.377 ? -1 : 2
            case .constant: return 1
            case .zero: return 0
            case .flat: return x * x * x - 0.001
            case .undefined: return .nan
            }
        }

        var roots: [Double] {
            switch self {
            case .line: [0.3]
            case .cubic: [0.21, 0.52, 0.83]
            case .jump: [0.377]
            case .flat: [0.1]
            case .constant, .zero, .undefined: []
            }
        }
    }

    @Test("Roots are found, all of them, and solved", arguments: Curve.allCases)
    func roots(curve: Curve) {
        let found = RootSearch.roots(in: 0...1, of: curve.value)
        #expect(found.count == curve.roots.count)
        for (a, b) in zip(found, curve.roots) { #expect(abs(a - b) < 1e-9) }
    }

    @Test("A licence breaks even with an extra host's share at the price that arithmetic says")
    func licence() throws {
        // Bare metal needs people for 0.5 FTE, the virtual platform licences for one host.
        let study = try Fixture.study(
            workloads: [Fixture.workload("w", hours: 3000)],
            platforms: [
                Fixture.platform(.bareMetal, people: 0.5),
                Fixture.platform(
                    .vmPassthrough,
                    licences: [
                        Fixture.licence("vcf", .perCore(minimumPerSocket: 16, minimumOrder: 72), 350)
                    ]
                ),
            ]
        )
        let model = try CostModel(study: study)
        let draws = DrawTable(model, count: 64, seed: 1)
        let input = try #require(model.input("licences.vcf"))
        let found = model.breakEven(input, between: [0], and: [1], in: 0...1000, draws)
        #expect(found.count == 1)
        for price in found { #expect(abs(price - 60_000.0 / 112) < 1e-6) }
        #expect(model.breakEven(input, between: [0], and: [0], in: 0...1000, draws).isEmpty)
        #expect(model.breakEven(input, between: [0], and: [1], in: 0...100, draws).isEmpty)
    }

    @Test("The cloud is paid by the hours held, stretched by a virtual machine's overhead")
    func cloud() throws {
        var study = try Fixture.study(
            workloads: [
                Fixture.workload("w", hours: 1000, activity: 0.8, peak: 3, overhead: [.vmPassthrough: 0.05])
            ],
            platforms: [Fixture.platform(.bareMetal)]
        )
        let without = try CostModel(study: study)
        #expect(without.cloud(.expected(without)) == nil)
        study.cloudPerGPUHour = try Fixture.quantity("cloud", 3)
        let model = try CostModel(study: study)
        let cost = try #require(model.cloud(.expected(model)))
        // 800 busy hours stretched to 840, 200 idle ones, at 3.
        #expect(abs(cost[0] - 3120) < 1e-9)
    }
}
