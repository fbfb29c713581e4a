package import Documents
import Estate
import Evidence

extension OSCALWriter {
    /// What was observed and found, one result a deployment model.
    package var assessmentResults: JSON {
        let frameworks = catalogue.frameworks.filter { entry in
            result.controls.contains { $0.framework == entry.framework }
        }
        return .fields([
            "assessment-results": .fields([
                "uuid": uuid("assessment-results"),
                "metadata": metadata("\(result.request.title): what evidence says"),
                "import-ap": .fields([
                    "href": .string("#" + ContentHash.uuid("\(result.request.title)|plan"))
                ]),
                "local-definitions": .fields([
                    "objectives-and-methods": .array(result.controls.map(objective))
                ]),
                "results": .array(result.request.models.map(one)),
                "back-matter": backMatter(frameworks, plan: true),
            ])
        ])
    }

    private func target(_ control: AuditControl) -> String { control.token + ".assay" }

    private func objective(_ control: AuditControl) -> JSON {
        .fields([
            "control-id": .string(control.token),
            "description": text("What the checks of Assay show of \(control.identifier) (\(control.title))."),
            "props": .array([
                property("framework", control.framework.rawValue), property("identifier", control.identifier),
                property("objective-id", target(control)), property("confidence", control.confidence.words),
            ]),
            "parts": .array([
                .fields([
                    "id": .string(target(control)), "name": "objective",
                    "prose": text(
                        control.checks.isEmpty
                            ? "A person states: \(control.question)"
                            : control.checks.compactMap { EvidenceCheck.named($0)?.title }.joined(separator: " ")
                    ),
                ])
            ]),
        ])
    }

    private func one(_ model: DeploymentModel) -> JSON {
        let results = result.results.filter { $0.model == model }
        let told = results.filter { $0.status != .notApplicable }
        var observed: [(key: String, check: CheckResult, workload: String?)] = []
        var known: Set<String> = []
        for result in told {
            for check in result.checks where check.outcome != .notApplicable {
                let key = observationKey(check, model, result.workload)
                if known.insert(key).inserted { observed.append((key, check, result.workload)) }
            }
        }
        let hosts = Set(observed.flatMap { $0.check.lines }.map { result.lines[$0].host }).sorted()
        let controls = result.controls.filter { control in told.contains { $0.control == control.key } }
        let selections: [JSON] =
            controls.isEmpty
            ? [.fields(["description": "No control applies under this model."])]
            : [
                .fields([
                    "include-controls": .array(controls.map { .fields(["control-id": .string($0.token)]) })
                ])
            ]
        return .fields([
            "uuid": uuid("result \(model)"), "title": text(model.title),
            "description": text(
                "\(model.summary) Controls left out have no meaning under this model; comply.json says why."
            ),
            "start": moment(result.request.asOf),
            "props": .array([property("deployment-model", model.rawValue)]),
            "local-definitions": .fields([
                "components": .array([
                    .fields([
                        "uuid": componentID(model), "type": "service", "title": text(model.title),
                        "description": text(model.summary), "status": .fields(["state": "operational"]),
                    ])
                ]),
                "inventory-items": nonEmpty(
                    hosts.map { host in
                        .fields(["uuid": stable("host \(host) \(model)"), "description": text("Host \(host)")])
                    }
                ),
            ]),
            "reviewed-controls": .fields(["control-selections": .array(selections)]),
            "observations": nonEmpty(observed.map { observation($0.key, $0.check, $0.workload, model) }),
            "risks": nonEmpty(risks(model)),
            "findings": nonEmpty(told.compactMap { finding($0, model) }),
        ])
    }

    private func observationKey(_ check: CheckResult, _ model: DeploymentModel, _ workload: String?) -> String {
        // Checks that do not look at the workload are one observation for all of them.
        let own = ["tenancy", "residency"].contains(check.check) ? workload ?? "" : ""
        return "observation \(check.check) \(model) \(own)"
    }

