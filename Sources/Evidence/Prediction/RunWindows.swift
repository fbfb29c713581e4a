import Probability
import RealModule

/// What the windows of one run say of how regularly detours come: over all lengths, and class by class.
struct RunWindows: Sendable {
    var all = Dispersion()
    var classes = [Dispersion](repeating: Dispersion(), count: DetourRegularity.metrics.count)

    /// What several runs say together.
    static func regularity(_ runs: [RunWindows]) -> DetourRegularity {
        var sum = RunWindows()
        for run in runs {
            sum.all.add(run.all)
            for place in sum.classes.indices { sum.classes[place].add(run.classes[place]) }
        }
        return sum.classes.contains { $0.count > 0 }
            ? DetourRegularity(classes: sum.classes.map(\.value))
            : DetourRegularity(min(sum.all.value, DetourRegularity.most))
    }

    /// The same run as its windows might have come.
    func redrawn(_ generator: inout RandomGenerator) -> RunWindows {
        var other = self
        other.all.redraw(&generator)
        for place in classes.indices { other.classes[place].redraw(&generator) }
        return other
    }

    /// Variance over mean of counts in windows, of several series that each weigh as many detours as were in them.
    struct Dispersion: Sendable {
        private var weighted = 0.0
        private var degrees = 0
        private(set) var count = 0.0

        /// Fewest windows, and fewest detours in them, that say anything.
        private static let fewestWindows = 20
        private static let fewestCounted = 50.0

        mutating func add(_ dispersion: Double, _ degrees: Int, _ count: Double) {
            weighted += dispersion * count
            self.degrees += degrees
            self.count += count
        }

        mutating func add(_ other: Dispersion) {
            weighted += other.weighted
            degrees += other.degrees
            count += other.count
        }

        /// That of random times, where the windows are too few to say.
        var value: Double {
            degrees >= Self.fewestWindows && count >= Self.fewestCounted ? weighted / count : 1
        }

        /// Puts the chance of the windows in: a variance of k degrees of freedom is as chi-squared over k, here by Wilson
        /// and Hilferty's cube (1931).
        mutating func redraw(_ generator: inout RandomGenerator) {
            let normal = generator.normal()
            guard degrees > 0 else { return }
            let ninth = 2 / (9 * Double(degrees))
            let root = max(0, 1 - ninth + normal * ninth.squareRoot())
            weighted *= root * root * root
        }
    }
}
