package import Documents
internal import Evidence

/// hyperfine's JSON: each time is one run of a program.
package struct HyperfineImporter: Importer {
    package static let format = ImportFormat(
        name: "hyperfine",
        title: "hyperfine --export-json",
        command: "hyperfine --warmup 1 --runs 20 --export-json runs.json './job'",
        limits:
            "Every run's time; its processor time only as a mean over the runs. Commands ran one after the other, so drift "
            + "between them cannot be told from the difference of them.",
        marks: ["\"exit_codes\"", "\"times\"", "\"stddev\"", "\"median\"", "\"results\""]
    )

    package static func recognises(_ head: ImportHead) -> Bool {
        head.opensObject && head.holdsKey("results") && head.holdsKey("command") && head.holdsKey("mean")
            && head.holdsKey("user")
    }

    private let file: String
    private let options: ImportOptions
    private var feed: JSONFeed

    package init(file: String, options: ImportOptions) {
        self.file = file
        self.options = options
        feed = JSONFeed(file: file)
    }

    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) { try feed.append(bytes) }

    package mutating func finish() throws(DocumentError) -> ImportedRuns {
        let root = try feed.document().root
        let list = try root.mapping().require("results", expected: "hyperfine's list of results")
        let results = try list.array(maximum: 10_000)
        var draft = ImportDraft(file: file)
        draft.tool = .init(name: "hyperfine", version: "")
        var names: Set<String> = []
        for (index, result) in results.enumerated() {
            try write(result, number: index + 1, isOnly: results.count == 1, names: &names, to: &draft)
        }
        draft.cannotKnow("hyperfine's file names neither its version nor when its runs began.")
        if results.count > 1 {
            draft.cannotKnow(
                "hyperfine ran its commands one after the other, so drift between them counts as difference."
            )
        }
        return try draft.finish(expected: "results with times")
    }

    private func write(
        _ result: Reader,
        number: Int,
        isOnly: Bool,
        names: inout Set<String>,
        to draft: inout ImportDraft
    ) throws(DocumentError) {
        let fields = try result.mapping()
        let command = try fields.require("command").string()
        let timesReader = try fields.require("times", expected: "the time of each run; --export-json writes them")
        let times = try timesReader.doubles(in: 0...1e12, maximum: 100_000)
        let codes = try fields["exit_codes"]?.array(maximum: 100_000)
        if let codes, codes.count != times.count {
            throw timesReader.fail("has \(times.count) times for \(codes.count) exit codes; the file is damaged")
        }
        let memory = try fields["memory_usage_byte"]?.doubles(in: 0...1e18, maximum: 100_000)
        // Different commands are different work, and never one metric.
        var name = isOnly ? "" : "_" + FioWork.word(String(command.prefix(60)))
        if !names.insert(name).inserted { name += "_\(number)" }
        let metric = Metric(name: "completion_time\(name)", unit: "s", direction: .lower)
        var conditions = [Condition(name: "command", value: String(command.prefix(200)))]
        for (key, reader) in try fields["parameters"]?.mapping(maximum: 100).members ?? [] where reader.isString {
            conditions.append(Condition(name: "parameter_\(key)", value: String(try reader.string().prefix(200))))
        }
        var failed = 0
        for (index, seconds) in times.enumerated() {
            if let code = codes?[index], try hasFailed(code) {
                failed += 1
                continue
            }
            guard seconds > 0 else {
                throw timesReader.fail(
                    "a time of 0 s is none: hyperfine takes off what its shell costs, and the command is as short; run it "
                        + "with -N (--shell=none)"
                )
            }
            let id = isOnly ? "run \(index + 1)" : "command \(number) run \(index + 1)"
            try draft.beginRun(id, conditions: conditions)
            try draft.add(metric, seconds, line: timesReader.line, path: "\(timesReader.path)[\(index)]")
            if let memory, memory.indices.contains(index), memory[index] > 0 {
                let peak = Metric.part("peak_memory\(name)", "MiB", .lower, .exploratory)
                try draft.add(peak, memory[index] / 1_048_576, line: timesReader.line, path: fields.reader.path)
            }
        }
        if failed > 0 {
            draft.note(
                .warning,
                "\(failed) of \(times.count) runs of \(quoted(command)) failed and are left out; a failed run is no measurement",
                line: timesReader.line
            )
        }
    }

    /// Whether an exit code is one of failure; a null is an end by a signal.
    private func hasFailed(_ code: Reader) throws(DocumentError) -> Bool {
        if code.isNull { return true }
        return try code.int() != 0
    }
}
