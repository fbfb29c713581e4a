import Foundation
import Testing

/// `decide` uses the class of the job: records, a study and the built binary.
@Suite struct JobClassTests {
    /// A study with a storage-bound loader, a training job with a profile, and evidence for each.
    static let study = """
        name: classes
        date: 2026-11-01
        estate:
          today: vm-passthrough
          hypervisor: none
          gpu: h100-sxm-80gb
          hosts: 2
        workloads:
          - name: loading
            class: batch-inference
            gpu_hours_per_month: 1000
            job_class: storage-bound
          - name: training
            class: single-node-training
            gpu_hours_per_month: 2336
            profile: profile.record.json
          - name: tuning
            class: fine-tuning
            gpu_hours_per_month: 900
        platforms: [bare-metal, vm-passthrough]
        evidence:
          - model: vm-passthrough
            baseline: load-bm.record.json
            other: load-vm.record.json
          - model: vm-passthrough
            baseline: disk-bm.record.json
            other: disk-vm.record.json
            component: true
          - workload: tuning
            model: vm-passthrough
            baseline: load-bm.record.json
            other: load-vm.record.json
        policy: {draws: 1000}
        """

    static let slow = ["job_class=storage-bound", "job_share_gpu=0.20", "job_share_storage=0.61"]

    /// Writes one record of eight runs whose values lie about a mean by a few parts in a thousand.
    private func record(
        _ name: String,
        _ mean: Double,
        _ model: String?,
        facts: [String] = [],
        component: Bool = false,
        in folder: TemporaryFolder
    ) throws {
        let noise = [0.001, -0.002, 0.0015, -0.0005, 0.002, -0.001, 0.0005, -0.0015]
        var lines = ["host,run,value"]
        for (run, share) in noise.enumerated() { lines.append("node-1,\(run),\(mean * (1 + share))") }
        try folder.write("\(name).csv", lines.joined(separator: "\n") + "\n")
        let metric = component ? "storage_sync" : "step_time"
        var arguments = ["record", "\(name).csv", "--metric", metric, "--unit", "s", "--better", "lower"]
        arguments += ["-o", "\(name).record.json"]
        if let model { arguments += ["--model", model] }
        for fact in facts { arguments += ["--fact", fact] }
        if component { arguments.append("--component") }
        let made = try AssayBinary.run(arguments, in: folder.path)
        try #require(made.status == 0, "\(made.errors)")
    }

