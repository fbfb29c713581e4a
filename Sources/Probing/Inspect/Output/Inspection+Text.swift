internal import Documents
internal import Estate

extension Inspection {
    /// The inspection for people, in lines of at most 120 columns where words allow.
    package var text: String {
        var parts = [verdict]
        if !evidence.isEmpty { parts.append(section("Evidence", evidenceTable)) }
        parts.append(section("Findings", findings.isEmpty ? "none\n" : Self.list(findings)))
        if let join = companion { parts.append(section("With the host's own inspection", Self.text(join))) }
        let stuck = checks.compactMap { check -> [String]? in
            guard case .couldNotRun(let reason) = check.outcome else { return nil }
            return [check.title + (check.isMandatory ? " (mandatory)" : ""), reason]
        }
        let ran = checks.filter { $0.outcome == .ran }.count
        parts.append(
            section(
                "Checks: \(ran) ran, \(stuck.count) could not, \(checks.count - ran - stuck.count) not applicable",
                TextTable(header: [], rows: stuck).render()
            )
        )
        if !blindSpots.isEmpty {
            parts.append(section("Blind spots", blindSpots.map { Self.wrapped("- " + $0, indent: "  ") }.joined()))
        }
        return parts.joined(separator: "\n")
    }

    private var verdict: String {
        var rows = [
            ["Deployment model", attachment.model?.rawValue ?? "unknown (\(attachment.detail))"],
            ["", attachment.reason],
            ["Virtualized", virtualized.rawValue],
            ["Hypervisor", hypervisorText],
            ["Container", container.name ?? "none seen"],
            ["Confidential", confidentialText],
        ]
        for name in ["gpu", "gpu_count", "driver", "cpu", "cpu_count", "memory_mib", "numa", "kernel"] {
            guard let fact = facts.first(where: { $0.name == name }) else { continue }
            rows.append([Self.titles[name] ?? name, fact.value])
        }
        return TextTable(header: [], rows: rows).render()
    }

    private static let titles = [
        "gpu": "GPU", "gpu_count": "GPUs", "driver": "Driver", "cpu": "Processor", "cpu_count": "Processors",
        "memory_mib": "Memory, MiB", "numa": "NUMA", "kernel": "Kernel",
    ]

    private var hypervisorText: String {
        guard let name = hypervisor.name else { return "none seen" }
        let role = hypervisor.role == .hostPartition ? ", whose host partition this is" : ""
        return name.title + role + (hypervisor.platform.map { " (\($0))" } ?? "")
    }

    private var confidentialText: String {
        switch confidential.state {
        case .active: (confidential.technology ?? "on") + (confidential.gpu == true ? ", GPU too" : "")
        case .supported: "supported (\(confidential.technology ?? "unknown")), not shown to be on"
        case .noEvidence: "none seen"
        }
    }

    private var evidenceTable: String {
        TextTable(
            header: ["weight", "about", "where", "what", "meaning"],
            rows: evidence.map { seen in
                let raw = seen.raw.count > 48 ? String(seen.raw.prefix(47)) + "…" : seen.raw
                return [seen.weight.rawValue, seen.subject.rawValue, seen.source, raw, seen.meaning]
            }
        ).render()
    }

    private static func list(_ findings: [Finding]) -> String {
        findings.map { finding in
            wrapped("\(finding.severity.rawValue): \(finding.title)", indent: "  ")
                + wrapped("  costs: \(finding.cost) (confidence \(finding.confidence.rawValue))", indent: "    ")
                + "  seen:  \(finding.source)\n"
                + wrapped("  mend:  \(finding.remedy)", indent: "    ")
        }.joined()
    }

    private static func text(_ join: HostCompanion.Join) -> String {
        join.agreements.map { wrapped("agrees: " + $0, indent: "  ") }.joined()
            + join.conflicts.map { wrapped("CONFLICT: " + $0, indent: "  ") }.joined()
            + TextTable(header: [], rows: join.facts.map { [$0.name, $0.value] }).render()
            + list(join.findings)
    }

    private func section(_ title: String, _ body: String) -> String { title + "\n" + body }

    /// One paragraph in lines of at most 118 columns, the later ones indented.
    private static func wrapped(_ text: String, indent: String) -> String {
        let start = text.prefix { $0 == " " }
        var lines: [String] = []
        var line = String(start)
        for word in text.split(separator: " ") {
            if line.count + word.count > 117, !line.allSatisfy({ $0 == " " }) {
                lines.append(line)
                line = indent
            }
            line += (line.allSatisfy { $0 == " " } ? "" : " ") + word
        }
        return (lines + [line]).map { $0 + "\n" }.joined()
    }
}
