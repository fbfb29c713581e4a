import Estate
import Study
import Testing

@testable import Compliance

/// A check on hosts where it passes, where it fails, and where the evidence is missing.
struct CheckCase: Sendable, CustomTestStringConvertible {
    var check: String
    var model: DeploymentModel = .vmPassthrough
    var passes: [String: String]
    var fails: [String: String]
    var missing: [String: String]
    var testDescription: String { check }

    static let all: [CheckCase] = [
        CheckCase(
            check: "gpu-inventory",
            passes: ["gpu": "NVIDIA H100 NVL", "gpu_uuid": "GPU-1, GPU-2", "gpu_count": "2"],
            fails: ["gpu": "NVIDIA H100 NVL", "gpu_uuid": "GPU-1, GPU-2", "gpu_count": "4"],
            missing: ["gpu": "NVIDIA H100 NVL"]
        ),
        CheckCase(
            check: "mig",
            model: .bareMetalMIG,
            passes: ["mig": "on"],
            fails: ["mig": "off"],
            missing: ["mig": "on, off"]
        ),
        CheckCase(
            check: "iommu",
            passes: ["iommu": "DMA-FQ", "gpu_iommu_group": "alone"],
            fails: ["iommu": "DMA", "gpu_iommu_group": "shared with 0000:1a:00.0"],
            missing: ["iommu": "DMA"]
        ),
        CheckCase(
            check: "clearing",
            passes: ["tenant_clearing": "gpu-reset"],
            fails: ["tenant_clearing": "none"],
            missing: [:]
        ),
        CheckCase(check: "ecc", passes: ["ecc": "on"], fails: ["ecc": "off"], missing: [:]),
        CheckCase(
            check: "secure-boot",
            passes: ["secure_boot": "on"],
            fails: ["secure_boot": "off: no UEFI"],
            missing: [:]
        ),
        CheckCase(
            check: "measured-boot",
            passes: ["measured_boot": "yes: TPM 2, log of events"],
            fails: ["measured_boot": "no TPM"],
            missing: ["measured_boot": "TPM 2, no log seen"]
        ),
        CheckCase(
            check: "module-signatures",
            passes: ["module_signatures": "enforced"],
            fails: ["module_signatures": "not enforced"],
            missing: [:]
        ),
        CheckCase(
            check: "encryption-at-rest",
            passes: ["root_encryption": "CRYPT-LUKS2"],
            fails: ["root_encryption!": "off"],
            missing: ["root_encryption": "none seen"]
        ),
        CheckCase(
            check: "encryption-in-transit",
            passes: ["transport_encryption": "ipsec"],
            fails: ["transport_encryption": "none"],
            missing: ["transport_encryption": "rot13"]
        ),
        CheckCase(
            check: "time-source",
            passes: ["time_source": "systemd-timesyncd, synchronized"],
            fails: ["time_source": "systemd-timesyncd, not synchronized"],
            missing: ["time_source": "chrony"]
        ),
        CheckCase(
            check: "audit-log",
            passes: ["audit_daemon": "running", "journal": "persistent"],
            fails: ["audit_daemon": "running", "journal": "volatile"],
            missing: ["audit_daemon": "none seen", "journal": "persistent"]
        ),
        CheckCase(
            check: "confidential",
            passes: ["confidential": "amd-sev-snp"],
            fails: ["confidential!": "off"],
            missing: ["confidential": "supported"]
        ),
        CheckCase(
            check: "nested-paging",
            passes: ["nested_paging": "on"],
            fails: ["nested_paging": "off"],
            missing: [:]
        ),
        CheckCase(check: "page-merging", passes: ["page_merging": "off"], fails: ["page_merging": "on"], missing: [:]),
        CheckCase(
            check: "cpu-mitigations",
            passes: ["cpu_vulnerabilities": "none open"],
            fails: ["cpu_vulnerabilities": "open: mds"],
            missing: ["cpu_vulnerabilities": "unknown"]
        ),
    ]
}

@Suite("Checks") struct CheckTests {
    /// A host on which a program looked for a hypervisor and saw none.
    private func host(_ name: String, _ facts: [String: String]) -> EvidenceHost {
        Fixture.host(name, facts.merging(["virtualization": "no-evidence"]) { own, _ in own })
    }

