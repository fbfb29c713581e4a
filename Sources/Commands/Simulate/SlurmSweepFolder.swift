import Documents
import Glibc
import NodeCommands
import Operating

/// The folder of a sweep on Slurm, which all its tasks write to.
///
///     sweep.json           what the sweep is
///     task.sh              what every task runs
///     cells/12.json        the result of a cell, written whole and renamed into place
///     failed/cell-12.txt   why a cell, or a whole task, cannot be done
///     log/JOB_TASK.txt     what a task printed
struct SlurmSweepFolder {
    /// Absolute, without a trailing slash.
    let path: String

    static let cellSchema = "assay-sweep-cell/1"
    static let cellLimit = 1 << 20

    /// Why a cell or a task could not be done.
    struct Report: Sendable, Hashable {
        /// The exit code that says what kind of reason it is.
        var code: Int32
        var node: String
        var message: String
    }

    /// A folder; a relative path is one in the working directory.
    init(_ path: String) throws {
        var path = path.hasPrefix("/") ? path : try Self.workingDirectory() + "/" + path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    static func workingDirectory() throws -> String {
        guard let text = getcwd(nil, 0) else { throw Failure.environment("the working directory has no path") }
        defer { free(text) }
        return String(cString: text)
    }

    var planPath: String { path + "/sweep.json" }
    var scriptPath: String { path + "/task.sh" }

    /// Makes the folder with its plan and script.
    func create(_ plan: SlurmSweepPlan) throws {
        for name in ["cells", "failed", "log"] { try Files.write([], into: path + "/" + name) }
        try Files.write([.init("task.sh", script(plan)), .init("sweep.json", try plan.text())], into: path)
    }

    /// What every task runs: it can only tell that there is no program to run, and run it.
    private func script(_ plan: SlurmSweepPlan) -> String {
        """
        #!/bin/sh
        # A task of the sweep in sweep.json beside this file.
        program=\(Self.quoted(plan.program.path))
        folder=\(Self.quoted(path))
        if [ ! -x "$program" ]; then
            report="$folder/failed/task-$SLURM_ARRAY_TASK_ID.txt"
            printf '3 %s\\n%s: there is no such program on this node; put it on a file system that every node sees\\n' \\
                "${SLURMD_NODENAME:-unknown}" "$program" >"$report.$SLURM_JOB_ID.part" && mv "$report.$SLURM_JOB_ID.part" "$report"
            exit 3
        fi
        exec "$program" sweep-task "$folder" "$SLURM_ARRAY_TASK_ID"

        """
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    // MARK: Results

    /// Puts a result in its place, whole.
    func write(_ cell: SweepCell, at index: Int, of sweep: String) throws {
        let text = try JSON.object([
            JSONMember("schema", .string(Self.cellSchema)), JSONMember("sweep_sha256", .string(sweep)),
            JSONMember("cell", .integer(index)), JSONMember("node", .string(Self.node)),
            JSONMember("run", .object(cell.members)), JSONMember("row", .array(cell.row.map(JSON.string))),
        ]).pretty()
        try place(text, "cells/\(index).json")
    }

    /// Writes a file under a name that no other task has, then renames it: a task may run twice at once, where Slurm
    /// lost sight of the first.
    private func place(_ text: String, _ name: String) throws {
        let own = "\(name).\(Self.node).\(getpid()).part"
        try Files.write(.init(path + "/" + own, text))
        guard rename(path + "/" + own, path + "/" + name) == 0 else {
            throw Failure.environment("\(path)/\(name): cannot be put in place (\(String(cString: strerror(errno))))")
        }
    }

    /// Reads the result of a cell.
    ///
    /// - Throws: where there is none, or it is not of this sweep.
    func cell(_ index: Int, of sweep: String) throws -> SweepCell {
        let file = path + "/cells/\(index).json"
        let bytes = try Files.read(file, limit: Self.cellLimit, expected: "the result of cell \(index)")
        do {
            let object = try Reader(JSONDocument.parse(bytes, file: file), file: file).object([
                "schema", "sweep_sha256", "cell", "node", "run", "row",
            ])
            let schema = try object.require("schema")
            guard try schema.string() == Self.cellSchema else { throw schema.unexpected("'\(Self.cellSchema)'") }
            let hash = try object.require("sweep_sha256")
            guard try hash.string() == sweep else { throw hash.fail("is that of another sweep") }
            let number = try object.require("cell")
            guard try number.int(in: 0...SweepPlan.limit) == index else { throw number.fail("is not that of the file") }
            let run = try object.require("run")
            guard case .object(let members) = JSON(run.value) else { throw run.unexpected("an object") }
            return SweepCell(
                members: members,
                row: try object.require("row").array(maximum: 100).map { try $0.string() }
            )
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        }
    }

    /// The numbers of the cells for which a file is there.
    func cellNumbers() -> Set<Int> {
        Set(
            Files.names(in: path + "/cells").compactMap { name in
                name.hasSuffix(".json") && !name.hasPrefix(".") ? Int(name.dropLast(5)) : nil
            }
        )
    }

    // MARK: Failures

    /// Reports why a cell, or a whole task, cannot be done.
    func report(_ report: Report, cell: Int? = nil, task: Int = 0) throws {
        try place(
            "\(report.code) \(report.node)\n\(report.message)\n",
            "failed/" + (cell.map { "cell-\($0)" } ?? "task-\(task)") + ".txt"
        )
    }

    /// The reports by cell; one of a task is that of all its cells.
    func reports(_ sweep: ArraySweep) -> [Int: Report] {
        var reports: [Int: Report] = [:]
        for name in Files.names(in: path + "/failed") where name.hasSuffix(".txt") {
            let words = name.dropLast(4).split(separator: "-")
            guard words.count == 2, let number = Int(words[1]),
                let text = try? Files.readText(path + "/failed/" + name, limit: 1 << 20, expected: "a report")
            else { continue }
            let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            let head = lines[0].split(separator: " ")
            let report = Report(
                code: head.first.flatMap { Int32($0) } ?? 70,
                node: head.dropFirst().joined(separator: " "),
                message: lines.count > 1 ? String(lines[1].split(separator: "\n").joined(separator: "; ")) : ""
            )
            switch words[0] {
            case "cell": reports[number] = report
            case "task": for cell in sweep.cells(of: number) where reports[cell] == nil { reports[cell] = report }
            default: continue
            }
        }
        return reports
    }

    /// Removes all reports, so that what failed is tried again.
    func forgetReports() {
        for name in Files.names(in: path + "/failed") where name.hasSuffix(".txt") { unlink(path + "/failed/" + name) }
    }

    /// The name of this machine, for people.
    static var node: String {
        if let name = getenv("SLURMD_NODENAME") {
            let text = String(cString: name)
            if !text.isEmpty, !text.contains("/"), text.count < 200 { return text }
        }
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .split(separator: "/").joined(separator: "-")
    }

    // MARK: One at a time

    /// Takes the folder for this process, until the process ends.
    func lock() throws {
        let descriptor = open(path + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure.environment("\(path)/lock: cannot be made (\(String(cString: strerror(errno))))")
        }
        // A file system without locks is used without; the queue's own names keep two from submitting the same twice.
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        throw Failure.input(["\(path): another assay is at work on this sweep; wait for it, or end it"])
    }
}
