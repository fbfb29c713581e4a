/// Sample quantiles of Hyndman and Fan's type 7: linear between order statistics, as in R, NumPy and spreadsheets.
package enum Quantiles {
    /// The quantile p of values in ascending order; nil when there are none or p is outside 0...1.
    package static func ofSorted(_ sorted: [Double], _ p: Double) -> Double? {
        guard p >= 0, p <= 1, !sorted.isEmpty else { return nil }
        let (rank, fraction) = position(p, count: sorted.count)
        let low = sorted[rank]
        guard fraction > 0, rank + 1 < sorted.count else { return low }
        return interpolate(low, sorted[rank + 1], fraction)
    }

    /// The quantiles of values in any order, in the order of `ps`, by selection: linear time, no full sort.
    ///
    /// Empty when there are no values or any p is outside 0...1; all NaN when any value is NaN.
    package static func of(_ values: [Double], _ ps: [Double]) -> [Double] {
        guard !values.isEmpty, ps.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return [] }
        // Comparisons with NaN are false both ways, so no order exists once one is present.
        if values.contains(where: \.isNaN) { return ps.map { _ in .nan } }
        var work = values
        var results = [Double](repeating: 0, count: ps.count)
        var start = 0
        for index in ps.indices.sorted(by: { ps[$0] < ps[$1] }) {
            let (rank, fraction) = position(ps[index], count: work.count)
            work.withUnsafeMutableBufferPointer { Selection.place(rank, in: $0, from: start) }
            start = rank
            var result = work[rank]
            if fraction > 0, rank + 1 < work.count {
                var next = work[rank + 1]
                for other in work[(rank + 1)...] where other < next { next = other }
                result = interpolate(result, next, fraction)
            }
            results[index] = result
        }
        return results
    }

    /// The median of values in any order; nil when there are none, NaN when any is NaN.
    package static func median(_ values: [Double]) -> Double? { of(values, [0.5]).first }

    /// The median, found by reordering the values given instead of a copy; nil when there are none.
    package static func medianReordering(_ values: inout [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        if values.contains(where: \.isNaN) { return .nan }
        let middle = values.count / 2
        let isOdd = values.count % 2 == 1
        return values.withUnsafeMutableBufferPointer { work in
            Selection.place(middle, in: work, from: 0)
            if isOdd { return work[middle] }
            // The lower of the two middle values is the greatest of those left of the upper one.
            var below = work[0]
            for place in 1..<max(1, middle) where work[place] > below { below = work[place] }
            return interpolate(below, work[middle], 0.5)
        }
    }

    /// The 10th, 50th and 90th percentiles of values in any order; nil when there are none.
    package static func percentiles(_ values: [Double]) -> Percentiles? {
        let found = of(values, [0.1, 0.5, 0.9])
        return found.count == 3 ? Percentiles(p10: found[0], p50: found[1], p90: found[2]) : nil
    }

    /// Rank (from 0) of the value below the quantile p, and the fraction of the way from there to the next one.
    package static func position(_ p: Double, count: Int) -> (Int, Double) {
        let place = p * Double(count - 1)
        let rank = min(Int(place.rounded(.down)), count - 1)
        return (rank, place - Double(rank))
    }

    package static func interpolate(_ low: Double, _ high: Double, _ fraction: Double) -> Double {
        // Equal infinities must not meet in a subtraction.
        low == high ? low : low * (1 - fraction) + high * fraction
    }
}

/// The 10th, 50th and 90th percentiles of a result.
package struct Percentiles: Equatable, Sendable {
    /// The value that one draw in ten falls below.
    package let p10: Double
    /// The median.
    package let p50: Double
    /// The value that nine draws in ten fall below.
    package let p90: Double

    /// Makes the three from known values.
    package init(p10: Double, p50: Double, p90: Double) {
        self.p10 = p10
        self.p50 = p50
        self.p90 = p90
    }
}

/// Partial ordering by quickselect, with a sort as the way out of inputs made to defeat it.
enum Selection {
    /// Orders values[start...] just enough that values[rank] is the one a full sort would put there.
    ///
    /// Needs start <= rank < count, no NaN, and values[..<start] no greater than the rest.
    static func place(_ rank: Int, in values: UnsafeMutableBufferPointer<Double>, from start: Int) {
        var low = start
        var high = values.count - 1
        var passes = 0
        while high > low {
            passes += 1
            if passes > 64 {
                var rest = UnsafeMutableBufferPointer(rebasing: values[low...high])
                rest.sort()
                return
            }
            let pivot = medianOfThree(values[low], values[low + (high - low) / 2], values[high])
            // Hoare's partition: equal values stop both scans, so runs of ties split evenly.
            var left = low
            var right = high
            while left <= right {
                while values[left] < pivot { left += 1 }
                while pivot < values[right] { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if rank <= right {
                high = right
            } else if rank >= left {
                low = left
            } else {
                return
            }
        }
    }

    private static func medianOfThree(_ a: Double, _ b: Double, _ c: Double) -> Double {
        max(min(a, b), min(max(a, b), c))
    }
}
