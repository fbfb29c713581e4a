import Estate
import Probability
import Testing

@testable import Evidence

@Suite("A job's slowdown at scale")
struct ScalePredictionTests {
    /// One processor watched for a long time, with detours of given lengths at the rate given.
    static func noise(_ lengths: [Double], ratePerSecond: Double, dispersion: Double = 1) -> DetourNoise {
        DetourNoise(
            watches: [(place: "a", workSeconds: Double(lengths.count) / ratePerSecond, lengths: lengths)],
            regularity: DetourRegularity(dispersion)
        )
    }

    static func question(_ step: Double, syncs: Double = 1, nodes: [Int], slack: Double = 0) -> ScaleQuestion {
        var question = ScaleQuestion(stepSeconds: step, synchronisations: syncs, nodes: nodes)
        question.slackSeconds = slack
        question.draws = 4
        return question
    }

    static func predict(_ noise: DetourNoise, _ question: ScaleQuestion) throws -> ScalePrediction {
        try ScalePrediction(noise: noise, network: nil, wakeups: nil, question)
    }

    struct Cell: Sendable, CustomStringConvertible {
        var ranks: Int
        var step: Double
        var detour: Double
        var perWindow: Double
        var slack = 0.0
        var mixed = false
        var description: String {
            "N \(ranks), T \(step) s, D \(detour) s, \(perWindow) a window, slack \(slack)\(mixed ? ", mixed lengths" : "")"
        }
    }

    static let grid: [Cell] =
        [1, 8, 64, 512].flatMap { ranks in
            [
                Cell(ranks: ranks, step: 0.01, detour: 0.001, perWindow: 0.01),
                Cell(ranks: ranks, step: 0.01, detour: 0.001, perWindow: 0.1),
                Cell(ranks: ranks, step: 0.1, detour: 0.001, perWindow: 1),
                Cell(ranks: ranks, step: 0.1, detour: 0.01, perWindow: 0.01),
                Cell(ranks: ranks, step: 0.01, detour: 0.001, perWindow: 0.05, mixed: true),
                Cell(ranks: ranks, step: 0.01, detour: 0.001, perWindow: 0.05, slack: 0.000_4),
                Cell(ranks: ranks, step: 0.01, detour: 0.001, perWindow: 0.5, slack: 0.002),
            ]
        }

    /// The excess itself within 2 %, where the simulator knows it that well, and the slowdown always.
    @Test("agrees with a simulator of every event", arguments: grid)
    func simulator(cell: Cell) throws {
        var lengths = [Double](repeating: cell.detour, count: 200_000)
        if cell.mixed { for place in lengths.indices { lengths[place] *= [0.01, 0.1, 0.3, 1, 3][place % 5] } }
        let work = cell.step - cell.slack
        let rate = cell.perWindow / work
        let noise = Self.noise(lengths, ratePerSecond: rate)
        let result = try Self.predict(noise, Self.question(cell.step, nodes: [cell.ranks], slack: cell.slack))
        let row = try #require(result.rows.first)
        let isMixed = cell.mixed
        let detour = cell.detour
        let simulator = StepSimulator(
            ranks: cell.ranks,
            window: cell.step,
            slack: cell.slack,
            rate: rate,
            length: { generator in isMixed ? detour * [0.01, 0.1, 0.3, 1, 3][generator.index(below: 5)] : detour }
        )
        // As many windows as bring 40,000 detours, or where those all count once, enough for the mean.
        let events = cell.perWindow * Double(cell.ranks)
        // Slack leaves rare sums of several detours to count, and so needs more.
        let windows = Int(min(max((cell.slack > 0 ? 300_000 : 40_000) / events, 3_000), 600_000))
        let mean = (simulator.meanDelay(windows: windows, seed: 7) + simulator.meanDelay(windows: windows, seed: 8)) / 2
        let simulated = mean / cell.step
        #expect(abs((1 + row.noise.estimate) / (1 + simulated) - 1) < 0.002)
        #expect(abs(row.noise.estimate - simulated) <= 0.02 * simulated + 2e-5)
    }

