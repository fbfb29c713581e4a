import ArgumentParser
import Documents
import Estate
import Evidence
import NodeCommands

/// `assay record`: a CSV of measurements becomes a record.
struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Turn a CSV of measurements into a record.",
        discussion: """
            The CSV has a header. 'run' and 'value' are needed; 'host', 'boot' and 'step' should be there; 'started' (RFC \
            3339) and 'time_s' are read; a column 'unit' must say what --unit says; every further column is a condition \
            of its run. A row is one step, request or probe; a run is one process or placement: the unit that \
            comparisons count.

            'started', when the run began, lets comparisons pair neighbours in time on one host and see drift. The \
            conditions 'pair' and 'block' pair runs by hand: equal labels in both arms, on one host, belong together, and \
            several runs of an arm under one label are a block.

            Example: assay record steps.csv --metric step_time --unit s --better lower --model vm-passthrough \
            --warm-up 5 --fact gpu='NVIDIA H100 80GB HBM3' -o records/vm.record.json
            """
    )

    @Argument(help: ArgumentHelp("The CSV, or - for standard input.", valueName: "csv"))
    var csv: String

    @Option(name: .shortAndLong, help: "What was measured, such as step_time.")
    var metric: String

    @Option(name: .shortAndLong, help: "The unit of the values, such as s, ms or GB/s.")
    var unit: String

    @Option(name: .shortAndLong, help: "Whether lower or higher values are better.")
    var better: Better

    @Option(name: [.customShort("o"), .long], help: "The record to write. Default: the CSV's name with .record.json.")
    var output: String?

    @Option(help: "The deployment model the values were measured under, such as bare-metal or vm-passthrough.")
    var model: String?

    @Option(help: "How many rows to leave out at the beginning of each run.")
    var warmUp = 0

    @Option(help: "The column that holds the values.")
    var column = "value"

    @Option(help: "The host of all rows, for files without a column 'host'.")
    var host: String?

    @Option(help: "The boot of all rows, for files without a column 'boot'.")
    var boot: String?

    @Option(
        name: .customLong("where"),
        help: "Take only rows with this value in this column, COLUMN=VALUE; repeatable."
    )
    var filters: [String] = []

    @Option(help: "A fact about the host, NAME=VALUE, such as gpu=… or driver=…; repeatable.")
    var fact: [String] = []

    @Flag(help: "A component probe, not a whole job: shown in reports, not used as a workload's overhead.")
    var component = false

    @Flag(help: "One of many metrics looked at, rather than the one the comparison was planned for.")
    var exploratory = false

    @Flag(help: "Replace the output when it is there.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    enum Better: String, ExpressibleByArgument, CaseIterable {
        case lower, higher
    }

    func validate() throws {
        guard (0...1_000_000_000).contains(warmUp) else {
            throw ValidationError("--warm-up is \(warmUp); expected 0 to 1000000000 rows")
        }
        _ = try options()
    }

    func run() throws {
        let target = output ?? Self.defaultOutput(for: csv)
        guard force || !Files.exists(target) else {
            throw Failure.input(["\(target): is there already; choose another with -o, or --force to replace it"])
        }
        let name = csv == "-" ? "standard input" : csv
        var parser = CSVRecordParser(file: name, options: try options())
        let record: Record
        do {
            try Files.stream(csv, expected: "a CSV with a header and the columns run and value") { bytes in
                try parser.consume(bytes)
            }
            record = try parser.finish()
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        }
        try Files.write([(target, record)])
        for diagnostic in parser.diagnostics { Console.error(diagnostic.description) }
        if json {
            try Console.print(summary(of: record, file: target))
        } else {
            print("\(target): \(Self.sentence(of: record))")
            print(record.id)
        }
    }

    private func options() throws -> CSVRecordOptions {
        guard !metric.isEmpty else { throw ValidationError("--metric is empty; name what was measured") }
        guard !unit.isEmpty else { throw ValidationError("--unit is empty; name the unit, such as s") }
        var options = CSVRecordOptions(
            metric: Metric(
                name: metric,
                unit: unit,
                direction: better == .lower ? .lower : .higher,
                role: exploratory ? .exploratory : .confirmatory,
                kind: component ? .component : .job
            )
        )
        options.valueColumn = column
        options.warmUp = warmUp
        options.host = host
        options.boot = boot
        options.declaredModel = try model.map(Arguments.deploymentModel)
        options.filters = try filters.map { text in
            let (name, value) = try Arguments.pair(text, option: "--where", example: "arm=vm")
            return Condition(name: name, value: value)
        }
        options.facts = try fact.map { text in
            let (name, value) = try Arguments.pair(text, option: "--fact", example: "driver=580.95.05")
            return HostFact(name: name, value: value, evidence: "given on the command line of assay record")
        }
        options.tool = .init(name: "assay record", version: Version.current)
        return options
    }

    static func defaultOutput(for csv: String) -> String {
        guard csv != "-" else { return "record.record.json" }
        return (csv.hasSuffix(".csv") ? String(csv.dropLast(4)) : csv) + ".record.json"
    }

    static func sentence(of record: Record) -> String {
        let runs = record.runs
        let samples = runs.reduce(0) { sum, entry in sum + entry.run.series.reduce(0) { $0 + $1.count } }
        let metrics = record.metrics.map { "\($0.name) in \($0.unit)" }.joined(separator: ", ")
        return """
            \(metrics); \(counted(record.hosts.count, "host")), \(counted(runs.count, "run")), \
            \(counted(samples, "sample"))
            """
    }

    private func summary(of record: Record, file: String) -> JSON {
        let runs = record.runs
        return .fields([
            "file": .string(file),
            "id": .string(record.id),
            "model": record.model.map { .string($0.rawValue) },
            "metrics": .array(
                record.metrics.map { metric in
                    .fields([
                        "name": .string(metric.name), "unit": .string(metric.unit),
                        "better": .string(metric.direction.rawValue),
                    ])
                }
            ),
            "hosts": .integer(record.hosts.count),
            "runs": .integer(runs.count),
            "samples": .integer(runs.reduce(0) { sum, entry in sum + entry.run.series.reduce(0) { $0 + $1.count } }),
        ])
    }
}