    private func folder(_ facts: [String] = slow) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("study.yaml", Self.study)
        try record("load-bm", 1, "bare-metal", facts: facts, in: folder)
        try record("load-vm", 1.12, "vm-passthrough", facts: facts, in: folder)
        try record("disk-bm", 1, "bare-metal", component: true, in: folder)
        try record("disk-vm", 1.5, "vm-passthrough", component: true, in: folder)
        let profile = ["job_class=gpu-bound", "job_share_gpu=0.60", "job_share_storage=0.40"]
        try record("profile", 2, "bare-metal", facts: profile, in: folder)
        return folder
    }

    private func replace(_ old: String, _ new: String, in folder: TemporaryFolder) throws {
        let text = try folder.read("study.yaml")
        try #require(text.contains(old))
        try folder.write("study.yaml", text.replacingOccurrences(of: old, with: new))
    }

    @Test("matched by class, derived from a profile and a component, another class said by the number")
    func decided() throws {
        let folder = try folder()
        let decision = try AssayBinary.json(["decide", ".", "--json", "-o", "out"], in: folder.path)
        let workloads = try #require(decision["workloads"] as? [[String: Any]])
        func virtual(_ name: String) throws -> (mean: Double, provenance: [String: Any]) {
            let workload = try #require(workloads.first { $0["name"] as? String == name })
            let options = try #require(workload["options"] as? [[String: Any]])
            let option = try #require(options.first { $0["model"] as? String == "vm-passthrough" })
            let spread = try #require(option["overhead_percent"] as? [String: Any])
            return (
                try #require(spread["mean"] as? Double), try #require(option["overhead_provenance"] as? [String: Any])
            )
        }
        let loading = try virtual("loading")
        #expect(abs(loading.mean - 12) < 0.2)
        #expect(loading.provenance["kind"] as? String == "measured")
        #expect((loading.provenance["note"] as? String)?.contains("matched by class: storage-bound") == true)
        #expect(loading.provenance["qualifier"] == nil)

        // 0.40 of the time waits half as long again; the rest is at the prior of 1 to 5 %, most likely 2 %.
        let training = try virtual("training")
        #expect(abs(training.mean - (0.4 * 50 + 0.6 * 8 / 3)) < 0.2)
        #expect(training.provenance["kind"] as? String == "derived")
        #expect((training.provenance["records"] as? [String])?.count == 3)

        let tuning = try virtual("tuning")
        #expect(abs(tuning.mean - 12) < 0.2)
        #expect((tuning.provenance["qualifier"] as? String)?.contains("storage-bound (61") == true)

        let classes = try #require(decision["job_classes"] as? [[String: Any]])
        #expect(classes.compactMap { $0["workload"] as? String } == ["loading", "training"])
        #expect(classes.compactMap { $0["source"] as? String } == ["stated", "profile"])
        let evidence = try #require(decision["evidence"] as? [[String: Any]])
        #expect(evidence.compactMap { $0["matched_by_class"] as? Bool } == [true])
        #expect(evidence.compactMap { $0["workload"] as? String } == ["loading", "tuning"])
        let report = try folder.read("out/report.md")
        #expect(report.contains("job measured is storage-bound (61"))
        #expect(report.contains("derived") && report.contains("linear model of the critical path"))
        let page = try folder.read("out/report.html")
        #expect(page.contains("<span class=\"kind\">derived</span>"))
        #expect(page.contains("not gpu-bound"))
    }

    /// An edit of the study, the facts of the job's records, and what the one error says.
    static let faults: [(old: String, new: String, facts: [String], words: [String])] = [
        (
            "job_class: storage-bound", "job_class: cpu-bound", slow,
            [
                "study.yaml:22: evidence: names no workload", "storage-bound, which no workload is",
                "'loading' is cpu-bound",
            ]
        ),
        (
            "job_class: storage-bound", "job_class: storage", slow,
            ["study.yaml:12: workloads[0].job_class: 'storage' is not a job class", "'storage-bound'"]
        ),
        ("job_class: storage-bound", "job_class: unclassified", slow, ["study.yaml:12", "leave the key out"]),
        (
            "profile: profile.record.json", "profile: disk-bm.record.json", slow,
            ["study.yaml:16: workloads.training.profile: disk-bm.record.json", "assay measure --job CMD"]
        ),
        (
            "profile: profile.record.json", "profile: none.record.json", slow,
            ["none.record.json", "study.yaml:16: workloads.training.profile: names this record"]
        ),
        (
            "date: 2026-11-01", "date: 2026-11-02", ["job_class=storage-bound", "job_share_storage=1.61"],
            ["study.yaml:22: evidence", "job_share_storage", "'1.61'", "expected 0 to 1"]
        ),
        (
            "date: 2026-11-01", "date: 2026-11-02", [],
            ["study.yaml:22: evidence: names no workload", "state no job_class"]
        ),
    ]

    @Test("what cannot be matched or read is one error with its line, and nothing is written", arguments: 0..<7)
    func refused(place: Int) throws {
        let fault = Self.faults[place]
        let folder = try folder(fault.facts)
        try replace(fault.old, fault.new, in: folder)
        let outcome = try AssayBinary.run(["decide", ".", "-o", "out"], in: folder.path)
        #expect(outcome.status == 2)
        for words in fault.words { #expect(outcome.errors.contains(words), "\(words): \(outcome.errors)") }
        #expect(!folder.names.contains("out"))
    }
}
