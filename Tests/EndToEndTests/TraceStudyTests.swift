import Foundation
import Testing

/// `assay decide`, `cost` and `validate` on studies that name a trace.
@Suite struct TraceStudyTests {
    private static let study = """
        name: once
        date: 2026-11-01
        horizon_years: 3
        estate:
          today: vm-passthrough
          hypervisor: vmware-vvf
          gpu: a100-sxm-80gb
          hosts: node[1-2]
        workloads:
          - name: vision
            class: fine-tuning
            activity: 100%
            compute_need: 1
            memory_gib: 4
            overhead: {vm-passthrough: 8%}
            jobs: {team: vision}
        trace:
          file: trace.csv
          recorded_under: bare-metal
          promise: {jobs: 95%, within_minutes: 10}
        platforms:
          - bare-metal
          - {model: vm-passthrough, start_up_s: 0}
        prices: {availability: 100%}
        policy: {draws: 1000}
        """

    /// A fortnight of a job every so many seconds, two to six hours each; every length times a stretch.
    private static func trace(every seconds: Int = 1_440, stretch: Double = 1) -> String {
        var text = "job,submit_s,duration_s,gpus,gpu_memory_mib,team\n"
        for job in 0..<(14 * 86_400 / seconds) {
            let length = Double(7_200 + job * 7_919 % 14_400) * stretch
            text += "\(job + 1),\(job * seconds),\(Int(length.rounded())),1,4096,vision\n"
        }
        return text
    }

