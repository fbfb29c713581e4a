import Foundation
import Testing

/// One arm without its twin, through the binary.
@Suite struct OneArmTests {
    /// A record of three rounds on a passed-through GPU with limits in its runs; 2100, 2000 and 1900 of 4000 GB/s.
    static func guest(_ folder: TemporaryFolder, model: String = "vm-passthrough") throws {
        let rows = [(1, 2100, 2.1), (2, 2000, 2.0), (3, 1900, 1.9)]
        func csv(_ value: (Int, Int, Double) -> String) -> String {
            "run,value,gpu_memory_copy_limit_gb_per_s\n"
                + rows.map { "\($0.0),\(value($0.0, $0.1, $0.2)),4000\n" }.joined()
        }
        try folder.write("memory.csv", csv { _, rate, _ in "\(rate)" })
        try folder.write("steps.csv", csv { _, _, time in "\(time)" })
        for (name, unit, better, file) in [
            ("gpu_memory_copy", "GB/s", "higher", "memory"), ("step_time", "s", "lower", "steps"),
        ] {
            let outcome = try AssayBinary.run(
                [
                    "record", "\(file).csv", "--metric", name, "--unit", unit, "--better", better, "--model", model,
                    "--host", "guest-1", "--boot", "b", "--fact", "gpu=NVIDIA H100", "-o", "\(file).record.json",
                ] + (file == "memory" ? ["--component"] : []),
                in: folder.path
            )
            try #require(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test("shown beside the device's limit and published priors, and called no pair")
    func report() throws {
        let folder = try TemporaryFolder()
        try Self.guest(folder)
        let files = ["memory.record.json", "steps.record.json"]
        let outcome = try AssayBinary.run(["compare"] + files, in: folder.path)
        try #require(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("NOT A PAIR"))
        for words in [
            "scontrol update nodename=NODE state=drain reason=", "scontrol update nodename=NODE state=resume",
            "kubectl cordon NODE", "kubectl uncordon NODE", "assay inspect --require bare-metal",
            "assay compare bare-metal.record.json --with memory.record.json steps.record.json", "gpu 'NVIDIA H100'",
        ] { #expect(outcome.output.contains(words), "\(words) in:\n\(outcome.output)") }

        let json = try AssayBinary.json(["compare"] + files + ["--json"], in: folder.path)
        #expect(json["pair"] as? Bool == false)
        #expect(json["verdict"] == nil && json["control"] == nil)
        let metrics = try #require(json["metrics"] as? [[String: Any]])
        let memory = try #require(metrics.first { $0["name"] as? String == "gpu_memory_copy" })
        #expect(memory["overhead_percent"] == nil && memory["verdict"] == nil)
        // By hand: sd 100, standard error 100 / sqrt 3, t(0.975, 2) = 4.30265.
        let half = 4.302_652_729_7 * 100 / 3.0.squareRoot()
        #expect(memory["mean"] as? Double == 2_000)
        #expect(abs(try #require(memory["low"] as? Double) - (2_000 - half)) < 1e-6)
        #expect(abs(try #require(memory["high"] as? Double) - (2_000 + half)) < 1e-6)
        let limit = try #require(memory["limit"] as? [String: Any])
        #expect(limit["high"] as? Double == 4_000 && limit["share_percent"] as? Double == 50)
        // Nothing is published of copies inside a GPU; whole jobs have a range, of which multi-node training is the end.
        #expect(memory["prior"] == nil)
        let steps = try #require(metrics.first { $0["name"] as? String == "step_time" })
        let prior = try #require(steps["prior"] as? [String: Any])
        #expect(prior["low_percent"] as? Double == 1 && prior["high_percent"] as? Double == 15)
        #expect(steps["limit"] == nil)
        let classes = try #require(json["class_priors"] as? [[String: Any]])
        #expect(classes.count == 6)
    }

    @Test("a bar cannot be checked, so it is missed")
    func bar() throws {
        let folder = try TemporaryFolder()
        try Self.guest(folder)
        let outcome = try AssayBinary.run(["compare", "steps.record.json", "--fail-over", "5%"], in: folder.path)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("cannot be checked"), "\(outcome.errors)")
    }

    @Test(
        "what has no sense with one arm is refused",
        arguments: [
            (["-o", "x.html"], 64, "--with"), (["--metric", "nothing"], 2, "step_time"),
            (["steps.record.json"], 2, "same record"),
        ]
    )
    func refused(_ more: [String], _ status: Int, _ words: String) throws {
        let folder = try TemporaryFolder()
        try Self.guest(folder)
        let outcome = try AssayBinary.run(["compare", "steps.record.json"] + more, in: folder.path)
        #expect(
            outcome.status == Int32(status) && outcome.errors.contains(words),
            "\(outcome.status) \(outcome.errors)"
        )
        #expect(!folder.names.contains("x.html"))
    }

    @Test("bare metal alone has no prior, and is told how to borrow a guest")
    func bareMetal() throws {
        let folder = try TemporaryFolder()
        try Self.guest(folder, model: "bare-metal")
        let outcome = try AssayBinary.run(["compare", "steps.record.json"], in: folder.path)
        try #require(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("--model vm-passthrough") && !outcome.output.contains("--require bare-metal"))
        #expect(outcome.output.contains("assay compare steps.record.json --with vm.record.json"))
        let json = try AssayBinary.json(["compare", "steps.record.json", "--json"], in: folder.path)
        #expect((json["class_priors"] as? [Any])?.isEmpty == true)
    }

    @Test("what was measured here is asked for again with its own flags and seed")
    func repeated() throws {
        let folder = try TemporaryFolder()
        let measured = try AssayBinary.run(
            [
                "measure", "--probes", "system-calls", "--seconds", "0.1", "--rounds", "3", "--seed", "7", "--declare",
                "vm-passthrough", "--keep-disturbed", "--allow-emulated", "-o", "vm.record.json",
            ],
            in: folder.path
        )
        try #require(measured.status == 0, "\(measured.errors)")
        #expect(measured.output.contains("assay compare vm.record.json"), "\(measured.output)")
        let outcome = try AssayBinary.run(["compare", "vm.record.json"], in: folder.path)
        try #require(outcome.status == 0, "\(outcome.errors)")
        let flags = "--rounds 3 --seconds 0.1 --probes system-calls"
        #expect(
            outcome.output.contains(
                "assay measure \(flags) --seed 7 --declare bare-metal -o bare-metal.record.json"
            ),
            "\(outcome.output)"
        )
        #expect(
            outcome.output.contains(
                "assay measure --pair NODE --declare vm-passthrough --declare-remote bare-metal \(flags) -o pair"
            )
        )
    }
}
