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
    /// Sentences of what qualifies the choice: an objective that may be missed, a search that may have missed better.
    var caveats: [String] = []

    var text: String {
        let sure =
            "It is the cheapest eligible choice in \(NumberText.percent(probability.value, 0)) of the draws."
            + caveats.map { " \($0)" }.joined()
        if models == today {
            return "Stay: \(placement(models)). Nothing eligible costs less than today's "
                + "\(amountText(cost.mean, study.currency)) a month. \(sure)"
        }
        let range =
            saving.mean >= 0
            ? "(P10 to P90: \(amountText(saving.p10, study.currency)) to \(amountText(saving.p90, study.currency)))"
            : "(P10 to P90: \(amountText(-saving.p90, study.currency)) to \(amountText(-saving.p10, study.currency)))"
        let money =
            abs(saving.mean) < 0.005 * abs(cost.mean)
            ? "That costs as much as today (\(amountText(cost.mean, study.currency)) a month)\(waiting)"
            : saving.mean >= 0
                ? "That costs \(amountText(saving.mean, study.currency)) a month less than today "
                    + "\(range)\(waiting)"
                : "That costs \(amountText(-saving.mean, study.currency)) a month more than today \(range)\(waiting)"
        let why =
            isTodayEligible ? "" : " Today's placement does not meet the declared needs, so it is no alternative."
        return "\(placement(models)). \(money).\(why) \(sure)"
    }

    /// What of the difference is time rather than cash, where it is worth a word.
    private var waiting: String {
        let size = max(abs(saving.mean), 0.005 * abs(cost.mean))
        guard abs(waitingSaved) > 0.02 * size else { return "" }
        let time = amountText(abs(waitingSaved), study.currency)
        let people = "the time of people who wait for an environment, not cash"
        let money = saving.mean - waitingSaved
        if abs(saving.mean) < 0.005 * abs(cost.mean) || (money < 0) != (waitingSaved < 0) {
            return "; \(amountText(abs(money), study.currency)) \(money < 0 ? "more" : "less") in money, and \(time) "
                + "\(waitingSaved < 0 ? "more" : "less") in \(people)"
        }
        return "; \(time) of it is \(people)"
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