    @Test("is the table of rare detours where detours are rare", arguments: [1, 8, 64, 512])
    func rare(ranks: Int) throws {
        let noise = Self.noise([Double](repeating: 1e-3, count: 100_000), ratePerSecond: 0.1)
        let result = try Self.predict(noise, Self.question(0.01, nodes: [ranks]))
        let table = RareDetours.single(noiseShare: 1e-4, detour: 1e-3, step: 0.01, ranks: Double(ranks))
        #expect(abs(try #require(result.rows.first).noise.estimate / table - 1) < 0.02)
    }

    @Test("hardly grows under a regular tick, and grows under random detours of the same rate")
    func regular() throws {
        let lengths = [Double](repeating: 3e-6, count: 100_000)
        let question = Self.question(0.01, nodes: [1, 1000])
        let regular = try Self.predict(Self.noise(lengths, ratePerSecond: 1000, dispersion: 0.001), question)
        let random = try Self.predict(Self.noise(lengths, ratePerSecond: 1000), question)
        // Ten ticks in every window, one more at most.
        #expect(regular.rows[1].noise.estimate < 1.15 * regular.rows[0].noise.estimate)
        #expect(random.rows[1].noise.estimate > 2 * random.rows[0].noise.estimate)
        let poisson = RareDetours.several(noiseShare: 0.003, detour: 3e-6, step: 0.01, ranks: 1000)
        #expect(abs(random.rows[1].noise.estimate / poisson - 1) < 0.01)
    }

    /// Timer ticks and exits outnumber what makes a step late, and come in bursts: their rhythm is not that of the others.
    @Test("short detours in bursts leave the long ones their own rhythm", arguments: [1.0, 0.01])
    func rhythms(dispersion: Double) throws {
        let long = [Double](repeating: 3e-4, count: 8_000)
        let short = [Double](repeating: 6e-7, count: 30_000)
        let question = Self.question(0.002, nodes: [1, 2, 16])
        func rows(_ lengths: [Double], _ classes: [Double]) throws -> [Double] {
            let watch = (place: "a", workSeconds: 10.0, lengths: lengths)
            let noise = DetourNoise(watches: [watch], regularity: DetourRegularity(classes: classes))
            return try Self.predict(noise, question).rows.map(\.noise.estimate)
        }
        let alone = try rows(long, [1, 1, dispersion, 1])
        let both = try rows(long + short, [20, 1, dispersion, 1])
        for (alone, both) in zip(alone, both) {
            // What the short ones take, 0.2 % on average, and a little more where the latest of several has more of them.
            #expect(both - alone > 0.001 && both - alone < 0.012, "\(alone) \(both)")
        }
        // One number for all of them, the mean of their dispersions, says far more.
        let mixed = try rows(long + short, [16, 16, 16, 16])
        #expect(mixed[2] > 1.5 * both[2], "\(mixed) \(both)")
    }

    @Test("where what is long is of one length, the sample carries the prediction", arguments: [64, 512])
    func twoCauses(ranks: Int) throws {
        let lengths = [Double](repeating: 1e-4, count: 3_000) + [Double](repeating: 9e-4, count: 120)
        let noise = DetourNoise(watches: [("a", 60.0, lengths)])
        let result = try Self.predict(noise, Self.question(0.02, nodes: [ranks]))
        let simulator = StepSimulator(ranks: ranks, window: 0.02, slack: 0, rate: 52) { generator in
            generator.index(below: 3_120) < 120 ? 9e-4 : 1e-4
        }
        let simulated = simulator.meanDelay(windows: 20_000, seed: 3) / 0.02
        #expect(abs(try #require(result.rows.first).noise.estimate / simulated - 1) < 0.02)
    }

