import Scheduling
import Testing

@Suite("EASY backfill")
struct BackfillTests {
    /// Jobs of at least one millisecond, so that one instant has one pass.
    static func trace(_ seed: UInt64, jobs: Int, most: Int) -> Trace {
        var trace = RandomTrace.wholeGPUs(seed: seed, jobs: jobs, most: most)
        for job in 0..<trace.count {
            trace[job].duration += 1
            // Some jobs outlive what was requested.
            trace[job].requested = max(1, trace[job].requested - (job % 5 == 0 ? 20 : 0))
        }
        return trace
    }

    @Test("every job starts when the slow reference starts it", arguments: 1...25 as ClosedRange<UInt64>)
    func equalsReference(_ seed: UInt64) throws {
        let trace = Self.trace(seed, jobs: 200, most: 14)
        var options = SimulationOptions()
        options.queue = .easy
        let easy = try simulate(trace, on: .pool(gpus: 12), options: options)
        let reference = SlowReference(trace, gpus: 12, backfills: true)
        #expect(Array(easy.start) == reference.start)
        #expect(easy.counters.backfilled == reference.backfilled && reference.backfilled > 5)
        let strict = try simulate(trace, on: .pool(gpus: 12))
        #expect(Array(strict.start) == SlowReference(trace, gpus: 12, backfills: false).start)
    }

    @Test(
        "the head starts no later than if nothing had started behind it, when estimates are true",
        arguments: 1...6 as ClosedRange<UInt64>
    )
    func headIsNeverDelayed(_ seed: UInt64) throws {
        var trace = Self.trace(seed, jobs: 150, most: 4)
        for job in 0..<trace.count { trace[job].requested = trace[job].duration }
        var options = SimulationOptions()
        options.queue = .easy
        // A pool is one node here: the head needs one node with so many GPUs idle.
        for (cluster, sizes) in [
            (ClusterDescription.pool(gpus: 6), [6]), (.nodes([NodeGroup(count: 3, gpus: 4)]), [4, 4, 4]),
        ] {
            let result = try simulate(trace, on: cluster, options: options)
            var checked = 0
            for head in 1..<trace.count where result.start[head] > trace.submit[head] {
                // It became head when the last job before it started, or when it came.
                let since = max(trace.submit[head], result.start[..<head].max() ?? 0)
                guard result.start[head] > since else { continue }
                let before = (0..<trace.count).filter {
                    $0 != head && result.end[$0] > since
                        && (result.start[$0] < since || ($0 < head && result.start[$0] == since))
                }
                let reserved = ([since] + before.map { result.end[$0] }).sorted().first { time in
                    sizes.indices.contains { node in
                        let taken = before.filter { result.end[$0] > time && max(0, Int(result.node[$0])) == node }
                            .reduce(0) { $0 + Int(trace.gpus[$1]) }
                        return sizes[node] - taken >= Int(trace.gpus[head])
                    }
                }
                #expect(result.start[head] <= (reserved ?? since))
                checked += 1
            }
            #expect(checked > 10 && result.counters.backfilled > 5)
        }
    }

    @Test("a long job goes beside the reservation, a short one under it, in order of arrival")
    func byHand() throws {
        func job(_ id: Int64, _ submit: Int64, _ duration: Int64, _ gpus: Int32) -> TraceJob {
            TraceJob(id: id, submit: submit, duration: duration, requested: duration, gpus: gpus)
        }
        var trace = Trace()
        trace.append(job(1, 0, 100, 6))  // runs 0...100
        trace.append(job(2, 1, 50, 7))  // head: fits at 100, with 3 of 10 to spare
        trace.append(job(3, 2, 500, 4))  // long, too wide to go beside
        trace.append(job(4, 3, 97, 1))  // ends by 100: under the reservation
        trace.append(job(5, 4, 500, 3))  // long, and takes all 3 that are to spare
        trace.append(job(6, 5, 500, 1))  // long: none to spare any more
        var options = SimulationOptions()
        options.queue = .easy
        let result = try simulate(trace, on: .pool(gpus: 10), options: options)
        #expect(Array(result.start) == [0, 100, 150, 3, 4, 150])
        #expect(result.counters.backfilled == 2)
    }
}
