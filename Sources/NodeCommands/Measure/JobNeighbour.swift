import Documents
import Evidence
import Probing

/// Carries `--neighbour` without a job out: the components alone and beside it, round by round in ABBA order.
struct NeighbourMeasurement {
    let options: JobOptions
    let recording: RecordingOptions
    let components: ComponentOptions

    func run() throws {
        guard let command = options.neighbour else { return }
        let layout = MachineLayout.live()
        let seed = recording.chosenSeed()
        let whole = try components.plan(seed: seed, layout: layout)
        let paths = JobArm.allCases.map { (arm: $0, path: JobFiles.target(recording.target, arm: $0.rawValue)) }
        for target in paths { try recording.checkTarget(target.path) }
        let inspection = Inspection(HostView.live())
        let created = MonotonicClock.wallTime()
        JobSignals.watch()
        defer { JobSignals.unwatch() }
        // The same order and the same patience with a neighbour that ends as a job has.
        let schedule = JobSchedule(
            JobPlan(command: "", neighbour: command, runs: .fixed(whole.rounds), warmUpRuns: 0)
        )
        let planned = schedule.slots(whole.rounds).count
        var arms = [JobArm.alone: ComponentArm(whole), .beside: ComponentArm(whole)]
        var made: [JobRun] = []
        while case .run(let slot) = schedule.next(after: made) {
            guard !JobSignals.isStopAsked else { throw Failure.environment("interrupted; no record was written") }
            let beside = slot.arm == .beside ? ", beside the neighbour" : ""
            let again = slot.attempt > 1 ? ", attempt \(slot.attempt)" : ""
            Console.error("[\(slot.number)/\(planned)] round \(slot.pair ?? 0)\(beside)\(again)")
            var run = JobRun(slot: slot, started: MonotonicClock.wallTime(), boot: "", wallSeconds: 0)
            do {
                let outcome = try round(slot, command, seed: seed, layout: layout)
                arms[slot.arm]?.add(outcome, pair: slot.pair ?? 0)
            } catch let absence as Neighbour.Absence {
                run.refusal = .init(.neighbour, absence.description)
                Console.error("    refused: \(absence)")
                if !absence.lastLines.isEmpty {
                    Console.error(JobMeasurement.lastWords(of: "neighbour", absence.lastLines))
                }
            }
            made.append(run)
        }
        guard !JobSignals.isStopAsked else { throw Failure.environment("interrupted; no record was written") }
        let faults = made.compactMap(\.refusal).map(\.reason)
        var ended: String?
        if case .hopeless(let reason) = schedule.next(after: made) { ended = reason }
        arms[.beside]?.note(faults: faults, ended: ended)
        let records = try paths.compactMap { target in
            try arms[target.arm].map { arm in
                (path: target.path, record: try record(arm, target.arm, inspection, created, seed: seed, ended: ended))
            }
        }
        try Files.write(records)
        try tell(paths.map { arms[$0.arm]?.outcome }, records, ended: ended)
    }

    /// One round, with an order and processors that its pair shares: only the neighbour differs.
    private func round(
        _ slot: JobSlot,
        _ command: String,
        seed: Int,
        layout: MachineLayout
    ) throws -> MeasureOutcome {
        let plan = try components.plan(
            seed: (seed &+ (slot.pair ?? 0)) & 0xFFFF_FFFF_FFFF,
            layout: layout,
            rounds: 1
        )
        guard slot.arm == .beside else { return components.measure(plan, layout: layout, recording) }
        let neighbour = try Neighbour(command, settleSeconds: options.settle)
        let outcome = components.measure(plan, layout: layout, recording, keepsOtherTasks: true)
        if let absence = neighbour.end("ended during the round") { throw absence }
        return outcome
    }