    @Test("classes of one dispersion are one law")
    func grouped() throws {
        let lengths = (0..<5_000).map { 1e-6 * Double($0 % 2_000 + 1) }
        let question = Self.question(0.01, nodes: [1, 8, 64])
        func rows(_ regularity: DetourRegularity) throws -> [Double] {
            let noise = DetourNoise(watches: [("a", 10.0, lengths)], regularity: regularity)
            return try Self.predict(noise, question).rows.map(\.noise.estimate)
        }
        #expect(try rows(DetourRegularity(3)) == rows(DetourRegularity(classes: [3, 3, 3, 3])))
        // Poisson's law can be parted anywhere.
        let parted = try rows(DetourRegularity(classes: [0.99, 1, 1.01, 1.02]))
        for (one, other) in zip(try rows(DetourRegularity(1)), parted) { #expect(abs(one / other - 1) < 1e-6) }
    }

    @Test("never falls with ranks, and rises with longer detours, more synchronisations and less slack")
    func monotone() throws {
        let lengths = (0..<5_000).map { 1e-5 * Double($0 % 100 + 1) }
        let noise = Self.noise(lengths, ratePerSecond: 50)
        let nodes = [1, 2, 8, 64, 512, 4096]
        let rows = try Self.predict(noise, Self.question(0.1, nodes: nodes)).rows.map(\.noise.estimate)
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0 <= $1 * 1.0001 }, "\(rows)")
        let more = try Self.predict(noise, Self.question(0.1, syncs: 10, nodes: nodes)).rows.map(\.noise.estimate)
        #expect(zip(rows, more).dropFirst(2).allSatisfy { $0 < $1 })
        let slack = try Self.predict(noise, Self.question(0.1, nodes: nodes, slack: 3e-4)).rows.map(\.noise.estimate)
        #expect(zip(rows, slack).allSatisfy { $0 > $1 })
    }

    @Test("says why there is no tail beyond the sample: too few detours, or all of one length; extrapolates neither")
    func noTail() throws {
        func prediction(_ lengths: [Double]) throws -> ScalePrediction {
            var question = Self.question(0.1, nodes: [100_000])
            question.draws = 20
            return try Self.predict(DetourNoise(watches: [("a", 100.0, lengths)]), question)
        }
        let few = try prediction((1...50).map { 1e-5 * Double($0) })
        #expect(few.rows[0].reach == .beyond)
        #expect(few.notes.contains { $0.contains("too few detours for a tail (50 seen)") }, "\(few.notes)")
        let equal = try prediction([Double](repeating: 1e-4, count: 5_000))
        #expect(equal.rows[0].reach == .beyond && equal.tail == nil)
        let note = try #require(equal.notes.first { $0.hasPrefix("Beyond the sample") })
        #expect(note.contains("5000 detours are as good as equal") && !note.contains("too few"), "\(note)")
        // Against itself: no overhead, whatever the detours leave open.
        let overhead = try #require(equal.overhead(of: equal, level: 0.9).first)
        #expect(overhead.estimate == 0 && overhead.contains(0))
    }

    @Test("says where the sample ends, and its interval widens there")
    func extrapolation() throws {
        var generator = RandomGenerator(seed: 3)
        let lengths = (0..<2_000).map { _ in -1e-4 * log(generator.uniform()) }
        var question = Self.question(0.1, nodes: [1, 8, 100_000])
        question.draws = 100
        // Four runs of 500 detours.
        let watches = (0..<4).map { run in
            (place: "a", workSeconds: 100.0, lengths: Array(lengths[(run * 500)..<(run * 500 + 500)]))
        }
        let result = try Self.predict(DetourNoise(watches: watches), question)
        #expect(result.rows.map(\.reach) == [.sample, .sample, .extrapolated])
        // The truth: windows of 0.1 s with half a detour each, exponential lengths of mean 0.1 ms.
        let truth =
            ExpectedMaximum.ofSurvival(100_000, from: 0, to: 0.01, panels: 400) { x in
                // A gamma mixture: the tail of a compound Poisson law of exponentials, term by term.
                var (sum, mass, inner, term) = (0.0, exp(-0.5), 0.0, exp(-x / 1e-4))
                for k in 1..<60 {
                    mass *= 0.5 / Double(k)
                    inner += term
                    term *= x / 1e-4 / Double(k)
                    sum += mass * inner
                }
                return sum
            } / 0.1
        let last = try #require(result.rows.last)
        #expect(last.noise.contains(truth), "\(last.noise) should hold \(truth)")
        let widths = result.rows.map { ($0.noise.high - $0.noise.low) / $0.noise.estimate }
        #expect(widths[2] > widths[0])
    }

    @Test("holds the truth in its 90 % interval in about nine of ten samples")
    func coverage() throws {
        // Bernoulli trials at the 90 % level: 60 samples, at least 47 expected but for one chance in 300.
        var inside = 0
        for seed in 0..<60 {
            var generator = RandomGenerator(seed: UInt64(seed), stream: 99)
            let watches = (0..<5).map { _ -> (place: String, workSeconds: Double, lengths: [Double]) in
                let count = Int(RunDetours.poisson(40, &generator))
                return ("a", 20.0, (0..<count).map { _ in -1e-4 * log(generator.uniform()) })
            }
            var question = Self.question(0.1, nodes: [8])
            question.draws = 100
            let row = try #require(try Self.predict(DetourNoise(watches: watches), question).rows.first)
            let truth =
                ExpectedMaximum.ofSurvival(8, from: 0, to: 0.005, panels: 200) { x in
                    var (sum, mass, inner, term) = (0.0, exp(-0.2), 0.0, exp(-x / 1e-4))
                    for k in 1..<40 {
                        mass *= 0.2 / Double(k)
                        inner += term
                        term *= x / 1e-4 / Double(k)
                        sum += mass * inner
                    }
                    return sum
                } / 0.1
            if row.noise.contains(truth) { inside += 1 }
        }
        #expect(inside >= 47)
    }

    @Test(
        "is refused for senseless numbers, in one sentence",
        arguments: [
            (0.0, 1.0, 1, "the step time is 0 seconds, expected a number from 0.000001 to 1000000 seconds"),
            (.nan, 1, 1, "the step time is not a number, expected a number from 0.000001 to 1000000 seconds"),
            (.infinity, 1, 1, "the step time is infinite, expected a number from 0.000001 to 1000000 seconds"),
            (1, 0, 1, "the number of synchronisations a step is 0, expected a number from 1 to 10000000"),
            (1, 1, 0, "a number of nodes is 0, expected 1 or more, and no more than 1000000000 ranks in all"),
            (
                1, 1, 1_000_000_000_000,
                "a number of nodes is 1000000000000, expected 1 or more, and no more than 1000000000 ranks in all"
            ),
        ]
    )
    func senseless(step: Double, syncs: Double, nodes: Int, sentence: String) {
        let error = #expect(throws: PredictionError.self) {
            try ScaleQuestion(stepSeconds: step, synchronisations: syncs, nodes: [nodes]).check()
        }
        #expect(error?.description == sentence)
    }

    @Test("is refused where slack exceeds the window, and where no record has detours")
    func refused() throws {
        var question = Self.question(0.01, syncs: 10, nodes: [2])
        question.slackSeconds = 0.002
        #expect(throws: PredictionError.self) { try question.check() }
        let record = try Record(
            .init(
                metrics: [Sample.stepTime],
                hosts: [Host(id: "h", boots: [Boot(id: "b", runs: [try Sample.run("r", [1, 2, 3])])])]
            )
        )
        let error = #expect(throws: PredictionError.self) {
            try ScalePrediction([record], Self.question(0.01, nodes: [2]))
        }
        #expect(error?.description.contains("the records have no detours of spinning cores") == true)
        #expect(error?.description.contains("they have step_time") == true)
    }

    private func log(_ x: Double) -> Double { -ScaleMath.negativeLog(x) }
    private func exp(_ x: Double) -> Double { ScaleMath.exponential(x) }
}
