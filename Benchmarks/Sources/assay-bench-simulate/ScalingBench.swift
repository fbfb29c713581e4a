import Foundation
import Probability
import Scheduling
import Synchronization

/// Cost per job from 100 to 100,000 GPUs, or on so many as are given, at one offered load.
///
/// Every size replays as many jobs: 40 for each GPU of the largest, at least a million. A job takes 0.8 GPUs for 20 minutes
/// on average and 4 hours at most, so that the largest is full for two thirds of the time.
struct ScalingBench {
    private static let runs = 5

    /// The most GPUs: ten times the largest of the default, in time and memory.
    private static let largest = 1_000_000

    private let sizes: [Int]
    private let jobs: Int
    private let isTogether: Bool

    /// Reads `[together] [GPUS…]`; nil where something is neither.
    init?(_ arguments: ArraySlice<String>) {
        isTogether = arguments.first == "together"
        let numbers = arguments.dropFirst(isTogether ? 1 : 0)
        let given = numbers.compactMap { Int($0) }.filter { (1...Self.largest).contains($0) }
        guard given.count == numbers.count else { return nil }
        sizes = given.isEmpty ? [100, 1_000, 10_000, 100_000] : given
        jobs = max(HeadlineWorkload().jobs, 40 * (sizes.max() ?? 0))
    }

    func run() throws {
        if isTogether { try together() } else { try inTurns() }
    }

    /// Sizes take turns of about one length, so that a neighbour's busy minute is not one size's.
    private func inTurns() throws {
        var costs: [[Double]] = sizes.map { _ in [] }
        for _ in 0..<Self.runs {
            for (place, gpus) in sizes.enumerated() {
                costs[place].append(try cost(gpus, by: CLOCK_PROCESS_CPUTIME_ID))
            }
        }
        print(costs)
    }

    /// All sizes at once, each in a thread of its own and by its own clock.
    ///
    /// On one processor (`taskset -c 1 …`) whatever its neighbours do is every size's: what is left to compare is the sizes.
    private func together() throws {
        let costs = Mutex<[[Double]]>(sizes.map { _ in [] })
        let failure = Mutex<(any Error)?>(nil)
        let group = DispatchGroup()
        for (place, gpus) in sizes.enumerated() {
            group.enter()
            let thread = Thread {
                defer { group.leave() }
                do {
                    for _ in 0..<Self.runs {
                        let cost = try cost(gpus, by: CLOCK_THREAD_CPUTIME_ID)
                        costs.withLock { $0[place].append(cost) }
                    }
                } catch {
                    failure.withLock { $0 = error }
                }
            }
            thread.start()
        }
        group.wait()
        if let error = failure.withLock({ $0 }) { throw error }
        print(costs.withLock { $0 })
    }

    /// Nanoseconds per job of one replay.
    private func cost(_ gpus: Int, by clock: clockid_t) throws -> Double {
        var workload = HeadlineWorkload()
        workload.gpus = gpus
        workload.jobs = jobs
        return try Main.report("scaling", workload, by: clock) / Double(jobs) * 1e9
    }

    private func print(_ costs: [[Double]]) {
        let medians = costs.map { Quantiles.of($0, [0.5]).first ?? 0 }
        let least = costs.map { $0.min() ?? 0 }
        for place in sizes.indices {
            let text = "%d GPUs: %.0f ns per job, the median of %d runs; the least %.0f"
            Swift.print(String(format: text, sizes[place], medians[place], costs[place].count, least[place]))
        }
        func ratio(_ costs: [Double]) -> Double { (costs.max() ?? 0) / max(1e-9, costs.min() ?? 0) }
        let text = "dearest over cheapest: %.2f of the medians, %.2f of the least"
        Swift.print(String(format: text, ratio(medians), ratio(least)))
    }
}
