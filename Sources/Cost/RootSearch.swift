/// Solving f(x) = 0 on a range for a function that may jump.
package enum RootSearch {
    /// Every sign change found by a scan, refined to a millionth of a millionth of the range.
    ///
    /// Each bracket is narrowed by the secant through its ends, guarded by bisection, so a straight line is solved at
    /// once and a jump is found too. Where f is zero over a stretch, its first scanned point is given; a function that
    /// is zero everywhere, or never finite, has no root here.
    ///
    /// - Parameters:
    ///   - range: Where to look.
    ///   - points: How many points to scan, at least 2.
    ///   - f: The function, evaluated about `points` times and then some ten to sixty times for each root.
    /// - Returns: The roots in ascending order.
    package static func roots(in range: ClosedRange<Double>, points: Int = 25, of f: (Double) -> Double) -> [Double] {
        let width = range.upperBound - range.lowerBound
        guard width > 0, width.isFinite else { return [] }
        let count = min(max(points, 2), 10_000)
        let xs = (0..<count).map { index in
            index == count - 1
                ? range.upperBound : range.lowerBound + width * Double(index) / Double(count - 1)
        }
        let ys = xs.map(f)
        guard ys.contains(where: { $0 != 0 && !$0.isNaN }) else { return [] }
        var roots: [Double] = []
        for index in xs.indices {
            let y = ys[index]
            if y == 0, index == 0 || ys[index - 1] != 0 { roots.append(xs[index]) }
            guard index > 0, ys[index - 1] * y < 0 else { continue }
            roots.append(refine(xs[index - 1], ys[index - 1], xs[index], y, tolerance: width * 1e-12, f))
        }
        return roots
    }

    /// Narrows a bracket whose ends differ in sign.
    private static func refine(
        _ low: Double,
        _ atLow: Double,
        _ high: Double,
        _ atHigh: Double,
        tolerance: Double,
        _ f: (Double) -> Double
    ) -> Double {
        var (a, fa, b, fb) = (low, atLow, high, atHigh)
        for step in 0..<120 where b - a > tolerance {
            let secant = a - fa * (b - a) / (fb - fa)
            // Every third step halves the bracket: a jump keeps one end of the secant in place.
            let middle = a + (b - a) / 2
            let x = step % 3 == 2 || !(secant > a && secant < b) ? middle : secant
            guard x > a, x < b else { break }
            let y = f(x)
            if y == 0 || y.isNaN { return x }
            if (y < 0) == (fa < 0) { (a, fa) = (x, y) } else { (b, fb) = (x, y) }
            // The secant of a straight line lands on the root to rounding: nothing is left to narrow.
            if abs(y) <= 1e-13 * max(abs(atLow), abs(atHigh)) { return x }
        }
        return abs(fa) <= abs(fb) ? a : b
    }
}

extension CostModel {
    /// The values of an input at which two assignments cost the same on average, the draws of all else held common.
    ///
    /// Scanned over the range and refined; none, one or several, ascending. Its cost is about 40 evaluations of the
    /// table: a thousand draws are plenty.
    package func breakEven(
        _ input: Int,
        between first: [Int],
        and second: [Int],
        in range: ClosedRange<Double>,
        _ draws: DrawTable,
        points: Int = 25
    ) -> [Double] {
        guard inputs.indices.contains(input), first != second else { return [] }
        return RootSearch.roots(in: range, points: points) { value in
            meanDifference(first, second, draws.fixing(input, at: value))
        }
    }

    /// Mean levelised monthly cost of one assignment above another, over common draws.
    package func meanDifference(_ first: [Int], _ second: [Int], _ draws: DrawTable) -> Double {
        var sum = 0.0
        for range in draws.blocks {
            var slab = CostSlab(self, draws, range)
            let a = slab.total(first)
            let b = slab.total(second)
            for draw in 0..<slab.count { sum += a[draw] - b[draw] }
        }
        return sum / Double(draws.count)
    }

    /// Levelised monthly cost of renting the same demand by the hour, by draw; nil when no price is known.
    ///
    /// The cloud gives virtual machines with whole GPUs: a workload's overhead under passthrough stretches its active
    /// hours, and only hours held are paid, so peaks cost nothing there.
    package func cloud(_ draws: DrawTable) -> ContiguousArray<Double>? {
        guard let cloud else { return nil }
        var result = ContiguousArray<Double>()
        result.reserveCapacity(draws.count)
        for range in draws.blocks {
            let slab = CostSlab(self, draws, range)
            for draw in 0..<slab.count {
                let price = slab.lanes(cloud.input, draw, Bounds.money)
                var sum = 0.0
                for (position, workload) in demand.enumerated() {
                    let overhead = workload.cloudOverhead.map { slab.lanes($0, draw, Bounds.overhead) } ?? 0
                    let at = position * slab.count + draw
                    let hours = slab.active[at] * (1 + overhead) + slab.inactive[at]
                    for year in 0..<years {
                        let factor = slab.growth[(position * years + year) * slab.count + draw]
                        sum += 12 * slab.levelling[year * slab.count + draw] * hours * factor * cloud.growth[year]
                    }
                }
                result.append(sum * price)
            }
        }
        return result
    }
}
