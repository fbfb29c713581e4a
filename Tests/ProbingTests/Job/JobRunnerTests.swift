import Evidence
import Glibc
import Testing

@testable import Probing

/// Real processes; one after another, since they share signals and a folder.
@Suite("Running a job", .serialized)
struct JobRunnerTests {
    static func run(
        _ plan: JobPlan,
        keepsDisturbed: Bool = true,
        arm: JobArm = .alone,
        patternSeconds: Double = 60
    ) throws -> JobRun {
        let runner = try JobRunner(
            plan,
            boot: "boot",
            processors: MachineLayout.allowedProcessors(),
            options: .init(keepsDisturbed: keepsDisturbed, patternSeconds: patternSeconds)
        )
        return runner.run(JobSlot(number: 1, arm: arm))
    }

    /// A path that is nobody's.
    static func scratch(_ name: String) -> String { "/tmp/assay-job-test-\(getpid())-\(name)" }

    /// Whether a process is there.
    static func isAlive(_ process: String?) -> Bool {
        guard let process = process.flatMap({ Int32($0) }) else { return false }
        return kill(process, 0) == 0
    }

    @Test("Steps, time and counters of a job that behaves")
    func good() throws {
        let plan = JobPlan(
            command: "for i in 1 2 3 4; do sleep 0.05; echo step=$i; done; echo done >&2",
            steps: .pattern("step=([0-9]+)"),
            unit: try #require(StepUnit("ms"))
        )
        let run = try Self.run(plan)
        #expect(run.refusal == nil)
        #expect(run.steps == [1, 2, 3, 4].map { $0 * 1e-3 })
        #expect((0.2...30).contains(run.wallSeconds))
        #expect(run.reading(.completionTime) == run.wallSeconds)
        #expect(run.lastLines == ["step=1", "step=2", "step=3", "step=4", "done"])
        let switches = try #require(run.reading(.voluntarySwitches))
        #expect(switches >= 4)
        for reading in run.readings { #expect(reading.value >= 0 && reading.value.isFinite, "\(reading.metric)") }
    }

    @Test("Processor time is that of the processes, not of the wall")
    func processorTime() throws {
        let busy = try Self.run(JobPlan(command: "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"))
        let idle = try Self.run(JobPlan(command: "sleep 0.3"))
        let busySeconds = try #require(busy.reading(.processorTime))
        let idleSeconds = try #require(idle.reading(.processorTime))
        #expect(busySeconds > 0.02)
        #expect(busySeconds <= busy.wallSeconds * 1.05 + 0.02)
        #expect(idleSeconds < 0.25)
        #expect(idle.wallSeconds >= 0.3)
    }

    @Test("Peak memory is the job's own: 200 MB more are seen, and what is less than our own is not claimed")
    func peakMemory() throws {
        // The kernel counts what this process held before the job's program replaced it; tests beside this one let it grow.
        var used = rusage()
        try #require(getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &used) == 0)
        let own = used.ru_maxrss * 1_024 + 400_000_000
        let command = "head -c \(own + 200_000_000) /dev/zero | tail -n 1 | wc -c >/dev/null"
        let large = try Self.run(JobPlan(command: command))
        let peak = try #require(large.reading(.peakMemory))
        let expected = Double(own) / 1_048_576 + 190
        #expect((0.95 * expected...2 * expected + 1_000).contains(peak))
        #expect(try Self.run(JobPlan(command: "true")).reading(.peakMemory) == nil)
    }

    static let faults: [(command: String, steps: StepSource, fault: JobRun.Fault, words: String)] = [
        ("exit 3", .none, .exit, "status 3"),
        ("kill -9 $$", .none, .exit, "signal 9"),
        ("/no/such/program", .none, .exit, "status 127"),
        ("echo t=1; exit 1", .pattern("t=(.*)"), .exit, "status 1"),
        ("echo hello", .pattern("t=(.*)"), .garbage, "nothing it said was a step"),
        ("echo t=1; echo t=nan", .pattern("t=(.*)"), .garbage, "line 2"),
        (
            "echo t=1; echo; echo t=1.05e-02", .pattern("t=([0-9.]+)"), .garbage,
            "line 3 of its output: the pattern took"
        ),
        ("echo t_s=nan", .pattern("t_s=([0-9.]+)"), .garbage, "though line 1 holds what the pattern has before"),
        ("echo t=107", .pattern("t=(.*)"), .garbage, "check --step-unit"),
        ("head -c 100000 /dev/urandom", .pattern("zzzzzzzz=(.*)"), .garbage, "nothing it said"),
        ("true", .file("/tmp/assay-no-such-folder/steps"), .garbage, "no step file"),
        (
            "head -c 70000000 /dev/zero > /tmp/assay-large-steps", .file("/tmp/assay-large-steps"), .garbage,
            "larger than 64 MiB"
        ),
        ("echo t=0.01; echo t=0.01", .pattern("t=(.*)"), .short, "2 of 3 steps"),
    ]

    @Test("A job that misbehaves is refused with the reason", arguments: faults)
    func faulty(command: String, steps: StepSource, fault: JobRun.Fault, words: String) throws {
        let plan = JobPlan(command: command, steps: steps, expectedSteps: fault == .short ? 3 : nil)
        defer { unlink("/tmp/assay-large-steps") }
        let run = try Self.run(plan)
        #expect(run.refusal?.fault == fault)
        #expect(run.refusal?.reason.contains(words) == true, "\(run.refusal?.reason ?? "none")")
        #expect(!run.isUsable)
    }

    @Test("A job with fewer steps than are skipped has none left")
    func allSkipped() throws {
        let plan = JobPlan(command: "echo t=0.01", steps: .pattern("t=(.*)"), skippedSteps: 1)
        #expect(try Self.run(plan).refusal?.fault == .short)
    }

    @Test("A job that hangs is ended with everything it started")
    func hang() throws {
        let run = try Self.run(JobPlan(command: "sleep 300 & echo $!; sleep 300", timeoutSeconds: 0.3))
        #expect(run.refusal?.fault == .timeout)
        #expect((0.3...30).contains(run.wallSeconds))
        #expect(Self.isGone(run.lastLines.first))
    }

    /// Whether a process that was killed is gone: the kernel ends it in its own time.
    static func isGone(_ process: String?) -> Bool {
        for _ in 0..<500 where isAlive(process) && !isZombie(process) { usleep(20_000) }
        return !isAlive(process) || isZombie(process)
    }

    /// One whose new parent has not yet taken leave of it.
    static func isZombie(_ process: String?) -> Bool {
        LiveText.read("/proc/\(process ?? "")/stat")?.split(separator: ")").last?.hasPrefix(" Z") ?? true
    }

    @Test("A job that ignores TERM is killed")
    func stubborn() throws {
        let run = try Self.run(JobPlan(command: "trap '' TERM; while :; do sleep 0.1; done", timeoutSeconds: 0.2))
        #expect(run.refusal?.fault == .timeout)
        #expect((5...50).contains(run.wallSeconds))
    }

    @Test("What a job leaves running does not outlive its run, nor keep it open")
    func leftOver() throws {
        let run = try Self.run(JobPlan(command: "sleep 300 & echo $!"))
        #expect(run.refusal == nil)
        #expect(run.wallSeconds < 20)
        #expect(Self.isGone(run.lastLines.first))
    }

    @Test("Output without bound neither blocks the job nor fills memory")
    func talkative() throws {
        let run = try Self.run(
            JobPlan(command: "yes 12345678 | head -c 3000000; echo; echo t=0.01", steps: .pattern("t=(.*)"))
        )
        #expect(run.refusal == nil)
        #expect(run.steps == [0.01])
    }

    @Test("A pattern that never ends is left, and ends the measurement")
    func endlessPattern() throws {
        let plan = JobPlan(
            command: "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
            steps: .pattern("^(?:a+)+(c)$")
        )
        let run = try Self.run(plan, patternSeconds: 0.5)
        #expect(run.refusal?.fault == .pattern)
        #expect(run.refusal?.reason.contains("(at line 1)") == true, "\(run.refusal?.reason ?? "none")")
        guard case .hopeless = JobSchedule(plan).next(after: [run]) else {
            Issue.record("it would go on")
            return
        }
    }

    @Test("Colours of a terminal hide no step")
    func colours() throws {
        let plan = JobPlan(
            command: "printf '\\033[1mste\\033[0mp_time=\\033[32m0.01\\033[0m s\\n'",
            steps: .pattern("step_time=([^ ,]+)")
        )
        let run = try Self.run(plan)
        #expect(run.steps == [0.01], "\(run.refusal?.reason ?? "")")
    }

    @Test("What a job leaves running in a session of its own is ended and told")
    func daemon() throws {
        let path = Self.scratch("daemon")
        defer { unlink(path) }
        let command =
            "setsid sh -c 'echo $$ > \"\(path)\"; exec sleep 300' >/dev/null 2>&1 & "
            + "until [ -s '\(path)' ]; do sleep 0.02; done; cat '\(path)'"
        let run = try Self.run(JobPlan(command: command))
        #expect(run.refusal == nil)
        #expect(run.leftOvers.count == 1, "\(run.leftOvers)")
        #expect(Self.isGone(run.lastLines.first))
        #expect(try Self.run(JobPlan(command: "sleep 0.05")).leftOvers.isEmpty)
    }

    @Test("A step file is emptied before each run")
    func stepFile() throws {
        let path = Self.scratch("steps")
        defer { unlink(path) }
        let plan = JobPlan(command: "echo 0.01 >> '\(path)'; echo 0.02 >> '\(path)'", steps: .file(path))
        for _ in 0..<2 { #expect(try Self.run(plan).steps == [0.01, 0.02]) }
    }

    @Test(
        "What a job puts in the place of its step file is neither read nor emptied",
        arguments: [("ln -s", "symbolic link"), ("ln", "no regular file with this one name")]
    )
    func plantedStepFile(link: String, words: String) throws {
        let (path, victim) = (Self.scratch("planted"), Self.scratch("victim"))
        defer { for name in [path, victim] { unlink(name) } }
        let make = try Self.run(JobPlan(command: "echo 7 > '\(victim)'"))
        #expect(make.refusal == nil)
        let plan = JobPlan(command: "rm -f '\(path)'; \(link) '\(victim)' '\(path)'", steps: .file(path))
        let first = try Self.run(plan)
        #expect(first.steps.isEmpty && first.refusal?.fault == .garbage)
        #expect(first.refusal?.reason.contains(words) == true, "\(first.refusal?.reason ?? "none")")
        let second = try Self.run(plan)
        #expect(second.refusal?.fault == .start)
        #expect(second.refusal?.reason.contains(words) == true, "\(second.refusal?.reason ?? "none")")
        #expect(try Self.run(JobPlan(command: "cat '\(victim)'")).lastLines == ["7"])
    }

    @Test("A neighbour runs beside the job and is gone after it")
    func neighbour() throws {
        let path = Self.scratch("neighbour")
        defer { unlink(path) }
        let plan = JobPlan(
            command: "i=0; until [ -s '\(path)' ] || [ $i -ge 500 ]; do i=$((i+1)); sleep 0.02; done; cat '\(path)'",
            neighbour: "echo $$ > '\(path)'; while :; do sleep 0.05; done",
            settleSeconds: 0.3
        )
        let run = try Self.run(plan, arm: .beside)
        #expect(run.refusal == nil)
        #expect(run.lastLines.count == 1)
        #expect(!Self.isAlive(run.lastLines.first))
    }

    @Test(
        "A neighbour that does not outlast the run refuses it",
        arguments: [
            ("true", 2, "before the measurement began (it exited with status 0)"),
            ("sleep 1.5; echo overload; exit 3", 0.2, "during the run (it exited with status 3)"),
            ("echo overload; exit 1", 2, "before the measurement began (it exited with status 1)"),
        ]
    )
    func absentNeighbour(command: String, settle: Double, words: String) throws {
        let plan = JobPlan(command: "sleep 3", neighbour: command, settleSeconds: settle)
        let run = try Self.run(plan, arm: .beside)
        #expect(run.refusal?.fault == .neighbour)
        #expect(run.refusal?.reason.contains(words) == true, "\(run.refusal?.reason ?? "none")")
        #expect(run.lastLines == (command.contains("overload") ? ["overload"] : []))
    }
}
