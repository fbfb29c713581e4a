import Documents
import Estate
import Evidence
import Probability
import Study

/// A study whose overheads are the measured ones wherever a valid pair of records says so.
struct ResolvedStudy {
    var study: Study
    /// What entered, what did not, and why; in the order of the evidence.
    var notes: [String] = []

    /// Replaces priors by measurements.
    ///
    /// A comparison with the verdict `invalid`, one of components, and one that formed no interval change nothing. Two
    /// comparisons of the same workload under the same model: the first stands, and a note says so.
    init(_ study: Study, evidence: [ComparedEvidence]) {
        self.study = study
        var taken: Set<String> = []
        for item in evidence {
            guard !item.isComponent, let name = item.workload else { continue }
            let place = "\(name) under \(item.model)"
            guard let index = study.workloads.firstIndex(where: { $0.name == name }) else {
                notes.append("Evidence for \(place) was not used: the study has no workload of that name.")
                continue
            }
            guard taken.insert(place).inserted else {
                notes.append("Further evidence for \(place) was not used: the first comparison named stands.")
                continue
            }
            use(item, workload: index, place: place)
        }
    }

    private mutating func use(_ item: ComparedEvidence, workload index: Int, place: String) {
        guard let metric = item.decidingMetric else {
            notes.append("Evidence for \(place) was not used: its records share no metric that could decide.")
            return
        }
        if case .invalid(let reason) = metric.verdict {
            notes.append(
                "Evidence for \(place) was not used, and the prior stands: \(metric.name) is invalid (\(reason))."
            )
            return
        }
        guard let effect = metric.overhead,
            let belief = MeasuredOverhead(effect, degreesOfFreedom: item.comparison.degreesOfFreedom(of: metric))
        else {
            notes.append("Evidence for \(place) was not used: no interval could be formed for \(metric.name).")
            return
        }
        let records = item.comparison.baseline.records + item.comparison.other.records
        var note = "\(metric.name): \(effect.method)"
        if item.comparison.hostsConfounded {
            note += "; one host per arm, so these two hosts differ by this much, whatever the cause"
            notes.append(
                "\(place): the overhead of \(NumberText.percent(effect.estimate, 1, signed: true)) rests on one host per "
                    + "arm. It is used, with caution: the hosts may differ for reasons other than virtualization."
            )
        }
        let prior = study.workloads[index].overhead[item.model]
        var range = Quantity.defaultRange(of: belief.distribution)
        if let declared = prior?.range {
            range = min(declared.lowerBound, range.lowerBound)...max(declared.upperBound, range.upperBound)
        }
        study.workloads[index].overhead[item.model] = Quantity(
            key: prior?.key ?? "workloads.\(study.workloads[index].name).overhead.\(item.model)",
            title: prior?.title ?? "Overhead of \(study.workloads[index].name) under \(item.model)",
            unit: prior?.unit ?? "share",
            distribution: belief.distribution,
            provenance: .measured(records: records, note: note),
            range: range
        )
    }
}

extension ComparedEvidence {
    /// The metric that decides: the named one, else the first confirmatory one, else the first.
    var decidingMetric: MetricComparison? {
        if let metric { return comparison.metrics.first { $0.name == metric } }
        return comparison.metrics.first(where: \.isConfirmatory) ?? comparison.metrics.first
    }
}

extension Comparison {
    /// Degrees of freedom that the interval of a metric has at least: pairs less one, or those of the smaller arm.
    func degreesOfFreedom(of metric: MetricComparison) -> Double {
        Double(min(metric.baselineValues.count, metric.otherValues.count) - 1)
    }
}
