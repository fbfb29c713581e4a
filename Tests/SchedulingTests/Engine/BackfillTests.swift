import Estate
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

    /// What each job got in the order of its parts.
    static func places(_ result: SimulationResult, _ job: Int) -> [[UInt64]] {
        guard result.node[job] >= 0 else { return [] }
        return LawTests.places(result, job).map { [UInt64($0.node), $0.mask] }
    }

    static func expectReference(
        _ trace: Trace,
        on group: NodeGroup,
        policy: PlacementPolicy
    ) throws -> SimulationResult {
        var options = SimulationOptions()
        options.queue = .easy
        options.placement = policy
        let easy = try simulate(trace, on: .nodes([group]), options: options)
        let reference = SlowNodeReference(trace, on: group, policy: policy)
        #expect(Array(easy.start) == reference.start)
        #expect(easy.counters.backfilled == reference.backfilled)
        let moved = (0..<trace.count).first { job in
            Self.places(easy, job) != reference.places[job].map { [UInt64($0.node), $0.mask] }
        }
        #expect(moved == nil)
        return easy
    }

    @Test(
        "on nodes every job starts when and where the slow reference starts it",
        arguments: LawTests.policies,
        1...4 as ClosedRange<UInt64>
    )
    func equalsReferenceOnNodes(_ policy: PlacementPolicy, _ seed: UInt64) throws {
        // Up to 14 GPUs on 4 nodes of 4: jobs of one to four nodes; some hold more CPU than GPUs.
        var trace = Self.trace(seed, jobs: 250, most: 14)
        for job in 0..<trace.count {
            trace[job].cpuMilli = Int32(1_000 * (1 + (job * 7) % 9)) * trace.gpus[job] / 2
            trace[job].memoryMiB = 100 * Int32(1 + (job * 5) % 11)
        }
        let group = NodeGroup(count: 4, cpuMilli: 16_000, memoryMiB: 2_000, gpus: 4)
        let easy = try Self.expectReference(trace, on: group, policy: policy)
        #expect(easy.counters.backfilled > 20 && easy.furtherNodes.count > 50)
        #expect(easy.counters.completed > 200)
    }

    @Test("a week of the example trace on a quarter of its GPUs starts as in the slow reference")
    func exampleTraceOnNodes() throws {
        let month = try Read.trace(ExampleTrace.csv()).trace
        let trace = month.selecting(Array(0..<1_300))
        let group = NodeGroup(count: 2, cpuMilli: 128_000, memoryMiB: 1_024 * 1_024, gpus: 8)
        let easy = try Self.expectReference(trace, on: group, policy: .bestFit)
        #expect(easy.counters.completed == 1_300 && easy.counters.backfilled > 300 && easy.furtherNodes.count > 0)
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

    @Test(
        "a GPU that MIG cuts is drained singly: the other GPU of its node takes instances that outlast the reservation"
    )
    func drainsOneGPU() throws {
        let geometry = try GPUCatalogue.standard().gpu(named: "a100-sxm-80gb").mig()
        var trace = Trace()
        trace.profiles = ["4g.40gb", "1g.10gb", "3g.40gb"]
        func add(_ submit: Int64, _ duration: Int64, profile: Int32 = TraceJob.none, cpu: Int32 = 0) {
            trace.append(
                TraceJob(
                    id: Int64(trace.count + 1),
                    submit: submit,
                    duration: duration,
                    requested: duration,
                    gpus: 1,
                    profile: profile,
                    cpuMilli: cpu
                )
            )
        }
        add(0, 100, profile: 0, cpu: 2_000)  // runs on GPU 0 until 100
        add(0, 1_000, profile: 0, cpu: 2_000)  // runs on GPU 1: two 4g do not fit on one
        add(1, 50, cpu: 9_000)  // head: a whole GPU, GPU 0 at 100; 11 of 20 CPUs are then free or used beside it
        add(2, 500, profile: 1, cpu: 1_000)  // outlasts that: on GPU 1, beside the 4g
        add(3, 500, profile: 2, cpu: 1_000)  // outlasts it, and GPU 1 has no room for 3g
        add(4, 90, profile: 1, cpu: 1_000)  // ends by then: best fit puts it on GPU 1 as well
        add(5, 80, profile: 2, cpu: 1_000)  // ends by then: under the reservation, on GPU 0
        add(6, 500, profile: 1, cpu: 9_000)  // outlasts it: CPU is there now, but not at 100
        var options = SimulationOptions()
        options.queue = .easy
        let group = NodeGroup(count: 1, cpuMilli: 20_000, gpus: 2, partition: .mig(geometry))
        let result = try simulate(trace, on: .nodes([group]), options: options)
        #expect(Array(result.start.prefix(7)) == [0, 0, 100, 2, 150, 4, 5])
        #expect(result.start[7] >= 150)
        #expect(Array(result.gpuMask.prefix(7)) == [1, 2, 1, 2, 1, 2, 1])
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
