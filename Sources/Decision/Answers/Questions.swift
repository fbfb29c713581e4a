import Documents
import Estate
import Probability
import Study

/// The questions every reader has, answered for this estate: with numbers and their kind, or with 'not measured'.
struct Questions {
    /// The study with its evidence in place.
    var study: Study
    var workloads: [WorkloadDecision]
    /// Monthly cost of the cheapest eligible assignment on bare metal alone and on virtual machines alone.
    var cheapestBareMetal: Spread?
    var cheapestVirtual: Spread?
    /// Share of draws in which the best of bare metal alone costs less than the best of virtual machines alone.
    var bareMetalIsCheaper: Estimated?
    /// What of the difference between those two is the time of people who wait, bare metal less virtual machines.
    var waitingDifference = 0.0

    var answers: [QuestionAnswer] {
        [
            QuestionAnswer(question: "Is bare metal faster?", answer: faster),
            QuestionAnswer(question: "How much overhead does virtualization cost?", answer: overhead),
            QuestionAnswer(question: "Is bare metal dearer?", answer: dearer),
            QuestionAnswer(question: "Can GPUs be shared without virtualization?", answer: sharing),
            QuestionAnswer(question: "Which suits our regulation?", answer: regulation),
        ]
    }

    /// Every measured overhead of a virtual model, in the study's order.
    private var measured: [(workload: Workload, model: DeploymentModel, quantity: Quantity)] {
        study.workloads.flatMap { workload in
            DeploymentModel.allCases.compactMap { model in
                guard model.isVirtual, let quantity = workload.overhead[model], case .measured = quantity.provenance
                else { return nil }
                return (workload, model, quantity)
            }
        }
    }

    private var isDerived: Bool {
        study.workloads.contains { workload in
            workload.overhead.values.contains { if case .derived = $0.provenance { true } else { false } }
        }
    }

    private var faster: String {
        guard !measured.isEmpty else {
            return isDerived
                ? "Not measured. Overheads are derived from components; a pair of records of the job itself settles it."
                : "Not measured. The overheads used are published priors; a pair of records for one workload settles it."
        }
        let texts = measured.map { workload, model, quantity in
            if quantity.provenance.isHostsConfounded {
                return "\(workload.name) against \(model.title): these two hosts differ by "
                    + "\(NumberText.percent(quantity.distribution.p50, 1, signed: true)) "
                    + "[\(interval(quantity.distribution, 0.025, 0.975))]; virtualization was not isolated"
            }
            let low = quantity.distribution.quantile(0.025)
            let high = quantity.distribution.quantile(0.975)
            let word =
                low > 0 ? "yes, faster" : high < 0 ? "no, slower" : "not shown: the interval includes no difference"
            return "\(workload.name) against \(model.title): \(word)"
        }
        return sentence(texts) + jobSentences
    }

    private var overhead: String {
        guard !measured.isEmpty else {
            let priors = study.workloads.flatMap { workload in
                DeploymentModel.allCases.compactMap { model -> String? in
                    guard model.isVirtual, let quantity = workload.overhead[model] else { return nil }
                    return "\(workload.name) under \(model): \(interval(quantity.distribution, 0.1, 0.9)) "
                        + quantity.provenance.word
                }
            }
            let assumed = priors.isEmpty ? "" : " Used instead: \(priors.joined(separator: "; "))."
            return "Not measured.\(assumed)"
        }
        let texts = measured.map { workload, model, quantity in
            let mean = quantity.distribution.mean
            return "\(workload.name) under \(model): \(NumberText.percent(quantity.distribution.p50, 1, signed: true)) "
                + "[\(interval(quantity.distribution, 0.025, 0.975))], a lost share of "
                + "\(NumberText.percent(mean / (1 + mean), 1)) of the billed hours"
                + (quantity.provenance.isHostsConfounded
                    ? " (these two hosts differ by that much; virtualization was not isolated)" : "")
        }
        return sentence(texts)
    }

    private func interval(_ distribution: Distribution, _ low: Double, _ high: Double) -> String {
        "\(NumberText.percent(distribution.quantile(low), 1)) to \(NumberText.percent(distribution.quantile(high), 1))"
    }

