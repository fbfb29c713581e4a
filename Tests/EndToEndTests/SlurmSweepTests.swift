import Foundation
import Testing

/// `assay simulate --sweep … --slurm` on a real Slurm of two nodes.
@Suite(
    .enabled(if: SlurmCluster.isHere, "there is no Slurm here; scripts/slurm-parts unpacks Debian's"),
    .serialized
)
struct SlurmSweepTests {
    /// Twelve replays.
    static let sweep = ["--gpus", "40", "--sweep", "queue=fcfs,easy,gpus=40,44,48,seed=1,2", "--json"]

    /// A trace that takes a moment to read and to replay.
    static func trace(jobs: Int) -> String {
        var text = "job,submit_s,duration_s,gpus\n"
        var random: UInt64 = 1
        for job in 0..<jobs {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            text += "\(job),\(job * 30),\(60 + Int(random >> 40) % 900),\(1 << (Int(random >> 33) % 4))\n"
        }
        return text
    }

    /// A JSON report without what a clock measured.
    static func withoutSeconds(_ text: String) -> String {
        text.split(separator: "\n").filter { !$0.contains("\"seconds_") }.joined(separator: "\n")
    }

    /// A program that runs while the test looks on.
    final class Running {
        let process = Process()
        private let folder: String

        init(_ arguments: [String], in folder: String, environment: [String: String], program: String) throws {
            self.folder = folder
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            process.currentDirectoryURL = URL(fileURLWithPath: folder)
            for name in ["out", "err"] { try Data().write(to: URL(fileURLWithPath: folder + "/" + name)) }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/out"))
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/err"))
            try process.run()
        }

        deinit {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }

        var output: String { (try? String(contentsOfFile: folder + "/out", encoding: .utf8)) ?? "" }
        var errors: String { (try? String(contentsOfFile: folder + "/err", encoding: .utf8)) ?? "" }

        /// Its exit status, once it has ended by itself.
        func end() async throws -> Int32 {
            try await eventually("it ends") { !process.isRunning }
            try #require(process.terminationReason == .exit)
            return process.terminationStatus
        }

        /// Waits until something is so.
        func eventually(_ what: String, _ isSo: () throws -> Bool) async throws {
            let end = ContinuousClock().now + .seconds(240)
            while ContinuousClock().now < end {
                if try isSo() { return }
                usleep(20_000)
            }
            Issue.record("never: \(what); \(errors)")
            throw CancellationError()
        }
    }

    /// Processes that run a task of the sweep in a folder.
    static func taskProcesses(_ folder: String) -> [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap(Int32.init).filter {
            let line = FileManager.default.contents(atPath: "/proc/\($0)/cmdline") ?? Data()
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return words.contains("sweep-task") && words.contains(folder)
        }
    }

    @Test func `tasks are lost on the way, and the answer is that of this machine`() async throws {
        let cluster = try SlurmCluster()
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace(jobs: 150_000))
        // A program of the test's own, which it may spoil later.
        let program = folder.path + "/assay"
        try FileManager.default.copyItem(atPath: AssayBinary.path, toPath: program)
        let local = try AssayBinary.run(["simulate", "t.csv"] + Self.sweep, in: folder.path, program: program)
        try #require(local.status == 0, "\(local.errors)")

