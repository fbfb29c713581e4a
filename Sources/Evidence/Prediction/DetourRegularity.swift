/// How regularly detours come, by their length: the variance over the mean of how many a window has.
///
/// Near 0 for a tick like a clock, 1 for random times, above for bursts. A host's timer ticks and the hypervisor's exits
/// outnumber what makes a step late by a hundred to one and come in a rhythm of their own, so that one number for all
/// lengths would lend that rhythm to the few detours that matter. Classes of length are taken as independent of each other.
package struct DetourRegularity: Sendable, Hashable {
    /// Where classes of length part, in seconds: the first is below the first bound, the last from the last one on.
    package static let bounds = [1e-5, 1e-4, 1e-3]
    /// The metric of each class in records of `assay measure`: over all processors of a run, in windows of a tenth of a second.
    package static let metrics = names.map { "detour_dispersion_" + $0 }
    /// The classes' names, in order.
    package static let names = ["below_10us", "from_10us", "from_100us", "from_1ms"]
    /// Beyond this it says no more than that all come at once.
    static let most = 1e3

    /// Variance over mean, class by class.
    package let dispersions: [Double]

    /// One dispersion for all lengths.
    package init(_ dispersion: Double = 1) { dispersions = Self.metrics.map { _ in dispersion } }

    /// A dispersion for each class, in order.
    package init(classes: [Double]) { dispersions = classes.map { min(max($0, 0), Self.most) } }

    /// The class of a length in seconds.
    package static func place(_ length: Double) -> Int { bounds.firstIndex { length < $0 } ?? bounds.count }

    /// Variance over mean of how many detours of one class a window has, within each series of windows.
    ///
    /// - Parameter counts: one list of windows a processor.
    /// - Returns: nil where no window has any, or no series has two windows.
    package static func dispersion(_ counts: [[Double]]) -> Double? {
        var (squares, degrees, total, windows) = (0.0, 0.0, 0.0, 0.0)
        for series in counts where series.count >= 2 {
            let sum = series.reduce(0, +)
            let mean = sum / Double(series.count)
            squares += series.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            degrees += Double(series.count - 1)
            total += sum
            windows += Double(series.count)
        }
        guard total > 0 else { return nil }
        return squares / degrees / (total / windows)
    }

    /// The dispersion of the class that a length belongs to.
    func dispersion(of length: Double) -> Double { dispersions[Self.place(length)] }

    /// The distinct dispersions, and for each class the place of its own among them: classes of one are one class.
    var groups: (dispersions: [Double], ofClass: [Int]) {
        var distinct: [Double] = []
        let places = dispersions.map { dispersion -> Int in
            if let known = distinct.firstIndex(of: dispersion) { return known }
            distinct.append(dispersion)
            return distinct.count - 1
        }
        return (distinct, places)
    }
}
