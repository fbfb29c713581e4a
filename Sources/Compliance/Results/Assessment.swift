internal import Documents
import Estate
import Evidence
import Study

/// Judges every control asked for.
///
/// Pure: the same request gives the same result. A control is supported only where every check that speaks for it passed on
/// lines that a program collected; one that is about shared resources or covert channels never is.
///
/// - Throws: when the evidence is not of what it is said to be of.
package func assess(
    _ request: ComplianceRequest,
    catalogue: ControlCatalogue
) throws(ComplianceError) -> ComplianceResult {
    var assessment = Assessment(request: request, catalogue: catalogue)
    try assessment.sortEvidence()
    return assessment.result()
}

private struct Assessment {
    let request: ComplianceRequest
    let catalogue: ControlCatalogue
    var lines: [EvidenceLine] = []
    var setAside: [Int: String] = [:]
    var warnings: [String] = []
    /// The hosts that count, by model.
    var hosts: [DeploymentModel: [CheckContext.SeenHost]] = [:]

    init(request: ComplianceRequest, catalogue: ControlCatalogue) {
        self.request = request
        self.catalogue = catalogue
    }

    /// Numbers the lines and sets aside what does not count.
    mutating func sortEvidence() throws(ComplianceError) {
        for (index, source) in request.sources.enumerated() {
            if let reason = reasonToSetAside(source) {
                setAside[index] = reason
                warnings.append("\(source.file): \(reason)")
            }
            for host in source.hosts {
                let first = lines.count
                lines += host.facts.map { EvidenceLine(source: index, host: host.name, fact: $0) }
                guard setAside[index] == nil, let model = source.model else { continue }
                hosts[model, default: []].append(
                    CheckContext.SeenHost(host: host, source: index, lines: Array(first..<lines.count))
                )
            }
        }
        try requireOneStory()
        for source in request.sources where source.dating == .declared && source.collected != nil {
            warnings.append("\(source.file): the day it was collected is the study's word; the file does not say it.")
        }
    }

    private func reasonToSetAside(_ source: EvidenceSource) -> String? {
        guard let model = source.model else {
            return "says of which deployment model it is neither itself nor elsewhere."
        }
        for host in source.hosts {
            if let detected = host.detectedModel, detected != model {
                return "is claimed to be of \(model), and \(detected) was detected on \(host.name); it was set aside."
            }
            if host.isGuest, !model.isVirtual {
                return "is claimed to be of \(model), and \(host.name) is a virtual machine; it was set aside."
            }
        }
        guard let collected = source.collected else {
            return request.maximumAgeDays == nil
                ? nil : "nobody says when it was collected, so its age cannot be judged; it was set aside."
        }
        let days = (request.asOf.seconds - collected.seconds) / 86_400
        if days < -1 { return "is dated \(collected), after the day of this assessment; it was set aside." }
        if let most = request.maximumAgeDays, days > most {
            return
                "was collected \(collected), \(Int(days)) days ago, and at most \(Int(most)) days count; it was set aside."
        }
        return nil
    }

