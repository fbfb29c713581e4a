import Foundation
import Testing

@testable import Operating

/// The client against commands that behave as Slurm's do, or worse: real processes, found on a path of the test's own.
@Suite struct SlurmClientTests {
    /// A client whose commands are these scripts.
    static func client(_ scripts: [String: String]) throws -> (client: SlurmClient, folder: String) {
        let folder = FileManager.default.temporaryDirectory.path + "/assay-slurm-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, body) in scripts {
            let path = folder + "/" + name
            try Data("#!/bin/sh\n\(body)\n".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        var client = SlurmClient(environment: ["PATH": folder + ":/usr/bin:/bin", "HERE": folder])
        client.timeLimit = .seconds(20)
        return (client, folder)
    }

    static let array = BatchArray(name: "n", script: "/task.sh", directory: "/", output: "o")

    @Test(arguments: [
        ("echo 123", 123), ("echo '123;east'", 123), ("echo 'site: be kind' ; echo 77", 77),
        ("echo 'sbatch: warning: x' >&2; echo 5", 5),
    ]) func `the number of a job is read`(body: String, job: Int) async throws {
        let (client, folder) = try Self.client(["sbatch": body])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try await client.submit(Self.array, tasks: [0]) == job)
    }

    @Test(arguments: [
        (
            "echo 'sbatch: error: Batch job submission failed: Invalid account or account/partition combination "
                + "specified' >&2; exit 1",
            "sbatch was refused: Batch job submission failed: Invalid account or account/partition combination specified",
            false
        ),
        (
            "echo 'sbatch: error: invalid partition specified: x' >&2; echo 'sbatch: error: Batch job submission failed: "
                + "Invalid partition name specified' >&2; exit 1",
            "sbatch was refused: Batch job submission failed: Invalid partition name specified", false
        ),
        (
            "echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)' >&2; "
                + "exit 1",
            "sbatch: Slurm's controller does not answer (Batch job submission failed: Unable to contact slurm controller "
                + "(connect failure)); check it with: scontrol ping", true
        ),
        (
            "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1",
            "sbatch: Slurm's controller does not answer (Batch job submission failed: Socket timed out on send/recv "
                + "operation); check it with: scontrol ping", true
        ),
        ("exit 7", "sbatch was refused: exit status 7, without a word", false),
        ("kill -9 $$", "sbatch was refused: ended by signal 9, without a word", false),
        ("echo hello", "sbatch printed what cannot be read: expected the number of a job, found 'hello'", false),
        ("true", "sbatch printed what cannot be read: expected the number of a job, found ''", false),
        ("printf 'sbatch: error: a\\033[31mb\\n' >&2; exit 1", "sbatch was refused: a [31mb", false),
    ]) func `what a command says no with is one sentence`(body: String, sentence: String, isPassing: Bool) async throws
    {
        let (client, folder) = try Self.client(["sbatch": body])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let error = await #expect(throws: SlurmError.self) { try await client.submit(Self.array, tasks: [0]) }
        #expect(error?.description == sentence)
        #expect(error?.isPassing == isPassing)
    }

    @Test func `a command that is missing is named`() async throws {
        let (full, folder) = try Self.client([:])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var client = full
        client.environment["PATH"] = folder
        let error = await #expect(throws: SlurmError.self) { try await client.limits() }
        #expect(error == .missing(command: "scontrol"))
    }

    @Test func `a command that never ends is killed when its time is up`() async throws {
        let (full, folder) = try Self.client(["squeue": "echo $$ > \"$HERE/process\"; exec sleep 600"])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var client = full
        client.timeLimit = .seconds(2)
        let error = await #expect(throws: SlurmError.self) { try await client.tasks(named: "n") }
        #expect(error == .timedOut(command: "squeue", seconds: 2))
        let text = try String(contentsOfFile: folder + "/process", encoding: .utf8)
        let process = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(process, 0) != 0, "it still runs")
    }

    @Test func `variables that change what squeue prints do not reach it`() async throws {
        let (full, folder) = try Self.client(["squeue": "[ -z \"${SQUEUE_STATES+x}\" ] && echo '5|0|RUNNING|n|None'"])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        setenv("SQUEUE_STATES", "FAILED", 1)
        defer { unsetenv("SQUEUE_STATES") }
        #expect(try await full.tasks(named: "n").count == 1)
    }

    @Test func `arguments are seen by no shell`() async throws {
        let (client, folder) = try Self.client(["sbatch": "printf '%s\\n' \"$@\" > \"$HERE/seen\"; echo 1"])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var array = Self.array
        array.directory = "/a b/$(touch x)'\""
        _ = try await client.submit(array, tasks: [1])
        let seen = try String(contentsOfFile: folder + "/seen", encoding: .utf8).split(separator: "\n")
        #expect(seen.contains("--chdir=/a b/$(touch x)'\""))
    }

    @Test func `a run outlives a controller that is away for a while`() async throws {
        // The queue is away from its second answer to its fourth; the task is done by then.
        let (client, folder) = try Self.client([
            "squeue": """
            n=$(cat "$HERE/n" 2>/dev/null || echo 0); n=$((n + 1)); echo $n > "$HERE/n"
            case $n in 2|3|4) echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1;; esac
            """, "sbatch": "touch \"$HERE/done\"; echo 9",
        ])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var notes: [String] = []
        var run = ArraySweepRun(ArraySweep(cells: 1, cellsPerTask: 1, submissions: 1), as: Self.array, on: client) {
            (FileManager.default.fileExists(atPath: folder + "/done") ? [0] : [], [])
        } note: {
            notes.append($0)
        } progress: { _, _, _ in
        }
        run.pauses = .milliseconds(10)...(.milliseconds(20))
        #expect(try await run.run() == .finished)
        #expect(notes.contains("Slurm answers again") && notes.contains("submitted 1 of 1 tasks as job array 9"))
    }

    @Test func `a run gives up a task that is lost each time, and says how it ended`() async throws {
        let (client, folder) = try Self.client([
            "squeue": "exit 0", "sbatch": "echo x >> \"$HERE/count\"; echo 9",
            "scontrol": "echo 'JobId=9 ArrayJobId=9 ArrayTaskId=0 JobState=OUT_OF_MEMORY ExitCode=0:125 NodeList=n3'",
        ])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var run = ArraySweepRun(ArraySweep(cells: 1, cellsPerTask: 1, submissions: 3), as: Self.array, on: client) {
            ([], [])
        } note: { _ in
        } progress: { _, _, _ in
        }
        run.pauses = .milliseconds(10)...(.milliseconds(20))
        #expect(try await run.run() == .lost([LostTask(0, "OUT_OF_MEMORY on n3 (exit 0:125)")]))
        #expect(try String(contentsOfFile: folder + "/count", encoding: .utf8) == "x\nx\nx\n")
    }

    @Test func `a cluster that says no ends the run`() async throws {
        let (client, folder) = try Self.client([
            "squeue": "exit 0",
            "sbatch": "echo 'sbatch: error: QOSMaxSubmitJobPerUserLimit' >&2; exit 1",
        ])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = ArraySweepRun(ArraySweep(cells: 1, cellsPerTask: 1, submissions: 3), as: Self.array, on: client) {
            ([], [])
        } note: { _ in
        } progress: { _, _, _ in
        }
        await #expect(throws: SlurmError.refused(command: "sbatch", reason: "QOSMaxSubmitJobPerUserLimit")) {
            try await run.run()
        }
    }
}
