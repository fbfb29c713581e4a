import Estate
import Probability
import Scheduling
import Testing

@Suite("Laws of replay")
struct LawTests {
    static let queues: [QueueDiscipline] = [.fcfs, .easy, .priority, .fairShare(halfLife: 500)]
    static let policies: [PlacementPolicy] = [.firstFit, .bestFit, .worstFit]

    static func geometry(_ gpu: String) throws -> MIGGeometry {
        try #require(try GPUCatalogue.standard().gpu(named: gpu).migGeometry)
    }

    /// What a job has on each of its nodes.
    static func places(_ result: SimulationResult, _ job: Int) -> [(node: Int, mask: UInt64)] {
        [(Int(result.node[job]), result.gpuMask[job])]
            + result.furtherNodes.filter { $0.job == job }.map { (Int($0.node), $0.gpuMask) }
    }

    @Test(
        "no slice, GPU, CPU or memory is ever given twice, and what starts ends",
        arguments: ["a100-sxm-80gb", "a30-24gb"],
        1...6 as ClosedRange<UInt64>
    )
    func nothingIsGivenTwice(_ gpu: String, _ seed: UInt64) throws {
        let geometry = try Self.geometry(gpu)
        let names = geometry.plainProfiles.prefix(5).map(\.name)
        let trace = RandomTrace.mixed(seed: seed, jobs: 300, profiles: names)
        let groups = RandomTrace.cluster(geometry)
        let nodes = groups.flatMap { Array(repeating: $0, count: $0.count) }
        for queue in Self.queues {
            for policy in Self.policies {
                var options = SimulationOptions()
                options.queue = queue
                options.placement = policy
                let result = try simulate(trace, on: .nodes(groups), options: options)
                #expect(result.counters.completed + result.counters.rejected == trace.count)
                #expect(result.counters.completed > 100)
                // At each start, add up what runs then.
                for moment in 0..<trace.count where result.start[moment] >= 0 {
                    let now = result.start[moment]
                    var cpu = nodes.map { $0.cpuMilli ?? 0 }
                    var memory = nodes.map { $0.memoryMiB ?? 0 }
                    var whole = nodes.map { _ in UInt64(0) }
                    var layouts: [Int: [MIGInstance]] = [:]
                    for job in 0..<trace.count where result.start[job] >= 0 && result.start[job] <= now {
                        guard result.end[job] > now else { continue }
                        let places = Self.places(result, job)
                        for (node, mask) in places {
                            // Whole GPUs take CPU and memory along; instances are one part each.
                            let isWhole = result.slice[job] == SimulationResult.noSlice && mask != 0
                            let part = isWhole ? Int64(mask.nonzeroBitCount) : 1
                            let all = isWhole ? Int64(trace.gpus[job]) : Int64(places.count)
                            cpu[node] -= Int64(trace.cpuMilli[job]) * part / all
                            memory[node] -= Int64(trace.memoryMiB[job]) * part / all
                            if result.slice[job] == SimulationResult.noSlice {
                                #expect(whole[node] & mask == 0)
                                whole[node] |= mask
                            } else {
                                let code = Int(result.slice[job])
                                let profile = geometry.profiles[code / 64]
                                let start = code % 64
                                let instance = try #require(
                                    try geometry.placements(of: profile).first { $0.start == start }
                                )
                                layouts[node * 64 + mask.trailingZeroBitCount, default: []].append(instance)
                            }
                        }
                    }
                    #expect(cpu.allSatisfy { $0 >= 0 } && memory.allSatisfy { $0 >= 0 })
                    for (place, instances) in layouts {
                        #expect(whole[place / 64] & (1 << UInt64(place % 64)) == 0)
                        #expect(try geometry.isLegal(MIGLayout(instances)))
                    }
                }
            }
        }
    }

    @Test("the sum of GPU time given is the sum of what each job held", arguments: 1...4 as ClosedRange<UInt64>)
    func workIsConserved(_ seed: UInt64) throws {
        let geometry = try Self.geometry("a100-sxm-80gb")
        let trace = RandomTrace.mixed(seed: seed, jobs: 500, profiles: geometry.plainProfiles.map(\.name))
        for queue in Self.queues {
            var options = SimulationOptions()
            options.queue = queue
            options.startUpMilliseconds = 7
            options.repartitionMilliseconds = 5
            options.sampleEveryMilliseconds = 10
            let result = try simulate(trace, on: .nodes(RandomTrace.cluster(geometry)), options: options)
            var held = 0.0
            for job in 0..<trace.count where result.outcome[job] == .completed {
                let isInstance = result.slice[job] != SimulationResult.noSlice
                #expect(result.end[job] - result.start[job] == trace.duration[job] + 7 + (isInstance ? 5 : 0))
                #expect(result.start[job] >= trace.submit[job])
                held += Double(result.gpuEquivalents[job]) * Double(result.end[job] - result.start[job])
            }
            #expect(abs(held - result.allocatedGPUMilliseconds) <= 1e-6 * held)
            #expect(result.allocatedShare > 0 && result.allocatedShare <= 1)
            #expect(result.series.allSatisfy { $0.allocatedGPUs >= 0 && $0.allocatedGPUs <= Double(result.gpuCount) })
            #expect(result.series.last?.running == 0 && result.series.last?.waiting == 0)
        }
    }

    @Test("under FCFS nobody starts before one who came earlier", arguments: 1...10 as ClosedRange<UInt64>)
    func orderHolds(_ seed: UInt64) throws {
        let geometry = try Self.geometry("a100-sxm-80gb")
        let traces: [(Trace, ClusterDescription)] = [
            (RandomTrace.wholeGPUs(seed: seed, jobs: 400, most: 12), .pool(gpus: 10)),
            (
                RandomTrace.mixed(seed: seed, jobs: 400, profiles: geometry.plainProfiles.map(\.name)),
                .nodes(RandomTrace.cluster(geometry))
            ),
        ]
        for (trace, cluster) in traces {
            let result = try simulate(trace, on: cluster)
            let starts = result.start.filter { $0 >= 0 }
            #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(starts.count > 100)
        }
    }

    @Test("strict FCFS of whole GPUs never completes less with one GPU more", arguments: 1...10 as ClosedRange<UInt64>)
    func moreGPUsCompleteMore(_ seed: UInt64) throws {
        let trace = RandomTrace.wholeGPUs(seed: seed, jobs: 300, most: 8)
        var before = try simulate(trace, on: .pool(gpus: 8))
        for gpus in 9...20 {
            let after = try simulate(trace, on: .pool(gpus: gpus))
            for job in 0..<trace.count { #expect(after.end[job] <= before.end[job]) }
            before = after
        }
    }

    @Test("the same seed gives the same bytes, in nodes and in pools", arguments: LawTests.queues)
    func sameSeedSameBytes(_ queue: QueueDiscipline) throws {
        let geometry = try Self.geometry("a100-sxm-80gb")
        var trace = RandomTrace.mixed(seed: 5, jobs: 500, profiles: geometry.plainProfiles.map(\.name))
        for job in 0..<trace.count { trace[job].requested = TraceJob.unknown }
        var options = SimulationOptions()
        options.queue = queue
        options.estimates = .uniform(upTo: 5)
        options.seed = 3
        let one = try simulate(trace, on: .nodes(RandomTrace.cluster(geometry)), options: options)
        let two = try simulate(trace, on: .nodes(RandomTrace.cluster(geometry)), options: options)
        #expect(one.start == two.start && one.end == two.end && one.node == two.node && one.gpuMask == two.gpuMask)
        #expect(one.slice == two.slice && one.counters == two.counters)
        options.seed = 4
        let other = try simulate(trace, on: .nodes(RandomTrace.cluster(geometry)), options: options)
        if queue == .easy { #expect(other.start != one.start) }
    }

    @Test("without departures what does not fit on arrival is lost, and nothing waits")
    func withoutDepartures() throws {
        let trace = RandomTrace.wholeGPUs(seed: 9, jobs: 100, most: 4)
        var options = SimulationOptions()
        options.departures = false
        let result = try simulate(trace, on: .nodes([NodeGroup(count: 4, gpus: 4)]), options: options)
        var given = 0
        for job in 0..<trace.count {
            switch result.outcome[job] {
            case .running: given += Int(trace.gpus[job])
            case .lost: #expect(given + Int(trace.gpus[job]) > 4)
            default: Issue.record("a job is neither running nor lost")
            }
        }
        #expect(given <= 16 && given >= 13)
        #expect(result.counters.queuedMilliseconds == 0 && result.end.allSatisfy { $0 == SimulationResult.never })
    }
}