    private static func folder(_ study: String, _ trace: String?) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("study.yaml", study)
        if let trace { try folder.write("trace.csv", trace) }
        return folder
    }

    /// The bill of a model with the workloads.
    private func bill(_ cost: [String: Any], _ model: String) throws -> [String: Any] {
        let models = try #require(cost["models"] as? [[String: Any]])
        let one = try #require(models.first { $0["model"] as? String == model })
        let bills = try #require(one["bills"] as? [[String: Any]])
        return try #require(bills.first { !($0["workloads"] as? [String] ?? []).isEmpty })
    }

    private func hours(_ bill: [String: Any], _ key: String) throws -> Double {
        try #require(((bill["gpu_hours_per_month"] as? [String: Any])?[key] as? NSNumber)?.doubleValue)
    }

    @Test func `8 % of overhead are applied once, and taken off once`() throws {
        let plain = try Self.folder(Self.study, Self.trace())
        let once = try AssayBinary.json(["cost", ".", "--json"], in: plain.path)
        let virtual = try bill(once, "vm-passthrough")
        let metal = try bill(once, "bare-metal")
        // Lost is 8 % of useful, no more; and what is held is 1.08 times what bare metal holds.
        #expect(abs(try hours(virtual, "lost") / hours(virtual, "useful") - 0.08) < 1e-6)
        func held(_ bill: [String: Any]) throws -> Double {
            try hours(bill, "available") - hours(bill, "idle_unallocated")
        }
        #expect(abs(try held(virtual) / held(metal) - 1.08) < 1e-3)
        // The same jobs, recorded in virtual machines at 8 %: the same bill.
        let recorded = Self.study.replacing(
            "recorded_under: bare-metal",
            with: "recorded_under: vm-passthrough\n  recorded_overhead: 8%"
        )
        let other = try Self.folder(recorded, Self.trace(stretch: 1.08))
        let again = try AssayBinary.json(["cost", ".", "--json"], in: other.path)
        for model in ["bare-metal", "vm-passthrough"] {
            let (first, second) = (try bill(once, model), try bill(again, model))
            #expect(first["hosts"] as? Int == second["hosts"] as? Int)
            for key in ["available", "useful", "lost", "idle_allocated", "idle_unallocated"] {
                #expect(
                    abs(try hours(first, key) - hours(second, key)) < 1e-3 * (try hours(first, "available")),
                    "\(key)"
                )
            }
        }
    }

    @Test func `the answer says which replay its sizes come from, and what was left out`() throws {
        let text = Self.trace() + "9999,1000000,60,1,4096,guests\n"
        let folder = try Self.folder(Self.study, text)
        let outcome = try AssayBinary.run(["decide", ".", "-o", "out"], in: folder.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let data = Data(try folder.read("out/decision.json").utf8)
        let decision = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let replay = try #require(decision["replay"] as? [String: Any])
        #expect(replay["jobs"] as? Int == 840)
        #expect((replay["sha256"] as? String)?.count == 64)
        #expect((replay["left_out"] as? [[String: Any]])?.first?["jobs"] as? Int == 1)
        let page = try folder.read("out/report.html")
        #expect(page.contains("trace.csv") && page.contains("replay of 840 jobs"))
        let again = try AssayBinary.run(["decide", ".", "-o", "again"], in: folder.path)
        #expect(again.status == 0)
        #expect(try folder.read("again/decision.json") == folder.read("out/decision.json"))
    }

    @Test func `the estate that a decision chose is replayed with the jobs that it names`() throws {
        // Two workloads that share a team, whose name has a comma: only the study's selectors tell them apart.
        var text = "job,submit_s,duration_s,gpus,gpu_memory_mib,team\n"
        for job in 0..<560 {
            let gpus = job % 4 == 0 ? 4 : 1
            text += "\(job + 1),\(job * 2_160),\(3_600 + job * 7_919 % 7_200),\(gpus),4096,\"vision, night\"\n"
        }
        let study = Self.study.replacing(
            "    jobs: {team: vision}\n",
            with: """
                    jobs: {team: "vision, night", gpus: 1}
                  - name: gangs
                    class: fine-tuning
                    activity: 100%
                    compute_need: 1
                    memory_gib: 4
                    jobs: {team: ["vision, night"], gpus: 2-}

                """
        )
        let folder = try Self.folder(study, text)
        let outcome = try AssayBinary.run(["decide", ".", "-o", "out"], in: folder.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let data = Data(try folder.read("out/decision.json").utf8)
        let decision = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let workloads = try #require(decision["workloads"] as? [[String: Any]])
        let jobs = workloads.compactMap { $0["jobs"] as? [String: Any] }
        #expect(jobs.compactMap { $0["team"] as? [String] } == [["vision, night"], ["vision, night"]])
        #expect(jobs.compactMap { $0["gpus"] as? String } == ["1", "2-"])
        let assignments = try #require(decision["assignments"] as? [[String: Any]])
        let chosen = try #require(assignments.first { $0["chosen"] as? Bool == true })
        let platforms = try #require(chosen["platforms"] as? [[String: Any]])
        let used = platforms.filter { ($0["workloads"] as? [String])?.isEmpty == false }
        let gpus = used.reduce(0) { $0 + ($1["gpus"] as? Int ?? 0) }
        let report = try AssayBinary.json(
            [
                "simulate", "trace.csv", "--gpus", "\(gpus)", "--gpu", "a100-sxm-80gb", "--model", "mixed",
                "--decision",
                "out/decision.json", "--json",
            ],
            in: folder.path
        )
        #expect(report["model"] as? String == "mixed")
        #expect((report["model_detail"] as? String)?.contains("()") == false, "platforms without workloads")
        #expect(report["gpus"] as? Int == gpus)
        #expect(report["completed"] as? Int == 560)
        // What was decided keeps the promise that it was sized for, at the trace's own demand.
        #expect((report["p95_wait_s"] as? NSNumber)?.doubleValue ?? .infinity <= 600)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        var old = ""
        var new = ""
        var trace: String? = TraceStudyTests.trace(every: 14_400)
        let expected: [String]
        var testDescription: String { name }
    }

    static let bad: [Bad] = [
        Bad(name: "no such file", trace: nil, expected: ["trace.csv", "study.yaml:18: trace.file: names this trace"]),
        Bad(
            name: "unknown recorded_under",
            old: "recorded_under: bare-metal",
            new: "recorded_under: bare-metall",
            expected: ["study.yaml:19: trace.recorded_under:", "did you mean 'bare-metal'?"]
        ),
        Bad(
            name: "no job for a workload",
            old: "{team: vision}",
            new: "{team: vison}",
            expected: ["trace.csv: has no job of workload 'vision'", "it has no 'vison'; it has teams 'vision'"]
        ),
        Bad(
            name: "selectors that overlap",
            old: "    jobs: {team: vision}\n",
            new: "    jobs: {team: vision}\n  - {name: all, class: fine-tuning, jobs: all}\n",
            expected: ["job 1 belongs to 'vision' and to 'all' (84 jobs to more than one workload)"]
        ),
        Bad(
            name: "a job larger than a host",
            trace: trace(every: 14_400).replacing(",1,4096,", with: ",16,4096,").replacing(
                "team\n",
                with: "team,nodes\n"
            )
            .replacing("vision\n", with: "vision,1\n"),
            expected: ["no job of workload 'vision' fits a host", "asks for 16 GPUs on 1 node"]
        ),
        Bad(name: "no trace at all", trace: "", expected: ["trace.csv"]),
    ]

    @Test(arguments: bad)
    func `a trace that says nothing is refused at its place`(_ bad: Bad) throws {
        let study = bad.old.isEmpty ? Self.study : Self.study.replacing(bad.old, with: bad.new)
        let folder = try Self.folder(study, bad.trace)
        for verb in [["decide", ".", "-o", "out"], ["cost", "."]] {
            let outcome = try AssayBinary.run(verb, in: folder.path)
            #expect(outcome.status == 2, "\(outcome.status)")
            for part in bad.expected { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
        }
    }

    @Test func `the example with a trace decides by replay`() throws {
        let folder = try TemporaryFolder()
        let outcome = try AssayBinary.run(
            ["decide", AssayBinary.root + "/Examples/research-saas", "-o", "out"],
            in: folder.path
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        let data = Data(try folder.read("out/decision.json").utf8)
        let decision = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect((decision["replay"] as? [String: Any])?["jobs"] as? Int == 974)
        // What the decision promised of the estate that it chose comes of the command that replays it.
        let replay: [String] = [
            "simulate", AssayBinary.root + "/Examples/research-saas/trace.csv", "--gpu", "a100-sxm-80gb", "--gpus",
            "16",
            "--model", "mixed", "--decision", "out/decision.json",
        ]
        let kept = try AssayBinary.json(replay + ["--json"], in: folder.path)
        #expect((kept["model_detail"] as? String)?.contains("jobs as the decision took them") == true)
        #expect((kept["p95_wait_s"] as? NSNumber)?.doubleValue ?? .infinity <= 3_600)
        // What is not there is not taken for free.
        let text = try folder.read("out/decision.json")
        for (old, new, words) in [
            (#""name": "notebooks", "jobs""#, #""name": "books", "jobs""#, "replay: has no workload 'notebooks'"),
            (#""model": "bare-metal-mig", "start_up_s""#, #""model": "vm-sriov", "start_up_s""#, "lack bare-metal-mig"),
        ] {
            let changed = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: " ")
                .replacing(old, with: new)
            try folder.write("changed.json", changed)
            let outcome = try AssayBinary.run(replay.dropLast() + ["changed.json"], in: folder.path)
            #expect(outcome.status == 2 && outcome.errors.contains("changed.json:1: "), "\(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }
        let flagged = try AssayBinary.json(replay + ["--overhead", "0", "--json"], in: folder.path)
        #expect((flagged["model_detail"] as? String)?.contains("costs as the flags say") == true)
    }
}
