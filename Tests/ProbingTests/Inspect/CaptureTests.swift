import Documents
import FoundationEssentials
import Probing
import Testing

@Suite("Captures")
struct CaptureTests {
    @Test("A capture judged elsewhere gives the same inspection, byte for byte", arguments: HostFixture.all)
    func roundTrip(_ fixture: HostFixture) throws {
        let view = fixture.view()
        let here = try Inspection(view).json.pretty()
        let archive = HostCapture.archive(view.snapshot)
        let again = try HostCapture.read(archive, file: "host.tar")
        #expect(try Inspection(again).json.pretty() == here)
        // What was read from a capture can be captured again without loss.
        #expect(HostCapture.archive(again.snapshot) == archive)
    }

    @Test("An unpacked capture gives the same inspection as the packed one")
    func unpacked() throws {
        let view = HostFixture(named: "dgx-misconfigured").view()
        let here = try Inspection(view).json.pretty()
        let folder = try TemporaryFolder()
        for entry in try TapeArchive.read(HostCapture.archive(view.snapshot), file: "host.tar") {
            try folder.write(entry.name, entry.bytes)
        }
        #expect(try Inspection(HostCapture.read(folder: folder.path)).json.pretty() == here)
    }

    @Test("A copy of /proc and /sys can be judged, its links kept inside")
    func copiedTree() throws {
        let folder = try TemporaryFolder()
        try folder.write("sys/class/dmi/id/sys_vendor", Array("QEMU\n".utf8))
        try folder.write("proc/stat", Array("cpu 1 2 3 4 5 6 7 8 9 0\n".utf8))
        try folder.write("sys/devices/pci0000:00/0000:00:05.0/vendor", Array("0x10de\n".utf8))
        try folder.write("sys/devices/pci0000:00/0000:00:05.0/device", Array("0x2330\n".utf8))
        try folder.write("sys/devices/pci0000:00/0000:00:05.0/class", Array("0x030200\n".utf8))
        try folder.link("sys/bus/pci/devices/0000:00:05.0", "../../../devices/pci0000:00/0000:00:05.0")
        try folder.link("proc/version", "/etc/passwd")
        try folder.link("sys/hypervisor/type", "../../../../../../../../etc/passwd")
        try folder.link("proc/cmdline", "../proc/cmdline")
        let view = try HostCapture.read(folder: folder.path)
        let inspection = Inspection(view)
        #expect(inspection.hypervisor.name == .qemu)
        #expect(inspection.devices.map(\.identity) == ["10de:2330"])
        #expect(view.bytes("/proc/version") == .missing)
        #expect(view.bytes("/sys/hypervisor/type") == .missing)
        #expect(view.bytes("/proc/cmdline") == .missing)
        // CPUID is not in a copy of files, so bare metal could not be shown by it.
        #expect(inspection.checks.contains { $0.id == "cpuid-hypervisor-bit" && $0.outcome != .ran })
    }

