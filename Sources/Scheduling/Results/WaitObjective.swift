/// A promise about waiting: so many of a hundred jobs start within a time.
package struct WaitObjective: Sendable, Hashable {
    /// How many of a hundred jobs, above 0, at most 100.
    package let percent: Double
    /// Within how many seconds of their submission.
    package let seconds: Double

    /// An objective; a percentage outside 0 to 100 is moved to the nearer end.
    package init(percent: Double, seconds: Double) {
        self.percent = percent.isNaN ? 100 : min(max(percent, 0), 100)
        self.seconds = seconds
    }
}

extension WaitObjective {
    /// Whether a replay kept it with every job run; one that was cut short for it did not: what ``WaitTrial`` says, without putting the waits in order.
    package func isKept(_ trace: Trace, _ result: SimulationResult) -> Bool {
        guard result.counters.rejected == 0, !result.isCutShort else { return false }
        var (started, within) = (0, 0)
        for job in 0..<trace.count where result.start[job] != SimulationResult.never {
            started += 1
            if Double(result.start[job] - trace.submit[job]) / 1_000 <= seconds { within += 1 }
        }
        return started > 0 && within >= SampleSummary.rank(of: percent, among: started)
    }
}

/// How one replay stands against a promise about waiting.
package struct WaitTrial: Sendable, Hashable {
    /// The wait at the objective's percentage, in seconds, over jobs that started; nil where none did.
    package let wait: Double?
    /// Jobs that the cluster could never run.
    package let rejected: Int

    /// Takes what was found.
    package init(wait: Double?, rejected: Int) {
        self.wait = wait
        self.rejected = rejected
    }

    /// Reads a replay.
    package init(_ trace: Trace, _ result: SimulationResult, _ objective: WaitObjective) {
        var waits: [Double] = []
        waits.reserveCapacity(trace.count)
        for job in 0..<trace.count where result.start[job] != SimulationResult.never {
            waits.append(Double(result.start[job] - trace.submit[job]) / 1_000)
        }
        waits.sort()
        wait = waits.isEmpty ? nil : SampleSummary.nearestRank(waits, percent: objective.percent)
        rejected = result.counters.rejected
    }

    /// Whether the promise is kept with no more jobs refused than `refusals`.
    package func meets(_ objective: WaitObjective, refusals: Int) -> Bool {
        guard let wait else { return false }
        return wait <= objective.seconds && rejected <= refusals
    }
}
