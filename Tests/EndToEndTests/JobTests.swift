import Foundation
import Testing

/// `measure --job` and `--neighbour` as a user runs them.
@Suite(.serialized) struct JobTests {
    private static let job = "for i in 1 2 3 4 5; do sleep 0.01; echo \"step $i t=0.0$((173940 + i))\"; done"

    private func measure(
        _ arguments: [String],
        job: String = Self.job,
        in folder: TemporaryFolder
    ) throws -> AssayBinary.Outcome {
        // Other tests load this machine, which is no fault of the job here.
        let common = ["measure", "--job", job, "--keep-disturbed", "--allow-emulated", "--warmup", "0"]
        return try AssayBinary.run(common + arguments, in: folder.path)
    }

    @Test("a job becomes a record with its steps, its plan and its class, and its journal goes")
    func record() throws {
        let folder = try TemporaryFolder()
        let outcome = try measure(
            ["--runs", "3", "--step-pattern", "t=([^ ,]+)", "--skip-steps", "2", "-o", "a.record.json"],
            in: folder
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(folder.names == ["a.record.json"])
        let text = try String(contentsOfFile: folder.path + "/a.record.json", encoding: .utf8)
        for word in ["step_time", "completion_time", "job_plan_id", "job_class", "job_share_unknown", "0.0173943"] {
            #expect(text.contains(word), "\(word)")
        }
        // Steps that were skipped, and the command itself, are not in it.
        #expect(!text.contains("0.0173941"))
        #expect(!text.contains("sleep 0.01"))
        #expect(outcome.output.contains("Runs of each arm to find a difference of 2.0 % with 95 % power"))
    }

    static let faults: [(job: String, arguments: [String], words: String)] = [
        ("echo password=x; exit 4", [], "exited with status 4"),
        ("echo t=nan", ["--step-pattern", "t=(.*)"], "no number"),
        ("echo hello", ["--step-pattern", "t=(.*)"], "nothing it said was a step"),
        ("sleep 60", ["--timeout", "0.2"], "not done after 0.2 s"),
        ("echo t=0.01", ["--step-pattern", "t=(.*)", "--steps", "5"], "1 of 5 steps"),
        ("echo t=107", ["--step-pattern", "t=(.*)"], "check --step-unit"),
        ("echo t=1.05e-02", ["--step-pattern", "t=([0-9.]+)"], "took '1.05' out of '1.05e-02'"),
    ]

    @Test("a job that fails leaves no record, exit code 3, and the reason", arguments: faults)
    func faulty(job: String, arguments: [String], words: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try measure(["--runs", "3", "-o", "a.record.json"] + arguments, job: job, in: folder)
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(folder.names.isEmpty)
    }

    static let wrong: [([String], String)] = [
        (["--step-pattern", "t=.*"], "has 0 captures"),
        (["--step-pattern", "t=(.)", "--step-file", "f"], "both say where steps come from"),
        (["--runs", "2"], "expected 3 to 10000, or auto"),
        (["--skip-steps", "3"], "no steps without"),
        (["--step-unit", "s"], "--step-unit: there are no steps without"),
        (["--timeout", "-1"], "--timeout is -1; expected more than 0"),
        (["--warmup", "-1"], "--warmup is -1; expected 0 to 1000"),
        (["--detect", "0%"], "--detect 0% is outside 0.01 % to 100 %"),
        (["--step-unit", "parsec", "--step-pattern", "t=(.)"], "is not a unit"),
        (["--quick"], "belongs to the measurement of components"),
        (["--detect", "x"], "is not a share"),
        (["--condition", "disturbed=no"], "disturbed: the tool records this itself"),
        (["--condition", "job_share_gpu=100"], "job_share_gpu: the tool records this itself"),
        (["--condition", "gpu_memory_copy_limit_gb_per_s=1"], "the tool records this itself"),
    ]

    @Test("flags that make no sense are refused before anything runs", arguments: wrong)
    func wrongFlags(arguments: [String], words: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try measure(arguments, job: "touch ran", in: folder)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(folder.names.isEmpty)
    }

    @Test("a place that takes no file, and a step file that is the record, are refused before anything runs")
    func places() throws {
        let folder = try TemporaryFolder()
        for (arguments, words) in [
            (["-o", "/proc/foo.json"], "/proc/foo.json: cannot be written into /proc"),
            (["-o", "a.record.json", "--step-file", "./a.record.json"], "is written at the end"),
            (["-o", "a.record.json", "--step-file", "a.journal"], "is written at the end"),
        ] {
            let outcome = try measure(arguments, job: "touch ran", in: folder)
            #expect([2, 3].contains(outcome.status) && outcome.errors.contains(words), "\(outcome.errors)")
        }
        #expect(folder.names.isEmpty)
    }

    @Test("fewer runs than planned make a record, a headline and exit code 3")
    func tooFew() throws {
        let folder = try TemporaryFolder()
        let job = "test -e ran && exit 5; touch ran"
        let outcome = try measure(["--runs", "3", "-o", "a.record.json"], job: job, in: folder)
        #expect(outcome.status == 3)
        #expect(outcome.output.hasPrefix("WARNING: 1 of 3 planned runs counts, 3 made"), "\(outcome.output)")
        #expect(outcome.errors.contains("1 of 3 planned runs counts; a.record.json has what was measured"))
        #expect(folder.names == ["a.record.json", "ran"])
        #expect(try folder.read("a.record.json").contains("1 of 3 planned runs counts."))
    }

    @Test("a pattern that never ends can be ended, and so can the measurement")
    func endlessPattern() throws {
        let folder = try TemporaryFolder()
        let pattern = ["--step-pattern", "^(?:a+)+(c)$"]
        // TERM comes when the job is over and the pattern is at its line.
        let job =
            "env -u ASSAY_JOB_RUN setsid sh -c 'touch armed; sleep 1; kill -TERM $0' $PPID >/dev/null 2>&1 & "
            + "until [ -e armed ]; do sleep 0.02; done; "
            + "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"
        let outcome = try measure(["--runs", "3", "-o", "a.record.json"] + pattern, job: job, in: folder)
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("interrupted"), "\(outcome.errors)")
    }

