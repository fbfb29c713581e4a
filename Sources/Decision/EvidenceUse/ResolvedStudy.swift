import Documents
import Estate
import Evidence
import Probability
import Study

/// A study whose overheads are the measured ones wherever a valid pair of records says so, and the derived ones where
/// only components were compared and the workload has a profile.
struct ResolvedStudy {
    var study: Study
    /// What entered, what did not, and why; in the order of the evidence.
    var notes: [String] = []
    /// What waiting adds at the scale of workloads that state one.
    var scales: [ScaleUse] = []
    /// Latencies of workloads that state their load.
    var servings: [ServingUse] = []
    /// Nodes that a measured overhead is of, by workload and model, where the evidence says so.
    private(set) var measuredNodes: [String: Int] = [:]

    /// Replaces priors by measurements.
    ///
    /// A comparison with the verdict `invalid` and one that formed no interval change nothing. Two comparisons of the same
    /// workload under the same model: the first stands, and a note says so. Evidence that names no workload speaks for
    /// those of its job's class. A derived overhead replaces an assumed one only.
    init(_ study: Study, evidence listed: [ComparedEvidence]) {
        self.study = study
        noteContradictions()
        var evidence = listed
        while true {
            do throws(EvidenceMismatch) {
                evidence = try ComparedEvidence.matched(evidence, to: study)
                break
            } catch {
                notes.append("Evidence was not used: it \(error.problem).")
                // Each turn is one shorter.
                guard evidence.indices.contains(error.index) else { break }
                evidence.remove(at: error.index)
            }
        }
        var taken: Set<String> = []
        for item in evidence where !item.isComponent {
            guard let name = item.workload else {
                notes.append(
                    "Evidence of a \(item.profile?.classWords ?? "") job under \(item.model) was not used: each workload of "
                        + "that class has evidence of its own."
                )
                continue
            }
            let place = "\(name) under \(item.model)"
            guard let index = study.workloads.firstIndex(where: { $0.name == name }) else {
                notes.append("Evidence for \(place) was not used: the study has no workload of that name.")
                continue
            }
            guard taken.insert(place).inserted else {
                notes.append("Further evidence for \(place) was not used: the first comparison named stands.")
                continue
            }
            let sharers = evidence.count {
                $0.isMatchedByClass && $0.model == item.model && $0.profile?.bound == item.profile?.bound
            }
            use(item, workload: index, place: place, sharers: item.isMatchedByClass ? sharers : 1)
        }
        derive(evidence.filter(\.isComponent))
        predictScale(evidence)
        predictServing(evidence)
    }

    /// Says where a stated class and a measured profile of the same workload contradict each other.
    private mutating func noteContradictions() {
        for workload in study.workloads {
            guard let stated = workload.nature.stated, let profile = workload.nature.profile,
                workload.caution(about: profile) != nil
            else { continue }
            notes.append(
                "\(workload.name): caution: its job_class is \(stated.rawValue), and its profile is "
                    + "\(profile.classWords) (\(profile.shareWords)). Evidence is matched by the job_class; correct one."
            )
        }
    }

    /// Derives overheads for workloads with a profile, where nothing better than an assumption stands.
    private mutating func derive(_ components: [ComparedEvidence]) {
        for index in study.workloads.indices {
            let workload = study.workloads[index]
            guard let profile = workload.nature.profile else { continue }
            for (place, model) in DeploymentModel.allCases.enumerated() {
                let mine = components.filter { $0.model == model }
                guard !mine.isEmpty else { continue }
                let stream = 0xA55A_0000 + UInt64(index * DeploymentModel.allCases.count + place)
                guard
                    let derived = DerivedOverhead(
                        of: workload,
                        under: model,
                        components: mine,
                        generator: RandomGenerator(seed: study.policy.seed, stream: stream)
                    )
                else {
                    notes.append(
                        "\(workload.name) under \(model): no overhead was derived from components: none of them has an "
                            + "interval for a part of its profile (\(profile.shareWords))."
                    )
                    continue
                }
                switch workload.overhead[model]?.provenance {
                case .measured: continue
                case .declared:
                    notes.append(
                        "\(workload.name) under \(model): the declared overhead stands; derived from components it would be "
                            + "\(NumberText.percent(derived.distribution.p10, 1)) to "
                            + "\(NumberText.percent(derived.distribution.p90, 1))."
                    )
                case .assumed, .derived, nil:
                    replace(
                        model,
                        of: index,
                        with: derived.distribution,
                        .derived(records: derived.records, note: derived.formula)
                    )
                }
            }
        }
    }

    private mutating func use(_ item: ComparedEvidence, workload index: Int, place: String, sharers: Int) {
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
        if item.isMatchedByClass, let bound = item.profile?.bound {
            note += "; matched by class: \(bound.rawValue)"
            notes.append(
                "\(place): the overhead of \(NumberText.percent(effect.estimate, 1, signed: true)) is that of a "
                    + "\(bound.rawValue) job, matched by class and not by name."
            )
        } else if let caution = study.workloads[index].caution(about: item.profile) {
            note += "; \(Provenance.jobCautionMark)\(caution.short)"
            notes.append(
                "\(place): caution: the overhead of \(NumberText.percent(effect.estimate, 1, signed: true)) "
                    + caution.sentence
            )
        }
        measuredNodes[place] = item.nodes
        // One measurement that speaks for several workloads is one number, drawn once.
        let shared = sharers > 1 ? item.profile?.bound : nil
        replace(
            item.model,
            of: index,
            with: belief.distribution,
            .measured(records: records, note: note),
            shared: shared
        )
    }

    private mutating func replace(
        _ model: DeploymentModel,
        of index: Int,
        with distribution: Distribution,
        _ provenance: Provenance,
        shared: JobBound? = nil
    ) {
        let name = study.workloads[index].name
        let prior = study.workloads[index].overhead[model]
        var range = Quantity.defaultRange(of: distribution)
        if let declared = prior?.range, shared == nil {
            range = min(declared.lowerBound, range.lowerBound)...max(declared.upperBound, range.upperBound)
        }
        study.workloads[index].overhead[model] = Quantity(
            key: shared.map { "overhead.\($0.rawValue).\(model)" } ?? prior?.key
                ?? "workloads.\(name).overhead.\(model)",
            title: shared.map { "Overhead of \($0.rawValue) jobs under \(model)" } ?? prior?.title
                ?? "Overhead of \(name) under \(model)",
            unit: prior?.unit ?? "share",
            distribution: distribution,
            provenance: provenance,
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
