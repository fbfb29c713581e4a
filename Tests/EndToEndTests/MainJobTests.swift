import Foundation
import Testing

/// The main job as a newcomer does it, with the built binary.
@Suite struct MainJobTests {
    @Test("init, validate, decide, change one price, see what moved")
    func newcomer() throws {
        let folder = try TemporaryFolder()
        let made = try AssayBinary.run(
            [
                "init", "mine", "--yes", "--gpus", "8, 8 per host", "--today", "vm-passthrough",
                "--workload", "training, single-node-training, 2336 gpu-hours/month, 90% active, 4 gpus per job",
            ],
            in: folder.path
        )
        try #require(made.status == 0, "\(made.errors)")
        #expect(try AssayBinary.run(["validate", "mine"], in: folder.path).status == 0)

        let decided = try AssayBinary.run(["decide", "mine", "-o", "out", "--draws", "1000"], in: folder.path)
        #expect(decided.status == 0, "\(decided.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out").sorted()
        #expect(names == ["decision.json", "report.html", "report.md"])
        let before = try Self.decision(folder.read("out/decision.json"))

        let study = try folder.read("mine/study.yaml")
        let licence = try #require(study.split(separator: "\n").first { $0.contains("licence_price_per_year:") })
        try folder.write(
            "mine/study.yaml",
            study.replacingOccurrences(of: licence, with: "  licence_price_per_year: {value: 900, source: invoice}")
        )
        let again = try AssayBinary.run(["decide", "mine", "-o", "out", "--draws", "1000"], in: folder.path)
        #expect(again.status == 0, "\(again.errors)")
        let after = try Self.decision(folder.read("out/decision.json"))
        #expect(Self.today(after) > Self.today(before) + 1_000, "a dearer licence must make today dearer")
    }

