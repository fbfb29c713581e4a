import Probability
import Testing

@testable import Evidence

@Suite("Detours in records")
struct DetourNoiseTests {
    /// A record as `assay measure --probes detours` writes it: two processors, one with a detour of 1 ms in each run.
    static func record(runs: Int, regular: Bool = false, keepAll: Bool = true) throws -> Record {
        let names = ["spin_quantum", "detour_length_cpu0", "detours_per_second_cpu0", "detours_per_second_cpu1"]
        let units = ["us", "us", "1/s", "1/s"]
        let metrics = zip(names, units).map { Metric(name: $0, unit: $1, direction: .lower, kind: .component) }
        var generator = RandomGenerator(seed: 1)
        let all = try (0..<runs).map { run in
            // Two seconds on each processor: 2,000 quanta each, one of them longer by the detour.
            let quanta = [Double](repeating: 1000, count: 3_999) + [2000]
            let windows = (0..<20).map { _ in
                regular ? 100.0 : RunDetours.poisson(10, &generator) * 10
            }
            return Run(
                id: "round-\(run)",
                series: [
                    try Sample.summary(quanta, metric: names[0]), try Sample.summary([1000], metric: names[1]),
                    try Sample.summary(windows, metric: names[2]),
                    try Sample.summary([Double](repeating: 0, count: 20), metric: names[3]),
                ]
            )
        }
        return try Record(.init(metrics: metrics, hosts: [Host(id: "h", boots: [Boot(id: "b", runs: all)])]))
    }

    @Test("have the time that was watched, their number, and the share of time they take")
    func facts() throws {
        let noise = try DetourNoise([Self.record(runs: 3)])
        #expect(noise.processors == 2)
        #expect(noise.runs == 3)
        #expect(noise.count == 3)
        #expect(abs(noise.longest - 1e-3) < 1e-9)
        // 4.001 s over two processors and three runs, 3 ms of them lost.
        #expect(abs(noise.watchedSeconds - (3 * 4.001 - 0.003)) < 1e-6)
        #expect(abs(noise.share - 0.003 / 12.003) < 1e-9)
    }

    @Test("of another tool's record the time watched follows from the detours and their rate")
    func imported() throws {
        func record(rates: [Double], counts: [Int]) throws -> Record {
            var series: [SampleSummary] = []
            for (processor, rate) in rates.enumerated() {
                series.append(try Sample.summary([rate], metric: "detours_per_second_cpu\(processor)"))
                guard counts[processor] > 0 else { continue }
                let lengths = [Double](repeating: 500, count: counts[processor])
                series.append(try Sample.summary(lengths, metric: "detour_length_cpu\(processor)"))
            }
            let metrics = series.map { Metric(name: $0.metric, unit: "us", direction: .lower, kind: .component) }
            let boot = Boot(id: "b", runs: [Run(id: "r", series: series)])
            return try Record(.init(metrics: metrics, hosts: [Host(id: "h", boots: [boot])]))
        }
        // 20 and no detours in 10 s: both processors were watched for 10 s, one of them lost 10 ms.
        let noise = try DetourNoise([record(rates: [2, 0], counts: [20, 0])])
        #expect(noise.processors == 2 && noise.count == 20)
        #expect(abs(noise.watchedSeconds - 19.99) < 1e-9)
        #expect(noise.regularity == DetourRegularity(1))
        // No detour at all says nothing of how long it was looked for.
        #expect(throws: PredictionError.self) { try DetourNoise([record(rates: [0, 0], counts: [0, 0])]) }
    }

    @Test("a tick like a clock has no dispersion, random times have one of about 1")
    func dispersion() throws {
        let regular = try DetourNoise([Self.record(runs: 5, regular: true)]).regularity.dispersions
        #expect(regular.allSatisfy { $0 < 0.01 }, "\(regular)")
        // The second processor's windows are all zero and lower neither mean nor variance in ratio.
        let random = try DetourNoise([Self.record(runs: 5)]).regularity.dispersions
        #expect(random.allSatisfy { abs($0 - 1) < 0.3 }, "\(random)")
    }