        let arguments = ["simulate", "t.csv"] + Self.sweep + ["--slurm", "a sweep"]
        let shared = folder.path + "/a sweep"
        let run = try Running(arguments, in: folder.path, environment: cluster.environment, program: program)
        // One task dies as from the kernel, another by its owner's hand.
        try await run.eventually("a task runs") { !Self.taskProcesses(shared).isEmpty }
        let victim = try #require(Self.taskProcesses(shared).first)
        kill(victim, SIGKILL)
        try await run.eventually("the array is known") { run.errors.contains("as job array ") }
        let job = try #require(run.errors.split(separator: "as job array ").last?.split(separator: "\n").first)
        try cluster.slurm("scancel", ["\(job)_11"])
        #expect(try await run.end() == 0, "\(run.errors)")
        #expect(run.errors.contains("was lost (FAILED on node"), "\(run.errors)")
        // By whose hand is known only of a task that had begun.
        let endings = ["CANCELLED on node", "CANCELLED)", "cancelled before it ran"].map { "task 11 was lost (\($0)" }
        #expect(endings.contains { run.errors.contains($0) }, "\(run.errors)")
        #expect(Self.withoutSeconds(run.output) == Self.withoutSeconds(local.output))
        let nodes = Set(
            try (0..<12).map { cell in
                let object = try JSONSerialization.jsonObject(
                    with: Data(folder.read("a sweep/cells/\(cell).json").utf8)
                )
                return (object as? [String: Any])?["node"] as? String ?? ""
            }
        )
        #expect(nodes == ["node1", "node2"])

        // Run again, nothing is done again: the same bytes, clocks included.
        let again = try AssayBinary.run(
            arguments,
            in: folder.path,
            program: program,
            environment: cluster.environment
        )
        #expect(again.status == 0 && again.output == run.output && !again.errors.contains("submitted"))
        // A result that was spoiled is done again, alone.
        try folder.write("a sweep/cells/5.json", "{\"schema\": \"assay-sweep-cell/1\", \"sweep_sha")
        let mended = try AssayBinary.run(
            arguments,
            in: folder.path,
            program: program,
            environment: cluster.environment
        )
        #expect(mended.status == 0, "\(mended.errors)")
        #expect(mended.errors.contains("cells/5.json") && mended.errors.contains("submitted 1 of 12 tasks"))
        #expect(Self.withoutSeconds(mended.output) == Self.withoutSeconds(local.output))

        // Another sweep has no place here.
        var other = arguments
        other[5] = "queue=fcfs,easy,gpus=40,44,48,seed=1,3"
        let refused = try AssayBinary.run(other, in: folder.path, program: program, environment: cluster.environment)
        #expect(refused.status == 2 && refused.errors.contains("holds another sweep: its command was"))