    private func host(_ facts: [String: String]) -> EvidenceHost { host("icu01", facts) }

    private func run(_ id: String, _ context: CheckContext) throws -> CheckResult {
        try #require(EvidenceCheck.named(id)).run(context)
    }

    @Test("each passes on its evidence, fails on the opposite and misses what is not there", arguments: CheckCase.all)
    func table(_ row: CheckCase) throws {
        let good = try run(row.check, Fixture.context(row.model, [host(row.passes)]))
        #expect(good.outcome == .passes && good.lines.count == row.passes.count, "\(good)")
        let bad = try run(row.check, Fixture.context(row.model, [host(row.fails)]))
        #expect(bad.outcome == .fails && !bad.lines.isEmpty, "\(bad)")
        let missing = try run(row.check, Fixture.context(row.model, [host(row.missing)]))
        #expect(missing.outcome == .missing, "\(missing)")
        let nothing = try run(row.check, Fixture.context(row.model, []))
        #expect(nothing.outcome == .missing && nothing.sentence.contains("no evidence of"), "\(nothing)")
    }

    @Test("every check has a row, here or below") func complete() {
        let below = ["declared-model", "tenancy", "residency", "driver-version", "firmware-version"]
        #expect(Set(CheckCase.all.map(\.check) + below) == Set(EvidenceCheck.all.map(\.id)))
    }

    @Test("what a person typed never lets a check pass, and lets it fail", arguments: CheckCase.all)
    func typed(_ row: CheckCase) throws {
        let typed = Dictionary(uniqueKeysWithValues: row.passes.map { ($0.key + "!", $0.value) })
        let good = try run(row.check, Fixture.context(row.model, [host(typed)]))
        #expect(good.outcome == .missing && good.sentence.contains("typed by a person"), "\(good)")
        let bad = Dictionary(
            uniqueKeysWithValues: row.fails.map { ($0.key.hasSuffix("!") ? $0.key : $0.key + "!", $0.value) }
        )
        #expect(try run(row.check, Fixture.context(row.model, [host(bad)])).outcome == .fails)
    }

    @Test("one host of two that fails decides; one without the fact leaves it open", arguments: CheckCase.all)
    func several(_ row: CheckCase) throws {
        let good = host("a", row.passes)
        let both = try run(row.check, Fixture.context(row.model, [good, host("b", row.fails)]))
        #expect(both.outcome == .fails)
        let half = try run(row.check, Fixture.context(row.model, [good, host("b", ["kernel": "6.8"])]))
        #expect(half.outcome == .missing && half.sentence.contains(" b"), "\(half)")
        // Two files of one host complete each other.
        let joined = try run(row.check, Fixture.context(row.model, [good, host("a", ["kernel": "6.8"])]))
        #expect(joined.outcome == .passes)
    }

    @Test(
        "what only the host can see is not taken from a guest",
        arguments: [
            "iommu", "secure-boot", "measured-boot", "audit-log", "nested-paging", "page-merging", "cpu-mitigations",
        ]
    )
    func guests(_ id: String) throws {
        var facts = Fixture.perfect
        facts["virtualization"] = "yes"
        let guest = try run(id, Fixture.context(.vmPassthrough, [Fixture.host(facts)]))
        #expect(guest.outcome == .missing && guest.sentence.contains("guest"), "\(guest)")
        let both = try run(
            id,
            Fixture.context(.vmPassthrough, [Fixture.host(Fixture.perfect), Fixture.host("b", facts)])
        )
        #expect(both.outcome == .passes, "\(both)")
        // A record that does not say where it was made is not taken for a host's.
        facts["virtualization"] = nil
        #expect(try run(id, Fixture.context(.vmPassthrough, [Fixture.host(facts)])).outcome == .missing)
    }

