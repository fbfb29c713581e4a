import Documents
import Evidence
import Probing
import Testing

@Suite("Output, joining and parts of an inspection")
struct OutputTests {
    @Test("JSON holds at least the documented keys, and reads back", arguments: HostFixture.all)
    func json(_ fixture: HostFixture) throws {
        let text = try Inspection(fixture.view()).json.pretty()
        let root = try Reader(JSONDocument.parse(text: text, file: "i.json"), file: "i.json").mapping()
        for key in [
            "assay_inspection", "deployment_model", "virtualized", "hypervisor", "container", "evidence", "blind_spots",
            "findings", "checks", "facts",
        ] {
            #expect(root.has(key), "\(key)")
        }
    }

    @Test(
        "The table names every finding, every check that could not run and every blind spot",
        arguments: HostFixture.all
    )
    func table(_ fixture: HostFixture) {
        let inspection = Inspection(fixture.view())
        let text = inspection.text.replacing(/\s+/, with: " ")
        for finding in inspection.findings { #expect(text.contains(finding.title) && text.contains(finding.remedy)) }
        for spot in inspection.blindSpots { #expect(text.contains(spot)) }
        for check in inspection.checks {
            if case .couldNotRun = check.outcome { #expect(text.contains(check.title)) }
        }
    }

    @Test("A record gets the facts that the pair-validity gate asks for")
    func facts() {
        let facts = Inspection(HostFixture(named: "dgx-bare-metal").view()).facts
        let values = Dictionary(facts.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        #expect(Set(facts.map(\.name)).count == facts.count)
        #expect(values["gpu"] == "NVIDIA H100 80GB HBM3")
        #expect(values["gpu_count"] == "2")
        #expect(values["driver"] == "550.54.15")
        #expect(values["power_limit_w"] == "700")
        #expect(values["sm_clock_mhz"] == "1980")
        #expect(values["cpu"] == "Intel(R) Xeon(R) Platinum 8480C")
        #expect(values["numa"] == "2 nodes")
        #expect(values["iommu"] == "identity")
        #expect(values["hypervisor"] == "none")
        #expect(values["mig"] == "off")
        #expect(facts.allSatisfy { !$0.evidence.isEmpty })
    }

    @Test("GPUs that differ are all named in the fact")
    func mixedFacts() {
        let fixture = HostFixture(named: "dgx-bare-metal").with("nvml nvmlDeviceGetEnforcedPowerLimit(1) = 350000")
        let fact = Inspection(fixture.view()).facts.first { $0.name == "power_limit_w" }
        #expect(fact?.value == "700, 350")
    }

    @Test("A GPU's virtual functions are not counted as GPUs of their own")
    func functionsAsParts() {
        let facts = Inspection(HostFixture(named: "vgpu-host-without-nvml").view()).facts
        #expect(facts.first { $0.name == "gpu_count" }?.value == "1")
    }

    private func companion(_ fixture: HostFixture) throws -> HostCompanion {
        let text = try Inspection(fixture.view()).json.pretty()
        return try HostCompanion(JSONDocument.parse(text: text, file: "host.json"), file: "host.json")
    }

    @Test("A guest and its host agree, and the guest's record learns what it cannot see")
    func join() throws {
        let host = try companion(HostFixture(named: "passthrough-host").with("/sys/kernel/mm/ksm/run = 1"))
        let guest = Inspection(HostFixture(named: "kvm-passthrough").view())
        let join = host.join(guest)
        #expect(join.conflicts.isEmpty, "\(join.conflicts)")
        #expect(join.agreements.contains("The guest runs on KVM, and the host has kvm_intel loaded."))
        #expect(join.agreements.contains { $0.contains("10de:2330 is held for guests at 0000:18:00.0") })
        #expect(join.findings.contains { $0.id == "page-merging" })
        #expect(join.facts.contains { $0.name == "host_iommu" && $0.value == "identity" })
        var joined = guest
        joined.companion = join
        #expect(joined.text.contains("agrees: The guest runs on KVM"))
        #expect(try joined.json.pretty().contains("\"agreements\""))
        // Nobody is told to join what was joined; a host that cannot be this guest's tells nothing.
        #expect(guest.text.contains("join `--host-facts`") && !joined.text.contains("join `--host-facts`"))
        joined = guest
        joined.companion = try companion(HostFixture(named: "arm-bare-metal")).join(guest)
        #expect(joined.text.contains("join `--host-facts`"))
    }

    @Test(
        "A host that cannot be this guest's host is a conflict",
        arguments: [
            ("dgx-bare-metal", "kvm-passthrough", "the host's own driver (nvidia)"),
            ("arm-bare-metal", "kvm-passthrough", "neither kvm_intel nor kvm_amd"),
            ("oracle-physical", "kvm-passthrough", "the host lists none of that kind"),
            ("passthrough-host", "dgx-bare-metal", "one of them is hidden"),
            ("hyper-v-root", "kvm-passthrough", "The host itself stands on hyper-v"),
        ]
    )
    func conflicts(host: String, guest: String, sentence: String) throws {
        let join = try companion(HostFixture(named: host)).join(Inspection(HostFixture(named: guest).view()))
        #expect(join.conflicts.contains { $0.contains(sentence) }, "\(join.conflicts)")
    }

    @Test("A host that could not look for its guests contradicts none of them")
    func unreadableHost() throws {
        let guest = Inspection(HostFixture(named: "kvm-passthrough").view())
        let join = try companion(HostFixture(named: "nothing-readable")).join(guest)
        #expect(!join.conflicts.contains { $0.contains("neither kvm_intel nor kvm_amd") }, "\(join.conflicts)")
    }

    @Test(
        "A file that is no host's inspection is refused with its place",
        arguments: [
            ("{}", "assay_inspection"), ("[]", "host.json:1"), (#"{"assay_inspection": 9}"#, "version 9"),
            (#"{"assay_inspection": 1, "hypervisor": 3}"#, "hypervisor"),
            (#"{"assay_inspection": 1, "hypervisor": "none", "facts": {"cpu": "x"}}"#, "facts.cpu"),
            (#"{"assay_inspection": 1, "hypervisor": "none", "findings": [{"id": "a"}]}"#, "findings[0].subject"),
        ]
    )
    func badCompanion(text: String, part: String) throws {
        let error = try #require(throws: DocumentError.self) {
            try HostCompanion(JSONDocument.parse(text: text, file: "host.json"), file: "host.json")
        }
        #expect(error.description.contains(part), "\(error)")
    }
}

@Suite("Configuration space and lines of NVML")
struct PartsTests {
    @Test(
        "ACS control bits are read at their offset",
        arguments: [
            (0x00, false), (0x01, false), (0x04, true), (0x08, true), (0x1D, true), (0x50, false), (0x20, true),
        ]
            as [(UInt16, Bool)]
    )
    func accessControl(bits: UInt16, redirects: Bool) {
        let text = String(bits, radix: 16)
        let space = PCIConfigurationSpace(bytes: HostFixture.configuration(acs: text, ats: nil, isShort: false))
        #expect(space.accessControl?.bits == bits)
        #expect(space.accessControl?.redirects == redirects)
        #expect(space.translatesAddresses == nil)
    }

    @Test("A capability list that bites its tail ends", arguments: [0x100, 0x104, 0x200])
    func loop(target: Int) {
        var bytes = [UInt8](repeating: 0, count: 4096)
        for offset in [0x100, target] {
            let header = UInt32(0x0001) | UInt32(offset == 0x100 ? target : 0x100) << 20
            for place in 0..<4 { bytes[offset + place] = UInt8(truncatingIfNeeded: header >> (8 * UInt32(place))) }
        }
        #expect(PCIConfigurationSpace(bytes: bytes).accessControl == nil)
    }

    @Test("Any bytes are a configuration space of some kind", arguments: 0..<200)
    func noise(seed: Int) {
        var state = UInt64(seed) &* 0x2545_F491_4F6C_DD1D &+ 7
        let bytes = (0..<(seed * 23 % 4200)).map { _ -> UInt8 in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
        let space = PCIConfigurationSpace(bytes: bytes)
        _ = (space.accessControl, space.translatesAddresses, space.offersVirtualFunctions)
        #expect(space.withoutSerialNumber.count == bytes.count)
    }

    @Test(
        "Lines of NVML are read and written alike",
        arguments: [
            ("nvmlDeviceGetMigMode(0) = 1 1", "nvmlDeviceGetMigMode", ["0"]),
            ("nvmlDeviceGetCount_v2() = 8", "nvmlDeviceGetCount", []),
            ("nvmlDeviceGetP2PStatus(0, 1, NVLINK) = 0", "nvmlDeviceGetP2PStatus", ["0", "1", "NVLINK"]),
            ("nvmlDeviceGetName(0) = NVIDIA (R) = x", "nvmlDeviceGetName", ["0"]),
            ("a_vx() = 1", "a_vx", []),
        ]
    )
    func lines(text: String, call: String, arguments: [String]) throws {
        let answer = try #require(NVMLAnswer(line: text))
        #expect(answer.call == call && answer.arguments == arguments)
        #expect(NVMLAnswer(line: answer.line) == answer)
    }

    @Test("An error keeps its number and name")
    func error() throws {
        let answer = try #require(NVMLAnswer(line: "nvmlDeviceGetEccMode(0) = error 3 NOT_SUPPORTED"))
        #expect(answer.result == .error(3, "NOT_SUPPORTED"))
    }

    @Test(
        "Other lines are none",
        arguments: ["", "(", ") = (", "nvml() =", "() = 1", "x(0) = error", "x(0) = error three"]
    )
    func noLines(text: String) { #expect(NVMLAnswer(line: text) == nil) }
}

@Suite("Inspections in records")
struct RecordTests {
    @Test("A record's host carries the facts with their evidence, and the blind spots")
    func host() throws {
        var inspection = Inspection(HostFixture(named: "kvm-passthrough").view())
        let text = try Inspection(HostFixture(named: "passthrough-host").view()).json.pretty()
        let companion = try HostCompanion(JSONDocument.parse(text: text, file: "host.json"), file: "host.json")
        inspection.companion = companion.join(inspection)
        let host = inspection.recordHost(id: "guest", boots: [])
        #expect(host.blindSpots == inspection.blindSpots)
        #expect(
            host.facts.contains(
                HostFact(name: "driver", value: "550.54.15", evidence: "nvml: nvmlSystemGetDriverVersion")
            )
        )
        #expect(host.facts.contains { $0.name == "host_iommu" && $0.value == "identity" })
        #expect(Set(host.facts.map(\.name)).count == host.facts.count)
    }
}
