import Foundation
import Testing

/// `assay-node` inside a virtual machine that the test boots, and what it brings back.
///
/// The tests take turns: each measures this machine.
@Suite(.serialized, .enabled(if: GuestMachine.isComplete, "no guest can be booted here: scripts/guest-parts says why"))
struct GuestTests {
    /// Probes that no more than the processor and the kernel carry out.
    static let probes = "compute,system-calls,page-faults"

    /// Their metrics that emulation must slow down.
    ///
    /// What CPUID costs is not among them: on a host that is itself a virtual machine it leaves the machine, and the
    /// emulator answers it in place.
    static let processorBound = [
        "cpu_integer_time", "cpu_float_time", "cpu_float_time_all", "system_call", "page_fault_4k",
    ]

    /// Nobody answers there; that it is refused before is the point.
    static let endpoint = ["measure", "--endpoint", "http://127.0.0.1:9/", "--rate", "1", "-o", "refused.record.json"]

    static func measure(_ record: String, _ more: [String] = []) -> [String] {
        [
            "measure", "--probes", probes, "--rounds", "3", "--seconds", "2", "--keep-disturbed", "--seed", "7", "-o",
            record,
        ] + more
    }

    @Test("an emulated guest is recognised, refused as an arm, and shows overhead on every processor-bound probe")
    func emulated() throws {
        let node = "/bin/assay-node"
        // The same program with the same probes on both sides, one after the other: together they would share processors.
        // A machine that is loaded hides even this: it gets three attempts.
        var seen: [String] = []
        for attempt in 1...3 {
            let folder = try TemporaryFolder()
            let host = try AssayBinary.run(
                GuestMachine.preferred[1...] + [GuestMachine.node]
                    + Self.measure("host.record.json", ["--allow-emulated"]),
                in: folder.path,
                program: GuestMachine.preferred[0]
            )
            try #require(host.status == 0, "\(host.errors)")
            let guest: GuestMachine.Outcome
            do {
                guest = try GuestMachine.run(
                    [
                        ("inspect", [node, "inspect", "--json", "--capture", "guest.tar"]),
                        ("require", [node, "inspect", "--require", "bare-metal"]),
                        ("refused", [node] + Self.measure("refused.record.json")),
                        ("endpoint", [node] + Self.endpoint),
                        ("measured", [node] + Self.measure("guest.record.json", ["--allow-emulated"])),
                    ],
                    accelerators: [.tcg]
                )
            } catch let fault as GuestMachine.Fault {
                seen.append("attempt \(attempt): \(fault)")
                continue
            }
            try recognised(guest, folder)
            try refused(guest)

            #expect(guest.status("measured") == 0, "\(guest.text("measured.err") ?? "nothing came out")")
            try folder.write("guest.record.json", #require(guest.text("guest.record.json")))
            let validated = try AssayBinary.run(["validate", "host.record.json", "guest.record.json"], in: folder.path)
            #expect(validated.status == 0, "\(validated.errors)")
            let compared = try AssayBinary.json(
                [
                    "compare", "host.record.json", "--with", "guest.record.json", "--statistic", "median", "--json",
                ],
                in: folder.path
            )
            let metrics = try #require(compared["metrics"] as? [[String: Any]])
            let missing = Self.processorBound.filter { name in
                let metric = metrics.first { $0["name"] as? String == name }
                let isOverhead = metric?["verdict_code"] as? String == "overhead"
                return !(isOverhead && metric?["low_percent"] as? Double ?? -1 > 0)
            }
            if missing.isEmpty { return }
            seen += missing.map { name in
                let metric = metrics.first { $0["name"] as? String == name } ?? [:]
                return
                    "attempt \(attempt): \(name): \(metric["verdict"] ?? "missing"), from \(metric["low_percent"] ?? "?") %"
            }
        }
        Issue.record("no overhead found, three times: \(seen.joined(separator: "; "))")
    }

    /// Inside and from its capture, the guest is what it is.
    private func recognised(_ guest: GuestMachine.Outcome, _ folder: TemporaryFolder) throws {
        let inside = try #require(guest.text("inspect.out"))
        let inspection = try #require(JSONSerialization.jsonObject(with: Data(inside.utf8)) as? [String: Any])
        #expect(inspection["virtualized"] as? String == "yes")
        #expect(inspection["hypervisor"] as? String == "qemu-tcg")
        #expect(inspection["deployment_detail"] as? String == "vm-without-gpu")
        #expect(inspection["container"] as? String == "none")
        let findings = inspection["findings"] as? [[String: Any]] ?? []
        #expect(findings.contains { $0["id"] as? String == "emulated-processor" })
        #expect(guest.status("require") == 1, "\(guest.text("require.err") ?? "")")

        let capture = try #require(guest.files["guest.tar"])
        try capture.write(to: URL(fileURLWithPath: folder.path + "/guest.tar"))
        let outside = try AssayBinary.run(["inspect", "--json", "--from", "guest.tar"], in: folder.path)
        #expect(outside.output == inside, "the guest's capture is judged otherwise here than inside")
        let host = try AssayBinary.run(["inspect", "--json"], in: folder.path)
        try folder.write("host.json", host.output)
        let joined = try AssayBinary.json(
            ["inspect", "--json", "--from", "guest.tar", "--host-facts", "host.json"],
            in: folder.path
        )
        #expect((joined["host"] as? [String: Any])?["facts"] != nil)
    }

    /// Without being told to, an emulated processor is not measured, and nothing is left that could be taken for a record.
    private func refused(_ guest: GuestMachine.Outcome) throws {
        for name in ["refused", "endpoint"] {
            #expect(guest.status(name) == 3)
            let errors = try #require(guest.text(name + ".err"))
            #expect(
                errors.contains("the processor is emulated") && errors.contains("--allow-emulated")
                    && errors.contains("no record was written"),
                "\(errors)"
            )
        }
        #expect(guest.files["refused.record.json"] == nil)
    }

    @Test("a guest with the processor's help is recognised as KVM's; where /dev/kvm hangs it, software takes over")
    func accelerated() throws {
        let guest = try GuestMachine.run(
            [("inspect", ["/bin/assay-node", "inspect", "--json"])],
            accelerators: FileManager.default.isWritableFile(atPath: "/dev/kvm") ? [.kvm, .tcg] : [.tcg]
        )
        let text = try #require(guest.text("inspect.out"))
        let inspection = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(inspection["virtualized"] as? String == "yes")
        #expect(inspection["hypervisor"] as? String == (guest.accelerator == .kvm ? "kvm" : "qemu-tcg"))
        let findings = inspection["findings"] as? [[String: Any]] ?? []
        #expect(
            findings.contains { $0["id"] as? String == "emulated-processor" } == (guest.accelerator == .tcg)
        )
    }

    @Test("assay-node is static: nothing of Swift's own is loaded, and nothing of internationalisation is in it")
    func isStatic() throws {
        let names = try GuestMachine.libraries(GuestMachine.node).map { URL(fileURLWithPath: $0).lastPathComponent }
        let allowed = [
            "libc.so", "libm.so", "libstdc++.so", "libgcc_s.so", "ld-linux-x86-64.so", "libdl.so", "libpthread.so",
        ]
        for name in names { #expect(allowed.contains { name.hasPrefix($0) }, "\(name)") }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: GuestMachine.node))
        #expect(bytes.range(of: Data("icudt".utf8)) == nil, "Foundation and its ICU data came in")
    }
}
