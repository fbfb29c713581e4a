package import Documents
internal import Evidence

/// STREAM's text: the best rate of each kernel.
package struct StreamImporter: Importer {
    package static let format = ImportFormat(
        name: "stream",
        title: "STREAM's output",
        command: "./stream > run.txt",
        limits: "The best rate of each kernel in a run, and its times; no samples, so run it ten times or more.",
        marks: ["STREAM version", "Best Rate MB/s", "Triad:", "Solution Validates"]
    )

    package static func recognises(_ head: ImportHead) -> Bool {
        head.holds("Best Rate MB/s") || (head.holds("STREAM") && head.lines.contains { $0.hasPrefix("Triad:") })
    }

    private let file: String
    private let options: ImportOptions
    private var feed: LineFeed
    private var draft: ImportDraft
    private var conditions: [Condition] = []
    private var version = ""
    private var hasColumns = false
    private var isValidated = false
    private var seen = 0
    private var arrayElements: Double?
    private var elementBytes: Double?

    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file)
        draft = ImportDraft(file: file)
        try draft.beginRun("stream")
    }

    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) {
        feed.append(bytes)
        while let line = try feed.next() { try take(line) }
    }

    package mutating func finish() throws(DocumentError) -> ImportedRuns {
        feed.end()
        while let line = try feed.next() { try take(line) }
        guard seen == Self.kernels.count else {
            throw DocumentError(
                file: file,
                line: feed.linesRead,
                problem: "has \(seen) of STREAM's four kernels; expected Copy, Scale, Add and Triad"
            )
        }
        if !isValidated {
            draft.note(.warning, "STREAM does not say that its results validate (the file may be cut)")
        }
        draft.tool = .init(name: "stream", version: version)
        draft.add(conditions)
        draft.cannotKnow("STREAM states the best of its repetitions; how they spread inside a run cannot be known.")
        return try draft.finish(expected: "the rates of Copy, Scale, Add and Triad")
    }

    private static let kernels = ["Copy", "Scale", "Add", "Triad"]

    private mutating func take(_ line: ImportLine) throws(DocumentError) {
        let text = line.text
        if text.contains("Failed Validation") || text.contains("FAILED VALIDATION") {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "STREAM's results are wrong; the run is of no use"
            )
        }
        if text.hasPrefix("Solution Validates") { isValidated = true }
        if let range = text.firstRange(of: "STREAM version $Revision:") {
            version = String(text[range.upperBound...].trimmed.prefix { !$0.isWhitespace })
        } else if let rest = text.after("Array size = ") {
            conditions.append(Condition(name: "stream_array_elements", value: String(rest.prefix { $0.isNumber })))
            arrayElements = TextNumber.parse(rest.prefix { $0.isNumber })
        } else if let rest = text.after("This system uses "), rest.contains("bytes per array element") {
            elementBytes = TextNumber.parse(rest.prefix { $0.isNumber })
        } else if let rest = text.after("Number of Threads counted = ") {
            conditions.append(Condition(name: "stream_threads", value: String(rest.prefix { $0.isNumber })))
        } else if text.hasPrefix("Function") {
            guard text.contains("Best Rate MB/s") else {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    problem: "the columns are \(quoted(text)); expected 'Best Rate MB/s', as STREAM 5.10 prints them"
                )
            }
            hasColumns = true
        } else if let name = Self.kernels.first(where: { text.hasPrefix($0 + ":") }) {
            try kernel(name, line)
        }
    }

    private mutating func kernel(_ name: String, _ line: ImportLine) throws(DocumentError) {
        let words = line.text.dropFirst(name.count + 1).split { $0.isWhitespace }
        guard hasColumns, words.count == 4, line.isTerminated else {
            throw DocumentError(
                file: file,
                line: line.number,
                path: name,
                problem:
                    "is no row of STREAM's table; expected the columns Best Rate MB/s, Avg time, Min time, Max time"
            )
        }
        var numbers: [Double] = []
        for word in words { numbers.append(try TextNumber.require(word, name, file: file, line: line.number)) }
        guard numbers[0] > 0 else {
            throw DocumentError(file: file, line: line.number, path: name, problem: "a rate of 0 MB/s is none")
        }
        try refuseContradiction(name, rate: numbers[0], least: numbers[2], line)
        // The project's own name of what a triad moves; STREAM states the best, and so does the name.
        let metric = Metric.part("memory_\(name.lowercased())", "GB/s", .higher)
        let role: Metric.Role = name == "Triad" ? .confirmatory : .exploratory
        try draft.add(metric.reported("best", role), numbers[0] / 1000, line: line.number, path: name)
        seen += 1
    }

    /// The best rate is of the least time; where the file says how much was moved, they must agree.
    private func refuseContradiction(
        _ name: String,
        rate: Double,
        least: Double,
        _ line: ImportLine
    ) throws(DocumentError) {
        guard let arrayElements, let elementBytes else { return }
        let arrays = name == "Copy" || name == "Scale" ? 2.0 : 3.0
        let moved = arrays * arrayElements * elementBytes
        let stated = rate * 1e6
        // Times are printed to a microsecond.
        guard moved > 0, stated * (least + 1e-6) < moved * 0.95 || stated * max(0, least - 1e-6) > moved * 1.05 else {
            return
        }
        throw DocumentError(
            file: file,
            line: line.number,
            path: name,
            problem: "\(NumberText.plain(rate)) MB/s is not \(NumberText.plain(moved)) bytes in the least time of "
                + "\(NumberText.plain(least)) s; the file is damaged or was edited"
        )
    }
}
