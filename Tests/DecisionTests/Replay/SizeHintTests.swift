import Testing

@testable import Cost

@Suite("Where a size is looked for")
struct SizeHintTests {
    private let table = SizeTable(
        ReplayedSizes(
            hosts: [1, 2, 3, 4, 6, 8],
            levels: [
                .init(stretch: 1, carried: [0, 1, 1, 2.5, 4, 7], held: [1, 1.1, 1.2, 1.3, 1.4, 1.5]),
                .init(stretch: 1.25, carried: [0, 0, 1, 2, 3, 5], held: [2, 2.1, 2.2, 2.3, 2.4, 2.5]),
            ],
            jobs: 100
        )
    )

    @Test("where the last question ended does not change the answer", arguments: [0.9, 1, 1.1, 1.25, 1.4])
    func hints(stretch: Double) {
        for load in stride(from: 0.0, through: 12, by: 0.05) {
            var first = 0
            let fresh = table.need(load: load, stretch: stretch, from: &first)
            for start in [-3, 1, 2, 3, 4, 5, 6, 99] {
                var hint = start
                #expect(table.need(load: load, stretch: stretch, from: &hint) == fresh, "\(load) from \(start)")
            }
        }
    }
}
