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
        // The estate is too small today: said as such, not as a date.
        let told = try AssayBinary.run(
            Self.estate + ["--objective", "90:3600", "--growth", "0.5", "--replications", "3"],
            in: folder.path
        )
        #expect(told.output.contains("demand has outgrown the estate already: the promise is broken today (3 draws)"))
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
            (["--overhead", "1e300"], "--overhead"), (["--overhead", "nan"], "--overhead"),
            (["--switching=-0.1"], "--switching"), (["--interference", "inf"], "--interference"),
            (["--model", "vm-vgpu", "--slots", "1"], "--slots 1 is outside 2 to 64"),
        ] {
            let result = try AssayBinary.run(Self.estate + more, in: folder.path)
            #expect(result.status == 64, "\(more)")
            #expect(result.errors.contains(word))
        }
        let pool = try AssayBinary.run(["simulate", "t.csv", "--gpus", "8", "--overhead", "0.1"], in: folder.path)
        #expect(pool.status == 64)
    }

    @Test func `quotas hold a team's jobs back, and one for a team that is not there is said`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", SimulateTests.trace)
        try folder.write("q.csv", "team,gpus\nread,4\n\"blue, green\",1\n")
        let arguments = ["simulate", "t.csv", "--gpus", "4", "--quota", "red=2", "--quotas", "q.csv"]
        let report = try AssayBinary.json(arguments + ["--json", "--jobs", "j.csv"], in: folder.path)
        // Red may hold 2 GPUs: its second job waits for its first, blue's starts at once.
        #expect(report["held_by_quota"] as? Int == 1)
        #expect(report["quotas_of_unknown_teams"] as? [String] == ["read"])
        #expect((report["quotas"] as? [[String: Any]])?.count == 3)
        #expect(try folder.read("j.csv").contains("b,10,100,90,150,pool,completed\nc,20,20,0,50,pool,completed"))
        let told = try AssayBinary.run(arguments + ["-o", "out"], in: folder.path)
        #expect(
            told.output.contains(
                "1 of 3 quotas is for a team that the trace does not have: 'read' (did you mean 'red'?)"
            )
        )
        #expect(told.output.contains("held back by a quota"))
        #expect(try folder.read("out/index.html").contains("read 4, blue, green 1, red 2"))
        let tight = try AssayBinary.json(
            ["simulate", "t.csv", "--gpus", "4", "--quota", "red=1", "--json"],
            in: folder.path
        )
        #expect((tight["rejected"] as? [String: Int]) == ["above-quota": 1])
        let told2 = try AssayBinary.run(["simulate", "t.csv", "--gpus", "4", "--quota", "red=1"], in: folder.path)
        #expect(told2.output.contains("above the quota of its team"))
        // A sweep is under the same quotas.
        let sweep = try AssayBinary.json(
            ["simulate", "t.csv", "--gpus", "4", "--quota", "red=2", "--sweep", "queue=fcfs,easy", "--json"],
            in: folder.path
        )
        #expect((sweep["runs"] as? [[String: Any]])?.allSatisfy { $0["held_by_quota"] as? Int == 1 } == true)
    }

    @Test func `a MIG model cuts jobs by what they state, and says who keeps whole GPUs`() throws {
        let folder = try TemporaryFolder()
        var text = "job,submit_s,duration_s,gpus,gpu_memory_mib,team\n"
        for job in 0..<4 { text += "small\(job),0,1000,1,6000,a\n" }
        text += "large,0,1000,1,70000,a\nquiet,0,1000,1,,b\ngang,0,1000,2,6000,b\n"
        try folder.write("t.csv", text)
        let estate = ["simulate", "t.csv", "--gpus", "8", "--gpu", "a100-sxm-80gb"]
        let whole = try AssayBinary.json(estate + ["--json"], in: folder.path)
        #expect(whole["model"] as? String == "not-stated")
        let report = try AssayBinary.json(
            estate + ["--model", "bare-metal-mig", "--json", "--jobs", "j.csv"],
            in: folder.path
        )
        #expect(report["model"] as? String == "bare-metal-mig")
        #expect(
            report["slices"] as? [String: Int] == [
                "jobs": 7, "ask_whole_gpus": 7, "sliced": 4, "sliced_by_assumed_need": 4, "whole_no_memory_stated": 1,
                "whole_fit_no_slice": 1, "whole_several_gpus": 1, "name_a_profile": 0, "profile_too_small": 0,
                "profile_not_in_layout": 0,
                "slot_too_slow": 0,
            ]
        )
        #expect((report["repartitions"] as? Int) == 4)
        #expect(try folder.read("j.csv").contains(":3g.40gb@"))
        let told = try AssayBinary.run(estate + ["--model", "bare-metal-mig", "-o", "out"], in: folder.path)
        let sentence = "1 of 7 jobs ask for whole GPUs and state no memory: replayed as whole GPUs"
        #expect(told.output.contains("Model: bare-metal-mig, instances come and go with the jobs"))
        #expect(told.output.contains(sentence))
        let page = try folder.read("out/index.html")
        #expect(page.contains(sentence) && page.contains("Deployment model"))
        // A stated need has a smaller slice.
        _ = try AssayBinary.json(
            estate + ["--model", "vm-vgpu-mig", "--needs", "*=0.1:0.3", "--json", "--jobs", "j.csv"],
            in: folder.path
        )
        #expect(try folder.read("j.csv").contains(":1g.10gb@"))
        // A sweep of models is their replays.
        let sweep = try AssayBinary.json(
            estate + ["--sweep", "model=bare-metal,bare-metal-mig", "--json"],
            in: folder.path
        )
        #expect((sweep["runs"] as? [[String: Any]])?.compactMap { $0["repartitions"] as? Int } == [0, 4])
    }

    @Test func `a mixed estate has its parts, from options or from a decision`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace())
        let estate = ["simulate", "t.csv", "--gpus", "24", "--gpu", "a100-sxm-80gb", "--model", "mixed", "--json"]
        let parts = [
            "--assign", "class:notebook=bare-metal-mig:8", "--assign", "class:training=vm-passthrough", "--overhead",
            "0.1", "--start-up", "60", "--needs", "notebook=0.1:0.3",
        ]
        let report = try AssayBinary.json(estate + parts + ["--jobs", "j.csv"], in: folder.path)
        #expect(report["model"] as? String == "mixed" && report["gpus"] as? Int == 24)
        let rows = try folder.read("j.csv").split(separator: "\n").map(String.init)
        // Notebooks on the first host, without the hypervisor's overhead; training on the others, with it.
        #expect(rows.contains { $0.hasPrefix("n0,0,0,0,") && $0.contains(",0:0:1g.10gb@") })
        #expect(rows.contains { $0.hasPrefix("t0,3000,3000,0,25060,1:") })
        try folder.write(
            "d.json",
            """
            {"assay_decision": 1, "workloads": [{"name": "notebook"}, {"name": "big", "jobs": "class:training"}],
             "assignments": [{"chosen": false, "platforms": []}, {"chosen": true, "platforms": [
              {"model": "bare-metal-mig", "workloads": ["notebook"], "gpus": 8},
              {"model": "vm-passthrough", "workloads": ["big"], "gpus": 16}]}]}
            """
        )
        let decided = try AssayBinary.json(
            estate + ["--decision", "d.json"] + parts.dropFirst(4) + ["--jobs", "k.csv"],
            in: folder.path
        )
        #expect(decided["model_detail"] as? String == report["model_detail"] as? String)
        #expect(try folder.read("k.csv") == folder.read("j.csv"))
        let free = try AssayBinary.json(estate + ["--decision", "d.json"], in: folder.path)
        #expect((free["model_detail"] as? String)?.contains("the decision does not say how it took its jobs") == true)
        for (more, status, word) in [
            ([], 64, "--decision FILE.json"), (["--assign", "class:notebook=metal"], 64, "deployment model"),
            (["--assign", "class:notebok=bare-metal"], 2, "'notebok'"),
            (["--assign", "*=bare-metal:5"], 2, "not whole hosts"),
            (["--assign", "*=bare-metal:80"], 2, "does not fit the 24"),
            (["--assign", "*=bare-metal:8", "--assign", "class:notebook=vm-vgpu"], 2, "both"),
            (["--decision", "t.csv"], 2, "t.csv"),
            (["--assign", "*=bare-metal", "--no-departures"], 64, "--no-departures"),
            // Found before the first replay of a sweep.
            (["--assign", "*=bare-metal:16", "--sweep", "gpus=24,8"], 2, "does not fit the 8"),
        ] as [([String], Int32, String)] {
            let outcome = try AssayBinary.run(estate + more, in: folder.path)
            #expect(outcome.status == status && outcome.errors.contains(word), "\(more): \(outcome.errors)")
        }
    }

    @Test func `a mixed estate is swept beside single models, each run as it would be alone`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace())
        let parts = [
            "--assign", "class:notebook=bare-metal-mig:8", "--assign", "class:training=vm-passthrough", "--overhead",
            "0.1", "--needs", "notebook=0.1:0.3",
        ]
        let estate = ["simulate", "t.csv", "--gpus", "24", "--gpu", "a100-sxm-80gb", "--model", "mixed", "--json"]
        let sweep = try AssayBinary.json(
            estate + parts + ["--sweep", "gpus=16,24,model=mixed,vm-passthrough"],
            in: folder.path
        )
        let runs = try #require(sweep["runs"] as? [[String: Any]])
        #expect(runs.compactMap { $0["model"] as? String } == ["mixed", "vm-passthrough", "mixed", "vm-passthrough"])
        #expect(runs.compactMap { $0["gpus"] as? Int } == [16, 16, 24, 24])
        for (run, gpus) in zip([runs[0], runs[2]], [16, 24]) {
            let alone = try AssayBinary.json(
                ["simulate", "t.csv", "--gpus", "\(gpus)", "--gpu", "a100-sxm-80gb", "--model", "mixed", "--json"]
                    + parts,
                in: folder.path
            )
            for key in ["completed", "repartitions"] { #expect(run[key] as? Int == alone[key] as? Int) }
            for key in ["mean_wait_s", "makespan_s", "allocated_share"] {
                #expect((run[key] as? NSNumber)?.doubleValue == (alone[key] as? NSNumber)?.doubleValue, "\(key)")
            }
        }
        let wrong = try AssayBinary.run(
            ["simulate", "t.csv", "--gpus", "8", "--gpu", "a100-sxm-80gb", "--sweep", "model=mixed"],
            in: folder.path
        )
        #expect(wrong.status == 64 && wrong.errors.contains("--model mixed"))
    }

    @Test func `hosts of a study limit jobs by their cores and by their memory`() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "study.yaml",
            """
            name: hosts
            date: 2026-11-01
            estate:
              today: bare-metal
              gpu: a100-sxm-80gb
              hosts: node[1-2]
              gpus_per_host: 8
              cores_per_host: 64
              host_memory_gib: 512
            workloads: [{name: w, class: fine-tuning, gpus: 8, memory_gib: 4}]

            """
        )
        // Six jobs of 24 cores: two to a host. Six of 200 GiB: two to a host. One larger than any host.
        let fields = "job,submit_s,duration_s,gpus,cpus,memory_mib\n"
        try folder.write("cores.csv", fields + (0..<6).map { "\($0),0,100,1,24,1000\n" }.joined())
        try folder.write("memory.csv", fields + (0..<6).map { "\($0),0,100,1,1,204800\n" }.joined())
        try folder.write("large.csv", fields + "a,0,100,1,1,1000\nb,0,100,1,1,600000\nc,0,100,1,65,1000\n")
        func report(_ trace: String, _ more: [String] = []) throws -> [String: Any] {
            try AssayBinary.json(["simulate", trace, "--estate", ".", "--json"] + more, in: folder.path)
        }
        for model in ["bare-metal", "bare-metal-mig"] {
            for trace in ["cores.csv", "memory.csv"] {
                let one = try report(trace, ["--model", model])
                #expect((one["makespan_s"] as? NSNumber)?.doubleValue == 200, "\(model), \(trace)")
            }
            let large = try report("large.csv", ["--model", model])
            #expect(large["rejected"] as? [String: Int] == ["too-much-cpu": 1, "too-much-memory": 1])
        }
    }

    @Test func `models have their costs on a list of nodes as well`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", "job,submit_s,duration_s,gpus,cpus\na,0,100,1,4\nb,0,100,1,4\n")
        try folder.write("n.csv", "sn,cpu_milli,memory_mib,gpu,model\nx,64000,262144,2,P100\ny,32000,262144,4,G2\n")
        _ = try AssayBinary.json(
            [
                "simulate", "t.csv", "--nodes", "n.csv", "--model", "vm-passthrough", "--overhead", "0.5",
                "--vm-shapes",
                "1,2,4", "--json", "--jobs", "j.csv",
            ],
            in: folder.path
        )
        #expect(try folder.read("j.csv").contains("a,0,0,0,150,"))
        let refused = try AssayBinary.run(
            ["simulate", "t.csv", "--nodes", "n.csv", "--model", "bare-metal-mig"],
            in: folder.path
        )
        #expect(refused.status == 2 && refused.errors.contains("a100-sxm-80gb"))
    }

    @Test func `what a hypervisor costs is not asked of bare metal beside it`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", "job,submit_s,duration_s,gpus\na,0,100,1\nb,0,100,1\n")
        let estate = ["simulate", "t.csv", "--gpus", "1", "--gpu", "a100-sxm-80gb", "--json"]
        func ends(_ more: [String]) throws -> [Double] {
            let report = try AssayBinary.json(estate + more, in: folder.path)
            let runs = try #require(report["runs"] as? [[String: Any]])
            return runs.compactMap { ($0["makespan_s"] as? NSNumber)?.doubleValue }
        }
        let costs = ["--overhead", "0.08", "--start-up", "60"]
        let models = ["--sweep", "model=bare-metal,vm-passthrough,bare-metal-mig"]
        #expect(try ends(costs + models) == [200, 336, 200])
        let parts = ["--model", "mixed", "--assign", "*=vm-passthrough"]
        #expect(try ends(costs + parts + ["--sweep", "model=mixed,bare-metal"]) == [336, 200])
        // Of bare metal alone a start-up is whatever stands before its jobs' work.
        #expect(try ends(["--start-up", "60", "--sweep", "model=bare-metal"]) == [320])
        // Growth: two jobs a day each after the other keep the promise on bare metal for as long as it is looked.
        try folder.write(
            "d.csv",
            "job,submit_s,duration_s,gpus\n" + (0..<60).map { "\($0),\($0 * 43_200),20000,1\n" }.joined()
        )
        let growth = try AssayBinary.json(
            ["simulate", "d.csv", "--gpus", "1", "--gpu", "a100-sxm-80gb", "--json"]
                + ["--overhead", "1.5", "--objective", "95:60", "--growth", "0.1", "--horizon", "0.1"]
                + ["--replications", "3", "--growth-models", "bare-metal,vm-passthrough"],
            in: folder.path
        )
        let broken = (growth["growth"] as? [[String: Any]])?.compactMap { $0["broken_today"] as? Bool }
        #expect(broken == [false, true])
        // What is brought to bare-metal work without a model is priced on bare metal, and says so.
        let recorded = try AssayBinary.json(
            estate + ["--recorded-under", "vm-passthrough", "--recorded-overhead", "0.25"],
            in: folder.path
        )
        #expect(recorded["model"] as? String == "bare-metal")
        #expect((recorded["makespan_s"] as? NSNumber)?.doubleValue == 160)
        let told = try AssayBinary.run(
            ["simulate", "t.csv", "--gpus", "1", "--gpu", "a100-sxm-80gb", "--model", "vm-passthrough"],
            in: folder.path
        )
        #expect(told.output.contains("machines of 1 GPU;"), "\(told.output)")
    }

    @Test func `the same work is priced under every model, whether its costs are stated or not`() throws {
        let folder = try TemporaryFolder()
        var text = "job,submit_s,duration_s,gpus,profile\n"
        for job in 0..<60 { text += "j\(job),\(job * 100),500,1,1g.10gb\n" }
        try folder.write("t.csv", text)
        let estate = ["simulate", "t.csv", "--gpus", "8", "--gpu", "h100-sxm-80gb", "--json"]
        func useful(_ more: [String]) throws -> Double {
            let run = try AssayBinary.json(estate + more, in: folder.path)
            #expect(run["completed"] as? Int == 60, "\(more)")
            return try #require((run["makespan_s"] as? NSNumber)?.doubleValue)
        }
        for model in ["bare-metal", "vm-passthrough", "vm-vgpu", "vm-sriov"] {
            #expect(try useful(["--model", model]) == useful(["--model", model, "--overhead", "0"]))
        }
        // Half a minute of work on a whole GPU, not the 500 s of a seventh of one.
        #expect(try useful(["--model", "bare-metal"]) < 5_900 + 200)
        #expect(try useful(["--model", "bare-metal-mig"]) >= 6_400)
        let sweep = try AssayBinary.json(
            estate + ["--sweep", "model=bare-metal,bare-metal-mig,vm-vgpu"],
            in: folder.path
        )
        let runs = try #require(sweep["runs"] as? [[String: Any]])
        for (run, model) in zip(runs, ["bare-metal", "bare-metal-mig", "vm-vgpu"]) {
            #expect(try (run["makespan_s"] as? NSNumber)?.doubleValue == useful(["--model", model]))
        }
        let told = try AssayBinary.run(Array(estate.dropLast()) + ["--model", "vm-vgpu"], in: folder.path)
        #expect(told.output.contains("Model: vm-vgpu, 4 slots to a GPU (--slots says others); at no overhead"))
        #expect(told.output.contains("60 of 60 jobs would fit a slot, but their turn alone is slower"))
        #expect(told.output.contains("60 jobs name a MIG profile: their durations are taken as those on it"))
        // A pool has no hosts that a model could cut: the trace as it stands.
        let pool = try AssayBinary.json(
            ["simulate", "t.csv", "--gpus", "8", "--model", "bare-metal", "--json"],
            in: folder.path
        )
        #expect((pool["makespan_s"] as? NSNumber)?.doubleValue == 6_400)
    }

    @Test func `places name every part of a job, and a slot does not read as a whole GPU`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", "job,submit_s,duration_s,gpus,profile\na,0,3600,3,1g.10gb\nb,600,3600,2,2g.20gb\n")
        let estate = ["--gpus", "2", "--gpu", "h100-sxm-80gb", "--json", "--jobs", "j.csv"]
        _ = try AssayBinary.json(["simulate", "t.csv", "--model", "bare-metal-mig"] + estate, in: folder.path)
        let rows = try folder.read("j.csv").split(separator: "\n").dropFirst()
        for (row, count) in zip(rows, [3, 2]) {
            let parts = row.split(separator: ",")[5].split(separator: " ")
            #expect(
                parts.count == count && Set(parts).count == count && parts.allSatisfy { $0.contains("gb@") },
                "\(row)"
            )
        }
        try folder.write("s.csv", "job,submit_s,duration_s,gpus,gpu_memory_mib\na,0,100,1,6000\nb,0,100,1,60000\n")
        _ = try AssayBinary.json(
            ["simulate", "s.csv", "--model", "vm-vgpu", "--needs", "*=0.1:0.1"] + estate,
            in: folder.path
        )
        let shared = try folder.read("j.csv")
        #expect(shared.contains(":0.25,completed") || shared.contains(":1:0.25,"))
        #expect(shared.contains("b,0,0,0,100,0:1,completed") || shared.contains("b,0,0,0,100,0:0,completed"))
    }

    @Test func `a warning about demand knows what the model makes of it`() throws {
        let folder = try TemporaryFolder()
        var text = "job,submit_s,duration_s,gpus,gpu_memory_mib\n"
        for job in 0..<200 { text += "j\(job),\(job * 100),500,1,6000\n" }
        try folder.write("t.csv", text)
        let estate = ["simulate", "t.csv", "--gpus", "2", "--gpu", "h100-sxm-80gb", "--needs", "*=0.1:0.1"]
        func warns(_ more: [String]) throws -> Bool {
            try AssayBinary.run(estate + more, in: folder.path).output.contains("waits grow for as long as it lasts")
        }
        #expect(try warns(["--model", "bare-metal"]))
        #expect(try !warns(["--model", "bare-metal-mig"]))
        #expect(try !warns(["--sweep", "model=bare-metal,bare-metal-mig"]))
        let swept = try AssayBinary.run(
            ["simulate", "t.csv", "--gpus", "64", "--sweep", "gpus=2,64"],
            in: folder.path
        )
        #expect(swept.output.contains("at gpus=2, the least of the sweep: "))
    }

    @Test func `outputs never take the place of what is read, nor of one another`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace())
        try FileManager.default.createDirectory(atPath: folder.path + "/out", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "out")
        for (more, word) in [
            (["--jobs", "t.csv"], "the trace"), (["--series", "./out/../t.csv"], "the trace"),
            (["--series", "same.csv", "--jobs", "same.csv"], "--series"),
            (["--series", "out/jobs.csv", "--jobs", "link/jobs.csv"], "--series"),
            (["-o", "out", "--jobs", "link/jobs.csv"], "-o"),
            (["--series", "new/deep/a.csv", "--jobs", "new/deep/../deep/./a.csv"], "--series"),
        ] {
            let result = try AssayBinary.run(Self.estate + more, in: folder.path)
            #expect(result.status == 64 && result.errors.contains(word), "\(more): \(result.errors)")
        }
        #expect(try folder.read("t.csv") == Self.trace())
    }

    @Test func `flags that would change nothing are refused`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace())
        let hosts = ["--gpus", "8", "--gpu", "a100-sxm-80gb"]
        for (arguments, word) in [
            (hosts + ["--model", "bare-metal", "--slots", "4"], "not with bare-metal"),
            (hosts + ["--model", "bare-metal", "--vm-shapes", "1,2"], "vm-passthrough"),
            (hosts + ["--model", "bare-metal", "--interference", "0.1"], "--interference goes with"),
            (hosts + ["--switching", "0.1"], "--model"), (["--gpus", "8", "--gpus-per-node", "4"], "--gpu"),
            (hosts + ["--replications", "5"], "--growth"), (hosts + ["--horizon", "5"], "--growth"),
            (hosts + ["--sample", "60"], "--series"), (hosts + ["--half-life", "24"], "--queue fair"),
            (hosts + ["--team", "qos"], "--map team=COLUMN"), (hosts + ["--repartition", "5"], "--model"),
            (hosts + ["--model", "bare-metal", "--repartition", "5"], "not with bare-metal"),
            (["--gpus", "8", "--model", "bare-metal", "--slices", "1g.10gb"], "--gpu MODEL"),
            (hosts + ["--no-departures", "--start-up", "5"], "--start-up is of a replay in time"),
            (hosts + ["--slurm-tries", "5"], "--slurm-tries goes with --slurm"),
            (hosts + ["--slurm-on-interrupt", "cancel"], "--slurm-on-interrupt goes with --slurm"),
            (hosts + ["--write-example", "x.csv"], "--write-example"),
            (["--nodes", "n.csv", "--objective", "95:60"], "--growth"),
            (
                hosts + ["--model", "mixed", "--assign", "*=bare-metal", "--start-up", "5"],
                "--start-up holds for the virtual"
            ),
            (hosts + ["--shards-per-gpu", "8"], "sacct"), (hosts + ["--sweep", "gpus=4,,5"], "empty item"),
            (hosts + ["--model", "bare-metal", "--overhead", "0.1"], "not with bare-metal"),
            (hosts + ["--overhead", "0.1"], "name one with --model"),
            (hosts + ["--model", "mixed", "--assign", "*=bare-metal", "--overhead", "0.1"], "not with bare-metal"),
            (["--gpus", "8", "--repartition", "5"], "such as bare-metal-mig"),
            (hosts + ["--model", "vm-vgpu", "--repartition", "5"], "not with vm-vgpu"),
            (hosts + ["--slices", "1g.10gb=7", "--repartition", "5"], "fixed layout"),
            (hosts + ["--no-departures", "--start-up", "5"], "--start-up is of a replay in time"),
            (hosts + ["--no-departures", "--repartition", "5"], "--repartition is of a replay in time"),
            (hosts + ["--model", "mixd"], "did you mean 'mixed'?"),
        ] {
            let result = try AssayBinary.run(["simulate", "t.csv"] + arguments, in: folder.path)
            #expect(result.status == 64 && result.errors.contains(word), "\(arguments): \(result.errors)")
        }
        let sweep = try AssayBinary.json(
            ["simulate", "t.csv"] + hosts + ["--sweep", "policy=fcfs,easy,best-fit", "--json"],
            in: folder.path
        )
        #expect((sweep["runs"] as? [Any])?.count == 2)
    }

    @Test func `a choice where there is none is told, and changes nothing`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", "job,submit_s,duration_s,gpus\na,0,100,1\nb,10,50,2\n")
        let hosts = ["--gpus", "8", "--gpu", "a100-sxm-80gb"]
        for (arguments, word) in [
            (["--gpus", "8", "--place", "fgd"], "the placement changes nothing"),
            (hosts + ["--seed", "7"], "nothing is drawn"),
            (hosts + ["--zone", "UTC"], "--zone changes nothing"),
            (hosts + ["--estimates", "3"], "only the queues easy and fair"),
            (hosts + ["--estimates", "3", "--sweep", "gpus=8,16"], "only the queues easy and fair"),
            (hosts + ["--queue", "fair"], "no two teams"), (hosts + ["--queue", "priority"], "the same priority"),
            (hosts + ["--no-departures", "--queue", "easy"], "no job waits"),
            (hosts + ["--queue", "easy", "--sweep", "queue=fcfs"], "--queue changes nothing"),
            (hosts + ["--sweep", "seed=1,2"], "nothing is drawn"),
        ] {
            let report = try AssayBinary.json(["simulate", "t.csv", "--json"] + arguments, in: folder.path)
            let notes = report["notes"] as? [String] ?? []
            #expect(notes.count == 1 && notes.first?.contains(word) == true, "\(arguments): \(notes)")
        }
        for arguments in [
            hosts, hosts + ["--place", "random", "--seed", "7"], hosts + ["--no-departures", "--seed", "7"],
            hosts + ["--queue", "easy", "--estimates", "uniform:3", "--seed", "7"],
        ] {
            let report = try AssayBinary.json(["simulate", "t.csv", "--json"] + arguments, in: folder.path)
            #expect(report["notes"] == nil, "\(arguments)")
        }
        let text = try AssayBinary.run(["simulate", "t.csv", "--seed", "7"] + hosts, in: folder.path)
        #expect(text.output.contains("note: the seed changes nothing"))
    }

    @Test func `a profile of another variant of the GPU names the variant`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", "job,submit_s,duration_s,gpus,profile\na,0,10,1,1g.20gb\nb,0,10,1,1g.5gb\n")
        let hosts = ["simulate", "t.csv", "--gpus", "8", "--gpu", "a100-sxm-40gb"]
        let outcome = try AssayBinary.run(hosts + ["--model", "bare-metal-mig"], in: folder.path)
        #expect(
            outcome.output.contains(
                "warning: 1 job names the MIG profile '1g.20gb', which a100-sxm-40gb has not; a100-sxm-80gb and a100-pcie-80gb have it"
            ),
            "\(outcome.output)"
        )
        let slices = try AssayBinary.run(hosts + ["--slices", "1g.20gb=2"], in: folder.path)
        #expect(
            slices.status == 2 && slices.errors.contains("a100-sxm-80gb and a100-pcie-80gb have it"),
            "\(slices.errors)"
        )
        let many = try AssayBinary.run(hosts + ["--slices", "1g.10gb=7"], in: folder.path)
        #expect(many.status == 2 && many.errors.contains("a100-sxm-80gb, a100-pcie-80gb can"), "\(many.errors)")
        let whole = try AssayBinary.run(hosts + ["--model", "bare-metal"], in: folder.path)
        #expect(!whole.output.contains("warning"), "\(whole.output)")
    }
}
