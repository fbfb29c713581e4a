import Foundation
import Testing

/// What scripts/libvirt-parts unpacked.
enum LibvirtParts {
    /// Runs one of its commands.
    static let wrapper = AssayBinary.root + "/Tests/Support/Libvirt/with-libvirt"

    /// Whether the commands are there and start; a machine may refuse namespaces, or others the way to them.
    static let isHere: Bool = {
        guard FileManager.default.isExecutableFile(atPath: AssayBinary.root + "/.build/libvirt/usr/bin/virsh"),
            let folder = try? TemporaryFolder(),
            let outcome = try? AssayBinary.run(
                [folder.path + "/home", "virsh", "--version"],
                in: folder.path,
                program: wrapper
            )
        else { return false }
        return outcome.status == 0
    }()
}

/// Domains under libvirt's own judgement, and one that boots.
@Suite(
    .enabled(if: LibvirtParts.isHere, "libvirt's commands do not run here; scripts/libvirt-parts unpacks Debian's"),
    .serialized
)
struct PlanLibvirtTests {
    /// A host of two nodes with hyper-threads, as `assay inspect --json` tells it.
    private static let host = """
        {"assay_inspection": 1,
         "numa_nodes": [{"node": "node0", "processors": "0-15,32-47"}, {"node": "node1", "processors": "16-31,48-63"}],
         "facts": {"smt": {"value": "on"}, "memory_mib": {"value": "1000000"}},
         "devices": [
          {"address": "0000:18:00.0", "identity": "10de:2330", "kind": "accelerator", "numa_node": 1, "bridges": ["0000:15:01.0"]},
          {"address": "0000:1a:00.0", "identity": "15b3:1021", "kind": "network", "numa_node": 1, "bridges": ["0000:15:01.0"]},
          {"address": "0000:41:00.4", "identity": "10de:20b2", "kind": "accelerator", "numa_node": 0, "virtual_function": true},
          {"address": "0000:51:00.2", "identity": "15b3:101e", "kind": "network", "numa_node": 0, "virtual_function": true}
         ]}
        """

    private func libvirt(_ folder: TemporaryFolder, _ words: [String]) throws -> AssayBinary.Outcome {
        try AssayBinary.run([folder.path + "/home"] + words, in: folder.path, program: LibvirtParts.wrapper)
    }

    @Test(arguments: [
        ["--gpu", "0000:18:00.0", "--nic", "0000:1a:00.0", "--disk", "/images/a & b's <disk>.qcow2"],
        ["--gpu-vf", "0000:41:00.4", "--mig-backed", "--nic-vf", "0000:51:00.2", "--pages", "2M"],
        ["--gpu-mdev", "7a5c2c4e-0000-4000-8000-0123456789ab=18:00.0", "--gpu", "0000:18:00.0", "--disk", "/dev/vg/a"],
        ["--domain-type", "qemu", "--pages", "4k", "--kernel", "/boot/a", "--kernel-command-line", "a='b' <&>\""],
        [],
    ]) func `libvirt's schema takes the domain`(options: [String]) throws {
        let folder = try TemporaryFolder()
        try folder.write("host.json", Self.host)
        let planned = try AssayBinary.run(
            ["plan", "libvirt", "--host-facts", "host.json", "--cores", "8", "--memory-gib", "64", "-o", "out"]
                + options,
            in: folder.path
        )
        try #require(planned.status == 0, "\(planned.errors)")
        let check = try libvirt(folder, ["virt-xml-validate", folder.path + "/out/assay-vm.xml"])
        // xmllint says so among its errors.
        #expect(check.status == 0 && check.errors.contains("validates"), "\(check.output)\(check.errors)")
        // The schema can refuse.
        let text = try folder.read("out/assay-vm.xml")
        try folder.write("out/assay-vm.xml", text.replacingOccurrences(of: "<vcpu ", with: "<vcpux "))
        #expect(try libvirt(folder, ["virt-xml-validate", folder.path + "/out/assay-vm.xml"]).status != 0)
    }

