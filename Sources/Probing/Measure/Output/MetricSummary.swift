package import Evidence
internal import Probability
internal import RealModule

/// One metric over all rounds, with the round as the unit.
package struct MetricSummary: Sendable, Hashable {
    /// The metric.
    package var metric: Metric
    /// Rounds that measured it.
    package var runs: Int
    /// Samples in all rounds.
    package var samples: Int
    /// The mean of the rounds' means.
    package var mean: Double
    /// Half the width of the 95 % t-interval of that mean, as a share of it; nil for one round or a mean of 0.
    package var relativeError: Double?
    /// The median of the rounds' medians.
    package var median: Double
    /// The median of the rounds' 99th percentiles; nil where a round has too few samples for one.
    package var p99: Double?
    /// Samples in the smallest round, as many as independent ones would be worth.
    package var fewestSamples: Int
    /// The smallest difference that the probe can see, in the metric's unit.
    package var resolution: Double
    /// Pairs of runs, one on each side, with which a true difference of 2 % is found with a probability of 95 %.
    ///
    /// From the spread between these rounds; nil where there are fewer than three, or no number of pairs would do.
    package var pairsForTwoPercent: Int?

    /// Samples that a round needs for its 99th percentile to mean something.
    package static let samplesForP99 = (try? QuantileRanks.samplesNeeded(quantile: 0.99)) ?? 368

    /// The difference that ``pairsForTwoPercent`` is about.
    static let effect = 0.02
    /// The probability that it is found with.
    static let power = 0.95

    /// Summarises the samples of a metric; nil where there are none.
    package init?(_ metric: Metric, _ series: [ProbeSeries]) {
        let taken = series.filter { !$0.values.isEmpty }
        var summaries: [SampleSummary] = []
        for one in taken {
            if let summary = try? one.summary() { summaries.append(summary) }
        }
        guard !summaries.isEmpty, summaries.count == taken.count else { return nil }
        let means = summaries.map(\.mean)
        let medians = summaries.compactMap { $0.quantile(0.5) }
        self.metric = metric
        runs = summaries.count
        samples = summaries.reduce(0) { $0 + $1.count }
        mean = means.reduce(0, +) / Double(means.count)
        median = Quantiles.median(medians) ?? mean
        fewestSamples = summaries.map(\.effectiveCount).min() ?? 0
        let tails = summaries.compactMap { $0.quantile(0.99) }
        p99 = fewestSamples >= Self.samplesForP99 ? Quantiles.median(tails) : nil
        resolution = taken.map(\.resolution).max() ?? 0
        relativeError = Self.relativeError(means, mean: mean)
        pairsForTwoPercent = Self.pairs(means)
    }

    private static func relativeError(_ means: [Double], mean: Double) -> Double? {
        guard means.count > 1, mean > 0 else { return nil }
        let squares = means.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / Double(means.count - 1) / Double(means.count)).squareRoot()
        return StudentT.quantile(0.975, df: Double(means.count - 1)) * error / mean
    }

    private static func pairs(_ means: [Double]) -> Int? {
        guard means.count >= 3, means.allSatisfy({ $0 > 0 }) else { return nil }
        let logs = means.map { Double.log($0) }
        let centre = logs.reduce(0, +) / Double(logs.count)
        let variance = logs.reduce(0.0) { $0 + ($1 - centre) * ($1 - centre) } / Double(logs.count - 1)
        // A pair is the difference of two such runs.
        let sd = (2 * variance).squareRoot()
        // Runs that agree to the last digit say nothing of how the next would differ.
        guard sd > 1e-12 else { return nil }
        return (try? Power.pairsToDetect(effect: .log(1 + effect), sd: sd, power: power)) ?? nil
    }
}

extension ProbeSeries {
    /// The samples as a record keeps them.
    func summary() throws(SampleError) -> SampleSummary {
        var builder = SeriesBuilder(metric: metric)
        for value in values { try builder.add(value) }
        return try builder.finish()
    }
}

extension MeasureOutcome {
    /// Every metric that has samples, summarised.
    package var summaries: [MetricSummary] {
        metrics.compactMap { MetricSummary($0, series(of: $0.name)) }
    }
}
