import Probability

/// Bulk-synchronous steps, event by event: what the closed form is held against.
///
/// Detours strike the machine at random moments of wall-clock time and a random rank each. One that strikes a rank at work
/// makes it late; one that strikes a rank that waits costs nothing, but may run on into the next window; a rank that is in
/// a detour is not struck again. Every rank has `slack` of each window to spare.
struct StepSimulator {
    var ranks: Int
    var window: Double
    var slack: Double
    /// Detours a second of work of one rank.
    var rate: Double
    var length: (inout RandomGenerator) -> Double

    /// The mean delay of a window, in seconds, over so many windows.
    func meanDelay(windows: Int, seed: UInt64) -> Double {
        var generator = RandomGenerator(seed: seed)
        var busyUntil: [Int: Double] = [:]
        var start = 0.0
        var total = 0.0
        let all = rate * Double(ranks)
        var next = gap(all, &generator)
        for _ in 0..<windows {
            // Work that is done when; ranks that nothing struck are not listed.
            var done: [Int: Double] = [:]
            var end = start + window
            for (rank, until) in busyUntil where until > start {
                let finished = until + window - slack
                done[rank] = finished
                end = max(end, finished)
            }
            while next < end {
                let rank = generator.index(below: ranks)
                if next >= busyUntil[rank] ?? 0 {
                    let detour = length(&generator)
                    busyUntil[rank] = next + detour
                    let finished = done[rank] ?? (start + window - slack)
                    if next < finished {
                        done[rank] = finished + detour
                        end = max(end, finished + detour)
                    }
                }
                next += gap(all, &generator)
            }
            total += end - start - window
            start = end
            busyUntil = busyUntil.filter { $0.value > end }
        }
        return total / Double(windows)
    }

    private func gap(_ rate: Double, _ generator: inout RandomGenerator) -> Double {
        // An exponential by the method of minima needs no logarithm; Normal's own inversion is at hand instead.
        let z = (generator.normal(), generator.normal())
        return (z.0 * z.0 + z.1 * z.1) / 2 / rate
    }
}
