internal import Documents
internal import Evidence

/// One measurement of nccl-tests: a collective of one size, in place or not.
struct NCCLRow: Sendable {
    /// The size of the message in bytes, as the tool counts it for the collective.
    var bytes: Int
    /// What is between collective and size in the metric's name: `float_sum`, `float_root0`.
    var variant: String
    var isInPlace: Bool
    /// The time of one collective, averaged over the iterations and, unless the user chose otherwise, over the ranks.
    var meanMicroseconds: Double?
    /// GB/s, normalised so that it compares with the speed of the link whatever the number of ranks.
    var busBandwidth: Double?
    /// The time of each iteration, the slowest process of each.
    var microseconds: [Double] = []
    var line: Int
    var path = ""
}

/// One table of nccl-tests: what one process group measured.
struct NCCLTable: Sendable {
    /// `allreduce`; nil where the output does not say.
    var collective: String?
    var ranks: Int?
    var rows: [NCCLRow] = []
    var hosts: [String] = []
    var gpus: [String] = []
    var conditions: [(String, String?)] = []

    /// Whether any row has a time for each iteration.
    var hasSamples: Bool { rows.contains { !$0.microseconds.isEmpty } }

    /// The collective as part of a metric's name: `all_reduce_perf`, `AllReduce` and a path to it are `allreduce`.
    static func collective(_ text: some StringProtocol) -> String? {
        let program = String(text).split(separator: "/" as Character).last.map { String($0) } ?? ""
        let name = PlainText.name(program).replacing("_perf", with: "").replacing("_", with: "")
        return name.isEmpty ? nil : name
    }

    /// What distinguishes rows of one size: type, operation and root.
    static func variant(type: String?, operation: String?, root: Int?) -> String {
        var words = [type ?? "", operation ?? ""].map { PlainText.name($0) }.filter { !$0.isEmpty && $0 != "none" }
        if let root, root >= 0 { words.append("root\(root)") }
        return words.joined(separator: "_")
    }

    /// NCCL's version code as people write it: 22809 is `2.28.9`; before 2.9, thousands instead of ten thousands.
    static func version(code: Int) -> String {
        let base = code >= 10_000 ? 10_000 : 1_000
        return "\(code / base).\(code % base / 100).\(code % 100)"
    }

    /// Puts the table into a draft as one run.
    func close(into draft: inout ImportDraft, id: String, file: String, options: ImportOptions) throws(DocumentError) {
        var run = RunSamples(file: file, warmUp: options.warmUp)
        let largest = rows.map(\.bytes).max()
        for row in rows { try add(row, isLargest: row.bytes == largest, to: &run) }
        guard !run.isEmpty else { return }
        for (name, value) in conditions { run.note(name, value) }
        run.note("ranks", ranks.map(String.init))
        let models = Set(gpus).sorted()
        if !models.isEmpty { run.fact("gpu", models.joined(separator: ", "), evidence: "nccl-tests: list of devices") }
        let names = Set(hosts).sorted()
        run.note("nodes", names.isEmpty ? nil : String(names.count))
        try run.close(into: &draft, id: id, host: names.count == 1 ? names.first : nil)
        draft.warnOfWarmUp(options, isOrdered: run.isOrdered)
        if collective == nil {
            draft.cannotKnow(
                "The output does not say which collective ran; say it with --condition collective=allreduce."
            )
        }
        if !hasSamples {
            draft.cannotKnow(
                "nccl-tests printed means over its iterations: no quantile of a collective is known (run it with -J FILE "
                    + "-I 1 for the time of each iteration)."
            )
        }
    }

    private func add(_ row: NCCLRow, isLargest: Bool, to run: inout RunSamples) throws(DocumentError) {
        let words = ["nccl", collective ?? "collective", row.variant, MetricNames.size(row.bytes)]
        let name =
            words.filter { !$0.isEmpty }.joined(separator: "_") + (ranks.map { "_\($0)_ranks" } ?? "")
            + (row.isInPlace ? "_in_place" : "")
        let decides = isLargest && !row.isInPlace
        let time = Metric.part(name, "us", .lower, decides && !row.microseconds.isEmpty ? .confirmatory : .exploratory)
        for sample in row.microseconds { try run.add(sample: sample, of: time, line: row.line, path: row.path) }
        if let mean = row.meanMicroseconds {
            let role = decides && row.microseconds.isEmpty ? Metric.Role.confirmatory : .exploratory
            try run.set(mean, of: time.reported("mean", role), line: row.line, path: row.path)
        }
        // Worked out from the time, so it is kept where it says something of its own: beside the speed of a link.
        if isLargest, let bandwidth = row.busBandwidth {
            let metric = Metric.part("\(name)_bus_bandwidth_mean", "GB/s", .higher, .exploratory)
            try run.set(bandwidth, of: metric, line: row.line, path: row.path)
        }
    }
}
