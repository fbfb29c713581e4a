import Cost
import Probability
import Study

/// What the money at stake depends on: the tornado, the shares of variance, break-evens.
///
/// The result looked at is the monthly saving of the choice against a reference: today's assignment, or the best other
/// one where the choice is today's. Where there is no other assignment at all it is the cost itself.
struct Sensitivity: Sendable {
    let preparation: Preparation
    let pricer: Pricer
    let selection: Selection
    /// What the choice is held against; absent when there is nothing else.
    let reference: [Int]?
    /// The inputs that vary, and each one's rank correlation with the result.
    private let varying: [Int]
    private let shares: [Double]

    /// Draws that ranks are taken of, draws that a bar's ends are priced on, bars and break-evens shown.
    static let rankDraws = 8_192
    static let barDraws = 1_024
    static let bars = 15
    static let breakEvens = 8

    init(preparation: Preparation, pricer: Pricer, selection: Selection) async {
        self.preparation = preparation
        self.pricer = pricer
        self.selection = selection
        let today = preparation.space.today
        reference =
            selection.chosen != today
            ? today : selection.shown.first { $0 != selection.chosen && $0 != today }
        let draws = min(Sensitivity.rankDraws, selection.costs.draws)
        let result =
            reference.map { selection.difference($0, selection.chosen) } ?? Array(selection.column(selection.chosen))
        let ranks = RankCorrelation.centredRanks(Array(result.prefix(draws)))
        let inputs = pricer.model.inputs.indices.filter { pricer.table.column($0) != nil }
        let table = pricer.table
        let correlations = await Sweep.map(inputs) { input in
            let column = table.column(input).map { Array($0.prefix(draws)) } ?? []
            return RankCorrelation.correlation(RankCorrelation.centredRanks(column), ranks)
        }
        varying = inputs
        shares = RankCorrelation.varianceShares(correlations, draws: draws)
    }

    /// Share of the variance of the result that rests on assumed inputs.
    var assumedShare: Double {
        zip(varying, shares).reduce(0) { sum, item in
            pricer.model.inputs[item.0].provenance.isAssumed ? sum + item.1 : sum
        }
    }

    /// The widest bars first.
    func tornado() async -> [TornadoBar] {
        let ranked = zip(varying, shares).sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
        let candidates = ranked.filter { $0.1 > 0 }.prefix(Sensitivity.bars)
        let pair = [selection.chosen] + (reference.map { [$0] } ?? [])
        let base = result(pricer.means(pair, sample: Sensitivity.barDraws))
        let expected = result(pair.map { Spread.mean(selection.column($0)) })
        let bars = await Sweep.map(Array(candidates)) { [pricer] input, share in
            let quantity = pricer.model.inputs[input]
            let low = quantity.distribution.p10
            let high = quantity.distribution.p90
            func at(_ value: Double) -> Double {
                let means = pricer.means(pair, sample: Sensitivity.barDraws, fixing: input, at: value)
                return expected + Sensitivity.result(means) - base
            }
            return TornadoBar(
                input: quantity.key,
                title: quantity.title,
                unit: quantity.unit,
                lowInput: low,
                highInput: high,
                lowResult: at(low),
                highResult: at(high),
                varianceShare: share,
                isAssumed: quantity.provenance.isAssumed
            )
        }
        return bars.enumerated().sorted { left, right in
            let a = abs(left.element.highResult - left.element.lowResult)
            let b = abs(right.element.highResult - right.element.lowResult)
            return a != b ? a > b : left.offset < right.offset
        }.map(\.element)
    }

    private func result(_ means: [Double]) -> Double { Sensitivity.result(means) }

    /// The saving of the first against the second, or the cost where there is no second.
    private static func result(_ means: [Double]) -> Double {
        guard let first = means.first else { return 0 }
        return means.count > 1 ? means[1] - first : first
    }

    /// The values of the inputs that matter most at which the choice costs as much as today, and as the runner-up.
    ///
    /// - Returns: Those that happen within their input's range, and how many do not.
    func breakEvens(_ tornado: [TornadoBar]) async -> (found: [BreakEven], never: Int) {
        let runnerUp = selection.shown.first { $0 != selection.chosen && selection.candidates.contains($0) }
        var all: [BreakEven] = []
        for rival in [reference, runnerUp == reference ? nil : runnerUp].compactMap({ $0 }) {
            all += await breakEvens(tornado, against: rival)
        }
        let found = all.filter { !$0.values.isEmpty }
        return (found, all.count - found.count)
    }

    private func breakEvens(_ tornado: [TornadoBar], against reference: [Int]) async -> [BreakEven] {
        let pair = [selection.chosen, reference]
        let scan = FlipScan(pricer: pricer, candidates: pair, expected: pair.map { Spread.mean(selection.column($0)) })
        let between = "\(preparation.words(selection.chosen)) and \(preparation.words(reference))"
        let bars = Array(tornado.prefix(Sensitivity.breakEvens))
        return await Sweep.map(bars) { bar -> [BreakEven] in
            guard let input = scan.pricer.model.input(bar.input) else { return [] }
            let quantity = scan.pricer.model.inputs[input]
            return [
                BreakEven(
                    input: bar.input,
                    title: bar.title,
                    unit: bar.unit,
                    values: scan.changes(of: input, over: quantity.range).map(\.value),
                    current: quantity.distribution.mean,
                    between: between
                )
            ]
        }.flatMap { $0 }
    }
}

extension Spread {
    /// The mean of draws; 0 when there are none.
    static func mean(_ draws: some Collection<Double>) -> Double {
        draws.isEmpty ? 0 : draws.reduce(0, +) / Double(draws.count)
    }
}
