import Documents
import Estate
import Exporting
import Scheduling
import Testing

@Suite struct SlurmExportTests {
    @Test(arguments: [
        "slurm-counts-nodes.conf", "slurm-counts-gres.conf", "slurm-devices-nodes.conf", "slurm-devices-gres.conf",
        "slurm-README.md", "slurm-counts-job-1g.10gb.sh", "slurm-devices-job-gang-2xa100.sh",
    ]) func `the mixed plan as Slurm takes it`(name: String) throws {
        try Golden.check(try #require(try Plans.files(Plans.mixed, .slurm)[name]), name)
    }

    /// The lines of a configuration as keys and values; comments are left out.
    private static func lines(_ text: String) -> [[String: String]] {
        text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            Dictionary(
                line.split(separator: " ").map { word in
                    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
                },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }

    /// Counts of the node lines, host by host, whole GPUs of any type under `whole`.
    private static func nodes(_ text: String) throws -> [String: [String: Int]] {
        var counts: [String: [String: Int]] = [:]
        for line in lines(text) {
            guard let list = line["NodeName"] else { continue }
            for host in try Hostlist(parsing: list).names {
                #expect(counts[host] == nil, "a node twice")
                counts[host] = [:]
                for resource in (line["Gres"] ?? "").split(separator: ",") {
                    let parts = resource.split(separator: ":").map(String.init)
                    try #require(parts.count == 3)
                    let type = parts[1].contains("g.") ? parts[1] : "whole"
                    counts[host]?[type, default: 0] += Int(parts[2]) ?? -1
                }
            }
        }
        return counts.filter { !$0.value.isEmpty }
    }

    /// Counts of `gres.conf`, host by host.
    private static func gres(_ text: String) throws -> [String: [String: Int]] {
        var counts: [String: [String: Int]] = [:]
        for line in lines(text) {
            guard let list = line["NodeName"], let type = line["Type"] else { continue }
            let files = line["MultipleFiles"] ?? line["File"]
            let count = try #require(line["Count"].flatMap { Int($0) } ?? files.map { _ in 1 })
            for host in try Hostlist(parsing: list).names {
                counts[host, default: [:]][type.contains("g.") ? type : "whole", default: 0] += count
            }
        }
        return counts
    }

    @Test(arguments: UInt64(0)..<60) func `node lines and counts are the plan, host by host`(seed: UInt64) throws {
        let plan = try Plans.random(seed: seed)
        let files = try Plans.files(plan, .slurm)
        let wanted = Plans.counts(plan).filter { !$0.value.isEmpty }
        for form in ["counts", "devices"] {
            #expect(try Self.nodes(try #require(files["slurm-\(form)-nodes.conf"])) == wanted)
        }
        #expect(try Self.gres(try #require(files["slurm-counts-gres.conf"])) == wanted)
        // Every node that Slurm is told of is in it once, also those whose GPUs have no instance.
        let named = try Self.lines(try #require(files["slurm-counts-nodes.conf"])).compactMap { $0["NodeName"] }
            .flatMap { try Hostlist(parsing: $0).names }
        #expect(named.sorted() == plan.hosts.map(\.name).sorted())
    }

    @Test(arguments: UInt64(0)..<40) func `with instances and minors every device is named`(seed: UInt64) throws {
        let plan = try Plans.random(seed: seed)
        let devices = try Self.devices(plan)
        let files = try Plans.files(plan, .slurm, devices: devices)
        let text = try #require(files["slurm-devices-gres.conf"])
        #expect(!text.contains("AutoDetect=nvml"))
        #expect(try Self.gres(text) == Plans.counts(plan).filter { !$0.value.isEmpty })
        // No two resources of a host share a capability.
        for host in plan.hosts {
            var seen: Set<String> = []
            for line in Self.lines(text) {
                guard let list = line["NodeName"], try Hostlist(parsing: list).names.contains(host.name) else {
                    continue
                }
                for file in (line["MultipleFiles"] ?? line["File"] ?? "").split(separator: ",")
                where file.contains("caps") || line["File"] != nil {
                    #expect(seen.insert(String(file)).inserted, "\(file) twice on \(host.name)")
                }
            }
        }
    }

    /// What hosts would print after a plan's instances were created.
    private static func devices(_ plan: LayoutPlan) throws -> [String: SlurmDevices] {
        var devices: [String: SlurmDevices] = [:]
        for host in plan.hosts {
            var minors = "config 1\nmonitor 2\n"
            var table =
                "+---+\n| GPU instances:                                 |\n| GPU   Name   Profile  Instance   Placement  |\n"
            var minor = 3
            for gpu in host.gpus {
                for id in 0..<15 {
                    minors +=
                        "gpu\(gpu.index)/gi\(id)/access \(minor)\ngpu\(gpu.index)/gi\(id)/ci0/access \(minor + 1)\n"
                    minor += 9
                }
                for (offset, instance) in gpu.instances.enumerated() {
                    table +=
                        "|   \(gpu.index)  MIG \(instance.instance.profile)   19   \(13 - offset)   "
                        + "\(instance.instance.start):\(instance.instance.size)  |\n+---+\n"
                }
            }
            if host.gpus.allSatisfy({ $0.instances.isEmpty }) { table = "No GPU instances found: Not Found\n" }
            devices[host.name] = SlurmDevices(
                instances: try SlurmDevices.instances(MIGListing(table, file: host.name)),
                minors: try CapabilityMinors(minors)
            )
        }
        return devices
    }

    @Test func `device files, cores and links of a host`() throws {
        let host = Plans.host(
            "gpu1",
            [Plans.whole(0, node: 0), Plans.whole(1, node: 1), Plans.sliced(2, "3g.40gb@4:4 4g.40gb@0:4", node: 1)]
        )
        let lgi = """
            +-------------------------------------------------------+
            | GPU instances:                                        |
            | GPU   Name             Profile  Instance   Placement  |
            |                          ID       ID       Start:Size |
            |=======================================================|
            |   2  MIG 3g.39gb          9        2          4:4     |
            +-------------------------------------------------------+
            |   2  MIG 4g.40gb          5        1          0:4     |
            +-------------------------------------------------------+
            """
        let topology = """
            \u{1B}[4m      GPU0  GPU1  GPU2  NIC0  CPU Affinity  NUMA Affinity\u{1B}[0m
            GPU0   X    NV12  NV12  SYS   0-31      0
            GPU1  NV12   X    NV12  PXB   32-63      1
            GPU2  NV12  NV12   X    PXB   32-63      1
            NIC0  SYS   PXB   PXB    X
            Legend:
              NV#  = Connection traversing a bonded set of # NVLinks
            """
        let devices = SlurmDevices(
            instances: try SlurmDevices.instances(MIGListing(lgi, file: "lgi.txt")),
            minors: try CapabilityMinors(
                "config 1\ngpu2/gi1/access 300\ngpu2/gi1/ci0/access 301\ngpu2/gi2/access 309\ngpu2/gi2/ci0/access 310\n"
            ),
            links: try SlurmDevices.links(topology)
        )
        let text = try #require(
            try Plans.files(Plans.plan([host]), .slurm, devices: ["gpu1": devices])["slurm-devices-gres.conf"]
        )
        let whole = "NodeName=gpu1 Name=gpu Type=a100 File=/dev/nvidia"
        let caps = "MultipleFiles=/dev/nvidia2,/dev/nvidia-caps/nvidia-cap"
        let wanted: [String] = [
            "NodeName=gpu1 AutoDetect=off",
            whole + "0 Cores=0-31 Links=-1,12",
            whole + "1 Cores=32-63 Links=12,-1",
            "NodeName=gpu1 Name=gpu Type=4g.40gb " + caps + "300,/dev/nvidia-caps/nvidia-cap301 Cores=32-63",
            "NodeName=gpu1 Name=gpu Type=3g.40gb " + caps + "309,/dev/nvidia-caps/nvidia-cap310 Cores=32-63",
        ]
        let lines: [String] = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
        #expect(lines == wanted)
    }

    @Test func `a host that has something else is told so`() throws {
        let plan = Plans.plan([PlannedHost(name: "a", gpus: [Plans.sliced(0, "1g.10gb@0:1")])])
        func error(_ devices: SlurmDevices, _ host: String = "a") -> String {
            let error = #expect(throws: ExportError.self) { try Plans.files(plan, .slurm, devices: [host: devices]) }
            return error.map { "\($0)" } ?? ""
        }
        let minors = try CapabilityMinors("gpu0/gi9/access 5\ngpu0/gi9/ci0/access 6\n")
        func instance(_ profile: String, _ start: Int, id: Int = 9, gpu: Int = 0) -> SlurmDevices.Instance {
            .init(gpu: gpu, id: id, instance: MIGInstance(profile: profile, start: start, size: 1))
        }
        #expect(
            error(SlurmDevices(instances: [instance("1g.10gb", 3)]))
                == "host 'a': GPU 0 has the instances '1g.10gb@3:1', and the plan wants '1g.10gb@0:1'; create what is planned first"
        )
        #expect(error(SlurmDevices(minors: minors)).contains("has the instances 'empty'"))
        #expect(
            error(SlurmDevices(instances: [instance("1g.10gb", 0, id: 8)], minors: minors)).contains("gpu0/gi8/access")
        )
        #expect(
            error(SlurmDevices(instances: [instance("1g.10gb", 0), instance("1g.10gb", 0, gpu: 1)], minors: minors))
                == "host 'a': has instances on GPU 1, which the plan does not name"
        )
        #expect(error(SlurmDevices(), "b").contains("has no GPU in the plan"))
        #expect(error(SlurmDevices(links: [])).contains("its topology has 0 GPUs"))
    }

    @Test(arguments: [
        ("gpu0/gi1/access", "line 1: is not a capability with its minor number"),
        ("gpu0/gi1/access 1\ngpu0/gi1/access x", "line 2: is not a capability"),
        ("gpu0/gi1/access -1", "line 1: is not a capability"),
        ("gpu0/gi1/access 99999999999999999999", "line 1: is not a capability"),
        ("config 1\n", "line 1: no capability of a GPU is named"), ("", "line 1: no capability of a GPU is named"),
    ]) func `minors that are none are told`(text: String, problem: String) {
        let error = #expect(throws: SlurmDevicesError.self) { try CapabilityMinors(text) }
        #expect(error.map { "\($0)".hasPrefix(problem) } == true)
    }

    @Test(arguments: ["", "nonsense", "GPU0 X NV4", "GPU1 X SYS\nGPU0 SYS X", "GPU0 X\nGPU1 SYS X"])
    func `a topology that is none is told`(text: String) {
        #expect(throws: SlurmDevicesError.self) { try SlurmDevices.links(text) }
    }

    /// Damage of any kind ends in an error or a result, never in a trap.
    @Test(arguments: UInt64(0)..<200) func `damaged texts are answered`(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let good = "| GPU instances: |\n|   2  MIG 3g.40gb  9  2  4:4 |\nGPU0 X NV12\nGPU1 NV12 X\ngpu0/gi1/access 12\n"
        var bytes = Array(good.utf8)
        for _ in 0..<1 + next(6) { bytes[next(bytes.count)] = UInt8(next(256)) }
        let text = String(decoding: bytes.prefix(1 + next(bytes.count)), as: UTF8.self)
        _ = try? MIGListing(text, file: "lgi.txt")
        _ = try? SlurmDevices.links(text)
        _ = try? CapabilityMinors(text)
    }

    @Test func `a whole GPU's type is part of what Slurm detects`() throws {
        for model in try Plans.catalogue.get().gpus {
            for name in model.nvmlNames {
                let detected = name.lowercased().split(separator: " ").joined(separator: "_")
                #expect(detected.contains(model.slurmType), "\(model.slurmType) is not in \(detected)")
            }
        }
    }

    @Test func `Slurm's detection takes no instance for a whole GPU`() throws {
        // Devices get the longest type that is part of their name and left; an instance's name begins with its GPU's.
        for model in try Plans.catalogue.get().gpus {
            guard let geometry = model.migGeometry else { continue }
            for name in model.nvmlNames {
                let detected = name.lowercased().split(separator: " ").joined(separator: "_")
                for profile in geometry.profiles {
                    let types = [model.slurmType, profile.name].sorted { $0.utf8.count > $1.utf8.count }
                    let taken = types.first { "\(detected)_\(profile.name)".contains($0) }
                    #expect(
                        taken == profile.name && model.slurmType.utf8.count != profile.name.utf8.count,
                        "\(model.id)"
                    )
                }
            }
        }
        let names = [
            "a100-sxm-80gb": "a100", "h100-sxm-80gb": "h100", "rtx-pro-6000-96gb": "6000", "l40s-48gb": "l40s",
        ]
        for (id, type) in names { #expect(try Plans.catalogue.get().gpu(named: id).slurmType == type) }
    }

    @Test func `jobs say the model where a type stands for several`() throws {
        let plan = Plans.plan(
            [
                Plans.host("a", [Plans.whole(0), Plans.whole(1), Plans.sliced(2, "1g.10gb@0:1")]),
                Plans.host(
                    "b",
                    [
                        Plans.whole(0, model: "a100-sxm-40gb"), Plans.whole(1, model: "a100-sxm-40gb"),
                        Plans.sliced(2, "1g.10gb@0:2", model: "a100-sxm-40gb"),
                        Plans.sliced(3, "1g.5gb@0:1", model: "a100-sxm-40gb"),
                    ]
                ),
            ],
            demand: [PlanDemand(.whole(gpusPerJob: 2), count: 2)]
        )
        let files = try Plans.files(plan, .slurm)
        for name in ["1g.10gb", "whole-a100", "gang-2xa100"] {
            for feature in ["a100_sxm_80gb", "a100_sxm_40gb"] {
                let file = try #require(files["slurm-devices-job-\(name)-\(feature).sh"], "\(name) \(feature)")
                #expect(file.contains("#SBATCH --constraint=\(feature)\n"))
            }
            #expect(files["slurm-devices-job-\(name).sh"] == nil)
        }
        #expect(try #require(files["slurm-counts-job-1g.5gb.sh"]).contains("--constraint") == false)
    }
}
