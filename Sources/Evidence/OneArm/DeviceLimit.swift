/// What the device that was measured can do at most, as its own driver tells, and how much of it was reached.
///
/// The probes write the limit into the conditions of each run: `gpu_memory_copy_limit_gb_per_s`. A run without one has
/// none; nothing is looked up by the device's name.
package struct DeviceLimit: Sendable, Hashable {
    /// The smallest and the largest limit among the runs, in the metric's unit: one number unless the link changed.
    package var range: ClosedRange<Double>
    /// The share of its own limit that a run reached, as a mean over the runs that have one.
    package var share: Double
    /// The condition that says it.
    package var condition: String

    /// The limit that the runs of an arm state for a metric; nil where none does, or the metric is no rate.
    init?(of metric: Metric, _ view: ArmView, _ statistic: RunStatistic) {
        guard metric.direction == .higher, let suffix = Self.suffixes[metric.unit] else { return nil }
        let name = "\(metric.name)_limit_\(suffix)"
        var limits: [Double] = []
        var shares: [Double] = []
        for run in view.runs.map(\.run) {
            guard let text = run.condition(name), let limit = DecimalText.parse(Array(text.utf8)[...]), limit > 0,
                let value = run.series(of: metric.name)?.value(of: statistic)
            else { continue }
            limits.append(limit)
            shares.append(value / limit)
        }
        guard let low = limits.min(), let high = limits.max() else { return nil }
        range = low...high
        share = shares.reduce(0, +) / Double(shares.count)
        condition = name
    }

    /// How a condition's name spells the units that have limits.
    private static let suffixes = ["GB/s": "gb_per_s", "TFLOP/s": "tflop_per_s"]
}
