import Documents
import Glibc
import NodeCommands
import Operating

/// What the tasks of a sweep are to do: `sweep.json` in its folder.
struct SlurmSweepPlan: Sendable, Hashable {
    /// A file that every node must see with the same content.
    struct Input: Sendable, Hashable {
        /// As the command line names it, relative to ``SlurmSweepPlan/directory``.
        var path: String
        var digest: FileDigest
    }

    static let schema = "assay-sweep/1"
    static let limit = 64 << 20

    var version: String
    /// The program that the tasks run.
    var program: Input
    /// The working directory of the command.
    var directory: String
    /// The arguments of `assay`, without those that say how the sweep is run and printed.
    var arguments: [String]
    /// What the replays read.
    var inputs: [Input]
    var cells: Int
    var cellsPerTask = 1

    /// Of what is replayed: tells one sweep from another, whatever the number of tasks.
    func identity() throws -> String {
        FileDigest.sha256(String(decoding: try JSON.object(contents).canonical(), as: UTF8.self))
    }

    private var contents: [JSONMember] {
        [
            JSONMember("schema", .string(Self.schema)), JSONMember("assay_version", .string(version)),
            JSONMember("program", json(program)), JSONMember("directory", .string(directory)),
            JSONMember("arguments", .array(arguments.map(JSON.string))), JSONMember("inputs", .array(inputs.map(json))),
            JSONMember("cells", .integer(cells)),
        ]
    }

    private func json(_ input: Input) -> JSON {
        .object([
            JSONMember("path", .string(input.path)), JSONMember("bytes", .integer(input.digest.bytes)),
            JSONMember("sha256", .string(input.digest.sha256)),
        ])
    }

    /// The text of `sweep.json`.
    func text() throws -> String {
        try JSON.object(
            contents + [
                JSONMember("cells_per_task", .integer(cellsPerTask)),
                JSONMember("sweep_sha256", .string(try identity())),
            ]
        ).pretty()
    }

    /// Reads `sweep.json`.
    static func read(_ path: String) throws -> SlurmSweepPlan {
        let bytes = try Files.read(path, limit: limit, expected: "the plan of a sweep on Slurm")
        do {
            let object = try Reader(JSONDocument.parse(bytes, file: path), file: path).object([
                "schema", "assay_version", "program", "directory", "arguments", "inputs", "cells", "cells_per_task",
                "sweep_sha256",
            ])
            let schema = try object.require("schema")
            guard try schema.string() == Self.schema else { throw schema.unexpected("'\(Self.schema)'") }
            let plan = SlurmSweepPlan(
                version: try object.require("assay_version").string(),
                program: try input(object.require("program")),
                directory: try object.require("directory").nonEmptyString(),
                arguments: try object.require("arguments").array(maximum: 100_000).map { try $0.string() },
                inputs: try object.require("inputs").array(maximum: 1_000).map(input),
                cells: try object.require("cells").int(in: 1...SweepPlan.limit),
                cellsPerTask: try object.require("cells_per_task").int(in: 1...SweepPlan.limit)
            )
            let hash = try object.require("sweep_sha256")
            guard try hash.string() == plan.identity() else {
                throw hash.fail("is not the hash of this plan, which was changed by hand; take a new folder")
            }
            return plan
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        }
    }

    private static func input(_ reader: Reader) throws -> Input {
        let object = try reader.object(["path", "bytes", "sha256"])
        return Input(
            path: try object.require("path").nonEmptyString(),
            digest: FileDigest(
                bytes: try object.require("bytes").int(in: 0...(1 << 53)),
                sha256: try object.require("sha256").nonEmptyString()
            )
        )
    }

    /// In what another sweep differs, as a clause.
    func difference(from other: SlurmSweepPlan) -> String {
        if directory != other.directory { return "it was begun in \(other.directory)" }
        if arguments != other.arguments { return "its command was: assay \(other.arguments.joined(separator: " "))" }
        for (mine, theirs) in zip(inputs, other.inputs) where mine != theirs {
            return "\(theirs.path) had other content then"
        }
        if program != other.program || version != other.version { return "another build of assay began it" }
        return "its cells differ"
    }

    /// The plan of a command line that is being carried out.
    init(_ arguments: [String], directory: String, inputs paths: [String], cells: Int) throws {
        version = Version.current
        self.directory = directory
        self.cells = cells
        self.arguments = Self.essential(arguments)
        guard let path = try? Files.link("/proc/self/exe"), let digest = FileDigest(ofFile: path) else {
            throw Failure.environment("/proc/self/exe cannot be read, so the tasks cannot be told which program to run")
        }
        program = Input(path: path, digest: digest)
        inputs = try paths.map { path in
            guard let digest = FileDigest(ofFile: path) else {
                throw Failure.input(["\(path): cannot be read a second time, for its hash; expected a regular file"])
            }
            return Input(path: path, digest: digest)
        }
    }

    private init(
        version: String,
        program: Input,
        directory: String,
        arguments: [String],
        inputs: [Input],
        cells: Int,
        cellsPerTask: Int
    ) {
        self.version = version
        self.program = program
        self.directory = directory
        self.arguments = arguments
        self.inputs = inputs
        self.cells = cells
        self.cellsPerTask = cellsPerTask
    }

    /// A command line without what says how the sweep is run and printed.
    static func essential(_ arguments: [String]) -> [String] {
        var kept: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if argument == "--" { return kept + arguments[(index - 1)...] }
            if argument == "--json" || SlurmSweepOptions.names.contains(where: { argument.hasPrefix($0 + "=") }) {
                continue
            }
            if SlurmSweepOptions.names.contains(argument) {
                index += 1
                continue
            }
            kept.append(argument)
        }
        return kept
    }

    /// What on this machine is not as the plan says, as a sentence; nil where everything is.
    ///
    /// Paths are relative to the working directory, which must be ``directory`` already.
    func obstacle() -> String? {
        let own = FileDigest(ofFile: "/proc/self/exe")
        if own != program.digest {
            return "\(program.path) is another program here (SHA-256 \(own?.sha256 ?? "unknown"), expected "
                + "\(program.digest.sha256)); install the same build on every node, or run the sweep with what is there"
        }
        for input in inputs {
            guard let digest = FileDigest(ofFile: input.path) else {
                return "\(input.path) cannot be read here; put it on a file system that every node sees"
            }
            if digest != input.digest {
                return "\(input.path) is another file here (\(digest.bytes) bytes, SHA-256 \(digest.sha256); expected "
                    + "\(input.digest.bytes) bytes, \(input.digest.sha256)); put it on a file system that every node sees"
            }
        }
        return nil
    }
}

extension Files {
    /// Where a symbolic link points.
    static func link(_ path: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0, count < buffer.count,
            let text = String(validating: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        else {
            throw Failure.environment("\(path) cannot be read as a link")
        }
        return text
    }
}
