import Estate
import Probability
import Scheduling
import Testing

@Suite("Replay under policies that score nodes")
struct NodeScoreReplayTests {
    static let policies = PlacementPolicy.allCases.filter(\.scoresNodes)
    static let queues: [QueueDiscipline] = [.fcfs, .easy, .priority, .fairShare(halfLife: 5_000)]

    /// Shares, whole GPUs, gangs and CPU jobs that come and go, some of no length, some that never fit.
    static func trace(_ seed: UInt64, jobs: Int) -> Trace {
        var random = RandomGenerator(seed: seed, stream: 21)
        let shapes = PlacementWorkload.trace(seed, jobs: jobs)
        var trace = Trace()
        trace.gpuTypes = shapes.gpuTypes
        var time: Int64 = 0
        for index in 0..<jobs {
            var job = shapes[index]
            time += Int64(random.index(below: 300)) * Int64(random.index(below: 2))
            job.submit = time
            job.duration = Int64(random.index(below: 4_000))
            job.requested = job.duration + Int64(random.index(below: 3) * random.index(below: 2_000))
            job.team = Int32(random.index(below: 3))
            job.priority = Int32(random.index(below: 4))
            if job.gpus > 0, job.gpuMilli == 1_000, random.index(below: 4) == 0 {
                job.gpus = Int32(2 + random.index(below: 11))
                job.nodes = Int32(random.index(below: 4))
            }
            trace.append(job)
        }
        return trace
    }

    static func replay(
        _ trace: Trace,
        _ seed: UInt64,
        _ policy: PlacementPolicy,
        _ queue: QueueDiscipline = .fcfs
    ) throws -> SimulationResult {
        var options = SimulationOptions()
        options.placement = policy
        options.queue = queue
        options.seed = seed
        return try simulate(trace, on: .nodes(PlacementWorkload.groups(seed)), options: options)
    }

    /// What a job has: node, GPUs.
    private func places(_ result: SimulationResult, _ job: Int) -> [(node: Int, mask: UInt64)] {
        [(Int(result.node[job]), result.gpuMask[job])]
            + result.furtherNodes.filter { $0.job == job }.map { (Int($0.node), $0.gpuMask) }
    }

    @Test(
        "No thousandth of a GPU, no CPU and no memory is given twice; what is not refused ends, and GPU time adds up",
        arguments: policies,
        1...4 as ClosedRange<UInt64>
    )
    func nothingTwice(_ policy: PlacementPolicy, _ seed: UInt64) throws {
        let trace = Self.trace(seed, jobs: 250)
        let nodes = PlacementWorkload.groups(seed).flatMap { Array(repeating: $0, count: $0.count) }
        for queue in Self.queues {
            let result = try Self.replay(trace, seed, policy, queue)
            #expect(result.counters.completed + result.counters.rejected == trace.count)
            #expect(result.counters.completed > 150)
            #expect(queue != .easy || result.counters.backfilled > 0)
            var held = 0.0
            var gangs = 0
            for job in 0..<trace.count where result.outcome[job] == .completed {
                #expect(result.start[job] >= trace.submit[job])
                #expect(result.end[job] - result.start[job] == trace.duration[job])
                let given = places(result, job).reduce(0) { $0 + $1.mask.nonzeroBitCount }
                #expect(given == Int(trace.gpus[job]))
                gangs += places(result, job).count > 1 ? 1 : 0
                let equivalents = Double(trace.gpus[job]) * Double(trace.gpuMilli[job]) / 1_000
                #expect(abs(Double(result.gpuEquivalents[job]) - equivalents) < 1e-6)
                held += equivalents * Double(trace.duration[job])
            }
            #expect(gangs > 0)
            #expect(abs(held - result.allocatedGPUMilliseconds) <= 1e-6 * held)
            for moment in 0..<trace.count where result.start[moment] >= 0 {
                let now = result.start[moment]
                var cpu = nodes.map { $0.cpuMilli ?? 0 }
                var memory = nodes.map { $0.memoryMiB ?? 0 }
                var left = nodes.map { Array(repeating: 1_000, count: $0.gpus) }
                for job in 0..<trace.count
                where result.start[job] >= 0 && result.start[job] <= now && result.end[job] > now {
                    for (node, mask) in places(result, job) {
                        let gpus = Int64(mask.nonzeroBitCount)
                        let total = max(1, Int64(trace.gpus[job]))
                        let part = trace.gpus[job] == 0 ? 1 : gpus
                        cpu[node] -= (Int64(trace.cpuMilli[job]) * part + total - 1) / total
                        memory[node] -= (Int64(trace.memoryMiB[job]) * part + total - 1) / total
                        for gpu in left[node].indices where mask & (1 << UInt64(gpu)) != 0 {
                            left[node][gpu] -= Int(trace.gpuMilli[job])
                        }
                        #expect(mask >> UInt64(nodes[node].gpus) == 0)
                        if trace.gpuTypeMask[job] != 0, trace.gpus[job] > 0 {
                            let type = try #require(trace.gpuTypes.firstIndex(of: nodes[node].gpuType))
                            #expect(trace.gpuTypeMask[job] & (1 << UInt64(type)) != 0)
                        }
                    }
                }
                #expect(cpu.allSatisfy { $0 >= 0 } && memory.allSatisfy { $0 >= 0 })
                #expect(left.allSatisfy { $0.allSatisfy { $0 >= 0 } })
            }
        }
    }

