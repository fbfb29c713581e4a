package import Documents
package import Estate
import Evidence
import Study

extension ComplianceResult {
    /// The version of `comply.json`.
    package static let formatVersion = 1

    /// Everything as one object: `comply.json`, described in `docs/comply.md`.
    package func json(_ catalogue: ControlCatalogue, tool: String) -> JSON {
        .fields([
            "assay_comply": .integer(Self.formatVersion),
            "title": .string(request.title),
            "illustrative": request.isIllustrative ? true : nil,
            "tool": .string(tool),
            "as_of": .string(request.asOf.description),
            "max_age_days": JSON.finite(request.maximumAgeDays),
            "frameworks": .array(shownFrameworks.map { .string($0.rawValue) }),
            "models": .array(request.models.map { .string($0.rawValue) }),
            "workloads": .array(request.workloads.map(\.json)),
            "warnings": .array(warnings.map { .string($0) }),
            "derived": .array(
                request.derived.map { derived in
                    .fields([
                        "name": .string(derived.name), "subject": .string(derived.subject.rawValue),
                        "value": .string(derived.value), "because": .string(derived.because),
                    ])
                }
            ),
            "sources": .array(
                request.sources.enumerated().map { index, source in
                    .fields([
                        "file": .string(source.file), "kind": .string(source.kind.rawValue),
                        "sha256": .string(source.hash), "model": source.model.map { .string($0.rawValue) },
                        "hosts": .array(source.hosts.map { .string($0.name) }),
                        "collected": source.collected.map { .string($0.description) },
                        "collected_by": source.collected.map { _ in .string(source.dating.rawValue) },
                        "set_aside": setAside[index].map { .string($0) },
                    ])
                }
            ),
            "lines": .array(
                lines.enumerated().map { index, line in
                    .fields([
                        "line": .integer(index + 1), "source": .string(request.sources[line.source].file),
                        "host": .string(line.host), "fact": .string(line.fact.name), "value": .string(line.fact.value),
                        "origin": .string(line.fact.origin), "place": .string(line.fact.place),
                        "raw": .string(line.fact.raw), "sha256": .string(line.fact.hash),
                        "typed_by_a_person": line.fact.isDeclared ? true : nil,
                    ])
                }
            ),
            "controls": .array(controls.map { $0.json(catalogue) }),
            "results": .array(results.map(\.json)),
            "boundaries": .array(
                boundaries.map { boundary in
                    let cost = request.scopeCosts.first { $0.model == boundary.model }
                    return .fields([
                        "model": .string(boundary.model.rawValue),
                        "parts": .array(
                            boundary.parts.map { part in
                                .fields([
                                    "name": .string(part.name), "place": .string(part.place.rawValue),
                                    "reason": .string(part.reason),
                                ])
                            }
                        ),
                        "scope_cost": cost.map { .string($0.sentence) },
                        "scope_cost_per_year": JSON.finite(cost?.perYear),
                    ])
                }
            ),
            "side_channels": .array(
                catalogue.sideChannels.map { channel in
                    .fields([
                        "boundary": .string(channel.boundary), "title": .string(channel.title),
                        "venue": .string(channel.venue), "finding": .string(channel.finding),
                        "confidence": .string(channel.confidence.rawValue),
                    ])
                }
            ),
        ])
    }

    /// The frameworks that results are of, in the order asked.
    package var shownFrameworks: [Framework] {
        var list: [Framework] = []
        for control in controls where !list.contains(control.framework) { list.append(control.framework) }
        return list
    }

