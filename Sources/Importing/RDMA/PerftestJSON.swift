package import Documents
internal import Evidence

/// What perftest writes with `--out_json`, mended where it is the invalid JSON of older versions.
///
/// The file holds one result, the last: `-a` overwrites it for each size. It does not say in which unit a bandwidth is, so the
/// unit is taken from the rate of messages, which has one, and a bandwidth that agrees with none is refused.
package struct PerftestJSON: JSONImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "perftest-json",
        title: "perftest --out_json",
        command: "ib_write_bw --out_json --out_json_file=bw.json SERVER",
        limits: "One size, the last: percentiles as single numbers. The printed output says more.",
        marks: ["test_info", "MsgSize", "BW_average", "percentile_99"]
    )

    /// Whether its keys are in it, quoted or not.
    package static func recognises(_ head: ImportHead) -> Bool {
        head.opensObject && head.holds("test_info") && head.holds("MsgSize")
    }

    package var feed: JSONFeed
    private let file: String
    private let options: ImportOptions
    private var bytes: [UInt8] = []
    private static let limit = 1 << 20

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = JSONFeed(file: file)
    }

    /// Takes the next bytes of the file.
    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) {
        guard self.bytes.count + bytes.count <= Self.limit else {
            throw DocumentError(file: file, problem: "is larger than 1 MiB; perftest writes one result into a file")
        }
        self.bytes += bytes
    }

    /// What the file says, once all bytes were fed.
    package mutating func finish() throws(DocumentError) -> ImportedRuns {
        let (mended, isMended) = PerftestRepair.json(bytes)
        try feed.append(mended)
        var imported: ImportedRuns
        do { imported = try read(feed.document().root) } catch {
            guard isMended else { throw error }
            var error = error
            error.problem += "; this version of perftest writes no valid JSON, so import what it prints instead"
            throw error
        }
        if isMended {
            imported.diagnostics.append(
                Diagnostic(.note, "keys without quotes and loose commas were mended: this is no valid JSON", file: file)
            )
        }
        return imported
    }

    /// What the JSON says.
    package func read(_ root: Reader) throws(DocumentError) -> ImportedRuns {
        let top = try root.mapping()
        let info = try top.require("test_info", expected: "what was tested").mapping()
        let title = try info.require("test", expected: "the name of the test")
        guard let kind = PerftestKind(title: try title.string()) else {
            throw title.fail(
                "\(title.found) is no latency or bandwidth test; expected one such as 'RDMA_Write_BW_Test'"
            )
        }
        let results = try top.require("results", expected: "the results").mapping()
        var draft = ImportDraft(file: file)
        draft.tool = Record.Tool(name: "perftest", version: "")
        var run = RunSamples(file: file)
        for (name, key) in [
            ("rdma_device", "Device"), ("rdma_transport", "Transport_type"), ("rdma_connection", "Connection_type"),
            ("rdma_link", "Link_type"), ("rdma_mtu", "Mtu"), ("rdma_queue_pairs", "Number_of_qps"),
        ] { run.note(name, info.text(key)) }
        let result = try result(results, kind)
        run.note("rdma_iterations", result.iterations.map(String.init))
        try result.add(to: &run, kind: kind, role: .confirmatory, hasSamples: false)
        if kind.isLatency { run.note(kind.semantics) }
        try run.close(into: &draft, id: "1")
        draft.cannotKnow(
            "perftest's JSON holds the last size only, and percentiles as single numbers; its maximum leaves out the two "
                + "largest samples, and its spread is cut to whole microseconds, so neither is taken."
        )
        draft.warnOfWarmUp(options, isOrdered: false)
        return try draft.finish(expected: "a bandwidth or a latency among the results")
    }

    private func result(_ results: ObjectReader, _ kind: PerftestKind) throws(DocumentError) -> PerftestResult {
        let size = try results.require("MsgSize", expected: "the size of a message in bytes")
        var result = PerftestResult(bytes: try size.int(in: 0...(1 << 50)), line: size.line)
        result.iterations = try results.optional("n_iterations")?.int()
        guard !kind.isLatency else {
            for key in ["t_min", "t_typical", "t_avg", "percentile_99", "percentile_99.9"] {
                result.microseconds[key] = try results.number(key)
            }
            result.transactionsPerSecond = try results.number("tps_average")
            return result
        }
        let average = try results.require("BW_average", expected: "the bandwidth")
        let rate = try results.require("MsgRate", expected: "the rate of messages in millions a second")
        let (bandwidth, millions) = (try average.double(), try rate.double())
        guard
            let unit = PerftestBandwidth(bandwidth: bandwidth, millionMessagesPerSecond: millions, bytes: result.bytes)
        else {
            throw average.fail(
                "\(average.found) has no unit in the file, and none agrees with \(rate.found) million messages of "
                    + "\(result.bytes) bytes a second; import what perftest prints instead"
            )
        }
        result.messagesPerSecond = millions * 1e6
        result.bitsPerSecond = bandwidth * unit.bitsPerSecond
        return result
    }
}
