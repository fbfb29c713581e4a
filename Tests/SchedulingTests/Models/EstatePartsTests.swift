import Estate
import Scheduling
import Testing

/// Parts of a mixed estate have hosts and a queue of their own.
@Suite struct EstatePartsTests {
    private static func pool(hosts: Int) throws -> HostPool {
        let gpu = try GPUCatalogue.standard().gpu(named: "h100-sxm-80gb")
        return HostPool(
            hosts: hosts,
            gpusPerHost: 8,
            gpuType: "h100-sxm-80gb",
            gpuMemoryMiB: 81_920,
            geometry: try gpu.mig()
        )
    }

    private static func mixed(_ hosts: [Int], second: ReplayModel = .dynamicMIG) -> ReplayModel {
        .mixed([
            .init(name: "a", model: .wholeGPU, overheads: ModelOverheads(), hosts: hosts[0], classes: [0]),
            .init(name: "b", model: second, overheads: ModelOverheads(), hosts: hosts[1], classes: [1]),
        ])
    }

    private static func prepared(_ trace: Trace, _ model: ReplayModel, hosts: Int) throws -> PreparedReplay {
        let work = try WorkTrace(trace, under: RecordedModel(.bareMetal), traits: TraitTable())
        return try PreparedReplay(work, on: pool(hosts: hosts), model: model)
    }

