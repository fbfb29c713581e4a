package import Documents
internal import Evidence

/// What `all_reduce_perf` and its sisters print.
///
/// Columns are found by the header: older versions lack redop and root and have `error` instead of `#wrong`
/// (nccl-tests, src/util.cu, writeResultHeader).
package struct NCCLTestsText: LineImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "nccl-tests",
        title: "nccl-tests, as printed",
        command: "all_reduce_perf -b 8 -e 1G -f 2 -g 8",
        limits: "Means over the iterations for each size: no quantiles; bus bandwidth for the largest size.",
        marks: ["busbw", "algbw", "out-of-place", "nccl-tests", "# nThread"]
    )

    /// Whether it holds the header of a table, or what is printed before it.
    package static func recognises(_ head: ImportHead) -> Bool {
        guard !head.opensObject else { return false }
        return head.lines.contains { line in
            if isTagged(line.trimmed) {
                return line.contains("Collective test starting:") || line.contains(" minBytes ")
            }
            return
                line.first(where: { !$0.isWhitespace }) == "#"
                && (line.contains("Collective test starting:") || line.contains("# nccl-tests version")
                    || (line.contains("# nThread ") && line.contains(" minBytes "))
                    || (line.contains("busbw") && line.contains("algbw")))
        }
    }

    /// Whether `mpirun --tag-output` wrote the line: `[1,0]<stdout>:# nThread 1 …`.
    private static func isTagged(_ line: Substring) -> Bool {
        guard line.first == "[", let tag = line.firstRange(of: "]<stdout>:") else { return false }
        return line[..<tag.lowerBound].utf8.count < 20
    }

    package var feed: LineFeed
    private let file: String
    private let options: ImportOptions
    private var draft: ImportDraft
    private var table = NCCLTable()
    private var columns: [String] = []
    private var tables = 0
    private var hasFooter = true

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file)
        draft = ImportDraft(file: file)
    }

    /// Takes one line.
    package mutating func take(_ line: ImportLine) throws(DocumentError) {
        let text = line.trimmed
        if Self.isTagged(text) {
            throw DocumentError(
                file: file,
                line: line.number,
                problem:
                    "the lines begin with mpirun's tag, as in \(quoted(String(text.prefix(40)))); run mpirun without "
                    + "--tag-output, or cut it off with: sed 's/^\\[[^>]*>://' FILE"
            )
        }
        guard text.hasPrefix("#") else { return try row(line) }
        if let program = text.after("# Collective test starting:") {
            try endTable()
            table.collective = NCCLTable.collective(program.trimmed)
        } else if let versions = text.after("# nccl-tests version ") {
            try endTable()
            let words = versions.split(separator: " ")
            draft.tool = Record.Tool(name: "nccl-tests", version: words.first.flatMap { PlainText.line($0) } ?? "")
            let code = PlainText.between(versions, "nccl-library=").flatMap { $0.split(separator: " ").first }
            if let code = code.flatMap({ PlainText.count($0) }) {
                table.conditions.append(("nccl", NCCLTable.version(code: code)))
            }
        } else if text.hasPrefix("# nThread ") {
            if !table.rows.isEmpty { try endTable() }
            settings(text)
        } else if text.hasPrefix("# Using devices") {
            if !table.rows.isEmpty { try endTable() }
            // The list of a test that ended before its table is not this one's.
            (table.hosts, table.gpus) = ([], [])
        } else if text.contains("busbw"), text.contains("algbw") {
            if !table.rows.isEmpty { try endTable() }
            try header(line)
        } else if text.hasPrefix("# Out of bounds values") {
            hasFooter = true
            if text.contains("FAILED") {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    problem:
                        "nccl-tests found wrong results (\(quoted(String(text)))): a collective that computes wrong "
                        + "is no evidence of its speed; repair the fabric or the GPUs and run it again"
                )
            }
        } else {
            device(text)
        }
    }

    /// What the file says, once all lines were taken.
    package mutating func close() throws(DocumentError) -> ImportedRuns {
        try endTable()
        return try draft.finish(expected: "a table of nccl-tests: a header with 'busbw' and rows of numbers under it")
    }

    private mutating func endTable() throws(DocumentError) {
        // What stands before a table belongs to it.
        guard !table.rows.isEmpty else { return }
        defer {
            table = NCCLTable()
            columns = []
            hasFooter = true
        }
        if !hasFooter {
            draft.note(
                .warning,
                "the table has no line 'Out of bounds values' behind it: the test may have ended early"
            )
        }
        if table.collective == nil {
            table.collective = options.conditions.first { $0.name == "collective" }.flatMap {
                NCCLTable.collective($0.value)
            }
        }
        if table.ranks == nil, !table.gpus.isEmpty { table.ranks = table.gpus.count }
        tables += 1
        try table.close(into: &draft, id: "\(tables)", file: file, options: options)
    }

    /// `# nThread 1 nGpus 8 minBytes 8 maxBytes 1073741824 step: 2(factor) warmup iters: 5 iters: 20 agg iters: 1 …`.
    private mutating func settings(_ text: Substring) {
        for (name, key) in [
            ("nccl_warm_up_iterations", "warmup iters: "), ("nccl_iterations", " iters: "),
            ("nccl_aggregated_iterations", "agg iters: "), ("nccl_graph", "graph: "),
        ] {
            // The iterations alone have no word of their own before them.
            let rest = key == " iters: " ? PlainText.between(text, "warmup iters: ") ?? text : text
            let number = PlainText.between(rest, key).flatMap { $0.split(separator: " ").first }
            if let number = number.flatMap({ PlainText.count($0) }) { table.conditions.append((name, "\(number)")) }
        }
    }

    /// `#  Rank  0 Group  0 Pid 3741 on node1 device  0 [0000:18:00] NVIDIA H100 80GB HBM3`.
    private mutating func device(_ text: Substring) {
        guard text.dropFirst().trimmed.hasPrefix("Rank "), let host = PlainText.between(text, " on ", " device "),
            let name = PlainText.between(text, "] ").flatMap({ PlainText.line($0) })
        else { return }
        if !table.rows.isEmpty { return }
        if let host = PlainText.line(host) { table.hosts.append(host) }
        table.gpus.append(name)
    }

    private mutating func header(_ line: ImportLine) throws(DocumentError) {
        columns = line.words.map(String.init)
        if columns.first == "#" { columns.removeFirst() }
        if columns.first == "#size" { columns[0] = "size" }
        hasFooter = false
        guard columns.first == "size", columns.contains(where: Self.isTime) else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "the header has no 'size' and 'time'; expected the header of nccl-tests, 'size count type …'"
            )
        }
    }

    private static func isTime(_ column: String) -> Bool { column == "time" || column == "cputime" }

    private mutating func row(_ line: ImportLine) throws(DocumentError) {
        let words = line.words
        guard !columns.isEmpty, let first = words.first, let bytes = PlainText.count(first) else { return }
        var right = Array(columns.drop { !Self.isTime($0) })
        let left = Array(columns.prefix { !Self.isTime($0) })
        // The moment of a row is two words.
        if right.last == "timestamp" { right.append("clock") }
        let found = words.count - right.count
        // The operation stays empty where the collective has none.
        let lacksOperation =
            found == left.count - 1 && left.suffix(2) == ["redop", "root"] && Int(words[left.count - 2]) != nil
        guard found == left.count || lacksOperation else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "this row has \(words.count) fields and the header \(columns.count) columns; "
                    + "is the line cut, or did another process write into it?"
            )
        }
        var texts: [String: String] = [:]
        for (name, text) in zip(left.filter { !lacksOperation || $0 != "redop" }, words) { texts[name] = String(text) }
        let variant = NCCLTable.variant(
            type: texts["type"],
            operation: texts["redop"],
            root: texts["root"].flatMap { Int($0) }
        )
        let numbers = Array(words.suffix(right.count))
        var isInPlace = false
        var index = 0
        while index < right.count {
            guard Self.isTime(right[index]) else {
                index += 1
                continue
            }
            let end = right[(index + 1)...].firstIndex(where: Self.isTime) ?? right.count
            let block = Dictionary(zip(right[index..<end], numbers[index..<end]).map { ($0, $1) }) { first, _ in first }
            try add(block, time: right[index], bytes, variant, isInPlace, line)
            isInPlace = true
            index = end
        }
    }

    private mutating func add(
        _ block: [String: Substring],
        time: String,
        _ bytes: Int,
        _ variant: String,
        _ isInPlace: Bool,
        _ line: ImportLine
    ) throws(DocumentError) {
        func number(_ column: String) throws(DocumentError) -> Double? {
            guard let text = block[column], text != "N/A" else { return nil }
            return try TextNumber.require(text, column, file: file, line: line.number)
        }
        if let wrong = try number("#wrong"), wrong > 0 {
            throw DocumentError(
                file: file,
                line: line.number,
                problem:
                    "\(counted(wrong, "element of \(bytes) bytes is wrong", "elements of \(bytes) bytes are wrong")): a collective that computes wrong "
                    + "is no evidence of its speed; repair the fabric or the GPUs and run it again"
            )
        }
        if block["#wrong"] == "N/A" {
            draft.note(
                .note,
                "nccl-tests did not check its results (#wrong is N/A): a wrong result would not be seen here"
            )
        }
        guard let mean = try number(time) else { return }
        let bandwidths = (algorithm: try number("algbw"), bus: try number("busbw"))
        // Bandwidths are never of the processor's time.
        if time == "time" {
            try NCCLContradiction(bytes: bytes, microseconds: mean, ranks: table.ranks ?? table.gpus.count)
                .refuse(bandwidths, collective: table.collective, file: file, line: line.number)
        }
        if time == "cputime" { table.conditions.append(("nccl_clock", "cpu")) }
        table.rows.append(
            NCCLRow(
                bytes: bytes,
                variant: variant,
                isInPlace: isInPlace,
                meanMicroseconds: mean,
                busBandwidth: bandwidths.bus,
                line: line.number
            )
        )
    }
}
