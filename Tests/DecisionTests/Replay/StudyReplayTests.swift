import Cost
import Documents
import Estate
import Probability
import Scheduling
import Study
import Testing

@testable import Decision

@Suite("Sizes and idle hours from a trace")
struct StudyReplayTests {
    private static let kind = TraceFixture.Kind(team: "vision", perDay: 96, hours: 4)
    private static let gpuMemory = 81_000

    /// The hosts that a direct search over replays says, for a trace in bare-metal work under a virtual machine.
    private func hosts(_ recorded: RecordedTrace, overhead: Double, promise: WaitObjective) throws -> Int {
        let traits = TraitTable(classes: [])
        let work = try WorkTrace(recorded.imported.trace, under: RecordedModel(.bareMetal), traits: traits)
        let search = try GPUSearch(promise, from: 16, limit: 400, step: 8) { gpus throws(SimulationError) in
            let pool = HostPool(hosts: gpus / 8, gpusPerHost: 8, gpuMemoryMiB: Self.gpuMemory)
            let prepared = try PreparedReplay(
                work,
                on: pool,
                model: .passthrough(shapes: [1, 2, 4, 8]),
                overheads: ModelOverheads(overhead: overhead)
            )
            let replay = try prepared.replay()
            return WaitTrial(replay.trace, replay.result, promise)
        }
        return try #require(search.gpus) / 8
    }

    @Test("8 % in the study and 8 % in the replay's model give the result of applying it once")
    func overheadOnce() async throws {
        let promise = WaitObjective(percent: 95, seconds: 600)
        // A demand at which 8 % and 16.64 % need different numbers of hosts: the test can tell once from twice.
        let found = try stride(from: 90.0, through: 140, by: 5).lazy.compactMap {
            perDay -> (trace: RecordedTrace, once: Int, none: Int)? in
            let kind = TraceFixture.Kind(team: "vision", perDay: perDay, hours: 4)
            let trace = try TraceFixture.read(TraceFixture.csv([kind]))
            let once = try hosts(trace, overhead: 0.08, promise: promise)
            let twice = try hosts(trace, overhead: 1.08 * 1.08 - 1, promise: promise)
            return once != twice ? (trace, once, try hosts(trace, overhead: 0, promise: promise)) : nil
        }.first
        let known = try #require(found)
        let study = try TraceFixture.study(
            ["vision"],
            [.bareMetal, .vmPassthrough],
            overhead: [.vmPassthrough: .point(0.08)],
            promise: promise
        )
        let priced = try await PricedStudy.price(study, evidence: [], trace: known.trace)
        let virtual = try #require(priced.models.first { $0.model == .vmPassthrough })
        let bill = try #require(virtual.bills.first { !$0.workloads.isEmpty })
        #expect(bill.hosts == known.once)
        #expect(abs(bill.hours.lost / bill.hours.useful - 0.08) < 1e-6)
        // Held hours are the replay's: 1.08 of the bare-metal ones, and nothing on top.
        let held = bill.hours.available - bill.hours.idleUnallocated
        let metal = try #require(priced.replay?.workloads.first).heldHours
        #expect(abs(held / metal - 1.08) < 1e-4)
        let bare = try #require(priced.models.first { $0.model == .bareMetal }?.bills.first { !$0.workloads.isEmpty })
        #expect(bare.hosts == known.none)
        #expect(bare.hours.lost == 0)
    }

    @Test("A trace recorded at 8 % and replayed at 8 % needs what the recorded one needs")
    func recordedOverheadIsTakenOff() async throws {
        let promise = WaitObjective(percent: 95, seconds: 600)
        let trace = try TraceFixture.read(TraceFixture.csv([Self.kind]))
        let study = try TraceFixture.study(
            ["vision"],
            [.vmPassthrough],
            overhead: [.vmPassthrough: .point(0.08)],
            recordedUnder: .vmPassthrough,
            promise: promise
        )
        let priced = try await PricedStudy.price(study, evidence: [], trace: trace)
        let bill = try #require(priced.models.first?.bills.first { !$0.workloads.isEmpty })
        let raw = zip(trace.imported.trace.duration, trace.imported.trace.gpus).reduce(0.0) {
            $0 + Double($1.0) * Double($1.1)
        }
        let span = Double((trace.imported.trace.submit.last ?? 0) - (trace.imported.trace.submit.first ?? 0))
        let held = bill.hours.available - bill.hours.idleUnallocated
        #expect(abs(held / (raw / span * 730) - 1) < 1e-3)
        let direct = try hosts(trace, overhead: 0, promise: promise)
        #expect(bill.hosts == direct)
    }

