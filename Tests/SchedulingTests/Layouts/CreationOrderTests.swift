import Estate
import Scheduling
import Testing

@Suite struct CreationOrderTests {
    private static let geometry = try? GPUCatalogue.standard().gpu(named: "a100-sxm-40gb").mig()

    private static func layout(_ text: String) -> MIGLayout {
        MIGLayout(
            text.split(separator: " ").map { entry in
                let parts = entry.split(whereSeparator: { "@:".contains($0) })
                return MIGInstance(profile: String(parts[0]), start: Int(parts[1]) ?? 0, size: Int(parts[2]) ?? 0)
            }
        )
    }

    @Test(
        "The rule chooses what the guide's transcripts show",
        arguments: [
            (["1g.5gb", "2g.10gb", "4g.20gb"], "1g.5gb@6:1 2g.10gb@4:2 4g.20gb@0:4"),
            (["1g.5gb", "1g.5gb", "2g.10gb", "3g.20gb"], nil),
            (["3g.20gb", "1g.5gb", "2g.10gb", "1g.5gb"], "3g.20gb@4:4 1g.5gb@0:1 2g.10gb@2:2 1g.5gb@1:1"),
            (["3g.20gb", "3g.20gb"], "3g.20gb@0:4 3g.20gb@4:4"),
        ] as [([String], String?)]
    )
    func transcripts(profiles: [String], expected: String?) throws {
        let geometry = try #require(Self.geometry)
        #expect(
            try DriverPlacementRule.layout(creating: profiles, on: geometry) == expected.map { Self.layout($0) }
        )
    }

    @Test("A full half leaves the driver no choice; where it has one the order is only expected, or there is none")
    func certainty() throws {
        let geometry = try #require(Self.geometry)
        #expect(
            try geometry.creationOrder(for: Self.layout("4g.20gb@0:4 3g.20gb@4:4")) == .forced(["4g.20gb", "3g.20gb"])
        )
        #expect(
            try geometry.creationOrder(for: Self.layout("3g.20gb@4:4 1g.5gb@0:1 1g.5gb@1:1 2g.10gb@2:2")).profiles
                == ["3g.20gb", "1g.5gb", "2g.10gb", "1g.5gb"]
        )
        if case .none = try geometry.creationOrder(for: Self.layout("1g.5gb@3:1")) {
        } else {
            Issue.record("a lone 1g at 3 is not what the driver chooses")
        }
        if case .none(let reason) = try geometry.creationOrder(for: Self.layout("3g.20gb@1:4")) {
            #expect(reason.contains("not legal"))
        } else {
            Issue.record("an illegal layout has an order")
        }
    }

    @Test("An order that is said to work yields the layout, for every legal layout", arguments: LayoutSamples.known)
    func ordersWork(_ id: String) throws {
        let geometry = try GPUCatalogue.standard().gpu(named: id).mig()
        var (forced, expected, none) = (0, 0, 0)
        for layout in try geometry.layouts() {
            switch try geometry.creationOrder(for: layout) {
            case .forced(let profiles):
                forced += 1
                #expect(try DriverPlacementRule.layout(creating: profiles, on: geometry) == layout)
            case .expected(let profiles):
                expected += 1
                #expect(try DriverPlacementRule.layout(creating: profiles, on: geometry) == layout)
            case .none: none += 1
            }
        }
        #expect(forced > 1 && expected > 0 && none > 0, "\(forced) forced, \(expected) expected, \(none) without")
    }
}
