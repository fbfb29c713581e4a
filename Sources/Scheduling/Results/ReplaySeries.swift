/// The estate over time, as means of even spans from the first submission to the last end.
///
/// Worked out from what each job held, so nothing between two samples is missed.
package struct ReplaySeries: Sendable, Hashable {
    /// One span.
    package struct Span: Sendable, Hashable {
        /// Its start, in milliseconds of the trace.
        package var start: Int64
        /// GPUs allocated on average, in whole-GPU equivalents.
        package var allocatedGPUs = 0.0
        /// GPUs that worked on average; what stood idle inside an allocation is left out.
        package var activeGPUs = 0.0
        /// GPUs idle on GPUs of which a part was in use, on average, in whole-GPU equivalents.
        package var fragmentedGPUs = 0.0
        /// Jobs that waited, on average.
        package var waiting = 0.0
        /// Jobs that ran, on average.
        package var running = 0.0
    }

    /// The spans, in order.
    package let spans: [Span]
    /// How long each is, in milliseconds, the last as well; at least 1.
    package let spanMilliseconds: Int64

    /// The series of a replay.
    init(_ trace: Trace, _ result: SimulationResult, ledger: JobLedger, bins: Int) {
        let wanted = Int64(min(max(bins, 1), 100_000))
        let from = result.firstSubmit
        let length = max(result.makespanMilliseconds, 1)
        let step = max((length + wanted - 1) / wanted, 1)
        let count = Int((length + step - 1) / step)
        var allocated = Accumulator(from: from, step: step, count: count)
        var (active, fragmented, waiting, running) = (allocated, allocated, allocated, allocated)
        for job in 0..<trace.count {
            guard let span = HeldSpan(job, result, ledger) else { continue }
            waiting.add(1, trace.submit[job], span.start)
            running.add(1, span.start, span.end)
            allocated.add(span.held, span.start, span.end)
            active.add(span.busy, span.works, span.end)
        }
        PartialGPU.idle(result) { idle, start, end in fragmented.add(idle, start, end) }
        spanMilliseconds = step
        // The last span may reach past the end; its mean is over the part that was.
        let columns = [allocated, active, fragmented, waiting, running].map { $0.means(until: from + length) }
        spans = (0..<count).map { index in
            Span(
                start: from + Int64(index) * step,
                allocatedGPUs: columns[0][index],
                activeGPUs: columns[1][index],
                fragmentedGPUs: columns[2][index],
                waiting: columns[3][index],
                running: columns[4][index]
            )
        }
    }

    /// Sums amounts over spans of time: each addition touches two spans, whatever its length.
    private struct Accumulator {
        let from: Int64
        let step: Int64
        /// Amount times milliseconds inside a span.
        private var inside: [Double]
        /// Change of the amount that holds for all of a span.
        private var change: [Double]

        init(from: Int64, step: Int64, count: Int) {
            self.from = from
            self.step = step
            inside = Array(repeating: 0, count: count)
            change = Array(repeating: 0, count: count + 1)
        }

        mutating func add(_ amount: Double, _ start: Int64, _ end: Int64) {
            let low = max(start, from)
            guard end > low, !inside.isEmpty else { return }
            let first = min(Int((low - from) / step), inside.count - 1)
            let last = min(Int((end - from) / step), inside.count - 1)
            if first == last {
                inside[first] += amount * Double(end - low)
                return
            }
            inside[first] += amount * Double(from + Int64(first + 1) * step - low)
            inside[last] += amount * Double(end - (from + Int64(last) * step))
            change[first + 1] += amount
            change[last] -= amount
        }

        func means(until end: Int64) -> [Double] {
            var whole = 0.0
            return inside.indices.map { index in
                whole += change[index]
                let length = min(step, end - from - Int64(index) * step)
                return max(whole * Double(step) + inside[index], 0) / Double(max(length, 1))
            }
        }
    }
}
