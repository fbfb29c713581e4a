import Documents
import Glibc
import NodeCommands
import Scheduling

/// Reading files of replay: streamed, with progress on a terminal.
enum TraceReading {
    /// A trace and how long it took to read.
    static func trace(_ path: String, _ options: TraceImportOptions) throws -> (
        imported: ImportedTrace, seconds: Double
    ) {
        let clock = ContinuousClock()
        let begin = clock.now
        var options = options
        options.expectedBytes = size(path)
        let name = path == "-" ? "standard input" : path
        var importer = TraceImporter(file: name, options: options)
        var progress = Progress(begin: begin)
        do {
            try Files.stream(path, expected: "a trace: sacct --parsable2, SWF or CSV") { bytes in
                try importer.consume(bytes.span)
                progress.show {
                    "reading \(name): \(NumberText.grouped(importer.bytesRead >> 20)) MiB, "
                        + "\(NumberText.grouped(importer.rowsRead)) rows"
                }
            }
            let imported = try importer.finish()
            progress.clear()
            return (imported, (clock.now - begin).seconds)
        } catch let error as DocumentError {
            progress.clear()
            throw Failure.input([error.description])
        }
    }

    /// A list of nodes, alike neighbours as one.
    static func nodes(_ path: String) throws -> ClusterDescription {
        try nodes(path, NodeListReader(file: path)).cluster
    }

    /// The nodes of a list that have GPUs, each under its name.
    static func namedNodes(_ path: String, upTo limit: Int) throws -> [NodeListReader.Node] {
        try nodes(path, NodeListReader(file: path, nodeLimit: limit)).nodes
    }

    private static func nodes(_ path: String, _ start: NodeListReader) throws -> (
        cluster: ClusterDescription, nodes: [NodeListReader.Node]
    ) {
        var reader = start
        do {
            try Files.stream(path, expected: "a list of nodes: a CSV with sn,cpu_milli,memory_mib,gpu,model") { bytes in
                try reader.consume(bytes.span)
            }
            return (try reader.finish(), reader.nodes)
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        }
    }

    /// The size of a regular file, 0 for anything else.
    private static func size(_ path: String) -> Int {
        var information = stat()
        guard path != "-", stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return 0 }
        return Int(information.st_size)
    }
}

/// One line on a terminal that says how far the work is; nothing where standard error is no terminal.
struct Progress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let begin: ContinuousClock.Instant
    private var last: ContinuousClock.Instant
    private var isShown = false

    init(begin: ContinuousClock.Instant) {
        self.begin = begin
        last = begin
    }

    /// Shows a line, at most twice a second.
    mutating func show(_ text: () -> String) {
        guard isTerminal else { return }
        let now = ContinuousClock().now
        guard now - last > .milliseconds(500) else { return }
        last = now
        isShown = true
        Console.status(text())
    }

    /// Removes the line.
    mutating func clear() {
        guard isShown else { return }
        isShown = false
        Console.status()
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        let (whole, atto) = components
        return Double(whole) + Double(atto) / 1e18
    }
}
