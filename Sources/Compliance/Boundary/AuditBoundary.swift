internal import Documents
internal import Probability
package import Estate
package import Study

/// What an audit of one deployment model has to look at, from the workload down to the hardware.
package struct AuditBoundary: Sendable, Hashable {
    /// One layer or neighbour.
    package struct Part: Sendable, Hashable {
        /// Where it stands to the audit.
        package enum Place: String, Sendable, Hashable, CaseIterable {
            /// It can reach the workload's data, so it is looked at.
            case inside
            /// It is looked at unless it is shown to be apart.
            case unlessApart = "unless-apart"
            /// It is not there under this model.
            case absent
        }

        /// What it is: `Hypervisor`.
        package let name: String
        /// Where it stands.
        package let place: Place
        /// Why.
        package let reason: String
    }

    /// The model.
    package let model: DeploymentModel
    /// From the workload down.
    package let parts: [Part]

    /// How many parts are inside.
    package var insideCount: Int { parts.count { $0.place == .inside } }

    /// The boundary of a model; `tenants` says who may be a neighbour.
    package init(_ model: DeploymentModel, tenants: ComplianceTerms.Tenants?) {
        self.model = model
        let others =
            switch tenants {
            case .one?: "other teams"
            case .several?: "customers of other organisations"
            case nil: "others (the study does not say who)"
            }
        var parts = [Part(name: "Workload and its data", place: .inside, reason: "It is what the rules protect.")]
        parts.append(
            model.isVirtual
                ? Part(name: "Guest system and driver", place: .inside, reason: "It holds the data in the clear.")
                : Part(name: "Guest system and driver", place: .absent, reason: "There is no guest.")
        )
        let neighbours: Part =
            switch model.sharing {
            case .none:
                Part(
                    name: "Neighbours on the GPU",
                    place: .absent,
                    reason: "The whole GPU serves one workload at a time; what it leaves behind concerns the next."
                )
            case .partitioned:
                Part(
                    name: "Neighbours on the GPU",
                    place: .unlessApart,
                    reason:
                        "Slices of \(others): memory and engines are apart in hardware, and covert channels are published."
                )
            case .timeSliced, .virtualFunctions:
                Part(
                    name: "Neighbours on the GPU",
                    place: .inside,
                    reason: "\(others.prefix(1).uppercased() + others.dropFirst()) use the same engines and caches."
                )
            }
        parts.append(neighbours)
        parts.append(
            model == .bareMetal
                ? Part(
                    name: "Neighbours on the host",
                    place: .absent,
                    reason: "A host given whole to one workload has none at a time."
                )
                : Part(
                    name: "Neighbours on the host",
                    place: .unlessApart,
                    reason: "\(model.isVirtual ? "Machines" : "Jobs") of \(others) share processors, memory and NVLink."
                )
        )
        parts.append(
            model.usesMIG
                ? Part(
                    name: "MIG layout and who changes it",
                    place: .inside,
                    reason: "It draws the line between slices."
                )
                : Part(name: "MIG layout and who changes it", place: .absent, reason: "No slices are cut.")
        )
        parts.append(
            model.needsVGPULicence
                ? Part(name: "vGPU manager", place: .inside, reason: "It divides the GPU among machines.")
                : Part(name: "vGPU manager", place: .absent, reason: "No virtual GPUs are made.")
        )
        if model.isVirtual {
            parts.append(
                Part(
                    name: "Hypervisor",
                    place: .inside,
                    reason: "It can read the guest's memory, unless that is encrypted."
                )
            )
            parts.append(
                Part(
                    name: "Management plane of virtualization",
                    place: .inside,
                    reason: "It can copy, snapshot and move machines with their data."
                )
            )
        } else {
            parts.append(Part(name: "Hypervisor", place: .absent, reason: "There is none."))
            parts.append(
                Part(name: "Management plane of virtualization", place: .absent, reason: "There is nothing to manage.")
            )
        }
        parts.append(
            Part(name: "Host system and driver", place: .inside, reason: "It drives the GPU, or hands it out.")
        )
        parts.append(
            Part(
                name: "Scheduler and provisioning",
                place: .inside,
                reason: "It decides who gets which GPU, and clears it in between."
            )
        )
        parts.append(
            Part(
                name: "Fabric and storage",
                place: .unlessApart,
                reason: "Data crosses them; encryption or a network of its own can take them out."
            )
        )
        parts.append(Part(name: "Firmware and site", place: .inside, reason: "They start the host, and hold it."))
        self.parts = parts
    }
}

/// What an audit's scope costs under one model, as the study has it.
package struct ScopeCost: Sendable, Hashable {
    /// The model.
    package let model: DeploymentModel
    /// What is paid for, and why; or why nothing is.
    package let sentence: String
    /// The expected amount a year in the study's currency; nil where nothing follows.
    package let perYear: Double?

    /// The scope's cost, from the study's separation tests.
    package init(_ model: DeploymentModel, _ study: Study) {
        self.model = model
        let lines = study.platforms.first { $0.model == model }?.licences.filter { !$0.onlyFor.isEmpty } ?? []
        guard let line = lines.first, case .perPlatform(let units) = line.metric else {
            perYear = nil
            let declaresPCI = study.workloads.contains { $0.needs.frameworks.contains(Framework.pciDSS.rawValue) }
            sentence =
                if !declaresPCI {
                    "No workload declares pci-dss, so no separation tests follow."
                } else if study.compliance.tenants == .several {
                    "None: Appendix A1 of PCI DSS does not apply to servers dedicated to one customer."
                } else if study.compliance.tenants == .one {
                    "None: Appendix A1 of PCI DSS binds providers, and one organisation uses these servers."
                } else {
                    "Not counted: the study does not say whether several customers share servers ('compliance.tenants')."
                }
            return
        }
        let price = line.pricePerYear.distribution.mean
        perYear = Double(units) * price
        let kind = line.pricePerYear.provenance.isAssumed ? "assumed" : "declared"
        sentence =
            "\(units) separation \(units == 1 ? "test" : "tests") a year (PCI DSS A1.1.4) at \(kind) "
            + "\(NumberText.grouped(price, 0)) \(study.currency) each, on every platform that carries "
            + "\(line.onlyFor.joined(separator: ", ")): part of its cost in 'assay cost' and 'assay decide'."
    }
}
