internal import Probability
internal import RealModule

/// One metric of an arm by itself.
package struct ArmMetric: Sendable {
    /// The metric, as the records declare it.
    package var metric: Metric
    /// What of a run is summarised.
    package var statistic: RunStatistic
    /// One value a unit of replication, in order of time where that is known: the mean over the unit's runs.
    package var values: [Double]
    /// The mean of the values, in the metric's unit.
    package var mean: Double
    /// The 95 % t-interval of that mean, ended at 0 where no value is below; nil for one value, or no spread.
    package var interval: Interval?
    /// The device's own limit, where the runs say it.
    package var limit: DeviceLimit?
    /// Pairs with another arm that differ as these runs do among themselves, with which 2 % is found with 95 % power.
    ///
    /// Nil for fewer than three values, no spread, values that are not above 0, and where no number of pairs would do.
    package var pairsForTwoPercent: Int?
    /// Why the number is descriptive only: too few samples for the quantile asked for.
    package var descriptiveBecause: String?

    /// Summarises a metric of an arm; nil where no run has it, or where the records disagree on what it is.
    init?(_ name: String, _ view: ArmView, _ level: ReplicationUnit, _ statistic: RunStatistic) {
        let declared = view.declarations(of: name)
        guard let metric = declared.first,
            declared.allSatisfy({ $0.unit == metric.unit && $0.direction == metric.direction })
        else { return nil }
        let units = view.units(level).map { unit in unit.runs.compactMap { $0.run.series(of: name) } }
        values = units.compactMap { series in
            let found = series.compactMap { $0.value(of: statistic) }
            return found.isEmpty ? nil : found.reduce(0, +) / Double(found.count)
        }
        guard !values.isEmpty else { return nil }
        self.metric = metric
        self.statistic = statistic
        mean = values.reduce(0, +) / Double(values.count)
        interval = Self.interval(values, mean: mean)
        limit = DeviceLimit(of: metric, view, statistic)
        pairsForTwoPercent = Self.pairs(values)
        if case .quantile(let p) = statistic {
            descriptiveBecause = MetricWork.shortage(of: p, in: units.flatMap { $0 }).map { "too few: \($0)" }
        }
    }

    private static func interval(_ values: [Double], mean: Double) -> Interval? {
        guard values.count > 1 else { return nil }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let count = Double(values.count)
        let half = StudentT.quantile(0.975, df: count - 1) * (squares / (count - 1) / count).squareRoot()
        // Values that agree to the last digit leave the spread unknown, which is not a spread of nothing.
        guard half.isFinite, half > LogRatio.resolution * abs(mean) else { return nil }
        return Interval(
            estimate: mean,
            low: values.contains { $0 < 0 } ? mean - half : max(0, mean - half),
            high: mean + half,
            level: 0.95
        )
    }

    private static func pairs(_ values: [Double]) -> Int? {
        guard values.count >= 3, values.allSatisfy({ $0 > 0 }) else { return nil }
        let logs = values.map { Double.log($0) }
        let centre = logs.reduce(0, +) / Double(logs.count)
        let variance = logs.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(logs.count - 1)
        guard variance.squareRoot() > LogRatio.resolution else { return nil }
        // A pair is the difference of two such units.
        return (try? Power.pairsToDetect(effect: .log(1.02), sd: (2 * variance).squareRoot(), power: 0.95)) ?? nil
    }
}