    @Test("a second measurement with the same journal is refused, and what appears meanwhile is not replaced")
    func occupied() throws {
        let folder = try TemporaryFolder()
        // The job asks for the same measurement from inside itself, in every way, and makes the output at its end.
        let inner = "\"\(AssayBinary.path)\" measure --job true --runs 3 -o a.record.json --allow-emulated"
        let job =
            "rm -f a.record.json; for f in '' --resume --force; do \(inner) $f 2>> said; echo $? >> codes; done; "
            + "touch a.record.json"
        let outcome = try measure(["--runs", "3", "-o", "a.record.json"], job: job, in: folder)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains("a.record.json: was made by something else"), "\(outcome.errors)")
        #expect(try folder.read("a.record.json").isEmpty)
        #expect(folder.names.contains("a.journal"))
        let codes = try folder.read("codes").split(separator: "\n").prefix(3)
        let said = try folder.read("said")
        #expect(codes == ["2", "2", "2"], "\(said)")
        #expect(said.contains("a measurement is running with this journal (pid "))
    }

    @Test("an interruption leaves a journal; the same plan goes on with it, another does not")
    func resumed() throws {
        let folder = try TemporaryFolder()
        // The job asks its own measurer to end, once.
        let job = "test -e stopped || { touch stopped; kill -TERM $PPID; sleep 20; }"
        let stopped = try measure(["--runs", "4", "-o", "a.record.json"], job: job, in: folder)
        #expect(stopped.status == 3)
        #expect(stopped.errors.contains("--resume"))
        #expect(folder.names == ["a.journal", "stopped"])
        let other = try measure(["--runs", "5", "-o", "a.record.json", "--resume"], job: job, in: folder)
        #expect(other.status == 2)
        #expect(other.errors.contains("another plan"))
        let forgotten = try measure(["--runs", "4", "-o", "a.record.json"], job: job, in: folder)
        #expect(forgotten.status == 2)
        // A plan that somebody altered since is no plan to go on with.
        let whole = try folder.read("a.journal")
        try folder.write("a.journal", whole.replacingOccurrences(of: "\"timeout_s\":3600", with: "\"timeout_s\":36000"))
        let altered = try measure(["--runs", "4", "-o", "a.record.json", "--resume"], job: job, in: folder)
        #expect(altered.status == 2)
        #expect(altered.errors.contains("the plan was altered"), "\(altered.errors)")
        try folder.write("a.journal", whole)
        // A torn last line, as after a loss of power.
        let journal = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/a.journal"))
        try journal.seekToEnd()
        try journal.write(contentsOf: Data("{\"run\":{\"num".utf8))
        try journal.close()
        let resumed = try measure(["--runs", "4", "-o", "a.record.json", "--resume"], job: job, in: folder)
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.output.contains("run-1 was refused: the measurement was interrupted in it"))
        #expect(resumed.output.contains("4 runs that count"))
        #expect(folder.names == ["a.record.json", "stopped"])
    }

    @Test("alone and beside a neighbour become two records with the same pairs")
    func neighbour() throws {
        let folder = try TemporaryFolder()
        let outcome = try measure(
            ["--runs", "3", "--neighbour", "while :; do :; done", "--settle", "0.1", "-o", "n.record.json"],
            job: "sleep 0.05",
            in: folder
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(folder.names == ["n.alone.record.json", "n.beside.record.json"])
        for name in folder.names {
            let text = try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
            for pair in 1...3 { #expect(text.contains("\"pair\":\"\(pair)\"")) }
        }
    }
}
