package import Estate

/// What evidence and people say of each control, under each model and for each workload.
package struct ComplianceResult: Sendable {
    /// The request that it answers.
    package let request: ComplianceRequest
    /// The controls looked at, in the catalogue's order.
    package let controls: [AuditControl]
    /// By control, then model, then workload.
    package let results: [ControlResult]
    /// Every line of evidence; checks name lines by their position here.
    package let lines: [EvidenceLine]
    /// Why a file of evidence was set aside, by its position in the request's sources; files not here were used.
    package let setAside: [Int: String]
    /// What an auditor should know before reading on, one sentence each.
    package let warnings: [String]
    /// The boundary of each model.
    package let boundaries: [AuditBoundary]

    /// The results of a control.
    package func results(of control: AuditControl) -> [ControlResult] { results.filter { $0.control == control.key } }

    /// How many results of a framework and model have a status.
    package func count(_ framework: Framework, _ model: DeploymentModel, _ status: ControlResult.Status) -> Int {
        let prefix = framework.rawValue + ":"
        return results.count { $0.control.hasPrefix(prefix) && $0.model == model && $0.status == status }
    }
}

/// What is known of one control under one model for one workload.
package struct ControlResult: Sendable, Hashable {
    /// The four answers that there are.
    package enum Status: String, Sendable, Hashable, CaseIterable {
        /// Every check that speaks for it passed on collected evidence.
        case supported
        /// A check failed, or a person said no.
        case contradicted
        /// Evidence cannot carry it, or not alone: a person must answer.
        case needsStatement = "needs-statement"
        /// It has no meaning here.
        case notApplicable = "not-applicable"

        /// The words of a page.
        package var words: String {
            switch self {
            case .supported: "supported by evidence"
            case .contradicted: "contradicted"
            case .needsStatement: "needs a person's statement"
            case .notApplicable: "not applicable"
            }
        }
    }

    /// The control, as ``AuditControl/key`` spells it.
    package let control: String
    /// The model.
    package let model: DeploymentModel
    /// The workload; nil where results are of the platform alone.
    package let workload: String?
    /// The answer.
    package let status: Status
    /// Why, in one to three sentences.
    package let reason: String
    /// What the checks found, in the control's order.
    package let checks: [CheckResult]
    /// What a person must answer; nil where nobody must.
    package let question: String?
    /// What a person stated.
    package let statement: Statement?
    /// Whether no configuration and no check of this program could support it under this model.
    package let cannotBeHad: Bool

    /// Whether checks passed although the whole is not supported.
    package var hasPartialEvidence: Bool { status == .needsStatement && checks.contains { $0.outcome == .passes } }
}
