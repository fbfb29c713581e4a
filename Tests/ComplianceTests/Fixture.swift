import Documents
import Estate
import Evidence
import Foundation
import Study

@testable import Compliance

/// Evidence and requests built in code.
enum Fixture {
    static let noon = Timestamp("2026-11-22T12:00:00Z") ?? fallback

    private static var fallback: Timestamp {
        guard let moment = Timestamp("1970-01-01T00:00:00Z") else { preconditionFailure("a fixed time") }
        return moment
    }

    /// A host whose facts were collected, but for those whose name ends in `!`, which a person typed.
    static func host(
        _ name: String,
        detected: DeploymentModel? = nil,
        _ facts: [String: String]
    ) -> EvidenceHost {
        EvidenceHost(
            name: name,
            detectedModel: detected,
            facts: facts.sorted { $0.key < $1.key }.map { name, value in
                let isTyped = name.hasSuffix("!")
                let fact = HostFact(
                    name: isTyped ? String(name.dropLast()) : name,
                    value: value,
                    evidence: isTyped ? "given on the command line of assay record" : "read by a test"
                )
                return EvidenceFact(fact, place: "hosts[0].facts.\(fact.name)")
            }
        )
    }

    static func host(_ facts: [String: String]) -> EvidenceHost { host("icu01", facts) }

    static func host(detected: DeploymentModel, _ facts: [String: String]) -> EvidenceHost {
        host("icu01", detected: detected, facts)
    }

    static func source(
        _ model: DeploymentModel?,
        _ hosts: [EvidenceHost],
        file: String = "icu01.record.json",
        collected: String? = "2026-11-01T00:00:00Z"
    ) -> EvidenceSource {
        EvidenceSource(
            kind: .record,
            file: file,
            hash: ContentHash.of(Array(file.utf8)),
            model: model,
            collected: collected.flatMap { Timestamp($0) },
            hosts: hosts
        )
    }

    static func request(
        _ frameworks: [Framework] = Framework.allCases,
        models: [DeploymentModel] = [.bareMetal],
        _ sources: [EvidenceSource] = []
    ) -> ComplianceRequest {
        ComplianceRequest(title: "test", frameworks: frameworks, models: models, sources: sources, asOf: noon)
    }

    static func assess(_ request: ComplianceRequest) throws -> ComplianceResult {
        try Compliance.assess(request, catalogue: try ControlCatalogue.standard())
    }

    /// A context with hosts as they come, lines numbered through.
    static func context(
        _ model: DeploymentModel,
        _ hosts: [EvidenceHost],
        workload: ScopedWorkload? = nil,
        sites: [String] = [],
        gpuNames: [String] = []
    ) -> CheckContext {
        var seen: [CheckContext.SeenHost] = []
        var count = 0
        for host in hosts {
            seen.append(.init(host: host, source: 0, lines: Array(count..<count + host.facts.count)))
            count += host.facts.count
        }
        return CheckContext(model: model, hosts: seen, workload: workload, sites: sites, gpuNames: gpuNames)
    }

    /// Facts on which every check passes that looks at a host alone.
    static let perfect: [String: String] = [
        "gpu": "NVIDIA H100 NVL", "gpu_count": "2", "gpu_uuid": "GPU-1, GPU-2", "driver": "580.1", "firmware": "1.2",
        "mig": "on", "iommu": "DMA-FQ", "gpu_iommu_group": "alone", "tenant_clearing": "gpu-reset, exit 0", "ecc": "on",
        "secure_boot": "on", "measured_boot": "yes: TPM 2, log of events", "module_signatures": "enforced",
        "root_encryption": "CRYPT-LUKS2", "transport_encryption": "ipsec",
        "time_source": "systemd-timesyncd, synchronized", "audit_daemon": "running", "journal": "persistent",
        "confidential": "amd-sev-snp", "nested_paging": "on", "page_merging": "off", "cpu_vulnerabilities": "none open",
        "virtualization": "no-evidence", "site": "frankfurt",
    ]

    /// A file of other people's data beside the checkout, or nil where it is not there.
    static func shared(_ name: String) -> String? {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["ASSAY_SHARED_DATA"]
            ?? checkout.deletingLastPathComponent().appendingPathComponent("shared/data").path
        let path = folder + "/" + name
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