    @Test("the model that was detected carries or contradicts the one that is claimed") func models() throws {
        let right = Fixture.context(.vmPassthrough, [Fixture.host(detected: .vmPassthrough, ["virtualization": "yes"])])
        #expect(try run("declared-model", right).outcome == .passes)
        let wrong = Fixture.context(.bareMetal, [Fixture.host(detected: .vmPassthrough, ["virtualization": "yes"])])
        #expect(try run("declared-model", wrong).outcome == .fails)
        let hidden = Fixture.context(.bareMetal, [Fixture.host(["virtualization": "yes"])])
        #expect(try run("declared-model", hidden).outcome == .fails)
        let silent = Fixture.context(.bareMetal, [Fixture.host(["virtualization": "no-evidence"])])
        #expect(try run("declared-model", silent).outcome == .missing)
    }

    @Test("tenancy needs the model to be near enough, and seen", arguments: DeploymentModel.allCases)
    func tenancy(_ model: DeploymentModel) throws {
        for need in Tenancy.allCases {
            let workload = ScopedWorkload(name: "w", tenancy: need)
            let seen = Fixture.context(model, [Fixture.host(detected: model, ["mig": "on"])], workload: workload)
            let outcome = try run("tenancy", seen).outcome
            #expect(outcome == (Tenancy.offered(by: model).strictness >= need.strictness ? .passes : .fails))
            let unseen = Fixture.context(model, [Fixture.host(["mig": "on"])], workload: workload)
            #expect(try run("tenancy", unseen).outcome != .passes)
            #expect(try run("tenancy", Fixture.context(model, [], workload: workload)).outcome != .passes)
        }
        let silent = Fixture.context(model, [Fixture.host(detected: model, [:])], workload: ScopedWorkload(name: "w"))
        #expect(try run("tenancy", silent).outcome == .missing)
    }

    @Test("residency is the host's own word against the declared sites") func residency() throws {
        let workload = ScopedWorkload(name: "w", sites: ["frankfurt"])
        func outcome(_ facts: [String: String], _ sites: [String]) throws -> CheckResult.Outcome {
            try run("residency", Fixture.context(.bareMetal, [Fixture.host(facts)], workload: workload, sites: sites))
                .outcome
        }
        #expect(try outcome(["site": "frankfurt"], ["frankfurt"]) == .passes)
        #expect(try outcome(["site": "ashburn"], ["frankfurt"]) == .fails)
        #expect(try outcome(["site": "frankfurt"], ["frankfurt", "ashburn"]) == .fails)
        #expect(try outcome(["site!": "frankfurt"], ["frankfurt"]) == .missing)
        #expect(try outcome([:], ["frankfurt"]) == .missing)
        let anywhere = Fixture.context(.bareMetal, [Fixture.host(["site": "x"])], workload: ScopedWorkload(name: "w"))
        #expect(try run("residency", anywhere).outcome == .missing)
    }

    @Test(
        "versions must be there and the same on all hosts",
        arguments: [("driver-version", "driver"), ("firmware-version", "firmware")]
    )
    func versions(_ id: String, _ fact: String) throws {
        func outcome(_ values: [String?]) throws -> CheckResult.Outcome {
            let hosts = values.enumerated().map { index, value in
                Fixture.host("h\(index)", value.map { [fact: $0] } ?? ["kernel": "6"])
            }
            return try run(id, Fixture.context(.bareMetal, hosts)).outcome
        }
        #expect(try outcome(["1", "1"]) == .passes)
        #expect(try outcome(["1", "2"]) == .fails)
        #expect(try outcome(["1", nil]) == .missing)
    }

    @Test("another GPU than the study declares fails the inventory; spelling does not") func inventory() throws {
        func outcome(_ names: [String]) throws -> CheckResult.Outcome {
            let host = Fixture.host(["gpu": "NVIDIA H100 NVL", "gpu_uuid": "GPU-1"])
            return try run("gpu-inventory", Fixture.context(.bareMetal, [host], gpuNames: names)).outcome
        }
        #expect(try outcome(["h100-nvl"]) == .passes)
        #expect(try outcome(["a100-pcie-80gb"]) == .fails)
    }

    @Test("a check without meaning under a model says why") func meaning() throws {
        for (id, model) in [
            ("mig", DeploymentModel.bareMetal), ("iommu", .bareMetal), ("nested-paging", .bareMetalMIG),
        ] {
            let result = try run(id, Fixture.context(model, [Fixture.host(Fixture.perfect)]))
            #expect(result.outcome == .notApplicable && !result.sentence.isEmpty)
        }
    }
}
