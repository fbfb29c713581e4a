import Compliance
import Documents
import Estate

/// The answer of `assay comply` on a terminal.
struct ComplyText {
    let result: ComplianceResult

    init(_ result: ComplianceResult) { self.result = result }

    var text: String {
        var lines: [String] = []
        if result.request.isIllustrative { lines.append("Made-up inputs, for illustration: evidence of nothing.\n") }
        for warning in result.warnings { lines.append("warning: \(warning)") }
        if !result.warnings.isEmpty { lines.append("") }
        lines.append(table.render())
        // One reason serves many controls: said once.
        var reasons: [(reason: String, controls: [String])] = []
        for found in result.results where found.status == .contradicted {
            let reason = "under \(found.model): \(found.reason)"
            if let place = reasons.firstIndex(where: { $0.reason == reason }) {
                if !reasons[place].controls.contains(found.control) { reasons[place].controls.append(found.control) }
            } else {
                reasons.append((reason, [found.control]))
            }
        }
        for (reason, controls) in reasons {
            lines.append("contradicted \(reason)")
            lines.append("  \(controls.joined(separator: ", "))")
        }
        if !reasons.isEmpty { lines.append("") }
        let open = Set(result.results.filter { $0.question != nil && $0.statement == nil }.map(\.control)).count
        lines.append(
            "\(counted(open, "control leaves", "controls leave")) a question open (questions.yaml). Nothing here is a verdict on a framework."
        )
        return lines.joined(separator: "\n") + "\n"
    }

    private var table: TextTable {
        var table = TextTable(
            header: [
                "framework", "model", "supported", "contradicted", "needs a person", "of these in part",
                "not applicable",
            ],
            alignments: [.left, .left, .right, .right, .right, .right, .right]
        )
        for framework in result.shownFrameworks {
            for model in result.request.models {
                let counts = ControlResult.Status.allCases.map { result.count(framework, model, $0) }
                let part = result.results.count {
                    $0.control.hasPrefix(framework.rawValue + ":") && $0.model == model && $0.hasPartialEvidence
                }
                table.rows.append([
                    framework.rawValue, model.rawValue, "\(counts[0])", "\(counts[1])", "\(counts[2])", "\(part)",
                    "\(counts[3])",
                ])
            }
        }
        return table
    }
}
