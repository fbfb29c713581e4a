internal import Evidence
internal import Probability
import RealModule

/// How many runs an arm needs, from the spread that a pilot showed.
///
/// A pilot of few runs may by luck look steadier than the job is, and one that is over in seconds misses how a machine changes
/// within minutes. The upper 90 % limit of its standard deviation is taken (chi-square, Wilson and Hilferty's approximation),
/// so that the power holds in nine of ten pilots and not in half.
package struct RunProposal: Sendable, Hashable {
    /// Runs of each arm; nil where no number below 100,000 would do, and where the spread is unknown.
    package let runs: Int?
    /// The spread that is supposed: the standard deviation of a pair's log ratio.
    package let sd: Double
    /// The slowdown to find, as a share.
    package let detect: Double
    /// Runs, or pairs, that the spread is from.
    package let from: Int

    /// Whether the values differ at all: equal ones say nothing of how the next would differ, so nothing is proposed.
    package var isSpreadKnown: Bool { sd > 1e-12 }

    /// From the values of runs of one arm, whose partners will vary likewise; nil below three.
    package init?(runs values: [Double], detect: Double, power: Double = JobPlan.power) {
        let logs = values.filter { $0 > 0 && $0.isFinite }.map { Double.log($0) }
        // A pair is the difference of two runs, each with this spread.
        self.init(logs: logs, perPair: Double.sqrt(2), detect: detect, power: power)
    }

    /// From pairs of runs, whose own spread is what counts; nil below three.
    package init?(pairs: [(Double, Double)], detect: Double, power: Double = JobPlan.power) {
        let logs = pairs.filter { $0.0 > 0 && $0.1 > 0 && $0.0.isFinite && $0.1.isFinite }
            .map { Double.log($0.1) - Double.log($0.0) }
        self.init(logs: logs, perPair: 1, detect: detect, power: power)
    }

    private init?(logs: [Double], perPair: Double, detect: Double, power: Double) {
        guard logs.count >= 3, detect > 0, detect.isFinite else { return nil }
        let count = Double(logs.count)
        let mean = logs.reduce(0, +) / count
        let squares = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let freedom = count - 1
        sd = Double.sqrt(squares / Self.chiSquareQuantile(0.1, freedom)) * perPair
        self.detect = detect
        from = logs.count
        let effect = Double.log(onePlus: detect)
        guard sd > 1e-12 else {
            runs = nil
            return
        }
        // Three pairs at least: below that there is no spread to speak of.
        runs = (try? Power.pairsToDetect(effect: effect, sd: sd, power: power)).flatMap { $0 }.map { max(3, $0) }
    }

    /// The value that a chi-square variable stays below with this probability.
    static func chiSquareQuantile(_ p: Double, _ freedom: Double) -> Double {
        let spread = 2 / (9 * freedom)
        let root = 1 - spread + Normal.quantile(p) * Double.sqrt(spread)
        return freedom * root * root * root
    }
}
