/// Ordering jobs by time, those of one instant as they stand.
package enum TimeOrder {
    /// The indices of times in ascending order of time.
    ///
    /// A radix sort by 11 bits of the difference to the earliest, from the lowest: it keeps the order of equals, and
    /// needs no more passes than the span of the times has such digits. Digits that are the same everywhere are passed
    /// over.
    package static func of(_ times: ContiguousArray<Int64>) -> ContiguousArray<Int> {
        guard let earliest = times.min(), let latest = times.max() else { return [] }
        var keys = ContiguousArray<UInt64>()
        keys.reserveCapacity(times.count)
        // Differences of any two times fit 64 bits without a sign.
        for time in times { keys.append(UInt64(bitPattern: time &- earliest)) }
        var order = ContiguousArray(times.indices)
        let span = UInt64(bitPattern: latest &- earliest)
        var (nextKeys, nextOrder) = (keys, order)
        var shift: UInt64 = 0
        while shift < 64, span >> shift > 0 {
            var starts = ContiguousArray(repeating: 0, count: 2_048)
            for key in keys { starts[Int(truncatingIfNeeded: (key >> shift) & 2_047)] += 1 }
            if !starts.contains(times.count) {
                var sum = 0
                for digit in starts.indices {
                    let count = starts[digit]
                    starts[digit] = sum
                    sum += count
                }
                for index in keys.indices {
                    let key = keys[index]
                    let digit = Int(truncatingIfNeeded: (key >> shift) & 2_047)
                    let place = starts[digit]
                    starts[digit] = place + 1
                    nextKeys[place] = key
                    nextOrder[place] = order[index]
                }
                swap(&keys, &nextKeys)
                swap(&order, &nextOrder)
            }
            shift += 11
        }
        return order
    }

    /// The values of some jobs.
    static func gather<Value>(
        _ rows: ContiguousArray<Int32>,
        from column: ContiguousArray<Value>
    ) -> ContiguousArray<Value> {
        var result = ContiguousArray<Value>()
        result.reserveCapacity(rows.count)
        for row in rows { result.append(column[Int(row)]) }
        return result
    }

    /// A column in an order.
    package static func apply<Value>(_ order: ContiguousArray<Int>, to column: ContiguousArray<Value>)
        -> ContiguousArray<Value>
    {
        var result = ContiguousArray<Value>()
        result.reserveCapacity(order.count)
        result.append(contentsOf: order.lazy.map { column[$0] })
        return result
    }
}
