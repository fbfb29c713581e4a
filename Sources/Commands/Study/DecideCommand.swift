import ArgumentParser
import Decision
import Documents
import Reporting
import NodeCommands

/// `assay decide`: a study in, the answer and its reasons out.
struct DecideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Decide which workloads belong on bare metal and which on virtual machines.",
        discussion: """
            Reads FOLDER/study.yaml and the records it names, and writes report.html, report.md and decision.json. The \
            same study, records and version give the same bytes.
            """
    )

    @Argument(help: ArgumentHelp("A study folder, or its study.yaml.", valueName: "folder"))
    var path: String

    @Option(name: [.customShort("o"), .long], help: "Where to write. Default: FOLDER/decision.")
    var output: String?

    @OptionGroup var monteCarlo: MonteCarloOptions

    @Flag(help: "Print decision.json instead of the summary.")
    var json = false

    func run() async throws {
        var input = try StudyFolder(path)
        monteCarlo.apply(to: &input.study)
        let result: DecisionResult
        do {
            result = try await decide(study: input.study, evidence: input.evidence, trace: input.trace)
        } catch {
            throw Failure.input(["\(path): \(error)"])
        }
        let target = output ?? input.folder + "/decision"
        let decision = try result.json().pretty()
        try Files.write(
            [
                .init("report.html", Report.html(result)),
                .init("report.md", Report.markdown(result)),
                .init("decision.json", decision),
            ],
            into: target
        )
        if json {
            print(decision, terminator: "")
        } else {
            print(Report.summary(result), terminator: "")
            let replay = Report.replay(result)
            if !replay.isEmpty { print("\n" + replay.joined(separator: "\n")) }
            print("\nWritten: \(target)/report.html, report.md, decision.json")
        }
    }
}
