import ArgumentParser
import Documents
import Estate
import Evidence
import Study
import NodeCommands

/// `assay validate`: whether studies and records are in order.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check studies and records, and say everything that is wrong with them.",
        discussion: "Exit code 0 when all are in order, 2 when something is to be mended."
    )

    @Argument(help: ArgumentHelp("Study folders, study.yaml files or records.", valueName: "path"))
    var paths: [String]

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !paths.isEmpty else { throw ValidationError("name at least one study folder or record") }
    }

    func run() throws {
        var reports: [Report] = []
        for path in paths { reports.append(Self.check(path)) }
        if json {
            try Console.print(
                .fields([
                    "valid": .bool(reports.allSatisfy(\.isValid)),
                    "files": .array(reports.map(\.json)),
                ])
            )
        } else {
            for report in reports { report.lines.forEach { print($0) } }
        }
        let wrong = reports.filter { !$0.isValid }
        guard wrong.isEmpty else {
            throw Failure.input(["\(wrong.count) of \(reports.count) not in order"])
        }
    }

    private struct Report {
        var path: String
        var kind: String
        var summary: String
        var errors: [String] = []
        var notes: [String] = []

        var isValid: Bool { errors.isEmpty }

        var lines: [String] {
            isValid ? ["\(path): in order: \(summary)"] + notes.map { "  note: \($0)" } : errors
        }

        var json: JSON {
            .fields([
                "path": .string(path), "kind": .string(kind), "valid": .bool(isValid),
                "summary": isValid ? .string(summary) : nil,
                "errors": .array(errors.map(JSON.string)), "notes": .array(notes.map(JSON.string)),
            ])
        }
    }

    private static func check(_ path: String) -> Report {
        if path.hasSuffix(".json") {
            do {
                let record = try StudyFolder.record(path)
                return Report(path: path, kind: "record", summary: "record, \(RecordCommand.sentence(of: record))")
            } catch {
                return Report(path: path, kind: "record", summary: "", errors: lines(of: error))
            }
        }
        do {
            let input = try StudyFolder(path)
            let study = input.study
            return Report(
                path: path,
                kind: "study",
                summary: """
                    study '\(study.name)', \(counted(study.workloads.count, "workload")), \
                    \(counted(study.platforms.count, "platform")), \(counted(input.evidence.count, "comparison"))
                    """,
                notes: study.notes
            )
        } catch {
            return Report(path: path, kind: "study", summary: "", errors: lines(of: error))
        }
    }

    private static func lines(of error: any Error) -> [String] {
        if case .input(let lines)? = error as? Failure { return lines }
        return ["\(error)"]
    }
}