    @Test("Sizes interpolated over demand and overhead are within one host of a direct search")
    func interpolation() throws {
        let promise = WaitObjective(percent: 95, seconds: 600)
        let trace = try TraceFixture.read(
            TraceFixture.csv([Self.kind, TraceFixture.Kind(team: "language", perDay: 12, hours: 6, gpus: 4)])
        )
        let study = try TraceFixture.study(
            ["vision", "language"],
            [.bareMetal, .vmPassthrough],
            overhead: [.vmPassthrough: .triangular(low: 0, mode: 0.1, high: 0.3)],
            promise: promise
        )
        let terms = try #require(study.trace)
        let work = try TracedWork(trace, terms, study)
        let pool = try #require(try StudyReplay.pool(study, work, terms, 1, 0b11, 0.45...2))
        let sizes = pool.sizes
        #expect(pool.replays < 120)
        var worst = 0.0
        var off = 0
        var count = 0
        for overhead in [0.02, 0.06, 0.13, 0.17, 0.25] {
            for load in [0.5, 0.77, 1, 1.3, 1.9] {
                let need = sizes.need(load: load, stretch: 1 + overhead)
                let direct = try directHosts(work.trace, load, overhead, promise, seed: study.policy.seed)
                count += 1
                let difference = abs(need.hosts - Double(direct))
                if difference > 0 { off += 1 }
                worst = max(worst, difference)
            }
        }
        #expect(worst <= 1)
        // What is left is the search's 2 % at the edge of a host.
        #expect(Double(off) / Double(count) <= 0.25, "\(off) of \(count) differ")
    }

    private func directHosts(
        _ trace: Trace,
        _ load: Double,
        _ overhead: Double,
        _ promise: WaitObjective,
        seed: UInt64
    ) throws -> Int {
        let drawn = ScaledDemand(trace, seed: seed).draw(load) { _ in }
        let traits = TraitTable(classes: [.unknown, .unknown])
        let work = try WorkTrace(drawn, under: RecordedModel(.bareMetal), traits: traits)
        let search = try GPUSearch(promise, from: 16, limit: 600, step: 8) { gpus throws(SimulationError) in
            let prepared = try PreparedReplay(
                work,
                on: HostPool(hosts: gpus / 8, gpusPerHost: 8, gpuMemoryMiB: Self.gpuMemory),
                model: .passthrough(shapes: [1, 2, 4, 8]),
                overheads: ModelOverheads(overhead: overhead)
            )
            let replay = try prepared.replay()
            return WaitTrial(replay.trace, replay.result, promise)
        }
        return try #require(search.gpus) / 8
    }

    @Test("Interference and packing come from the replay alone: Cost applies none of them")
    func nothingTwice() async throws {
        let trace = try TraceFixture.read(TraceFixture.csv([Self.kind]))
        func bill(packing: Double, interference: Double, peak: Double) async throws -> PlatformBill {
            var study = try TraceFixture.study(["vision"], [.bareMetalMIG], activity: 0.3, need: 0.4)
            study.platforms[0].packing = try Fixture.quantity("platforms.mig.packing", packing)
            study.platforms[0].interference = try Fixture.quantity("platforms.mig.interference", interference)
            study.workloads[0].peakToMean = try Fixture.quantity("workloads.vision.peak", peak)
            let priced = try await PricedStudy.price(study, evidence: [], trace: trace)
            return try #require(priced.models.first?.bills.first { !$0.workloads.isEmpty })
        }
        let plain = try await bill(packing: 1, interference: 0, peak: 1)
        let other = try await bill(packing: 0.5, interference: 0.4, peak: 3)
        #expect(plain.hosts == other.hosts)
        #expect(plain.hours == other.hours)
    }

