import Foundation
import Testing

/// Builds the fake NVML.
private let compiler = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

/// `assay-node inspect --json` with NVIDIA's library in the project's own form: from the environment's `ASSAY_NVML` through
/// the calls and the checks to the JSON.
@Suite(.enabled(if: compiler != nil, "no C compiler is installed, so the fake NVML cannot be built"))
struct GPUInspectionTests {
    /// The `assay-node` beside `assay`.
    static let node = URL(fileURLWithPath: AssayBinary.path).deletingLastPathComponent().path + "/assay-node"

    /// Built once; each test puts it beside its own configuration.
    private static let library = Result {
        let folder = try TemporaryFolder()
        let path = folder.path + "/libnvidia-ml.so.1"
        let outcome = try AssayBinary.run(
            [AssayBinary.root + "/Tests/Support/FakeNVML/build.sh", path],
            in: folder.path,
            program: "/bin/sh",
            environment: ["CC": compiler ?? "cc"]
        )
        try #require(outcome.status == 0, "\(outcome.errors)")
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    /// What inspect says of this machine with the GPUs of a configuration; also leaves its capture in `folder`.
    private func inspect(_ configuration: String, in folder: TemporaryFolder) throws -> [String: Any] {
        let path = folder.path + "/libnvidia-ml.so.1"
        try Self.library.get().write(to: URL(fileURLWithPath: path))
        try folder.write("libnvidia-ml.so.1.conf", configuration)
        let outcome = try AssayBinary.run(
            ["inspect", "--json", "--capture", "host.tar"],
            in: folder.path,
            program: Self.node,
            environment: ["ASSAY_NVML": path]
        )
        try #require(outcome.status == 0, "\(outcome.errors)")
        return try #require(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    /// The same GPUs on a machine of which only the named files are known; `bit` is the processor's hypervisor bit.
    private func judge(_ folder: TemporaryFolder, devices: [String], bit: Bool) throws -> [String: Any] {
        try FileManager.default.createDirectory(atPath: folder.path + "/tar", withIntermediateDirectories: true)
        let untarred = try AssayBinary.run(["-xf", "host.tar", "-C", "tar"], in: folder.path, program: "/usr/bin/tar")
        try #require(untarred.status == 0, "\(untarred.errors)")
        try folder.write("copy/nvml.txt", folder.read("tar/nvml.txt"))
        for (index, device) in devices.enumerated() {
            let base = "copy/sys/bus/pci/devices/\(device)/"
            for (name, value) in [("vendor", "0x10de"), ("device", "0x2335"), ("class", "0x030200")] {
                try folder.write(base + name, value + "\n")
            }
            try folder.write(base + "numa_node", "\(index % 2)\n")
        }
        // A physical server has firmware that says so.
        try folder.write("copy/sys/class/dmi/id/sys_vendor", "Example Servers\n")
        try folder.write(
            "copy/proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module 570.133.20\n"
        )
        let leaves = [
            ("00000000", "0000001f 756e6547 6c65746e 49656e69"),
            ("00000001", "000c06f2 00400800 \(bit ? "fffa3203" : "7ffefbff") bfebfbff"),
            ("40000000", bit ? "40000001 4b4d564b 564b4d56 0000004d" : "00000000 00000000 00000000 00000000"),
        ]
        for (leaf, registers) in leaves { try folder.write("copy/cpuid/\(leaf)-00000000", registers) }
        return try AssayBinary.json(["inspect", "--json", "--from", "copy"], in: folder.path)
    }

    /// Two H200, the first cut into three instances, with what `second` says of the other.
    private static func machine(virtualization: Int, second: String) -> String {
        """
        driver 570.133.20
        gpu h200-sxm-141gb
        pci 0:17:0
        virtualization \(virtualization)
        mig 1 1
        instance profile=9 start=4 id=2
        compute gi=2 mig=0
        instance profile=19 start=0 id=7
        compute gi=7 mig=3
        instance profile=14 start=2 id=3
        compute gi=3 mig=1
        gpu h200-sxm-141gb
        pci 0:27:0
        virtualization \(virtualization)
        \(second)
        """
    }

    private func findings(_ inspection: [String: Any]) -> [String] {
        let list = inspection["findings"] as? [[String: Any]] ?? []
        return list.map { "\($0["id"] ?? "") \($0["subject"] ?? "")" }
    }

    private func fact(_ name: String, _ inspection: [String: Any]) -> String? {
        ((inspection["facts"] as? [String: Any])?[name] as? [String: Any])?["value"] as? String
    }

    /// What was seen of MIG, GPU by GPU.
    private func mig(_ inspection: [String: Any]) -> [String] {
        (inspection["evidence"] as? [[String: Any]] ?? [])
            .filter { $0["check"] as? String == "mig-mode" }.compactMap { $0["meaning"] as? String }
    }

    @Test("GPUs passed to a guest: model, instances and what is wrong with them")
    func passthrough() throws {
        let folder = try TemporaryFolder()
        let live = try inspect(
            Self.machine(
                virtualization: 1,
                second: """
                    set nvmlDeviceGetEnforcedPowerLimit 500000
                    set nvmlDeviceGetPowerManagementDefaultLimit 700000
                    set nvmlDeviceGetCurrentClocksEventReasons 0x48
                    mig 0 1
                    """
            ),
            in: folder
        )
        #expect(live["virtualized"] as? String == "yes")
        #expect(fact("gpu", live) == "NVIDIA H200")
        #expect(fact("gpu_count", live) == "2")
        #expect(fact("driver", live) == "570.133.20")
        #expect(fact("mig", live) == "on, off")
        #expect(mig(live) == ["cut into 3 MIG instances", "not cut into MIG instances"])
        for finding in ["mig-in-passthrough GPU 0", "power-limit GPU 1", "clocks-held GPU 1", "mig-pending GPU 1"] {
            #expect(findings(live).contains(finding), "\(finding) is not in \(findings(live))")
        }

        let judged = try judge(folder, devices: ["0000:17:00.0", "0000:27:00.0"], bit: true)
        #expect(judged["deployment_model"] as? String == "vm-passthrough")
        #expect(judged["hypervisor"] as? String == "kvm")
        #expect(mig(judged) == mig(live))
    }

    @Test("a host with MIG on every GPU is bare metal with MIG; with it on one of two it is no single model")
    func bareMetal() throws {
        for (second, model) in [("mig 1 1", "bare-metal-mig"), ("mig 0 0", "unknown")] {
            let folder = try TemporaryFolder()
            let live = try inspect(Self.machine(virtualization: 0, second: second), in: folder)
            #expect(mig(live).count == 2)
            let judged = try judge(folder, devices: ["0000:17:00.0", "0000:27:00.0"], bit: false)
            #expect(judged["deployment_model"] as? String == model, "\(judged["deployment_reason"] ?? "")")
            #expect(judged["virtualized"] as? String == "no-evidence")
        }
    }

    @Test(
        "a GPU that is counted and cannot be opened is a finding, and the other one is still described",
        arguments: [(15, "fell off the bus"), (4, "NO_PERMISSION"), (999, "UNKNOWN")]
    )
    func unreachable(code: Int, words: String) throws {
        let folder = try TemporaryFolder()
        let live = try inspect(
            Self.machine(virtualization: 1, second: "fail nvmlDeviceGetHandleByIndex_v2 \(code)"),
            in: folder
        )
        let list = live["findings"] as? [[String: Any]] ?? []
        let finding = try #require(list.first { $0["id"] as? String == "gpu-unreachable" })
        #expect(finding["subject"] as? String == "GPU 1")
        #expect((finding["finding"] as? String)?.contains(words) == true, "\(finding)")
        #expect(fact("gpu_count", live) == "2")
        #expect(mig(live) == ["cut into 3 MIG instances"])
    }

    @Test("a GPU that is lost while it is asked is a finding too")
    func lostOnTheWay() throws {
        let folder = try TemporaryFolder()
        let live = try inspect(Self.machine(virtualization: 1, second: "lost-after 5"), in: folder)
        #expect(findings(live).contains("gpu-unreachable GPU 1"), "\(findings(live))")
    }

    @Test("a library whose driver is gone is named, where a GPU is on the bus")
    func driverGone() throws {
        let folder = try TemporaryFolder()
        let live = try inspect("init 9\ngpu h200-sxm-141gb\n", in: folder)
        #expect(fact("gpu", live) == nil)
        let judged = try judge(folder, devices: ["0000:17:00.0"], bit: false)
        #expect(findings(judged).contains("no-nvml host"), "\(findings(judged))")
    }
}
