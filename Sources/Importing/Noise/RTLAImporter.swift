package import Documents
internal import Evidence

/// rtla's text: `timerlat` and `osnoise`, as histograms (`hist`) or as a summary (`top -q`).
package struct RTLAImporter: Importer {
    package static let format = ImportFormat(
        name: "rtla",
        title: "rtla timerlat or osnoise, hist or top -q",
        command: "rtla timerlat hist -d 60s -E 10000 > run.txt",
        limits: "hist gives every sample in whole microseconds up to its end; top gives minima, means and maxima.",
        marks: ["RTLA", "Timer Latency", "Operating System Noise", "over:", "IRQ-000", "CPU-000"]
    )

    package static func recognises(_ head: ImportHead) -> Bool {
        head.lines.contains { line in
            line.hasPrefix("# RTLA timerlat histogram") || line.hasPrefix("# RTLA osnoise histogram")
                || line.trimmed == "Timer Latency" || line.trimmed == "Operating System Noise"
        }
    }

    /// What the text turned out to be.
    private enum Kind {
        case timerHistogram, noiseHistogram, timerSummary, noiseSummary

        var name: String {
            switch self {
            case .timerHistogram: "timerlat hist"
            case .noiseHistogram: "osnoise hist"
            case .timerSummary: "timerlat top"
            case .noiseSummary: "osnoise top"
            }
        }
    }

    private let file: String
    private let options: ImportOptions
    private var feed: LineFeed
    private var kind: Kind?
    private var seconds: Double?
    private var isNanoseconds = false
    private var histogram: RTLAHistogram
    private var top: RTLATop
    private var draft: ImportDraft

    package init(file: String, options: ImportOptions) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file, stripsColours: true)
        histogram = RTLAHistogram(file: file)
        top = RTLATop(file: file)
        draft = ImportDraft(file: file)
    }

    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) {
        feed.append(bytes)
        while let line = try feed.next() { try take(line) }
    }

    private mutating func take(_ line: ImportLine) throws(DocumentError) {
        let text = line.trimmed
        if let next = Self.kind(text) {
            if let kind, kind != next || next == .timerHistogram || next == .noiseHistogram {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    problem: "a second report begins here; write the output of each run into a file of its own"
                )
            }
            // top -q prints its table once; without -q again and again, and the last one counts.
            kind = next
            top.restart()
        } else if let rest = text.after("# Duration:") ?? text.after("duration:") {
            seconds = RTLATop.seconds(rest.prefix { $0 != "|" }.split { $0.isWhitespace })
        } else if text.hasPrefix("# Time unit is nanoseconds") {
            isNanoseconds = true
        } else if let kind {
            switch kind {
            case .timerHistogram, .noiseHistogram: try histogram.take(line)
            case .timerSummary: try top.takeTimer(line, &seconds)
            case .noiseSummary: try top.takeNoise(line)
            }
        }
    }

    private static func kind(_ text: Substring) -> Kind? {
        if text.hasPrefix("# RTLA timerlat histogram") { return .timerHistogram }
        if text.hasPrefix("# RTLA osnoise histogram") { return .noiseHistogram }
        if text == "Timer Latency" { return .timerSummary }
        if text == "Operating System Noise" { return .noiseSummary }
        return nil
    }

    package mutating func finish() throws(DocumentError) -> ImportedRuns {
        feed.end()
        while let line = try feed.next() { try take(line) }
        guard let kind else {
            throw DocumentError(
                file: file,
                problem: "is no report of rtla; expected '# RTLA timerlat histogram', '# RTLA osnoise histogram', "
                    + "'Timer Latency' or 'Operating System Noise'"
            )
        }
        draft.tool = .init(name: "rtla", version: "")
        if options.warmUp > 0 {
            draft.note(.warning, "--warm-up leaves nothing out of rtla's reports: they have no order")
        }
        var conditions = [Condition(name: "rtla_mode", value: kind.name)]
        if let seconds { conditions.append(Condition(name: "rtla_duration_s", value: NumberText.plain(seconds))) }
        try draft.beginRun("rtla \(kind.name)", conditions: conditions)
        let scale = isNanoseconds ? 1e-3 : 1
        switch kind {
        case .timerHistogram: try histogram.writeTimer(to: &draft, scale: scale)
        case .noiseHistogram: try histogram.writeNoise(to: &draft, scale: scale, seconds: seconds)
        case .timerSummary: try top.writeTimer(to: &draft)
        case .noiseSummary: try top.writeNoise(to: &draft)
        }
        draft.cannotKnow("rtla's report does not name its version.")
        return try draft.finish(expected: "rows of a histogram or of a summary")
    }
}
