package import Estate

/// How records are compared.
package struct ComparisonOptions: Sendable {
    /// The equivalence margin, as a share below 1; absent: equivalence is not asked about.
    package var margin: Double? = 0.01
    /// What of a run enters the main comparison.
    package var statistic: RunStatistic = .mean
    /// Further quantiles of the runs to compare.
    package var quantiles = [0.5, 0.99]
    /// The metrics to compare; empty: all that both arms have.
    package var metrics: [String] = []
    /// Whether differences of the hosts can make a verdict invalid; off only in simulations of the statistics.
    package var gate = true
    /// Draws of the bootstrap where runs suffice for one; 0 leaves it out.
    package var bootstrapDraws = 2_000

    /// What the arms are said to be by whoever compares them, as the evidence of a study is; records may say nothing themselves.
    package var stated: (baseline: DeploymentModel, other: DeploymentModel)?

    /// The default options: a margin of 1 %, means of runs, median and p99 besides.
    package init() {}
}

/// Why records cannot be compared.
package enum ComparisonError: Error, Sendable, Hashable, CustomStringConvertible {
    /// An arm without a record.
    case noRecords(arm: String)
    /// The arms have no metric in common.
    case differentMetrics(baseline: [String], other: [String])
    /// A metric asked for is not in both arms.
    case unknownMetric(String, common: [String])
    /// The same record was given twice, so its runs would count twice.
    case sameRecord(first: String, second: String)
    /// The same measurements stand in two records.
    case sameRun(run: String, first: String, second: String)
    /// An option outside its range.
    case option(name: String, found: String, expected: String)

    /// One sentence: what was found, what was expected, what to do.
    package var description: String {
        switch self {
        case .noRecords(let arm): "the \(arm) arm has no record; name at least one file for each arm"
        case .differentMetrics(let baseline, let other):
            "the records share no metric: the baseline has \(Self.list(baseline)), the other arm "
                + "\(Self.list(other)); compare records of the same metric"
        case .unknownMetric(let name, let common):
            "'\(name)' is not a metric of both arms; those are \(Self.list(common))"
        case .sameRecord(let first, let second):
            "\(Self.file(first)) and \(Self.file(second)) are the same record; its runs would count twice: name it once"
        case .sameRun(let run, let first, let second):
            "\(run) stands in \(Self.file(first)) and in \(Self.file(second)); it would count twice: name one of them"
        case .option(let name, let found, let expected): "\(name) is \(found); expected \(expected)"
        }
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.map { "'\($0)'" }.joined(separator: ", ")
    }

    private static func file(_ name: String) -> String { name.isEmpty ? "one record" : name }
}
