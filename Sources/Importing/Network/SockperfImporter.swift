package import Documents
internal import Evidence

/// sockperf's text, and the CSV of `--full-log` with every message.
package struct SockperfImporter: Importer {
    package static let format = ImportFormat(
        name: "sockperf",
        title: "sockperf --full-log CSV, or its text",
        command: "sockperf under-load -i HOST --mps=10000 --reply-every=1 -t 30 --full-log run.csv",
        limits:
            "The full log has every message; the text has the percentiles that sockperf worked out. Latencies are half "
            + "of a round trip unless --full-rtt was given.",
        marks: ["sockperf:", "txTime(sec)", "observation", "avg-latency="]
    )

    package static func recognises(_ head: ImportHead) -> Bool {
        head.lines.contains { $0.hasPrefix("sockperf:") || $0.hasPrefix("packet, txTime") }
    }

    private let file: String
    private let options: ImportOptions
    private var feed: LineFeed
    private var report: SockperfReport
    private var isRow = false
    private var rows = 0
    private var lastLine = 1
    private var builder = SeriesBuilder(metric: "")

    package init(file: String, options: ImportOptions) {
        self.file = file
        self.options = options
        // It colours what it writes into files too.
        feed = LineFeed(file: file, stripsColours: true)
        report = SockperfReport(file: file)
    }

    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) {
        feed.append(bytes)
        while let line = try feed.next() { try take(line) }
    }

    package mutating func finish() throws(DocumentError) -> ImportedRuns {
        feed.end()
        while let line = try feed.next() { try take(line) }
        var draft = ImportDraft(file: file)
        draft.tool = .init(name: "sockperf", version: report.version ?? "")
        try draft.beginRun("sockperf", warmUpExcluded: min(rows, options.warmUp), conditions: report.conditions)
        guard rows > 0 || !report.isLog else {
            throw DocumentError(
                file: file,
                line: feed.linesRead,
                problem: "the log ends before its first message; it is cut, or sockperf had no answer"
            )
        }
        try rows > 0 ? writeRows(to: &draft) : report.write(to: &draft)
        return try draft.finish(expected: "messages of a full log, or sockperf's summary")
    }

    private mutating func take(_ line: ImportLine) throws(DocumentError) {
        lastLine = line.number
        guard isRow else {
            if line.text.hasPrefix("packet,") {
                guard rows == 0 else {
                    throw DocumentError(
                        file: file,
                        line: line.number,
                        problem: "the log of another server begins here; log each server into a file of its own"
                    )
                }
                try report.header(line)
                isRow = true
                builder = SeriesBuilder(metric: report.metric.name)
            } else {
                try report.take(line)
            }
            return
        }
        // A line of dashes ends the messages.
        guard !line.text.hasPrefix("---") else {
            isRow = false
            return
        }
        guard !line.trimmed.isEmpty else { return }
        try row(line)
    }

    /// `0, 2.688632603, 2.688647189, 7.293`: number, sent, received, µs.
    private mutating func row(_ line: ImportLine) throws(DocumentError) {
        let fields = line.text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmed }
        guard fields.count == 4 else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "has \(fields.count) fields; expected 4: packet, txTime(sec), rxTime(sec), latency(usec)"
                    + (line.isTerminated ? "" : "; the file is cut here")
            )
        }
        guard line.isTerminated else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "the file ends inside this line, so its last number may be cut; write the log again"
            )
        }
        let sent = try TextNumber.require(fields[1], "txTime", file: file, line: line.number)
        let received = try TextNumber.require(fields[2], "rxTime", file: file, line: line.number)
        let latency = try TextNumber.require(fields[3], "latency", file: file, line: line.number)
        // Both times are there, so that the way need not be believed.
        let roundTrip = (received - sent) * 1e6
        let expected = report.isFullRoundTrip ? roundTrip : roundTrip / 2
        guard abs(latency - expected) <= 0.01 + 1e-6 * abs(expected) else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "\(NumberText.plain(latency)) us is not \(report.isFullRoundTrip ? "" : "half of ")the "
                    + "\(NumberText.fixed(roundTrip, 3)) us from txTime to rxTime; the log is damaged"
            )
        }
        rows += 1
        guard rows > options.warmUp else { return }
        do {
            try builder.add(latency)
        } catch {
            throw DocumentError(file: file, line: line.number, path: "latency", problem: "\(error)")
        }
    }

    private func writeRows(to draft: inout ImportDraft) throws(DocumentError) {
        guard builder.count > 0 else {
            throw DocumentError(
                file: file,
                problem: "has \(counted(rows, "message")), all of them warm-up (\(options.warmUp)); leave out fewer"
            )
        }
        if let stated = report.observations, stated != rows {
            throw DocumentError(
                file: file,
                line: lastLine,
                problem:
                    "the log has \(counted(rows, "message")) and its head says \(stated); the file is cut or was edited"
            )
        }
        try draft.add(report.metric, builder, line: lastLine)
        report.remark(on: &draft)
    }
}

