import Documents
import Estate
import Probing
import Testing

@Suite("What an inspection says of each kind of host")
struct VerdictTests {
    @Test("Every kind of host gets the verdict that its documentation implies", arguments: HostFixture.all)
    func verdict(_ fixture: HostFixture) throws {
        #expect(fixture.expected["fixture"] == nil)
        let inspection = Inspection(fixture.view())
        var told: [String: String] = [
            "model": inspection.model?.rawValue ?? "unknown",
            "detail": inspection.attachment.detail,
            "virtualized": inspection.virtualized.rawValue,
            "hypervisor": inspection.hypervisor.name?.rawValue ?? "none",
            "role": inspection.hypervisor.role?.rawValue ?? "none",
            "platform": inspection.hypervisor.platform ?? "none",
            "container": inspection.container.name ?? "none",
            "confidential":
                ([inspection.confidential.state.rawValue] + [inspection.confidential.technology].compactMap { $0 })
                .joined(separator: " "),
            "nesting": String(inspection.evidence.filter { $0.subject == .nesting }.count),
            "require": String(Requirement.bareMetal.judge(inspection).exitCode),
        ]
        for (key, value) in fixture.expected.sorted(by: { $0.key < $1.key }) where key != "findings" {
            #expect(told.removeValue(forKey: key) == value, "\(key)")
        }
        expectFindings(inspection, fixture)
    }

    private func expectFindings(_ inspection: Inspection, _ fixture: HostFixture) {
        let expected = (fixture.expected["findings"] ?? "").split(separator: " ").map(String.init)
        #expect(!expected.isEmpty, "a fixture says which findings it wants, or none")
        var left = inspection.findings.map { ($0.id, $0.subject.replacing(" ", with: "_")) }
        for wanted in expected where wanted != "none" {
            let parts = wanted.split(separator: "@").map(String.init)
            let place = left.firstIndex { $0.0 == parts[0] && (parts.count == 1 || $0.1 == parts[1]) }
            #expect(place != nil, "no finding \(wanted)")
            if let place { left.remove(at: place) }
        }
        #expect(left.isEmpty, "unexpected findings \(left)")
    }

