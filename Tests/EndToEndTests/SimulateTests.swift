import Foundation
import Testing

/// `assay simulate` as a user runs it.
@Suite struct SimulateTests {
    /// Three jobs on two GPUs: the second waits for the first, the third for the second under strict FCFS.
    static let trace = """
        job,submit_s,duration_s,gpus,requested_s,team
        a,0,100,1,100,red
        b,10,50,2,50,red
        c,20,30,1,30,"blue, green"

        """

    @Test func `waits and places of every job are those by hand`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace)
        let report = try AssayBinary.json(
            [
                "simulate", "t.csv", "--gpus", "2", "--json", "--jobs", "jobs.csv", "--series", "s.csv", "--sample",
                "60",
            ],
            in: folder.path
        )
        #expect(report["jobs"] as? Int == 3)
        #expect(report["completed"] as? Int == 3)
        // Waits 0, 90 and 130 seconds; 230 GPU-seconds of 2 * 180.
        #expect(abs((report["mean_wait_s"] as? Double ?? 0) - 220.0 / 3) < 1e-9)
        #expect(report["p99_wait_s"] as? Double == 130)
        #expect(report["makespan_s"] as? Double == 180)
        #expect(abs((report["allocated_share"] as? Double ?? 0) - 230.0 / 360) < 1e-9)
        for key in ["active_share", "fragmented_share", "seconds_parsing", "seconds_simulating"] {
            #expect(report[key] is Double || report[key] is Int, "\(key)")
        }
        #expect(
            try folder.read("jobs.csv") == """
                job,submit_s,start_s,wait_s,end_s,place,outcome
                a,0,0,0,100,pool,completed
                b,10,100,90,150,pool,completed
                c,20,150,130,180,pool,completed

                """
        )
        #expect(
            try folder.read("s.csv").hasPrefix(
                "time_s,arrived_percent,allocated_percent,fragmented_percent,waiting,running\n0,"
            )
        )
    }

    @Test func `a backfilled job goes ahead where it delays nobody`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace)
        _ = try AssayBinary.json(
            ["simulate", "t.csv", "--gpus", "2", "--queue", "easy", "--json", "--jobs", "jobs.csv"],
            in: folder.path
        )
        #expect(try folder.read("jobs.csv").contains("c,20,20,0,50,pool,completed"))
    }

    @Test func `slices of a GPU are placed where NVIDIA allows`() throws {
        let folder = try TemporaryFolder()
        var text = "job,submit_s,duration_s,gpus,profile\n"
        for job in 0..<7 { text += "s\(job),0,100,1,1g.10gb\n" }
        text += "late,1,100,1,3g.40gb\n"
        try folder.write("t.csv", text)
        let report = try AssayBinary.json(
            [
                "simulate", "t.csv", "--gpus", "1", "--gpu", "h100-sxm-80gb", "--model", "bare-metal-mig", "--json",
                "--jobs",
                "jobs.csv",
            ],
            in: folder.path
        )
        #expect(report["completed"] as? Int == 8)
        let rows = try folder.read("jobs.csv").split(separator: "\n").dropFirst().map(String.init)
        #expect(Set(rows.prefix(7).compactMap { $0.split(separator: ",").dropFirst(5).first }).count == 7)
        #expect(rows.last?.contains("late,1,100,99,200,0:0:3g.40gb@") == true)
    }

    @Test func `openb's protocol runs from the command line`() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "nodes.csv",
            "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,P100\nn1,96000,393216,8,G2\n"
        )
        var pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n"
        for pod in 0..<40 { pods += "p\(pod),4000,8192,1,\([250, 500, 1000][pod % 3]),\(pod % 5 == 0 ? "G2" : "")\n" }
        try folder.write("pods.csv", pods)
        let arguments = [
            "simulate", "pods.csv", "--nodes", "nodes.csv", "--place", "fgd", "--inflate", "1.3", "--no-departures",
            "--seed",
            "42", "--json",
        ]
        let report = try AssayBinary.json(arguments + ["--series", "one.csv"], in: folder.path)
        _ = try AssayBinary.json(arguments + ["--series", "two.csv"], in: folder.path)
        #expect(try folder.read("one.csv") == folder.read("two.csv"))
        let rows = try folder.read("one.csv").split(separator: "\n").map { $0.split(separator: ",") }
        #expect(rows.first?.joined(separator: ",") == "arrived_percent,allocated_percent,fragmented_percent")
        let last = try #require(rows.last).compactMap { Double($0) }
        #expect(last.count == 3 && last[0] >= 120 && last[1] > 60 && last[1] <= 100)
        #expect((report["arrived_share"] as? Double ?? 0) >= 1.2)
    }

    @Test func `the place of a job without a GPU names none, on shared GPUs too`() throws {
        let folder = try TemporaryFolder()
        try folder.write("nodes.csv", "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,P100\n")
        try folder.write(
            "pods.csv",
            """
            name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time,scheduled_time
            a,1000,1000,0,0,,0,9,0
            b,1000,1000,1,250,,0,9,0

            """
        )
        for more in [[], ["--no-departures"]] {
            let arguments = ["simulate", "pods.csv", "--nodes", "nodes.csv", "--jobs", "j.csv", "--json"]
            _ = try AssayBinary.json(arguments + more, in: folder.path)
            let rows = try folder.read("j.csv").split(separator: "\n").map { $0.split(separator: ",") }
            let row = try #require(rows.first { $0.first == "a" })
            #expect(row.contains("0:"), "\(row)")
        }
    }

    @Test func `a sweep is the replays one by one`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace)
        let report = try AssayBinary.json(
            ["simulate", "t.csv", "--gpus", "2", "--sweep", "queue=fcfs,easy,gpus=2,3", "--json"],
            in: folder.path
        )
        let runs = try #require(report["runs"] as? [[String: Any]])
        #expect(runs.map { "\($0["queue"] ?? "") \($0["gpus"] ?? "")" } == ["fcfs 2", "fcfs 3", "easy 2", "easy 3"])
        for run in runs {
            let (queue, gpus) = (run["queue"] as? String ?? "", "\(run["gpus"] ?? "")")
            let one = try AssayBinary.json(
                ["simulate", "t.csv", "--gpus", gpus, "--queue", queue, "--json"],
                in: folder.path
            )
            #expect(one["mean_wait_s"] as? Double == run["mean_wait_s"] as? Double)
        }
    }

    @Test func `the audit is shown to people and programs`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace + "d,30,-5,1,,\ne,40\n")
        let outcome = try AssayBinary.run(["simulate", "t.csv", "--gpus", "2"], in: folder.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("5 rows, 3 jobs, 2 rows left out"))
        #expect(outcome.output.contains("the job has a negative duration"))
        let report = try AssayBinary.json(["simulate", "t.csv", "--gpus", "2", "--json"], in: folder.path)
        let audit = try #require(report["import"] as? [String: Any])
        let findings = try #require(audit["findings"] as? [[String: Any]])
        #expect(findings.compactMap { $0["finding"] as? String } == ["field-count", "negative-duration"])
        #expect(findings.compactMap { $0["first_lines"] as? [Int] } == [[6], [5]])
    }

    @Test func `standard input is read, a compressed file is refused with the command that unpacks it`() throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace)
        let piped = try AssayBinary.run(["simulate", "-", "--gpus", "2", "--json"], in: folder.path, input: Self.trace)
        #expect(piped.status == 0, "\(piped.errors)")
        try Data([0x1F, 0x8B, 0x08, 0x00, 0x0A]).write(to: URL(fileURLWithPath: folder.path + "/t.gz"))
        let refused = try AssayBinary.run(["simulate", "t.gz", "--gpus", "2"], in: folder.path)
        #expect(refused.status == 2)
        #expect(refused.errors.contains("gzip -dc t.gz | assay simulate -"))
    }

    /// Clocks in Berlin were set back at 03:00 on 25 October 2026.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Berlin")))
    func `a zone's change of clocks lies between two times`() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "t.csv",
            "job,submit,duration_s,gpus\na,2026-10-25 01:30:00,1,1\nb,2026-10-25 03:30:00,1,1\nc,2026-10-25T03:30:00Z,1,1\n"
        )
        let expected = ["Europe/Berlin": ["a,0,", "b,10800,", "c,14400,"], "+01:00": ["a,0,", "b,7200,", "c,10800,"]]
        for (zone, starts) in expected {
            let report = try AssayBinary.json(
                ["simulate", "t.csv", "--gpus", "2", "--zone", zone, "--jobs", "j.csv", "--json"],
                in: folder.path
            )
            let rows = try folder.read("j.csv").split(separator: "\n").dropFirst()
            #expect(zip(rows, starts).allSatisfy { $0.hasPrefix($1) }, "\(zone): \(rows)")
            let findings = (report["import"] as? [String: Any])?["findings"] as? [[String: Any]]
            #expect(findings?.compactMap { $0["finding"] as? String } == ["mixed-zones"])
        }
    }

    @Test(
        arguments: [
            (["--gpus", "0"], 64, "--gpus 0"), ([], 64, "--gpus N"), (["--gpus", "2", "--nodes", "x"], 64, "exclude"),
            (["--gpus", "2", "--queue", "fcsf"], 64, "did you mean 'fcfs'?"),
            (["--gpus", "2", "--place", "fgdd"], 64, "did you mean"),
            (["--gpus", "2", "--inflate", "1.3"], 64, "--no-departures"),
            (["--gpus", "2", "--map", "submitt=x"], 64, "did you mean 'submit'?"),
            (["--gpus", "2", "--zone", "Nowhere/City"], 64, "Nowhere/City"),
            (["--gpus", "2", "--sweep", "polcy=x"], 64, "did you mean 'policy'?"),
            (["--gpus", "2", "--model", "bare-metal-mig"], 64, "--gpu MODEL"),
            (["--nodes", "none.csv"], 2, "none.csv"),
            (["--gpus", "2", "--gpu", "h100-sxm-81gb"], 64, "did you mean"), (["--estate", "nowhere"], 2, "nowhere"),
            (["--gpus", "2", "--map", "team=teem"], 2, "did you mean 'team'?"),
            (["--gpus", "2", "--quota", "red"], 64, "--quota vision=16"),
            (["--gpus", "2", "--quota", "red=-1"], 64, "--quota 'red=-1'"),
            (["--gpus", "2", "--quota", "red=1", "--quota", "red=2"], 64, "a second quota"),
            (["--gpus", "2", "--quotas", "none.csv"], 2, "none.csv"),
            (["--gpus", "2", "--quota", "red=1", "--no-departures"], 64, "--no-departures"),
        ] as [([String], Int32, String)]
    )
    func `a wrong command line says what to write`(_ arguments: [String], _ status: Int32, _ named: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("t.csv", Self.trace)
        let outcome = try AssayBinary.run(["simulate", "t.csv"] + arguments, in: folder.path)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errors.contains(named), "\(outcome.errors)")
        #expect(folder.names == ["t.csv"])
    }

    @Test func `a job beyond the pool is rejected with the reason, a trace of such jobs is refused`() throws {
        let folder = try TemporaryFolder()
        let row = "1 0 -1 5 1 -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1 -1\n"
        let large = "2 0 -1 5 9 -1 -1 9 -1 -1 1 1 1 -1 -1 -1 -1 -1\n"
        try folder.write("t.swf", "; x\n" + row + large)
        let report = try AssayBinary.json(["simulate", "t.swf", "--gpus", "4", "--json"], in: folder.path)
        #expect(report["completed"] as? Int == 1)
        #expect((report["rejected"] as? [String: Int]) == ["too-many-gpus": 1])
        try folder.write("t.swf", "; x\n" + large)
        let refused = try AssayBinary.run(["simulate", "t.swf", "--gpus", "4", "--jobs", "j.csv"], in: folder.path)
        #expect(refused.status == 2)
        #expect(folder.names == ["t.swf"])
    }

    @Test func `the example trace is written and replayed`() throws {
        let folder = try TemporaryFolder()
        let written = try AssayBinary.run(["simulate", "--write-example", "research.csv"], in: folder.path)
        #expect(written.status == 0, "\(written.errors)")
        let shipped = try String(contentsOfFile: AssayBinary.root + "/Examples/traces/research.csv", encoding: .utf8)
        #expect(try folder.read("research.csv") == shipped)
        let report = try AssayBinary.json(
            ["simulate", "research.csv", "--gpus", "64", "--gpu", "h100-sxm-80gb", "--json"],
            in: folder.path
        )
        #expect(report["completed"] as? Int == report["jobs"] as? Int)
    }
}
