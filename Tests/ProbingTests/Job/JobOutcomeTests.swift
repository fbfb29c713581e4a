import Documents
import Evidence
import Testing

@testable import Probing

@Suite("What came of a job")
struct JobOutcomeTests {
    static let subject = JobSubject(
        host: "node-1",
        tool: .init(name: "assay measure", version: "1")
    )

    static func run(
        _ number: Int,
        steps: Int = 10,
        wall: Double = 2,
        readings: [JobReading] = [],
        boot: String = "b"
    ) -> JobRun {
        var run = JobRun(
            slot: JobSlot(number: number),
            started: "2026-01-01T00:00:0\(number)Z",
            boot: boot,
            wallSeconds: wall
        )
        run.steps = (0..<steps).map { 0.1 + 0.001 * Double($0) }
        run.readings = readings
        run.lastLines = ["secret=hunter2"]
        return run
    }

    static func plan(skipped: Int = 2) -> JobPlan {
        JobPlan(
            command: "train --token=hunter2",
            runs: .fixed(3),
            steps: .pattern("hunter2=(.*)"),
            skippedSteps: skipped
        )
    }

    @Test(
        "A run that ends mid-run is refused by the stated rule",
        arguments: [(10, true), (9, true), (8, false), (1, false)]
    )
    func short(steps: Int, isKept: Bool) {
        let runs = [Self.run(1), Self.run(2), Self.run(3, steps: steps), Self.run(4)]
        let outcome = JobOutcome(Self.plan(skipped: 0), runs: runs, ending: .done)
        #expect(outcome.usable(.alone).contains { $0.slot.number == 3 } == isKept)
        #expect(outcome.sentences(.alone).contains { $0.contains("90 % of the median") } == !isKept)
    }

    @Test("The record has the steps that count, the plan and the class, and no secret")
    func record() throws {
        let readings = [JobReading(.processorTime, 1.9), JobReading(.ioPressure, 0.02), JobReading(.stolenTime, 0)]
        let runs = [Self.run(1, readings: readings), Self.run(2, readings: readings, boot: "c")]
        let outcome = JobOutcome(Self.plan(), runs: runs, ending: .done)
        let record = try outcome.record(Self.subject)
        #expect(record.metrics.map(\.name) == ["step_time", "completion_time", "cpu_time", "io_pressure"])
        #expect(record.metrics.filter { $0.role == .confirmatory }.map(\.name) == ["step_time"])
        #expect(record.hosts.flatMap(\.boots).map(\.id) == ["b", "c"])
        let series = try #require(record.runs.first?.run.series(of: "step_time"))
        #expect(series.count == 8)
        #expect(record.runs.first?.run.warmUpExcluded == 2)
        let facts = try #require(record.hosts.first?.facts)
        func fact(_ name: String) -> String? { facts.first { $0.name == name }?.value }
        #expect(fact("job_class") == "cpu-bound")
        #expect(fact("job_share_cpu") == "0.95")
        #expect(fact("job_share_gpu") == "unknown")
        // The plan in the record hashes to its own name: a reader can check it.
        let text = try #require(fact("job_plan"))
        let value = try JSONDocument.parse(text: text, file: "plan")
        #expect(try Record.identifier(of: #require(JSON(value))) == fact("job_plan_id"))
        #expect(outcome.sentences(.alone).contains { $0.hasPrefix("stolen_time was 0 in some runs") })
        #expect(!String(decoding: try record.encoded(), as: UTF8.self).contains("hunter2"))
        var told = Self.subject
        told.storesCommand = true
        #expect(String(decoding: try outcome.record(told).encoded(), as: UTF8.self).contains("train --token=hunter2"))
    }

