import Documents
import Evidence
import Glibc
import Probing

/// Carries `--job` out: journal, runs, records.
struct JobMeasurement {
    let options: JobOptions
    let recording: RecordingOptions

    func run() throws {
        let plan = try options.plan()
        let targets = targets(plan)
        for target in targets { try recording.checkTarget(target.path) }
        try refuseOutputsAsStepFile(targets.map(\.path))
        let profile = try JobProfileFiles.read(options.profile)
        let journalPath = JobFiles.journal(recording.target)
        let host = RecordingOptions.hostName()
        if let occupation = JournalFile.occupation(of: journalPath) { throw Failure.input([occupation]) }
        let earlier = try journal(journalPath, plan: plan, host: host)
        if let file = options.stepFile, earlier == nil, Files.standsThere(file) {
            throw Failure.input([
                "\(file): is there already, and --step-file is emptied before each run; remove it or name another"
            ])
        }
        let layout = MachineLayout.live()
        let marks = try recording.emulationMarks()
        let boot = try RecordingOptions.bootIdentifier()
        let sampler = gpuSampler()
        let runner: JobRunner
        do {
            runner = try JobRunner(
                plan,
                boot: boot,
                processors: layout.processors,
                sampler: sampler.value,
                options: .init(keepsDisturbed: recording.keepDisturbed, marks: marks)
            )
        } catch { throw Failure.input(["--step-pattern \(error)"]) }
        let inspection = Inspection(HostView.live())
        JobSignals.watch()
        defer { JobSignals.unwatch() }
        var outcome: JobOutcome
        do {
            let journal = try JournalFile(journalPath, length: earlier?.length ?? 0)
            if earlier == nil { try journal.append(JobJournal.header(plan, host: host)) }
            let session = JobSession(plan, environment: environment(runner, journal))
            outcome = try session.run(after: earlier.map(Self.runs) ?? [])
            outcome.profile = profile
        } catch let error as JournalFile.WritingError {
            throw Failure.environment("\(error)")
        }
        if outcome.ending == .interrupted {
            throw Failure.environment(
                "interrupted; no record was written; go on with the same command and --resume (\(journalPath) has "
                    + "\(counted(outcome.runs.count { $0.isUsable }, "run")) to count)"
            )
        }
        let subject = JobSubject(
            host: host,
            facts: inspection.recordFacts,
            blindSpots: inspection.blindSpots + (sampler.absence.map { ["No GPU was watched: \($0)."] } ?? []),
            tool: .init(name: "assay measure", version: Version.current),
            created: Timestamp(MonotonicClock.wallTime()),
            declared: try recording.declaredModel(),
            detected: inspection.model,
            job: options.jobName,
            storesCommand: options.storeCommand
        )
        try write(outcome, subject, targets, journal: journalPath)
    }

    private func write(
        _ outcome: JobOutcome,
        _ subject: JobSubject,
        _ targets: [(arm: JobArm, path: String)],
        journal: String
    ) throws {
        var records: [Files.RecordOutput] = []
        do {
            for target in targets {
                let record = try recording.finished(
                    outcome.record(subject, arm: target.arm),
                    flags: options.repeatedFlags
                )
                records.append((target.path, record))
            }
        } catch let error as MeasureRecordError {
            // What the job last said may hold secrets: it goes to the user's own terminal and nowhere else.
            let blamed = outcome.runs.last { run in
                !run.lastLines.isEmpty && run.refusal?.fault != .disturbed && run.refusal?.fault != .neighbour
            }
            let last = blamed?.lastLines ?? []
            if !last.isEmpty { Console.error(Self.lastWords(of: "job", last)) }
            unlink(journal)
            throw Failure.environment("\(error); no record was written")
        }
        for (path, _) in records where !recording.force && Files.exists(path) {
            throw Failure.input([
                "\(path): was made by something else while the job was measured; nothing was replaced: move it away, and "
                    + "--resume writes the record from \(journal)"
            ])
        }
        try Files.write(records)
        unlink(journal)
        if recording.json {
            try Console.print(outcome.json(records.map { (file: $0.path, id: $0.record.id) }))
        } else {
            print(outcome.text)
            for (path, record) in records { print("Written: \(path)\n\(record.id)") }
            if records.count == 1, let (path, record) = records.first {
                if let step = recording.nextStep(record, at: path) { print(step) }
            }
            if records.count == 2 { print("Compare: assay compare \(records[0].path) --with \(records[1].path)") }
        }
        let short = targets.compactMap { outcome.shortfall($0.arm) }
        if !short.isEmpty {
            let files = records.map(\.path).joined(separator: " and ")
            throw Failure.environment("\(short.joined(separator: ", ")); \(files) has what was measured, and says why")
        }
    }