    @Test("Under FCFS nobody starts before one who came earlier", arguments: policies, 5...8 as ClosedRange<UInt64>)
    func orderHolds(_ policy: PlacementPolicy, _ seed: UInt64) throws {
        let result = try Self.replay(Self.trace(seed, jobs: 400), seed, policy)
        let starts = result.start.filter { $0 >= 0 }
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(starts.count > 200)
    }

    @Test("The same seed gives the same places, and another seed others where a policy draws")
    func seeds() throws {
        let trace = Self.trace(9, jobs: 300)
        for policy in Self.policies {
            let one = try Self.replay(trace, 9, policy, .easy)
            let two = try Self.replay(trace, 9, policy, .easy)
            #expect(one.node == two.node && one.gpuMask == two.gpuMask && one.start == two.start)
        }
        var options = SimulationOptions()
        options.placement = .random
        options.seed = 10
        let other = try simulate(trace, on: .nodes(PlacementWorkload.groups(9)), options: options)
        #expect(other.node != (try Self.replay(trace, 9, .random)).node)
    }

    @Test(
        "Without departures each job is where the placement study puts it",
        arguments: policies,
        [3, 4, 5] as [UInt64]
    )
    func agreesWithStudy(_ policy: PlacementPolicy, _ seed: UInt64) throws {
        let shapes = PlacementWorkload.trace(seed, jobs: 400)
        var trace = Trace()
        trace.gpuTypes = shapes.gpuTypes
        for index in 0..<shapes.count {
            var job = shapes[index]
            // A study knows no jobs of several nodes, and to it a job without GPUs has no GPU type.
            job.nodes = 1
            if job.gpus == 0 { job.gpuTypes = 0 }
            trace.append(job)
        }
        let cluster = ClusterDescription.nodes(PlacementWorkload.groups(seed))
        var options = SimulationOptions()
        options.placement = policy
        options.departures = false
        options.seed = seed
        let result = try simulate(trace, on: cluster, options: options)
        var studyOptions = PlacementStudyOptions()
        studyOptions.policy = policy
        studyOptions.seed = seed
        studyOptions.shuffles = false
        let study = try PlacementStudy.run(trace, on: cluster, options: studyOptions)
        #expect(result.node == study.node)
        #expect(result.gpuMask == study.gpuMask)
        #expect(result.node.count { $0 >= 0 } > 40)
    }

    @Test("Jobs that come and go are put where the naive reading of the definitions puts them")
    func agreesWithNaive() throws {
        // One job at a time arrives; every second job is gone before the next comes.
        let seed: UInt64 = 12
        let groups = PlacementWorkload.groups(seed)
        let shapes = PlacementWorkload.trace(seed, jobs: 300)
        var trace = Trace()
        trace.gpuTypes = shapes.gpuTypes
        for index in 0..<shapes.count {
            var job = shapes[index]
            job.submit = Int64(index) * 10
            job.duration = index % 2 == 0 ? 5 : 1_000_000_000
            trace.append(job)
        }
        for policy in Self.policies where policy != .random {
            var naive = NaivePlacement(groups, trace)
            let result = try Self.replayFCFS(trace, groups, policy)
            var compared = 0
            for job in 0..<trace.count {
                guard let request = NodeRequest(trace[job]), !result.outcome[job].isRejected else { continue }
                let memory = Int64(trace.memoryMiB[job])
                let before = naive.nodes
                guard let place = naive.place(request, memory: memory, policy) else { break }
                #expect(place.node == Int(result.node[job]) && place.mask == result.gpuMask[job])
                compared += 1
                if job % 2 == 0 { naive.nodes = before }
            }
            #expect(compared > 40)
        }
    }