        try spoil(folder, shared, program)
    }

    /// On a node where a file is another or missing, the task says so and leaves no result.
    private func spoil(_ folder: TemporaryFolder, _ shared: String, _ program: String) throws {
        let results = folder.names.filter { $0.hasPrefix("a sweep/cells/") }
        func task(_ text: String) throws {
            for cell in [0, 1] { try? FileManager.default.removeItem(atPath: shared + "/cells/\(cell).json") }
            try? FileManager.default.removeItem(atPath: shared + "/failed/task-1.txt")
            let outcome = try AssayBinary.run(
                [shared + "/task.sh"],
                in: "/",
                program: "/bin/sh",
                environment: ["SLURM_ARRAY_TASK_ID": "1", "SLURM_JOB_ID": "1", "SLURMD_NODENAME": "node7"]
            )
            #expect(outcome.status == 3)
            let report = try folder.read("a sweep/failed/task-1.txt")
            #expect(report.hasPrefix("3 node7\n") && report.contains(text), "\(report)")
            #expect(folder.names.filter { $0.hasPrefix("a sweep/cells/") }.count == results.count - 2)
        }
        let trace = try folder.read("t.csv")
        try folder.write("t.csv", trace + "x,1,1,1\n")
        try task("t.csv is another file here")
        try FileManager.default.removeItem(atPath: folder.path + "/t.csv")
        try task("t.csv cannot be read here")
        try folder.write("t.csv", trace)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: program))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([0]))
        try handle.close()
        try task("is another program here")
        try FileManager.default.removeItem(atPath: program)
        try task("there is no such program on this node")
    }

    @Test func `interrupted, the tasks go on or are cancelled, and the same command gathers`() async throws {
        let cluster = try SlurmCluster(nodes: 1)
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace(jobs: 2_000))
        let local = try AssayBinary.run(["simulate", "t.csv"] + Self.sweep, in: folder.path)
        let arguments = ["simulate", "t.csv"] + Self.sweep + ["--slurm", "s", "--slurm-cells", "3"]
        // Nothing can run while the node is drained.
        try cluster.slurm("scontrol", ["update", "NodeName=node1", "State=DRAIN", "Reason=test"])
        func interrupt(_ more: [String]) async throws -> String {
            let run = try Running(
                arguments + more,
                in: folder.path,
                environment: cluster.environment,
                program: AssayBinary.path
            )
            try await run.eventually("the tasks are in the queue") {
                run.errors.contains("submitted 4 of 4 tasks") || run.errors.contains("already in the queue")
            }
            // A second assay on the same folder is told so.
            let second = try AssayBinary.run(arguments, in: folder.path, environment: cluster.environment)
            #expect(second.status == 2 && second.errors.contains("another assay is at work"), "\(second.errors)")
            kill(run.process.processIdentifier, SIGINT)
            #expect(try await run.end() == 3)
            #expect(run.output.isEmpty)
            return run.errors
        }
        let left = try await interrupt([])
        #expect(left.contains("goes on (to end it: scancel ") && left.contains("0 of 12 cells are done"), "\(left)")
        #expect(try cluster.slurm("squeue", ["-h", "-r"]).split(separator: "\n").count == 4)
        let cancelled = try await interrupt(["--slurm-on-interrupt", "cancel"])
        #expect(cancelled.contains("was cancelled") && !cancelled.contains("submitted"), "\(cancelled)")
        #expect(try cluster.slurm("squeue", ["-h", "-r"]).isEmpty)

        // The drained node keeps new tasks waiting, and the user hears why; then it is back.
        let run = try Running(arguments, in: folder.path, environment: cluster.environment, program: AssayBinary.path)
        try await run.eventually("the reason is told") { run.errors.contains("Slurm keeps 4 tasks") }
        try cluster.slurm("scontrol", ["update", "NodeName=node1", "State=RESUME"])
        #expect(try await run.end() == 0, "\(run.errors)")
        #expect(Self.withoutSeconds(run.output) == Self.withoutSeconds(local.output))

        // What the cluster does not have is refused in its own words, before anything waits.
        let refused = try AssayBinary.run(
            ["simulate", "t.csv"] + Self.sweep + ["--slurm", "r", "--slurm-option", "partition=nowhere"],
            in: folder.path,
            environment: cluster.environment
        )
        #expect(refused.status == 3 && refused.errors.contains("Invalid partition name specified"))
    }
}

/// `--slurm` where there is no Slurm, or where the command line is wrong.
@Suite struct SlurmSweepArgumentTests {
    @Test(arguments: [
        (["--slurm", "s"], "say which with --sweep"),
        (["--slurm-option", "mem=1G"], "--slurm-option goes with --slurm"),
        (["--slurm", "s%", "--sweep", "seed=1,2"], "must not be empty nor have a %"),
        (["--slurm", "s", "--sweep", "seed=1,2", "--slurm-tries", "0"], "--slurm-tries 0 is outside 1 to 100000"),
        (["--slurm", "s", "--sweep", "seed=1,2", "--slurm-option", "array=1-9"], "'array' is set by the sweep itself"),
    ]) func `a wrong command line is told so`(arguments: [String], sentence: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", SimulateTests.trace)
        let outcome = try AssayBinary.run(["simulate", "t.csv", "--gpus", "2"] + arguments, in: folder.path)
        #expect(outcome.status == 64 && outcome.errors.contains(sentence), "\(outcome.errors)")
        #expect(folder.names == ["t.csv"])
    }

    @Test func `without Slurm's commands nothing is begun`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", SimulateTests.trace)
        let outcome = try AssayBinary.run(
            ["simulate", "t.csv", "--gpus", "2", "--sweep", "seed=1,2", "--slurm", "s"],
            in: folder.path,
            environment: ["PATH": folder.path]
        )
        #expect(outcome.status == 3 && outcome.errors.contains("scontrol is not on the path"), "\(outcome.errors)")
        #expect(folder.names == ["t.csv"])
    }
}
