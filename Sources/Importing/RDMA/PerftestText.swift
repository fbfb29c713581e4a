package import Documents
internal import Evidence

/// What perftest prints: `ib_write_bw`, `ib_send_lat` and their sisters.
///
/// Columns are found by the header. With `-U` the program prints every sample before the row; they are taken instead of the
/// row's percentiles.
package struct PerftestText: LineImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "perftest",
        title: "perftest (ib_write_bw, ib_send_lat, …), as printed",
        command: "ib_send_lat -F -n 10000 -U SERVER",
        limits:
            "Mean, median and percentiles as printed; with -U every sample. Its maximum and its spread are not taken.",
        marks: ["#bytes", "#iterations", "t_typical[usec]", "BW average["]
    )

    /// Whether it holds the header of its table.
    package static func recognises(_ head: ImportHead) -> Bool {
        !head.opensObject && head.lines.contains { $0.contains("#bytes") && $0.contains("#iterations") }
    }

    private enum Column: Sendable, Hashable {
        case bytes, iterations, peak, average, messages, transactions, ignored
        /// By the name that the JSON has for it.
        case time(String)

        static let titles: [(String, Column)] = [
            ("#bytes", .bytes), ("#iterations", .iterations), ("t_min[usec]", .time("t_min")),
            ("t_max[usec]", .ignored), ("t_typical[usec]", .time("t_typical")), ("t_avg[usec]", .time("t_avg")),
            ("t_stdev[usec]", .ignored), ("99% percentile[usec]", .time("percentile_99")),
            ("99.9% percentile[usec]", .time("percentile_99.9")), ("tps average", .transactions),
            ("MsgRate[Mpps]", .messages), ("CPU_Util[%]", .ignored),
        ]
    }

    package var feed: LineFeed
    private let file: String
    private let options: ImportOptions
    private var draft: ImportDraft
    private var run: RunSamples
    private var runs = 0
    private var kind: PerftestKind?
    private var columns: [Column] = []
    private var unit: PerftestBandwidth?
    private var results: [(result: PerftestResult, hasSamples: Bool)] = []
    /// The samples of the row that follows, where the program printed them.
    private var samples: [(value: Double, line: Int)] = []
    private var isDumping = false

    /// The most samples that are kept before their row.
    private static let maximumSamples = 5_000_000

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file)
        draft = ImportDraft(file: file)
        draft.tool = Record.Tool(name: "perftest", version: "")
        run = RunSamples(file: file, warmUp: options.warmUp)
    }

    /// Takes one line.
    package mutating func take(_ line: ImportLine) throws(DocumentError) {
        let text = line.trimmed
        if text.isEmpty { return }
        if text.contains("#bytes"), text.contains("#iterations") { return try header(text, line) }
        if text.hasSuffix(" Test"), let kind = PerftestKind(title: text.dropLast(5)) {
            try endRun()
            self.kind = kind
            return
        }
        if text.hasPrefix("Conflicting CPU frequency values") {
            draft.note(
                .warning,
                "perftest saw differing CPU frequencies: times from its cycle counter may be scaled, in a virtual machine "
                    + "above all (run it with -F and a fixed frequency, and compare with another clock)",
                line: line.number
            )
            return
        }
        if columns.isEmpty { return settings(text) }
        if text.first == "#", text.contains("usec") || text.contains("cycles") {
            guard text.contains("usec") else {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    problem: "the samples are in cycles; run perftest without --report-cycles"
                )
            }
            isDumping = true
            samples = []
            return
        }
        if isDumping, let comma = text.firstIndex(of: ","), PlainText.count(text[..<comma].trimmed) != nil {
            guard samples.count < Self.maximumSamples else {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    problem: "there are more than \(Self.maximumSamples) samples in one run; run fewer iterations"
                )
            }
            let number = text[text.index(after: comma)...].trimmed
            samples.append((try TextNumber.require(number, "usec", file: file, line: line.number), line.number))
            return
        }
        guard let first = text.first, first.isNumber else { return }
        try row(line)
    }

    /// What the file says, once all lines were taken.
    package mutating func close() throws(DocumentError) -> ImportedRuns {
        try endRun()
        return try draft.finish(expected: "a table of perftest: a header with '#bytes' and rows of numbers under it")
    }

    /// ` Number of qps   : 1            Transport type : IB`.
    private mutating func settings(_ text: Substring) {
        for (name, key) in [
            ("rdma_device", "Device"), ("rdma_transport", "Transport type"), ("rdma_connection", "Connection type"),
            ("rdma_link", "Link type"), ("rdma_mtu", "Mtu"), ("rdma_queue_pairs", "Number of qps"),
        ] {
            guard let rest = PlainText.between(text, key)?.trimmed, rest.first == ":" else { continue }
            run.note(name, rest.dropFirst().trimmed.split { $0.isWhitespace }.first.map(String.init))
        }
    }

    private mutating func header(_ text: Substring, _ line: ImportLine) throws(DocumentError) {
        guard kind != nil else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem:
                    "the title of the test is missing ('RDMA_Write BW Test'): which test it was decides what a latency "
                    + "means; keep the whole output"
            )
        }
        var rest = text
        columns = []
        while !rest.isEmpty {
            if let (title, column) = Column.titles.first(where: { rest.hasPrefix($0.0) }) {
                columns.append(column)
                rest = rest.dropFirst(title.count).trimmed
            } else if rest.hasPrefix("BW "), let end = rest.firstIndex(of: "]") {
                let title = rest[...end]
                guard let unit = PerftestBandwidth(title: title) else {
                    throw DocumentError(
                        file: file,
                        line: line.number,
                        problem: "\(quoted(String(title))) has a unit that is not known; expected MiB/sec or Gb/sec"
                    )
                }
                self.unit = unit
                columns.append(title.contains("average") ? .average : .peak)
                rest = rest[rest.index(after: end)...].trimmed
            } else {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    problem:
                        "\(quoted(String(rest.prefix(40)))) is no column that is known of perftest; run it without the "
                        + "option that prints it"
                )
            }
        }
    }

    private mutating func row(_ line: ImportLine) throws(DocumentError) {
        let words = line.words
        guard words.count == columns.count else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "this row has \(words.count) fields and the header \(columns.count) columns; is the line cut?"
            )
        }
        var result = PerftestResult(bytes: 0, line: line.number)
        var bandwidth: Double?
        for (column, word) in zip(columns, words) {
            switch column {
            case .bytes: result.bytes = try TextNumber.requireCount(word, "#bytes", file: file, line: line.number)
            case .iterations: result.iterations = PlainText.count(word)
            case .ignored, .peak: break
            case .average: bandwidth = try TextNumber.require(word, "BW average", file: file, line: line.number)
            case .messages:
                result.messagesPerSecond = try TextNumber.require(word, "MsgRate", file: file, line: line.number) * 1e6
            case .transactions:
                result.transactionsPerSecond = try TextNumber.require(word, "tps", file: file, line: line.number)
            case .time(let key):
                result.microseconds[key] = try TextNumber.require(word, key, file: file, line: line.number)
            }
        }
        if let bandwidth, let unit {
            if let rate = result.messagesPerSecond, rate > 0,
                !unit.agrees(bandwidth: bandwidth, millionMessagesPerSecond: rate / 1e6, bytes: result.bytes)
            {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    problem:
                        "the bandwidth and the rate of messages contradict each other: is the row of another table?"
                )
            }
            result.bitsPerSecond = bandwidth * unit.bitsPerSecond
        }
        results.append((result, try take(samplesOf: result)))
        samples = []
        isDumping = false
    }

    /// Puts the samples that stand before a row into the run; whether there were any.
    private mutating func take(samplesOf result: PerftestResult) throws(DocumentError) -> Bool {
        guard !samples.isEmpty, let kind, kind.isLatency else { return false }
        let metric = Metric.part(kind.name(bytes: result.bytes), "us", .lower)
        let isSorted = zip(samples, samples.dropFirst()).allSatisfy { $0.value <= $1.value }
        guard isSorted, samples.count > 16 else {
            for sample in samples { try run.add(sample: sample.value, of: metric, line: sample.line) }
            return true
        }
        // Sorted by -H: that the smallest came first is no order.
        sorted.append((metric, Self.counts(samples), result.line))
        draft.note(.note, "the samples are sorted (-H): their order is unknown; -U prints them as they came")
        return true
    }

    private var sorted: [(metric: Metric, counts: [ValueCount], line: Int)] = []

    private static func counts(_ samples: [(value: Double, line: Int)]) -> [ValueCount] {
        var counts: [ValueCount] = []
        for sample in samples {
            if let last = counts.last, last.value == sample.value {
                counts[counts.count - 1].count += 1
            } else {
                counts.append(ValueCount(sample.value, 1))
            }
        }
        return counts
    }

    private mutating func endRun() throws(DocumentError) {
        defer {
            kind = nil
            columns = []
            unit = nil
            results = []
            samples = []
            sorted = []
            isDumping = false
            run = RunSamples(file: file, warmUp: options.warmUp)
        }
        guard let kind, !results.isEmpty else { return }
        let largest = results.map(\.result.bytes).max()
        for (result, hasSamples) in results {
            let role: Metric.Role = result.bytes == largest ? .confirmatory : .exploratory
            try result.add(to: &run, kind: kind, role: role, hasSamples: hasSamples)
        }
        if let iterations = results.first?.result.iterations { run.note("rdma_iterations", "\(iterations)") }
        if kind.isLatency { run.note(kind.semantics) }
        runs += 1
        draft.warnOfWarmUp(options, isOrdered: run.isOrdered)
        if run.isEmpty, !sorted.isEmpty {
            try draft.beginRun("\(runs)")
        } else {
            try run.close(into: &draft, id: "\(runs)")
        }
        for (metric, counts, line) in sorted { try draft.add(metric, counts: counts, line: line) }
        if run.isEmpty, !sorted.isEmpty, kind.isLatency { draft.add(kind.semantics.conditions) }
        if kind.isLatency, results.contains(where: { !$0.hasSamples }) {
            draft.cannotKnow(
                "perftest printed percentiles as single numbers (run it with -U for every sample); its maximum leaves out "
                    + "the two largest samples, and its spread is cut to whole microseconds, so neither is taken."
            )
        }
    }
}
