import Foundation
import Probability
import Scheduling

/// Replays queues whose mean wait is known, 20 replications each, against the formula.
///
/// Of twelve 99 % intervals one misses its formula by chance in one run of nine. One that misses is therefore replayed
/// once more from another seed; a queue that misses twice, one in ten thousand, ends the program with code 1.
enum Theory {
    ///
    /// - Parameters:
    ///   - seed: of the first try.
    ///   - wanted: the queues to replay, such as `M/M/64` or `M/M/64:0.9`; all of them where it is empty.
    /// - Throws: what the replay throws.
    static func run(seed: UInt64, only wanted: [String] = []) throws {
        print("seed \(seed); 20 replications each, 99 % intervals")
        var failed: [String] = []
        var found = 0
        for (name, servers, isExponential) in [
            ("M/M/1", 1, true), ("M/M/4", 4, true), ("M/M/64", 64, true), ("M/D/1", 1, false),
        ] {
            for load in [0.5, 0.8, 0.9]
            where wanted.isEmpty || wanted.contains(name) || wanted.contains("\(name):\(load)") {
                found += 1
                let theory = TheoreticalQueue(servers: servers, load: load, isExponential: isExponential)
                if try !holds(name, theory, seed) { failed.append("\(name) at \(load)") }
            }
        }
        if found == 0 { failed.append("no queue is called \(wanted.joined(separator: ", "))") }
        print("peak \(Main.peakMiB()) MiB")
        guard failed.isEmpty else {
            print("FAILED: \(failed.joined(separator: ", "))")
            exit(1)
        }
    }

    /// Whether the formula lies inside the interval of this seed, or else of another.
    private static func holds(_ name: String, _ theory: TheoreticalQueue, _ seed: UInt64) throws -> Bool {
        for seed in [seed, seed &+ 1_000] {
            let isRare = theory.isExponential && theory.probabilityOfWaiting < 1e-5
            if try isRare ? checkDelayed(name, theory, seed) : check(name, theory, seed) { return true }
        }
        return false
    }

    /// Where waiting is so rare that no number of jobs will do: the wait of those that wait, times Erlang's C.
    ///
    /// At load 1/2 one job in some ten million waits for one of 64 servers. Only the wait of those that do is replayed;
    /// how many they are is the formula's.
    private static func checkDelayed(_ name: String, _ theory: TheoreticalQueue, _ seed: UInt64) throws -> Bool {
        var excursions = 20_000
        while true {
            let estimate = try theory.estimateOfDelayed(excursions: excursions, replications: 20, seed: seed)
            if estimate.relativeHalfWidth < 0.01 || excursions >= 640_000 {
                let tail = String(format: "one job in %.3g waits", 1 / theory.probabilityOfWaiting)
                return report(
                    "\(name) load \(theory.load), those that wait",
                    theory.meanWaitOfDelayed,
                    estimate,
                    "\(excursions) queues each; \(tail)"
                )
            }
            excursions *= 2
        }
    }

    /// Gives each replication more jobs until the interval is narrow enough: as many as its width says, at most eight times.
    private static func check(_ name: String, _ theory: TheoreticalQueue, _ seed: UInt64) throws -> Bool {
        var jobs = 100_000
        while true {
            let estimate = try theory.estimate(jobs: jobs, warmUp: jobs / 10, replications: 20, seed: seed)
            if estimate.relativeHalfWidth < 0.01 || jobs >= mostJobs {
                return report("\(name) load \(theory.load)", theory.meanWait, estimate, "\(jobs) jobs each")
            }
            // Half-widths fall with the root of the jobs; somewhat more than it takes, for they are estimates themselves.
            let wanted = (estimate.relativeHalfWidth / 0.0095) * (estimate.relativeHalfWidth / 0.0095)
            jobs = min(Int(Double(jobs) * min(max(wanted, 1.25), 8)), mostJobs)
        }
    }

    /// Jobs of one replication at most: 3 GiB of memory.
    private static let mostJobs = 25_600_000

    private static func report(
        _ name: String,
        _ formula: Double,
        _ estimate: TheoreticalQueue.Estimate,
        _ size: String
    ) -> Bool {
        let isInside = abs(estimate.mean - formula) <= estimate.halfWidth
        let figures = String(
            format: "formula %.6f, replayed %.6f +- %.6f (%.2f %%)",
            formula,
            estimate.mean,
            estimate.halfWidth,
            100 * estimate.relativeHalfWidth
        )
        let isNarrow = estimate.relativeHalfWidth < 0.01
        print("\(name): \(figures)", isInside ? "inside" : "OUTSIDE", isNarrow ? size : "\(size), STILL WIDE")
        fflush(nil)
        return isInside && isNarrow
    }
}
