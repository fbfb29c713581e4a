import Foundation
import Testing

/// `assay plan` as a user runs it.
@Suite struct PlanTests {
    static let demand = """
        profile,count,team,gpus
        3g.40gb,2,vision,
        3g.40gb,1,search,
        whole,1,training,4

        """
    /// What nvidia-smi mig -lgi prints, in its shape.
    static let listing = """
        +----------------------------------------------------+
        | GPU instances:                                     |
        | GPU   Name          Profile  Instance   Placement  |
        |                       ID       ID       Start:Size |
        |====================================================|
        |   6  MIG 1g.10gb      19       13          6:1     |
        +----------------------------------------------------+
        |   6  MIG 3g.39gb       9        1          0:4     |
        +----------------------------------------------------+

        """

    @Test func `a demand becomes layouts, files and steps from what stands`() throws {
        let folder = try TemporaryFolder()
        try folder.write("demand.csv", Self.demand)
        try folder.write("lgi.txt", Self.listing)
        let outcome = try AssayBinary.run(
            [
                "plan", "--demand", "demand.csv", "--gpus", "8", "--gpu", "a100-sxm-80gb", "--present",
                "node1=lgi.txt",
                "--busy", "node1:6:0", "-o", "out",
            ],
            in: folder.path
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("demand.csv: 8 GPUs: 2 sliced and 4 whole, 2 spare."))
        #expect(outcome.output.contains("Why not fewer"))
        #expect(outcome.output.contains("no job is waited for"))
        #expect(!outcome.output.contains("destroy 3g.40gb@0:4"), "the running instance is kept")
        for name in ["plan.html", "plan.txt", "plan.svg"] {
            #expect(try !folder.read("out/" + name).isEmpty)
        }
        let plan = try #require(
            try JSONSerialization.jsonObject(with: Data(try folder.read("out/plan.json").utf8))
                as? [String: Any]
        )
        #expect(plan["format"] as? String == "assay.layout-plan/1")
        let same = try AssayBinary.run(
            ["plan", "diff", "out/plan.json", "out/plan.json"],
            in: folder.path
        )
        #expect(same.status == 0 && same.output == "No layout differs.\n")
        // What was planned stands: nothing is left to do.
        let again = try AssayBinary.json(
            [
                "plan", "--demand", "demand.csv", "--gpus", "8", "--gpu", "a100-sxm-80gb", "--present",
                "out/plan.json",
                "--json",
            ],
            in: folder.path
        )
        #expect(again["steps"] == nil)
    }

    @Test func `a demand in YAML and in JSON is the same demand, and each names the line of what is wrong`() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "d.yaml",
            "demand:\n  - {profile: 1g.10gb, count: 9, team: a}\n  - profile: 3g.40gb\n    count: 2\n"
        )
        try folder.write(
            "d.json",
            "[{\"profile\": \"1g.10gb\", \"count\": 9, \"team\": \"a\"},\n {\"profile\": \"3g.40gb\", \"count\": 2}]\n"
        )
        let estate = ["--gpus", "8", "--gpu", "h100-sxm-80gb", "--json"]
        let yaml = try AssayBinary.json(["plan", "--demand", "d.yaml"] + estate, in: folder.path)
        let json = try AssayBinary.json(["plan", "--demand", "d.json"] + estate, in: folder.path)
        #expect(try #require(yaml["hosts"] as? NSArray) == json["hosts"] as? NSArray)
        try folder.write("d.yaml", "- {profile: 1g.10gb, count: 9}\n- profile: 3g.41gbb\n  count: 2\n")
        try folder.write(
            "d.json",
            "[{\"profile\": \"1g.10gb\", \"count\": 9},\n {\"profile\": \"3g.41gbb\", \"count\": 2}]\n"
        )
        for file in ["d.yaml", "d.json"] {
            let outcome = try AssayBinary.run(["plan", "--demand", file] + estate, in: folder.path)
            #expect(outcome.status == 2 && outcome.errors.contains("\(file):2: '3g.41gbb' is not a MIG profile"))
        }
    }

    @Test func `an inspection says where GPUs are attached, and Slurm is told which cores are near`() throws {
        let folder = try TemporaryFolder()
        func inspection(mig: String) -> String {
            """
            {"assay_inspection": 1,
             "numa_nodes": [{"node": "node0", "processors": "0-15,32-47"}, {"node": "node1", "processors": "16-31,48-63"}],
             "facts": {"smt": {"value": "on"}, "memory_mib": {"value": "500000"}, "mig": {"value": "\(mig)"}},
             "devices": [
              {"address": "0000:c1:00.0", "identity": "10de:2330", "kind": "accelerator", "numa_node": 1},
              {"address": "0000:18:00.0", "identity": "10de:2330", "kind": "accelerator", "numa_node": 0},
              {"address": "0000:1a:00.0", "identity": "15b3:1021", "kind": "network", "numa_node": 0}
             ]}
            """
        }
        try folder.write("demand.csv", "profile,count\n1g.10gb,9\n")
        try folder.write("off.json", inspection(mig: "off"))
        try folder.write("on.json", inspection(mig: "on, off"))
        try folder.write("lgi.txt", "| GPU instances: |\n|   1  MIG 1g.10gb  19  13  6:1 |\n+---+\n")
        let plan = ["plan", "--demand", "demand.csv", "--gpus", "2", "--gpu", "h100-sxm-80gb"]
        try folder.write("whole.csv", "profile,count\nwhole,2\n")
        let outcome = try AssayBinary.run(
            [
                "plan", "--demand", "whole.csv", "--gpus", "2", "--gpu", "h100-sxm-80gb", "--present", "node1=off.json",
                "-o", "out",
            ],
            in: folder.path
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        let gres = try folder.read("out/slurm-devices-gres.conf")
        #expect(gres.contains("Cores=0-15") && gres.contains("Cores=16-31"), "\(gres)")
        let missing = try AssayBinary.run(plan + ["--present", "node1=on.json"], in: folder.path)
        #expect(missing.status == 2 && missing.errors.contains("add --present node1=FILE"), "\(missing.errors)")
        let both = try AssayBinary.json(
            plan + ["--present", "node1=lgi.txt", "--present", "node1=on.json", "--json"],
            in: folder.path
        )
        let present = try #require((both["present"] as? [[String: Any]])?.first?["gpus"] as? [[String: Any]])
        #expect(present.map { $0["mig"] as? Bool } == [false, true])
        #expect(present.map { $0["pci_bus_id"] as? String } == ["0000:18:00.0", "0000:c1:00.0"])
        let strange = try AssayBinary.run(
            ["plan", "--demand", "demand.csv", "--gpus", "2", "--gpu", "a100-sxm-80gb", "--present", "node1=off.json"],
            in: folder.path
        )
        #expect(strange.status == 2, "\(strange.output)")
        for part in ["off.json", "10de:2330, h100-sxm-80gb", "node1 GPU 0 is a100-sxm-80gb"] {
            #expect(strange.errors.contains(part), "\(strange.errors)")
        }
        let other = try AssayBinary.run(
            ["plan", "--demand", "demand.csv", "--gpus", "8", "--gpu", "h100-sxm-80gb", "--present", "node1=off.json"],
            in: folder.path
        )
        #expect(other.status == 2 && other.errors.contains("has 2 GPUs of NVIDIA, and node1 has 8"), "\(other.errors)")
    }

    @Test func `hosts keep the names of a list, and groups of a study are numbered on`() throws {
        let folder = try TemporaryFolder()
        try folder.write("demand.csv", "profile,count\n1g.10gb,9\n")
        let head = "sn,cpu_milli,memory_mib,gpu,model\n"
        try folder.write(
            "nodes.csv",
            head + "gpu01,64000,512000,2,h100-sxm-80gb\ngpu02,64000,512000,2,h100-sxm-80gb\ncpu1,64000,512000,0,\n"
        )
        try folder.write("twice.csv", head + "gpu01,64000,512000,2,h100-sxm-80gb\ngpu01,64000,512000,2,h100-sxm-80gb\n")
        try folder.write("lgi.txt", "| GPU instances: |\n|   1  MIG 1g.10gb  19  13  6:1 |\n+---+\n")
        let demand = ["plan", "--demand", "demand.csv"]
        let outcome = try AssayBinary.run(
            demand + ["--nodes", "nodes.csv", "--present", "gpu01=lgi.txt", "-o", "out"],
            in: folder.path
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try folder.read("out/slurm-devices-nodes.conf").contains("NodeName=gpu01"))
        let twice = try AssayBinary.run(demand + ["--nodes", "twice.csv"], in: folder.path)
        #expect(twice.status == 2 && twice.errors.contains("twice.csv:3: the node 'gpu01' stands on line 2 already"))
        try folder.copyExample("research-saas")
        let study = try folder.read("research-saas/study.yaml").split(separator: "\n", omittingEmptySubsequences: false)
        let groups = [
            "  groups:", "    - {hosts: 2, gpu: a100-sxm-80gb, gpus_per_host: 8}",
            "    - {hosts: 2, gpu: h100-sxm-80gb, gpus_per_host: 8}",
        ]
        var lines: [String] = []
        for line in study where !line.hasPrefix("  hosts: ") {
            lines.append(String(line))
            if line == "estate:" { lines += groups }
        }
        try folder.write("research-saas/study.yaml", lines.joined(separator: "\n"))
        let plan = try AssayBinary.json(demand + ["--estate", "research-saas", "--json"], in: folder.path)
        let hosts = try #require(plan["hosts"] as? [[String: Any]])
        #expect(hosts.compactMap { $0["name"] as? String } == ["host1", "host2", "host3", "host4"])
    }

    @Test func `the example is planned from its trace, twice the same, at every percentile`() throws {
        let folder = try TemporaryFolder()
        let arguments = ["plan", AssayBinary.root + "/Examples/research-saas", "--at", "50", "--json"]
        let first = try AssayBinary.run(arguments, in: folder.path)
        #expect(first.status == 0, "\(first.errors)")
        #expect(try AssayBinary.run(arguments, in: folder.path).output == first.output)
        let text = try AssayBinary.run(Array(arguments.dropLast()), in: folder.path).output
        for level in ["now", "p50", "p95", "p99"] { #expect(text.contains("\n" + level), "\(level)") }
        let study = AssayBinary.root + "/Examples/research-saas"
        let same = try AssayBinary.run(["plan", study, "--percentile", "95,95"], in: folder.path)
        #expect(same.output.components(separatedBy: "\np95").count == 2, "\(same.output)")
        let few = try AssayBinary.run(["plan", study, "--gpus", "1", "--gpu", "a100-sxm-80gb"], in: folder.path)
        #expect(few.status == 1 && few.errors.components(separatedBy: "the slices need").count == 5, "\(few.errors)")
    }

    @Test(
        arguments: [
            ("profile,count\n1g.10gb,1\n1g.11gbb,1\n", 2, "demand.csv:3: '1g.11gbb' is not a MIG profile"),
            ("profile,count\n1g.11gbb,1\n", 2, "did you mean '1g.10gb'?"),
            ("profile,count\n3g.40gb,99\n", 1, "42 too few"),
            (
                "profile,count\n1g.10gb,1\n1g.10gb,2\n", 2, "demand.csv:3: asks for '1g.10gb' a second time"
            ),
            ("profile,count\n1g.10gb,-1\n", 2, "count '-1' is not a whole number of 0 to 10000000"),
            ("profile,count\n1g.10gb,99999999999999999999\n", 2, "is not a whole number"),
            ("profile,count,gpus\n1g.10gb,1,2\n", 2, "only 'whole' has GPUs per job"),
            ("profile,cuont\n1g.10gb,1\n", 2, "did you mean 'count'?"),
            ("profile,count\n1g.10gb,0\n", 2, "asks for nothing"),
            ("profile,count\n", 2, "has no row"),
            ("", 2, "has no row"),
            ("[{\"profile\": \"1g.10gb\"}]", 2, "count: is missing"),
            ("profile,count,gpus\nwhole,1,9\n", 1, "the largest host has 8"),
            ("profile,count,gpus\nwhole,1,9\n", 1, "demand.csv:2: a job on 9"),
            ("profile,count,gpu\n1g.10gb,1,b200\n", 2, "demand.csv:2: the demand asks for b200-180gb"),
            ("profile,count,gpu\n\n1g.10gb,1,b2000\n", 2, "demand.csv:3: gpu: "),
            ("profile,count\n\"1g.10gb,1\n", 2, "a double quote is not closed"),
        ] as [(String, Int32, String)]
    )
    func `what is wrong is said at its place`(demand: String, status: Int32, message: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("demand.csv", demand)
        let outcome = try AssayBinary.run(
            ["plan", "--demand", "demand.csv", "--gpus", "8", "--gpu", "h100-sxm-80gb", "-o", "out"],
            in: folder.path
        )
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
    }

    @Test(
        arguments: [
            (["plan"], 64, "say what is wanted"),
            (["plan", "--demand", "d.csv"], 64, "say which hosts"),
            (["plan", "--demand", "d.csv", "--gpus", "0", "--gpu", "h100-sxm-80gb"], 64, "outside 1 to"),
            (["plan", "--demand", "d.csv", "--gpus", "4"], 64, "go together"),
            (["plan", "--demand", "d.csv", "--gpus", "4", "--gpu", "b300"], 2, "placements"),
            (["plan", "--demand", "d.csv", "--gpus", "4", "--gpu", "l4"], 2, "has no MIG"),
            (
                [
                    "plan", "--demand", "d.csv", "--gpus", "4", "--gpu", "h100-sxm-80gb", "--present",
                    "node1=bad.txt",
                ], 2, "bad.txt: node1, GPU 1: the present layout is not legal"
            ),
            (
                [
                    "plan", "--demand", "d.csv", "--gpus", "4", "--gpu", "h100-sxm-80gb", "--present",
                    "d.csv",
                ], 2, "d.csv"
            ),
            (
                [
                    "plan", "--demand", "d.csv", "--gpus", "4", "--gpu", "h100-sxm-80gb", "--present",
                    "node9=bad.txt",
                ], 2, "has no host 'node9'"
            ),
            (["plan", "diff", "d.csv", "d.csv"], 2, "d.csv"),
            (["plan", "export", "d.csv", "--mig-instances", "a=b", "-o", "o"], 64, "add --mig-minors"),
        ] as [([String], Int32, String)]
    )
    func `a wrong command line or file ends with its code`(
        arguments: [String],
        status: Int32,
        message: String
    ) throws {
        let folder = try TemporaryFolder()
        try folder.write("d.csv", "profile,count\n1g.34gb,1\n")
        if arguments.contains("h100-sxm-80gb") {
            try folder.write("d.csv", "profile,count\n1g.10gb,1\n")
        }
        try folder.write("bad.txt", "| GPU instances: |\n|   1  MIG 3g.40gb  9  1  2:4 |\n+---+\n")
        let outcome = try AssayBinary.run(arguments, in: folder.path)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }
}