    @Test("decision.json has the documented keys, and the same seed gives the same bytes")
    func documentedAndRepeatable() throws {
        let folder = try TemporaryFolder()
        try folder.write("s/study.yaml", BadInputTests.study)
        for out in ["a", "b"] {
            let outcome = try AssayBinary.run(["decide", "s", "-o", out, "--seed", "7"], in: folder.path)
            try #require(outcome.status == 0, "\(outcome.errors)")
        }
        for name in ["decision.json", "report.html", "report.md"] {
            #expect(try folder.read("a/" + name) == folder.read("b/" + name), "\(name) differs")
        }
        let decision = try Self.decision(folder.read("a/decision.json"))
        let workload = try #require((decision["workloads"] as? [[String: Any]])?.first)
        for key in ["name", "model", "probability", "regret_per_month", "flip_points"] {
            #expect(workload[key] != nil, "workloads[].\(key)")
        }
        let estate = try #require(decision["estate"] as? [String: Any])
        for key in ["models", "probability", "regret_per_month"] { #expect(estate[key] != nil, "estate.\(key)") }
        let cost = try #require(estate["cost_per_useful_gpu_hour"] as? [String: Any])
        for key in ["p10", "p50", "p90"] { #expect(cost[key] as? Double != nil, "cost_per_useful_gpu_hour.\(key)") }
        #expect((decision["measurements"] as? [Any])?.count == 3)

        let html = try folder.read("a/report.html")
        #expect(
            !html.contains("<script src") && !html.contains("@import") && !html.contains("<link rel=\"stylesheet\"")
        )
    }

    @Test("the public figures of 10,752 GPUs are told as the evidence allows")
    func tenThousandGPUs() throws {
        let folder = try TemporaryFolder()
        try folder.copyExample("ten-thousand-gpus")
        let compared = try AssayBinary.json(
            [
                "compare", "ten-thousand-gpus/records/time_to_train.bare-metal.record.json", "--with",
                "ten-thousand-gpus/records/time_to_train.vm-passthrough.record.json", "--json",
            ],
            in: folder.path
        )
        let metric = try #require((compared["metrics"] as? [[String: Any]])?.first)
        for key in ["name", "unit", "overhead_percent", "low_percent", "high_percent", "verdict", "validity"] {
            #expect(metric[key] != nil, "metrics[].\(key)")
        }
        #expect(abs(try #require(metric["overhead_percent"] as? Double) - 2.33) < 0.05)
        #expect(abs(try #require(metric["low_percent"] as? Double) - 1.76) < 0.05)
        #expect(abs(try #require(metric["high_percent"] as? Double) - 2.90) < 0.05)
        let said = try AssayBinary.run(
            [
                "compare", "ten-thousand-gpus/records/time_to_train.bare-metal.record.json", "--with",
                "ten-thousand-gpus/records/time_to_train.vm-passthrough.record.json",
            ],
            in: folder.path
        )
        #expect(said.output.contains("these two hosts differ by"))
        #expect(said.output.contains("no control"))
    }

    @Test("the known answer: 1.06 per available GPU-hour, 2.66 per useful one, licences add 0.56")
    func knownAnswer() throws {
        let folder = try TemporaryFolder()
        let text = """
            name: known
            date: 2026-11-01
            horizon_years: 5
            estate: {today: bare-metal, gpu: h100-sxm-80gb, hosts: 1, gpus_per_host: 8, server_price: 310000LICENCE}
            workloads:
              - {name: all, class: batch-inference, gpu_hours_per_month: 2336, activity: 100%, compute_need: 1, peak_to_mean: 1, growth_per_year: 0}
            platforms: [PLATFORMS]
            prices: {book: none, cost_of_capital: 9%, life_years: 5, residual: 10%}
            policy: {draws: 1000}
            """
        try folder.write(
            "plain/study.yaml",
            text.replacingOccurrences(of: "LICENCE", with: "").replacingOccurrences(of: "PLATFORMS", with: "bare-metal")
        )
        let plain = try Self.model("bare-metal", of: AssayBinary.json(["cost", "plain", "--json"], in: folder.path))
        #expect(abs(try #require(plain["cost_per_available_gpu_hour"] as? Double) - 1.06) < 0.005)
        let useful = try #require(plain["cost_per_useful_gpu_hour"] as? [String: Any])
        #expect(abs(try #require(useful["p50"] as? Double) - 2.66) < 0.005)

        try folder.write(
            "licensed/study.yaml",
            text.replacingOccurrences(of: "today: bare-metal", with: "today: vm-passthrough")
                .replacingOccurrences(of: "LICENCE", with: ", cores_per_host: 112, sockets_per_host: 2")
                .replacingOccurrences(
                    of: "PLATFORMS",
                    with: """
                        {model: vm-passthrough, licences: [{name: hypervisor, per: core, price_per_year: 350}]}
                        """
                )
                .replacingOccurrences(
                    of: "growth_per_year: 0}",
                    with: "growth_per_year: 0, overhead: {vm-passthrough: 0}}"
                )
        )
        let licensed = try Self.model(
            "vm-passthrough",
            of: AssayBinary.json(["cost", "licensed", "--json"], in: folder.path)
        )
        let available = try #require(licensed["cost_per_available_gpu_hour"] as? Double)
        #expect(abs(available - 1.06 - 0.56) < 0.01, "\(available)")
    }

    @Test("the examples' records are what their measurements make")
    func recordsAreReproducible() throws {
        let folder = try TemporaryFolder()
        try folder.copyExample("ten-thousand-gpus")
        let outcome = try AssayBinary.run(
            [
                "record", "ten-thousand-gpus/measurements/runs.csv", "--metric", "time_to_train", "--unit", "min",
                "--better",
                "lower", "--where", "arm=bare-metal", "--where", "metric=time_to_train", "--model", "bare-metal",
                "--fact", "gpu=NVIDIA H100 80GB HBM3", "--fact", "driver=535.86.10", "--fact", "nccl=2.18.5",
                "--fact", "cpu=Xeon Platinum 8462Y+, 32 cores", "--fact", "site=NVIDIA Eos", "-o", "again.record.json",
            ],
            in: folder.path
        )
        try #require(outcome.status == 0, "\(outcome.errors)")
        #expect(
            try folder.read("again.record.json")
                == folder.read("ten-thousand-gpus/records/time_to_train.bare-metal.record.json")
        )
    }

    @Test("a bar that is missed exits with 1")
    func failOver() throws {
        let folder = try TemporaryFolder()
        try folder.copyExample("fintech-training")
        let records = "fintech-training/records/step_time"
        let arguments = [
            "compare", "\(records).bare-metal.record.json", "--with", "\(records).vm-passthrough.record.json",
        ]
        #expect(try AssayBinary.run(arguments + ["--fail-over", "20%"], in: folder.path).status == 0)
        let missed = try AssayBinary.run(arguments + ["--fail-over", "5%"], in: folder.path)
        #expect(missed.status == 1)
        #expect(missed.errors.contains("above 5"), "\(missed.errors)")
    }

    @Test(
        "every example is in order",
        arguments: ["fintech-training", "research-saas", "healthcare", "ten-thousand-gpus"]
    )
    func examples(_ name: String) throws {
        let outcome = try AssayBinary.run(["validate", "Examples/" + name], in: AssayBinary.root)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    private static func decision(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private static func today(_ decision: [String: Any]) -> Double {
        let assignments = decision["assignments"] as? [[String: Any]] ?? []
        let today = assignments.first { $0["today"] as? Bool == true }
        return (today?["cost_per_month"] as? [String: Any])?["mean"] as? Double ?? .nan
    }

    private static func model(_ name: String, of cost: [String: Any]) throws -> [String: Any] {
        let models = try #require(cost["models"] as? [[String: Any]])
        return try #require(models.first { $0["model"] as? String == name })
    }
}
