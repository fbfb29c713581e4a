import Documents
import Estate
import Study

/// The decision in plain words: where each workload belongs, what that is worth a month, how sure.
struct DecisionSentence {
    var study: Study
    /// The chosen model of each workload, in the study's order.
    var models: [DeploymentModel]
    /// Today's models; whether today is eligible.
    var today: [DeploymentModel]
    var isTodayEligible: Bool
    /// Monthly cost of today's assignment less that of the chosen one.
    var saving: Spread
    /// What of that saving is the time of people who wait for an environment: real, but no cash.
    var waitingSaved: Double
    /// The monthly cost of the chosen assignment.
    var cost: Spread
    var probability: Estimated

    var text: String {
        let sure = "It is the cheapest eligible choice in \(NumberText.percent(probability.value, 0)) of the draws."
        if models == today {
            return "Stay: \(placement(models)). Nothing eligible costs less than today's "
                + "\(amountText(cost.mean, study.currency)) a month. \(sure)"
        }
        let money =
            abs(saving.mean) < 0.005 * abs(cost.mean)
            ? "That costs as much as today (\(amountText(cost.mean, study.currency)) a month)"
            : saving.mean >= 0
                ? "That costs \(amountText(saving.mean, study.currency)) a month less than today (P10 to P90: "
                    + "\(amountText(saving.p10, study.currency)) to \(amountText(saving.p90, study.currency)))\(waiting)"
                : "That costs \(amountText(-saving.mean, study.currency)) a month more than today"
        let why =
            isTodayEligible ? "" : " Today's placement does not meet the declared needs, so it is no alternative."
        return "\(placement(models)). \(money).\(why) \(sure)"
    }

    /// What of the saving is time rather than cash, where it is worth a word.
    private var waiting: String {
        guard waitingSaved > 0.02 * abs(saving.mean) else { return "" }
        return "; \(amountText(waitingSaved, study.currency)) of it is the time of people who wait for an environment, "
            + "not cash"
    }

    /// `Put fraud-training on bare metal and notebooks on virtual machines (passthrough)`.
    private func placement(_ models: [DeploymentModel]) -> String {
        var groups: [(model: DeploymentModel, names: [String])] = []
        for (model, workload) in zip(models, study.workloads) {
            if let place = groups.firstIndex(where: { $0.model == model }) {
                groups[place].names.append(workload.name)
            } else {
                groups.append((model, [workload.name]))
            }
        }
        let verb = models == today ? "keep" : "Run"
        if groups.count == 1, let only = groups.first {
            let what = only.names.count < 3 ? listed(only.names) : "all \(only.names.count) workloads"
            return "\(verb) \(what) on \(only.model.words)"
        }
        return "\(verb) " + listed(groups.map { "\(listed($0.names)) on \($0.model.words)" })
    }
}

/// `a`, `a and b`, `a, b and c`; more than six are counted.
func listed(_ items: [String]) -> String {
    guard items.count > 6 else {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }
    return items.prefix(4).joined(separator: ", ") + " and \(items.count - 4) more"
}

extension DeploymentModel {
    /// The model in running text.
    var words: String {
        switch self {
        case .bareMetal: "bare metal"
        case .bareMetalMIG: "bare metal with MIG slices"
        case .vmPassthrough: "virtual machines with passthrough GPUs"
        case .vmSRIOV: "virtual machines with SR-IOV functions"
        case .vmVGPU: "virtual machines with time-sliced vGPUs"
        case .vmVGPUMIG: "virtual machines with MIG-backed vGPUs"
        }
    }
}
