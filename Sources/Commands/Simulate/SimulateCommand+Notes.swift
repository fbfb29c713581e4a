import Documents
import Scheduling

extension SimulateCommand {
    /// What the command line chose where there was nothing to choose.
    ///
    /// Flags that state a cost, a size, a limit or a column by which no replay goes are refused: their user expects another
    /// result. A choice of queue, place, seed, belief or zone that comes to the same is told.
    func notes(_ imported: ImportedTrace) throws -> [Diagnostic] {
        let plan = try sweep.map { try SweepPlan.parse($0) } ?? []
        let settings = try SweepPlan.settings(plan, from: try setting())
        return
            (overridden(plan) + queueNotes(plan, settings, imported.trace) + choiceNotes(plan, settings)
            + importNotes(imported)).map { Diagnostic(.note, $0) }
    }

    /// Flags of which every replay of the sweep says otherwise.
    private func overridden(_ plan: [(key: String, values: [String])]) -> [String] {
        func says(_ key: String, _ isOne: (String) -> Bool = { _ in false }) -> Bool {
            plan.contains { $0.key == key || $0.key == "policy" && $0.values.allSatisfy(isOne) }
        }
        let flags = [
            ("--queue", queue != Self.defaultQueue, says("queue") { PolicyNames.queues.contains($0) }, "queue"),
            ("--place", place != Self.defaultPlace, says("place") { PolicyNames.placement($0) != nil }, "place"),
            ("--seed", seed != 0, says("seed"), "seed"),
            ("--model", cluster.model != nil && !cluster.isMixed, says("model"), "model"),
        ]
        var notes = flags.filter { $0.1 && $0.2 }.map {
            "\($0.0) changes nothing: --sweep says the \($0.3) of every replay"
        }
        if cluster.isMixed, plan.contains(where: { $0.key == "model" && !$0.values.contains("mixed") }) {
            notes.append("--model mixed changes nothing: --sweep model= names other models; add mixed to them")
        }
        return notes
    }

    private func queueNotes(
        _ plan: [(key: String, values: [String])],
        _ settings: [ReplaySetting],
        _ trace: Trace
    ) -> [String] {
        let queues = Set(settings.map(\.queue))
        if noDepartures {
            guard queues != [Self.defaultQueue] else { return [] }
            return ["the queue changes nothing: under --no-departures no job waits"]
        }
        var notes: [String] = []
        if queues.contains("fair"), trace.teams.count < 2, trace.team.allSatisfy({ $0 == trace.team.first }) {
            notes.append("the queue fair is fcfs here: the trace has no two teams to share between")
        }
        if queues.contains("priority"), trace.priority.allSatisfy({ $0 == trace.priority.first }) {
            notes.append("the queue priority is fcfs here: all jobs of the trace have the same priority")
        }
        let isEstimated = estimates != Self.defaultEstimates && !queues.isDisjoint(with: Self.estimating)
        if isEstimated, trace.requested.allSatisfy({ $0 > 0 }) {
            notes.append("--estimates changes nothing: the trace says of every job how long it was requested for")
        }
        return notes
    }

    private func choiceNotes(_ plan: [(key: String, values: [String])], _ settings: [ReplaySetting]) -> [String] {
        var notes: [String] = []
        let places = Set(settings.map(\.placement.rawValue))
        if places != [Self.defaultPlace], !cluster.hasHosts {
            notes.append("the placement changes nothing: a pool has no places; --gpu MODEL makes hosts of it")
        }
        let isEstimated = !noDepartures && settings.contains { Self.estimating.contains($0.queue) }
        if estimates != Self.defaultEstimates, !isEstimated {
            notes.append(
                "--estimates changes nothing: only the queues easy and fair go by how long a scheduler believes jobs to run"
            )
        }
        let isSeeded = seed != 0 || plan.contains { $0.key == "seed" }
        let draws =
            noDepartures || questions.growth != nil || isEstimated && estimates.hasPrefix("uniform:")
            || cluster.hasHosts && settings.contains { $0.placement == .random }
        if isSeeded, !draws {
            notes.append(
                "the seed changes nothing: nothing is drawn; --place random, --queue easy or fair with --estimates uniform:N, "
                    + "--no-departures and --growth draw"
            )
        }
        return notes
    }

    /// Queues that ask how long a job is expected to run.
    private static let estimating: Set = ["easy", "fair"]

    private func importNotes(_ imported: ImportedTrace) -> [String] {
        var notes: [String] = []
        if reading.zone != nil, !imported.uses.localTimes {
            notes.append("--zone changes nothing: the trace has no time of the calendar without a zone")
        }
        if reading.shardsPerGpu != nil, imported.format == .sacct, !imported.uses.shards {
            notes.append("--shards-per-gpu changes nothing: no job of the trace asks for shards")
        }
        return notes
    }
}