    /// A row for each result: `comply.csv`.
    ///
    /// A cell that a spreadsheet would run as a formula is preceded by an apostrophe.
    package func csv() -> String {
        let header = [
            "framework", "control", "title", "confidence", "model", "workload", "status", "reason", "checks",
            "evidence",
            "question", "answer", "stated_by", "stated_on",
        ]
        var rows = [header]
        for found in results {
            guard let control = controls.first(where: { $0.key == found.control }) else { continue }
            let lines = found.checks.flatMap(\.lines).map { index -> String in
                let line = self.lines[index]
                return "\(line.host) \(line.fact.name)=\(line.fact.value) \(line.fact.hash)"
            }
            rows.append([
                control.framework.rawValue, control.identifier, control.title, control.confidence.words,
                found.model.rawValue, found.workload ?? "", found.status.rawValue, found.reason,
                found.checks.map { "\($0.check): \($0.outcome.rawValue)" }.joined(separator: "; "),
                lines.joined(separator: "; "), found.question ?? "", found.statement?.answer.rawValue ?? "",
                found.statement?.by ?? "", found.statement?.on.description ?? "",
            ])
        }
        return rows.map { $0.map(Self.cell).joined(separator: ",") + "\n" }.joined()
    }

    private static func cell(_ text: String) -> String {
        var text = oneLine(text)
        // A sheet trims what stands before the sign.
        if let first = text.first(where: { $0 != " " }), "=+-@\t".contains(first) { text = "'" + text }
        guard text.contains(where: { ",\"'\n".contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// A file of statements to fill in: every open question once.
    package func questionsYAML() -> String {
        var lines = [
            "# Questions that evidence could not answer. Fill in 'answer' (yes, no or not-applicable), 'text', 'by' and 'on',",
            "# add 'model' or 'workload' where an answer is about one of them alone, and give the file to:",
            "#   assay comply … --statements FILE",
        ]
        var asked: Set<String> = []
        let open = results.filter { $0.question != nil && $0.statement == nil }
        lines.append(open.isEmpty ? "statements: []" : "statements:")
        for found in open where asked.insert(found.control).inserted {
            lines.append("  - control: \"\(found.control)\"")
            lines.append("    question: \(Self.yaml(found.question ?? ""))")
            lines.append("    answer: \"\"")
            lines.append("    text: \"\"")
            lines.append("    by: \"\"")
            lines.append("    on: \"\"")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func yaml(_ text: String) -> String {
        (try? JSON.string(text).canonical()).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}

extension ScopedWorkload {
    var json: JSON {
        .fields([
            "name": .string(name), "frameworks": .array(frameworks.map { .string($0) }),
            "tenancy": tenancy.map { .string($0.rawValue) }, "sites": .array(sites.map { .string($0) }),
        ])
    }
}

extension AuditControl {
    func json(_ catalogue: ControlCatalogue) -> JSON {
        .fields([
            "control": .string(key), "framework": .string(framework.rawValue), "identifier": .string(identifier),
            "title": .string(title), "meaning": .string(meaning),
            "source": .string(catalogue.source(source)?.title ?? source), "confidence": .string(confidence.rawValue),
            "verified": .bool(confidence != .memory),
            "checks": .array(checks.map { .string($0) }),
            "about_sharing": isAboutSharing ? true : nil,
        ])
    }
}

extension ControlResult {
    var json: JSON {
        .fields([
            "control": .string(control), "model": .string(model.rawValue),
            "workload": workload.map { .string($0) }, "status": .string(status.rawValue), "reason": .string(reason),
            "cannot_be_had": cannotBeHad ? true : nil,
            "checks": .array(
                checks.map { check in
                    .fields([
                        "check": .string(check.check), "outcome": .string(check.outcome.rawValue),
                        "sentence": .string(check.sentence),
                        "lines": .array(check.lines.map { .integer($0 + 1) }),
                    ])
                }
            ),
            "question": question.map { .string($0) },
            "statement": statement.map { statement in
                .fields([
                    "answer": .string(statement.answer.rawValue), "text": .string(statement.text),
                    "by": .string(statement.by), "on": .string(statement.on.description),
                    "file": .string(statement.file), "line": .integer(statement.line),
                ])
            },
        ])
    }
}