    @Test("Fewer runs than planned stand in the headline, and so do steps that differ or were passed over")
    func remarks() throws {
        var first = Self.run(1, steps: 100, wall: 20)
        first.passedOver = .init(count: 2, first: 7)
        var last = Self.run(3)
        last.refusal = .init(.exit, "it exited with status 7")
        let some = JobOutcome(Self.plan(), runs: [first, Self.run(2, steps: 95, wall: 2), last], ending: .done)
        #expect(some.shortfall(.alone) == "2 of 3 planned runs count")
        #expect(some.text.hasPrefix("WARNING: 2 of 3 planned runs count, 3 made"))
        let sentences = some.sentences(.alone)
        #expect(sentences.contains("2 of 3 planned runs count."))
        #expect(sentences.contains("Runs that count do not have the same number of steps: 95 to 100."))
        #expect(sentences.contains { $0.hasPrefix("2 lines in 1 run hold") && $0.contains("line 7 of run-1") })
        #expect(sentences.contains { $0.hasPrefix("In 1 of 2 runs the steps add up to more than the run took") })
        let one = JobOutcome(Self.plan(), runs: [Self.run(1), last], ending: .done)
        #expect(one.text.hasPrefix("WARNING: 1 of 3 planned runs counts, 2 made"))
        let all = JobOutcome(Self.plan(), runs: (1...3).map { Self.run($0) }, ending: .done)
        #expect(all.shortfall(.alone) == nil && all.text.hasPrefix("3 runs that count, 3 made"))
        #expect(all.stepSentences(all.usable(.alone)).isEmpty)
    }

    @Test("Memory below our own is not called uncounted")
    func peakMemory() {
        let sentences = JobOutcome(Self.plan(), runs: [Self.run(1)], ending: .done).sentences(.alone)
        #expect(sentences.contains { $0.hasPrefix("peak_memory is not known, for it is below") })
        #expect(sentences.allSatisfy { !$0.hasPrefix("Not counted") || !$0.contains("peak_memory") })
    }

    @Test("Without a usable run there is no record, and the last reason is said")
    func none() {
        var refused = Self.run(1)
        refused.refusal = .init(.exit, "it exited with status 7")
        let outcome = JobOutcome(Self.plan(), runs: [refused], ending: .hopeless("it exited with status 7"))
        let error = #expect(throws: MeasureRecordError.self) { try outcome.record(Self.subject) }
        #expect(error?.description.contains("status 7") == true)
    }

    @Test("Two arms make two records that compare as pairs, and a slower neighbour is found")
    func pairs() throws {
        var plan = JobPlan(command: "c", neighbour: "n", runs: .fixed(6), warmUpRuns: 0)
        plan.settleSeconds = 0
        let noise = [0.001, -0.002, 0.0015, -0.0005, 0.002, -0.001]
        let runs = JobSchedule(plan).slots(6).map { slot in
            let drift = 0.02 * Double(slot.number)
            var run = JobRun(
                slot: slot,
                started: "2026-01-01T00:00:\(10 + slot.number)Z",
                boot: "b",
                wallSeconds: 10 + drift + noise[slot.number % 6] + (slot.arm == .beside ? 1 : 0)
            )
            run.readings = [JobReading(.completionTime, run.wallSeconds)]
            return run
        }
        let outcome = JobOutcome(plan, runs: runs, ending: .done)
        let alone = try outcome.record(Self.subject, arm: .alone)
        let beside = try outcome.record(Self.subject, arm: .beside)
        let comparison = try Comparison.compare(baseline: [alone], other: [beside])
        let metric = try #require(comparison.metrics.first { $0.name == "completion_time" })
        let effect = try #require(metric.overhead)
        #expect(metric.verdict == .overhead)
        #expect(abs(effect.estimate - 0.1) < 0.005)
        #expect(effect.low > 0.08 && effect.high < 0.12)
    }