    @Test(.enabled(if: GuestMachine.isComplete, "there is no guest to boot here; scripts/guest-parts makes one"))
    func `a domain without a GPU boots on this host, placed by this host's own inspection`() throws {
        let folder = try TemporaryFolder()
        // As a user without rights, libvirt must reach what it starts.
        chmod(folder.path, 0o755)
        let inspected = try AssayBinary.run(["inspect", "--json"], in: folder.path)
        try folder.write("host.json", inspected.output)
        var archive = GuestArchive()
        archive.addConsole()
        archive.add("init", try Data(contentsOf: URL(fileURLWithPath: GuestMachine.parts + "/init")))
        try archive.finished().write(to: URL(fileURLWithPath: folder.path + "/initramfs"))
        try FileManager.default.copyItem(atPath: GuestMachine.parts + "/vmlinuz", toPath: folder.path + "/vmlinuz")
        let planned = try AssayBinary.run(
            [
                "plan", "libvirt", "--host-facts", "host.json", "--name", "trial", "--cores", "1", "--memory-gib", "1",
                "--domain-type", "qemu", "--pages", "4k", "--kernel", folder.path + "/vmlinuz", "--initrd",
                folder.path + "/initramfs", "--kernel-command-line", "console=ttyS0 panic=-1 no_timer_check",
                "--console", folder.path + "/home/console", "-o", "out",
            ],
            in: folder.path
        )
        try #require(planned.status == 0, "\(planned.errors)")
        for name in ["vmlinuz", "initramfs", "out", "out/trial.xml"] { chmod(folder.path + "/" + name, 0o755) }
        // There is no virtlogd to keep what QEMU says.
        try folder.write("home/root/etc/qemu.conf", "stdio_handler = \"file\"\n")
        try FileManager.default.createDirectory(atPath: folder.path + "/home", withIntermediateDirectories: true)
        _ = try AssayBinary.run(["-R", "a+rwX", folder.path + "/home"], in: folder.path, program: "/bin/chmod")
        let uri = "qemu:///embed?root=" + folder.path + "/home/root"
        let native = try libvirt(
            folder,
            ["virsh", "-c", uri, "domxml-to-native", "qemu-argv", folder.path + "/out/trial.xml"]
        )
        #expect(native.status == 0 && native.output.contains("-smp 1"), "\(native.errors)")
        let boot = try libvirt(
            folder,
            [
                AssayBinary.root + "/Tests/Support/Libvirt/boot", folder.path + "/home/root",
                folder.path + "/out/trial.xml", folder.path + "/home/console", "120",
            ]
        )
        let console = (try? folder.read("home/console")) ?? ""
        #expect(boot.status == 0, "\(boot.errors)")
        #expect(console.contains("Run /init as init process"), "\(console.suffix(500))")
        #expect(console.contains("Power down"))
    }

    @Test func `what cannot be is told, and nothing is written`() throws {
        let folder = try TemporaryFolder()
        try folder.write("host.json", Self.host)
        try folder.write("record.json", "{\"format\": \"assay.record/1\"}")
        for (options, status, sentence) in [
            (["--cores", "8", "--memory-gib", "64", "--gpu", "x"], 64, "is not a PCI address"),
            (
                ["--cores", "8", "--memory-gib", "64", "--gpu", "0000:99:00.0"], 2,
                "the host has no GPU or adapter at 0000:99:00.0"
            ),
            (["--cores", "99", "--memory-gib", "64"], 2, "99 cores do not fit"),
            (["--cores", "8", "--memory-gib", "64", "--name", "a/b"], 2, "cannot be the name of a virtual machine"),
            (["--cores", "8", "--memory-gib", "64", "--pages", "3M"], 64, "write one of 1G, 2M, 4k"),
            (["--cores", "8", "--memory-gib", "64", "--mig-backed"], 64, "--mig-backed goes with"),
            (["--cores", "8", "--memory-gib", "64", "--host-facts", "record.json"], 2, "is not an inspection"),
        ] as [([String], Int32, String)] {
            let facts = options.contains("--host-facts") ? [] : ["--host-facts", "host.json"]
            let outcome = try AssayBinary.run(["plan", "libvirt", "-o", "out"] + facts + options, in: folder.path)
            #expect(outcome.status == status && outcome.errors.contains(sentence), "\(outcome.errors)")
        }
        #expect(folder.names == ["host.json", "record.json"])
    }
}
