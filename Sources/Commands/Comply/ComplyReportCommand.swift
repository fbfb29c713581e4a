import ArgumentParser
import Compliance
import Documents
import Estate
import Evidence
import NodeCommands
import Reporting
import Study

/// `assay comply PATH…`: evidence in, results and a binder out.
struct ComplyReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Judge controls by a study, records and captures (what 'assay comply' does without another word).",
        discussion: """
            Without -o the answer is printed. With it, DIR gets binder.html, comply.json, comply.csv, the OSCAL files \
            assessment-results.json and component-definition.json, questions.yaml to fill in, the evidence itself and \
            manifest.json with the hash of each.

            Nothing is ever called compliant: evidence supports a control, contradicts it, or leaves a question.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A study folder, records, captures of 'assay inspect --capture', in any order.",
            valueName: "path"
        )
    )
    var paths: [String]

    @Option(
        help: ArgumentHelp(
            "Frameworks, separated by commas: hipaa, soc2, pci-dss, nist-800-53, nist-800-125, iso-27001, gdpr. Default: those the "
                + "study declares.",
            valueName: "names"
        )
    )
    var framework: String?

    @Option(help: ArgumentHelp("Only these controls, such as SC-4; repeatable.", valueName: "control"))
    var control: [String] = []

    @Option(name: [.customShort("o"), .long], help: "The folder to write.")
    var output: String?

    @Option(help: "A YAML file with people's statements; questions.yaml is one to fill in.")
    var statements: String?

    @Option(
        help: ArgumentHelp(
            "The oldest evidence that counts, such as 90d; undated evidence then counts not.",
            valueName: "days"
        )
    )
    var maxAge: String?

    @Option(
        help: ArgumentHelp(
            "The moment that ages are counted from, such as 2026-11-22. Default: now.",
            valueName: "date"
        )
    )
    var asOf: String?

    @Option(help: "The host that the records and captures are of; a record of another host is refused.")
    var host: String?

    @Option(help: "The deployment model that captures show, where they do not show it themselves.")
    var model: String?

    @Flag(help: "End with exit code 1 when a control is contradicted.")
    var failOnContradiction = false

    @Flag(help: "Print comply.json.")
    var json = false

    func validate() throws {
        guard !paths.isEmpty else { throw ValidationError("name a study folder, a record or a capture") }
        _ = try maximumAgeDays()
        _ = try moment()
        if let model { _ = try Arguments.deploymentModel(model) }
    }

    func run() throws {
        let catalogue = try ComplyInput.catalogue()
        var input = ComplyInput(catalogue: catalogue, asOf: try moment() ?? Clock.now)
        try input.read(paths, host: host, model: try model.map(Arguments.deploymentModel))
        try input.choose(frameworks: framework, controls: control)
        if let days = try maximumAgeDays() { input.request.maximumAgeDays = days }
        if let file = statements ?? input.statementsFile { try input.readStatements(file) }
        let result: ComplianceResult
        do {
            result = try assess(input.request, catalogue: catalogue)
        } catch {
            throw Failure.input([error.description])
        }
        let tool = "assay \(Version.current)"
        let object = result.json(catalogue, tool: tool)
        if let output { try ComplyFolder(result, catalogue, tool, input.files).write(into: output) }
        if json {
            try Console.print(object)
        } else {
            print(ComplyText(result).text, terminator: "")
            if let output {
                print("Written: \(output)/binder.html, comply.json, comply.csv, assessment-results.json,")
                print("         component-definition.json, questions.yaml, the evidence, manifest.json")
            }
        }
        let contradicted = result.results.filter { $0.status == .contradicted }
        if failOnContradiction, let first = contradicted.first {
            throw Failure.missed(
                "\(counted(contradicted.count, "result is", "results are")) contradicted; the first: \(first.control) under \(first.model): "
                    + first.reason
            )
        }
    }

    private func maximumAgeDays() throws -> Double? {
        guard let maxAge else { return nil }
        let digits = maxAge.hasSuffix("d") ? String(maxAge.dropLast()) : maxAge
        guard let days = Int(digits), (1...36_500).contains(days) else {
            throw ValidationError("--max-age '\(maxAge)' is not a number of days; write 90d")
        }
        return Double(days)
    }

    private func moment() throws -> Timestamp? {
        guard let asOf else { return nil }
        if let moment = Timestamp(asOf) { return moment }
        if asOf.utf8.count == 10, let moment = Timestamp(asOf + "T00:00:00Z") { return moment }
        throw ValidationError(
            "--as-of '\(asOf)' is not a date of the years 1900 to 9999; write 2026-11-22 or 2026-11-22T12:00:00Z"
        )
    }
}
