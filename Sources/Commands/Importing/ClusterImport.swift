import ArgumentParser
import Documents
import Importing
import NodeCommands
import Operating

/// What becomes telemetry or a trace: the part of `assay import` that makes no record.
struct ClusterImport {
    let files: [String]
    /// The word after `--as`.
    let format: String?
    let output: String?
    let force: Bool
    let json: Bool
    let options: ClusterImportOptions
    let prometheus: PrometheusOptions

    /// The most bytes of a file that is read as a whole.
    private static let fileLimit = 512 << 20

    /// Whether this is its business: a Prometheus is to be asked, or the first file is of one of its formats.
    func isMeant(head: ImportHead?) -> Bool {
        if prometheus.prometheus != nil { return true }
        if let format { return ClusterFormat(rawValue: format) != nil }
        return head.flatMap(ClusterFormat.recognised) != nil
    }

    /// Reads or asks, writes the result and says what it is.
    func run() async throws {
        if let url = prometheus.prometheus {
            guard files.isEmpty else {
                throw ValidationError(
                    "--prometheus asks a server; leave the files out (\(files.joined(separator: ", ")))"
                )
            }
            return try await ask(url)
        }
        try read()
    }

    /// The beginning of a file; nil for standard input, which can be read once, and for what cannot be read.
    static func head(of path: String) -> ImportHead? {
        guard path != "-", let bytes = Files.head(path, bytes: ImportHead.size + 1) else { return nil }
        return ImportHead(bytes, isWhole: bytes.count <= ImportHead.size)
    }

    // MARK: Files

    private func read() throws {
        var readings = MetricReadings()
        var formats: Set<ClusterFormat> = []
        for path in files {
            let name = path == "-" ? "standard input" : path
            var reader = ExpositionReader(file: name, wanting: ReadingsKind.isWanted)
            var bytes: [UInt8] = []
            var kind: ClusterFormat?
            do {
                try Files.stream(path, expected: "telemetry or pods") { chunk in
                    if kind == nil {
                        kind = try self.kind(ImportHead(chunk, isWhole: chunk.count < 1 << 20), name)
                    }
                    if kind == .prometheusText { return try reader.consume(chunk) }
                    bytes += chunk
                    guard bytes.count <= Self.fileLimit else {
                        throw DocumentError(
                            file: name,
                            problem:
                                "is larger than \(Self.fileLimit >> 20) MiB; export a shorter time or fewer pods to a file"
                        )
                    }
                }
                let found = try kind ?? self.kind(ImportHead([], isWhole: true), name)
                formats.insert(found)
                switch found {
                case .kubernetes:
                    guard files.count == 1 else {
                        throw ValidationError(
                            "pods are read from one file; export all with kubectl get pods,jobs,nodes -A -o json"
                        )
                    }
                    let trace = try KubernetesReader.read(bytes, file: name, options: try options.cluster(window: nil))
                    return try finish(trace, source: "\(name), Kubernetes pods")
                case .prometheusJSON: try readings.add(PrometheusAnswer.read(bytes, file: name), file: name)
                case .prometheusText: try readings.add(reader.finish(), file: name)
                }
            } catch let error as DocumentError {
                throw Failure.input([error.description])
            }
        }
        let name = files.first.map { $0 == "-" ? "standard input" : $0 } ?? ""
        let source = files.count > 1 ? "\(name) and \(files.count - 1) more" : name
        try summarise(readings, source: source, window: nil)
    }

    private func kind(_ head: ImportHead, _ name: String) throws -> ClusterFormat {
        if let format, let named = ClusterFormat(rawValue: format) { return named }
        guard let found = ClusterFormat.recognised(head) else {
            throw DocumentError(
                file: name,
                problem: "is neither telemetry nor pods, as the file before it is; import files of one kind at a time"
            )
        }
        return found
    }

    // MARK: Asking

