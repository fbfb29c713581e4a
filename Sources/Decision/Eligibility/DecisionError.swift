package import Estate

/// Why there is no decision.
package enum DecisionError: Error, Sendable, CustomStringConvertible {
    /// No deployment model considered may carry a workload; with every rejection, in the order of the platforms.
    case nothingEligible(workload: String, rejections: [ModelRejections])
    /// There is nothing to decide: no workload or no platform.
    case nothingToDecide(String)
    /// More than 64 workloads: the sets of workloads on a platform no longer fit one machine word.
    case tooManyWorkloads(Int)
    /// The costs could not be computed, with the sentence why.
    case cost(String)
    /// The trace cannot be replayed for the study, with the sentence why.
    case trace(String)

    /// Every rejection of one deployment model.
    package struct ModelRejections: Sendable, Hashable {
        /// The deployment model.
        package var model: DeploymentModel
        /// At least one.
        package var rejections: [Rejection]

        /// Makes one from its parts.
        package init(model: DeploymentModel, rejections: [Rejection]) {
            self.model = model
            self.rejections = rejections
        }
    }

    /// One sentence, and a line for each rejection.
    package var description: String {
        switch self {
        case .nothingEligible(let workload, let rejected):
            let lines = rejected.map { entry in
                "\n  \(entry.model): "
                    + entry.rejections.map { "\($0.sentence) [\($0.code): workloads.\(workload).\($0.studyKey)]" }
                    .joined(
                        separator: " "
                    )
            }
            let ways = rejected.compactMap { entry -> String? in
                let keys = entry.rejections.map { "workloads.\(workload).\($0.studyKey)" }
                guard let first = keys.first, keys.allSatisfy({ $0 == first }) else { return nil }
                return "\n  change \(first) alone to make \(entry.model) eligible"
            }
            return "workload '\(workload)': no deployment model considered meets its needs; relax a need or add a "
                + "platform to the study." + lines.joined() + ways.joined()
        case .nothingToDecide(let what): return "the study has no \(what); add at least one"
        case .tooManyWorkloads(let count):
            return "the study has \(count) workloads, at most 64 are decided together; merge those with the same needs"
        case .cost(let problem), .trace(let problem): return problem
        }
    }
}

extension Rejection {
    /// The key of the study, within the workload, that the rejection follows from.
    var studyKey: String {
        if let key { return key }
        return switch code {
        case "memory": "memory_gib"
        case "gang": "gpus_per_job"
        case "latency": "needs.p99_ms"
        default: "needs.\(code.map { $0 == "-" ? "_" : String($0) }.joined())"
        }
    }
}
