import Documents
import Estate
import Evidence
import Synchronization
import Testing

@testable import Probing

/// Sessions on a machine that is made up: two probes, a launcher and counters that tests set.
@Suite struct MeasureSessionTests {
    static let layout = MachineLayout(
        processors: [0, 1],
        nodes: [.init(number: 0, processors: [0, 1], cores: [0, 1], lastLevelCacheBytes: 0)],
        availableBytes: 0,
        hasTransparentHugePages: false,
        freeGigabytePages: 0
    )

    static func probe(_ name: String, tolerates: Set<Disturbance.Kind> = []) -> ComponentProbe {
        ComponentProbe(
            name: name,
            title: name,
            placement: .all,
            weight: 1,
            tolerates: tolerates,
            metrics: { _ in [.component("\(name)_time", "us", .lower), .component("\(name)_large", "us", .lower)] },
            run: { _ in ProbeSamples() }
        )
    }

    /// Answers from a table, and counts.
    final class Script: ProbeLauncher {
        private let calls = Mutex<[String]>([])
        private let answer: @Sendable (ProbeRequest, Int) -> ProbeReply

        init(_ answer: @escaping @Sendable (ProbeRequest, Int) -> ProbeReply) { self.answer = answer }

        var launched: [String] { calls.withLock { $0 } }

        func launch(_ request: ProbeRequest, deadlineSeconds: Double) -> ProbeLaunch {
            let earlier = calls.withLock { calls in
                calls.append(request.probe)
                return calls.count { $0 == request.probe } - 1
            }
            return ProbeLaunch(reply: answer(request, earlier), processorSeconds: 1)
        }
    }

    static func samples(_ request: ProbeRequest, _ values: [Double]) -> ProbeReply {
        .samples(
            ProbeSamples(
                series: [ProbeSeries("\(request.probe)_time", values, resolution: 0.1)],
                conditions: [Condition(name: "size_mib", value: "4")],
                refusals: [ProbeRefusal("no large pages", metrics: ["\(request.probe)_large"])],
                notes: ["A note."]
            )
        )
    }

    /// Time goes by a second a reading; `disturbed` says in which measurements the quota struck, from 0.
    static func environment(
        disturbed: Set<Int> = [],
        emulation: String? = nil,
        emulationDoubt: String? = nil,
        isOptimised: Bool = true
    ) -> MeasureSession.Environment {
        // Atomics cannot be copied: they live in a box that the closures hold.
        final class Box: Sendable {
            let readings = Atomic(0)
            let times = Atomic(0)
        }
        let box = Box()
        return MeasureSession.Environment(
            counters: {
                let reading = box.readings.add(1, ordering: .relaxed).oldValue
                var counters = DisturbanceCounters()
                counters.throttledPeriods = disturbed.count { 2 * $0 + 1 <= reading }
                return counters
            },
            seconds: { Double(box.times.add(1, ordering: .relaxed).oldValue) },
            wallTime: { "2026-03-01T09:30:0\(min(9, box.readings.load(ordering: .relaxed) / 4)).000Z" },
            emulation: emulation,
            emulationDoubt: emulationDoubt,
            isOptimised: isOptimised
        )
    }

    static func session(
        _ launcher: Script,
        _ environment: MeasureSession.Environment,
        probes: [ComponentProbe] = [probe("alpha"), probe("beta")],
        rounds: Int = 4,
        options: MeasureSession.Options = .init()
    ) -> MeasureSession {
        MeasureSession(
            plan: MeasurePlan(.quick, seed: 1, processors: [0, 1], probes: probes, rounds: rounds),
            layout: layout,
            launcher: launcher,
            environment: environment,
            options: options
        )
    }

