import ArgumentParser
import Documents
import Estate
import Evidence
import Reporting
import NodeCommands

/// `assay compare`: two sets of records, metric by metric.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Hold records against each other: overhead with an interval and a verdict for each metric.",
        discussion: """
            Overhead is bare-metal speed over the other arm's speed, minus one; the baseline is the bare-metal arm. Lost \
            share is the part of billed hours that it takes. The run is the unit, never the step; boots or hosts are where they \
            are replicated.

            Without --with there is one arm and no pair: its numbers are shown beside the device's own limits and what is \
            published of its deployment model, with what a pair needs and how to borrow a host for an hour.
            """
    )

    @Argument(
        help: ArgumentHelp("Records of the baseline (bare metal); of the only arm, without --with.", valueName: "base")
    )
    var base: [String]

    @Option(name: .customLong("with"), parsing: .upToNextOption, help: "Records of the other arm.")
    var other: [String] = []

    @Option(help: "Equivalence margin, such as 1% or 0.01; 0 asks no such question.")
    var margin = "1%"

    @Option(help: "Exit with 1 when an overhead above this is found, such as 5%, or when that cannot be checked.")
    var failOver: String?

    @Option(help: "Compare this metric only; repeatable.")
    var metric: [String] = []

    @Option(help: "What of a run is compared: mean, median, or a quantile such as p95.")
    var statistic = "mean"

    @Option(name: [.customShort("o"), .long], help: "Write the comparison with its chart to this HTML file.")
    var output: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !base.isEmpty else { throw ValidationError("name at least one record of the baseline") }
        guard !other.isEmpty || output == nil else {
            throw ValidationError("-o draws a pair, and one arm is not a pair; name the other arm after --with")
        }
        _ = try options()
        _ = try bar()
    }

    func run() throws {
        let baseline = try base.map(StudyFolder.record)
        guard !other.isEmpty else { return try showOneArm(baseline) }
        let others = try other.map(StudyFolder.record)
        let comparison: Comparison
        do {
            comparison = try Comparison.compare(baseline: baseline, other: others, options: try options())
        } catch let error as ComparisonError {
            throw Failure.input([error.description])
        }
        if let output { try Files.write(.init(output, Report.comparisonHTML(comparison))) }
        if json {
            try Console.print(comparison.json)
        } else {
            comparison.lines.forEach { print($0) }
            if let output { print("Written: \(output)") }
        }
        try holdAgainstBar(comparison)
    }

    /// One arm beside what is known without a pair; a bar cannot be checked, so it counts as missed.
    private func showOneArm(_ records: [Record]) throws {
        let report: OneArmReport
        do {
            report = try OneArmReport(records, options: try options())
        } catch let error as ComparisonError {
            throw Failure.input([error.description])
        }
        if json {
            try Console.print(report.json)
        } else {
            report.lines.forEach { print($0) }
        }
        guard try bar() != nil else { return }
        throw Failure.missed("whether \(failOver ?? "the bar") is kept cannot be checked: \(OneArmReport.notAPair)")
    }

    /// Ends with 'no' when the bar is missed or cannot be checked; what is merely not ruled out is said.
    private func holdAgainstBar(_ comparison: Comparison) throws {
        guard let bar = try bar() else { return }
        let check = comparison.held(against: bar)
        check.open.forEach { Console.error($0) }
        if !check.missed.isEmpty { throw Failure.missed(check.missed.joined(separator: "\n")) }
    }

    private func bar() throws -> Double? {
        try failOver.map { try Arguments.share($0, option: "--fail-over", in: 0...10) }
    }

    private func options() throws -> ComparisonOptions {
        var options = ComparisonOptions()
        let margin = try Arguments.share(margin, option: "--margin", in: 0...0.5)
        options.margin = margin > 0 ? margin : nil
        options.metrics = metric
        switch statistic {
        case "mean": options.statistic = .mean
        case "median": options.statistic = .median
        default:
            guard statistic.hasPrefix("p"), let percent = Double(statistic.dropFirst()), percent > 0, percent < 100
            else {
                throw ValidationError("--statistic '\(statistic)' is not mean, median or a quantile such as p95")
            }
            options.statistic = .quantile(percent / 100)
        }
        return options
    }
}