    @Test("what the record says of a class of length holds for it, and for no other")
    func classes() throws {
        /// 60 short detours and 20 of half a millisecond a run, and what their windows have been found to be.
        func record(_ dispersions: [Double?]) throws -> Record {
            let lengths = [Double](repeating: 2, count: 60) + [Double](repeating: 500, count: 20)
            let rates = (0..<20).map { [300.0, 500][$0 % 2] }
            let runs = try (0..<4).map { run in
                var series = [
                    try Sample.summary([Double](repeating: 1000, count: 2_000), metric: "spin_quantum"),
                    try Sample.summary(lengths, metric: "detour_length_cpu0"),
                    try Sample.summary(rates, metric: "detours_per_second_cpu0"),
                ]
                for (metric, dispersion) in zip(DetourRegularity.metrics, dispersions) {
                    // Every other run says half, every other one and a half times as much.
                    guard let dispersion else { continue }
                    series.append(try Sample.summary([dispersion * [0.5, 1.5][run % 2]], metric: metric))
                }
                return Run(id: "r\(run)", series: series)
            }
            let metrics = runs[0].series.map {
                Metric(name: $0.metric, unit: "us", direction: .lower, kind: .component)
            }
            return try Record(.init(metrics: metrics, hosts: [Host(id: "h", boots: [Boot(id: "b", runs: runs)])]))
        }
        // A class that no detour was seen of, and one of fewer than fifty, say nothing.
        #expect(try DetourNoise([record([120, 7, 0.5, 9])]).regularity.dispersions == [120, 1, 0.5, 1])
        #expect(try DetourNoise([record([120, nil, nil, nil])]).regularity.dispersions == [120, 1, 1, 1])
        // A record without any has one number for all lengths.
        let all = try DetourNoise([record([nil, nil, nil, nil])]).regularity
        #expect(all == DetourRegularity(all.dispersions[0]) && all.dispersions[0] > 2)
    }

    @Test("take part in a prediction as they stand in the record")
    func prediction() throws {
        var question = ScaleQuestion(stepSeconds: 0.1, synchronisations: 1, nodes: [1])
        question.draws = 10
        let result = try ScalePrediction([Self.record(runs: 3)], question)
        let row = try #require(result.rows.first)
        // On average 3 detours in 12 s: the share of time, at one rank.
        #expect(abs(row.noise.estimate / 0.000_25 - 1) < 0.01)
        #expect(row.reach == .sample)
        #expect(row.communication == nil)
    }

    @Test("no detour at all costs nothing, and says so")
    func none() throws {
        let noise = DetourNoise(watches: [("a", 10, [])])
        let question = ScaleQuestion(stepSeconds: 0.1, synchronisations: 1, nodes: [1, 64])
        let result = try ScalePrediction(noise: noise, network: nil, wakeups: nil, question)
        #expect(result.rows.map(\.noise.estimate) == [0, 0])
        #expect(result.rows.map(\.reach) == [.none, .none])
    }
}

@Suite("Arrivals of a file")
struct ArrivalTraceTests {
    @Test("are seconds or times, a header apart, from the first on")
    func times() throws {
        let text = "TIMESTAMP,ContextTokens\n2023-11-16 23:59:59.5,374\n2023-11-17 00:00:01.25,396\n"
        #expect(try ArrivalTrace.times(text, file: "a.csv") == [0, 1.75])
        #expect(try ArrivalTrace.times("10\r\n10.5\r\n12\r\n", file: "a.csv") == [0, 0.5, 2])
        // A leap day, counted by the calendar.
        #expect(try ArrivalTrace.times("2024-02-28T12:00:00Z\n2024-03-01T12:00:00Z", file: "a") == [0, 172_800])
    }

    @Test(
        "are refused with the line where they are none",
        arguments: [
            ("1\nx\n", "a.csv:2: 'x' is no time"), ("2\n1\n", "a.csv:2: is before the line above it"),
            ("time\n", "a.csv: has no arrival"), ("1\ninf\n", "a.csv:2: 'inf' is no time"),
            ("1\n2023-13-01 00:00:00\n", "a.csv:2: '2023-13-01 00:00:00' is no time"),
        ]
    )
    func refused(text: String, beginning: String) {
        let error = #expect(throws: PredictionError.self) { try ArrivalTrace.times(text, file: "a.csv") }
        #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "")")
    }
}
