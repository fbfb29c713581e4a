internal import Documents
internal import Evidence

/// A pattern that takes the seconds of a step from a line.
struct StepCapture: Sendable {
    // A regular expression is no Sendable value; it is made again where it is used on another task, which never happens.
    private let box: Box

    private final class Box: @unchecked Sendable {
        // Safe: made once, never changed, and matching does not change it.
        let pattern: NumberPattern
        init(_ pattern: NumberPattern) { self.pattern = pattern }
    }

    /// A pattern with exactly one group: the seconds.
    init(_ text: String) throws(DocumentError) {
        do throws(NumberPatternError) { box = Box(try NumberPattern(text)) } catch {
            throw DocumentError(file: "", path: "--pattern", problem: error.description)
        }
    }

    /// What the group holds in the first match of the line; nil where the line does not match.
    ///
    /// - Throws: where it is only a part of a number.
    func find(in line: ImportLine, file: String) throws(DocumentError) -> String? {
        switch box.pattern.find(in: line.text) {
        case .none, .passedOver: return nil
        case .number(let text): return text
        case .part(let text, let whole):
            // Of `0,95` the remedy is another than a better pattern.
            if TextNumber.withDecimalComma(whole[...]) != nil { return whole }
            throw DocumentError(file: file, line: line.number, problem: NumberPattern.remedy(text, of: whole))
        }
    }
}

/// A table with a row for each step.
struct StepTable: Sendable {
    /// One row.
    struct Row: Sendable {
        var seconds: Double
        var step: Double?
        var rank: Int?
        var run: String?
        var host: String?
        var conditions: [Condition]
    }

    private let names: [String]
    /// The names of what may describe the run, as conditions; nil for the columns that have a meaning here.
    private let labels: [String?]
    private let separator: UInt8
    private let factor: Double
    private let time: Int
    private let step: Int?
    private let rank: Int?
    private let run: Int?
    private let host: Int?

    private static let seconds: Set<String> = ["seconds", "time_s", "duration_s"]

    /// A table with that header, nil where it has no step and no time of a step.
    init?(header: Substring) {
        guard let separator = header.first(where: { ",;\t".contains($0) }) else { return nil }
        let names = header.split(separator: separator, omittingEmptySubsequences: false).map {
            $0.trimmed.lowercased().replacing("\"", with: "")
        }
        guard Set(names).count == names.count,
            let step = names.firstIndex(where: { ["step", "iteration"].contains($0) })
        else { return nil }
        let times = names.indices.filter { Self.seconds.contains(names[$0]) || StepNames.factor(names[$0]) != nil }
        guard let time = times.first, times.count == 1 else { return nil }
        self.names = names
        self.separator = separator.asciiValue ?? UInt8(ascii: ",")
        self.step = step
        self.time = time
        factor = StepNames.factor(names[time]) ?? 1
        let (rank, run, host) = (
            names.firstIndex(of: "rank"), names.firstIndex { ["run", "run_id"].contains($0) },
            names.firstIndex { ["host", "node"].contains($0) }
        )
        (self.rank, self.run, self.host) = (rank, run, host)
        labels = names.enumerated().map { index, name in
            [time, step, rank, run, host].contains(index) ? nil : PlainText.line(name)
        }
    }

    /// A cell without white space and quotes around it.
    private static func cell(_ text: Substring) -> String {
        guard text.utf8.contains(where: { $0 <= 0x22 }) else { return String(text) }
        return String(text.trimmed.filter { $0 != "\"" })
    }

    /// The row of a line; nil for the header itself.
    mutating func row(_ line: ImportLine, file: String) throws(DocumentError) -> Row? {
        let cells = line.text.utf8.split(separator: separator, omittingEmptySubsequences: false)
            .map { Self.cell(Substring($0)) }
        if cells.first?.lowercased() == names.first, cells.map({ $0.lowercased() }) == names { return nil }
        guard cells.count == names.count else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem:
                    "this row has \(cells.count) fields and the header \(names.count); is the line cut, or do numbers "
                    + "have a comma?"
            )
        }
        let seconds = try TextNumber.require(cells[time], names[time], file: file, line: line.number) * factor
        var conditions: [Condition] = []
        for (index, label) in labels.enumerated() {
            // A number that changes with the step, such as the loss, is no circumstance of the run.
            guard let label, TextNumber.parse(cells[index]) == nil, let value = PlainText.line(cells[index]),
                TextNumber.parse(value) == nil
            else { continue }
            conditions.append(Condition(name: label, value: value))
        }
        return Row(
            seconds: seconds,
            step: step.flatMap { TextNumber.parse(cells[$0]) },
            rank: rank.flatMap { PlainText.count(cells[$0]) },
            run: run.flatMap { PlainText.line(cells[$0]) },
            host: host.flatMap { PlainText.line(cells[$0]) },
            conditions: conditions
        )
    }
}

