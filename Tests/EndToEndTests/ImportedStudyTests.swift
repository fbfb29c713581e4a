import Foundation
import Testing

/// Evidence from the files of seven tools: imported, decided by, and cited with tool and hash.
@Suite(.serialized) struct ImportedStudyTests {
    private static let arms = ["bare-metal", "vm-passthrough"]
    /// Each tool's files, what their record says measured them, and a metric that must be in the evidence.
    private static let tools: [(files: String, words: String, metric: String)] = [
        ("fio", "fio 3.33", "storage_read_4k"), ("iperf3", "iperf3 3.12", "net_bandwidth_out_1"),
        ("nccl", "nccl-tests 2.17.6", "nccl_allreduce_float_sum_1gib_16_ranks_mean"),
        ("nvbandwidth", "nvbandwidth v0.8", "nvbandwidth_host_to_device_memcpy_ce_gpu0"),
        ("cyclictest", "cyclictest 2.40", "timer_wakeup"), ("vllm", "vllm bench", "request_latency"),
        ("training", "step-log", "step_time"),
    ]

    private func names(_ tool: String, _ arm: String, in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { $0.hasPrefix("\(tool)-\(arm)-") }
    }

    @Test("a report cites evidence from seven tools: each number names its tool, each file its hash")
    func fiveTools() throws {
        let folder = try TemporaryFolder()
        try folder.copyExample("imported-evidence")
        let study = folder.path + "/imported-evidence"
        // What stands in the repository is made again from the files.
        try FileManager.default.removeItem(atPath: study + "/records")
        var hashes: [String: [String]] = [:]
        for (tool, _, _) in Self.tools {
            for arm in Self.arms {
                let files = try names(tool, arm, in: study + "/files")
                try #require(files.count == 4, "\(tool) \(arm)")
                let outcome = try AssayBinary.run(
                    ["import"] + files.map { "files/" + $0 } + [
                        "--declare", arm, "--host", "gpu07", "-o", "records/\(tool).\(arm).record.json",
                    ],
                    in: study
                )
                #expect(outcome.status == 0, "\(outcome.errors)")
                // Not by our own code: coreutils' sum of the same bytes.
                let sums = try AssayBinary.run(
                    files.map { study + "/files/" + $0 },
                    in: study,
                    program: "/usr/bin/sha256sum"
                )
                for line in sums.output.split(separator: "\n") {
                    hashes[tool, default: []].append(String(line.prefix(64)))
                }
            }
        }
        #expect(Set(hashes.values.flatMap(\.self)).count == 56)
        let decided = try AssayBinary.run(["decide", "imported-evidence", "-o", "out"], in: folder.path)
        #expect(decided.status == 0, "\(decided.errors)")
        let html = try folder.read("out/report.html")
        let markdown = try folder.read("out/report.md")
        let data = Data(try folder.read("out/decision.json").utf8)
        let decision = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let evidence = try #require(decision["evidence"] as? [[String: Any]])
        #expect(evidence.count == Self.tools.count)
        for (tool, words, metric) in Self.tools {
            // In the page the metric's own cell says what measured it.
            let cells = html.components(separatedBy: "<th scope=\"row\"").filter { $0.contains(">\(metric), mean") }
            #expect(cells.contains { $0.prefix(600).contains("measured with \(words)") }, "\(metric)")
            let row = markdown.split(separator: "\n").first {
                $0.contains("| \(metric.replacingOccurrences(of: "_", with: "\\_")), mean |")
            }
            #expect(row?.contains("| \(words) |") == true, "\(row ?? "no row of \(metric)")")
            for hash in try #require(hashes[tool]) {
                #expect(html.contains("sha256:" + hash), "\(tool)")
                #expect(markdown.contains("sha256:" + hash), "\(tool)")
            }
            var cited: [String] = []
            for each in evidence {
                for key in ["baseline_sources", "other_sources"] {
                    for source in each[key] as? [[String: Any]] ?? [] where source["tool"] as? String == words {
                        #expect((source["metrics"] as? [String])?.contains(metric) == true)
                        cited.append(try #require(source["file_sha256"] as? String))
                    }
                }
            }
            #expect(cited.sorted() == hashes[tool]?.map { "sha256:" + $0 }.sorted(), "\(tool)")
        }
    }

    @Test("the records of the example are what its files give") func recordsInRepository() throws {
        let folder = try TemporaryFolder()
        try folder.copyExample("imported-evidence")
        let study = folder.path + "/imported-evidence"
        for (tool, _, metric) in Self.tools {
            let files = try names(tool, "vm-passthrough", in: study + "/files").map { "files/" + $0 }
            let facts = ["gpu=NVIDIA H100 80GB HBM3", "driver=580.95.05", "iommu=on", "power_limit_w=700"]
            let outcome = try AssayBinary.run(
                ["import"] + files + ["--declare", "vm-passthrough", "--host", "gpu07", "-o", "again.json"]
                    + facts.flatMap { ["--fact", $0] } + ["--force"],
                in: study
            )
            #expect(outcome.status == 0, "\(outcome.errors)")
            // All but the version of Assay that wrote it, and with it the identifier.
            func content(_ file: String) throws -> NSDictionary {
                let data = Data(try folder.read("imported-evidence/" + file).utf8)
                var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
                object["id"] = nil
                object["tool"] = nil
                #expect(object.count >= 3)
                return object as NSDictionary
            }
            #expect(try content("records/\(tool).vm-passthrough.record.json") == content("again.json"), "\(metric)")
        }
    }
}
