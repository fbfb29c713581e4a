package import Documents
internal import Evidence

/// oslat's JSON: for how long something else held a processor that span.
package struct OslatImporter: Importer {
    package static let format = ImportFormat(
        name: "oslat",
        title: "oslat --json=FILE, of rt-tests",
        command: "oslat -D 60 -b 1024 --json=run.json",
        limits:
            "Gaps of a microsecond and more, rounded up; those beyond the last bucket only by their mean and the maximum.",
        marks: ["\"rt_test_version:\"", "oslat", "\"freq\"", "\"duration\""]
    )

    package static func recognises(_ head: ImportHead) -> Bool {
        head.opensObject && head.holds("\"rt_test_version") && head.holdsKey("freq") && head.holdsKey("duration")
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
        let test = try RTTestsFile(try feed.document().root, program: "oslat")
        guard !test.isBiased else {
            throw DocumentError(
                file: file,
                problem:
                    "oslat was run with --bias, which moves every length, so its own loop counts as a detour; run it "
                    + "without -B"
            )
        }
        var draft = ImportDraft(file: file)
        draft.tool = .init(name: "oslat", version: test.version)
        if options.warmUp > 0 {
            draft.note(.warning, "--warm-up leaves nothing out of a histogram: it has no order")
        }
        try draft.beginRun(
            "oslat",
            host: test.host,
            facts: test.facts,
            started: test.started,
            conditions: test.conditions + [Condition(name: "detour_threshold_ns", value: "1000")]
        )
        for thread in test.threads { try write(thread.fields, to: &draft) }
        draft.cannotKnow("oslat rounds gaps up to whole microseconds and sees none below one.")
        return try draft.finish(expected: "threads with buckets")
    }

    private func write(_ fields: ObjectReader, to draft: inout ImportDraft) throws(DocumentError) {
        let processor = try fields.require("cpu").int(in: 0...1_000_000)
        let durationReader = try fields.require("duration")
        let duration = try durationReader.double(in: 0...1e10)
        guard duration > 0 else { throw durationReader.fail("\(durationReader.found) s is no time to measure in") }
        let maximumReader = try fields.require("max")
        let maximum = try maximumReader.double(in: 0...1e15)
        let mean = try fields.require("avg").double(in: 0...1e15)
        let reader = try fields.require("histogram", expected: "the buckets")
        var bins = try RTTestsFile.histogram(reader)
        guard let last = bins.last else { throw reader.fail("is empty; the thread measured nothing") }
        let total = bins.reduce(0) { $0 + $1.count }
        let sum = mean * Double(total) - bins.dropLast().reduce(0) { $0 + Double($1.value) * Double($1.count) }
        guard maximum >= Double(last.value) else {
            throw maximumReader.fail(
                "\(maximumReader.found) is below the last bucket, \(last.value); the file is damaged"
            )
        }
        var overflow = HistogramOverflow(count: 0, from: Double(last.value), maximum: maximum)
        if maximum > Double(last.value) {
            overflow = HistogramOverflow(count: last.count, from: Double(last.value), maximum: maximum, sum: sum)
            bins.removeLast()
        }
        // What takes less than a microsecond is the loop itself.
        let detours = bins.filter { $0.value > 1 }.map { ValueCount(Double($0.value), $0.count) } + overflow.placed
        // Lengths are rounded up, so this much was taken at least.
        let taken = detours.reduce(0.0) { $0 + max(0, $1.value - 1) * Double($1.count) }
        guard taken <= duration * 1.001e6 else {
            throw durationReader.fail(
                "\(durationReader.found) s is shorter than the detours of processor \(processor) together, "
                    + "\(NumberText.significant(taken / 1e6, 3)) s; the file is damaged or was edited"
            )
        }
        let metric = Metric.part("detour_length_cpu\(processor)", "us", .lower, .exploratory)
        let place = (line: reader.line, path: reader.path)
        try draft.add(metric, counts: detours, line: place.line, path: place.path)
        let count = detours.reduce(0) { $0 + $1.count }
        let rate = Metric.part("detours_per_second_cpu\(processor)", "1/s", .lower, .exploratory)
        try draft.add(rate, Double(count) / duration, line: durationReader.line, path: durationReader.path)
        try draft.add(metric.reported("max"), maximumReader)
        if let spot = overflow.blindSpot(metric.name, of: total, unit: "us") { draft.cannotKnow(spot) }
    }
}
