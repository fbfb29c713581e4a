import Probability
import Testing

@testable import Scheduling

@Suite struct TraceColumnTests {
    /// What is done to a column is done to an array beside it.
    @Test(arguments: 0..<40) func isAnArrayOfItsValues(seed: Int) {
        var random = RandomGenerator(seed: UInt64(seed))
        var column = TraceColumn<Int32>(7)
        var values: [Int32] = []
        // Values that differ come late, early, or never.
        let alike = [1.0, 0.999, 0.9, 0.0][seed % 4]
        func value() -> Int32 { random.uniform() < alike ? 7 : Int32(random.index(below: 9)) }
        if seed % 3 == 0 { column.reserveCapacity(1_000) }
        for _ in 0..<60 {
            switch random.index(below: 5) {
            case 0:
                let one = value()
                column.append(one)
                values.append(one)
            case 1:
                let more = ContiguousArray((0..<random.index(below: 30)).map { _ in value() })
                column.append(contentsOf: more)
                values += more
            case 2 where !values.isEmpty:
                let place = random.index(below: values.count)
                let one = value()
                column[place] = one
                values[place] = one
            case 3:
                let order = ContiguousArray(values.indices.reversed())
                column.reorder(order)
                values.reverse()
            default:
                // A change of all that leaves sevens what they are, and one that does not.
                let more: Int32 = random.index(below: 4) == 0 ? 1 : 0
                column.change { $0 &+ more }
                values = values.map { $0 &+ more }
            }
            #expect(Array(column) == values)
            #expect(Array(column.array) == values)
            #expect(column.count == values.count)
        }
    }

    /// Most traces say nothing of most fields: those cost no memory.
    @Test func valuesThatAreAllAlikeAreHeldOnce() {
        var column = TraceColumn<Int64>(-1)
        column.reserveCapacity(1 << 40)
        for _ in 0..<100 { column.append(contentsOf: ContiguousArray(repeating: -1, count: 1_000)) }
        column[17] = -1
        #expect(!column.isSpread)
        #expect(column.count == 100_000 && column[99_999] == -1)
    }
}