    @Test(arguments: [QueueDiscipline.fcfs, .easy, .fairShare(halfLife: 3_600_000), .priority])
    func `the head of one part's queue does not hold up another part`(queue: QueueDiscipline) throws {
        var trace = Trace()
        for id in 0..<2 {
            trace.append(
                TraceJob(id: Int64(id), submit: Int64(id) * 10_000, duration: 10_000_000, gpus: 8, speedClass: 0)
            )
        }
        for id in 2..<4 {
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: Int64(id) * 10_000,
                    duration: 100_000,
                    gpus: 1,
                    gpuMemoryMiB: 5_000,
                    speedClass: 1
                )
            )
        }
        var options = SimulationOptions()
        options.queue = queue
        let result = try Self.prepared(trace, Self.mixed([1, 1]), hosts: 2).replay(options).result
        #expect(result.start[1] == result.end[0])
        #expect(result.start[2] == trace.submit[2] && result.start[3] == trace.submit[3])
        #expect(result.node[2] == 1 && result.slice[2] != SimulationResult.noSlice)
        #expect(result.counters.queuedMilliseconds == result.start[1] - trace.submit[1])
    }

    @Test func `what comes of the parts is what each alone would see, and adds up`() throws {
        var trace = Trace()
        for id in 0..<400 {
            let isSecond = id % 3 == 0
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: Int64(id) * 7_000,
                    duration: 50_000 + Int64(id * 7_919 % 300_000),
                    gpus: isSecond ? [1, 2, 4][id % 9 / 3] : [1, 8, 16][id % 3],
                    gpuMemoryMiB: 6_000,
                    speedClass: isSecond ? 1 : id % 50 == 1 ? 7 : 0
                )
            )
        }
        var options = SimulationOptions()
        options.sampleEveryMilliseconds = 20_000
        let model = Self.mixed([2, 1], second: .wholeGPU)
        let result = try Self.prepared(trace, model, hosts: 3).replay(options).result
        var completed = 0
        for part in 0..<2 {
            var own = Trace()
            var jobs: [Int] = []
            for job in 0..<trace.count where Int(trace.speedClass[job]) == part {
                own.append(trace[job])
                jobs.append(job)
            }
            let alone = try Self.prepared(own, .wholeGPU, hosts: part == 0 ? 2 : 1).replay().result
            #expect(jobs.map { result.start[$0] } == Array(alone.start))
            #expect(jobs.map { result.end[$0] } == Array(alone.end))
            #expect(jobs.map { result.node[$0] } == alone.node.map { $0 + (part == 0 ? 0 : 2) })
            completed += alone.counters.completed
        }
        #expect(result.counters.completed == completed && result.gpuCount == 24)
        #expect(result.counters.rejected == (0..<trace.count).count { trace.speedClass[$0] == 7 })
        #expect(result.lastEnd == result.end.max())
        for sample in result.series {
            let running = (0..<trace.count).filter {
                result.start[$0] >= 0 && result.start[$0] <= sample.time && result.end[$0] > sample.time
            }
            let waiting = (0..<trace.count).count {
                !result.outcome[$0].isRejected && trace.submit[$0] <= sample.time && result.start[$0] > sample.time
            }
            #expect(sample.running == running.count && sample.waiting == waiting)
            #expect(abs(sample.allocatedGPUs - running.reduce(0) { $0 + Double(trace.gpus[$1]) }) < 1e-6)
        }
        #expect(result.series.count > 10)
    }

    // MARK: Profiles that jobs name

    private static func named(_ jobs: [(profile: String, memory: Int32, gpus: Int32)]) throws -> PreparedReplay {
        var trace = Trace()
        trace.profiles = jobs.map(\.profile)
        for (id, job) in jobs.enumerated() {
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: 0,
                    duration: 100_000,
                    gpus: job.gpus,
                    profile: Int32(id),
                    gpuMemoryMiB: job.memory
                )
            )
        }
        let geometry = try pool(hosts: 1).geometry
        let work = try WorkTrace(
            trace,
            under: RecordedModel(.bareMetal, geometry: geometry),
            traits: TraitTable()
        )
        return try PreparedReplay(work, on: pool(hosts: 1), model: .dynamicMIG)
    }

    @Test func `a profile with less memory than the job states is never given`() throws {
        let prepared = try Self.named([
            ("1g.10gb", 0, 1), ("1g.10gb", 9_000, 1), ("1g.10gb", 30_000, 1), ("1g.10gb", 70_000, 1),
            ("1g.10gb", 30_000, 2),
        ])
        let given = prepared.trace.profile.map { $0 == TraceJob.none ? "whole" : prepared.trace.profiles[Int($0)] }
        #expect(given == ["1g.10gb", "1g.10gb", "3g.40gb", "whole", "3g.40gb"])
        #expect(prepared.slices?.raised == 3 && prepared.slices?.named == 5)
    }

    // MARK: Fixed layouts

    /// Jobs of one GPU with a memory, and one of two GPUs, on GPUs of one layout.
    private static func fixed(_ profiles: [String], memory: [Int32], named: String? = nil) throws -> PreparedReplay {
        let pool = try pool(hosts: 1)
        let geometry = try #require(pool.geometry)
        let layout = try #require(try geometry.layouts().first { $0.profiles == profiles.sorted() })
        var trace = Trace()
        if let named { trace.profiles = [named] }
        for (id, memory) in memory.enumerated() {
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: 0,
                    duration: 100_000,
                    gpus: 1,
                    profile: named == nil ? TraceJob.none : 0,
                    gpuMemoryMiB: memory
                )
            )
        }
        trace.append(TraceJob(id: 99, submit: 0, duration: 100_000, gpus: 2))
        let work = try WorkTrace(trace, under: RecordedModel(.bareMetal, geometry: geometry), traits: TraitTable())
        return try PreparedReplay(work, on: pool, model: .staticMIG(layout: layout, hosts: 1))
    }

    @Test(
        arguments: [
            (["4g.40gb", "2g.20gb", "1g.10gb"], [30_000, 0] as [Int32], ["4g.40gb", "whole", "whole"]),
            (["7g.80gb"], [30_000, 0], ["7g.80gb", "7g.80gb", "whole"]),
            (["3g.40gb", "3g.40gb"], [50_000], ["whole", "whole"]),
        ]
    )
    func `a layout gives what it has, the largest part too, and never one instance to a job of several GPUs`(
        profiles: [String],
        memory: [Int32],
        expected: [String]
    ) throws {
        let prepared = try Self.fixed(profiles, memory: memory)
        let given = prepared.trace.profile.map { $0 == TraceJob.none ? "whole" : prepared.trace.profiles[Int($0)] }
        #expect(given == expected)
        let result = try prepared.replay().result
        for (job, given) in given.enumerated() {
            #expect(result.outcome[job].isRejected == (given == "whole"), "\(job)")
        }
    }

    @Test func `a named profile that the layout lacks becomes the next that is no slower, and is counted`() throws {
        let raised = try Self.fixed(["4g.40gb", "2g.20gb", "1g.10gb"], memory: [0], named: "3g.40gb")
        #expect(raised.trace.profiles[Int(raised.trace.profile[0])] == "4g.40gb" && raised.slices?.replaced == 1)
        let slower = try Self.fixed(["3g.40gb", "3g.40gb"], memory: [0], named: "4g.40gb")
        #expect(slower.trace.profile[0] == TraceJob.none && slower.slices?.replaced == 1)
        #expect(try slower.replay().result.outcome[0].isRejected)
    }

    @Test func `one set of media engines serves one instance of a GPU`() throws {
        let prepared = try Self.named((0..<16).map { _ in ("1g.10gb+me", 0, 1) } + [("1g.10gb", 0, 1)])
        #expect(prepared.trace.profiles[Int(prepared.trace.profile[0])] == "1g.10gb+me")
        let result = try prepared.replay().result
        for job in 0..<16 {
            for other in 0..<job where result.gpuMask[job] == result.gpuMask[other] {
                #expect(result.end[other] <= result.start[job] || result.end[job] <= result.start[other])
            }
        }
        #expect((0..<16).count { result.start[$0] == 0 } == 8)
        #expect(result.start[16] >= 0)
    }

    @Test func `a share without a memory takes a slot that is as large`() throws {
        var trace = Trace()
        for milli in [250, 500] as [Int32] {
            trace.append(TraceJob(id: Int64(milli), submit: 0, duration: 1_000, gpus: 1, gpuMilli: milli))
        }
        let prepared = try Self.prepared(trace, .timeSliced(slots: 4), hosts: 1)
        #expect(Array(prepared.trace.gpuMilli) == [250, 1_000])
    }
}
