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
    /// GPU-milliseconds in which jobs worked.
    package let activeGPUMilliseconds: Double
    /// GPU-milliseconds idle on GPUs of which a part was in use.
    package let fragmentedGPUMilliseconds: Double

    /// The series of a replay.
    init(_ trace: Trace, _ result: SimulationResult, ledger: JobLedger, bins: Int) {
        let wanted = Int64(min(max(bins, 1), 100_000))
        let from = result.firstSubmit
        let length = max(result.makespanMilliseconds, 1)
        let step = max((length + wanted - 1) / wanted, 1)
        let count = Int((length + step - 1) / step)
        var allocated = Accumulator(from: from, step: step, count: count)
        var (active, fragmented, waiting, running) = (allocated, allocated, allocated, allocated)
        var activeTotal = 0.0
        var parts: [Part] = []
        for job in 0..<trace.count where result.start[job] != SimulationResult.never {
            let start = result.start[job]
            // Without departures what runs, runs to the end of the replay.
            let end = result.end[job] == SimulationResult.never ? result.lastEnd : result.end[job]
            let held = Double(result.gpuEquivalents[job])
            waiting.add(1, trace.submit[job], start)
            running.add(1, start, end)
            allocated.add(held, start, end)
            let begins = min(start + max(ledger.inactive[job], 0), end)
            let busy = min(held, Double(ledger.busyGPUs[job]))
            active.add(busy, begins, end)
            activeTotal += busy * Double(end - begins)
            if result.gpuMask[job].nonzeroBitCount == 1, held < 1 - 1e-6, held > 0, end > start {
                let gpu = Int64(result.node[job]) * 64 + Int64(result.gpuMask[job].trailingZeroBitCount)
                parts.append(Part(gpu: gpu, start: start, end: end, held: held))
            }
        }
        var fragmentedTotal = 0.0
        Self.fragments(parts) { idle, start, end in
            fragmented.add(idle, start, end)
            fragmentedTotal += idle * Double(end - start)
        }
        activeGPUMilliseconds = activeTotal
        fragmentedGPUMilliseconds = fragmentedTotal
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

    /// A part of a GPU and when it was held.
    private struct Part {
        let gpu: Int64
        let start: Int64
        let end: Int64
        let held: Double
    }

    /// The idle rest of each GPU while a part of it is in use, by sweeping the ends of its parts.
    private static func fragments(_ parts: [Part], _ found: (_ idle: Double, _ start: Int64, _ end: Int64) -> Void) {
        var edges: [(gpu: Int64, time: Int64, change: Double)] = []
        edges.reserveCapacity(parts.count * 2)
        for part in parts {
            edges.append((part.gpu, part.start, part.held))
            edges.append((part.gpu, part.end, -part.held))
        }
        edges.sort { ($0.gpu, $0.time) < ($1.gpu, $1.time) }
        var (held, jobs) = (0.0, 0)
        for (index, edge) in edges.enumerated() {
            held += edge.change
            jobs += edge.change > 0 ? 1 : -1
            // Sums of parts do not come back to 0 exactly.
            if jobs == 0 { held = 0 }
            guard jobs > 0, index + 1 < edges.count, edges[index + 1].gpu == edge.gpu else { continue }
            let idle = max(1 - held, 0)
            if idle > 1e-6, edges[index + 1].time > edge.time { found(idle, edge.time, edges[index + 1].time) }
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