    private func ask(_ url: String) async throws {
        let window = try prometheus.window(now: TimeArguments.now)
        let access = try prometheus.access(url)
        let client = PrometheusClient(access, refusal: PrometheusAnswer.refusal)
        var readings = MetricReadings()
        var progress = Progress(begin: ContinuousClock().now)
        defer { progress.clear() }
        do {
            let version = try await client.version()
            let plan = try PrometheusPlan(
                queries: prometheus.query,
                isTrace: options.trace,
                window: window,
                step: try prometheus.stepMilliseconds()
            )
            for question in plan.questions {
                progress.show { "asking \(client.base): \(question.words)" }
                let bytes: [UInt8]
                switch question {
                case .scraped(let text, let range, _):
                    bytes = try await client.query(
                        "\(text)[\(range.upperBound - range.lowerBound)ms]",
                        at: range.upperBound
                    )
                case .stepped(let text, let range, let step):
                    bytes = try await client.queryRange(text, from: range.lowerBound, to: range.upperBound, step: step)
                }
                try readings.add(PrometheusAnswer.read(bytes, file: client.base), file: client.base)
                guard readings.sampleCount <= 30_000_000 else {
                    throw Failure.input([
                        "\(client.base): more than 30,000,000 samples; ask for a shorter time or a longer --step"
                    ])
                }
            }
            progress.clear()
            guard readings.sampleCount > 0 else {
                throw Failure.input([
                    "\(client.base): knows no sample between \(InstantText.text(window.lowerBound)) and "
                        + "\(InstantText.text(window.upperBound)) for \(plan.words); check the time, and that the exporter is scraped"
                ])
            }
            let name = "Prometheus\(version.map { " \($0)" } ?? "") at \(client.base)"
            try summarise(readings, source: "\(name), \(plan.words)", window: window)
        } catch let error as PrometheusError {
            switch error {
            case .noCurl, .unreachable, .untrusted, .timedOut, .cutOff, .inTrouble, .refusedAtDoor:
                throw Failure.environment(error.description)
            default: throw Failure.input([error.description])
            }
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        }
    }

    // MARK: Results

    private func summarise(_ readings: MetricReadings, source: String, window: ClosedRange<Int64>?) throws {
        do {
            switch options.trace ? .trace : ReadingsKind(readings) {
            case .telemetry:
                let telemetry = try GPUTelemetry(readings, options: try options.telemetry(window: window), file: source)
                try finish(telemetry, source: source)
            case .trace:
                for warning in readings.warnings { Console.error("warning: \(warning)") }
                let trace = try KubeStateMetrics.read(
                    readings,
                    file: source,
                    options: try options.cluster(window: window)
                )
                try finish(trace, source: source)
            }
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        }
    }

    private func finish(_ telemetry: GPUTelemetry, source: String) throws {
        let target = output ?? "telemetry.csv"
        try requireFree(target)
        let object = telemetry.json(source: source)
        let text = target.hasSuffix(".json") ? try object.pretty() : telemetry.csv
        try Files.write(Files.Output(target, text))
        if json { return try Console.print(object) }
        for note in telemetry.notes { Console.error(note.description) }
        print(ClusterText.telemetry(telemetry, source: source))
        print("\(target): \(counted(telemetry.places.count, "GPU or instance", "GPUs and instances"))")
    }

    private func finish(_ trace: ClusterTrace, source: String) throws {
        let target = output ?? "trace.csv"
        try requireFree(target)
        try Files.write(Files.Output(target, trace.csv(named: options.names)))
        if json { return try Console.print(trace.json(source: source, file: target)) }
        for spot in trace.blindSpots { Console.error("note: \(spot)") }
        print(ClusterText.trace(trace, source: source))
        print("\(target): \(counted(trace.jobs.count, "job")); replay them with: assay simulate \(target) …")
    }

    private func requireFree(_ target: String) throws {
        try ImportCommand.refuseOverwriting(files, target)
        guard force || !Files.exists(target) else {
            throw Failure.input(["\(target): is there already; choose another with -o, or --force to replace it"])
        }
    }
}