/// What sockperf says of a whole run.
struct SockperfReport {
    private let file: String
    private(set) var version: String?
    private(set) var observations: Int?
    /// Whether latencies are whole round trips.
    private(set) var isFullRoundTrip = false
    private var parameters: [String: String] = [:]
    private var mean: (microseconds: Double, line: Int)?
    private var points: [(name: String, microseconds: Double, line: Int)] = []
    private var messageRate: (perSecond: Double, line: Int)?
    private var dropped = 0
    private var messageBytes: Int?
    private var protocols: Set<String> = []

    init(file: String) { self.file = file }

    /// Whether this is the beginning of a full log: its text does not name the parameters.
    var isLog: Bool { !parameters.isEmpty }

    /// The latency that is measured.
    var metric: Metric {
        let size = (parameters["msg-size"].flatMap { Int($0) } ?? messageBytes).map { "_\($0)b" } ?? ""
        return .part(isFullRoundTrip ? "net_round_trip\(size)" : "net_half_round_trip\(size)", "us", .lower)
    }

    /// The heading of the columns of the full log.
    mutating func header(_ line: ImportLine) throws(DocumentError) {
        let names = line.text.split(separator: ",").map { String($0.trimmed) }
        let times = ["packet", "txTime(sec)", "rxTime(sec)"]
        guard names == times + ["latency(usec)"] || names == times + ["rtt(usec)"] else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem:
                    "the columns are \(quoted(line.text)); expected packet, txTime(sec), rxTime(sec), latency(usec)"
            )
        }
        isFullRoundTrip = names.last == "rtt(usec)"
    }

    mutating func take(_ line: ImportLine) throws(DocumentError) {
        if let rest = line.text.after("test was performed using the following parameters:") {
            for word in rest.split(separator: " ") where word.hasPrefix("--") {
                let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1)
                if let name = parts.first { parameters[String(name)] = parts.count > 1 ? String(parts[1]) : "yes" }
            }
            return
        }
        // `[ 0] IP = 127.0.0.1       PORT = 11999 # UDP`.
        if line.text.hasPrefix("["), line.text.contains("PORT = "), let mark = line.text.lastIndex(of: "#") {
            let name = line.text[mark...].dropFirst().trimmed.lowercased()
            if ["tcp", "udp"].contains(name) { protocols.insert(name) }
        }
        guard let rest = line.text.after("sockperf:")?.trimmed else { return }
        func number(_ text: Substring, _ name: String) throws(DocumentError) -> Double {
            guard line.isTerminated else {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    path: name,
                    problem: "the file ends inside this number"
                )
            }
            return try TextNumber.require(text.trimmed, name, file: file, line: line.number)
        }
        if let text = rest.after("== version #") {
            version = String(text.prefix { !$0.isWhitespace })
        } else if let text = rest.after("====> avg-latency=") ?? rest.after("====> avg-rtt=") {
            isFullRoundTrip = rest.hasPrefix("====> avg-rtt")
            mean = (try number(text.prefix { $0 != " " }, "the average"), line.number)
        } else if let text = rest.after("Total "), let count = text.firstRange(of: " observations") {
            observations = try TextNumber.requireCount(
                text[..<count.lowerBound],
                "observations",
                file: file,
                line: line.number
            )
        } else if let text = rest.after("---> percentile ") {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return }
            let percent = try number(parts[0], "percentile")
            let name = "p" + NumberText.plain(percent).replacing(".", with: "_")
            points.append((name, try number(parts[1], "percentile \(NumberText.plain(percent))"), line.number))
        } else if let text = rest.after("---> <MAX> observation =") {
            points.append(("max", try number(text, "<MAX>"), line.number))
        } else if let text = rest.after("---> <MIN> observation =") {
            points.append(("min", try number(text, "<MIN>"), line.number))
        } else if let text = rest.after("# dropped messages =") {
            let count = text.trimmed.prefix { $0.isNumber }
            dropped = try TextNumber.requireCount(count, "dropped messages", file: file, line: line.number)
        } else if let text = rest.after("Summary: Message Rate is ") {
            messageRate = (try number(text.prefix { $0 != " " }, "Message Rate"), line.number)
        } else if let range = rest.firstRange(of: "using msg-size=") {
            messageBytes = Int(rest[range.upperBound...].prefix { $0.isNumber })
        }
    }

    /// What is known of how it was measured.
    ///
    /// Which mode it was, sockperf does not say: only that not every message was answered tells under-load.
    var conditions: [Condition] {
        var conditions: [Condition] = []
        for name in ["mps", "burst", "reply-every", "msg-size", "time", "tcp"] {
            guard let value = parameters[name] else { continue }
            conditions.append(Condition(name: "sockperf_\(name.replacing("-", with: "_"))", value: value))
        }
        if !protocols.isEmpty {
            conditions.append(Condition(name: "net_protocol", value: protocols.sorted().joined(separator: ", ")))
        }
        if mean != nil || observations != nil {
            var semantics = LatencySemantics(path: isFullRoundTrip ? .roundTrip : .halfRoundTrip, start: .service)
            if let every = parameters["reply-every"], every != "1" { semantics.loop = .open }
            conditions += semantics.conditions
            conditions.append(Condition(name: "sockperf_dropped", value: "\(dropped)"))
        }
        return conditions
    }

    /// Adds what was summarised, where there are no messages.
    func write(to draft: inout ImportDraft) throws(DocumentError) {
        if let messageRate {
            let size = messageBytes.map { "_\($0)b" } ?? ""
            let metric = Metric.part("net_message_rate\(size)", "1/s", .higher)
            try draft.add(metric, messageRate.perSecond, line: messageRate.line)
        }
        guard let mean else { return }
        try draft.add(metric.reported("mean", .confirmatory), mean.microseconds, line: mean.line)
        for point in points { try draft.add(metric.reported(point.name), point.microseconds, line: point.line) }
        draft.cannotKnow(
            "\(metric.name): the text has no messages, so no quantile of it has an interval; use --full-log."
        )
        remark(on: &draft)
    }

    func remark(on draft: inout ImportDraft) {
        if dropped > 0 {
            draft.note(
                .warning,
                "\(counted(dropped, "message was", "messages were")) dropped; how late they would have been is not known"
            )
            draft.cannotKnow(
                "\(metric.name): \(counted(dropped, "message was", "messages were")) dropped, and no sample holds how late."
            )
        }
        if parameters["msg-size"] == nil, messageBytes == nil {
            draft.note(
                .note,
                "the text does not say how large a message is, nor does the metric's name; say it with --condition "
                    + "sockperf_msg_size=64, or use --full-log"
            )
        }
        if parameters["reply-every"] ?? "1" == "1" {
            draft.cannotKnow(
                "sockperf does not say whether a message waited for the answer of the one before (ping-pong) or was sent "
                    + "at its own time (under-load); say which with --condition load_loop=closed or open."
            )
        }
    }
}
