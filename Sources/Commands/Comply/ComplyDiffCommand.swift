import ArgumentParser
import Compliance
import Documents
import NodeCommands

/// `assay comply diff A B`: what changed between two dates.
struct ComplyDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what changed between two outputs of 'assay comply'."
    )

    @Argument(help: ArgumentHelp("The earlier folder, or its comply.json.", valueName: "before"))
    var before: String

    @Argument(help: ArgumentHelp("The later folder, or its comply.json.", valueName: "after"))
    var after: String

    @Flag(help: "End with exit code 1 when a result became worse.")
    var failOnWorse = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let difference = ComplianceDifference(try Self.outline(before), try Self.outline(after))
        if json {
            try Console.print(difference.json)
        } else {
            print("from \(difference.before) to \(difference.after)")
            print("\(counted(difference.changes.count, "result")) changed, \(difference.unchanged) stayed the same")
            for change in difference.changes {
                let mark = change.isWorse ? "worse: " : ""
                print("\(mark)\(change.name): \(change.before ?? "not asked") → \(change.after ?? "not asked")")
                if !change.now.isEmpty { print("  \(change.now)") }
            }
            if !difference.lines.isEmpty { print("evidence:") }
            for line in difference.lines { print("  \(line)") }
        }
        let worse = difference.changes.filter(\.isWorse)
        if failOnWorse, !worse.isEmpty { throw Failure.missed("\(counted(worse.count, "result")) became worse") }
    }

    private static func outline(_ path: String) throws -> ComplianceOutline {
        let file = Files.isFolder(path) ? path + "/comply.json" : path
        let bytes = try Files.read(
            file,
            limit: 256 << 20,
            expected: "a folder that 'assay comply -o' wrote, or its comply.json"
        )
        do {
            return try ComplianceOutline(try JSONDocument.parse(bytes, file: file), file: file)
        } catch {
            throw Failure.input([error.description])
        }
    }
}
