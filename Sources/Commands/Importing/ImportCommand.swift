import ArgumentParser
import Documents
import Estate
import Evidence
import Importing
import NodeCommands

/// `assay import`: what other tools measured becomes a record, what a cluster tells of its GPUs telemetry or a trace.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Turn what other tools measured into a record, telemetry or a trace.",
        discussion: """
            The format of each file is recognised by its content, or named with --as; `assay import --formats` lists them, \
            docs/import.md says what each can say. One file is one run, unless the format says otherwise; give the files of \
            one arm together. What a file cannot say is noted in the record, and never filled in: a mean without samples \
            has no p99.

            Kept besides the measurements: the format, the tool's version, the SHA-256 of the file. Not kept: dumps of an \
            environment, prompts and texts, and names of hosts, unless --keep-host-names is given.

            Metrics of GPUs, from files or from a Prometheus, become telemetry: activity and duty cycle for a study. Pods, \
            from kubectl's JSON or kube-state-metrics, become a trace for `assay simulate`.

            Example: assay import vm-*.json --declare vm-passthrough --host node7 -o records/vm-storage.record.json
            Example: assay import --prometheus http://127.0.0.1:9090 --start -7d -o telemetry.csv
            Example: kubectl get pods,jobs,nodes -A -o json > pods.json; assay import pods.json -o trace.csv
            """
    )

    @Argument(help: ArgumentHelp("Files of other tools, or - for standard input.", valueName: "file"))
    var files: [String] = []

    @Option(name: .customLong("as"), help: "The format of the files, such as fio, where it is not recognised.")
    var format: String?

    @OptionGroup(title: "Telemetry and traces")
    var cluster: ClusterImportOptions

    @OptionGroup(title: "Asking a Prometheus")
    var prometheus: PrometheusOptions

    @Option(help: "The deployment model the files were measured under, such as bare-metal or vm-passthrough.")
    var declare: String?

    @Option(help: "The host of all runs.")
    var host: String?

    @Option(help: "The boot of all runs.")
    var boot: String?

    @Option(help: "A fact about the host, NAME=VALUE, such as gpu=… or driver=…; repeatable.")
    var fact: [String] = []

    @Option(help: "A condition of every run, NAME=VALUE, such as pair=3; repeatable.")
    var condition: [String] = []

    @Option(help: "How many samples to leave out at the beginning of each run, where they have an order.")
    var warmUp = 0

    @Option(help: "For logs of free text: a regular expression whose one group is the seconds of a step.")
    var pattern: String?

    @Flag(help: "Call the hosts as the files name them, where --host is not given.")
    var keepHostNames = false

    @Option(
        name: [.customShort("o"), .long],
        help: "The record to write. Default, for one file: its name with .record.json."
    )
    var output: String?

    @Flag(help: "List the formats, and end.")
    var formats = false

    @Flag(help: "Replace the output when it is there.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !formats else { return }
        guard !isOfCluster else { return try refuseRecordOptions() }
        try cluster.refuse()
        guard !files.isEmpty else {
            throw ValidationError("name at least one file; 'assay import --formats' lists what can be read")
        }
        guard files.count(where: { $0 == "-" }) < 2 else {
            throw ValidationError("- is standard input, which can be read once; name it once")
        }
        guard files.count == 1 || output != nil else {
            throw ValidationError("name the record of several files with -o")
        }
        guard (0...1_000_000_000).contains(warmUp) else {
            throw ValidationError("--warm-up is \(warmUp); expected 0 to 1000000000 samples")
        }
        _ = try options()
        _ = try importer()
    }

    /// Whether it makes telemetry or a trace, which the first file says.
    private var isOfCluster: Bool { clusterImport.isMeant(head: files.first.flatMap(ClusterImport.head)) }

    private var clusterImport: ClusterImport {
        ClusterImport(
            files: files,
            format: format,
            output: output,
            force: force,
            json: json,
            options: cluster,
            prometheus: prometheus
        )
    }

    /// Refuses what has no meaning where telemetry or a trace is made.
    private func refuseRecordOptions() throws {
        let given: [(String, Bool)] = [
            ("--declare", declare != nil), ("--host", host != nil), ("--boot", boot != nil), ("--fact", !fact.isEmpty),
            ("--condition", !condition.isEmpty), ("--warm-up", warmUp != 0), ("--pattern", pattern != nil),
            ("--keep-host-names", keepHostNames),
        ]
        if let (name, _) = given.first(where: { $0.1 }) {
            throw ValidationError("\(name) is for records, and this becomes telemetry or a trace")
        }
    }

    func run() async throws {
        guard !formats else { return try listFormats() }
        if isOfCluster { return try await clusterImport.run() }
        let target = output ?? Self.defaultOutput(for: files.first ?? "-")
        guard force || !Files.exists(target) else {
            throw Failure.input(["\(target): is there already; choose another with -o, or --force to replace it"])
        }
        try Self.refuseOverwriting(files, target)
        var assembly = RecordAssembly(options: try options(), keepsHostNames: keepHostNames)
        var digests: [String: String] = [:]
        var found: [(file: String, format: ImportFormat, sha256: String)] = []
        let record: Record
        do {
            let named = try importer()
            for file in files {
                var reading = ImportReading(file: file, importer: named, options: try options())
                let (imported, format, sha256) = try reading.read()
                if let twin = digests.updateValue(file, forKey: sha256) {
                    throw DocumentError(
                        file: file,
                        problem: "has the same content as \(twin); one file is one run, so name it once"
                    )
                }
                try assembly.add(imported, format: format, file: reading.name, sha256: sha256)
                found.append((file, format, sha256))
            }
            if pattern != nil, !found.contains(where: { $0.format.name == StepLog.format.name }) {
                throw DocumentError(
                    file: files.first ?? "-",
                    path: "--pattern",
                    problem:
                        "takes steps from logs of free text, and no file was read as one; leave it out, or say --as "
                        + StepLog.format.name
                )
            }
            record = try assembly.finish(tool: .init(name: "assay import", version: Version.current))
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        }
        try Files.write([(target, record)])
        for diagnostic in assembly.diagnostics { Console.error(diagnostic.description) }
        for contradiction in record.modelContradictions { Console.error("warning: the record is \(contradiction)") }
        if json {
            try Console.print(summary(of: record, file: target, found, assembly.diagnostics))
        } else {
            for entry in found { print("\(entry.file): \(entry.format.name)") }
            print("\(target): \(RecordCommand.sentence(of: record))")
            print(record.id)
        }
    }

    /// What was measured is never replaced by what is made of it, `--force` or not.
    static func refuseOverwriting(_ files: [String], _ target: String) throws {
        guard let file = files.first(where: { $0 != "-" && Files.isSame($0, target) }) else { return }
        throw Failure.input(["\(target): is \(file), which is to be read; name another file with -o"])
    }

    private func importer() throws -> (any Importer.Type)? {
        guard let format else { return nil }
        if let importer = ImporterRegistry.importer(named: format) { return importer }
        let names = Self.allFormats.map(\.name)
        let hint =
            nearest(format, in: names).map { "did you mean '\($0)'?" } ?? "known are \(names.joined(separator: ", "))"
        throw ValidationError("--as '\(format)' is not a format; \(hint)")
    }

    private func options() throws -> ImportOptions {
        var options = ImportOptions()
        options.declaredModel = try declare.map(Arguments.deploymentModel)
        options.host = try name(host, option: "--host")
        options.boot = try name(boot, option: "--boot")
        options.facts = try fact.map { text in
            let (name, value) = try Arguments.pair(text, option: "--fact", example: "driver=580.95.05")
            return HostFact(name: name, value: value, evidence: "given on the command line of assay import")
        }
        options.conditions = try condition.map { text in
            let (name, value) = try Arguments.pair(text, option: "--condition", example: "pair=3")
            return Condition(name: name, value: value)
        }
        try refuseTwice(options.facts.map(\.name), "--fact")
        try refuseTwice(options.conditions.map(\.name), "--condition")
        options.warmUp = warmUp
        options.pattern = pattern
        return options
    }

    /// A record holds each fact and each condition once.
    private func refuseTwice(_ names: [String], _ option: String) throws {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw ValidationError("\(option) gives '\(name)' twice; give it once")
        }
    }

    private func name(_ text: String?, option: String) throws -> String? {
        guard let text else { return nil }
        guard text.contains(where: { !$0.isWhitespace }), text.utf8.count <= 1_000 else {
            throw ValidationError("\(option) is empty or longer than 1000 bytes; give a name")
        }
        return text
    }

    static func defaultOutput(for file: String) -> String {
        guard file != "-" else { return "import.record.json" }
        let endings = [".json", ".jsonl", ".csv", ".txt", ".log", ".out"]
        let ending = endings.first { file.hasSuffix($0) && file.count > $0.count }
        return (ending.map { String(file.dropLast($0.count)) } ?? file) + ".record.json"
    }

    /// What becomes a record, then what becomes telemetry or a trace.
    private static var allFormats: [ImportFormat] { ImporterRegistry.formats + ClusterFormat.allCases.map(\.format) }

    private func listFormats() throws {
        let formats = Self.allFormats
        guard json else {
            for format in formats {
                print("\(format.name): \(format.title)")
                print("    \(format.command)")
                print("    \(format.limits)")
            }
            return
        }
        let list = formats.map { format in
            JSON.fields([
                "name": .string(format.name), "title": .string(format.title), "command": .string(format.command),
                "limits": .string(format.limits),
            ])
        }
        try Console.print(.fields(["formats": .array(list)]))
    }

    private func summary(
        of record: Record,
        file: String,
        _ found: [(file: String, format: ImportFormat, sha256: String)],
        _ diagnostics: [Diagnostic]
    ) -> JSON {
        let runs = record.runs
        return .fields([
            "file": .string(file),
            "id": .string(record.id),
            "model": record.model.map { .string($0.rawValue) },
            "imported": .array(
                found.map { entry in
                    .fields([
                        "file": .string(entry.file), "format": .string(entry.format.name),
                        "sha256": .string(entry.sha256),
                    ])
                }
            ),
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
            "notes": .array(diagnostics.map { .string($0.description) }),
        ])
    }
}