    @Test("a quiet session gives a record of a run for each round, which reads back and compares with itself")
    func quiet() throws {
        let launcher = Script { request, count in
            Self.samples(request, (0..<400).map { 100 + Double(($0 * 7 + count) % 10) })
        }
        var seen: [Int] = []
        let outcome = Self.session(launcher, Self.environment()).run(progress: { seen.append($0.done) })
        #expect(seen == Array(0..<8))
        #expect(outcome.rounds.count == 4)
        let record = try outcome.record(host: "h", boot: "b", created: "2026-03-01T09:30:00Z")
        #expect(record.metrics.map(\.name) == ["alpha_time", "beta_time"])
        #expect(record.metrics.allSatisfy { $0.kind == .component })
        #expect(record.runs.map(\.run.id) == ["round-1", "round-2", "round-3", "round-4"])
        #expect(record.runs.allSatisfy { $0.run.series.map(\.count) == [400, 400] && $0.run.started != nil })
        #expect(
            record.hosts[0].blindSpots == [
                "alpha_large was not measured: no large pages.", "beta_large was not measured: no large pages.",
                "A note.",
            ]
        )
        let again = try Record.read(try record.encoded(), file: "x.record.json")
        #expect(again.content == record.content)
        #expect(again.id == record.id)
    }

    @Test("records of two sessions compare, run by run")
    func compared() throws {
        func record(factor: Double, spread: Double) throws -> Record {
            let launcher = Script { request, count in
                Self.samples(
                    request,
                    (0..<400).map { factor * (100 + Double($0 * 7 % 10) + spread * Double(count % 3)) }
                )
            }
            return try Self.session(launcher, Self.environment()).run().record(host: "h", boot: "b")
        }
        let comparison = try Comparison.compare(
            baseline: [record(factor: 1, spread: 0.1)],
            other: [record(factor: 1.02, spread: 0.2)]
        )
        #expect(comparison.metrics.map(\.name) == ["alpha_time", "beta_time"])
        for metric in comparison.metrics {
            let overhead = try #require(metric.overhead)
            #expect(abs(overhead.estimate - 0.02) < 3e-3)
            #expect(metric.baselineValues.count == 4)
        }
    }

    @Test("a disturbed run is tried again, and what was disturbed leaves no trace in the numbers")
    func retried() throws {
        let launcher = Script { request, count in Self.samples(request, [request.probe == "alpha" ? 1 : 2]) }
        let outcome = Self.session(launcher, Self.environment(disturbed: [0, 1])).run()
        #expect(outcome.disturbedRuns == 2)
        #expect(launcher.launched.count == 10)
        #expect(outcome.rounds.allSatisfy { $0.probes.count == 2 })
        #expect(outcome.sentences.contains("2 runs were thrown away because something disturbed the machine."))
    }

    @Test("a run that is disturbed each time is refused, with the reason in the record")
    func refused() throws {
        let launcher = Script { request, _ in Self.samples(request, [1]) }
        let outcome = Self.session(launcher, Self.environment(disturbed: [0, 1, 2])).run()
        let record = try outcome.record(host: "h", boot: "b")
        let first = try #require(launcher.launched.first)
        let sentence =
            "\(first)_time and \(first)_large were not measured in 1 of 4 rounds: "
            + "the control group's processor quota stopped it (throttled periods: 1)."
        #expect(record.hosts[0].blindSpots.contains(sentence))
        #expect(record.runs[0].run.series.count == 1)
        #expect(record.runs[1].run.series.count == 2)
    }

    @Test("a probe that looks for a disturbance is not refused for it")
    func tolerated() {
        let launcher = Script { request, _ in Self.samples(request, [1]) }
        let probes = [Self.probe("alpha", tolerates: [.throttled])]
        let outcome = Self.session(launcher, Self.environment(disturbed: Set(0..<99)), probes: probes).run()
        #expect(outcome.rounds.count == 4)
        #expect(outcome.disturbedRuns == 0)
    }

    @Test("disturbed runs that the user wants are kept and marked")
    func kept() throws {
        let launcher = Script { request, _ in Self.samples(request, [1]) }
        let environment = Self.environment(disturbed: [0], isOptimised: false)
        let outcome = Self.session(launcher, environment, options: .init(keepsDisturbed: true)).run()
        let record = try outcome.record(host: "h", boot: "b")
        #expect(record.runs[0].run.condition("disturbed") == "throttled")
        #expect(record.runs[1].run.condition("disturbed") == nil)
        #expect(record.runs.allSatisfy { $0.run.condition("unoptimised") == "yes" })
    }

    @Test("a processor that may be emulated is not measured either, and is marked where the user allows it")
    func perhapsEmulated() throws {
        let launcher = Script { request, _ in Self.samples(request, [1]) }
        let environment = Self.environment(emulationDoubt: "firmware says so")
        let refused = Self.session(launcher, environment).run()
        #expect(launcher.launched.isEmpty)
        #expect {
            _ = try refused.record(host: "h", boot: "b")
        } throws: {
            "\($0)" == "nothing was measured: whether the processor is emulated is not shown: firmware says so; "
                + "--allow-emulated measures it all the same"
        }
        let allowed = Self.session(launcher, environment, options: .init(allowsEmulated: true)).run()
        let record = try allowed.record(host: "h", boot: "b")
        #expect(record.runs.allSatisfy { $0.run.condition("perhaps-emulated") == "yes" })
        #expect(record.runs.allSatisfy { $0.run.condition("emulated") == nil })
    }

    @Test("an emulated processor is not measured, and there is no record that looks like one")
    func emulated() throws {
        let launcher = Script { request, _ in Self.samples(request, [1]) }
        let outcome = Self.session(launcher, Self.environment(emulation: "CPUID says so")).run()
        #expect(launcher.launched.isEmpty)
        #expect(outcome.refusals.map(\.probe) == ["alpha", "beta"])
        #expect {
            _ = try outcome.record(host: "h", boot: "b")
        } throws: {
            "\($0)" == "nothing was measured: the processor is emulated: CPUID says so; "
                + "--allow-emulated measures it all the same"
        }
        let allowed = Self.session(
            launcher,
            Self.environment(emulation: "CPUID says so"),
            options: .init(allowsEmulated: true)
        ).run()
        let record = try allowed.record(host: "h", boot: "b")
        #expect(record.runs.allSatisfy { $0.run.condition("emulated") == "yes" })
        #expect(
            record.hosts[0].blindSpots.contains("All numbers are marked: the processor is emulated: CPUID says so.")
        )
    }

    @Test("a failing probe takes nothing from the others")
    func failing() throws {
        let launcher = Script { request, count in
            request.probe == "alpha" && count == 1
                ? .refused(ProbeRefusal("signal 11 ended the run")) : Self.samples(request, [1])
        }
        let outcome = Self.session(launcher, Self.environment()).run()
        let record = try outcome.record(host: "h", boot: "b")
        #expect(record.runs.map { $0.run.series.count } == [2, 1, 2, 2])
        #expect(
            outcome.sentences.contains(
                "alpha_time and alpha_large were not measured in 1 of 4 rounds: signal 11 ended the run."
            )
        )
    }

    @Test("an interrupted session keeps what it has and says so")
    func interrupted() throws {
        let launcher = Script { request, _ in Self.samples(request, [1]) }
        let count = Mutex(0)
        let outcome = Self.session(launcher, Self.environment()).run(isCancelled: {
            count.withLock {
                $0 += 1
                return $0 > 5
            }
        })
        #expect(outcome.isInterrupted)
        #expect(launcher.launched.count == 5)
        let record = try outcome.record(host: "h", boot: "b")
        #expect(record.runs.count == 3)
        #expect(record.hosts[0].blindSpots.last == "The measurement was interrupted after 3 of 4 rounds.")
    }

    @Test("the outcome reads as a table and as JSON")
    func output() throws {
        let launcher = Script { request, count in Self.samples(request, [10, 11, 12 + Double(count)]) }
        let outcome = Self.session(launcher, Self.environment()).run()
        #expect(outcome.text.contains("alpha_time"))
        #expect(outcome.text.contains("too few (3 of 368)"))
        #expect(outcome.text.contains("- beta_large was not measured: no large pages.\n"))
        let value = try JSONDocument.parse(text: try outcome.json.pretty(), file: "x")
        let object = try Reader(value, file: "x").mapping()
        #expect(try object.require("metrics").array().count == 2)
        #expect(try object.require("rounds").array().count == 4)
        #expect(try object.require("refusals").array().count == 2)
    }
}

