package import Documents
package import Estate
package import Study

/// What a person states about a control: evidence can carry it or contradict it, never replace the name under it.
package struct Statement: Sendable, Hashable {
    /// The answers there are.
    package enum Answer: String, Sendable, Hashable, CaseIterable {
        /// It holds.
        case yes
        /// It does not hold.
        case no
        /// It has no meaning here, for the reason given.
        case notApplicable = "not-applicable"
    }

    /// The control, as ``AuditControl/key`` spells it.
    package var control: String
    /// The model that it is about; nil: all.
    package var model: DeploymentModel?
    /// The workload that it is about; nil: all.
    package var workload: String?
    /// The answer.
    package var answer: Answer
    /// The person's words.
    package var text: String
    /// Who says so: a name, a role.
    package var by: String
    /// When it was said.
    package var on: CalendarDate
    /// The file and line that it stands on.
    package var file: String
    /// The line, from 1.
    package var line: Int

    /// Whether it speaks of a result.
    func covers(_ control: AuditControl, _ model: DeploymentModel, _ workload: String?) -> Bool {
        self.control == control.key && (self.model ?? model) == model
            && (self.workload == nil || self.workload == workload)
    }

    private func overlaps(_ other: Statement) -> Bool {
        control == other.control && (model == nil || other.model == nil || model == other.model)
            && (workload == nil || other.workload == nil || workload == other.workload)
    }
}

extension Statement {
    /// Reads a file of statements.
    ///
    /// The list `statements`; entries whose `answer` is empty are open questions.
    ///
    /// - Throws: every error found: unknown keys and controls with the nearest known, answers without a name or a day,
    ///   statements that contradict one another.
    package static func read(
        _ value: Value,
        file: String,
        catalogue: ControlCatalogue,
        workloads: [String]
    ) throws(StudyErrors) -> [Statement] {
        var errors: [DocumentError] = []
        var statements: [Statement] = []
        do throws(DocumentError) {
            let root = try Reader(value, file: file).object(["statements"])
            let list = try root.require("statements", expected: "a list of statements")
            // An empty list may be written as nothing.
            for reader in list.isNull ? [] : try list.array(maximum: 100_000) {
                do throws(DocumentError) {
                    guard let found = try one(reader, catalogue, workloads) else { continue }
                    for statement in found {
                        if let other = statements.first(where: { $0.overlaps(statement) }) {
                            throw reader.fail(
                                other.answer == statement.answer
                                    ? "\(statement.control) was answered on line \(other.line) already; keep one of them"
                                    : "'\(statement.answer.rawValue)' contradicts '\(other.answer.rawValue)' on line "
                                        + "\(other.line), both about \(statement.control); keep the one that is true"
                            )
                        }
                        statements.append(statement)
                    }
                } catch {
                    errors.append(error)
                }
            }
        } catch {
            errors.append(error)
        }
        guard errors.isEmpty else { throw StudyErrors(errors) }
        return statements
    }

    private static func one(
        _ reader: Reader,
        _ catalogue: ControlCatalogue,
        _ workloads: [String]
    ) throws(DocumentError) -> [Statement]? {
        let fields = try reader.object(["control", "question", "model", "workload", "answer", "text", "by", "on"])
        let control = try fields.require("control", expected: "a control such as 'nist-800-53:SC-4'")
        let name = try text(control)
        let named: [AuditControl]
        do throws(ComplianceError) {
            named = try catalogue.controls(named: name)
        } catch {
            throw control.fail(error.description)
        }
        guard named.count == 1, let one = named.first else {
            throw control.fail(
                "\(control.found) is a control of several frameworks; write one of "
                    + named.map { "'\($0.key)'" }.joined(separator: ", ")
            )
        }
        _ = try fields["question"]?.string()
        let model = try fields["model"].map { (reader) throws(DocumentError) in try reader.deploymentModel() }
        var workload: String?
        if let reader = fields["workload"] {
            let name = try reader.nonEmptyString()
            guard workloads.isEmpty || workloads.contains(name) else {
                let near = nearest(name, in: workloads).map { "did you mean '\($0)'?" }
                throw reader.fail(
                    "\(quoted(name)) is not a workload of this study; "
                        + (near ?? "expected \(workloads.map { "'\($0)'" }.joined(separator: ", "))")
                )
            }
            workload = name
        }
        guard let answer = fields["answer"], !answer.isNull else { return nil }
        if answer.isString, try answer.string().isEmpty { return nil }
        let given: Answer = try answer.choice("answer")
        let by = try fields.require("by", expected: "who states it, by name and role").nonEmptyString()
        let on = try fields.require("on", expected: "the day it was stated, such as 2026-11-22")
        guard let date = on.isString ? CalendarDate(try on.string()) : nil else {
            throw on.unexpected("a date such as 2026-11-22")
        }
        let words = try fields.require("text", expected: "what is stated, and where it can be looked up")
        return [
            Statement(
                control: one.key,
                model: model,
                workload: workload,
                answer: given,
                text: try words.nonEmptyString(),
                by: by,
                on: date,
                file: reader.file,
                line: reader.line
            )
        ]
    }

    /// A control's name may look like a number (`1.2`).
    private static func text(_ reader: Reader) throws(DocumentError) -> String {
        if reader.isNumber { return NumberText.plain(try reader.double()) }
        return try reader.nonEmptyString()
    }
}
