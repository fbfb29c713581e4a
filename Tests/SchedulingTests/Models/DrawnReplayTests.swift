import Estate
import Probability
import Testing

@testable import Scheduling

/// A replay drawn from a prepared one, and what makes it fast: the same results as from scratch.
@Suite struct DrawnReplayTests {
    private static func pool(hosts: Int) throws -> HostPool {
        HostPool(
            hosts: hosts,
            gpusPerHost: 4,
            gpuType: "a100-sxm-80gb",
            gpuMemoryMiB: 81_920,
            geometry: try GPUCatalogue.standard().gpu(named: "a100-sxm-80gb").mig()
        )
    }

    private static let table = TraitTable(classes: [
        JobTraits(need: SliceSpeedModel.standard.split(0.3), leastSpeed: 0.2, activity: 0.6),
        JobTraits(need: SliceSpeedModel.standard.split(1), leastSpeed: 2),
    ])

    private static let models: [ReplayModel] = [
        .wholeGPU, .passthrough(shapes: [1, 2, 4]), .dynamicMIG, .timeSliced(slots: 3),
    ]

    private static func mix(seed: UInt64) -> Trace {
        var random = RandomGenerator(seed: seed)
        var trace = Trace()
        var time: Int64 = 0
        for id in 0..<300 {
            time += Int64(random.index(below: 90_000))
            let isSmall = random.index(below: 3) > 0
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: time,
                    duration: 60_000 + Int64(random.index(below: 900_000)),
                    requested: random.index(below: 2) == 0 ? TraceJob.unknown : 1_000_000,
                    gpus: isSmall ? 1 : Int32(1 + random.index(below: 6)),
                    gpuMemoryMiB: isSmall ? Int32(1_000 + random.index(below: 15_000)) : 60_000,
                    speedClass: isSmall ? 0 : 1
                )
            )
        }
        return trace
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `jobs drawn from a prepared replay are replayed as if they were prepared alone`(_ seed: UInt64) throws {
        let trace = Self.mix(seed: seed)
        var random = RandomGenerator(seed: seed, stream: 7)
        // Some are left out, some stand twice, all at other times.
        var rows: ContiguousArray<Int32> = []
        for job in 0..<trace.count { for _ in 0..<random.index(below: 3) { rows.append(Int32(job)) } }
        let submissions = ContiguousArray(rows.indices.map { Int64($0) * 70_000 })
        var drawn = trace.selecting(rows.map { Int($0) })
        for index in rows.indices {
            var job = drawn[index]
            job.submit = submissions[index]
            drawn[index] = job
        }
        for model in Self.models {
            let overheads = ModelOverheads(
                overhead: 0.07,
                startUpMilliseconds: 30_000,
                repartitionMilliseconds: 5_000,
                switching: 0.02,
                interference: 0.1
            )
            func prepared(_ trace: Trace, hosts: Int) throws -> PreparedReplay {
                let work = try WorkTrace(trace, under: RecordedModel(.bareMetal), traits: Self.table)
                return try PreparedReplay(work, on: Self.pool(hosts: hosts), model: model, overheads: overheads)
            }
            let alone = try prepared(drawn, hosts: 5)
            let one = try prepared(trace, hosts: 1).drawn(rows, submissions: submissions, hosts: 5)
            #expect(one.cluster == alone.cluster)
            #expect(one.partial == alone.partial)
            for job in 0..<drawn.count { #expect(one.trace[job] == alone.trace[job]) }
            let (first, second) = (try one.replay(), try alone.replay())
            #expect(first.result.start == second.result.start)
            #expect(first.result.end == second.result.end)
            #expect(first.result.slice == second.result.slice)
            #expect(first.rounds == second.rounds)
            #expect(first.ledger.work == second.ledger.work && first.ledger.usefulGPUs == second.ledger.usefulGPUs)
            // A promise is kept or not by count as by the order of the waits.
            for (percent, seconds) in [(50.0, 0.0), (95, 600), (99.9, 4_000), (100, 60)] {
                let promise = WaitObjective(percent: percent, seconds: seconds)
                let trial = WaitTrial(first.trace, first.result, promise)
                #expect(promise.isKept(first.trace, first.result) == trial.meets(promise, refusals: 0))
            }
        }
    }

    @Test(arguments: [QueueDiscipline.fcfs, .easy], 1...3 as ClosedRange<UInt64>)
    func `a replay that is only asked about a promise says of it what a whole one says`(
        _ queue: QueueDiscipline,
        _ seed: UInt64
    ) throws {
        let work = try WorkTrace(Self.mix(seed: seed), under: RecordedModel(.bareMetal), traits: Self.table)
        let prepared = try PreparedReplay(work, on: Self.pool(hosts: 3), model: .dynamicMIG)
        var (kept, cut) = (0, 0)
        for percent in [50.0, 90, 95, 99, 100] {
            for seconds in [0.0, 1, 60, 600, 1_800, 3_600, 7_200, 1e6] {
                let promise = WaitObjective(percent: percent, seconds: seconds)
                var options = SimulationOptions()
                options.queue = queue
                let whole = try prepared.replay(options)
                options.promise = promise
                let asked = try prepared.replay(options)
                let isKept = promise.isKept(whole.trace, whole.result)
                #expect(promise.isKept(asked.trace, asked.result) == isKept)
                #expect(!isKept || !asked.result.isCutShort)
                // A promise that is kept leaves the replay as it is.
                if isKept { #expect(asked.result.start == whole.result.start) }
                if isKept { kept += 1 }
                if asked.result.isCutShort { cut += 1 }
            }
        }
        #expect(kept > 5 && cut > 5)
    }

    @Test func `hosts that are not alike draw nothing`() throws {
        let work = try WorkTrace(Self.mix(seed: 1), under: RecordedModel(.bareMetal), traits: Self.table)
        let prepared = try PreparedReplay(work, on: [Self.pool(hosts: 1), Self.pool(hosts: 2)], model: .wholeGPU)
        #expect(throws: SimulationError.self) { try prepared.drawn([0], submissions: [0], hosts: 1) }
    }

    @Test(arguments: [ReplayModel.dynamicMIG, .timeSliced(slots: 4)])
    func `tables that are kept change nothing, whoever asked before`(_ model: ReplayModel) throws {
        let cache = StateTableCache()
        for seed in 1...4 as ClosedRange<UInt64> {
            let work = try WorkTrace(Self.mix(seed: seed), under: RecordedModel(.bareMetal), traits: Self.table)
            let prepared = try PreparedReplay(work, on: Self.pool(hosts: 3), model: model)
            for placement in [PlacementPolicy.bestFit, .worstFit, .expectedFragmentation] {
                var options = SimulationOptions()
                options.placement = placement
                let fresh = try Simulation.run(prepared.trace, on: prepared.cluster, options: options)
                let kept = try Simulation.run(prepared.trace, on: prepared.cluster, options: options, tables: cache)
                #expect(fresh.start == kept.start && fresh.slice == kept.slice && fresh.gpuMask == kept.gpuMask)
            }
        }
    }

    @Test func `a replay of shared GPUs that starts from what it found takes no more rounds`() throws {
        var several = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            let work = try WorkTrace(Self.mix(seed: seed), under: RecordedModel(.bareMetal), traits: Self.table)
            let prepared = try PreparedReplay(work, on: Self.pool(hosts: 8), model: .timeSliced(slots: 3))
            let first = try prepared.replay()
            if first.rounds > 1 { several += 1 }
            let factors = ContiguousArray(
                (0..<prepared.trace.count).map { job in
                    Double(first.trace.duration[job] - prepared.ledger.inactive[job])
                        / Double(max(prepared.trace.duration[job] - prepared.ledger.inactive[job], 1))
                }
            )
            let second = try prepared.replay(assuming: factors)
            #expect(second.rounds <= first.rounds)
            // Of what makes no sense to start from nothing is taken.
            let odd = ContiguousArray((0..<prepared.trace.count).map { [Double.nan, 0, -1, .infinity][$0 % 4] })
            let third = try prepared.replay(assuming: odd)
            #expect(third.result.start == first.result.start)
        }
        #expect(several > 0)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `turns are fair shares of the GPU's time`(_ seed: UInt64) {
        var random = RandomGenerator(seed: seed)
        let demands = (0..<(1 + random.index(below: 7))).map { _ in
            // Equal ones among them.
            Double(Float(1 + random.index(below: 10)) / 10)
        }
        let overheads = ModelOverheads(switching: 0.03, interference: 0.1)
        var turns = Turns()
        // Room that another use left is not seen.
        turns.take(ContiguousArray(0..<9), overheads, ContiguousArray(repeating: 0.3, count: 9))
        // Who takes turns stands anywhere among the jobs.
        var ofJob = ContiguousArray(repeating: Float(1), count: 2 * demands.count)
        for (place, demand) in demands.enumerated() { ofJob[2 * place + 1] = Float(demand) }
        turns.take(ContiguousArray(demands.indices.map { 2 * $0 + 1 }), overheads, ofJob)
        #expect(turns.speeds.count == demands.count)
        guard demands.count > 1 else {
            #expect(turns.speeds == [1])
            return
        }
        // The level of water that fills the GPU, by bisection: each has the lesser of it and its demand.
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let level = (low + high) / 2
            if demands.reduce(0, { $0 + min($1, level) }) <= 1 { low = level } else { high = level }
        }
        let given = demands.map { min($0, low) }
        let busy = given.reduce(0, +)
        for index in demands.indices {
            let expected = given[index] / demands[index] / 1.03 / (1 + 0.1 * min(max(busy - given[index], 0), 1))
            #expect(abs(turns.speeds[index] - expected) < 1e-9)
        }
    }
}
