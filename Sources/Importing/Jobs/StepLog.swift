package import Documents
internal import Evidence

/// The log of a training job that prints how long its steps take.
///
/// There is no standard. Known forms: a CSV with the columns `step` and `seconds` (and `rank`, `run`, `host`); a JSON object a
/// line with `step_time`; Megatron-LM's `elapsed time per iteration (ms)`; NeMo's `train_step_timing in s`, also in progress
/// bars that write over themselves; the `train_runtime` of Hugging Face's Trainer. A pattern finds all else.
package struct StepLog: LineImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "step-log",
        title: "step times of a training job: CSV, JSON lines, Megatron-LM, NeMo, Hugging Face, or a pattern",
        command: "python train.py | tee train.log; any log with --as step-log --pattern 'step_time=([^ ,]+)'",
        limits: "Every step that the job prints; a line for every tenth step is a mean of ten, and is named so.",
        marks: [
            "elapsed time per iteration (ms)", "train_step_timing in s", "train_runtime", "\"step_time\"",
            "step,seconds",
        ]
    )

    /// Whether a known form is in it; MLPerf's logs can hold the same words, and are read as such.
    package static func recognises(_ head: ImportHead) -> Bool {
        guard !head.holds(MLLogEvent.mark) else { return false }
        for line in head.lines {
            let text = line.trimmed
            if text.isEmpty { continue }
            if ByteSearch.holds(text, MegatronStep.mark) || ByteSearch.holds(text, NeMoStep.mark)
                || TrainerResult.holds(text)
            {
                return true
            }
            if text.first == "{" {
                if StepLine.keys.contains(where: { text.contains("\"\($0)\"") }), text.last == "}" { return true }
            }
        }
        let first = head.lines.first { !$0.trimmed.isEmpty }
        return first.map { StepTable(header: $0.trimmed) != nil } ?? false
    }

    private enum Form: Sendable { case pattern(StepCapture), table(StepTable), lines, megatron, nemo, trainer }

    package var feed: LineFeed
    private let file: String
    private let options: ImportOptions
    private var draft: ImportDraft
    private var form: Form?
    private var runs: [StepRun] = []
    private var places: [String: Int] = [:]
    /// Where the run is that the log gives no name.
    private var unnamed: Int?
    private var lines = 0

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        // The colours of loggers are no part of a line.
        feed = LineFeed(file: file, stripsColours: true)
        draft = ImportDraft(file: file)
        if let pattern = options.pattern { form = .pattern(try StepCapture(pattern)) }
    }

    /// Takes one line.
    package mutating func take(_ line: ImportLine) throws(DocumentError) {
        let text = line.trimmed
        guard !text.isEmpty else { return }
        lines += 1
        if form == nil { form = form(of: text) }
        switch form {
        case nil: break
        case .pattern(let capture):
            guard let found = try capture.find(in: line, file: file) else { return }
            try add(try TextNumber.require(found, "step", file: file, line: line.number), to: nil, line)
        case .table(var table):
            guard let row = try table.row(line, file: file) else { return }
            let place = place(row.run, host: row.host, conditions: row.conditions)
            try runs[place].add(row.seconds, step: row.step, rank: row.rank, line: line.number, file: file)
            form = .table(table)
        case .lines: try json(text, line)
        case .megatron:
            guard let step = try MegatronStep(line, file: file) else { return }
            let place = place(nil)
            if let batch = step.globalBatch { runs[place].note("global_batch_size", batch) }
            try runs[place].add(step.seconds, step: step.iteration, rank: nil, line: line.number, file: file)
            runs[place].isMean = true
        case .nemo:
            for step in try NeMoStep.all(in: line, file: file) {
                try runs[place(nil)].replace(step.seconds, step: step.step, line: line.number, file: file)
            }
        case .trainer: break
        }
        switch form {
        case .pattern, .table, .megatron, .nemo: return
        case .lines, .trainer, nil: break
        }
        if let seconds = try TrainerResult.seconds(in: text, line: line.number, file: file) {
            runs[place(nil)].runtime = (seconds, line.number)
        }
    }

    /// What the file says, once all lines were taken.
    package mutating func close() throws(DocumentError) -> ImportedRuns {
        var isOrdered = false
        for (index, run) in runs.enumerated() {
            let samples = try run.samples(file: file, warmUp: options.warmUp, &draft)
            isOrdered = isOrdered || samples.isOrdered
            try samples.close(into: &draft, id: run.id ?? "\(index + 1)", host: run.host)
        }
        draft.warnOfWarmUp(options, isOrdered: isOrdered)
        let expected =
            if case .pattern = form {
                "a line of which the pattern takes the seconds of a step"
            } else {
                "step times in a known form (--formats), or --pattern with a group around the seconds of a step"
            }
        return try draft.finish(expected: expected)
    }

    private func form(of text: Substring) -> Form? {
        if ByteSearch.holds(text, MegatronStep.mark) { return .megatron }
        if ByteSearch.holds(text, NeMoStep.mark) { return .nemo }
        if text.first == "{", StepLine.keys.contains(where: { text.contains("\"\($0)\"") }) { return .lines }
        if TrainerResult.holds(text) { return .trainer }
        // Only the first line that says anything can be a header.
        return lines == 1 ? StepTable(header: text).map { .table($0) } : nil
    }

    private mutating func json(_ text: Substring, _ line: ImportLine) throws(DocumentError) {
        guard text.first == "{" else { return }
        guard let step = try StepLine(text, line: line, file: file) else { return }
        let place = place(nil)
        try runs[place].add(step.seconds, step: step.step, rank: step.rank, line: line.number, file: file)
    }

    private mutating func add(_ seconds: Double, to run: String?, _ line: ImportLine) throws(DocumentError) {
        try runs[place(run)].add(seconds, step: nil, rank: nil, line: line.number, file: file)
    }

    /// Where the run of that name is, made where it is new.
    private mutating func place(_ id: String?, host: String? = nil, conditions: [Condition] = []) -> Int {
        // Most logs are of one run.
        let isUnnamed = id == nil && host == nil && conditions.isEmpty
        if isUnnamed, let unnamed { return unnamed }
        let key = ([id ?? "", host ?? ""] + conditions.flatMap { [$0.name, $0.value] }).joined(separator: "\u{1F}")
        if let place = places[key] { return place }
        places[key] = runs.count
        if isUnnamed { unnamed = runs.count }
        runs.append(StepRun(id: id, host: host, conditions: conditions))
        return runs.count - 1
    }
}
