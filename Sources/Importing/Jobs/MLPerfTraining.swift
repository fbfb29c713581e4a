package import Documents
internal import Evidence

/// A result log of MLPerf Training: one file is one run.
///
/// `run_start` and `run_stop` give the time to train. The time of a step has no name of its own: submitters log it in
/// `tracked_stats` or as an event, as `train_step_timing`, `train_step_time`, `step_time` and others; in some there is only a
/// `throughput`, of samples or tokens as the submitter counts.
package struct MLPerfTraining: LineImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "mlperf-training",
        title: "MLPerf Training result log (:::MLLOG)",
        command: "result_0.txt of a submission, or the log of any job that uses mlperf_logging",
        limits: "Time to train, and every logged step under the names that submitters use; one file is one run.",
        marks: [":::MLLOG", "run_start", "tracked_stats", "submission_benchmark"]
    )

    /// Whether it holds events that are not those of LoadGen.
    package static func recognises(_ head: ImportHead) -> Bool {
        head.holds(MLLogEvent.mark) && !LoadGenDetail.isLoadGen(head)
    }

    package var feed: LineFeed
    private let file: String
    private let options: ImportOptions
    private var draft: ImportDraft
    private var run: RunSamples
    private var start: (milliseconds: Double, line: Int, rank: String?)?
    private var stop: (milliseconds: Double, line: Int, status: String?)?
    private var stepName: String?
    private var otherNames: Set<String> = []
    private var stride = StepStride()
    private var steps: [(value: Double, line: Int, rank: String?)] = []
    /// Where a step is among them, and how many steps a process has logged without a number.
    private var places: [Double: Int] = [:]
    private var ordinals: [String: Int] = [:]
    private var ranks: Set<String> = []
    private var throughputRank: String?
    private var unreadable: (count: Int, line: Int)?
    private var events = 0

    /// The most steps that are kept.
    private static let maximumSteps = 10_000_000

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file)
        draft = ImportDraft(file: file)
        run = RunSamples(file: file, warmUp: options.warmUp)
    }

    /// Takes one line.
    package mutating func take(_ line: ImportLine) throws(DocumentError) {
        guard line.text.contains(MLLogEvent.mark) else { return }
        let event: MLLogEvent
        do {
            guard let found = try MLLogEvent(line, file: file) else { return }
            event = found
        } catch {
            // A loss that is not a number is written as NaN, which is no JSON; a whole log must not fail for it.
            unreadable = ((unreadable?.count ?? 0) + 1, unreadable?.line ?? line.number)
            return
        }
        events += 1
        switch event.key {
        case "run_start":
            if let start, let rank = event.rank, let first = start.rank, rank != first {
                // Every process says when it began; the run began with the first of them.
                if let time = try event.milliseconds, time < start.milliseconds {
                    self.start = (time, line.number, first)
                }
                return
            }
            if let start {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    problem:
                        "a second run starts here, after the one of line \(start.line); expected one run a file, so "
                        + "split it"
                )
            }
            guard let time = try event.milliseconds else { return }
            start = (time, line.number, event.rank)
        case "run_stop":
            guard let time = try event.milliseconds else { return }
            if let stop {
                guard event.rank != nil, time > stop.milliseconds else { return }
            }
            stop = (time, line.number, try event.metadata("status")?.plainText)
        case "submission_benchmark": run.note("workload", event.text)
        case "global_batch_size": run.note("global_batch_size", event.text)
        case "seed": run.note("seed", event.text)
        case "number_of_nodes", "num_nodes": run.note("nodes", event.text)
        case "number_of_ranks", "world_size": run.note("ranks", event.text)
        case "accelerators_per_node": run.note("accelerators_per_node", event.text)
        case "max_sequence_length": run.note("sequence_length", event.text)
        case "submission_org", "submission_platform", "submission_division":
            run.fact("mlperf_\(event.key)", event.text, evidence: "mlperf log: \(event.key)")
        case "tracked_stats": try tracked(event)
        default:
            if StepNames.factor(event.key) != nil { try step(event.key, event.value, event) }
        }
    }

    private mutating func tracked(_ event: MLLogEvent) throws(DocumentError) {
        guard let value = event.value, value.isObject else { return }
        for member in try value.mapping().members {
            if StepNames.factor(member.key) != nil {
                try step(member.key, member.reader, event)
            } else if member.key == "throughput" {
                guard let rate = try? member.reader.double() else { continue }
                // Processes that log the same step log the same throughput.
                if let rank = event.rank {
                    if throughputRank == nil { throughputRank = rank }
                    guard throughputRank == rank else { continue }
                }
                let metric = Metric(name: "throughput", unit: "1/s", direction: .higher, role: .exploratory)
                try run.add(sample: rate, of: metric, line: event.line)
            }
        }
    }

    private mutating func step(_ name: String, _ reader: Reader?, _ event: MLLogEvent) throws(DocumentError) {
        guard let factor = StepNames.factor(name), let reader, reader.isNumber else { return }
        if let stepName, stepName != name {
            otherNames.insert(name)
            guard StepNames.rank(name) < StepNames.rank(stepName) else { return }
            otherNames.insert(stepName)
            steps = []
            (places, ordinals) = ([:], [:])
            stride = StepStride()
        }
        stepName = name
        otherNames.remove(name)
        guard steps.count < Self.maximumSteps else {
            throw DocumentError(
                file: file,
                line: event.line,
                problem: "there are more than \(Self.maximumSteps) steps; split the log"
            )
        }
        let seconds: Double
        do { seconds = try reader.double() * factor } catch {
            throw DocumentError(file: file, line: event.line, path: name, problem: error.problem)
        }
        let number = try stepNumber(event)
        if try isKnown(number, seconds, event) { return }
        steps.append((seconds, event.line, event.rank))
        if let number { stride.add(number) }
    }

    private func stepNumber(_ event: MLLogEvent) throws(DocumentError) -> Double? {
        for key in ["step", "step_num", "iteration"] {
            if let number = try event.metadata(key), number.isNumber { return try number.double() }
        }
        return nil
    }

    /// Whether another process has logged the step; of several the slowest counts, for the others wait for it.
    private mutating func isKnown(
        _ number: Double?,
        _ seconds: Double,
        _ event: MLLogEvent
    ) throws(DocumentError) -> Bool {
        guard let rank = event.rank else { return false }
        ranks.insert(rank)
        let ordinal = ordinals[rank, default: 0]
        if number == nil { ordinals[rank] = ordinal + 1 }
        let key = number ?? Double(ordinal)
        guard let place = places[key], steps[place].rank != rank else {
            places[key] = steps.count
            return false
        }
        guard seconds >= 0 else {
            throw DocumentError(
                file: file,
                line: event.line,
                path: "step_time",
                problem: "\(NumberText.plain(seconds)) is negative; expected the seconds that a step took"
            )
        }
        if seconds > steps[place].value { (steps[place].value, steps[place].line) = (seconds, event.line) }
        return true
    }

    /// What the file says, once all lines were taken.
    package mutating func close() throws(DocumentError) -> ImportedRuns {
        if let unreadable {
            draft.note(
                .warning,
                "\(counted(unreadable.count, "event is", "events are")) no JSON (a NaN, or a cut line), left out",
                line: unreadable.line
            )
        }
        draft.tool = Record.Tool(name: "mlperf_logging", version: "")
        try close(time: stop)
        let metric = Metric(
            name: stride.skipped.map { "step_time_every_\($0)" } ?? "step_time",
            unit: "s",
            direction: .lower
        )
        if ranks.count > 1 { run.note("ranks", "\(ranks.count)") }
        for step in steps { try run.add(sample: step.value, of: metric, line: step.line) }
        if let skipped = stride.skipped, !steps.isEmpty {
            draft.cannotKnow(
                "A step time was logged every \(skipped) steps, and not whether it is one step's or their mean: quantiles of "
                    + "the steps are not known."
            )
        }
        if !otherNames.isEmpty, let stepName {
            let others = otherNames.sorted().map { quoted($0) }.joined(separator: ", ")
            draft.note(.note, "step times were taken from \(quoted(stepName)); there were \(others) too")
        }
        // Before 2001 it is no date but a time from the start of something.
        let started = start.flatMap {
            $0.milliseconds < 978_307_200_000 ? nil : ImportTime.unix(milliseconds: $0.milliseconds)
        }
        try run.close(into: &draft, id: "1", started: started)
        draft.warnOfWarmUp(options, isOrdered: run.isOrdered)
        return try draft.finish(
            expected: events == 0
                ? "lines with ':::MLLOG'" : "run_start with run_stop, or step times under a name that submitters use"
        )
    }

    private mutating func close(
        time stop: (milliseconds: Double, line: Int, status: String?)?
    ) throws(DocumentError) {
        guard let start else {
            draft.note(.warning, "the log has no run_start: the time to train is not known")
            return
        }
        guard let stop else {
            draft.note(.warning, "the log has no run_stop: the run did not end, or the file is cut; no time to train")
            draft.cannotKnow("The run did not end in this log: what came after its last line is not known.")
            return
        }
        guard stop.milliseconds > start.milliseconds else {
            throw DocumentError(
                file: file,
                line: stop.line,
                problem: "run_stop is not later than run_start of line \(start.line); is the log of two runs?"
            )
        }
        run.note("run_status", stop.status)
        guard stop.status == nil || stop.status == "success" else {
            draft.note(
                .warning,
                "the run ended with status \(quoted(stop.status ?? "")): it did not reach its target, so it has no time to train",
                line: stop.line
            )
            return
        }
        let metric = Metric(name: "time_to_train", unit: "s", direction: .lower)
        try run.set((stop.milliseconds - start.milliseconds) / 1_000, of: metric, line: stop.line)
    }
}
