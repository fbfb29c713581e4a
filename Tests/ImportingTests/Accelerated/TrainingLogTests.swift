import Documents
import Estate
import Evidence
import Foundation
import Importing
import Testing

@Suite struct MLPerfTrainingTests {
    @Test func `a log is one run with its time to train and its steps`() throws {
        let record = try Import.record("mlperf-training/result_0.txt")
        #expect(try Import.value(record, "time_to_train") == 234.5)
        let steps = try Import.series(record, "step_time")
        #expect(steps.samples.values == [1.29, 0.961, 0.955, 0.972, 0.953, 0.958])
        let run = try #require(record.runs.first?.run)
        for (name, value) in [
            ("workload", "gpt3"), ("global_batch_size", "1536"), ("seed", "4711"), ("run_status", "success"),
        ] { #expect(run.condition(name) == value, "\(name)") }
        #expect(run.started?.text == "2025-11-20T07:11:12Z")
        #expect(record.hosts.first?.facts.map(\.name) == ["mlperf_submission_org"])
        #expect(record.metrics.map(\.role) == [.confirmatory, .confirmatory])
        let imported = try Import.runs(
            try ImportSample.named("mlperf-training/result_0.txt").bytes,
            MLPerfTraining.self
        )
        #expect(imported.diagnostics.map(\.message).contains { $0.hasPrefix("1 event is no JSON (a NaN") })
        var options = ImportOptions()
        options.warmUp = 1
        let warm = try Import.record("mlperf-training/result_0.txt", options: options)
        #expect(try Import.series(warm, "step_time").maximum == 0.972)
        #expect(try Import.value(warm, "time_to_train") == 234.5)
    }

    @Test func `a run that was aborted has no time to train, a value for every tenth step is named so`() throws {
        let record = try Import.record("mlperf-training/aborted.txt")
        #expect(record.metrics.map(\.name) == ["throughput", "step_time_every_10"])
        #expect(try Import.series(record, "step_time_every_10").samples.values == [0.0125, 0.0135, 0.0145])
        #expect(try Import.series(record, "throughput").samples.values == [70000.5, 70001.5, 70002.5])
        #expect(record.hosts.first?.blindSpots.contains { $0.contains("every 10 steps") } == true)
    }

    @Test(arguments: StepLogTests.secondsNames)
    func `the names that submitters use are known`(_ name: String) throws {
        let bytes = try Import.replacing("mlperf-training/result_0.txt", "train_step_timing", name)
        let record = try Import.record(try Import.runs(bytes, MLPerfTraining.self), MLPerfTraining.self)
        #expect(try Import.series(record, "step_time").count == 6)
    }

    @Test func `of several ranks the slowest is the step, and other processes say nothing twice`() throws {
        func line(_ prefix: String, _ key: String, _ value: String, _ time: Int, _ metadata: String = "{}") -> String {
            "\(prefix):::MLLOG {\"time_ms\": \(time), \"key\": \"\(key)\", \"value\": \(value), \"metadata\": \(metadata)}\n"
        }
        var text = ""
        for rank in 0..<2 { text += line("\(rank): ", "run_start", "null", 1_763_622_672_000 + rank) }
        for step in 1...3 {
            for rank in 0..<2 {
                let stats = "{\"step_time\": \(step).\((rank + step) % 2), \"throughput\": 70}"
                text += line("\(rank): ", "tracked_stats", stats, 1_763_622_673_000, "{\"step\": \(step)}")
            }
        }
        for rank in 0..<2 {
            text += line("\(rank): ", "run_stop", "null", 1_763_622_682_000 + rank, "{\"status\": \"success\"}")
        }
        for (tag, name) in [(": ", "srun"), ("]: ", "torchrun"), ("]<stdout>:", "mpirun")] {
            var tagged = text
            if tag != ": " {
                let opening = tag == "]: " ? "[rank" : "[1,"
                for rank in 0..<2 { tagged = tagged.replacing("\(rank): :", with: "\(opening)\(rank)\(tag):") }
            }
            let record = try Import.record(
                try Import.runs(Array(tagged.utf8), MLPerfTraining.self),
                MLPerfTraining.self
            )
            #expect(try Import.series(record, "step_time").samples.values == [1.1, 2.1, 3.1], "\(name)")
            #expect(try Import.series(record, "throughput").count == 3, "\(name)")
            #expect(abs(try Import.value(record, "time_to_train") - 10.001) < 1e-9, "\(name)")
            #expect(record.runs.first?.run.condition("ranks") == "2", "\(name)")
        }
        // Without a number, the steps of each process are counted.
        let unnumbered = text.replacing(#/"step": \d/#, with: "")
        let record = try Import.record(
            try Import.runs(Array(unnumbered.utf8), MLPerfTraining.self),
            MLPerfTraining.self
        )
        #expect(try Import.series(record, "step_time").samples.values == [1.1, 2.1, 3.1])
    }

    @Test func `two runs in a log, and a run that ends before it starts, are refused`() throws {
        let sample = try ImportSample.named("mlperf-training/result_0.txt").bytes
        let twice = Import.refusal(sample + sample, MLPerfTraining.self)
        #expect(twice?.contains("a second run starts here, after the one of line 6") == true, "\(twice ?? "read")")
        let backwards = try Import.replacing("mlperf-training/result_0.txt", "1763622906500", "1763622606500")
        #expect(
            Import.refusal(backwards, MLPerfTraining.self)?.contains("run_stop is not later than run_start") == true
        )
    }

    @Test func `a log without its end keeps the steps and says that the run did not end`() throws {
        let bytes = try Import.replacing("mlperf-training/result_0.txt", "run_stop", "other_stop")
        let imported = try Import.runs(bytes, MLPerfTraining.self)
        #expect(imported.metrics.map(\.name) == ["step_time"])
        #expect(imported.blindSpots.contains { $0.contains("did not end in this log") })
    }
}

@Suite struct StepLogTests {
    static let secondsNames = ["train_step_time", "step_time", "iteration_time", "time_per_step"]