    private static func replayFCFS(
        _ trace: Trace,
        _ groups: [NodeGroup],
        _ policy: PlacementPolicy
    ) throws -> SimulationResult {
        var options = SimulationOptions()
        options.placement = policy
        return try simulate(trace, on: .nodes(groups), options: options)
    }

    @Test("EASY delays no head: a head starts no later than when all that ran at its turn is expected to have ended")
    func easyDelaysNoHead() throws {
        // Node 0 is busy to 100, node 1 to 50. The head wants a whole node: node 1 at 50. Behind it come a long share,
        // which must not go to node 1, and a short one, which may go anywhere that is free.
        for policy in Self.policies {
            var trace = Trace()
            func add(_ submit: Int64, _ duration: Int64, gpus: Int32, milli: Int32 = 1_000) {
                let id = Int64(trace.count)
                trace.append(
                    TraceJob(
                        id: id,
                        submit: submit,
                        duration: duration,
                        requested: duration,
                        gpus: gpus,
                        gpuMilli: milli
                    )
                )
            }
            add(0, 100, gpus: 3)
            add(0, 50, gpus: 3)
            add(1, 10, gpus: 4)
            add(2, 500, gpus: 1, milli: 500)
            add(3, 500, gpus: 1)
            add(4, 40, gpus: 1)
            let groups = [NodeGroup(count: 2, gpuType: "A100", gpus: 4, partition: .shares)]
            var options = SimulationOptions()
            options.placement = policy
            options.queue = .easy
            let result = try simulate(trace, on: .nodes(groups), options: options)
            #expect(result.node[0] != result.node[1])
            #expect(result.start[2] == 50 && result.node[2] == result.node[1])
            #expect(result.start[3] == 2 && result.node[3] == result.node[0])
            // No GPU is left beside the reservation; on it one is, until 50.
            #expect(result.start[4] == 60 || result.start[4] == 100)
            #expect(result.start[5] == 4 && result.node[5] == result.node[1])
        }
    }

    @Test("A gang whose first parts the policy puts badly still runs on the empty cluster")
    func gangsNeverHang() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var trace = Trace()
            for id in 0..<40 {
                trace.append(
                    TraceJob(
                        id: Int64(id),
                        submit: Int64(id),
                        duration: 10,
                        gpus: 5,
                        cpuMilli: 10_000,
                        nodes: 2
                    )
                )
            }
            // Three GPUs fit on node 1 only; the two others fit on either.
            let groups = [
                NodeGroup(name: "small", count: 1, cpuMilli: 4_000, gpuType: "A", gpus: 2, partition: .shares),
                NodeGroup(name: "large", count: 1, cpuMilli: 6_000, gpuType: "A", gpus: 4, partition: .shares),
            ]
            for policy in Self.policies {
                let result = try Self.replaySeeded(trace, groups, policy, seed)
                #expect(result.counters.completed == 40)
            }
        }
    }

    private static func replaySeeded(
        _ trace: Trace,
        _ groups: [NodeGroup],
        _ policy: PlacementPolicy,
        _ seed: UInt64
    ) throws -> SimulationResult {
        var options = SimulationOptions()
        options.placement = policy
        options.seed = seed
        return try simulate(trace, on: .nodes(groups), options: options)
    }

    @Test("Where GPUs are given whole a share takes a whole one; MIG nodes and mixed nodes are refused by name")
    func partitions() throws {
        var trace = Trace()
        for id in 0..<3 {
            trace.append(TraceJob(id: Int64(id), submit: 0, duration: 10, gpus: 1, gpuMilli: 300))
        }
        let whole = NodeGroup(name: "w", count: 1, gpuType: "A", gpus: 2)
        let result = try Self.replayFCFS(trace, [whole], .fragmentationGradient)
        #expect(Array(result.start) == [0, 0, 10])
        #expect(Array(result.gpuEquivalents) == [1, 1, 1])

        let shared = NodeGroup(name: "s", count: 1, gpuType: "A", gpus: 2, partition: .shares)
        #expect(throws: SimulationError.self) { try Self.replayFCFS(trace, [whole, shared], .gpuPacking) }
        let geometry = try GPUCatalogue.standard().gpu(named: "a100-sxm-80gb").mig()
        let mig = NodeGroup(name: "m", count: 1, gpuType: "A", gpus: 2, partition: .mig(geometry))
        let error = #expect(throws: SimulationError.self) { try Self.replayFCFS(trace, [mig], .random) }
        #expect(
            error.map { "\($0)" }
                == "the policy 'random' places whole GPUs and shares, and m is cut into MIG instances; "
                + "use expected-fragmentation, best-fit, first-fit or worst-fit"
        )
    }
}
