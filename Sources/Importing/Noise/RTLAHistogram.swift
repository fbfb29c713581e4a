internal import Documents
internal import Evidence

/// The table of `rtla … hist`: a column for each processor, a row for each bucket, and a summary beneath.
struct RTLAHistogram {
    /// One column.
    struct Column {
        /// `IRQ`, `Thr`, `Usr` or `CPU`.
        var kind: Substring
        var processor: Int
        var bins: [ValueCount] = []
        var over = 0
        var maximum: Double?
        var count: Int?

        /// Samples in the rows; beyond any run, a number that no summary states.
        var inside: Int { bins.reduce(0) { min($0 + $1.count, 1 << 55) } }
    }

    private let file: String
    private var columns: [Column] = []
    private var lastIndex: Double?
    private var isOver = false
    private var line = 1

    init(file: String) { self.file = file }

    mutating func take(_ line: ImportLine) throws(DocumentError) {
        let words = line.words
        guard let first = words.first, !isOver else { return }
        self.line = line.number
        if first == "Index" {
            try header(words.dropFirst(), line)
            return
        }
        // Newer versions sum all processors up below; it is the same samples once more.
        if first == "ALL:" || first.hasPrefix("ALL") {
            isOver = true
            return
        }
        guard !columns.isEmpty else { return }
        if first.hasSuffix(":") {
            try summary(String(first.dropLast()), words.dropFirst(), line)
        } else if first.first?.isNumber ?? false {
            try row(words, line)
        }
    }

    private mutating func header(_ names: ArraySlice<Substring>, _ line: ImportLine) throws(DocumentError) {
        guard columns.isEmpty else {
            isOver = true
            return
        }
        for name in names {
            let parts = name.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, ["IRQ", "Thr", "Usr", "CPU"].contains(parts[0]), let processor = Int(parts[1]),
                (0...100_000).contains(processor)
            else {
                throw fail(line, "the column \(quoted(String(name))) is not one of rtla's, such as IRQ-000 or CPU-000")
            }
            columns.append(Column(kind: parts[0], processor: processor))
        }
        guard !columns.isEmpty else { throw fail(line, "has no column; expected one for each processor") }
    }

    private mutating func row(_ words: [Substring], _ line: ImportLine) throws(DocumentError) {
        guard words.count == columns.count + 1, line.isTerminated else {
            throw fail(line, "has \(words.count - 1) counts for \(columns.count) columns; the file is cut or damaged")
        }
        let index = Double(try TextNumber.requireCount(words[0], "Index", file: file, line: line.number))
        if let lastIndex, index <= lastIndex { throw fail(line, "the index does not grow; the file is damaged") }
        lastIndex = index
        for (place, word) in words.dropFirst().enumerated() {
            let count = try TextNumber.requireCount(word, "Index \(words[0])", file: file, line: line.number)
            if count > 0 { columns[place].bins.append(ValueCount(index, count)) }
        }
    }

    private mutating func summary(
        _ name: String,
        _ words: ArraySlice<Substring>,
        _ line: ImportLine
    ) throws(DocumentError) {
        guard ["over", "count", "min", "avg", "max"].contains(name) else { return }
        guard line.isTerminated || name == "max" else { throw fail(line, "the file is cut here") }
        guard words.count == columns.count else {
            throw fail(line, "has \(words.count) values for \(columns.count) columns; the file is cut or damaged")
        }
        for (place, word) in words.enumerated() where word != "-" {
            switch name {
            case "over": columns[place].over = try TextNumber.requireCount(word, name, file: file, line: line.number)
            case "count": columns[place].count = try TextNumber.requireCount(word, name, file: file, line: line.number)
            case "max": columns[place].maximum = try TextNumber.require(word, name, file: file, line: line.number)
            default: _ = try TextNumber.require(word, name, file: file, line: line.number)
            }
        }
    }

    /// Checks every column against its summary.
    private func check() throws(DocumentError) {
        for column in columns {
            guard let count = column.count, let maximum = column.maximum else {
                if column.inside + column.over == 0, column.count ?? 0 == 0 { continue }
                throw DocumentError(
                    file: file,
                    line: line,
                    problem:
                        "has no summary (over, count, min, avg, max) below the rows; the file is cut, or rtla was told "
                        + "--no-summary"
                )
            }
            guard column.inside + column.over == count else {
                throw DocumentError(
                    file: file,
                    line: line,
                    problem:
                        "\(column.kind)-\(column.processor) counts \(column.inside + column.over) samples in its rows "
                        + "and says \(count); the file is damaged"
                )
            }
            guard column.over == 0 || maximum >= column.bins.last?.value ?? 0 else {
                throw DocumentError(
                    file: file,
                    line: line,
                    problem: "a maximum lies inside the histogram with samples over it"
                )
            }
        }
    }

    private func overflow(_ column: Column) -> HistogramOverflow {
        let from = (lastIndex ?? 0) + 1
        return HistogramOverflow(count: column.over, from: from, maximum: max(column.maximum ?? from, from))
    }

    private func values(_ column: Column, scale: Double) -> [ValueCount] {
        (column.bins + overflow(column).placed).map { ValueCount($0.value * scale, $0.count) }
    }

    func writeTimer(to draft: inout ImportDraft, scale: Double) throws(DocumentError) {
        try check()
        let kinds: [(Substring, Metric)] = [
            ("Thr", .part("timer_wakeup", "us", .lower)),
            ("IRQ", .part("timer_interrupt", "us", .lower, .exploratory)),
            ("Usr", .part("timer_return_to_user", "us", .lower, .exploratory)),
        ]
        for (kind, metric) in kinds {
            let own = columns.filter { $0.kind == kind && $0.inside + $0.over > 0 }
            try draft.add(metric, counts: own.flatMap { values($0, scale: scale) }, line: line, path: String(kind))
            let latest = own.compactMap(\.maximum).map { $0 * scale }
            let perProcessor = Metric.part("\(metric.name)_max_of_cpu", "us", .lower, .exploratory)
            try draft.add(perProcessor, samples: latest, line: line, path: "max")
            for column in own {
                let count = column.inside + column.over
                if let spot = overflow(column).blindSpot(metric.name, of: count, unit: "us") { draft.cannotKnow(spot) }
            }
        }
    }

    func writeNoise(to draft: inout ImportDraft, scale: Double, seconds: Double?) throws(DocumentError) {
        try check()
        for column in columns where column.inside + column.over > 0 {
            let count = column.inside + column.over
            let metric = Metric.part("detour_length_cpu\(column.processor)", "us", .lower, .exploratory)
            try draft.add(metric, counts: values(column, scale: scale), line: line, path: "CPU-\(column.processor)")
            if let seconds, seconds > 0 {
                let rate = Metric.part("detours_per_second_cpu\(column.processor)", "1/s", .lower, .exploratory)
                try draft.add(rate, Double(count) / seconds, line: line, path: "count")
            }
            if let spot = overflow(column).blindSpot(metric.name, of: count, unit: "us") { draft.cannotKnow(spot) }
        }
        draft.cannotKnow(
            "rtla states the lower end of each bucket, so detours are understated by up to a bucket; and the tracer ran "
                + "for a part of each period only (-r of -p), so detours a second are a lower bound."
        )
    }

    private func fail(_ line: ImportLine, _ problem: String) -> DocumentError {
        DocumentError(file: file, line: line.number, problem: problem)
    }
}