    @Test func `of several ranks the slowest is the step`() throws {
        let record = try Import.record("step-log/ranks.csv")
        let steps = try Import.series(record, "step_time")
        #expect(steps.samples.values == [0.511, 0.521, 0.531, 0.541, 0.551, 0.561])
        #expect(record.runs.first?.run.conditions.map { $0.name }.contains("loss") == false)
        #expect(record.runs.first?.run.condition("ranks") == "2")
        let cut = try Import.replacing("step-log/ranks.csv", "6,1,0.561,2.60\n", "")
        #expect(
            try Import.runs(cut, StepLog.self).diagnostics.contains {
                $0.message.hasPrefix("1 step was not reported")
            }
        )
    }

    @Test func `each form is read for what it says`() throws {
        #expect(
            try Import.series(try Import.record("step-log/lines.jsonl"), "step_time").samples.values
                == (1...7).map { Double(950 + $0) * 1e-3 }
        )
        let megatron = try Import.record("step-log/megatron.txt")
        let means = try Import.series(megatron, "step_time_mean_of_10")
        #expect(means.count == 4 && abs(means.mean - 1.1491) < 1e-12)
        #expect(megatron.runs.first?.run.condition("global_batch_size") == "16")
        // A progress bar that draws itself twice for a step says it once.
        #expect(
            try Import.series(try Import.record("step-log/nemo.txt"), "step_time").samples.values
                == [10.4, 10.5, 10.6, 10.7]
        )
        #expect(try Import.value(try Import.record("step-log/trainer.txt"), "train_runtime") == 341.27)
    }

    @Test func `a pattern finds what no form knows`() throws {
        let text = "epoch 1 took 12.5s\nnoise 7\nepoch 2 took 13.5s\n"
        var options = ImportOptions()
        options.pattern = "took ([0-9.]+)s"
        let imported = try Import.runs(Array(text.utf8), StepLog.self, options: options)
        let record = try Import.record(imported, StepLog.self)
        #expect(try Import.series(record, "step_time").samples.values == [12.5, 13.5])
        for (pattern, words) in [
            ("took [0-9.]+s", "has 0 captures"), ("(took) ([0-9.]+)s", "has 2 captures"),
            ("took ([0-9", "regular expression"),
        ] {
            options.pattern = pattern
            let refusal = Import.refusal(Array(text.utf8), StepLog.self, options: options)
            #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
        }
        // What is cut out of a longer number is refused, as in a job that is measured.
        options.pattern = "took ([0-9.]+)"
        let cut = Import.refusal(Array("a\nepoch 1 took 1.25e-01 s\n".utf8), StepLog.self, options: options)
        #expect(cut?.contains("run.out:2: the pattern took '1.25' out of '1.25e-01'") == true, "\(cut ?? "read")")
        options.pattern = "epoch ([0-9a-z]+ took)"
        let refusal = Import.refusal(Array(text.utf8), StepLog.self, options: options)
        #expect(refusal?.contains("run.out:1: step: '1 took' is not a finite number") == true, "\(refusal ?? "read")")
    }

    @Test(arguments: [
        ("step-log/ranks.csv", "0.511", "0,511", "has 5 fields"),
        ("step-log/ranks.csv", "0.511", "nan", "finite number"),
        ("step-log/ranks.csv", "0.511", "-0.511", "negative"),
        ("step-log/ranks.csv", "1,1,0.511,3.10", "1,1", "has 2 fields"),
        ("step-log/lines.jsonl", "951", "1e999", "run.out:1"),
        ("step-log/lines.jsonl", ": 951", ": \"fast\"", "a number"),
        ("step-log/megatron.txt", "1147.6", "inf", "finite number"),
        ("step-log/nemo.txt", "10.40", "nan", "finite number"),
        ("step-log/trainer.txt", "341.27", "none", "finite number"),
    ])
    func `damage is refused with its line`(_ sample: String, _ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing(sample, old, new), StepLog.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
        #expect(refusal?.hasPrefix("run.out:") == true)
    }

    @Test func `words of a step in an MLPerf log do not make it a step log`() throws {
        let bytes = try Import.replacing("mlperf-training/result_0.txt", "train_step_timing", "train_step_timing in s")
        let head = ImportHead(bytes, isWhole: true)
        #expect(try ImporterRegistry.importer(for: head, file: "a").format.name == "mlperf-training")
    }
}