    /// What a command printed last, for a person.
    static func lastWords(of who: String, _ lines: [String]) -> String {
        "The last lines of the \(who):\n" + lines.map { "    \($0)" }.joined(separator: "\n")
    }

    /// The job's file of steps would be taken for the record, or the record for it.
    private func refuseOutputsAsStepFile(_ records: [String]) throws {
        guard let file = options.stepFile else { return }
        for path in records + [JobFiles.journal(recording.target)] where Files.wouldReplace(file, path) {
            throw Failure.input(["--step-file \(file) is \(path), which is written at the end; name another file"])
        }
    }

    private func targets(_ plan: JobPlan) -> [(arm: JobArm, path: String)] {
        guard plan.neighbour != nil else { return [(.alone, recording.target)] }
        return plan.arms.map { ($0, JobFiles.target(recording.target, arm: $0.rawValue)) }
    }

    /// The journal to go on with; nil where the measurement begins.
    private func journal(_ path: String, plan: JobPlan, host: String) throws -> JobJournal? {
        guard Files.exists(path) else {
            guard !options.resume else {
                throw Failure.input(["\(path): there is no journal to go on with; leave --resume out"])
            }
            return nil
        }
        guard options.resume else {
            guard recording.force else {
                throw Failure.input([
                    "\(path): an interrupted measurement left this journal; --resume goes on with it, --force begins anew"
                ])
            }
            return nil
        }
        let bytes = try Files.read(path, limit: 1 << 30, expected: "the journal of an interrupted measurement")
        let journal: JobJournal?
        do { journal = try JobJournal(bytes, file: path) } catch { throw Failure.input([error.description]) }
        guard let journal else { return nil }
        guard journal.plan == plan.identifier else {
            throw Failure.input([
                "\(path): is the journal of another plan (\(journal.plan)); this command line makes \(plan.identifier); "
                    + "give the same flags, or --force without --resume to begin anew"
            ])
        }
        guard journal.host == host else {
            throw Failure.input(["\(path): was begun on \(journal.host); go on there"])
        }
        return journal
    }

    /// The runs of a journal; those that never finished stand among them as interrupted.
    static func runs(_ journal: JobJournal) -> [JobRun] {
        journal.runs
            + journal.unfinished.map { slot in
                var run = JobRun(slot: slot, started: "1970-01-01T00:00:00Z", boot: "unknown", wallSeconds: 0)
                run.refusal = .init(.interrupted, "the measurement was interrupted in it")
                return run
            }
    }

    private func environment(_ runner: JobRunner, _ journal: JournalFile) -> JobSession.Environment {
        JobSession.Environment(
            run: { runner.run($0) },
            begin: { try journal.append(JobJournal.begun($0, started: MonotonicClock.wallTime())) },
            finish: { run in
                try journal.append(JobJournal.finished(run))
            },
            isCancelled: { JobSignals.isStopAsked },
            progress: { slot, planned in
                let place = slot.isWarmUp ? "warm-up \(slot.number)" : "\(slot.number)/\(planned)"
                let beside = slot.arm == .beside ? ", beside the neighbour" : ""
                let again = slot.attempt > 1 ? ", attempt \(slot.attempt)" : ""
                Console.error("[\(place)] \(slot.isWarmUp ? "thrown away" : "run")\(beside)\(again)")
            },
            report: { run in
                if let refusal = run.refusal { Console.error("    refused: \(refusal.reason)") }
                if run.refusal?.fault == .neighbour, !run.lastLines.isEmpty {
                    Console.error(Self.lastWords(of: "neighbour", run.lastLines))
                }
                if !run.leftOvers.isEmpty {
                    let names = run.leftOvers.joined(separator: ", ")
                    Console.error(
                        "    ended \(counted(run.leftOvers.count, "process", "processes")) that it left running: \(names)"
                    )
                }
            }
        )
    }

    private func gpuSampler() -> (value: GPUSampler?, absence: String?) {
        do { return (try GPUSampler(), nil) } catch { return (nil, error.description) }
    }
}
