import Cost

/// Work over all draws of a table, in parts that do not depend on the machine.
///
/// The draws are cut into a fixed number of runs of whole blocks; each run is one task, and results come back in the
/// order of the draws. So the same table gives the same bytes on one core and on many.
enum Sweep {
    /// How many tasks share the draws, whatever the machine has.
    static let tasks = 8

    /// Runs of whole blocks that together are `0..<draws`.
    static func runs(_ draws: Int) -> [Range<Int>] {
        let size = DrawTable.blockSize
        let blocks = (draws + size - 1) / size
        let each = max(1, (blocks + tasks - 1) / tasks)
        return stride(from: 0, to: blocks, by: each).map { first in
            (first * size)..<min(draws, (first + each) * size)
        }
    }

    /// The blocks of a run.
    static func blocks(_ run: Range<Int>) -> [Range<Int>] {
        stride(from: run.lowerBound, to: run.upperBound, by: DrawTable.blockSize).map {
            $0..<min(run.upperBound, $0 + DrawTable.blockSize)
        }
    }

    /// The results of `body` for each item, in their order, from tasks that run side by side.
    static func map<Item: Sendable, Result: Sendable>(
        _ items: [Item],
        _ body: @escaping @Sendable (Item) -> Result
    ) async -> [Result] {
        await withTaskGroup(of: (Int, Result).self) { group in
            for (position, item) in items.enumerated() {
                group.addTask { (position, body(item)) }
            }
            var results: [(Int, Result)] = []
            results.reserveCapacity(items.count)
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