/// MLPerf Training v3.1, GPT-3 on 10,752 GPUs (mlcommons/training_results_v3.1 at d06288b): the published comparison, from the
/// series of steps as the importer of step logs reads it.
@Suite struct PublicStepSeriesTests {
    private static let bytes: [UInt8]? = {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["ASSAY_SHARED_DATA"]
            ?? checkout.deletingLastPathComponent().appendingPathComponent("shared/data").path
        let file = URL(fileURLWithPath: "\(folder)/mlperf/gpt3_v31_step_s.csv")
        return (try? Data(contentsOf: file)).map { Array($0) }
    }()

    @Test(.enabled(if: bytes != nil, "needs mlperf/gpt3_v31_step_s.csv in the shared data folder"))
    func `the public series compares as published`() throws {
        let bytes = try #require(Self.bytes)
        #expect(
            try ImporterRegistry.importer(for: ImportHead(bytes, isWhole: false), file: "a").format.name == "step-log"
        )
        var options = ImportOptions()
        options.warmUp = 5
        let imported = try Import.runs(bytes, StepLog.self, options: options)
        #expect(imported.runs.count == 6)
        func arm(_ name: String, _ model: DeploymentModel) throws -> Record {
            var part = imported
            part.runs = imported.runs.filter { $0.run.condition("arm") == name }
            #expect(part.runs.count == 3)
            var options = options
            options.host = name
            options.declaredModel = model
            for index in part.runs.indices { part.runs[index].run.conditions.removeAll { $0.name == "arm" } }
            return try Import.record(part, StepLog.self, options: options)
        }
        let comparison = try Comparison.compare(
            baseline: [arm("bm_eos", .bareMetal)],
            other: [arm("vm_azure", .vmPassthrough)]
        )
        let result = try #require(comparison.metrics.first)
        func percent(_ effect: Effect?) -> [String] {
            [effect?.estimate, effect?.low, effect?.high].map { NumberText.fixed(($0 ?? .nan) * 100, 1) }
        }
        #expect(percent(result.overhead) == ["2.6", "2.1", "3.1"])
        #expect(percent(result.secondary.first?.effect) == ["2.0", "0.6", "3.4"])
        #expect(result.secondary.last?.descriptiveBecause == "215 of 368 samples in a run")
    }
}
