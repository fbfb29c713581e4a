import Documents
import Evidence
import Importing
import NodeCommands

/// Reads one file of another tool: streamed, with progress on a terminal.
struct ImportReading {
    /// The file as messages call it.
    let name: String
    private let path: String
    private let options: ImportOptions
    private let named: (any Importer.Type)?
    private var importer: (any Importer)?
    private var format: ImportFormat?
    /// The beginning, until it is enough to recognise the format by.
    private var head: [UInt8] = []
    private var beginning = ImportHead([], isWhole: true)
    private var digest = ContentDigest()
    private var bytesRead = 0

    /// A reading of a file, of a named format or of that which is recognised.
    init(file: String, importer: (any Importer.Type)?, options: ImportOptions) {
        path = file
        name = file == "-" ? "standard input" : file
        named = importer
        self.options = options
    }

    /// What the file says, its format, and the hash of its bytes.
    mutating func read() throws -> (runs: ImportedRuns, format: ImportFormat, sha256: String) {
        do {
            return try readAll()
        } catch let error as DocumentError {
            throw otherFormat.map { advice(error, $0) } ?? error
        }
    }

    /// The format that the file seems to be of where another was named.
    private var otherFormat: ImportFormat? {
        guard let named, let found = try? ImporterRegistry.importer(for: beginning, file: name),
            found.format.name != named.format.name
        else { return nil }
        return found.format
    }

    private func advice(_ error: DocumentError, _ found: ImportFormat) -> DocumentError {
        var error = error
        error.problem =
            "\(named.map { "read as \($0.format.name), " } ?? "")\(error.problem.prefix(300)); the file looks like one of "
            + "\(found.name): leave out --as, or name that"
        return error
    }

    private mutating func readAll() throws -> (runs: ImportedRuns, format: ImportFormat, sha256: String) {
        var progress = Progress(begin: ContinuousClock().now)
        defer { progress.clear() }
        try Files.stream(path, expected: "the output of a tool (assay import --formats lists them)") { bytes in
            digest.update(bytes)
            bytesRead += bytes.count
            progress.show { "reading \(name): \(NumberText.grouped(bytesRead >> 20)) MiB" }
            guard importer == nil else {
                try importer?.consume(bytes)
                return
            }
            head += bytes
            if head.count >= ImportHead.size { try begin(isWhole: false) }
        }
        if importer == nil { try begin(isWhole: true) }
        guard let runs = try importer?.finish(), let format else {
            throw DocumentError(file: name, problem: "is empty; expected the output of a tool")
        }
        return (runs, format, digest.text)
    }

    /// Chooses the format by what was read so far, and feeds it.
    private mutating func begin(isWhole: Bool) throws {
        beginning = ImportHead(head, isWhole: isWhole)
        let type: any Importer.Type
        do {
            type = try named ?? ImporterRegistry.importer(for: beginning, file: name)
        } catch {
            // A pattern says that what no format is known by is a log of free text.
            guard options.pattern != nil else { throw error }
            type = StepLog.self
        }
        format = type.format
        importer = try type.init(file: name, options: options)
        try importer?.consume(head)
        head = []
    }
}
