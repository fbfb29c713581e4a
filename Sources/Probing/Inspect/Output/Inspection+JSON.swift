package import Documents
internal import Estate

extension Inspection {
    /// The version of the JSON that ``json`` gives.
    package static let formatVersion = 1

    /// The inspection as JSON, as `docs/inspect.md` describes it.
    package var json: JSON {
        .fields([
            "assay_inspection": .integer(Self.formatVersion),
            "deployment_model": .string(attachment.model?.rawValue ?? "unknown"),
            "deployment_detail": .string(attachment.detail),
            "deployment_reason": .string(attachment.reason),
            "virtualized": .string(virtualized.rawValue),
            "hypervisor": .string(hypervisor.name?.rawValue ?? "none"),
            "hypervisor_role": hypervisor.role.map { .string($0.rawValue) },
            "platform": hypervisor.platform.map { .string($0) },
            "container": .string(container.name ?? "none"),
            "confidential": .fields([
                "state": .string(confidential.state.rawValue),
                "technology": confidential.technology.map { .string($0) },
                "gpu": confidential.gpu.map { .bool($0) },
            ]),
            "nesting_hints": .array(evidence.filter { $0.subject == .nesting }.map { .string($0.meaning) }),
            "evidence": .array(evidence.map(\.json)),
            "blind_spots": .array(blindSpots.map { .string($0) }),
            "findings": .array(findings.map(\.json)),
            "checks": .array(checks.map(\.json)),
            "devices": .array(devices.map(\.json)),
            "numa_nodes": .array(
                nodes.map { ["node": .string($0.name), "processors": .string($0.processors)] }
            ),
            "facts": .object(facts.map(\.member)),
            "host": companion.map { join in
                .fields([
                    "agreements": .array(join.agreements.map { .string($0) }),
                    "conflicts": .array(join.conflicts.map { .string($0) }),
                    "facts": .object(join.facts.map(\.member)),
                    "findings": .array(join.findings.map(\.json)),
                ])
            },
        ])
    }
}

extension Observation {
    var json: JSON {
        .fields([
            "check": .string(check), "subject": .string(subject.rawValue), "weight": .string(weight.rawValue),
            "source": .string(source), "raw": .string(raw), "meaning": .string(meaning),
        ])
    }
}

extension Finding {
    var json: JSON {
        .fields([
            "id": .string(id), "subject": .string(subject), "severity": .string(severity.rawValue),
            "finding": .string(title), "cost": .string(cost), "confidence": .string(confidence.rawValue),
            "source": .string(source), "remedy": .string(remedy),
        ])
    }
}

extension Check {
    var json: JSON {
        let (word, reason): (String, String?) =
            switch outcome {
            case .ran: ("ran", nil)
            case .couldNotRun(let reason): ("could-not-run", reason)
            case .notApplicable(let reason): ("not-applicable", reason)
            }
        return .fields([
            "id": .string(id), "check": .string(title), "mandatory": .bool(isMandatory), "outcome": .string(word),
            "reason": reason.map { .string($0) },
        ])
    }
}

extension PCIDevice {
    var json: JSON {
        .fields([
            "address": .string(address), "identity": .string(identity),
            "kind": .string(isAccelerator ? "accelerator" : "network"),
            "driver": driver.map { .string($0) },
            "numa_node": node.map { .integer($0) },
            "bridges": bridgesAbove.isEmpty ? nil : .array(bridgesAbove.map { .string($0) }),
            "iommu_group": iommuGroup.map { .string($0) },
            "virtual_function": isVirtualFunction ? true : nil,
        ])
    }
}

extension InspectedFact {
    var member: JSONMember {
        JSONMember(name, .fields(["value": .string(value), "evidence": .string(evidence)]))
    }
}