@Suite struct MetricSummaryTests {
    static let metric = Metric.component("m", "us", .lower)

    static func summary(_ runs: [[Double]]) -> MetricSummary? {
        MetricSummary(metric, runs.map { ProbeSeries("m", $0, resolution: 0.5) })
    }

    @Test("the interval is over runs, not over samples")
    func interval() throws {
        // Means 1...5: standard error sqrt(2.5 / 5), t(0.975, 4) = 2.776445.
        let summary = try #require(Self.summary((1...5).map { [Double](repeating: Double($0), count: 400) }))
        #expect(summary.mean == 3)
        #expect(summary.median == 3)
        let error = try #require(summary.relativeError)
        let expected = 2.776_445_105 * 0.5.squareRoot() / 3
        #expect(abs(error - expected) < 1e-9)
        #expect(summary.samples == 2000)
        #expect(summary.p99 == 3)
    }

    @Test("a tail needs 368 samples in each run")
    func tail() throws {
        let enough = [Double](repeating: 1, count: 368)
        #expect(try #require(Self.summary([enough, enough])).p99 == 1)
        #expect(try #require(Self.summary([enough, Array(enough.dropLast())])).p99 == nil)
        #expect(MetricSummary.samplesForP99 == 368)
    }

    @Test("the number of pairs proposed finds 2 % in 95 % of cases, by its own formula")
    func power() throws {
        // A spread of 1 % between runs: sqrt(2) % between pairs; (t.975 + t.95)^2 sd^2 / ln(1.02)^2 at n - 1.
        let runs = [0.99, 1.0, 1.01].map { [$0] }
        let pairs = try #require(Self.summary(runs)?.pairsForTwoPercent)
        #expect((8...10).contains(pairs))
        #expect(Self.summary([[1], [1], [1]])?.pairsForTwoPercent == nil, "the spread is unknown")
        #expect(Self.summary([[1], [2]])?.pairsForTwoPercent == nil)
    }

    @Test("no samples, no summary")
    func none() {
        #expect(Self.summary([]) == nil)
        #expect(Self.summary([[]]) == nil)
        #expect(Self.summary([[0, 0], [0, 0], [0, 0]])?.pairsForTwoPercent == nil)
    }
}
