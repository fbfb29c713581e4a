import Probability
import RealModule

/// What one arm's records say about a job at scale.
package struct ScalePrediction: Sendable {
    /// Where a number at so many ranks comes from.
    package enum Reach: String, Sendable, Hashable {
        /// As many ranks in one window see less than a tenth of the time that was watched.
        case sample
        /// More than that: a fitted tail carries it, and its interval says how well.
        case extrapolated
        /// More than that, and no tail could be fitted: the longest detour seen is the longest in it.
        case beyond
        /// Nothing took any time.
        case none
    }

    /// One number of nodes.
    package struct Row: Sendable {
        /// Nodes.
        package var nodes: Int
        /// Ranks on all of them.
        package var ranks: Int
        /// Waiting for the latest rank, over the work of a step: the slowdown that noise causes, as a share.
        package var noise: Interval
        /// Where that comes from.
        package var reach: Reach
        /// Exposed communication, in seconds a step; absent where no message or no network is known.
        package var communication: Interval?
        /// The whole step, in seconds.
        package var step: Interval
        /// The step of each draw, for ratios between arms.
        var draws: [Double]
    }

    /// Detours of the records.
    package let noise: DetourNoise
    /// The tail that carries beyond the sample; absent where the sample is too small for one.
    package let tail: GeneralisedPareto?
    /// The network, where the records have it.
    package let network: NetworkMeasurement?
    /// One row a number of nodes.
    package let rows: [Row]
    /// What the reader of the numbers should know, one sentence each.
    package let notes: [String]

    /// The share of the watched time up to which the sample itself is asked.
    package static let reachShare = 0.1
    /// Places beyond which those of like noise are taken together.
    private static let mostPlaces = 64

    /// Predicts a job from the records of one arm.
    ///
    /// - Throws: ``PredictionError`` for senseless questions, and where no record has detours.
    package init(_ records: [Record], _ question: ScaleQuestion) throws(PredictionError) {
        try question.check()
        try self.init(
            noise: DetourNoise(records),
            network: NetworkMeasurement(records),
            wakeups: question.sleeps ? Self.wakeups(records) : nil,
            question,
            remarks: Self.disturbances(records)
                + (question.messageBytes == nil
                    ? []
                    : NetworkMeasurement.lack(records).map { ["Communication is not in the prediction: \($0)."] } ?? [])
        )
    }

    /// Predicts a job from noise that is at hand, without a network and with ranks that wait awake.
    ///
    /// - Throws: ``PredictionError`` for senseless questions.
    package init(noise: DetourNoise, _ question: ScaleQuestion) throws(PredictionError) {
        try self.init(noise: noise, network: nil, wakeups: nil, question)
    }

    /// Predicts a job from its parts.
    init(
        noise: DetourNoise,
        network: NetworkMeasurement?,
        wakeups: WakeupSample?,
        _ question: ScaleQuestion,
        remarks: [String] = []
    ) throws(PredictionError) {
        try question.check()
        self.noise = noise
        self.network = network
        let pooled = noise.pooled
        let tail = GeneralisedPareto(sorted: pooled.lengths, weights: pooled.counts)
        self.tail = tail
        // Where nobody waits, a step is as late as its own detours.
        let waits = question.exposed > 0
        let window = waits ? question.windowSeconds : question.stepSeconds
        let slack = waits ? question.slackSeconds : 0
        let stops = waits ? question.synchronisations * question.exposed : 1
        let places = Self.grouped(noise.places, Self.mostPlaces)
        func law(
            _ places: [DetourNoise.Place],
            _ regularity: DetourRegularity,
            _ tail: GeneralisedPareto?,
            _ exponent: Int,
            _ fourier: Fourier?
        ) -> DelayLaw? {
            DelayLaw(
                places,
                regularity: regularity,
                windowSeconds: window,
                slackSeconds: slack,
                wakeups: wakeups,
                tail: tail,
                exponent: exponent,
                fourier: fourier
            )
        }
        let counts = question.nodes.map { Double($0 * question.ranksPerNode) }
        let isBeyond = counts.map { waits && $0 * (window - slack) > Self.reachShare * noise.watchedSeconds }
        let sampled = law(places, noise.regularity, nil, 14, nil)
        let extended = isBeyond.contains(true) && tail != nil ? law(places, noise.regularity, tail, 14, nil) : nil
        var estimates: [Double] = []
        for (place, count) in counts.enumerated() {
            let law = isBeyond[place] ? extended ?? sampled : sampled
            let ranks = waits ? count : 1
            let delay = law.map { $0.expectedDelay(ranks: ranks) * $0.carriedFactor(ranks: ranks) } ?? 0
            estimates.append(delay * stops / question.stepSeconds)
        }
        let draws = Self.draws(
            noise,
            tail,
            isBeyond: isBeyond,
            counts: waits ? counts : counts.map { _ in 1 },
            question
        ) {
            place,
            regularity,
            tail,
            fourier in law([place], regularity, tail, 12, fourier)
        }
        let inflation = Self.inflation(runs: noise.runs, level: question.level)
        var generator = RandomGenerator(seed: question.seed, stream: 0x4E45_54)
        let costs = network.map { network in (0..<question.draws).map { _ in network.redrawn(&generator) } }
        var rows: [Row] = []
        for (place, nodes) in question.nodes.enumerated() {
            let estimate = estimates[place]
            let noiseDraws = draws.map { $0[place] }.map { estimate * Double.exp($0 * inflation) }
            var communication: Interval?
            var steps = noiseDraws.map { question.stepSeconds * (1 + $0) }
            var step = question.stepSeconds * (1 + estimate)
            if let bytes = question.messageBytes, let network, let costs {
                func cost(_ cost: CollectiveCost) -> Double {
                    question.exposed * question.synchronisations
                        * cost.allReduce(bytes: bytes, members: Double(nodes), question.algorithm)
                }
                let middle = cost(network.cost)
                let each = costs.map(cost)
                communication = Self.interval(middle, each, question.level)
                step += middle
                for draw in steps.indices { steps[draw] += each[draw] }
            }
            rows.append(
                Row(
                    nodes: nodes,
                    ranks: Int(counts[place]),
                    noise: Self.interval(estimate, noiseDraws, question.level),
                    reach: estimate > 0 ? (!isBeyond[place] ? .sample : tail == nil ? .beyond : .extrapolated) : .none,
                    communication: communication,
                    step: Self.interval(step, steps, question.level),
                    draws: steps
                )
            )
        }
        self.rows = rows
        notes = remarks + Self.notes(noise, tail, network, wakeups, question, rows)
    }

    /// The overhead of another arm against this one at each number of nodes: its step over ours, minus one.
    ///
    /// Steady differences, a slower processor for one, are not in it: only noise and communication are. A bound that does
    /// not exist, because the tail of an arm has no mean, is infinite.
    package func overhead(of other: ScalePrediction, level: Double) -> [Interval] {
        zip(rows, other.rows).map { mine, theirs in
            Self.overhead(
                Self.overhead(theirs.step.estimate, mine.step.estimate),
                Self.pairs(mine, theirs).map { Self.overhead($0.theirs, $0.mine) },
                level
            )
        }
    }

    /// What more nodes add to the overhead of another arm: from s on the one number of nodes to S on the other,
    /// (1+S)/(1+s) - 1.
    ///
    /// The two are places in the list of nodes.
    package func addedOverhead(of other: ScalePrediction, from: Int, to: Int, level: Double) -> Interval {
        guard let few = steps(other, from), let many = steps(other, to) else {
            return Interval(estimate: .infinity, low: -.infinity, high: .infinity, level: level)
        }
        return Self.overhead(
            Self.overhead(many.theirs * few.mine, many.mine * few.theirs),
            addedOverheadDraws(of: other, from: from, to: to),
            level
        )
    }

    /// The same as a belief: infinite, or not a number, where a draw has no bound.
    package func addedOverheadDraws(of other: ScalePrediction, from: Int, to: Int) -> [Double] {
        guard steps(other, from) != nil, steps(other, to) != nil else { return [] }
        return zip(Self.pairs(rows[from], other.rows[from]), Self.pairs(rows[to], other.rows[to])).map { few, many in
            Self.overhead(many.theirs * few.mine, many.mine * few.theirs)
        }
    }

    private func steps(_ other: ScalePrediction, _ place: Int) -> (mine: Double, theirs: Double)? {
        guard rows.indices.contains(place), other.rows.indices.contains(place) else { return nil }
        return (rows[place].step.estimate, other.rows[place].step.estimate)
    }

    /// Draws of both arms side by side, each beside one of another stream: arms that are asked with the same seed must not
    /// share their chance.
    private static func pairs(_ mine: Row, _ theirs: Row) -> [(mine: Double, theirs: Double)] {
        let count = min(mine.draws.count, theirs.draws.count)
        return (0..<count).map { (mine.draws[$0], theirs.draws[($0 + count / 2) % count]) }
    }

    /// One time over another, minus one: without a lower bound where the other has no upper one.
    private static func overhead(_ theirs: Double, _ mine: Double) -> Double {
        guard mine.isFinite else { return theirs.isFinite ? -.infinity : .nan }
        return theirs / mine - 1
    }

    /// The interval of ratios: a draw that is no number bounds neither end.
    private static func overhead(_ estimate: Double, _ draws: [Double], _ level: Double) -> Interval {
        let sorted = draws.map { $0.isNaN ? -.infinity : $0 }.sorted()
        let low = Quantiles.ofSorted(sorted, 0.5 - level / 2).map { $0.isNaN ? -.infinity : $0 } ?? -.infinity
        guard estimate.isFinite else {
            return Interval(estimate: .infinity, low: low, high: .infinity, level: level)
        }
        return Interval(
            estimate: estimate,
            low: min(low, estimate),
            high: interval(estimate, draws, level).high,
            level: level
        )
    }

    private static func interval(_ estimate: Double, _ draws: [Double], _ level: Double) -> Interval {
        let sorted = draws.map { $0.isNaN ? .infinity : $0 }.sorted()
        func at(_ p: Double) -> Double {
            guard let value = Quantiles.ofSorted(sorted, p), !value.isNaN else { return .infinity }
            return value
        }
        return Interval(
            estimate: estimate,
            low: min(at(0.5 - level / 2), estimate),
            high: max(at(0.5 + level / 2), estimate),
            level: level
        )
    }

    /// What a bootstrap over few runs is widened by on its logarithm: Student's t for the normal, and n for n - 1.
    private static func inflation(runs: Int, level: Double) -> Double {
        guard runs >= 2 else { return 1 }
        let n = Double(runs)
        return StudentT.quantile(0.5 + level / 2, df: n - 1) / Normal.quantile(0.5 + level / 2)
            * (n / (n - 1)).squareRoot()
    }

    /// Logarithms of each draw's delay over that of the sample: runs drawn with replacement, detours in them by chance, and
    /// how regularly they come as uncertain as the windows leave it.
    private static func draws(
        _ noise: DetourNoise,
        _ tail: GeneralisedPareto?,
        isBeyond: [Bool],
        counts: [Double],
        _ question: ScaleQuestion,
        _ law: (DetourNoise.Place, DetourRegularity, GeneralisedPareto?, Fourier) -> DelayLaw?
    ) -> [[Double]] {
        let fourier = Fourier(exponent: 12)
        let byRun = RunDetours.byRun(noise)
        func delays(_ place: DetourNoise.Place, _ regularity: DetourRegularity, refit: Bool) -> [Double] {
            let sampled = law(place, regularity, nil, fourier)
            var extended: DelayLaw?
            if isBeyond.contains(true) {
                let watch = place.watches.first
                let fitted =
                    refit ? watch.flatMap { GeneralisedPareto(sorted: $0.lengths, weights: $0.counts) } ?? tail : tail
                extended = fitted.flatMap { law(place, regularity, $0, fourier) }
            }
            return counts.enumerated().map { index, ranks in
                (isBeyond[index] ? extended ?? sampled : sampled)?.expectedDelay(ranks: ranks) ?? 0
            }
        }
        let whole = delays(RunDetours.place(byRun), noise.regularity, refit: false)
        return (0..<question.draws).map { draw in
            var generator = RandomGenerator(seed: question.seed, stream: UInt64(draw) + 1)
            var drawn: [Int] = []
            let chosen = byRun.indices.map { _ in
                let run = generator.index(below: byRun.count)
                drawn.append(run)
                return byRun[run].redrawn(&generator)
            }
            let regularity = noise.redrawnRegularity(drawn, &generator)
            let each = delays(RunDetours.place(chosen), regularity, refit: true)
            return zip(whole, each).map { whole, each in
                whole > 0 && whole.isFinite ? Double.log(max(each, whole * 1e-6) / whole) : 0
            }
        }
    }

    /// At most so many places: those of like noise together.
    private static func grouped(_ places: [DetourNoise.Place], _ most: Int) -> [DetourNoise.Place] {
        guard places.count > most else { return places }
        let order = places.enumerated().map {
            (place: $0.offset, rate: $0.element.count / max($0.element.workSeconds, 1e-9))
        }
        .sorted { ($0.rate, $0.place) < ($1.rate, $1.place) }
        return (0..<most).map { group in
            let members = order[(group * order.count / most)..<((group + 1) * order.count / most)]
            return DetourNoise.Place(name: "group \(group + 1)", watches: members.flatMap { places[$0.place].watches })
        }
    }

    /// That runs were kept though other load disturbed them: it is then in the detours.
    private static func disturbances(_ records: [Record]) -> [String] {
        let runs = records.flatMap { $0.runs.map(\.run) }
        let disturbed = runs.count { $0.condition("disturbed") != nil }
        guard disturbed > 0 else { return [] }
        return [
            "\(disturbed) of \(runs.count) runs were kept though disturbed, so the load that disturbed them is in the prediction."
        ]
    }

    private static func wakeups(_ records: [Record]) throws(PredictionError) -> WakeupSample {
        var pairs: [(Double, Double)] = []
        for record in records {
            for (_, _, run) in record.runs {
                guard let series = run.series(of: "timer_wakeup") else { continue }
                let (values, counts) = series.weightedValues(scale: 1e-6)
                pairs += zip(values, counts)
            }
        }
        guard !pairs.isEmpty else {
            throw .noMetric(
                needed: "timer wake-ups (timer_wakeup)",
                have: DetourNoise.metricNames(records),
                remedy: "measure them with: assay measure --probes detours,timers, or let ranks wait awake"
            )
        }
        pairs.sort { $0.0 < $1.0 }
        return WakeupSample(values: pairs.map(\.0), counts: pairs.map(\.1))
    }

    private static func notes(
        _ noise: DetourNoise,
        _ tail: GeneralisedPareto?,
        _ network: NetworkMeasurement?,
        _ wakeups: WakeupSample?,
        _ question: ScaleQuestion,
        _ rows: [Row]
    ) -> [String] {
        var notes: [String] = []
        if noise.runs < 2 {
            notes.append(
                "One run was measured, so the intervals hold what one run can say; how runs differ is not in them."
            )
        }
        if rows.contains(where: { $0.reach == .extrapolated || $0.reach == .beyond }) {
            if let tail {
                notes.append(
                    "Beyond the sample a generalised Pareto tail carries the prediction: \(tail.exceedances) detours over "
                        + "\((tail.threshold * 1e6).oneDecimal) us, shape \(tail.shape.oneDecimal)"
                        + (tail.fits ? "." : "; it does not fit the sample well, so measure longer.")
                )
                if tail.shape >= 1 {
                    notes.append("That tail has no mean, so no bound on the slowdown follows from it; measure longer.")
                }
            } else if GeneralisedPareto.suffices(noise.count) {
                notes.append(
                    "Beyond the sample no tail can be fitted: the longest of \(Int(noise.count)) detours are as good as equal, up to "
                        + "\((noise.longest * 1e6).oneDecimal) us, so nothing longer is in the prediction. Either they have one "
                        + "cause and one length, or the tool's clock or bins are too coarse: record them in nanoseconds (assay "
                        + "measure --probes detours)."
                )
            } else {
                notes.append(
                    "Beyond the sample there are too few detours for a tail (\(Int(noise.count)) seen), so nothing longer "
                        + "than \((noise.longest * 1e6).oneDecimal) us is in the prediction; measure longer."
                )
            }
        }
        if question.exposed == 0 {
            notes.append("No synchronisation is exposed, so no rank waits for another: noise costs its mean.")
        }
        if question.messageBytes != nil, let network {
            notes.append(network.source)
            notes += network.doubts(question.algorithm).map { $0 + "." }
        }
        notes.append(
            "Ranks are taken as hit independently; what hits all of them at the same moment costs less than this."
        )
        return notes
    }
}