    private func observation(_ key: String, _ check: CheckResult, _ workload: String?, _ model: DeploymentModel) -> JSON
    {
        let sources = Set(check.lines.map { result.lines[$0].source }).sorted()
        let collected = sources.compactMap { result.request.sources[$0].collected }.max() ?? result.request.asOf
        let hosts = Set(check.lines.map { result.lines[$0].host }).sorted()
        let definition = EvidenceCheck.named(check.check)
        let subjects =
            [JSON.fields(["subject-uuid": componentID(model), "type": "component"])]
            + hosts.map { .fields(["subject-uuid": stable("host \($0) \(model)"), "type": "inventory-item"]) }
        let expires: JSON? = result.request.maximumAgeDays.map { days in
            moment(Timestamp(epochSeconds: collected.seconds + days * 86_400))
        }
        return .fields([
            "uuid": uuid(key), "title": text(definition?.title ?? check.check),
            "description": text(check.sentence),
            "props": .array(
                [property("check", check.check), property("outcome", check.outcome.rawValue)]
                    + (workload.map { key.hasSuffix(" \($0)") ? [property("workload", $0)] : [] } ?? [])
            ),
            "methods": .array([check.outcome == .missing ? "UNKNOWN" : "TEST"]),
            "subjects": .array(subjects),
            "relevant-evidence": nonEmpty(check.lines.map(evidence)),
            "collected": moment(collected),
            "expires": check.lines.isEmpty ? nil : expires,
            "remarks": definition.map { text($0.limit) },
        ])
    }

    private func evidence(_ line: Int) -> JSON {
        let line = result.lines[line]
        let source = result.request.sources[line.source]
        return .fields([
            "description": text(
                "\(line.fact.name) = \(line.fact.value) on \(line.host), read from \(line.fact.origin)"
            ),
            "props": .array([
                property("file", source.file), property("file-hash", source.hash), property("place", line.fact.place),
                property("line-hash", line.fact.hash),
            ]),
        ])
    }

    /// The published channels, as risks that stay: no finding says that they are closed.
    private func risks(_ model: DeploymentModel) -> [JSON] {
        catalogue.sideChannels(of: model).map { channel in
            .fields([
                "uuid": stable("risk \(channel.title) \(model)"), "title": text(channel.title),
                "description": text("\(channel.venue): \(channel.finding)"),
                "statement": text(
                    "Nothing that was collected shows this channel to be closed under \(model). "
                        + "\(channel.confidence.words)."
                ),
                "props": .array([property("boundary", channel.boundary)]),
                "status": "open",
            ])
        }
    }

    private func finding(_ found: ControlResult, _ model: DeploymentModel) -> JSON? {
        guard let control = result.controls.first(where: { $0.key == found.control }) else { return nil }
        let status: JSON =
            switch found.status {
            case .supported: .fields(["state": "satisfied", "reason": "pass"])
            case .contradicted: .fields(["state": "not-satisfied", "reason": "fail"])
            case .needsStatement, .notApplicable: .fields(["state": "not-satisfied", "reason": "other"])
            }
        let workload = found.workload
        let observations = found.checks.filter { $0.outcome != .notApplicable }.map { check in
            JSON.fields(["observation-uuid": uuid(observationKey(check, model, workload))])
        }
        let statement = found.statement.map {
            " Statement of \($0.by), \($0.on): \($0.answer.rawValue): \($0.text)"
        }
        return .fields([
            "uuid": uuid("finding \(control.key) \(model) \(workload ?? "")"),
            "title": text("\(control.identifier) \(control.title)\(workload.map { ", \($0)" } ?? "")"),
            "description": text(found.reason),
            "props": .array(
                [property("status", found.status.rawValue)] + (workload.map { [property("workload", $0)] } ?? [])
            ),
            "target": .fields([
                "type": "objective-id", "target-id": .string(target(control)),
                "title": text("What the checks of Assay show of \(control.identifier)"), "status": status,
            ]),
            "related-observations": nonEmpty(observations),
            "remarks": text(
                (found.question.map { "A person is asked: \($0)" } ?? "The assessor's interviews and documents remain.")
                    + (statement ?? "")
            ),
        ])
    }
}
