package import Documents
internal import Evidence

/// likwid-bench's text: the rate of one kernel.
package struct LikwidBenchImporter: Importer {
    package static let format = ImportFormat(
        name: "likwid-bench",
        title: "likwid-bench's output",
        command: "likwid-bench -t triad -w S0:1GB > run.txt",
        limits: "One rate a run, over all its iterations; no samples, so run it ten times or more.",
        marks: ["LIKWID MICRO BENCHMARK", "MByte/s:", "Cycles per cacheline:"]
    )

    package static func recognises(_ head: ImportHead) -> Bool { head.holds("LIKWID MICRO BENCHMARK") }

    private let file: String
    private let options: ImportOptions
    private var feed: LineFeed
    private var values: [String: (text: String, line: Int)] = [:]
    private var threads: String?
    private var isCut = false

    package init(file: String, options: ImportOptions) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file)
    }

    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) {
        feed.append(bytes)
        while let line = try feed.next() { try take(line) }
    }

    private mutating func take(_ line: ImportLine) throws(DocumentError) {
        if line.text.hasPrefix("Using "), line.text.hasSuffix(" threads") {
            threads = line.words.dropFirst().first.map(String.init)
        }
        guard let colon = line.text.firstIndex(of: ":") else { return }
        let key = String(line.text[..<colon])
        guard Self.keys.contains(key) else { return }
        guard values[key] == nil else {
            throw DocumentError(
                file: file,
                line: line.number,
                path: key,
                problem: "stands a second time; write the output of each run into a file of its own"
            )
        }
        values[key] = (String(line.text[line.text.index(after: colon)...].trimmed), line.number)
        // The last number may be cut.
        if !line.isTerminated { isCut = true }
    }

    private static let keys: Set<String> = [
        "Test", "Time", "Size (Byte)", "MByte/s", "MFlops/s", "Iterations", "Cycles per cacheline",
    ]

    package mutating func finish() throws(DocumentError) -> ImportedRuns {
        feed.end()
        while let line = try feed.next() { try take(line) }
        guard !isCut else {
            throw DocumentError(
                file: file,
                line: feed.linesRead,
                problem: "the file ends inside this line; write it again"
            )
        }
        guard let test = values["Test"]?.text, !test.isEmpty else {
            throw DocumentError(file: file, problem: "names no test; expected a line 'Test: triad' of likwid-bench")
        }
        guard let rate = values["MByte/s"] else {
            throw DocumentError(file: file, problem: "has no rate; expected a line 'MByte/s:' (the file may be cut)")
        }
        let megabytes = try TextNumber.require(rate.text, "MByte/s", file: file, line: rate.line)
        guard megabytes > 0 else {
            throw DocumentError(file: file, line: rate.line, path: "MByte/s", problem: "a rate of 0 is none")
        }
        var draft = ImportDraft(file: file)
        draft.tool = .init(name: "likwid-bench", version: "")
        var conditions = [Condition(name: "likwid_test", value: String(test.prefix(60)))]
        for (key, name) in [("Size (Byte)", "likwid_bytes"), ("Iterations", "likwid_iterations")] {
            if let value = values[key] {
                conditions.append(Condition(name: name, value: String(value.text.prefix(30))))
            }
        }
        if let threads { conditions.append(Condition(name: "likwid_threads", value: threads)) }
        try draft.beginRun("likwid-bench", conditions: conditions)
        let metric = Metric.part("memory_\(FioWork.word(test))_likwid", "GB/s", .higher)
        try draft.add(metric, megabytes / 1000, line: rate.line, path: "MByte/s")
        draft.cannotKnow("likwid-bench states one rate over all iterations; how they spread cannot be known.")
        draft.cannotKnow("likwid-bench's output does not name its version.")
        return try draft.finish(expected: "a rate in MByte/s")
    }
}