/// A JSON object on a line: `{"step": 12, "step_time": 0.95, "rank": 0}`.
struct StepLine: Sendable {
    /// Keys that a step's time has here.
    static let keys = StepNames.seconds + StepNames.milliseconds

    var seconds: Double
    var step: Double?
    var rank: Int?

    /// The step of a line; nil where the object is of something else.
    init?(_ text: Substring, line: ImportLine, file: String) throws(DocumentError) {
        do {
            let fields = try Reader(JSONDocument.parse(text: String(text), file: file), file: file).mapping()
            let names = fields.members.map(\.key).filter { StepNames.factor($0) != nil }
            guard let name = names.min(by: { StepNames.rank($0) < StepNames.rank($1) }),
                let reader = fields.optional(name),
                let factor = StepNames.factor(name)
            else { return nil }
            seconds = try reader.double() * factor
            let number = fields.optional("step") ?? fields.optional("iteration") ?? fields.optional("global_step")
            if let number, number.isNumber { step = try number.double() }
            if let reader = fields.optional("rank"), reader.isNumber { rank = try reader.int(in: 0...10_000_000) }
        } catch {
            throw DocumentError(file: file, line: line.number, path: error.path, problem: error.problem)
        }
    }
}

/// A line of Megatron-LM: ` iteration 200/ 1000 | … | elapsed time per iteration (ms): 430.0 | … global batch size: 4 |`.
struct MegatronStep: Sendable {
    static let mark = "elapsed time per iteration (ms):"

    var seconds: Double
    var iteration: Double?
    var globalBatch: String?

    /// The step of a line; nil where the line is another.
    init?(_ line: ImportLine, file: String) throws(DocumentError) {
        let text = line.text[...]
        guard let rest = PlainText.between(text, Self.mark) else { return nil }
        let number = rest.prefix { $0 != "|" }.trimmed
        guard rest.contains("|") || line.isTerminated else {
            throw DocumentError(file: file, line: line.number, problem: "the line is cut inside the time of a step")
        }
        seconds = try TextNumber.require(number, "elapsed time per iteration", file: file, line: line.number) / 1_000
        iteration = PlainText.between(text, "iteration ", "/").flatMap { TextNumber.parse($0.trimmed) }
        globalBatch = PlainText.between(text, "global batch size:")?.prefix { $0 != "|" }.trimmed.description
    }
}

/// NeMo's step times: `train_step_timing in s: 0.95`, `train_step_timing in s=10.40`, several in a line of a progress bar.
enum NeMoStep {
    static let mark = "train_step_timing in s"

    /// The steps of a line with the number of each, where the line tells.
    static func all(in line: ImportLine, file: String) throws(DocumentError) -> [(seconds: Double, step: Double?)] {
        var steps: [(seconds: Double, step: Double?)] = []
        // A progress bar goes back to the beginning of its line.
        for part in line.text.split(separator: "\r") {
            guard let rest = PlainText.between(part, mark) else { continue }
            guard let sign = rest.first, sign == "=" || sign == ":" else { continue }
            let value = rest.dropFirst().trimmed
            let number = TextNumber.withDecimalComma(value) ?? value.prefix { !", |]".contains($0) && !$0.isWhitespace }
            let seconds = try TextNumber.require(number, mark, file: file, line: line.number)
            let step = ["global_step=", "global_step: "].lazy.compactMap { PlainText.between(part, $0) }.first
            let digits = step?.prefix { $0.isNumber || $0 == "." || $0 == "e" || $0 == "+" }
            steps.append((seconds, digits.flatMap { TextNumber.parse($0) }))
        }
        return steps
    }
}

/// The end of Hugging Face's Trainer: `{'train_runtime': 123.4, 'train_samples_per_second': 81.0, …}`, or `train_runtime` in
/// a JSON file of its results.
enum TrainerResult {
    static func holds(_ text: Substring) -> Bool {
        ByteSearch.holds(text, "'train_runtime':") || ByteSearch.holds(text, "\"train_runtime\":")
    }

    /// The seconds of the training; nil where the line says nothing of it.
    static func seconds(in text: Substring, line: Int, file: String) throws(DocumentError) -> Double? {
        guard let rest = PlainText.between(text, "'train_runtime':") ?? PlainText.between(text, "\"train_runtime\":")
        else {
            return nil
        }
        let value = rest.trimmed
        let plain = value.prefix { $0 != "," && $0 != "}" }.trimmed.filter { $0 != "'" && $0 != "\"" }
        let number = TextNumber.withDecimalComma(value).map(String.init) ?? plain
        return try TextNumber.require(number, "train_runtime", file: file, line: line)
    }
}
