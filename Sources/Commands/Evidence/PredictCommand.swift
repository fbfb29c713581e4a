import ArgumentParser
import Decision
import Documents
import Estate
import Evidence
import NodeCommands
import Reporting
import Study

/// `assay predict`: what records of a few machines say about a job at scale, a service under load, or a whole job.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "From measurements to scale: slowdown at N ranks, latency under load, a job from its parts.",
        discussion: """
            Ranks: --nodes, --step-ms and --syncs. A step waits for its slowest rank, so the lengths of detours decide, not \
            the share of time they take. Where the sample does not reach, a fitted tail carries it and says so.

            Requests: --rate or --objective, with --replicas. Parts: --share or --profile, with --with, and the job itself \
            with --job and --job-with.

            Everything is derived from the records; nothing is measured at the scale that is asked about.
            """
    )

    @Option(parsing: .upToNextOption, help: "Records of the arm, or of the baseline (bare metal).")
    var record: [String] = []

    @Option(name: .customLong("with"), parsing: .upToNextOption, help: "Records of the other arm.")
    var other: [String] = []

    @OptionGroup(title: "Ranks") var scale: PredictScaleOptions
    @OptionGroup(title: "Requests") var tail: PredictTailOptions
    @OptionGroup(title: "Parts") var parts: PredictPartOptions

    @Option(help: "Level of the intervals.")
    var level = "90%"

    @Option(help: "Seed of the draws: the same seed gives the same numbers.")
    var seed: UInt64 = 1

    @Option(name: [.customShort("o"), .long], help: "Write the prediction with its charts to this HTML file.")
    var output: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !record.isEmpty else { throw ValidationError("name at least one record after --record") }
        guard scale.isAsked || tail.isAsked || parts.isAsked else {
            throw ValidationError(
                "nothing is asked: name --nodes with --step-ms, or --rate with --replicas, or --share NAME=SHARE"
            )
        }
        let level = try Arguments.share(level, option: "--level", in: 0.5...0.999)
        _ = try scale.question(level: level, seed: seed)
        _ = try tail.question(level: level, seed: seed)
        try parts.check(hasOther: !other.isEmpty)
    }

    func run() throws {
        let level = try Arguments.share(level, option: "--level", in: 0.5...0.999)
        let arms = [record, other].filter { !$0.isEmpty }
        let records = try arms.map { try $0.map(StudyFolder.record) }
        try Self.requireDifferent(Array(zip(record + other, records.flatMap { $0 })))
        let labels = Self.labels(records)
        var report = PredictionReport()
        do {
            if let question = try scale.question(level: level, seed: seed) {
                let arms = try zip(labels, records).map { label, records in
                    PredictionReport.ScaleArm(
                        label: label,
                        records: records.map(\.id),
                        prediction: try ScalePrediction(records, question)
                    )
                }
                report.scale = (question, arms)
            }
            if let question = try tail.question(level: level, seed: seed) {
                report.tail = try tail.predict(question, labels, records, forChart: output != nil)
            }
            if parts.isAsked, records.count == 2 {
                let (components, job) = try parts.predict(records[0], records[1], seed: seed)
                report.components = components
                report.componentSources =
                    try zip(labels.map { "\($0), parts" }, records).map { .init(label: $0, records: $1.map(\.id)) }
                    + zip(labels.map { "\($0), the job" }, job).map { .init(label: $0, records: $1.map(\.id)) }
                    + parts.profileRecords().map { .init(label: "where the job's time goes", records: [$0]) }
            }
        } catch let error as PredictionError {
            throw Failure.input([error.description])
        } catch let error as ComparisonError {
            throw Failure.input([error.description])
        }
        if let output { try Files.write(.init(output, Report.predictionHTML(report))) }
        if json {
            try Console.print(report.json)
        } else {
            report.lines.forEach { print($0) }
            if let output { print("Written: \(output)") }
        }
    }

    /// Throws where runs are given twice: they would count as more than were made.
    static func requireDifferent(_ records: [(file: String, record: Record)]) throws {
        for (place, later) in records.enumerated() {
            for earlier in records[..<place] {
                let both =
                    earlier.file == later.file
                    ? "\(later.file) is given twice" : "\(later.file) and \(earlier.file)"
                if earlier.record.id == later.record.id {
                    throw Failure.input([
                        (earlier.file == later.file ? both : "\(both) are the same record")
                            + " (\(later.record.id)): its runs would count twice; name every record once"
                    ])
                }
                if let run = later.record.sharedRun(with: earlier.record) {
                    throw Failure.input([
                        "\(both) hold the same run '\(run)' with the same samples: it would count twice; name every run once"
                    ])
                }
            }
        }
    }

    /// What the arms are called: their models where those differ, else which one it is.
    private static func labels(_ arms: [[Record]]) -> [String] {
        let models = arms.map { records -> String? in
            let models = Set(records.compactMap { $0.model?.rawValue })
            return models.count == 1 ? models.first : nil
        }
        if let first = models.first, let name = first, models.count == 1 || (models[1] ?? name) != name {
            return models.enumerated().map { $1 ?? ($0 == 0 ? "baseline" : "other") }
        }
        return arms.count == 1 ? [models[0] ?? "records"] : ["baseline", "other"]
    }
}