    private var dearer: String {
        guard let metal = cheapestBareMetal, let virtual = cheapestVirtual else {
            let side = cheapestBareMetal == nil ? "bare metal" : "virtual machines"
            return "No comparison: \(side) alone cannot carry every workload here, by their needs or because it is not "
                + "considered."
        }
        let difference = metal.mean - virtual.mean
        let share =
            bareMetalIsCheaper.map { " (in \(NumberText.percent($0.value, 0)) of the draws it is cheaper)" } ?? ""
        let money = amountText(abs(difference), study.currency)
        if abs(difference) < 0.0005 * max(abs(metal.mean), abs(virtual.mean)) {
            return "No: the two cost the same within a twentieth of a percent\(share)."
        }
        return difference > 0
            ? "Yes, by \(money) a month for the whole estate at the same work\(share)\(parts(difference))."
            : "No: it is cheaper by \(money) a month for the whole estate at the same work\(share)\(parts(difference))."
    }

    /// Money and the time of people who wait, apart, where both matter: they are not the same money.
    private func parts(_ difference: Double) -> String {
        let cash = difference - waitingDifference
        guard abs(waitingDifference) > 0.02 * abs(difference) else { return "" }
        func words(_ amount: Double) -> String {
            "\(amountText(abs(amount), study.currency)) \(amount < 0 ? "less" : "more")"
        }
        return
            ": \(words(cash)) in cash and deferred purchases, \(words(waitingDifference)) in the time of people who wait"
    }

    private var sharing: String {
        let gpu = study.estate.shape.gpu.name
        guard study.estate.shape.gpu.migGeometry != nil else {
            return "Not in hardware: no MIG geometry is known for \(gpu). Time slicing without a hypervisor isolates "
                + "neither memory nor faults."
        }
        let fitting = workloads.compactMap { decision -> String? in
            guard let option = decision.options.first(where: { $0.model == .bareMetalMIG }), option.rejections.isEmpty
            else { return nil }
            return "\(decision.name) as \(option.share)"
        }
        guard study.platforms.contains(where: { $0.model == .bareMetalMIG }) else {
            return "Yes: \(gpu) can be cut into MIG instances without a hypervisor, but the study does not consider "
                + "bare-metal-mig; add it to compare."
        }
        return fitting.isEmpty
            ? "The hardware can (\(gpu) has MIG), but no workload here may use it: see the rejections."
            : "Yes, by MIG: \(fitting.joined(separator: "; ")). It is a hardware partition of memory and compute, not "
                + "free of side channels."
    }

    private var regulation: String {
        let regulated = study.workloads.filter { workload in
            !workload.needs.frameworks.isEmpty || !workload.needs.residency.isEmpty || workload.needs.tenancy != .shared
        }
        guard !regulated.isEmpty else {
            return "No framework, residency or tenancy rule is declared, so none restricts the choice."
        }
        let texts = regulated.compactMap { workload -> String? in
            guard let decision = workloads.first(where: { $0.name == workload.name }) else { return nil }
            let allowed = decision.options.filter { $0.rejections.isEmpty }.map(\.model.rawValue)
            let rules =
                workload.needs.frameworks + workload.needs.residency.map { "data at \($0)" }
                + ["tenancy \(workload.needs.tenancy.rawValue)"]
            return "\(workload.name) (\(rules.joined(separator: ", "))): \(allowed.joined(separator: ", "))"
        }
        return
            "What the declared rules allow: \(sentence(texts)) A framework by itself excludes no model; this supports an "
            + "assessment and is not one."
    }

    private var jobSentences: String {
        workloads.compactMap { decision -> String? in
            guard let job = decision.job, let workload = study.workloads.first(where: { $0.name == decision.name }),
                workload.observedOn.isVirtual, let overhead = workload.overhead[workload.observedOn],
                let next = NextWholeHour(hours: job.hoursToday, overhead: overhead.distribution.mean)
            else { return nil }
            return " \(decision.name): \(next.sentence)"
        }.joined()
    }

    private func sentence(_ parts: [String]) -> String { parts.joined(separator: "; ") + "." }
}

/// An amount with its currency: `1,234 USD`, `1.06 EUR`.
func amountText(_ amount: Double, _ currency: String, signed: Bool = false) -> String {
    let text = NumberText.money(usd: amount, signed: signed)
    return text.hasSuffix(" USD") ? String(text.dropLast(3)) + currency : text
}
