import Probing
import Testing

@Suite("What an auditor asks of a host") struct TrustFactsTests {
    private func facts(_ fixture: HostFixture) -> [String: String] {
        Dictionary(
            Inspection(fixture.view()).facts.map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private static let careful = HostFixture(named: "encrypted-host")

    @Test("a host started with care says so") func careful() {
        let facts = facts(Self.careful)
        let expected = [
            "secure_boot": "on", "measured_boot": "yes: TPM 2, log of events", "module_signatures": "enforced",
            "firmware": "American Megatrends International, 1.4.2, 01/02/2026", "root_encryption": "CRYPT-LUKS2",
            "time_source": "systemd-timesyncd, synchronized", "audit_daemon": "running", "journal": "persistent",
            "nested_paging": "on", "page_merging": "off", "cpu_vulnerabilities": "none open",
            // The bridge 17:00.0 is no stranger; another GPU is.
            "gpu_iommu_group": "shared with 0000:18:00.0, 0000:18:00.1, 0000:19:00.0",
        ]
        for (name, value) in expected.sorted(by: { $0.key < $1.key }) {
            #expect(facts[name] == value, "\(name): \(facts[name] ?? "nothing")")
        }
    }

    @Test("a GPU with its own second function and a bridge in its group is alone") func alone() {
        let fixture = Self.careful.with(
            "pci 0000:19:00.0 10de:2330 030200 above=0000:15:01.0/0000:16:00.0/0000:17:01.0 driver=nvidia node=0 group=42",
            "drop /sys/kernel/iommu_groups/40/devices/0000:19:00.0",
            "/sys/kernel/iommu_groups/42/devices/0000:19:00.0 !"
        )
        #expect(facts(fixture)["gpu_iommu_group"] == "alone")
    }

    @Test(
        "one thing turned is one fact turned",
        arguments: [
            (
                "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c = hex 06 00 00 00 00",
                "secure_boot", "off"
            ),
            ("drop /sys/firmware/efi", "secure_boot", "off: no UEFI"),
            ("drop /sys/kernel/security", "measured_boot", "TPM 2, no log seen"),
            ("drop /sys/class/tpm", "measured_boot", "no TPM"),
            ("/sys/module/module/parameters/sig_enforce = N", "module_signatures", "not enforced"),
            ("/proc/self/mountinfo = 25 1 8:1 / / rw - ext4 /dev/sda1 rw", "root_encryption", "none seen"),
            ("/sys/dev/block/253:1/dm/uuid = CRYPT-LUKS2-0123-root", "root_encryption", "CRYPT-LUKS2"),
            ("/sys/block/dm-0/dm/uuid = LVM-other", "root_encryption", "none seen"),
            ("drop /run/systemd", "time_source", "none seen"), ("drop /run/auditd.pid", "audit_daemon", "none seen"),
            ("drop /var/log/journal", "journal", "none seen"),
            ("/sys/kernel/mm/ksm/run = 1", "page_merging", "on"),
            ("/sys/module/kvm_intel/parameters/ept = N", "nested_paging", "off"),
            ("/sys/devices/system/cpu/vulnerabilities/mds = Vulnerable", "cpu_vulnerabilities", "open: mds"),
        ]
    ) func turned(_ line: String, _ fact: String, _ value: String) {
        #expect(facts(Self.careful.with(line))[fact] == value)
    }

    @Test(
        "a time service without a mark of success is not called synchronised",
        arguments: [
            ("/run/systemd/timesync/clock !", "systemd-timesyncd, not synchronized"),
            ("/run/chrony/chronyd.pid !", "chrony"),
            ("/run/ntpd.pid !", "ntpd"),
        ]
    ) func clocks(_ line: String, _ value: String) {
        #expect(facts(Self.careful.with("drop /run/systemd", line))["time_source"] == value)
    }

    @Test("in a container nothing of it is taken for the host's") func container() {
        let facts = facts(Self.careful.with("/.dockerenv !", "/proc/1/cgroup = 0::/docker/abc"))
        for name in ["secure_boot", "measured_boot", "root_encryption", "time_source", "audit_daemon", "journal"] {
            #expect(facts[name] == nil, "\(name)")
        }
    }

    @Test("where nothing may be read, nothing is claimed") func denied() {
        let facts = facts(HostFixture(named: "nothing-readable"))
        for name in [
            "secure_boot", "measured_boot", "module_signatures", "firmware", "root_encryption", "time_source",
            "audit_daemon",
            "journal", "gpu_iommu_group", "nested_paging", "page_merging", "cpu_vulnerabilities",
        ] {
            #expect(facts[name] == nil, "\(name): \(facts[name] ?? "")")
        }
    }

    @Test("of a volume's identifier only its kind is kept") func kept() {
        let view = Self.careful.view()
        #expect(view.text("/sys/block/dm-0/dm/uuid").value == "CRYPT-LUKS2")
        #expect(view.text("/sys/dev/block/253:1/dm/uuid").value == "LVM")
        #expect(view.text("/proc/self/mountinfo").value == "/ ext4 253:1")
    }
}
