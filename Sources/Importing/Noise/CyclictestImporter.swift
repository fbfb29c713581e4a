package import Documents
internal import Evidence

/// cyclictest's JSON: how late timers woke threads.
package struct CyclictestImporter: Importer {
    package static let format = ImportFormat(
        name: "cyclictest",
        title: "cyclictest --json=FILE, of rt-tests",
        command: "cyclictest -q -m -a -t -p 90 -i 1000 -D 60 -h 10000 --json=run.json",
        limits:
            "With -h, every wake-up up to its end in whole microseconds; later ones only by their mean and the maximum. "
            + "Without -h, no distribution.",
        marks: ["\"rt_test_version:\"", "cyclictest", "\"resolution_in_ns\"", "\"cycles\""]
    )

    package static func recognises(_ head: ImportHead) -> Bool {
        head.opensObject && head.holds("\"rt_test_version") && head.holdsKey("resolution_in_ns")
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
        let test = try RTTestsFile(root, program: "cyclictest")
        let isNanoseconds = try root.mapping()["resolution_in_ns"]?.int() ?? 0 == 1
        var draft = ImportDraft(file: file)
        draft.tool = .init(name: "cyclictest", version: test.version)
        if options.warmUp > 0 {
            draft.note(.warning, "--warm-up leaves nothing out of a histogram: it has no order")
        }
        try draft.beginRun(
            "cyclictest",
            host: test.host,
            facts: test.facts,
            started: test.started,
            conditions: test.conditions + [Condition(name: "timer_threads", value: "\(test.threads.count)")]
        )
        let end = test.option(["-h", "-H", "--histogram", "--histofall"])
        let threads = try test.threads.map { (thread) throws(DocumentError) in
            try CyclictestThread(thread.fields, end: end)
        }.filter { $0.cycles > 0 }
        guard !threads.isEmpty else {
            throw root.fail("no thread woke up even once; let cyclictest run longer")
        }
        let scale = isNanoseconds ? 1e-3 : 1
        let metric = Metric.part("timer_wakeup", "us", .lower)
        let line = root.line
        let inside = threads.reduce(0) { $0 + $1.counted }
        let total = threads.reduce(0) { $0 + $1.cycles }
        if inside * 2 > total {
            var counts = threads.flatMap { $0.values }
            for index in counts.indices { counts[index].value *= scale }
            try draft.add(metric, counts: counts, line: line, path: "thread")
            for thread in threads {
                if let spot = thread.overflow.blindSpot(
                    metric.name,
                    of: thread.cycles,
                    unit: isNanoseconds ? "ns" : "us"
                ) {
                    draft.cannotKnow(spot)
                }
            }
        } else {
            let mean = threads.reduce(0) { $0 + $1.mean * Double($1.cycles) } / Double(total)
            try draft.add(metric.reported("mean", .confirmatory), mean * scale, line: line, path: "thread")
            draft.cannotKnow(
                inside == 0
                    ? "timer_wakeup: the file has no histogram, so no quantile can be known; give cyclictest -h."
                    : "timer_wakeup: \(total - inside) of \(total) wake-ups lie beyond the histogram, so no quantile can "
                        + "be known; give cyclictest a larger -h."
            )
        }
        let latest = Metric.part("timer_wakeup_max_of_cpu", "us", .lower, .exploratory)
        try draft.add(latest, samples: threads.map { $0.maximum * scale }, line: line, path: "thread")
        return try draft.finish(expected: "threads that woke up")
    }
}

/// One thread of cyclictest, in the unit of its histogram.
struct CyclictestThread {
    let cycles: Int
    let mean: Double
    let maximum: Double
    let overflow: HistogramOverflow
    private let bins: [(value: Int, count: Int)]

    /// Wake-ups inside the histogram.
    var counted: Int { cycles - overflow.count }
    /// All wake-ups as values and counts.
    var values: [ValueCount] { bins.map { ValueCount(Double($0.value), $0.count) } + overflow.placed }

    init(_ fields: ObjectReader, end: Int?) throws(DocumentError) {
        let cyclesReader = try fields.require("cycles")
        // Ten thousand threads of so many still add up.
        cycles = try cyclesReader.int(in: 0...1 << 48)
        mean = try fields.require("avg").double(in: 0...1e15)
        let maximumReader = try fields.require("max")
        maximum = try maximumReader.double(in: 0...1e15)
        let minimumReader = try fields.require("min")
        let minimum = try minimumReader.double(in: 0...1e15)
        guard cycles > 0 else {
            bins = []
            overflow = HistogramOverflow(count: 0, from: 0, maximum: 0)
            return
        }
        guard minimum <= mean + 0.01, mean <= maximum + 0.01 else {
            throw fields.fail("'avg' is not between 'min' and 'max'; the file is damaged")
        }
        bins = try RTTestsFile.histogram(fields["histogram"])
        let inside = bins.reduce(0) { $0 + $1.count }
        guard inside <= cycles else {
            throw cyclesReader.fail("\(cycles) wake-ups, and the histogram counts \(inside); the file is damaged")
        }
        let beyond = cycles - inside
        let highest = bins.last.map { Double($0.value) } ?? 0
        if let first = bins.first, Double(first.value) != minimum {
            throw minimumReader.fail("\(minimumReader.found) is not where the histogram begins, \(first.value)")
        }
        guard beyond > 0 || highest == maximum else {
            throw maximumReader.fail(
                "\(maximumReader.found) is not where the histogram ends, \(NumberText.plain(highest))"
            )
        }
        let from = max(end.map { Double($0) } ?? highest + 1, highest + 1)
        guard beyond == 0 || bins.isEmpty || maximum >= from else {
            throw maximumReader.fail(
                "\(maximumReader.found) lies inside the histogram, yet \(beyond) wake-ups do not; the file is damaged"
            )
        }
        let sum = mean * Double(cycles) - bins.reduce(0) { $0 + Double($1.value) * Double($1.count) }
        overflow = HistogramOverflow(count: beyond, from: from, maximum: maximum, sum: sum)
    }
}