    @Test("What ends three times in a row is named: the job, or the neighbour beside it")
    func hopeless() throws {
        for fault in [JobRun.Fault.exit, .neighbour] {
            let runs = (1...3).map { number in
                var run = Self.run(number)
                run.slot = JobSlot(number: number, arm: .beside, pair: 1)
                run.refusal = .init(fault, "it was so")
                return run
            }
            let plan = JobPlan(command: "c", neighbour: "n")
            let outcome = JobOutcome(plan, runs: runs, ending: .hopeless("it was so"))
            let who = fault == .neighbour ? "the neighbour" : "the job"
            let sentence = "The measurement ended early, for \(who) failed three times in a row: it was so."
            #expect(outcome.sentences(.beside).contains(sentence))
            let error = #expect(throws: MeasureRecordError.self) { try outcome.record(Self.subject, arm: .beside) }
            #expect(error?.description.contains("no run beside the neighbour is usable") == true)
        }
    }

    @Test("The JSON names each record with its arm and summarises each metric")
    func json() throws {
        func object(_ outcome: JobOutcome, _ files: [String]) throws -> ObjectReader {
            let written = files.map { (file: $0, id: "sha256:" + $0) }
            let text = try outcome.json(written).pretty()
            return try Reader(JSONDocument.parse(text: text, file: "out"), file: "out").mapping()
        }
        let runs = (1...3).map { number in
            Self.run(number, wall: Double(number), readings: [JobReading(.processorTime, 0.5 * Double(number))])
        }
        let one = try object(JobOutcome(Self.plan(skipped: 0), runs: runs, ending: .done), ["a"])
        #expect(try one.require("file").string() == "a")
        #expect(try one.require("id").string() == "sha256:a")
        let arm = try #require(try one.require("arms").array().first).mapping()
        #expect(arm["file"] == nil)
        let metrics = try arm.require("metrics").array().map { try $0.mapping() }
        #expect(try metrics.map { try $0.require("name").string() } == ["step_time", "completion_time", "cpu_time"])
        let time = try #require(metrics.dropFirst().first)
        #expect(try time.require("unit").string() == "s")
        #expect(try time.require("runs").int(in: 0...9) == 3)
        #expect(try ["least", "median", "most"].map { try time.require($0).double() } == [1, 2, 3])
        let paired = JobPlan(command: "c", neighbour: "n", runs: .fixed(3))
        let two = try object(JobOutcome(paired, runs: runs, ending: .done), ["a", "b"])
        #expect(two["file"] == nil && two["id"] == nil)
        let files = try two.require("arms").array().map { try $0.mapping().require("file").string() }
        #expect(files == ["a", "b"])
    }

    static let classes: [(gpu: Double?, io: Double?, cpu: Double?, name: String)] = [
        (nil, nil, 9, "cpu-bound"), (0.9, 1, 9.9, "gpu-bound"), (nil, 7, 2, "storage-bound"),
        (nil, 0, 1, "unclassified"),
        (0.4, 3, 9, "unclassified"), (0, 0, 6, "cpu-bound"), (nil, nil, nil, "unclassified"), (1, 10, 80, "gpu-bound"),
    ]

    @Test("Shares never sum to more than the time, and the rest is unknown", arguments: classes)
    func classified(gpu: Double?, io: Double?, cpu: Double?, name: String) throws {
        let readings = [
            gpu.map { JobReading(.gpuActivity, $0) }, io.map { JobReading(.ioPressure, $0) },
            cpu.map { JobReading(.processorTime, $0) },
        ].compactMap { $0 }
        let found = try #require(JobClass([Self.run(1, wall: 10, readings: readings)]))
        #expect(found.name == name)
        #expect(abs(found.shares.reduce(0) { $0 + ($1.share ?? 0) } - 1) < 1e-12)
        #expect(found.shares.allSatisfy { $0.share.map { (0...1).contains($0) } ?? true })
        #expect(found.shares.map(\.part) == JobClass.Part.counted)
        #expect(found.counterShares.isEmpty)
        #expect((found.shares.first { $0.part == .gpu }?.share == nil) == (gpu == nil))
    }
}
