import Documents
import Evidence
import Probability
import Study

/// An overhead at the scale that a workload runs at: the one at a smaller scale, and the waiting that more nodes add.
///
/// With o the overhead seen on n nodes and s what waiting costs more on N nodes than on n in the one arm against the
/// other, the overhead is (1+o)(1+s) - 1. On n nodes s is zero, so a measurement there is what it was.
struct ScaledOverhead {
    var distribution: Distribution
    /// What waiting adds, as a share.
    var added: Interval
    var isExtrapolated: Bool

    /// Draws of the Monte Carlo, and values kept of them.
    private static let draws = 20_000
    private static let kept = 400
    private static let tail = 0.0005
    /// An overhead above this is no number to decide with: 1,000 %, the most that a study may state.
    private static let most = 10.0

    /// The overhead at scale.
    ///
    /// - Parameters:
    ///   - small: The overhead on `nodes` nodes.
    ///   - nodes: Fewer than the scale's.
    ///   - scale: Of the job.
    ///   - records: With detours of both arms.
    ///   - seed: Of the draws.
    /// - Throws: ``PredictionError`` where the detours carry no prediction, or no bound.
    init(
        _ small: Distribution,
        on nodes: Int,
        at scale: JobScale,
        records: ArmRecords,
        seed: UInt64
    ) throws(PredictionError) {
        var question = ScaleQuestion(
            stepSeconds: scale.stepMilliseconds * 1e-3,
            synchronisations: scale.synchronisations,
            nodes: [nodes, scale.nodes]
        )
        question.exposed = scale.exposed
        question.slackSeconds = scale.slackMilliseconds * 1e-3
        question.ranksPerNode = scale.ranksPerNode
        question.seed = seed
        let baseline = try ScalePrediction(records.baseline, question)
        // Arms are measured apart, so their draws are apart.
        question.seed = seed &+ 0x5CA1_E000
        let other = try ScalePrediction(records.other, question)
        let draws = baseline.addedOverheadDraws(of: other, from: 0, to: 1)
        let added = baseline.addedOverhead(of: other, from: 0, to: 1, level: question.level)
        guard added.estimate.isFinite, added.high <= Self.most else {
            throw .unusable(
                "no bound on the waiting follows from the detours seen (\(NumberText.percent(added.estimate, 1)) expected); "
                    + "measure longer"
            )
        }
        self.added = added
        isExtrapolated = (baseline.rows + other.rows).contains {
            $0.reach == .extrapolated || $0.reach == .beyond
        }
        var generator = RandomGenerator(seed: seed, stream: 0x5CA1_E)
        // What lies beyond the bound is drawn at the bound: five draws in a hundred at most.
        let values = (0..<Self.draws).map { _ -> Double in
            let first = small.quantile(generator.uniform())
            let second = draws.isEmpty ? added.estimate : draws[generator.index(below: draws.count)]
            return (1 + first) * (1 + min(second.isNaN ? Self.most : second, Self.most)) - 1
        }
        let sorted = values.sorted()
        let table = (0...Self.kept).compactMap { step in
            Quantiles.ofSorted(sorted, min(max(Double(step) / Double(Self.kept), Self.tail), 1 - Self.tail))
        }
        guard let distribution = try? Distribution.empirical(table) else {
            throw .unusable("the overhead at scale has no distribution; measure longer")
        }
        self.distribution = distribution
    }
}
