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
        let slots = JobSchedule(JobPlan(command: "", neighbour: command)).slots(whole.rounds)
        var arms = [JobArm.alone: ComponentArm(), .beside: ComponentArm()]
        for slot in slots {
            guard !JobSignals.isStopAsked else { throw Failure.environment("interrupted; no record was written") }
            let beside = slot.arm == .beside ? ", beside the neighbour" : ""
            Console.error("[\(slot.number)/\(slots.count)] round \(slot.pair ?? 0)\(beside)")
            // One round, with an order and processors that its pair shares: only the neighbour differs.
            let plan = try components.plan(
                seed: (seed &+ (slot.pair ?? 0)) & 0xFFFF_FFFF_FFFF,
                layout: layout,
                rounds: 1
            )
            let made: MeasureOutcome?
            if slot.arm == .beside {
                made = try besideNeighbour(command) {
                    components.measure(plan, layout: layout, recording, keepsOtherTasks: true)
                }
            } else {
                made = components.measure(plan, layout: layout, recording)
            }
            arms[slot.arm]?.add(made, pair: slot.pair ?? 0)
        }
        var records: [(path: String, record: Record)] = []
        for target in paths {
            guard let arm = arms[target.arm] else { continue }
            records.append((target.path, try record(arm, target.arm, inspection, created, seed: seed)))
        }
        for (path, record) in records { try Files.write(.init(path, bytes: try record.encoded())) }
        for (path, record) in records { print("Written: \(path)\n\(record.id)") }
        if records.count == 2 { print("Compare: assay compare \(records[0].path) --with \(records[1].path)") }
    }

    /// Measures with the neighbour running; nil, with the reason said, where it did not outlast the round.
    private func besideNeighbour(_ command: String, _ measure: () -> MeasureOutcome) throws -> MeasureOutcome? {
        let neighbour: Neighbour
        do { neighbour = try Neighbour(command, settleSeconds: options.settle) } catch {
            throw Failure.environment("\(error); no record was written")
        }
        defer { neighbour.end() }
        let outcome = measure()
        guard neighbour.isRunning else {
            Console.error("    refused: the neighbour ended during the round; it must outlast it")
            return nil
        }
        return outcome
    }

    private func record(
        _ arm: ComponentArm,
        _ name: JobArm,
        _ inspection: Inspection,
        _ created: String,
        seed: Int
    ) throws -> Record {
        guard let outcome = arm.outcome else {
            throw Failure.environment("no round \(name.rawValue) is usable; no record was written")
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

    /// Adds a session's round under the number of its pair.
    mutating func add(_ made: MeasureOutcome?, pair: Int) {
        guard let made else { return }
        var merged = outcome ?? MeasureOutcome(plan: made.plan, metrics: made.metrics)
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