    @Test("Of a copy without /proc or /sys nothing that lay there counts as not there", arguments: ["proc", "sys"])
    func halfCopy(lost: String) throws {
        let host = HostFixture(named: "dgx-bare-metal")
        let folder = try TemporaryFolder()
        for (path, answer) in host.files where !path.hasPrefix("/" + lost) {
            try folder.write(String(path.dropFirst()), try #require(answer.value))
        }
        for (leaf, registers) in host.cpuid { try folder.write("cpuid/" + leaf.name, Array(registers.text.utf8)) }
        try folder.write("cpuid/cost-ticks", Array("118".utf8))
        let inspection = Inspection(try HostCapture.read(folder: folder.path))
        let unasked = inspection.checks.filter { $0.outcome == .couldNotRun("the folder has no \(lost)") }.map(\.id)
        #expect(unasked.contains(lost == "sys" ? "pci-devices" : "cpuinfo-hypervisor-flag"), "\(unasked)")
        // The firmware's words and the bus are mandatory, and lie in /sys.
        #expect((inspection.model == nil) == (lost == "sys") && inspection.virtualized == .noEvidence)
        #expect(Requirement.bareMetal.judge(inspection).exitCode == (lost == "sys" ? 3 : 0))
    }

    @Test(
        "A copy whose /proc/cpuinfo holds nothing does not say that CPUID is out of place",
        arguments: [[], Array("\u{0}\u{1}\u{2}garbage: \u{7F}".utf8), [0xFF, 0xFE, 0x0A, 0x80]] as [[UInt8]]
    )
    func emptyCopy(content: [UInt8]) throws {
        let host = HostFixture(named: "dgx-bare-metal")
        let folder = try TemporaryFolder()
        for (path, answer) in host.files { try folder.write(String(path.dropFirst()), try #require(answer.value)) }
        try folder.write("proc/cpuinfo", content)
        let inspection = Inspection(try HostCapture.read(folder: folder.path))
        #expect(inspection.model == nil && Requirement.bareMetal.judge(inspection).exitCode == 3)
        for check in inspection.checks where check.id.hasPrefix("cpuid-hypervisor") {
            guard case .couldNotRun = check.outcome else {
                Issue.record("\(check.id): \(check.outcome)")
                continue
            }
        }
    }

    @Test("Files of /proc that a copy has empty were not read, for the kernel leaves none of them so")
    func emptyFiles() throws {
        let folder = try TemporaryFolder()
        for path in ["proc/stat", "proc/cpuinfo", "proc/xen/capabilities", "sys/devices/system/cpu/isolated"] {
            try folder.write(path, [])
        }
        let view = try HostCapture.read(folder: folder.path)
        for path in ["/proc/stat", "/proc/cpuinfo"] {
            #expect(view.text(path).obstacle?.contains("the copy of \(path) is empty") == true)
        }
        #expect(view.text("/proc/xen/capabilities") == .value(""))
        #expect(view.text("/sys/devices/system/cpu/isolated") == .value(""))
    }

    @Test("CPUID leaves that hold garbage are no answers", arguments: ["text", "", "1 2 3", "1 2 3 4 5", "-1 2 3 4"])
    func garbledLeaves(text: String) throws {
        let host = HostFixture(named: "dgx-bare-metal")
        let folder = try TemporaryFolder()
        for (path, answer) in host.files { try folder.write(String(path.dropFirst()), try #require(answer.value)) }
        for leaf in host.cpuid.keys { try folder.write("cpuid/" + leaf.name, Array(text.utf8)) }
        try folder.write("cpuid/cost-ticks", Array(text.utf8))
        let inspection = Inspection(try HostCapture.read(folder: folder.path))
        #expect(inspection.model == nil && Requirement.bareMetal.judge(inspection).exitCode == 3)
        let reasons = inspection.checks.compactMap { check -> String? in
            if case .couldNotRun(let reason) = check.outcome { reason } else { nil }
        }
        #expect(reasons.contains("cpuid/00000001-00000000 does not hold four hexadecimal registers"), "\(reasons)")
        #expect(reasons.contains("cpuid/cost-ticks does not hold a number"), "\(reasons)")
    }

    @Test("A capture that claims any number of processors is read", arguments: ["9223372036854775807", "-9", "x", "3"])
    func claimedProcessors(number: String) throws {
        let fixture = HostFixture(named: "dgx-bare-metal").with("/proc/cpuinfo = processors: \(number)\\nprocessor: 3")
        let view = fixture.view()
        #expect(!Inspection(view).facts.isEmpty)
        // Read back, the number is the same again: filtering twice is filtering once.
        let again = try HostCapture.read(HostCapture.archive(view.snapshot), file: "host.tar")
        #expect(again.text("/proc/cpuinfo") == view.text("/proc/cpuinfo"))
    }

    @Test("Who built the kernel, and on which host, is not kept")
    func builder() {
        let view = HostFixture(named: "dgx-bare-metal").with(
            "/proc/version = Linux version 6.8.0 (root@build-7.corp) (gcc (Debian 12) 12.2, ld) #1 SMP (a) Sun"
        ).view()
        #expect(view.text("/proc/version") == .value("Linux version 6.8.0 #1 SMP Sun"))
    }

    @Test("Secrets on the kernel's command line and other people's names never enter a capture")
    func secrets() throws {
        let secret = "hunter2"
        let fixture = HostFixture(named: "dgx-bare-metal").with(
            "/proc/cmdline = root=UUID=\(secret) iommu=pt password=\(secret) ip=10.0.0.1::\(secret) rd.luks.key=\(secret) quiet "
                + "isolcpus=2-5 -- --token \(secret) iommu=\(secret)",
            "/proc/1/cgroup = 0::/kubepods/\(secret)/docker-\(secret).scope",
            "/proc/self/mountinfo = 25 1 8:1 / / rw - ext4 /dev/\(secret) rw\\n26 25 0:5 / /\(secret) rw - nfs \(secret):/ rw",
            "/proc/cpuinfo = processor : 0\\nmodel name : X\\nSerial : \(secret)\\nflags : fpu"
        )
        let view = fixture.view()
        let json = try Inspection(view).json.pretty()
        let archive = String(decoding: HostCapture.archive(view.snapshot), as: UTF8.self)
        #expect(!archive.contains(secret) && !json.contains(secret))
        #expect(view.text("/proc/cmdline") == .value("iommu=pt isolcpus=2-5"))
        #expect(view.text("/proc/self/mountinfo") == .value("/ ext4 8:1"))
    }

    @Test("Of IBM Z's description of a machine, names and serial numbers are not kept")
    func machineDescription() {
        let text =
            "Manufacturer: IBM\\nSequence Code: 00AB1C8\\nLPAR Name: PAYROLL\\nVM00 Name: LINUX1\\n"
            + "VM00 Control Program: z/VM 7.3.0\\nVM00 UUID: 1234"
        let view = HostFixture(named: "ibm-z-guest").with("/proc/sysinfo = \(text)").view()
        #expect(view.text("/proc/sysinfo") == .value("Manufacturer: IBM\nVM00 Control Program: z/VM 7.3.0"))
    }

    @Test("A device's serial number is blanked in its configuration space")
    func serialNumber() throws {
        var bytes = HostFixture.configuration(acs: "001d", ats: nil, isShort: false)
        for index in 0x144..<0x14C { bytes[index] = 0xA5 }
        let kept = PCIConfigurationSpace(bytes: bytes).withoutSerialNumber
        #expect(!kept.contains(0xA5))
        #expect(PCIConfigurationSpace(bytes: kept).accessControl == AccessControl(bits: 0x1D))
    }

    @Test(
        "What is not on the list is not read, however it is spelled",
        arguments: [
            "/etc/shadow", "/proc/1/environ", "/sys/class/dmi/id/product_serial", "/sys/class/dmi/id/product_uuid",
            "/proc/../etc/shadow", "/proc//cmdline", "proc/cmdline", "/sys/bus/pci/devices/../../../../etc/config", "/",
            "",
        ]
    )
    func allowList(path: String) {
        let view = HostView.live(nvml: { [] })
        #expect(view.bytes(path) == .unread("not on the list of what may be read"))
    }

    @Test("Every path on the list is asked for by some host, so none is there for nothing")
    func noIdlePermission() {
        var asked: Set<String> = []
        for fixture in HostFixture.all {
            let view = fixture.view()
            _ = Inspection(view)
            asked.formUnion(view.snapshot.files.keys)
        }
        for pattern in HostFilter.patterns {
            let parts = pattern.path.split(separator: "/")
            let isAsked = asked.contains { path in
                let names = path.split(separator: "/")
                return names.count == parts.count && zip(names, parts).allSatisfy { $1 == "*" || $0 == $1 }
            }
            #expect(isAsked, "\(pattern.path)")
        }
    }

    @Test("The documentation lists exactly what may be read")
    func documented() throws {
        let file = HostFixture.folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/capture-format.md")
        let data = try #require(FileManager.default.contents(atPath: file.path), "\(file.path)")
        let page = String(decoding: data, as: UTF8.self)
        let listed = page.split(separator: "\n").compactMap { line -> String? in
            line.hasPrefix("| `/") ? line.split(separator: "`").dropFirst().first.map(String.init) : nil
        }
        #expect(listed.sorted() == HostFilter.patterns.map(\.path).sorted())
        for key in HostFilter.kernelParameters { #expect(page.contains("`\(key)`"), "\(key)") }
        for key in HostFilter.processorFields { #expect(page.contains("`\(key)`"), "\(key)") }
    }

    @Test(
        "Words of a manifest survive, whatever they hold",
        arguments: ["", "%", "a b", "a%20b", "\n", "é", "0000:17:00.0", "\u{0}", "%%", "%zz"]
    )
    func words(text: String) throws {
        var snapshot = HostSnapshot(unlisted: .missing)
        snapshot.lists["/sys/module"] = .value([text, "x"])
        let view = try HostCapture.read(HostCapture.archive(snapshot), file: "c.tar")
        #expect(view.list("/sys/module") == .value([text, "x"].sorted()))
    }
}

@Suite("Tape archives")
struct TapeArchiveTests {
    private static let good = TapeArchive.write([
        TapeArchive.Entry(name: "manifest.txt", bytes: Array("assay-capture 1\n".utf8)),
        TapeArchive.Entry(name: "root/a/b", bytes: [UInt8](repeating: 7, count: 513)),
    ])

    /// The archive with one header changed and its checksum made right again.
    private static func changed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = good
        change(&bytes)
        for index in 148..<156 { bytes[index] = 0x20 }
        let sum = bytes[..<512].reduce(0) { $0 + Int($1) }
        let text = String(sum, radix: 8)
        let digits = Array((String(repeating: "0", count: 6 - text.count) + text).utf8) + [0, 0x20]
        bytes.replaceSubrange(148..<156, with: digits)
        return bytes
    }

    /// The capture of a host with everything in it.
    private static let capture: [UInt8] = {
        let view = HostFixture(named: "dgx-bare-metal").view()
        _ = Inspection(view)
        return HostCapture.archive(view.snapshot)
    }()

    private static func put(_ text: String, at offset: Int, of bytes: inout [UInt8]) {
        bytes.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }

    @Test(
        "A hostile archive is refused with a sentence",
        arguments: [
            (changed { put("../../etc/x\0", at: 0, of: &$0) }, "outside the archive"),
            (changed { put("/etc/passwd\0", at: 0, of: &$0) }, "outside the archive"),
            (changed { put("root/a/b\0\0\0\0", at: 0, of: &$0) }, "twice"),
            (changed { $0[156] = UInt8(ascii: "2") }, "neither a file nor a folder"),
            (changed { $0[156] = UInt8(ascii: "x") }, "neither a file nor a folder"),
            (changed { $0[156] = UInt8(ascii: "3") }, "neither a file nor a folder"),
            (changed { put("77777777777\0", at: 124, of: &$0) }, "longer than the archive"),
            (changed { put("9999999\0\0\0\0\0", at: 124, of: &$0) }, "longer than the archive"),
            (changed { $0[124] = 0x80 }, "longer than the archive"),
            (Array(good.prefix(1100)), "ends inside a header"),
            (Array(good.dropFirst()), "wrong checksum"),
            ([0x1F, 0x8B] + good.dropFirst(2), "wrong checksum"),
            ([UInt8](repeating: 0x41, count: 512), "wrong checksum"),
        ] as [([UInt8], String)]
    )
    func hostile(bytes: [UInt8], sentence: String) throws {
        let error = try #require(throws: DocumentError.self) { try TapeArchive.read(bytes, file: "c.tar") }
        #expect(error.description.contains(sentence), "\(error)")
        #expect(error.description.hasPrefix("c.tar: "))
    }

    @Test("Names up to 255 bytes come back", arguments: [1, 99, 100, 101, 150, 200, 250])
    func names(length: Int) throws {
        let name = String(repeating: "d/", count: length / 2) + (length % 2 == 1 ? "n" : "nn")
        guard TapeArchive.fits(name) else { return #expect(name.utf8.count > 255) }
        let entries = [TapeArchive.Entry(name: name, bytes: [1, 2, 3])]
        #expect(try TapeArchive.read(TapeArchive.write(entries), file: "c.tar") == entries)
    }

    @Test("A hundred damaged captures end in a sentence or an inspection, never in a crash", arguments: 0..<100)
    func damaged(seed: Int) throws {
        var bytes = Self.capture
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        // Headers get wrong checksums at once, so most of the damage goes into contents.
        for _ in 0...next(12) { bytes[512 + next(bytes.count - 512)] = UInt8(next(256)) }
        if next(4) == 0 { bytes.removeLast(next(bytes.count)) }
        do {
            let view = try HostCapture.read(bytes, file: "c.tar")
            _ = try Inspection(view).json.pretty()
        } catch let error as DocumentError {
            #expect(!error.problem.isEmpty)
        }
    }

    @Test(
        "A manifest that is not one is refused with its line",
        arguments: [
            ("", "does not begin with 'assay-capture 1'"), ("assay-capture 2\n", "does not begin with"),
            ("assay-capture 1\nfile value\n", ":2: 'file value' is not"),
            ("assay-capture 1\nfile value /proc/stat\n", "has no content in the archive"),
            ("assay-capture 1\nfile maybe /proc/stat\n", "has no content in the archive"),
            ("assay-capture 1\nthere value /a\nthere missing /a\n", ":3: '/a' is answered twice"),
            ("assay-capture 1\ncpuid missing 1\n", "is not a leaf"),
            ("assay-capture 1\ncpuid value 00000001-00000000\n", "four hexadecimal registers"),
            ("assay-capture 1\nsecret value /a\n", "is not a kind of question"),
            ("assay-capture 1\nlist value %2\n", "is not 'KIND STATUS PATH"),
        ]
    )
    func manifests(text: String, sentence: String) throws {
        let archive = TapeArchive.write([TapeArchive.Entry(name: "manifest.txt", bytes: Array(text.utf8))])
        let error = try #require(throws: DocumentError.self) { try HostCapture.read(archive, file: "c.tar") }
        #expect(error.description.contains(sentence), "\(error)")
    }

    @Test("A tar without a manifest says how to make a capture")
    func noManifest() throws {
        let archive = TapeArchive.write([TapeArchive.Entry(name: "a", bytes: [])])
        let error = try #require(throws: DocumentError.self) { try HostCapture.read(archive, file: "c.tar") }
        #expect(error.description.contains("assay inspect --capture"))
    }
}

/// A folder that goes away with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "assay-inspect-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let place = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: URL(filePath: place).deletingLastPathComponent().path,
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: URL(filePath: place))
    }

    func link(_ name: String, _ target: String) throws {
        let place = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: URL(filePath: place).deletingLastPathComponent().path,
            withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: target)
    }
}