    /// Two files of one host and model that say different things at once cannot both be read as they stand.
    private mutating func requireOneStory() throws(ComplianceError) {
        for (model, seen) in hosts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            var names: [String] = []
            for name in seen.map(\.host.name) where !names.contains(name) { names.append(name) }
            for name in names {
                let same = seen.filter { $0.host.name == name }
                guard same.count > 1 else { continue }
                for fact in ["secure_boot", "ecc", "mig", "iommu", "driver", "firmware", "root_encryption"] {
                    let told = same.filter { !$0.host.isGuest }.compactMap { seen in
                        seen.host.fact(fact).map { (seen.source, $0) }
                    }
                    guard let first = told.first, let other = told.first(where: { $0.1.value != first.1.value }) else {
                        continue
                    }
                    warnings.append(
                        "\(name) under \(model): \(request.sources[first.0].file) says \(fact) = \(first.1.value), "
                            + "\(request.sources[other.0].file) says \(other.1.value); each counts, and the worse one decides."
                    )
                }
            }
        }
    }

    mutating func result() -> ComplianceResult {
        var wanted = request.frameworks
        // What hypervisors are asked belongs to every question that a hypervisor is part of.
        if request.models.contains(where: \.isVirtual), !wanted.contains(.nist800125) { wanted.append(.nist800125) }
        let controls = wanted.flatMap { catalogue.controls(of: $0) }.filter { control in
            request.controls.map { $0.contains(control.key) } ?? true
        }
        noteStatements(controls)
        let workloads: [ScopedWorkload?] = request.workloads.isEmpty ? [nil] : request.workloads
        var results: [ControlResult] = []
        for control in controls {
            for model in request.models {
                for workload in workloads { results.append(judge(control, model, workload)) }
            }
        }
        for model in request.models where (hosts[model] ?? []).isEmpty {
            warnings.append("There is no evidence of \(model): its controls rest on statements alone.")
        }
        return ComplianceResult(
            request: request,
            controls: controls,
            results: results,
            lines: lines,
            setAside: setAside,
            warnings: warnings,
            boundaries: request.models.map { AuditBoundary($0, tenants: request.tenants) }
        )
    }

    /// Says what of the statements does not count.
    private mutating func noteStatements(_ controls: [AuditControl]) {
        for statement in request.statements {
            let place = "\(statement.file):\(statement.line)"
            if let reason = age(of: statement) { warnings.append("\(place): \(statement.control): \(reason)") }
            if !controls.contains(where: { $0.key == statement.control }) {
                warnings.append("\(place): \(statement.control) was not asked for; the statement was not used.")
            }
        }
    }

    private func age(of statement: Statement) -> String? {
        // Days since 0000-03-01 at the epoch.
        let days = request.asOf.seconds / 86_400 + 719_468 - Double(statement.on.dayNumber)
        if days < -1 { return "is dated \(statement.on), after the day of this assessment; it does not count." }
        if let most = request.maximumAgeDays, days > most + 1 {
            return "was stated on \(statement.on), and at most \(Int(most)) days count; ask again."
        }
        return nil
    }

    // MARK: One control

    private func judge(_ control: AuditControl, _ model: DeploymentModel, _ workload: ScopedWorkload?) -> ControlResult
    {
        let context = CheckContext(
            model: model,
            hosts: hosts[model] ?? [],
            workload: workload,
            sites: request.sites[model] ?? [],
            gpuNames: request.gpuNames
        )
        func made(
            _ status: ControlResult.Status,
            _ reason: String,
            _ checks: [CheckResult] = [],
            asks: Bool = false,
            _ statement: Statement? = nil,
            cannotBeHad: Bool = false
        ) -> ControlResult {
            ControlResult(
                control: control.key,
                model: model,
                workload: workload?.name,
                status: status,
                reason: reason,
                checks: checks,
                question: asks ? control.question : nil,
                statement: statement,
                cannotBeHad: cannotBeHad
            )
        }
        if let reason = reasonNotApplicable(control, model, workload) { return made(.notApplicable, reason) }
        let checks = control.checks.compactMap { EvidenceCheck.named($0)?.run(context) }
        let statement = request.statements.first {
            $0.covers(control, model, workload?.name) && age(of: $0) == nil
        }
        let failed = checks.filter { $0.outcome == .fails }
        if !failed.isEmpty {
            let words = failed.map(\.sentence).joined(separator: " ")
            let conflict =
                statement.map { statement -> String in
                    " \(statement.by) stated '\(statement.answer.rawValue)' on \(statement.on)"
                        + (statement.answer == .no ? " too." : ", which this evidence contradicts.")
                } ?? ""
            return made(.contradicted, words + conflict, checks, asks: true, statement)
        }
        switch statement?.answer {
        case .no?:
            return made(.contradicted, "\(stated(statement)): no.", checks, asks: true, statement)
        case .notApplicable?:
            return made(.notApplicable, "\(stated(statement)): not applicable.", checks, statement)
        case .yes?, nil: break
        }
        let told = checks.filter { $0.outcome != .notApplicable }
        let passed = told.filter { $0.outcome == .passes }
        let answered = statement.map { _ in " \(stated(statement)): yes." } ?? ""
        if control.isAboutSharing {
            let why =
                "It is about what neighbours share, which no configuration shows to be free of leaks: "
                + "evidence is shown, and never supports it alone."
            return made(
                .needsStatement,
                why + part(passed, told) + answered,
                checks,
                asks: true,
                statement,
                cannotBeHad: true
            )
        }
        if control.alwaysAsks {
            let why =
                told.isEmpty
                ? "It is about what people do, which no evidence of a platform shows."
                : "Evidence speaks for a part of it; the rest is what people do."
            return made(
                .needsStatement,
                why + part(passed, told) + answered,
                checks,
                asks: true,
                statement,
                cannotBeHad: told.isEmpty
            )
        }
        guard !told.isEmpty else {
            return made(.notApplicable, checks.map(\.sentence).joined(separator: " "), checks)
        }
        if passed.count == told.count {
            return made(.supported, passed.map(\.sentence).joined(separator: " "), checks, statement)
        }
        let missing = told.filter { $0.outcome == .missing }.map(\.sentence).joined(separator: " ")
        return made(.needsStatement, "Evidence is missing. \(missing)\(answered)", checks, asks: true, statement)
    }

    private func stated(_ statement: Statement?) -> String {
        statement.map { "Stated by \($0.by) on \($0.on)" } ?? ""
    }

    private func part(_ passed: [CheckResult], _ told: [CheckResult]) -> String {
        told.isEmpty ? "" : " \(passed.count) of \(told.count) checks passed."
    }

    private func reasonNotApplicable(
        _ control: AuditControl,
        _ model: DeploymentModel,
        _ workload: ScopedWorkload?
    ) -> String? {
        if let workload, let reason = undeclared(control.framework, workload) { return reason }
        switch control.scope {
        case .all: return nil
        case .virtual: return model.isVirtual ? nil : "There is no hypervisor under \(model)."
        case .sharedGPU: return model.sharesGPU ? nil : "No GPU is shared under \(model)."
        case .provider:
            if request.tenants == .one {
                return "It binds providers; the study declares that one organisation uses these servers."
            }
            if control.identifier.hasPrefix("A1."), model == .bareMetal {
                return "A server dedicated to one customer is outside Appendix A1 (PCI SSC FAQ 1221)."
            }
            return nil
        }
    }

    /// A framework that some workloads declare is theirs alone; one that none declares was asked for all.
    private func undeclared(_ framework: Framework, _ workload: ScopedWorkload) -> String? {
        guard framework != .nist800125, !workload.frameworks.contains(framework.rawValue),
            request.workloads.contains(where: { $0.frameworks.contains(framework.rawValue) })
        else { return nil }
        return "\(workload.name) does not declare \(framework.rawValue), and other workloads do."
    }
}