    @Test("Useful GPU-hours are one thing: of a trace, and of Cost")
    func usefulHours() async throws {
        let trace = try TraceFixture.read(TraceFixture.csv([Self.kind]))
        let study = try TraceFixture.study(["vision"], [.bareMetal], activity: 0.5, need: 0.6)
        let priced = try await PricedStudy.price(study, evidence: [], trace: trace)
        let traits = JobTraits(need: SliceSpeedModel.standard.split(0.5 * 0.6), leastSpeed: 0.1, activity: 0.5)
        let work = try WorkTrace(
            trace.imported.trace,
            under: RecordedModel(.bareMetal),
            traits: TraitTable(classes: [traits])
        )
        let span = Double((work.trace.submit.last ?? 0) - (work.trace.submit.first ?? 0)) / 3_600_000
        let useful = (0..<work.trace.count).reduce(0.0) { sum, job in
            sum + Double(work.trace.duration[job]) / 3_600_000 * Double(work.trace.gpus[job]) * 0.5 * 0.6
        }
        #expect(abs(work.usefulGPUHours / useful - 1) < 1e-6)
        #expect(abs(priced.usefulGPUHoursPerMonth.mean / (useful * 730 / span) - 1) < 1e-6)
        // The report of a replay counts the same, whatever the model.
        let geometry = try #require(study.estate.shape.gpu.migGeometry)
        let pool = HostPool(hosts: 9, gpusPerHost: 8, gpuMemoryMiB: Self.gpuMemory, geometry: geometry)
        for model in [ReplayModel.wholeGPU, .dynamicMIG, .timeSliced(slots: 2)] {
            let report = try PreparedReplay(work, on: pool, model: model).replay().report(bins: 1)
            #expect(abs(report.usefulGPUHours / useful - 1) < 1e-6, "\(model)")
        }
    }

    @Test("The same seed gives the same bytes, and jobs of no workload are counted")
    func deterministic() async throws {
        let trace = try TraceFixture.read(
            TraceFixture.csv([Self.kind, TraceFixture.Kind(team: "guests", perDay: 3, hours: 1)])
        )
        let study = try TraceFixture.study(
            ["vision"],
            [.bareMetal, .bareMetalMIG, .vmVGPU, .vmPassthrough],
            overhead: [.vmPassthrough: .triangular(low: 0, mode: 0.1, high: 0.3)],
            activity: 0.4,
            need: 0.5
        )
        let first = try await decide(study: study, evidence: [], trace: trace)
        let second = try await decide(study: study, evidence: [], trace: trace)
        let texts = try [first, second].map { try $0.json().pretty() }
        #expect(texts[0] == texts[1])
        let facts = try #require(first.replay)
        #expect(facts.jobs == 96 * 14)
        #expect(facts.leftOut.map(\.jobs) == [42])
        #expect(facts.leftOut.map(\.reason) == ["of no workload"])
        #expect(first.notes.contains { $0.contains("42 of no workload") })
    }

