internal import Documents

/// One arm by itself: what was measured, how well it is known, and what share of a device's limit it is.
///
/// It is not a pair, so nothing in it is an overhead and nothing is a verdict.
package struct ArmSummary: Sendable {
    /// Which records, of which deployment model, on how many hosts in how many runs.
    package var arm: Arm
    /// Boots in which they ran.
    package var boots: Int
    /// What the intervals are formed over: hosts where there are several, else boots, else runs.
    package var unitOfReplication: ReplicationUnit
    /// Confirmatory metrics first, in order of declaration.
    package var metrics: [ArmMetric]
    /// What speaks against the arm itself, one sentence each: a disproved declaration, runs kept though disturbed or emulated.
    package var cautions: [String]
    /// What the records themselves say was not measured or could not be seen, one sentence each.
    package var notes: [String]

    /// Summarises records of one arm.
    ///
    /// Of the options, the statistic and the metrics count.
    /// - Throws: where nothing was given, something was given twice, or a metric asked for is not there.
    package init(_ records: [Record], options: ComparisonOptions = ComparisonOptions()) throws(ComparisonError) {
        try Comparison.checkArm(records)
        let view = ArmView(records, side: .baseline)
        let names = view.metricNames
        for name in options.metrics where !names.contains(name) {
            throw .option(
                name: "the metric",
                found: quoted(name),
                expected: "one of the records' own: \(names.joined(separator: ", "))"
            )
        }
        let level: ReplicationUnit = view.hosts.count > 1 ? .host : view.boots.count > 1 ? .boot : .run
        arm = Comparison.arm(view)
        cautions =
            Set(records.flatMap(\.modelContradictions)).sorted().map { "A record is \($0)." }
            + (ComparisonGate.disturbed(view, "this arm") + ComparisonGate.emulated(view, "this arm")).map(\.sentence)
        notes = ComparisonGate.blindSpots([view]).map(\.sentence)
        boots = view.boots.count
        unitOfReplication = level
        metrics =
            names.filter { options.metrics.isEmpty || options.metrics.contains($0) }
            .compactMap { ArmMetric($0, view, level, options.statistic) }
    }
}
