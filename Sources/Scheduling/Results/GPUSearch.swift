/// How many GPUs a promise about waiting takes.
///
/// Waits are not monotone in GPUs: with gangs, nodes and backfill, one GPU more can make some job wait longer. So the
/// answer is the number that bisection comes to, and sizes around it are tried and told: see ``exceptions``.
package struct GPUSearch: Sendable, Hashable {
    /// One size that was tried.
    package struct Trial: Sendable, Hashable {
        /// GPUs.
        package let gpus: Int
        /// What was found.
        package let outcome: WaitTrial
        /// Whether the objective was met.
        package let isMet: Bool
    }

    /// The answer: this many meet the objective and one less, of those tried, do not; nil where not even the limit does.
    package let gpus: Int?
    /// Every size tried, ascending.
    package let trials: [Trial]
    /// Jobs that no size up to the limit can run; they count neither for nor against.
    package let refusals: Int
    /// Sizes below the answer that meet the objective, or above it that do not, among those tried.
    package let exceptions: [Int]

    /// Whether nothing that was tried contradicts "more GPUs, shorter waits".
    package var looksMonotone: Bool { exceptions.isEmpty }

    /// Searches.
    ///
    /// - Parameters:
    ///   - objective: the promise.
    ///   - start: a size to start from, such as the mean demand.
    ///   - limit: the largest size to consider, at least 1.
    ///   - step: sizes are multiples of it, such as the GPUs of a host; at least 1.
    ///   - checks: how many sizes are tried on each side of the answer beyond those of the search.
    ///   - replay: the trial at a size.
    /// - Throws: what the trial throws.
    package init(
        _ objective: WaitObjective,
        from start: Int,
        limit: Int,
        step: Int = 1,
        checks: Int = 3,
        replay: (Int) throws(SimulationError) -> WaitTrial
    ) throws(SimulationError) {
        let step = max(step, 1)
        let last = max(limit / step, 1)
        var known: [Int: WaitTrial] = [:]
        func trial(_ units: Int) throws(SimulationError) -> WaitTrial {
            if let trial = known[units] { return trial }
            let trial = try replay(units * step)
            known[units] = trial
            return trial
        }
        let refusals = try trial(last).rejected
        func isMet(_ units: Int) throws(SimulationError) -> Bool {
            try trial(units).meets(objective, refusals: refusals)
        }
        var answer: Int?
        if try isMet(last) {
            // From the start outwards until one size fails and one meets, then by halves.
            var high = min(max((start + step - 1) / step, 1), last)
            var low = 0
            while try !isMet(high) {
                low = high
                high = min(high * 2, last)
            }
            while low == 0, high > 1, try isMet(high / 2) { high /= 2 }
            if low == 0 { low = high / 2 }
            while high - low > 1 {
                let middle = low + (high - low) / 2
                if try isMet(middle) { high = middle } else { low = middle }
            }
            for distance in 1...max(checks, 1) where checks > 0 {
                if high - distance >= 1 { _ = try isMet(high - distance) }
                if high + distance <= last { _ = try isMet(high + distance) }
            }
            answer = high
        }
        self.refusals = refusals
        gpus = answer.map { $0 * step }
        trials = known.keys.sorted().compactMap { units in
            known[units].map {
                Trial(gpus: units * step, outcome: $0, isMet: $0.meets(objective, refusals: refusals))
            }
        }
        exceptions = trials.filter { trial in
            guard let answer else { return trial.isMet }
            return trial.isMet != (trial.gpus >= answer * step)
        }.map(\.gpus)
    }

    /// The most GPUs that jobs would hold at once if none ever waited, in whole GPUs; 0 without jobs.
    package static func peakDemand(_ trace: Trace) -> Int {
        var edges: [(time: Int64, change: Int64)] = []
        edges.reserveCapacity(trace.count * 2)
        for job in 0..<trace.count where trace.duration[job] > 0 && trace.gpus[job] > 0 {
            let (end, overflow) = trace.submit[job].addingReportingOverflow(trace.duration[job])
            edges.append((trace.submit[job], Int64(trace.gpus[job])))
            edges.append((overflow ? .max : end, -Int64(trace.gpus[job])))
        }
        edges.sort { ($0.time, $0.change) < ($1.time, $1.change) }
        var (held, most): (Int64, Int64) = (0, 0)
        for edge in edges {
            held += edge.change
            most = max(most, held)
        }
        return Int(most)
    }
}
