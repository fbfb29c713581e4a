import Probability
import RealModule

/// The generalised Pareto distribution of what exceeds a high threshold, fitted to the largest of a sample.
///
/// It is what carries a prediction beyond the sample, and only there. Source: Pickands (1975); fit by Zhang and
/// Stephens (2009), a likelihood average that needs no starting value and exists for every sample.
package struct GeneralisedPareto: Sendable, Hashable {
    /// From here on, in the sample's unit.
    package let threshold: Double
    /// The shape: 0 an exponential tail, above a heavier one, below one with an end; no mean from 1 on.
    package let shape: Double
    /// The scale, above zero, in the sample's unit.
    package let scale: Double
    /// The share of the sample above the threshold.
    package let share: Double
    /// How many samples it was fitted to.
    package let exceedances: Int
    /// Whether the fitted tail looks like the sample's (Kolmogorov's distance).
    package let fits: Bool

    /// Fewest exceedances that a tail is fitted to.
    package static let fewest = 30
    /// The thresholds tried: this share of the sample and halves of it.
    package static let largestShare = 0.1
    /// Most exceedances that are fitted: more would only make the threshold lower.
    static let mostExceedances = 2_000.0
    /// Kolmogorov's distance times the root of n that is not exceeded by 95 % of fitted samples.
    ///
    /// Parameters are fitted to the same values, so it is well below the 1.36 of a given distribution.
    private static let distanceLimit = 0.9

    /// Below it nearly all that exceeds the threshold stands at the end, and is no tail; a uniform law has -1.
    private static let leastShape = -2.0

    /// Whether excesses in ascending order differ enough to have a tail: detours of one cause do not.
    private static func differ(_ excesses: [Double]) -> Bool {
        guard let least = excesses.first, let most = excesses.last else { return false }
        return most - least > 0.05 * most
    }

    /// Whether so many values leave enough above the highest threshold tried, if they differ.
    static func suffices(_ count: Double) -> Bool { count * largestShare >= Double(fewest) }

    /// Fits a tail; nil where fewer than ``fewest`` values lie above any threshold tried.
    ///
    /// The threshold leaves a tenth of the sample above it, or a twentieth, a fortieth and so on: the first whose tail
    /// fits, else the last that leaves ``fewest``, marked as not fitting.
    package init?(sorted: [Double], weights: [Double]? = nil) {
        let expanded = weights.map { GeneralisedPareto.largest(sorted, $0) } ?? sorted
        let total = weights.map { $0.reduce(0, +) } ?? Double(sorted.count)
        var last: GeneralisedPareto?
        var kept = Int(min(total * Self.largestShare, Self.mostExceedances))
        while kept >= Self.fewest, kept < expanded.count {
            let threshold = expanded[expanded.count - kept - 1]
            let excesses = expanded[(expanded.count - kept)...].map { $0 - threshold }.filter { $0 > 0 }
            if excesses.count >= Self.fewest, Self.differ(excesses), let fit = Self.fit(excesses),
                fit.shape > Self.leastShape
            {
                let tail = GeneralisedPareto(
                    threshold: threshold,
                    shape: fit.shape,
                    scale: fit.scale,
                    share: Double(excesses.count) / total,
                    exceedances: excesses.count,
                    fits: fit.distance * Double(excesses.count).squareRoot() <= Self.distanceLimit
                )
                if tail.fits {
                    self = tail
                    return
                }
                last = tail
            }
            kept /= 2
        }
        guard let last else { return nil }
        self = last
    }

    init(threshold: Double, shape: Double, scale: Double, share: Double, exceedances: Int, fits: Bool) {
        self.threshold = threshold
        self.shape = shape
        self.scale = scale
        self.share = share
        self.exceedances = exceedances
        self.fits = fits
    }

    /// The probability that a value of the whole sample's law exceeds x, for x at or above the threshold.
    package func survival(_ x: Double) -> Double {
        guard x > threshold else { return share }
        let y = (x - threshold) / scale
        if abs(shape) < 1e-9 { return share * Double.exp(-y) }
        let base = 1 + shape * y
        return base > 0 ? share * Double.exp(-Double.log(base) / shape) : 0
    }

    /// The value exceeded with the probability given, at most ``share``; infinite at 0 where the tail has no end.
    package func quantile(exceededBy probability: Double) -> Double {
        guard probability < share else { return threshold }
        let ratio = max(probability, 0) / share
        if abs(shape) < 1e-9 { return threshold - scale * Double.log(ratio) }
        return threshold + scale / shape * (Double.pow(ratio, -shape) - 1)
    }

    /// The last values of a weighted sample, each as often as its weight says, and one more below them.
    private static func largest(_ sorted: [Double], _ weights: [Double]) -> [Double] {
        var values: [Double] = []
        let wanted = Int(min(weights.reduce(0, +) * largestShare, mostExceedances)) + 1
        for (value, weight) in zip(sorted, weights).reversed() {
            let times = Int(max(0, min(weight.rounded(), 1e6)))
            for _ in 0..<min(times, wanted - values.count) { values.append(value) }
            if values.count >= wanted { break }
        }
        return values.reversed()
    }

    /// Shape and scale of excesses above zero in ascending order, and Kolmogorov's distance to them.
    private static func fit(_ excesses: [Double]) -> (shape: Double, scale: Double, distance: Double)? {
        guard let largest = excesses.last, largest > 0 else { return nil }
        let count = Double(excesses.count)
        let quarter = excesses[max(0, Int(count / 4 + 0.5) - 1)]
        guard quarter > 0 else { return nil }
        let points = 30 + Int(count.squareRoot())
        let thetas = (1...points).map { place in
            1 / largest + (1 - (Double(points) / (Double(place) - 0.5)).squareRoot()) / (3 * quarter)
        }
        let shapes = thetas.map { theta in meanLog(theta, excesses) }
        let logs = zip(thetas, shapes).map { theta, shape -> Double in
            let ratio = -theta / shape
            return ratio > 0 && ratio.isFinite ? count * (Double.log(ratio) - shape - 1) : -Double.infinity
        }
        guard let best = logs.max(), best.isFinite else { return nil }
        let weights = logs.map { Double.exp($0 - best) }
        let total = weights.reduce(0, +)
        var theta = 0.0
        for (value, weight) in zip(thetas, weights) { theta += value * weight / total }
        let shape = meanLog(theta, excesses)
        let scale = -shape / theta
        guard shape.isFinite, scale.isFinite, scale > 0 else { return nil }
        let law = GeneralisedPareto(threshold: 0, shape: shape, scale: scale, share: 1, exceedances: 0, fits: true)
        var distance = 0.0
        for (place, value) in excesses.enumerated() {
            let below = 1 - law.survival(value)
            distance = max(distance, abs(below - Double(place) / count), abs(below - Double(place + 1) / count))
        }
        return (shape, scale, distance)
    }

    private static func meanLog(_ theta: Double, _ excesses: [Double]) -> Double {
        var sum = 0.0
        for value in excesses { sum += Double.log(onePlus: -theta * value) }
        return sum / Double(excesses.count)
    }
}
