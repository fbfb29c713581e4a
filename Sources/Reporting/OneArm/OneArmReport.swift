package import Estate
package import Evidence
internal import Study

/// One arm without its twin: measured numbers beside what is known without a pair, and how to come by one.
///
/// What stands beside a number is the device's own limit and what others have published of the same deployment model.
/// Neither is an overhead of this machine, and no verdict is formed from them.
package struct OneArmReport: Sendable {
    /// What was measured.
    package var summary: ArmSummary
    /// The deployment model, where the records agree on one.
    package var model: DeploymentModel?
    /// Whether the records say that a hypervisor is there.
    package var isGuest: Bool
    /// Facts of the hosts that the other arm must share, in the order of ``ComparisonGate/wanted``: where there are several,
    /// all of them.
    package var sharedFacts: [(name: String, values: [String])]
    /// How the other arm is measured.
    package var measuring: RepeatedMeasurement

    /// A report on records of one arm.
    ///
    /// Of the options, the statistic and the metrics count.
    /// - Throws: where the records make no arm.
    package init(_ records: [Record], options: ComparisonOptions = ComparisonOptions()) throws(ComparisonError) {
        summary = try ArmSummary(records, options: options)
        let models = Set(records.map(\.model))
        model = models.count == 1 ? models.first.flatMap { $0 } : nil
        let facts = records.flatMap { $0.hosts.flatMap(\.facts) }
        isGuest =
            model?.isVirtual ?? facts.contains { $0.name == "virtualization" && $0.value.lowercased() == "yes" }
        sharedFacts = ComparisonGate.wanted.compactMap { name in
            let values = Set(facts.filter { $0.name == name && !$0.value.isEmpty }.map(\.value)).sorted()
            return values.isEmpty ? nil : (name, values)
        }
        measuring = RepeatedMeasurement(records)
    }

    /// What is published of the model for whole jobs, class by class; empty for bare metal and where the model is unknown.
    package var classPriors: [ClassPrior] {
        guard let model else { return [] }
        return WorkloadClass.allCases.compactMap { workload in
            OverheadPrior.range(workload, under: model).map {
                ClassPrior(
                    workload: workload,
                    low: $0.low,
                    likely: $0.likely,
                    high: $0.high,
                    source: OverheadPrior.source(workload, under: model)
                )
            }
        }
    }

    /// What is published about a metric; nil where nothing is.
    package func prior(of metric: ArmMetric) -> MetricPrior? {
        guard let model else { return nil }
        if let prior = ComponentPrior.about(metric.metric.name, under: model) {
            return MetricPrior(range: prior.range, subject: prior.subject, source: prior.source)
        }
        guard metric.metric.kind == .job else { return nil }
        let classes = classPriors
        guard let low = classes.map(\.low).min(), let high = classes.map(\.high).max() else { return nil }
        return MetricPrior(
            range: low...high,
            subject: "whole jobs, over the classes below",
            source: "the classes' own sources, below"
        )
    }

    /// A published range of overhead for jobs of one class.
    package struct ClassPrior: Sendable, Hashable {
        /// The class.
        package var workload: WorkloadClass
        /// The low end, the likeliest and the high end, as shares.
        package var low, likely, high: Double
        /// What it rests on.
        package var source: String
    }

    /// A published range of overhead that speaks of what a metric measures.
    package struct MetricPrior: Sendable, Hashable {
        /// As shares.
        package var range: ClosedRange<Double>
        /// What it speaks of.
        package var subject: String
        /// Where it is published.
        package var source: String
    }
}
