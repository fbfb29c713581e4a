package import Documents
internal import Evidence

/// What nvbandwidth writes with `-j`.
///
/// The cells of its matrices are strings, `"N/A"` where a pair was not measured; each is the median of three samples unless
/// `-i` says more (nvbandwidth 0.8, json_output.cpp). Matrices of one row or column become a metric for each GPU; square
/// ones, which can have hundreds of pairs, the mean over the pairs and the worst pair.
package struct NVBandwidth: JSONImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "nvbandwidth",
        title: "nvbandwidth -j",
        command: "nvbandwidth -j > nvbandwidth.json",
        limits:
            "One median for each pair and process: run it ten times or more, a file each; launches are hidden on purpose.",
        marks: ["\"nvbandwidth\"", "\"testcases\"", "\"bandwidth_matrix\"", "\"bandwidth_description\""]
    )

    /// Whether its object is in it.
    package static func recognises(_ head: ImportHead) -> Bool { head.holdsKey("nvbandwidth") }

    package var feed: JSONFeed
    private let file: String
    private let options: ImportOptions

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        self.options = options
        feed = JSONFeed(file: file, allowsText: true)
    }

    /// What the JSON says.
    package func read(_ root: Reader) throws(DocumentError) -> ImportedRuns {
        let top = try root.mapping().require("nvbandwidth", expected: "nvbandwidth's own object").mapping()
        var draft = ImportDraft(file: file)
        draft.tool = Record.Tool(name: "nvbandwidth", version: top.text("version") ?? "")
        if let error = top.text("error") {
            throw top.fail("nvbandwidth failed: \(quoted(error)); run it again once that is mended")
        }
        if let warning = top.text("warning") { draft.note(.warning, "nvbandwidth warns: \(quoted(warning))") }
        var run = RunSamples(file: file)
        run.note("cuda_runtime", top.text("CUDA Runtime Version"))
        run.fact("driver", top.text("Driver Version"), evidence: "nvbandwidth: Driver Version")
        try devices(top, &run)
        for test in try top.require("testcases", expected: "the list of test cases").array(maximum: 1_000) {
            try add(try test.mapping(), &run, &draft)
        }
        try run.close(into: &draft, id: "1", host: top.text("Hostname"))
        draft.cannotKnow(
            "nvbandwidth gives one median of a few copies for each pair: no spread within a process, so several processes "
                + "are needed; it hides the cost of launching on purpose."
        )
        draft.warnOfWarmUp(options, isOrdered: false)
        return try draft.finish(expected: "a test case that passed, with a number in its matrix")
    }

    /// `0: NVIDIA H100 80GB HBM3 (00000000:18:00): (host)`.
    private func devices(_ top: ObjectReader, _ run: inout RunSamples) throws(DocumentError) {
        guard let list = try top.optional("GPU Device list")?.array(maximum: 10_000), !list.isEmpty else { return }
        var names: Set<String> = []
        for device in list {
            guard let text = device.plainText?[...], let name = PlainText.between(text, ": ") else { continue }
            let end = name.firstRange(of: " (")?.lowerBound ?? name.firstRange(of: ": (")?.lowerBound
            if let name = PlainText.line(name[..<(end ?? name.endIndex)]) { names.insert(name) }
        }
        let evidence = "nvbandwidth: GPU Device list"
        run.fact("gpu", names.isEmpty ? nil : names.sorted().joined(separator: ", "), evidence: evidence)
        run.fact("gpu_count", "\(list.count)", evidence: evidence)
    }

    private func add(
        _ test: ObjectReader,
        _ run: inout RunSamples,
        _ draft: inout ImportDraft
    ) throws(DocumentError) {
        let title = try test.require("name", expected: "the name of the test").nonEmptyString()
        let status = test.text("status") ?? "unknown"
        guard status == "Passed" else {
            let severity: Diagnostic.Severity = status == "Waived" ? .note : .warning
            draft.note(
                severity,
                "\(quoted(title)) was left out: its status is \(quoted(status))",
                line: test.reader.line
            )
            return
        }
        guard let matrix = test.optional("bandwidth_matrix") else {
            draft.note(.warning, "\(quoted(title)) was left out: it has no matrix", line: test.reader.line)
            return
        }
        let name = "nvbandwidth_" + PlainText.name(title)
        let description = test.text("bandwidth_description") ?? ""
        let isLatency = description.hasSuffix("(ns)") || (description.isEmpty && title.contains("latency"))
        let rows = try matrix.array(maximum: 4_096)
        var cells: [(row: Int, column: Int, value: Double, place: Reader)] = []
        for (row, list) in rows.enumerated() {
            for (column, cell) in try list.array(maximum: 4_096).enumerated() {
                guard let value = try cell.looseNumber() else { continue }
                cells.append((row, column, value, cell))
            }
        }
        guard let first = cells.first else {
            draft.note(.note, "\(quoted(title)) was left out: every pair is N/A", line: matrix.line)
            return
        }
        let metric = Metric.part(name, isLatency ? "ns" : "GB/s", isLatency ? .lower : .higher, .exploratory)
        if let sum = try test.number("sum"), !isLatency {
            let total = cells.reduce(0) { $0 + $1.value }
            // Cells carry two decimals.
            if abs(total - sum) > 0.01 * Double(cells.count) + 1e-3 * abs(sum) {
                draft.note(
                    .warning,
                    "\(quoted(title)): the cells add up to \(NumberText.significant(total, 6)), and its sum is "
                        + NumberText.significant(sum, 6),
                    line: matrix.line
                )
            }
        }
        let isLine = rows.count == 1 || cells.allSatisfy { $0.column == 0 }
        if isLine, cells.count <= 64 {
            for cell in cells {
                var one = metric
                one.name += cells.count == 1 && rows.count == 1 ? "" : "_gpu\(max(cell.row, cell.column))"
                try run.set(cell.value, of: one, line: cell.place.line, path: cell.place.path)
            }
            return
        }
        let worst = cells.dropFirst().reduce(first) {
            (isLatency ? $1.value > $0.value : $1.value < $0.value) ? $1 : $0
        }
        let mean = cells.reduce(0) { $0 + $1.value } / Double(cells.count)
        try run.set(mean, of: metric.reported("mean_of_pairs"), line: matrix.line, path: matrix.path)
        try run.set(worst.value, of: metric.reported("worst_pair"), line: worst.place.line, path: worst.place.path)
    }
}