    @Test("Bad traces are refused with one sentence", arguments: BadTrace.all)
    func refusals(_ bad: BadTrace) async throws {
        let recorded = try TraceFixture.read(bad.trace)
        let study = try bad.study()
        let error = await #expect(throws: DecisionError.self) {
            _ = try await PricedStudy.price(study, evidence: [], trace: recorded)
        }
        let text = error?.description ?? ""
        #expect(text.contains(bad.sentence), "\(text)")
        #expect(!text.contains("\n"))
    }

    struct BadTrace: Sendable, CustomTestStringConvertible {
        var name: String
        var trace: String
        var study: @Sendable () throws -> Study
        var sentence: String
        var testDescription: String { name }

        static let all = [
            BadTrace(
                name: "no job for a workload",
                trace: TraceFixture.csv([kind]),
                study: { try TraceFixture.study(["vison"], [.bareMetal]) },
                sentence: "has no job of workload 'vison': it has no 'vison'; it has teams 'vision'"
            ),
            BadTrace(
                name: "selectors that overlap",
                trace: TraceFixture.csv([kind]),
                study: {
                    var study = try TraceFixture.study(["vision", "all"], [.bareMetal])
                    study.workloads[1].jobs = TracedJobs(selector: JobSelector())
                    return study
                },
                sentence: "job 1 belongs to 'vision' and to 'all' (1,344 jobs to more than one workload)"
            ),
            BadTrace(
                name: "a job larger than any node",
                trace: TraceFixture.csv([TraceFixture.Kind(team: "vision", perDay: 4, hours: 2, gpus: 16, nodes: 1)]),
                study: { try TraceFixture.study(["vision"], [.bareMetal]) },
                sentence: "job 1 asks for 16 GPUs on 1 node and a host has 8"
            ),
            BadTrace(
                name: "a trace of an afternoon",
                trace: TraceFixture.header + "\n1,0,60,1,1000,0,vision\n2,7200,60,1,1000,0,vision\n",
                study: { try TraceFixture.study(["vision"], [.bareMetal]) },
                sentence: "spans 2.0 hours from the first submission to the last"
            ),
        ]
    }
}

@Suite("Sizes by demand and stretch")
struct ReplayedSizesTests {
    private let sizes = ReplayedSizes(
        hosts: [1, 2, 4, 8],
        levels: [
            .init(stretch: 1, carried: [1, 2.2, 4.8, 10], held: [1, 1, 1, 1]),
            .init(stretch: 1.25, carried: [0.8, 1.76, 3.84, 8], held: [1.25, 1.25, 1.25, 1.25]),
        ],
        jobs: 100
    )

    @Test(
        "known answers",
        arguments: [
            (0.0, 1.0, 0.0, 1.0), (1, 1, 1, 1), (1.01, 1, 2, 1), (2.2, 1, 2, 1), (3.0, 1, 3, 1), (3.6, 1, 4, 1),
            (0.8, 1.25, 1, 1.25), (0.81, 1.25, 2, 1.25), (20, 1, 16, 1),
            // Halfway the inverse of what is carried is halfway: 1 / 1.125.
            (0.888, 1.125, 1, 1.125), (0.89, 1.125, 2, 1.125),
            // Beyond the levels, in proportion.
            (0.666, 1.5, 1, 1.5), (0.67, 1.5, 2, 1.5),
        ]
    )
    func need(load: Double, stretch: Double, hosts: Double, held: Double) {
        let need = sizes.need(load: load, stretch: stretch)
        #expect(need.hosts == hosts)
        #expect(abs(need.held - held) < 1e-12)
    }

    @Test("more demand never needs fewer hosts")
    func monotone() {
        for stretch in stride(from: 0.9, through: 1.6, by: 0.05) {
            var before = 0.0
            for load in stride(from: 0.0, through: 30, by: 0.01) {
                let hosts = sizes.need(load: load, stretch: stretch).hosts
                #expect(hosts >= before)
                before = hosts
            }
        }
    }
}

@Suite("Selectors of jobs")
struct JobSelectorTests {
    @Test(
        "what is written is read",
        arguments: [
            ("*", JobSelector()), ("team:vision", JobSelector(teams: ["vision"])),
            (
                "team:a,team:b,class:c d,profile:1g.10gb,gpus:2-8",
                JobSelector(teams: ["a", "b"], classes: ["c d"], profiles: ["1g.10gb"], gpus: 2...8)
            ),
            ("gpus:4", JobSelector(gpus: 4...4)), ("gpus:8-", JobSelector(gpus: 8...1_000_000_000)),
        ]
    )
    func reading(text: String, selector: JobSelector) throws {
        let read = try JobSelector(parsing: text)
        #expect(read == selector)
        #expect(selector.description == text)
    }

    @Test(
        "what is no selector is refused",
        arguments: ["", "team", "team:", "gpus:0", "gpus:4-2", "user:x", "gpus:1,gpus:2"]
    )
    func refusing(text: String) {
        #expect(throws: SimulationError.self) { try JobSelector(parsing: text) }
    }
}
