package import Documents
internal import Evidence

/// What gdsio (GPUDirect Storage) prints: one line for each time it is run.
///
/// `IoType: READ XferType: GPUD Threads: 8 DataSetSize: 8192/4096(KiB) IOSize: 1024(KiB) Throughput: 6.5 GiB/sec, Avg_Latency:
/// 1197.4 usecs ops: 8 total_time 1.2 secs`. The type of transfer is what was asked for: in compatibility mode cuFile bounces
/// through the host's memory and still says `GPUD`.
package struct GDSIO: LineImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "gdsio",
        title: "gdsio, as printed",
        command: "gdsio -D /data -d 0 -w 8 -s 8G -i 1M -x 0 -I 0 -T 60",
        limits: "A mean throughput and a mean latency for each line, each line a run: no percentiles.",
        marks: ["IoType:", "XferType:", "DataSetSize:", "Avg_Latency:"]
    )

    /// Whether it holds a line of a result.
    package static func recognises(_ head: ImportHead) -> Bool {
        head.lines.contains { $0.contains("XferType: ") && $0.contains("IOSize: ") }
    }

    package var feed: LineFeed
    private let file: String
    private let options: ImportOptions
    private var draft: ImportDraft
    private var runs = 0

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = LineFeed(file: file)
        draft = ImportDraft(file: file)
        draft.tool = Record.Tool(name: "gdsio", version: "")
    }

    /// Takes one line.
    package mutating func take(_ line: ImportLine) throws(DocumentError) {
        guard line.text.contains("XferType: ") else { return }
        let text = line.text[...]
        func word(_ key: String) -> Substring? {
            PlainText.between(text, "\(key): ")?.trimmed.split { $0.isWhitespace }.first
        }
        // The batch form prints 'WRITE XferType: …' without the first key.
        let type = word("IoType") ?? line.words.first ?? ""
        guard let transfer = word("XferType"), let size = word("IOSize"), let dataSet = word("DataSetSize") else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "the result has no IOSize or DataSetSize; is the line cut?"
            )
        }
        let rate = try number(word("Throughput"), "Throughput", line)
        let latency = try number(word("Avg_Latency"), "Avg_Latency", line)
        guard text.contains("GiB/sec"), text.contains("usecs") else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "the units are not those of gdsio (GiB/sec, usecs); is the line cut?"
            )
        }
        guard let seconds = PlainText.between(text, "total_time ")?.trimmed.split(separator: " ").first else {
            throw DocumentError(
                file: file,
                line: line.number,
                problem: "the result has no total_time; is the line cut?"
            )
        }
        let time = try TextNumber.require(seconds, "total_time", file: file, line: line.number)
        let kibibytes = dataSet.split { $0 == "/" || $0 == "(" }.first.flatMap { PlainText.count($0) }
        if let kibibytes, time > 0, rate > 0 {
            let expected = Double(kibibytes) / 1_048_576 / time
            if abs(rate / expected - 1) > 0.02 {
                draft.note(
                    .warning,
                    "the throughput is not what the data and the time give (\(NumberText.significant(expected, 4)) GiB/s)",
                    line: line.number
                )
            }
        }
        var run = RunSamples(file: file)
        let sizes = size.split(separator: "(").first ?? size
        let sizeName = PlainText.count(sizes).flatMap { $0 <= 1 << 40 ? MetricNames.size($0 * 1024) : nil }
        let name = [
            "gdsio", PlainText.name(transfer), PlainText.name(type), sizeName ?? PlainText.name(sizes) + "_kib",
        ]
        let metric = name.joined(separator: "_")
        // What the storage probe measures in is decimal.
        try run.set(rate * 1.073_741_824, of: .part("\(metric)_rate_mean", "GB/s", .higher), line: line.number)
        try run.set(latency, of: .part("\(metric)_latency_mean", "us", .lower, .exploratory), line: line.number)
        run.note("gdsio_threads", word("Threads").map(String.init))
        run.note("gdsio_depth", word("IoDepth").map(String.init))
        run.note("gdsio_data_set", String(dataSet))
        run.note(LatencySemantics(start: .service, loop: .closed))
        runs += 1
        try run.close(into: &draft, id: "\(runs)")
        draft.cannotKnow("gdsio prints means only: no quantile of its latency is known.")
        draft.cannotKnow(
            "gdsio's transfer type \(PlainText.line(transfer) ?? "") is what was asked for, not what happened: cuFile can "
                + "bounce through the host's memory; /proc/driver/nvidia-fs/stats tells."
        )
    }

    /// What the file says, once all lines were taken.
    package mutating func close() throws(DocumentError) -> ImportedRuns {
        draft.warnOfWarmUp(options, isOrdered: false)
        return try draft.finish(expected: "lines of gdsio: 'IoType: READ XferType: GPUD …'")
    }

    private func number(_ text: Substring?, _ name: String, _ line: ImportLine) throws(DocumentError) -> Double {
        try TextNumber.require(text ?? "", name, file: file, line: line.number)
    }
}
