/// What became of the GPU time that there was: allocated, active, idle beside a part in use.
///
/// The one definition of these shares, for summaries, sweeps, reports and charts.
package struct ReplayShares: Sendable, Hashable {
    /// GPU time allocated over GPU time there was, 0 to 1.
    package let allocated: Double
    /// GPU time in which jobs worked, at most what they keep busy, over GPU time there was, 0 to 1.
    package let active: Double
    /// GPU time idle on GPUs of which a part was in use, over GPU time there was, 0 to 1.
    package let fragmented: Double

    /// The shares of a replay, the ledger being in step with the trace.
    package init(_ trace: Trace, _ result: SimulationResult, ledger: JobLedger) {
        var (worked, idle) = (0.0, 0.0)
        for job in 0..<trace.count {
            guard let span = HeldSpan(job, result, ledger) else { continue }
            worked += span.busy * Double(span.end - span.works)
        }
        PartialGPU.idle(result) { amount, start, end in idle += amount * Double(end - start) }
        let available = Double(result.gpuCount) * Double(result.makespanMilliseconds)
        allocated = result.allocatedShare
        active = available > 0 ? worked / available : 0
        fragmented = available > 0 ? idle / available : 0
    }
}

/// What one job that started held, and from when it worked.
struct HeldSpan {
    /// When it started.
    let start: Int64
    /// When it began to work: start-up and the creation of instances come before.
    let works: Int64
    /// When it ended; the end of the replay for one that never did.
    let end: Int64
    /// What it held, in whole-GPU equivalents.
    let held: Double
    /// What of that it kept busy while it worked.
    let busy: Double

    /// Of a job; nil where it did not start.
    init?(_ job: Int, _ result: SimulationResult, _ ledger: JobLedger) {
        guard result.start[job] != SimulationResult.never else { return nil }
        start = result.start[job]
        end = result.end[job] == SimulationResult.never ? result.lastEnd : result.end[job]
        works = min(start + max(ledger.inactive[job], 0), end)
        held = Double(result.gpuEquivalents[job])
        busy = min(held, Double(ledger.busyGPUs[job]))
    }
}

/// GPUs of which a part is in use and a part is not.
enum PartialGPU {
    /// Calls for every span in which a part of some GPU was in use, with what of it was idle, GPU by GPU.
    static func idle(_ result: SimulationResult, _ found: (_ idle: Double, _ start: Int64, _ end: Int64) -> Void) {
        var edges: [(gpu: Int64, time: Int64, change: Double)] = []
        func add(_ job: Int, _ node: Int32, _ mask: UInt64, _ held: Double) {
            let end = result.end[job] == SimulationResult.never ? result.lastEnd : result.end[job]
            guard mask.nonzeroBitCount == 1, held < 1 - 1e-6, held > 0, end > result.start[job] else { return }
            let gpu = Int64(node) * 64 + Int64(mask.trailingZeroBitCount)
            edges.append((gpu, result.start[job], held))
            edges.append((gpu, end, -held))
        }
        // Several instances of one job are alike, and each is a part of its own GPU.
        var parts: [Int: Int] = [:]
        for further in result.furtherNodes { parts[further.job, default: 1] += 1 }
        for job in result.start.indices where result.start[job] != SimulationResult.never {
            let held = Double(result.gpuEquivalents[job]) / Double(parts.isEmpty ? 1 : parts[job] ?? 1)
            add(job, result.node[job], result.gpuMask[job], held)
        }
        for further in result.furtherNodes {
            let held = Double(result.gpuEquivalents[further.job]) / Double(parts[further.job] ?? 1)
            add(further.job, further.node, further.gpuMask, held)
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
}

extension SimulationResult {
    /// GPUs idle on GPUs of which a part was in use, at each sample of ``series``, in whole-GPU equivalents.
    ///
    /// As the samples themselves: the state after everything that happened at or before their time.
    package var fragmentedGPUs: [Double] {
        guard !series.isEmpty else { return [] }
        var edges: [(time: Int64, change: Double)] = []
        PartialGPU.idle(self) { amount, start, end in
            edges.append((start, amount))
            edges.append((end, -amount))
        }
        edges.sort { ($0.time, $0.change) < ($1.time, $1.change) }
        var (next, sum) = (0, 0.0)
        return series.map { sample in
            while next < edges.count, edges[next].time <= sample.time {
                sum += edges[next].change
                next += 1
            }
            // What is added and taken in another order may leave a rest.
            return sum > 1e-6 ? sum : 0
        }
    }
}