    @Test("At least twelve kinds of host are described")
    func kinds() { #expect(HostFixture.all.count >= 12) }

    @Test("Evidence for 'yes' is never a hint alone", arguments: HostFixture.all)
    func evidence(_ fixture: HostFixture) {
        let inspection = Inspection(fixture.view())
        let strongest = inspection.evidence.filter { $0.subject == .hypervisor }.map(\.weight).max()
        if inspection.virtualized == .yes { #expect((strongest ?? .hint) > .hint) }
        if inspection.hypervisor.name == nil { #expect((strongest ?? .hint) == .hint) }
    }

    @Test("Every finding says what it costs, where it was seen and how to mend it", arguments: HostFixture.all)
    func findings(_ fixture: HostFixture) {
        for finding in Inspection(fixture.view()).findings {
            #expect(finding.title.hasSuffix(".") && finding.cost.hasSuffix("."))
            #expect(!finding.source.isEmpty && !finding.remedy.isEmpty && !finding.subject.isEmpty)
        }
    }

    @Test("Findings come with the costliest first", arguments: HostFixture.all)
    func order(_ fixture: HostFixture) {
        let ranks = Inspection(fixture.view()).findings.compactMap {
            Finding.Severity.allCases.firstIndex(of: $0.severity)
        }
        #expect(ranks == ranks.sorted())
    }

    @Test("A check that could not run says why, and no check stands twice", arguments: HostFixture.all)
    func checks(_ fixture: HostFixture) {
        let checks = Inspection(fixture.view()).checks
        #expect(Set(checks.map(\.id)).count == checks.count)
        for check in checks {
            if case .couldNotRun(let reason) = check.outcome { #expect(!reason.isEmpty) }
        }
    }

    @Test("Each observation names a check that ran", arguments: HostFixture.all)
    func observations(_ fixture: HostFixture) {
        let inspection = Inspection(fixture.view())
        let ran = Set(inspection.checks.filter { $0.outcome == .ran }.map(\.id))
        for seen in inspection.evidence { #expect(ran.contains(seen.check), "\(seen.check)") }
    }

    @Test("In a closed sandbox no check claims to have run, and none that could have run calls itself out of place")
    func nothing() {
        let inspection = Inspection(HostFixture(named: "nothing-readable").view())
        #expect(inspection.checks.filter { $0.outcome == .ran }.map(\.id) == [])
        for check in inspection.checks where check.id.hasPrefix("cpuid") {
            #expect(check.outcome == .couldNotRun("permission denied"))
        }
        #expect(!inspection.facts.contains { $0.name == "mitigations" })
    }

    @Test("Without root the ACS check says that it could not run, instead of finding nothing")
    func withoutRoot() throws {
        let inspection = Inspection(HostFixture(named: "unprivileged-bare-metal").view())
        let check = try #require(inspection.checks.first { $0.id == "acs" })
        #expect(check.outcome == .couldNotRun("configuration space beyond 64 bytes needs root"))
        let bit = try #require(inspection.checks.first { $0.id == "smbios-vm-bit" })
        #expect(bit.outcome == .couldNotRun("permission denied"))
    }

    @Test("The ACS finding names the bridge, the two devices and the command")
    func accessControl() throws {
        let findings = Inspection(HostFixture(named: "dgx-misconfigured").view()).findings
        let finding = try #require(findings.first { $0.subject == "0000:17:00.0" })
        #expect(
            finding.title
                == "ACS redirect on 0000:17:00.0 sends GPU-to-NIC traffic through the root complex (0000:18:00.0 to 0000:1a:00.0)."
        )
        #expect(finding.remedy.hasPrefix("setpci -s 0000:17:00.0 ECAP_ACS+0x6.w=0000"))
    }

    @Test("A slow link is an idle reading until the GPU is under load")
    func load() throws {
        let fixture = HostFixture(named: "dgx-bare-metal").with("nvml nvmlDeviceGetCurrPcieLinkGeneration(0) = 1")
        let idle = try #require(Inspection(fixture.view()).findings.first)
        #expect(idle.id == "pcie-link" && idle.severity == .note && idle.title.contains("idle reading"))
        let busy = try #require(Inspection(fixture.view(), underLoad: true).findings.first)
        #expect(busy.id == "pcie-link" && busy.severity == .high && !busy.title.contains("idle reading"))
    }

    @Test("A power cap is a finding only under load, heat always")
    func clocks() {
        let capped = HostFixture(named: "dgx-bare-metal").with("nvml nvmlDeviceGetCurrentClocksEventReasons(0) = 0x4")
        #expect(Inspection(capped.view()).findings.isEmpty)
        #expect(Inspection(capped.view(), underLoad: true).findings.map(\.id) == ["clocks-held"])
        let hot = HostFixture(named: "dgx-bare-metal").with("nvml nvmlDeviceGetCurrentClocksEventReasons(0) = 0x40")
        #expect(Inspection(hot.view()).findings.map(\.severity) == [.invalid])
    }

    @Test(
        "One sign is enough: each alone turns a clean host into a virtual machine",
        arguments: [
            "cpuid 00000001 0 = 000806f8 00800800 f7fefbff bfebfbff",
            "cpuid 40000000 0 = 40000001 4b4d564b 564b4d56 0000004d",
            "cpuid 40000100 0 = 40000001 4b4d564b 564b4d56 0000004d",
            "cpuid-cost = 1000",
            "/proc/cpuinfo = processor : 0\\nflags : fpu hypervisor",
            "/proc/stat = cpu 100 0 100 10000 5 0 3 1 0 0",
            "/sys/class/dmi/id/product_name = VMware7,1",
            "/sys/class/dmi/id/product_name = Virtual Machine",
            "/sys/class/dmi/id/sys_vendor = QEMU",
            "/sys/firmware/dmi/entries/0-0/raw = hex 00 1a 00 00 01 02 00 f0 03 ff 08 00 00 00 00 00 00 00 00 1c",
            "/sys/hypervisor/type = xen",
            "/sys/bus/vmbus/devices/0 !",
            "/sys/devices/system/cpu/cpuidle/current_driver = haltpoll",
            "/sys/devices/system/cpu/vulnerabilities/mds = Vulnerable; SMT Host state unknown",
            "pci 0000:00:02.0 1b36:000c 060400",
            "nvml nvmlDeviceGetVirtualizationMode(0) = 1",
            "nvml nvmlDeviceGetVirtualizationMode(1) = 2",
        ]
    )
    func signs(_ line: String) {
        let clean = HostFixture(named: "dgx-bare-metal")
        #expect(Inspection(clean.view()).virtualized == .noEvidence)
        let inspection = Inspection(clean.with(line).view())
        #expect(inspection.virtualized == .yes)
        #expect(Requirement.bareMetal.judge(inspection).exitCode == 1)
    }

    @Test(
        "What is no sign stays none",
        arguments: [
            "cpuid-cost = 999",
            "/sys/class/dmi/id/sys_vendor = Microsoft Corporation",
            "/sys/class/dmi/id/sys_vendor = Oracle Corporation",
            "/sys/class/dmi/id/product_name = PowerEdge XE9680",
            "/sys/devices/system/clocksource/clocksource0/current_clocksource = acpi_pm",
            "/sys/module/kvm !",
            "pci 0000:63:00.0 1af4:1042 010000 driver=virtio-pci",
        ]
    )
    func noSigns(_ line: String) {
        #expect(Inspection(HostFixture(named: "dgx-bare-metal").with(line).view()).virtualized == .noEvidence)
    }

    @Test(
        "Amazon's firmware is on metal and on guests: the bit decides, then the type's name",
        arguments: [
            ("p5.metal-48xl", nil, Inspection.Virtualized.noEvidence), ("m5.metal", nil, .noEvidence),
            ("p5.48xlarge", nil, .yes), ("p5.48xlarge", "0c", .noEvidence), ("m5.metal", "1c", .yes),
        ] as [(String, String?, Inspection.Virtualized)]
    )
    func amazon(product: String, byte: String?, expected: Inspection.Virtualized) {
        let raw = "/sys/firmware/dmi/entries/0-0/raw"
        let fixture = HostFixture(named: "dgx-bare-metal").with(
            "/sys/class/dmi/id/sys_vendor = Amazon EC2",
            "/sys/class/dmi/id/product_name = \(product)",
            byte.map { "\(raw) = hex " + String(repeating: "00 ", count: 19) + $0 } ?? "\(raw) ! denied"
        )
        #expect(Inspection(fixture.view()).virtualized == expected)
    }

    @Test(
        "A vGPU's name tells its profile, a board's name does not look like one",
        arguments: [
            ("NVIDIA A100-40C", DeploymentModel.vmVGPU), ("GRID V100D-8Q", .vmVGPU), ("NVIDIA L40S-24C", .vmVGPU),
            ("NVIDIA A100-3-20C", .vmVGPUMIG), ("NVIDIA H100-1-10CME", .vmVGPUMIG), ("NVIDIA A16-2B", .vmVGPU),
            ("NVIDIA A100-SXM4-80GB", .vmPassthrough), ("NVIDIA A100-PCIE-40GB", .vmPassthrough),
            ("NVIDIA H100 80GB HBM3", .vmPassthrough), ("Tesla V100-SXM2-16GB", .vmPassthrough), ("-", .vmPassthrough),
            ("NVIDIA-", .vmPassthrough), ("", .vmPassthrough),
        ]
    )
    func profiles(name: String, expected: DeploymentModel) {
        let fixture = HostFixture(named: "kvm-passthrough-tuned").with(
            "nvml nvmlDeviceGetName(0) = \(name)",
            "nvml nvmlDeviceGetVirtualizationMode(0) = 1"
        )
        #expect(Inspection(fixture.view()).model == expected)
    }

    @Test("The machine we stand on can be inspected, and agrees with its own kernel's flag")
    func live() {
        let view = HostView.live(nvml: { ["nvmlInit() = error 12 LIBRARY_NOT_FOUND"] })
        let inspection = Inspection(view)
        let flags = view.text("/proc/cpuinfo").value ?? ""
        if flags.contains(" hypervisor") {
            #expect(inspection.hypervisor.name != nil)
            #expect(Requirement.bareMetal.judge(inspection).exitCode == 1)
        }
        #expect(inspection.checks.contains { $0.outcome == .ran })
    }
}