    private func tell(_ outcomes: [MeasureOutcome?], _ records: [Files.RecordOutput], ended: String?) throws {
        if recording.json {
            let arms = zip(JobArm.allCases, zip(outcomes, records)).map { arm, made -> JSON in
                let (outcome, written) = made
                let found = outcome?.json.naming(written.record, at: written.path)
                guard case .object(let members)? = found else { return .fields(["arm": .string(arm.rawValue)]) }
                return .object([JSONMember("arm", .string(arm.rawValue))] + members)
            }
            try Console.print(.fields(["arms": .array(arms)]))
            return
        }
        if let ended { print("Ended early: \(Self.inARow) \(ended).") }
        for (path, record) in records { print("Written: \(path)\n\(record.id)") }
        if records.count == 2 { print("Compare: assay compare \(records[0].path) --with \(records[1].path)") }
    }

    private static let inARow = "\(JobSchedule.faultsInARow) times in a row"

    private func record(
        _ arm: ComponentArm,
        _ name: JobArm,
        _ inspection: Inspection,
        _ created: String,
        seed: Int,
        ended: String?
    ) throws -> Record {
        guard let outcome = arm.outcome else {
            let reason = ended.map { "\(Self.inARow) \($0)" } ?? "no round \(name.rawValue) is usable"
            throw Failure.environment("\(reason); no record was written")
        }
        do {
            let record = try outcome.record(
                host: RecordingOptions.hostName(),
                boot: RecordingOptions.bootIdentifier(),
                facts: inspection.recordFacts,
                blindSpots: inspection.blindSpots,
                tool: .init(name: "assay measure", version: Version.current),
                created: created,
                declared: try recording.declaredModel(),
                detected: inspection.model
            )
            return try recording.finished(
                ComponentArm.paired(record, name),
                flags: ["--neighbour", "CMD2"] + components.repeatedFlags,
                seed: seed
            )
        } catch let error as MeasureRecordError {
            throw Failure.environment("\(error); no record was written")
        }
    }
}

/// The rounds of one arm, each from a session of its own.
struct ComponentArm {
    private(set) var outcome: MeasureOutcome?
    private let plan: MeasurePlan

    /// No rounds yet, of a plan of all of them.
    init(_ plan: MeasurePlan) { self.plan = plan }

    /// Adds a session's round under the number of its pair.
    mutating func add(_ made: MeasureOutcome, pair: Int) {
        var merged = outcome ?? MeasureOutcome(plan: plan, metrics: made.metrics)
        for var round in made.rounds {
            round.number = pair
            merged.rounds.append(round)
        }
        for var refusal in made.refusals {
            refusal.rounds = refusal.rounds.map { _ in pair }
            merged.refusals.append(refusal)
        }
        for mark in made.marks where !merged.marks.contains(mark) { merged.marks.append(mark) }
        merged.disturbedRuns += made.disturbedRuns
        outcome = merged
    }

    /// Notes rounds that the neighbour did not outlast, and why the measurement ended early.
    mutating func note(faults: [String], ended: String?) {
        if !faults.isEmpty {
            let rounds = faults.count == 1 ? "1 round was" : "\(faults.count) rounds were"
            outcome?.remarks.append("\(rounds) thrown away because the neighbour did not outlast it.")
        }
        if let ended {
            outcome?.remarks.append(
                "The measurement ended early, for \(JobSchedule.faultsInARow) times in a row \(ended)."
            )
        }
    }

    /// The record with its pairs and its arm in every run.
    static func paired(_ record: Record, _ arm: JobArm) throws -> Record {
        var content = record.content
        for host in content.hosts.indices {
            for boot in content.hosts[host].boots.indices {
                content.hosts[host].boots[boot].runs = content.hosts[host].boots[boot].runs.map { run in
                    let pair = run.id.split(separator: "-").last.map(String.init) ?? run.id
                    return Run(
                        id: run.id,
                        started: run.started,
                        conditions: run.conditions + [
                            Condition(name: "pair", value: pair),
                            Condition(name: "neighbour", value: arm == .beside ? "yes" : "no"),
                        ],
                        warmUpExcluded: run.warmUpExcluded,
                        series: run.series
                    )
                }
            }
        }
        return try Record(content)
    }
}
