package import Documents
internal import Evidence

/// What nccl-tests writes with `-J FILE`; with `-I 1` it holds the time of each iteration.
///
/// Its truth values are strings and its missing numbers `"nan"` or null (nccl-tests, src/util.cu). The list `env` is the
/// environment of the process, with whatever secrets it holds: it is never looked at.
package struct NCCLTestsJSON: JSONImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "nccl-tests-json",
        title: "nccl-tests -J FILE",
        command: "all_reduce_perf -b 8 -e 1G -f 2 -g 8 -n 400 -I 1 -J nccl.json",
        limits: "With -I 1 the time of every iteration, the slowest process of each; without, means only.",
        marks: ["\"nccl_version\"", "\"out_of_place\"", "\"average_bus_bandwidth\"", "\"per_iter_timing\""]
    )

    /// Whether the keys are those of nccl-tests; a long environment may keep all but the first from sight.
    package static func recognises(_ head: ImportHead) -> Bool {
        guard head.opensObject else { return false }
        return head.holdsKey("nccl_version")
            || (head.holdsKey("start_time") && head.holdsKey("args") && head.holdsKey("env"))
    }

    package var feed: JSONFeed
    private let file: String
    private let options: ImportOptions

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = JSONFeed(file: file)
    }

    /// What the JSON says.
    package func read(_ root: Reader) throws(DocumentError) -> ImportedRuns {
        let top = try root.mapping()
        var draft = ImportDraft(file: file)
        draft.tool = Record.Tool(name: "nccl-tests", version: "")
        var table = NCCLTable()
        if let bounds = try top.optional("out_of_bounds")?.mapping(), bounds.text("okay") == "false" {
            throw bounds.fail(
                "nccl-tests found wrong results (\(bounds.text("count") ?? "some")): a collective that computes wrong is "
                    + "no evidence of its speed; repair the fabric or the GPUs and run it again"
            )
        }
        if let code = try top.number("nccl_version"), code >= 1, code < 1e9 {
            table.conditions.append(("nccl", NCCLTable.version(code: Int(code))))
        }
        try devices(top, &table)
        let settings = try top.optional("config")?.mapping()
        for (name, key) in [
            ("nccl_warm_up_iterations", "warmup_iters"), ("nccl_iterations", "iterations"),
            ("nccl_aggregated_iterations", "aggregated_iterations"), ("nccl_graph", "graph"),
        ] { table.conditions.append((name, settings?.text(key))) }
        if table.ranks == nil, let threads = settings?.text("nthreads").flatMap({ Int($0) }),
            let gpus = settings?.text("ngpus").flatMap({ Int($0) }), (1...1_000).contains(threads),
            (1...1_000).contains(gpus)
        {
            draft.note(.note, "the file lists no devices; it is taken to be one process")
            table.ranks = threads * gpus
        }
        for result in try top.require("results", expected: "the list of results").array(maximum: 10_000) {
            try add(result, &table, &draft)
        }
        if let errors = try top.optional("errors")?.array(), !errors.isEmpty {
            let texts = errors.compactMap { $0.plainText }
            if !texts.isEmpty { draft.note(.warning, "NCCL's last error is not empty: see 'errors' in the file") }
        }
        try table.close(into: &draft, id: "1", file: file, options: options)
        return try draft.finish(expected: "results with a time")
    }

    private func devices(_ top: ObjectReader, _ table: inout NCCLTable) throws(DocumentError) {
        // The list stands in the configuration in some versions.
        let inside = try top.optional("config")?.mapping().optional("devices")
        guard let list = try (top.optional("devices") ?? inside)?.array(maximum: 100_000), !list.isEmpty else { return }
        for device in list {
            let fields = try device.mapping()
            if let host = fields.text("hostname") { table.hosts.append(host) }
            if let name = fields.text("device_info") { table.gpus.append(name) }
        }
        table.ranks = list.count
    }

    private func add(_ result: Reader, _ table: inout NCCLTable, _ draft: inout ImportDraft) throws(DocumentError) {
        let fields = try result.mapping()
        let bytes = try fields.require("size", expected: "the size in bytes").int(in: 0...(1 << 50))
        if table.collective == nil { table.collective = fields.text("experiment_name").flatMap(NCCLTable.collective) }
        if let name = fields.text("experiment_name").flatMap(NCCLTable.collective), name != table.collective {
            throw result.fail("is of \(quoted(name)) and the results before of another collective; split the file")
        }
        let variant = NCCLTable.variant(
            type: fields.text("type"),
            operation: fields.text("redop"),
            root: fields.text("root").flatMap { Int($0) }
        )
        for (key, isInPlace) in [("out_of_place", false), ("in_place", true)] {
            guard let place = try fields.optional(key)?.mapping() else { continue }
            if let wrong = try place.number("nwrong"), wrong > 0 {
                throw place.fail(
                    "\(NumberText.plain(wrong)) elements are wrong: a collective that computes wrong is no evidence of its "
                        + "speed; repair the fabric or the GPUs and run it again"
                )
            }
            if place.has("cpu_time") { table.conditions.append(("nccl_clock", "cpu")) }
            var row = NCCLRow(
                bytes: bytes,
                variant: variant,
                isInPlace: isInPlace,
                meanMicroseconds: try place.number(place.has("cpu_time") ? "cpu_time" : "time"),
                busBandwidth: try place.number("bus_bw"),
                line: place.reader.line,
                path: place.reader.path
            )
            if let iterations = try fields.optional("\(key)_per_iter")?.mapping() {
                row.microseconds = try times(iterations, &draft)
                try stragglers(iterations, key, bytes, &draft)
            }
            table.rows.append(row)
        }
    }

    private func times(_ iterations: ObjectReader, _ draft: inout ImportDraft) throws(DocumentError) -> [Double] {
        var times: [Double] = []
        for time in try iterations.require("times_us", expected: "the time of each iteration").array() {
            guard let number = try time.looseNumber() else {
                draft.note(.warning, "iterations without a time ('nan') were left out", line: time.line)
                continue
            }
            times.append(number)
        }
        if let skipped = try iterations.number("skipped_iterations"), skipped > 0 {
            draft.note(
                .note,
                "nccl-tests left the first \(NumberText.plain(skipped)) iterations out of its own summary, not out of the "
                    + "list; --warm-up leaves them out here"
            )
        }
        return times
    }

    /// Says which process keeps the others waiting, where it is always the same one.
    private func stragglers(
        _ iterations: ObjectReader,
        _ key: String,
        _ bytes: Int,
        _ draft: inout ImportDraft
    ) throws(DocumentError) {
        guard let list = try iterations.optional("per_process_max_times_us")?.array(maximum: 100_000), list.count > 1
        else { return }
        var slowest: [(time: Double, process: Int)] = []
        for (process, times) in list.enumerated() {
            for (iteration, time) in try times.array().enumerated() {
                guard let number = try time.looseNumber() else { continue }
                if iteration >= slowest.count {
                    slowest.append((number, process))
                } else if number > slowest[iteration].time {
                    slowest[iteration] = (number, process)
                }
            }
        }
        var wins: [Int: Int] = [:]
        for entry in slowest { wins[entry.process, default: 0] += 1 }
        guard slowest.count >= 20, let most = wins.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            Double(most.value) > max(0.5, 3 / Double(list.count)) * Double(slowest.count)
        else { return }
        draft.note(
            .note,
            "process \(most.key) was the slowest in \(most.value) of \(slowest.count) iterations of "
                + "\(MetricNames.size(bytes)) (\(key.replacing("_", with: "-"))): the others wait for it"
        )
    }
}
