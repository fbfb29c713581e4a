import Estate
import Probability
import Scheduling
import Testing

@Suite struct ModelReplayTests {
    private static func pool(hosts: Int = 4, gpus: Int = 8) throws -> HostPool {
        let gpu = try GPUCatalogue.standard().gpu(named: "h100-sxm-80gb")
        return HostPool(
            hosts: hosts,
            gpusPerHost: gpus,
            gpuType: "h100-sxm-80gb",
            gpuMemoryMiB: 81_920,
            geometry: try gpu.mig()
        )
    }

    private static let table = TraitTable(classes: [
        JobTraits(need: SliceSpeedModel.standard.split(0.3), leastSpeed: 0.3),
        JobTraits(need: SliceSpeedModel.standard.split(1), leastSpeed: 2),
    ])

    private static func mix(jobs: Int = 600, seed: UInt64 = 1, gap: Int = 60_000) -> Trace {
        var random = RandomGenerator(seed: seed)
        var trace = Trace()
        var time: Int64 = 0
        for id in 0..<jobs {
            time += Int64(random.index(below: gap))
            let isSmall = random.index(below: 4) > 0
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: time,
                    duration: 60_000 + Int64(random.index(below: 1_000_000)),
                    gpus: isSmall ? 1 : [1, 2, 3, 8, 16][random.index(below: 5)],
                    gpuMemoryMiB: isSmall ? Int32(2_000 + random.index(below: 15_000)) : 60_000,
                    speedClass: isSmall ? 0 : 1
                )
            )
        }
        return trace
    }

    private static func work(_ trace: Trace) throws -> WorkTrace {
        try WorkTrace(trace, under: RecordedModel(.bareMetal), traits: table)
    }

    @Test func `a trace recorded under a model comes back to itself under that model`() throws {
        let trace = Self.mix()
        for overheads in [
            ModelOverheads(), ModelOverheads(overhead: 0.08),
            ModelOverheads(overhead: 0.25, startUpMilliseconds: 45_000),
        ] {
            let work = try WorkTrace(
                trace,
                under: RecordedModel(.vmPassthrough, overheads: overheads),
                traits: Self.table
            )
            #expect(work.swallowed == 0)
            let again = try PreparedReplay(work, on: Self.pool(), model: .wholeGPU, overheads: overheads)
            for job in 0..<trace.count {
                #expect(abs(again.trace.duration[job] - trace.duration[job]) <= 1)
                let bare = Double(trace.duration[job] - overheads.startUpMilliseconds) / (1 + overheads.overhead)
                #expect(abs(Double(work.trace.duration[job]) - bare) <= 0.5)
            }
        }
    }

    @Test func `a trace recorded on MIG instances comes back to itself on them`() throws {
        let pool = try Self.pool()
        var trace = Trace()
        trace.profiles = ["1g.10gb", "3g.40gb"]
        for id in 0..<40 {
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: Int64(id) * 1_000,
                    duration: 100_000,
                    profile: Int32(id % 2),
                    speedClass: 0
                )
            )
        }
        let overheads = ModelOverheads(overhead: 0.03, startUpMilliseconds: 5_000, repartitionMilliseconds: 2_000)
        let model = RecordedModel(.vmVGPUMIG, overheads: overheads, geometry: pool.geometry)
        let work = try WorkTrace(trace, under: model, traits: Self.table)
        #expect(work.trace.duration[0] < 93_000)
        // The memory of the instance stands for the need, so the same profile is chosen again.
        let again = try PreparedReplay(work, on: pool, model: .dynamicMIG, overheads: overheads).replay()
        for job in 0..<trace.count {
            let wanted = trace.profiles[Int(trace.profile[job])]
            #expect(again.trace.profiles[Int(again.trace.profile[job])] == wanted)
            #expect(abs(again.result.end[job] - again.result.start[job] - 100_000) <= 1)
        }
        #expect(throws: SimulationError.self) {
            try WorkTrace(trace, under: RecordedModel(.bareMetalMIG), traits: Self.table)
        }
    }

    @Test func `every model does the same useful work`() throws {
        let work = try Self.work(Self.mix())
        let pool = try Self.pool()
        let geometry = try #require(pool.geometry)
        let layout = try #require(
            try geometry.maximalLayouts().first { $0.instances.count { $0.profile == "1g.10gb" } == 7 }
        )
        let costs = ModelOverheads(overhead: 0.05, startUpMilliseconds: 30_000)
        let models: [(ReplayModel, ModelOverheads)] = [
            (.wholeGPU, ModelOverheads()), (.passthrough(shapes: [1, 2, 4, 8]), costs),
            (.dynamicMIG, ModelOverheads(repartitionMilliseconds: 1_000)),
            (.timeSliced(slots: 2), ModelOverheads(switching: 0.02, interference: 0.1)),
            (.staticMIG(layout: layout, hosts: 1), ModelOverheads()),
            (
                .mixed([
                    .init(name: "a", model: .dynamicMIG, overheads: ModelOverheads(), hosts: 1, classes: [0]),
                    .init(name: "b", model: .passthrough(shapes: [8]), overheads: costs, hosts: 3, classes: [1]),
                ]), ModelOverheads()
            ),
        ]
        for (model, overheads) in models {
            let replay = try PreparedReplay(work, on: pool, model: model, overheads: overheads).replay()
            let report = replay.report()
            #expect(report.rejected.isEmpty, "\(model)")
            #expect(abs(report.usefulGPUHours / work.usefulGPUHours - 1) < 1e-6, "\(model)")
            #expect(report.activeShare <= report.allocatedShare + 1e-9)
            #expect(report.all.slowdown.map { $0.p50 >= 1 } == true)
        }
    }

    @Test func `virtual machines have their shapes`() throws {
        var pool = try Self.pool()
        pool.cpuMilli = 64_000
        var trace = Trace()
        for (id, gpus) in [1, 2, 3, 5, 8, 16, 20].enumerated() {
            trace.append(TraceJob(id: Int64(id), submit: 0, duration: 1_000, gpus: Int32(gpus), cpuMilli: 1_000))
        }
        // Wants more CPU than one GPU's part of a host.
        trace.append(TraceJob(id: 9, submit: 0, duration: 1_000, gpus: 1, cpuMilli: 20_000))
        let work = try Self.work(trace)
        let prepared = try PreparedReplay(work, on: pool, model: .passthrough(shapes: [1, 2, 4, 8]))
        #expect(Array(prepared.trace.gpus) == [1, 2, 4, 8, 8, 16, 24, 4])
        #expect(Array(prepared.trace.cpuMilli) == [8_000, 16_000, 32_000, 64_000, 64_000, 128_000, 192_000, 32_000])
        for (busy, expected) in zip(prepared.ledger.busyGPUs, [0.3, 0.6, 0.9]) {
            #expect(abs(Double(busy) - expected) < 1e-6)
        }
        #expect(throws: SimulationError.self) {
            try PreparedReplay(work, on: pool, model: .passthrough(shapes: [9]))
        }
    }

    @Test func `no job is given an instance that is too small or too slow`() throws {
        let pool = try Self.pool()
        let geometry = try #require(pool.geometry)
        let work = try Self.work(Self.mix())
        let prepared = try PreparedReplay(work, on: pool, model: .dynamicMIG)
        #expect(prepared.partial > 300)
        for job in 0..<prepared.trace.count where prepared.trace.profile[job] != TraceJob.none {
            let profile = geometry.profiles[Int(prepared.trace.profile[job])]
            #expect((profile.memoryMiB ?? 0) >= Int(prepared.trace.gpuMemoryMiB[job]))
            #expect(prepared.speedAlone[job] >= 0.3)
            #expect(prepared.trace.speedClass[job] == 0)
        }
        // An unknown need of memory is never cut.
        var unknown = Trace()
        unknown.append(TraceJob(id: 1, submit: 0, duration: 5, speedClass: 0))
        #expect(try PreparedReplay(Self.work(unknown), on: pool, model: .dynamicMIG).partial == 0)
        #expect(try PreparedReplay(Self.work(unknown), on: pool, model: .timeSliced(slots: 2)).partial == 0)
    }

    @Test func `of a job that states memory alone the usual need is taken, and what became of whole jobs is counted`()
        throws
    {
        var trace = Trace()
        trace.profiles = ["2g.20gb", "9g.90gb"]
        for job in [
            // Fits half of the memory at more than half of the speed, 66 %.
            TraceJob(id: 0, submit: 0, duration: 100_000, gpuMemoryMiB: 6_000),
            TraceJob(id: 1, submit: 0, duration: 100_000, gpuMemoryMiB: 60_000),
            TraceJob(id: 2, submit: 0, duration: 100_000), TraceJob(id: 3, submit: 0, duration: 100_000, gpus: 2),
            // A share says what part is enough; a profile says it itself, and one that is not there is refused.
            TraceJob(id: 4, submit: 0, duration: 100_000, gpuMilli: 100),
            TraceJob(id: 5, submit: 0, duration: 100_000, profile: 0),
            TraceJob(id: 6, submit: 0, duration: 100_000, profile: 1),
        ] { trace.append(job) }
        let pool = try Self.pool()
        let work = try WorkTrace(
            trace,
            under: RecordedModel(.bareMetal, geometry: pool.geometry),
            traits: TraitTable()
        )
        let prepared = try PreparedReplay(work, on: pool, model: .dynamicMIG)
        let names = (0..<trace.count).map { job in
            prepared.trace.profile[job] == TraceJob.none
                ? "" : prepared.trace.profiles[Int(prepared.trace.profile[job])]
        }
        #expect(names == ["3g.40gb", "", "", "", "1g.10gb", "2g.20gb", "9g.90gb"])
        #expect(abs(prepared.speedAlone[0] - 0.66) < 0.01)
        // On the profile that it asked for it takes what it took.
        #expect(abs(prepared.trace.duration[5] - 100_000) <= 1)
        let counts = try #require(prepared.slices)
        #expect(counts.jobs == 7 && counts.whole == 4 && counts.named == 2)
        #expect(counts.sliced == 1 && counts.assumed == 1)
        #expect(counts.noMemory == 1 && counts.unfit == 1 && counts.several == 1)
        let outcome = try prepared.replay().result.outcome
        #expect(outcome.count { $0 == .completed } == 6 && outcome[6] == .noSuchSlice)
        #expect(try PreparedReplay(work, on: pool, model: .wholeGPU).slices == nil)
        // A fixed layout on every host has no whole GPU to give, and says so.
        let geometry = try #require(pool.geometry)
        let layout = try #require(
            try geometry.maximalLayouts().first { $0.instances.count { $0.profile == "1g.10gb" } == 7 }
        )
        let fixed = try PreparedReplay(work, on: pool, model: .staticMIG(layout: layout, hosts: pool.hosts)).replay()
        #expect(fixed.result.outcome[1] == .noSuchSlice && fixed.result.outcome[3] == .noSuchSlice)
    }

    @Test func `hosts of several types give each job what one of them can, and never less`() throws {
        var large = try Self.pool(hosts: 2, gpus: 4)
        large.cpuMilli = 64_000
        let small = try GPUCatalogue.standard().gpu(named: "a30-24gb")
        let pools = [
            HostPool(
                hosts: 3,
                gpusPerHost: 2,
                gpuType: small.id,
                gpuMemoryMiB: small.memoryFloorMiB,
                geometry: try small.mig(),
                cpuMilli: 16_000
            ), large, HostPool(name: "login", hosts: 1, gpusPerHost: 0, gpuMemoryMiB: 0, cpuMilli: 8_000),
        ]
        var trace = Trace()
        trace.gpuTypes = ["h100-sxm-80gb"]
        for id in 0..<60 {
            var job = TraceJob(id: Int64(id), submit: Int64(id) * 10, duration: 5_000, cpuMilli: 1_000, speedClass: 0)
            switch id % 4 {
            case 0: job.gpuMemoryMiB = 4_000
            case 1: job.gpuMemoryMiB = 16_000
            case 2:
                job.gpuMemoryMiB = 4_000
                job.gpuTypes = 1
            default: job.gpus = 0
            }
            trace.append(job)
        }
        let work = try Self.work(trace)
        let replay = try PreparedReplay(work, on: pools, model: .dynamicMIG).replay()
        #expect(replay.result.counters.completed == 60)
        for job in 0..<60 {
            let profile = replay.trace.profile[job]
            let name = profile == TraceJob.none ? "" : replay.trace.profiles[Int(profile)]
            let node = Int(replay.result.node[job])
            switch job % 4 {
            case 0: #expect(name == "1g.6gb" && node < 3)
            case 1: #expect(name == "1g.20gb" && (3...4).contains(node))
            case 2: #expect(name == "1g.10gb" && (3...4).contains(node))
            default: #expect(name.isEmpty && replay.result.gpuMask[job] == 0)
            }
        }
        // Shapes of machines take their part of the host that has least for each GPU.
        let machines = try PreparedReplay(work, on: pools, model: .passthrough(shapes: [1, 2, 4]))
        #expect(machines.trace.cpuMilli[0] == 8_000 && machines.trace.cpuMilli[2] == 8_000)
    }

    @Test func `jobs go to the part that is named for them, and those of none are refused`() throws {
        let work = try Self.work(Self.mix(jobs: 90))
        let homes = ContiguousArray((0..<90).map { Int32($0 % 3 - 1) })
        let overheads = ModelOverheads(overhead: 0.1)
        let replay = try PreparedReplay(
            work,
            on: [Self.pool()],
            model: .mixed([
                .init(name: "a", model: .wholeGPU, overheads: overheads, hosts: 3, classes: []),
                .init(name: "b", model: .dynamicMIG, overheads: ModelOverheads(), hosts: 1, classes: []),
            ]),
            homes: homes
        ).replay()
        for job in 0..<90 {
            let isStarted = replay.result.start[job] != SimulationResult.never
            switch homes[job] {
            case 0: #expect(!isStarted || replay.result.node[job] < 3)
            case 1: #expect(!isStarted || replay.result.node[job] == 3)
            default: #expect(replay.result.outcome[job] == .noSuchType)
            }
        }
        #expect(replay.result.counters.completed > 50)
    }

    @Test func `turns on a shared GPU agree with the arithmetic`() throws {
        // Two jobs of need 1 that start together on one GPU of two slots take twice as long; the third has it alone.
        var trace = Trace()
        for id in 0..<3 {
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: id < 2 ? 0 : 1_000_000,
                    duration: 100_000,
                    gpuMemoryMiB: 1_000,
                    speedClass: 0
                )
            )
        }
        let full = TraitTable(classes: [JobTraits(need: SliceSpeedModel.standard.split(1), leastSpeed: 0.1)])
        let work = try WorkTrace(trace, under: RecordedModel(.bareMetal), traits: full)
        let pool = try Self.pool(hosts: 1, gpus: 1)
        let cases: [(ModelOverheads, Double)] = [
            (ModelOverheads(), 2), (ModelOverheads(switching: 0.1), 2.2),
            (ModelOverheads(interference: 0.2), 2 * 1.1), (ModelOverheads(overhead: 0.5), 3),
        ]
        for (overheads, factor) in cases {
            let replay = try PreparedReplay(work, on: pool, model: .timeSliced(slots: 2), overheads: overheads).replay()
            #expect(replay.disagreement <= PreparedReplay.agreement)
            for job in 0..<2 {
                let held = Double(replay.result.end[job] - replay.result.start[job])
                #expect(abs(held / 100_000 / factor - 1) < 0.006)
            }
            #expect(abs(Double(replay.result.end[2] - 1_000_000) / 100_000 - (1 + overheads.overhead)) < 0.006)
        }
        // Small needs do not slow one another.
        let light = TraitTable(classes: [JobTraits(need: SliceSpeedModel.standard.split(0.4), leastSpeed: 0.1)])
        let easy = try WorkTrace(trace, under: RecordedModel(.bareMetal), traits: light)
        let replay = try PreparedReplay(easy, on: pool, model: .timeSliced(slots: 2)).replay()
        #expect(replay.result.end[0] == 100_000)
    }

    @Test func `patient rounds settle turns to what a replay event by event gives`() throws {
        let needs = [0.3, 0.8]
        let table = TraitTable(
            classes: needs.map { JobTraits(need: SliceSpeedModel.standard.split($0), leastSpeed: 0.1) }
        )
        let costs = ModelOverheads(switching: 0.03, interference: 0.1)
        // Five full GPUs of four slots: who is beside whom depends on every end before.
        var random = RandomGenerator(seed: 19)
        var trace = Trace()
        var time: Int64 = 0
        for id in 0..<300 {
            time += Int64(random.index(below: 120)) * 1_000
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: time,
                    duration: 60_000 + Int64(random.index(below: 2_000)) * 1_000,
                    gpuMemoryMiB: 1_000,
                    speedClass: Int32(random.index(below: 2))
                )
            )
        }
        let prepared = try PreparedReplay(
            try WorkTrace(trace, under: RecordedModel(.bareMetal), traits: table),
            on: try Self.pool(hosts: 1, gpus: 5),
            model: .timeSliced(slots: 4),
            overheads: costs
        )
        let expected = Self.turns(trace, needs, gpus: 5, slots: 4, costs)
        func exact(_ replay: ModelReplay) -> Int {
            (0..<trace.count).count { abs(replay.result.end[$0] - expected[$0]) <= 5 }
        }
        let usual = try prepared.replay()
        #expect(usual.disagreement > PreparedReplay.agreement && usual.rounds == PreparedReplay.roundLimit)
        #expect(exact(usual) < 250)
        let patient = try prepared.replay(rounds: prepared.patientLimit)
        #expect(patient.disagreement <= PreparedReplay.agreement)
        let settled = try prepared.replay(rounds: prepared.patientLimit, agreement: 1e-4)
        #expect(exact(settled) >= 270, "\(exact(settled)) of 300 after \(settled.rounds) rounds")
    }

    /// When each job ends on GPUs of so many slots, first come, first served, on the fullest that has room: event by event.
    private static func turns(
        _ trace: Trace,
        _ needs: [Double],
        gpus: Int,
        slots: Int,
        _ costs: ModelOverheads
    ) -> [Int64] {
        var ends = [Int64](repeating: 0, count: trace.count)
        var left = trace.duration.map(Double.init)
        var speed = [Double](repeating: 1, count: trace.count)
        var present = [[Int]](repeating: [], count: gpus)
        var next = 0
        var now: Int64 = 0
        while next < trace.count || present.contains(where: { !$0.isEmpty }) {
            while next < trace.count, trace.submit[next] <= now {
                let open = present.indices.filter { present[$0].count < slots }
                guard let most = open.map({ present[$0].count }).max(),
                    let gpu = open.first(where: { present[$0].count == most })
                else { break }
                present[gpu].append(next)
                next += 1
            }
            var until = Int64.max
            if next < trace.count, present.contains(where: { $0.count < slots }) { until = trace.submit[next] }
            for jobs in present {
                let demands = jobs.map { needs[Int(trace.speedClass[$0])] }
                var given = demands
                var rest = 1.0
                for (served, place) in demands.indices.sorted(by: { demands[$0] < demands[$1] }).enumerated() {
                    given[place] = min(demands[place], rest / Double(jobs.count - served))
                    rest -= given[place]
                }
                let busy = given.reduce(0, +)
                for (place, job) in jobs.enumerated() {
                    let beside = 1 + costs.interference * min(busy - given[place], 1)
                    speed[job] = jobs.count == 1 ? 1 : given[place] / demands[place] / (1 + costs.switching) / beside
                    ends[job] = now + Int64((left[job] / speed[job]).rounded())
                    until = min(until, ends[job])
                }
            }
            for gpu in present.indices {
                for job in present[gpu] { left[job] -= speed[job] * Double(until - now) }
                present[gpu].removeAll { ends[$0] == until }
            }
            now = until
        }
        return ends
    }

    @Test func `parts of a mixed estate keep their jobs and their costs`() throws {
        let pool = try Self.pool()
        let work = try Self.work(Self.mix())
        let virtual = ModelOverheads(overhead: 0.5, startUpMilliseconds: 9_000)
        let replay = try PreparedReplay(
            work,
            on: pool,
            model: .mixed([
                .init(name: "metal", model: .dynamicMIG, overheads: ModelOverheads(), hosts: 2, classes: [0]),
                .init(name: "virtual", model: .wholeGPU, overheads: virtual, hosts: 2, classes: [1]),
            ])
        ).replay()
        for job in 0..<work.trace.count where replay.result.start[job] != SimulationResult.never {
            let isMetal = work.trace.speedClass[job] == 0
            #expect((replay.result.node[job] < 2) == isMetal)
            if !isMetal {
                let held = Double(replay.result.end[job] - replay.result.start[job])
                #expect(abs(held - (Double(work.trace.duration[job]) * 1.5 + 9_000)) <= 1)
            }
        }
        #expect(replay.result.counters.completed == work.trace.count)
        // A class that no part serves is refused, not put anywhere.
        let alone = try PreparedReplay(
            work,
            on: pool,
            model: .mixed([.init(name: "a", model: .wholeGPU, overheads: virtual, hosts: 4, classes: [0])])
        ).replay()
        #expect(alone.result.counters.rejected == work.trace.speedClass.count { $0 == 1 })
        #expect(throws: SimulationError.self) {
            try PreparedReplay(
                work,
                on: pool,
                model: .mixed([.init(name: "a", model: .wholeGPU, overheads: virtual, hosts: 5, classes: [0])])
            )
        }
    }
}
