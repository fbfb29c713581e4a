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

    @Test(
        "Translated addresses pass a redirecting bridge that lets them",
        arguments: [("005d", "8000", true), ("005d", "0000", false), ("001d", "8000", false), ("007d", "8000", false)]
    )
    func translatedAddresses(_ control: String, _ translation: String, _ passes: Bool) {
        let way = "above=0000:15:01.0/0000:16:00.0"
        let fixture = HostFixture(named: "dgx-bare-metal").with(
            "pci 0000:17:00.0 1000:c030 060400 \(way) acs=\(control)",
            "pci 0000:17:02.0 1000:c030 060400 \(way) acs=\(control)",
            "pci 0000:1a:00.0 15b3:1021 020700 \(way)/0000:17:02.0 driver=mlx5_core node=0 group=41 ats=\(translation)"
        )
        let found = Inspection(fixture.view()).findings.filter { $0.id == "acs-redirect" }.map(\.subject)
        #expect(found == (passes ? [] : ["0000:17:00.0", "0000:17:02.0"]))
    }

    @Test("A slow link is an idle reading until the GPU is under load")
    func load() throws {
        let fixture = HostFixture(named: "dgx-bare-metal").with("nvml nvmlDeviceGetCurrPcieLinkGeneration(0) = 1")
        let idle = Inspection(fixture.view())
        #expect(idle.findings.isEmpty)
        let reading = try #require(idle.evidence.first { $0.meaning.contains("idle reading of GPU 0") })
        #expect(reading.raw == "generation 1 of 5" && idle.text.contains("idle reading"))
        let busy = try #require(Inspection(fixture.view(), underLoad: true).findings.first)
        #expect(busy.id == "pcie-link" && busy.severity == .high && !busy.title.contains("idle reading"))
        #expect(busy.cost.contains("6.25 %"))
    }

    @Test("A GPU behind Hyper-V's paravirtual adapter is that, whether NVML speaks of it or not")
    func paravirtualGPU() throws {
        let answers = [
            "nvml nvmlInit() = ok", "nvml nvmlDeviceGetCount() = 1", "nvml nvmlDeviceGetName(0) = NVIDIA RTX A6000",
            "nvml nvmlDeviceGetVirtualizationMode(0) = 0",
        ]
        for lines in [[], answers] {
            let fixture = lines.reduce(HostFixture(named: "wsl")) { $0.with($1) }
            let inspection = Inspection(fixture.view())
            #expect(inspection.attachment.model == nil && inspection.attachment.reason.contains("dxgkrnl"))
        }
    }

    @Test("Where NVML answers and does not tell a GPU's link, sysfs does")
    func linkBySysfs() throws {
        let fixture = HostFixture(named: "dgx-bare-metal").with(
            "pci 0000:18:00.0 10de:2330 030200 driver=nvidia node=0 group=40 link=32.0x8of32.0x16",
            "nvml nvmlDeviceGetCurrPcieLinkWidth(0) = error 3 NOT_SUPPORTED"
        )
        let finding = try #require(Inspection(fixture.view()).findings.first { $0.id == "pcie-link" })
        #expect(finding.subject == "0000:18:00.0" && finding.title.contains("x8 of"), "\(finding.title)")
        // What NVML tells is not told twice.
        let told = HostFixture(named: "dgx-bare-metal").with(
            "pci 0000:18:00.0 10de:2330 030200 driver=nvidia node=0 group=40 link=32.0x8of32.0x16",
            "nvml nvmlDeviceGetCurrPcieLinkWidth(0) = 8"
        )
        #expect(Inspection(told.view()).findings.map(\.subject) == ["GPU 0"])
    }

    @Test("A narrow link is a finding at idle too, without the speed of the idle reading in its cost")
    func narrow() throws {
        let link = "pci 0000:18:00.0 10de:2330 030200 driver=nvidia node=0 group=40 link=2.5x8of32.0x16"
        let sysfs = HostFixture(named: "dgx-bare-metal").with(link, "nvml nvmlInit() = error 12 LIBRARY_NOT_FOUND")
        let nvml = HostFixture(named: "dgx-bare-metal").with(
            "nvml nvmlDeviceGetCurrPcieLinkGeneration(0) = 1",
            "nvml nvmlDeviceGetCurrPcieLinkWidth(0) = 8"
        )
        // 8 of 16 lanes at 2.5 of 32 GT/s, and at generation 1 of 5.
        for (fixture, share) in [(sysfs, "3.91 %"), (nvml, "3.13 %")] {
            let idle = Inspection(fixture.view())
            let finding = try #require(idle.findings.first { $0.id == "pcie-link" })
            #expect(finding.severity == .high && finding.title.contains("8 of 16 lanes"), "\(finding.title)")
            #expect(finding.cost.contains("50.00 %"), "\(finding.cost)")
            #expect(idle.evidence.contains { $0.meaning.contains("idle reading") })
            let busy = Inspection(fixture.view(), underLoad: true)
            #expect(busy.findings.contains { $0.id == "pcie-link" && $0.cost.contains(share) }, "\(busy.findings)")
            #expect(!busy.evidence.contains { $0.meaning.contains("idle reading") })
        }
    }

    @Test(
        "Where NVML does not answer, the remedy follows from what it said",
        arguments: [
            ("error 12 LIBRARY_NOT_FOUND", "nvidia", "libnvidia-ml.so.1 of the kernel driver's version"),
            ("error 9 DRIVER_NOT_LOADED", "", "modprobe nvidia; dmesg"),
            ("error 9 DRIVER_NOT_LOADED", "nouveau", "modprobe.blacklist=nouveau"),
            ("error 4 NO_PERMISSION", "nvidia", "as root"),
            ("error 18 LIB_RM_VERSION_MISMATCH", "nvidia", "modprobe -r nvidia_uvm"),
            ("error 15 GPU_IS_LOST", "nvidia", "grep Xid"),
        ]
    )
    func silence(answer: String, driver: String, remedy: String) throws {
        let device = "pci 0000:18:00.0 10de:2330 030200 node=0" + (driver.isEmpty ? "" : " driver=\(driver)")
        let fixture = HostFixture(named: "oracle-physical").with(device, "nvml nvmlInit() = \(answer)")
        let finding = try #require(Inspection(fixture.view()).findings.first { $0.id == "no-nvml" })
        #expect(finding.remedy.contains(remedy), "\(finding.remedy)")
        #expect(finding.title.contains("0000:18:00.0"))
    }

    @Test("NVML that was not asked, and GPUs that are given away, are no finding")
    func unasked() throws {
        let unasked = HostFixture(named: "oracle-physical").with(
            "pci 0000:18:00.0 10de:2330 030200 driver=nvidia node=0"
        )
        let inspection = Inspection(unasked.view())
        #expect(inspection.findings.isEmpty)
        let check = try #require(inspection.checks.first { $0.id == "nvml" })
        #expect(check.outcome == .couldNotRun("NVML was not asked"))
        let given = HostFixture(named: "oracle-physical").with(
            "pci 0000:18:00.0 10de:2330 030200 driver=vfio-pci node=0",
            "nvml nvmlInit() = error 9 DRIVER_NOT_LOADED"
        )
        #expect(!Inspection(given.view()).findings.contains { $0.id == "no-nvml" })
    }

    @Test("A lost GPU that is the only one leaves no answer about others")
    func lonely() throws {
        let fixture = HostFixture(named: "oracle-physical").with(
            "pci 0000:18:00.0 10de:2330 030200 driver=nvidia node=0",
            "nvml nvmlInit() = ok",
            "nvml nvmlDeviceGetCount() = 1",
            "nvml nvmlDeviceGetHandleByIndex(0) = error 15 GPU_IS_LOST"
        )
        let finding = try #require(Inspection(fixture.view()).findings.first)
        #expect(finding.id == "gpu-unreachable" && finding.cost.hasSuffix("this answer is about a host without a GPU."))
    }

    @Test("Remedies fit the maker and the state")
    func remedies() throws {
        func remedy(_ id: String, _ fixture: HostFixture) throws -> String {
            try #require(Inspection(fixture.view()).findings.first { $0.id == id }).remedy
        }
        let amd = try remedy("virtual-functions", HostFixture(named: "amd-vgpu-host"))
        #expect(amd.contains("sriov_numvfs") && !amd.contains("nvidia"))
        let nvidia = try remedy("virtual-functions", HostFixture(named: "vgpu-host-without-nvml"))
        #expect(nvidia.contains("sriov-manage -d 0000:18:00.0"))
        let interrupts = try remedy("no-posted-interrupts", HostFixture(named: "amd-host-shadow-paging"))
        #expect(interrupts.contains("modprobe -r kvm_amd && modprobe kvm_amd avic=1"))
        let pending = HostFixture(named: "dgx-bare-metal").with("nvml nvmlDeviceGetEccMode(0) = 1 0")
        #expect(try remedy("ecc", pending).hasPrefix("nvidia-smi --gpu-reset -i 0"))
        let off = HostFixture(named: "dgx-bare-metal").with("nvml nvmlDeviceGetEccMode(0) = 0 0")
        #expect(try remedy("ecc", off).hasPrefix("nvidia-smi -i 0 -e 1"))
    }

    @Test("Registers that nobody answers judge no ACS")
    func silentBridge() throws {
        let checks = Inspection(HostFixture(named: "silent-devices").view()).checks
        let check = try #require(checks.first { $0.id == "acs" })
        #expect(check.outcome == .couldNotRun("a device does not answer: its configuration space is all ones"))
    }

    @Test("Control groups of version 1 give the same sentence as those of version 2")
    func oldControlGroups() throws {
        let finding = try #require(
            Inspection(HostFixture(named: "kubernetes-with-old-control-groups").view()).findings.first
        )
        #expect(finding.title == "A quota allows 2.00 processors, and held the group back for 51 ms so far.")
        #expect(finding.source == "/sys/fs/cgroup/cpu/cpu.cfs_quota_us")
        let free = HostFixture(named: "kubernetes-with-old-control-groups").with(
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us = -1"
        )
        #expect(Inspection(free.view()).findings.isEmpty)
    }

    @Test("What a device tree calls its machine stands in the evidence word by word")
    func treeWords() throws {
        let evidence = Inspection(HostFixture(named: "riscv-guest").view()).evidence
        let seen = try #require(evidence.first { $0.source == "/proc/device-tree/compatible" })
        #expect(seen.raw == "riscv-virtio, qemu,virt")
    }

    @Test("A cost of CPUID below what the instruction takes was not measured", arguments: [0, 49, 59])
    func impossibleCost(ticks: Int) throws {
        let inspection = Inspection(HostFixture(named: "dgx-bare-metal").with("cpuid-cost = \(ticks)").view())
        let check = try #require(inspection.checks.first { $0.id == "cpuid-cost" })
        #expect(check.outcome == .couldNotRun("a median of \(ticks) ticks is less than the instruction takes"))
    }

    @Test("Where CPUID exists, this machine's own cost of it is one of the instruction")
    func liveCost() throws {
        let view = HostView.live(nvml: { [] })
        guard view.cpuid(0).value != nil else { return }
        let ticks = try #require(view.cpuidCost().value)
        #expect(ticks >= HypervisorFacts.leastTicks)
        let check = Inspection(view).checks.first { $0.id == "cpuid-cost" }
        #expect(check?.outcome == .ran)
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
            "/sys/bus/virtio/devices/virtio0 -> ../../../devices/platform/virtio-mmio.0/virtio0",
            "/sys/bus/virtio/devices/virtio0 -> ../../../devices/platform/LNRO0005:00/virtio0",
            "/proc/cmdline = virtio_mmio.device=4K@0xd0000000:5",
            "/proc/cpuinfo = processor : 0\\nmodel name : QEMU TCG CPU version 2.5+\\nflags : fpu",
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
            "/sys/bus/virtio/devices/virtio0 -> ../../../devices/pci0000:60/0000:63:00.0/virtio0",
            "/sys/bus/virtio/devices/virtio0 -> ../../../devices/platform/remoteproc0/virtio0",
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
