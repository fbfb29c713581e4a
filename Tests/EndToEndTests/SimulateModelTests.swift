import Foundation
import Testing

/// `assay simulate` with a model's costs, its page, and what it answers beyond waits.
@Suite struct SimulateModelTests {
    /// Twelve notebooks and four jobs of a host over two days.
    private static func trace() -> String {
        var text = "job,submit_s,duration_s,gpus,gpu_memory_mib,team,class\n"
        for job in 0..<12 { text += "n\(job),\(job * 600),7200,1,6000,<red>,notebook\n" }
        for job in 0..<4 { text += "t\(job),\(3_000 + job * 20_000),20000,8,60000,blue,training\n" }
        return text
    }

    private static let estate = ["simulate", "t.csv", "--gpus", "8", "--gpu", "a100-sxm-80gb"]

    @Test func `overhead and start-up reach the durations once, and the work stays`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace())
        func run(_ more: [String]) throws -> [String: Any] {
            try AssayBinary.json(Self.estate + more + ["--json", "--jobs", "j.csv"], in: folder.path)
        }
        let plain = try run([])
        let useful = try #require(plain["useful_gpu_hours"] as? Double)
        #expect(abs(useful - (12 * 7_200 + 4 * 8 * 20_000) / 3_600.0) < 1e-6)
        let virtual = try run(["--model", "vm-passthrough", "--overhead", "0.08", "--start-up", "60"])
        #expect(abs((virtual["useful_gpu_hours"] as? Double ?? 0) - useful) < 1e-6)
        // 7,200 s of work: 7,776 with overhead, and a minute of boot.
        #expect(try folder.read("j.csv").contains("n0,0,0,0,7836,"))
        // Recorded with the same costs, the trace is replayed as it was.
        _ = try run([
            "--model", "vm-passthrough", "--overhead", "0.08", "--start-up", "60", "--recorded-under", "vm-passthrough",
            "--recorded-overhead", "0.08", "--recorded-start-up", "60",
        ])
        #expect(try folder.read("j.csv").contains("n0,0,0,0,7200,"))
    }

    @Test func `notebooks share GPUs only where their needs are stated`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace())
        var four = "job,submit_s,duration_s,gpus,gpu_memory_mib,class\n"
        for job in 0..<4 { four += "n\(job),0,7200,1,6000,notebook\n" }
        try folder.write("four.csv", four)
        func wait(_ more: [String]) throws -> Double {
            let estate = ["simulate", "four.csv", "--gpus", "1", "--gpus-per-node", "1", "--gpu", "a100-sxm-80gb"]
            let report = try AssayBinary.json(estate + more + ["--json"], in: folder.path)
            return try #require((report["mean_wait_s"] as? NSNumber)?.doubleValue)
        }
        let needs = ["--needs", "notebook=0.1:0.3"]
        #expect(try wait(["--model", "bare-metal"] + needs) == 10_800)
        #expect(try wait(["--model", "bare-metal-mig"] + needs) == 0)
        #expect(try wait(["--model", "vm-vgpu", "--slots", "4"] + needs) == 0)
        // Nothing said of the class: it needs all of a GPU, and half of it is too slow.
        #expect(try wait(["--model", "vm-vgpu", "--slots", "4", "--overhead", "0"]) == 10_800)
        let wrong = try AssayBinary.run(Self.estate + ["--needs", "laptop=0.1:0.3"], in: folder.path)
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("notebook, training"))
    }

    @Test func `a page, its data, the GPUs that a promise takes and the date that it breaks`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace())
        let report = try AssayBinary.json(
            Self.estate + [
                "--json", "-o", "out", "--objective", "90:3600", "--growth", "0.5", "--replications", "3",
                "--growth-models", "bare-metal,vm-passthrough",
            ],
            in: folder.path
        )
        let needed = try #require(report["gpus_needed"] as? [String: Any])
        #expect((needed["gpus"] as? Int ?? 0) > 8)
        let growth = try #require(report["growth"] as? [[String: Any]])
        #expect(growth.compactMap { $0["model"] as? String } == ["bare-metal", "vm-passthrough"])
        #expect(growth.allSatisfy { $0["replications"] as? Int == 3 })
        #expect((report["by_team"] as? [[String: Any]])?.count == 2)
        for file in ["results.json", "series.csv", "groups.csv", "jobs.csv"] {
            #expect(try !folder.read("out/" + file).isEmpty)
        }
        let page = try folder.read("out/index.html")
        #expect(page.contains("GPUs needed"))
        #expect(page.contains("&lt;red&gt;"))
        #expect(!page.contains("<red>"))
        #expect(!page.contains("<script"))
        for id in ["utilisation", "waits-curve", "waits-groups", "gantt"] {
            #expect(page.contains("id=\"\(id)-title\""))
            #expect(page.contains("id=\"\(id)-desc\""))
        }
    }

    @Test func `flags that do not go together are named`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace())
        for (more, word) in [
            (["--objective", "hello"], "--objective"), (["--growth", "0.4"], "--objective"),
            (["--overhead", "0.1", "--no-departures"], "--no-departures"), (["--vm-shapes", "0"], "--vm-shapes"),
            (["--recorded-overhead", "0.1"], "--recorded-under"), (["--needs", "a=2:1"], "--needs"),
        ] {
            let result = try AssayBinary.run(Self.estate + more, in: folder.path)
            #expect(result.status == 64, "\(more)")
            #expect(result.errors.contains(word))
        }
        let pool = try AssayBinary.run(["simulate", "t.csv", "--gpus", "8", "--overhead", "0.1"], in: folder.path)
        #expect(pool.status == 64)
    }
}
