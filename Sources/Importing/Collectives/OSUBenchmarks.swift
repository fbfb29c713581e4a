package import Documents
internal import Evidence

/// What the OSU micro-benchmarks print: `osu_allreduce`, `osu_latency`, `osu_bw` and their sisters.
///
/// Columns are found by their titles, which are several words: `-f` adds the fastest and the slowest rank and the
/// iterations, `-z` (from 7.3) percentiles (util/osu_util_mpi.c).
package struct OSUBenchmarks: LineImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "osu",
        title: "OSU micro-benchmarks, as printed",
        command: "osu_allreduce -f -z50,90,99",
        limits: "A mean over the iterations for each size, and percentiles as printed with -z; no distribution.",
        marks: ["# OSU ", "Avg Latency(us)", "# Size"]
    )

    /// Whether it holds the title of a benchmark.
    package static func recognises(_ head: ImportHead) -> Bool {
        head.lines.contains { title($0[...]) != nil }
    }

    /// What a column is.
    enum Column: Sendable, Hashable {
        case size, iterations, rate
        /// The mean over the iterations and the ranks.
        case mean
        /// The mean over the iterations of the fastest and of the slowest rank.
        case fastest, slowest
        case percentile(Int)
        /// MB of 10^6 bytes a second.
        case bandwidth
        /// Whether the results were right.
        case validation
        case ignored

        static let titles: [(String, Column)] = [
            ("Avg Latency(us)", .mean), ("Avg Lat(us)", .mean), ("Latency (us)", .mean), ("Latency(us)", .mean),
            ("Min Latency(us)", .fastest), ("Min Lat(us)", .fastest), ("Max Latency(us)", .slowest),
            ("Max Lat(us)", .slowest), ("Bandwidth (MB/s)", .bandwidth), ("MB/s", .bandwidth), ("Messages/s", .rate),
            ("Iterations", .iterations), ("Size", .size), ("Validation", .validation), ("Overall(us)", .mean),
            ("Compute(us)", .ignored), ("Coll. Init(us)", .ignored), ("MPI_Test(us)", .ignored),
            ("MPI_Wait(us)", .ignored), ("Pure Comm.(us)", .ignored), ("Min Comm.(us)", .ignored),
            ("Max Comm.(us)", .ignored), ("Overlap(%)", .ignored), ("# Pairs", .ignored),
        ]
    }

    package var feed: LineFeed
    private let file: String
    private let options: ImportOptions
    private var draft: ImportDraft
    private var run: RunSamples
    private var runs = 0
    private var test: String?
    private var columns: [Column] = []
    private var rows: [(bytes: Int?, values: [(Column, Double)], line: Int)] = []

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file)
        draft = ImportDraft(file: file)
        run = RunSamples(file: file)
    }

    /// The benchmark and its version in a title: `# OSU MPI Allreduce Latency Test v7.4`.
    private static func title(_ line: Substring) -> (name: Substring, version: Substring)? {
        guard let rest = line.trimmed.after("# OSU "), let end = rest.ranges(of: " Test").last else { return nil }
        let version = rest[end.upperBound...].trimmed
        return (rest[..<end.lowerBound], version.first == "v" ? version.dropFirst() : version)
    }

    /// Takes one line.
    package mutating func take(_ line: ImportLine) throws(DocumentError) {
        let text = line.trimmed
        if let (name, version) = Self.title(text) {
            try endRun()
            test = PlainText.name(name)
            let version = version.prefix { $0 == "." || $0.isNumber }
            draft.tool = Record.Tool(name: "OSU micro-benchmarks", version: String(version.prefix(20)))
            return
        }
        guard test != nil, !text.isEmpty else { return }
        if let type = text.after("# Datatype:") {
            return run.note("datatype", PlainText.line(type.prefix { $0 != "." }))
        }
        if text.hasPrefix("#") {
            if rows.isEmpty { setting(text) }
            guard rows.isEmpty, Column.titles.contains(where: { text.contains($0.0) }) else { return }
            columns = try header(text, line)
            return
        }
        guard let first = text.first, first.isNumber, !columns.isEmpty else { return }
        try row(line)
    }

    /// What the file says, once all lines were taken.
    package mutating func close() throws(DocumentError) -> ImportedRuns {
        try endRun()
        draft.warnOfWarmUp(options, isOrdered: false)
        return try draft.finish(expected: "a title such as '# OSU MPI Allreduce Latency Test v7.4' and rows under it")
    }

    private func header(_ text: Substring, _ line: ImportLine) throws(DocumentError) -> [Column] {
        var rest = text.dropFirst().trimmed
        var columns: [Column] = []
        while !rest.isEmpty {
            if let (title, column) = Column.titles.first(where: { rest.hasPrefix($0.0) }) {
                columns.append(column)
                rest = rest.dropFirst(title.count).trimmed
            } else if rest.first == "P", let tail = PlainText.between(rest, "P", " Tail Lat(us)"),
                let percent = PlainText.count(tail), (1...100).contains(percent)
            {
                columns.append(.percentile(percent))
                rest = (PlainText.between(rest, " Tail Lat(us)") ?? "").trimmed
            } else {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    problem:
                        "\(quoted(String(rest.prefix(40)))) is no column that is known of the OSU micro-benchmarks; "
                        + "run it without the option that prints it"
                )
            }
        }
        return columns
    }

    private mutating func row(_ line: ImportLine) throws(DocumentError) {
        let words = line.words
        guard words.count == columns.count else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "this row has \(words.count) fields and the header \(columns.count) columns; "
                    + "is the line cut, or did another process write into it?"
            )
        }
        var bytes: Int?
        var values: [(Column, Double)] = []
        for (column, word) in zip(columns, words) {
            switch column {
            case .size: bytes = try TextNumber.requireCount(word, "Size", file: file, line: line.number)
            case .ignored: break
            case .validation: try refuseWrong(word, line)
            default: values.append((column, try TextNumber.require(word, "value", file: file, line: line.number)))
            }
        }
        rows.append((bytes, values, line.number))
    }

    private func refuseWrong(_ word: some StringProtocol, _ line: ImportLine) throws(DocumentError) {
        guard word.lowercased().hasPrefix("fail") else { return }
        throw DocumentError(
            file: file,
            line: line.number,
            path: "Validation",
            problem:
                "is \(quoted(String(word))): a benchmark that computes wrong is no evidence of its speed; repair the "
                + "fabric, the library or the GPUs and run it again"
        )
    }

    /// What stands between the title and the columns: `# [ pairs: 4 ] [ window size: 64 ]`.
    private mutating func setting(_ text: Substring) {
        for (name, key) in [("osu_pairs", "[ pairs: "), ("osu_window_size", "[ window size: ")] {
            let value = PlainText.between(text, key).flatMap { $0.split(separator: " ").first }
            run.note(name, value.flatMap { PlainText.count($0) }.map(String.init))
        }
        for (name, key) in [("osu_send_buffer", "Send Buffer on "), ("osu_receive_buffer", "Receive Buffer on ")] {
            let value = PlainText.between(text, key).flatMap { $0.split(separator: " ").first }
            run.note(name, value.map { $0.lowercased() })
        }
        for (name, key) in [
            ("osu_window_creation", "# Window creation:"), ("osu_synchronization", "# Synchronization:"),
        ] {
            run.note(name, text.after(key).map { String($0.trimmed) })
        }
    }

    private mutating func endRun() throws(DocumentError) {
        defer {
            test = nil
            columns = []
            rows = []
            run = RunSamples(file: file)
        }
        guard let test, !rows.isEmpty else { return }
        // Half of there and back, as MPI's two-sided latency tests define it.
        let isPointToPoint =
            columns.contains(.mean) && test.hasSuffix("mpi_latency") || test.hasSuffix("mpi_multi_latency")
        if isPointToPoint { run.note(LatencySemantics(path: .halfRoundTrip, start: .service, loop: .closed)) }
        let largest = rows.compactMap(\.bytes).max()
        for row in rows {
            let name = "osu_\(test)" + (row.bytes.map { "_\(MetricNames.size($0))" } ?? "")
            let decides: Metric.Role = row.bytes == largest ? .confirmatory : .exploratory
            for (column, value) in row.values { try add(column, value, name, decides, row.line) }
        }
        runs += 1
        try run.close(into: &draft, id: "\(runs)")
        draft.cannotKnow(
            "The OSU micro-benchmarks print a mean over their iterations, and percentiles at most as single numbers: no "
                + "quantile has an interval."
        )
    }

    private mutating func add(
        _ column: Column,
        _ value: Double,
        _ name: String,
        _ role: Metric.Role,
        _ line: Int
    ) throws(DocumentError) {
        let latency = Metric.part(name, "us", .lower)
        switch column {
        case .mean: try run.set(value, of: latency.reported("mean", role), line: line)
        case .slowest: try run.set(value, of: latency.reported("slowest_rank_mean"), line: line)
        case .percentile(let percent):
            try run.set(value, of: latency.reported("p\(percent)"), line: line)
        case .bandwidth: try run.set(value, of: Metric.part("\(name)_mean", "MB/s", .higher, role), line: line)
        case .rate:
            try run.set(value, of: Metric.part("\(name)_messages_mean", "1/s", .higher, .exploratory), line: line)
        case .iterations: run.note("osu_iterations", value == value.rounded() ? NumberText.plain(value) : nil)
        // The fastest rank waits least; it says nothing that the mean and the slowest do not.
        case .fastest, .size, .validation, .ignored: break
        }
    }
}
