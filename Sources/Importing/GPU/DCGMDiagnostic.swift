package import Documents
internal import Evidence

/// What `dcgmi diag -j` says: how healthy the GPUs of a host are, as facts of the hosts that other files were measured on.
///
/// DCGM 4 has its results under `DCGM Diagnostic`, with `metadata` beside it; DCGM 3 has all under `DCGM GPU Diagnostic`
/// (dcgmi/DiagResponseJson; NvvsJsonStrings.h). A test of the hardware that failed refuses the file: what is measured on a
/// failing GPU is no evidence. Failures of the category Deployment are about software settings, such as persistence
/// mode, and warn.
package struct DCGMDiagnostic: JSONImporter {
    /// The format.
    package static let format = ImportFormat(
        name: "dcgm-diag",
        title: "dcgmi diag -j",
        command: "dcgmi diag -r 3 -j > dcgm.json",
        limits:
            "Health, no measurement: facts of the host for the files imported with it; refused where a test failed.",
        marks: ["\"DCGM Diagnostic\"", "\"DCGM GPU Diagnostic\"", "\"test_categories\""]
    )

    private static let roots = ["DCGM Diagnostic", "DCGM GPU Diagnostic"]

    /// Whether its object is in it.
    package static func recognises(_ head: ImportHead) -> Bool { roots.contains { head.holdsKey($0) } }

    package var feed: JSONFeed
    private let file: String

    /// An importer of one file.
    package init(file: String, options: ImportOptions) throws(DocumentError) {
        self.file = file
        feed = JSONFeed(file: file, allowsText: true)
    }

    /// Results that count: how many, and what is wrong.
    private struct Tally {
        var passed: Set<String> = []
        var skipped: Set<String> = []
        var warned: Set<String> = []
        var failed: [String] = []
        var settings: [String] = []
    }

    /// What the JSON says.
    package func read(_ root: Reader) throws(DocumentError) -> ImportedRuns {
        let outer = try root.mapping()
        guard let key = Self.roots.first(where: { outer.has($0) }) else {
            throw root.fail("has no 'DCGM Diagnostic'; expected the output of 'dcgmi diag -j'")
        }
        let top = try outer.require(key).mapping()
        for object in [outer, top] {
            if let error = object.text("runtime_error") {
                throw object.fail("the diagnostic did not run: \(quoted(error)); run it again once that is mended")
            }
        }
        var tally = Tally()
        for category in try top.require("test_categories", expected: "the categories of tests").array(maximum: 100) {
            let fields = try category.mapping()
            let name = fields.text("category") ?? "unknown"
            for test in try fields.require("tests", expected: "the tests").array(maximum: 1_000) {
                try count(try test.mapping(), category: name, &tally)
            }
        }
        guard tally.failed.isEmpty else {
            throw root.fail(
                "the GPU fails its diagnostic: \(tally.failed.prefix(5).joined(separator: "; ")); repair it before "
                    + "measuring, for what a failing GPU does is no evidence"
            )
        }
        guard !tally.passed.isEmpty else { throw root.fail("no test passed; run 'dcgmi diag -r 2 -j' or more") }
        return found(outer, top, tally)
    }

    private func found(_ outer: ObjectReader, _ top: ObjectReader, _ tally: Tally) -> ImportedRuns {
        var imported = ImportedRuns(metrics: [], runs: [])
        let metadata = (try? outer.optional("metadata")?.mapping()) ?? (try? top.optional("metadata")?.mapping()) ?? nil
        let version = metadata?.text("version") ?? top.text("version") ?? ""
        imported.tool = Record.Tool(name: "dcgmi diag", version: version)
        let evidence = version.isEmpty ? "dcgmi diag" : "dcgmi diag \(version)"
        func fact(_ name: String, _ value: String?) {
            if let value, !value.isEmpty {
                imported.facts.append(HostFact(name: name, value: value, evidence: evidence))
            }
        }
        fact("dcgm_diag", tally.settings.isEmpty && tally.warned.isEmpty ? "passed" : "passed with warnings")
        fact("dcgm_diag_tests", PlainText.line(tally.passed.sorted().joined(separator: ", ")))
        let driver = "Driver Version Detected"
        fact("driver", metadata?.text(driver) ?? top.text(driver))
        if !tally.skipped.isEmpty {
            imported.blindSpots.append(
                "DCGM skipped \(tally.skipped.sorted().joined(separator: ", ")): it says nothing of them."
            )
        }
        if !tally.passed.contains(where: { Self.loads.contains($0.lowercased()) }) {
            imported.blindSpots.append(
                "No test under load passed (dcgmi diag -r 3 or more): throttling and errors that only load shows are unknown."
            )
        }
        for sentence in tally.settings + tally.warned.sorted().map({ "\($0) passed with a warning" }) {
            imported.diagnostics.append(Diagnostic(.warning, "DCGM: \(sentence)", file: file))
        }
        return imported
    }

    /// Tests that heat the GPU.
    private static let loads: Set<String> = [
        "targeted_power", "targeted power", "targeted_stress", "targeted stress", "diagnostic", "memtest", "pulse_test",
        "pulse test", "sm stress", "sm_stress",
    ]

    private func count(_ test: ObjectReader, category: String, _ tally: inout Tally) throws(DocumentError) {
        let name = test.text("name") ?? "unnamed test"
        for result in try test.require("results", expected: "the results of the test").array(maximum: 10_000) {
            let fields = try result.mapping()
            let status = (fields.text("status") ?? "").lowercased()
            let place = fields.text("entity_id") ?? fields.text("gpu_id") ?? fields.text("gpu_ids")
            let where_ = place.map { " on \(fields.text("entity_group") ?? "GPU") \($0)" } ?? ""
            switch status {
            case "pass", "passed": tally.passed.insert(name)
            case "skip", "skipped", "not run", "notrun": tally.skipped.insert(name)
            case "warn", "warning":
                tally.warned.insert(name)
                tally.passed.insert(name)
            case "fail", "failed":
                let reason = try reason(fields)
                let sentence = "\(name)\(where_)" + (reason.map { " (\($0))" } ?? "")
                if category.lowercased() == "deployment" {
                    tally.settings.append("\(sentence) failed")
                } else {
                    tally.failed.append(sentence)
                }
            default:
                throw result.fail("has the status \(quoted(status)); expected Pass, Fail, Warn or Skip")
            }
        }
    }

    private func reason(_ result: ObjectReader) throws(DocumentError) -> String? {
        guard let warnings = result.optional("warnings"), warnings.isArray else {
            return result.text("warnings").map { quoted($0) }
        }
        guard let first = try warnings.array().first else { return nil }
        guard first.isObject else { return first.plainText.map { quoted($0) } }
        return try first.mapping().text("warning").map { quoted($0) }
    }
}
