import Foundation
import Probability
import Scheduling

/// Replays queues whose mean wait is known, 20 replications each, against the formula.
enum Theory {
    static func run() throws {
        for servers in [1, 4, 64] {
            for load in [0.5, 0.8, 0.9] { try check("M/M/\(servers)", servers, load, isExponential: true) }
        }
        for load in [0.5, 0.8, 0.9] { try check("M/D/1", 1, load, isExponential: false) }
    }

    /// Where waiting is so rare that no number of jobs will do: the wait of those that wait, times Erlang's C.
    ///
    /// At load 1/2 one job in some ten million waits for one of 64 servers. Only the wait of those that do is replayed;
    /// how many they are is the formula's.
    private static func checkDelayed(_ name: String, _ theory: TheoreticalQueue) throws {
        var excursions = 20_000
        while true {
            let estimate = try theory.estimateOfDelayed(excursions: excursions, replications: 20, seed: 7)
            if estimate.relativeHalfWidth < 0.01 || excursions >= 640_000 {
                let inside = abs(estimate.mean - theory.meanWaitOfDelayed) <= estimate.halfWidth
                print(
                    name,
                    "load \(theory.load), those that wait:",
                    String(
                        format: "formula %.6f, replayed %.6f +- %.6f (%.2f %%)",
                        theory.meanWaitOfDelayed,
                        estimate.mean,
                        estimate.halfWidth,
                        100 * estimate.relativeHalfWidth
                    ),
                    inside ? "inside" : "OUTSIDE",
                    String(format: "%d queues each; one job in %.3g waits", excursions, 1 / theory.probabilityOfWaiting)
                )
                return
            }
            excursions *= 2
        }
    }

    /// Doubles the jobs of each replication until the interval is narrow enough.
    private static func check(_ name: String, _ servers: Int, _ load: Double, isExponential: Bool) throws {
        let theory = TheoreticalQueue(servers: servers, load: load, isExponential: isExponential)
        if isExponential, theory.probabilityOfWaiting < 1e-5 { return try checkDelayed(name, theory) }
        var jobs = 100_000
        while true {
            let estimate = try theory.estimate(jobs: jobs, warmUp: jobs / 10, replications: 20, seed: 7)
            let isDone = estimate.relativeHalfWidth < 0.01
            if isDone || jobs >= 20_000_000 {
                let inside = abs(estimate.mean - theory.meanWait) <= estimate.halfWidth
                print(
                    name,
                    "load \(load):",
                    String(
                        format: "formula %.4f, replayed %.4f +- %.4f (%.2f %%)",
                        theory.meanWait,
                        estimate.mean,
                        estimate.halfWidth,
                        100 * estimate.relativeHalfWidth
                    ),
                    inside ? "inside" : "OUTSIDE",
                    "\(jobs) jobs each"
                )
                return
            }
            jobs *= 2
        }
    }
}
