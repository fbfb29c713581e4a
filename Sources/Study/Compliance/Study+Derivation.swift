import Estate

extension Study {
    /// The study with what follows from frameworks and kinds of data, each constraint listed in ``derived``.
    ///
    /// Nothing that was declared is touched. No framework prescribes a tenancy; what is derived is the closest neighbour
    /// at which evidence can speak for its controls about shared resources at all.
    ///
    /// `testPrice` is what one separation test costs; where it is nil, no cost follows.
    package func derivingConstraints(testPrice: Quantity? = nil) -> Study {
        var study = self
        if compliance.derives {
            for index in study.workloads.indices {
                let workload = study.workloads[index]
                if let found = study.derivedTenancy(workload) {
                    study.workloads[index].needs.tenancy = found.tenancy
                    study.derived.append(
                        DerivedConstraint(
                            name: workload.name,
                            subject: .tenancy,
                            value: found.tenancy.rawValue,
                            because: found.because
                        )
                    )
                }
                if let because = study.derivedResidency(workload) {
                    study.workloads[index].needs.residency = compliance.sites
                    study.derived.append(
                        DerivedConstraint(
                            name: workload.name,
                            subject: .residency,
                            value: compliance.sites.joined(separator: ", "),
                            because: because
                        )
                    )
                }
            }
        }
        if let testPrice { study.addSeparationTests(testPrice) }
        return study
    }

    /// Workloads for whose frameworks a provider must test separation between customers.
    package var separationTested: [String] {
        guard compliance.tenants == .several, compliance.separationTestsPerYear > 0 else { return [] }
        return workloads.filter { $0.needs.frameworks.contains(Framework.pciDSS.rawValue) }.map(\.name)
    }

    private func derivedTenancy(_ workload: Workload) -> (tenancy: Tenancy, because: String)? {
        guard !workload.needs.tenancyIsDeclared, let data = workload.needs.data, !workload.needs.frameworks.isEmpty
        else { return nil }
        let frameworks = workload.needs.frameworks.joined(separator: ", ")
        switch data {
        case .open, .internal: return nil
        case .personal, .health, .cardholder:
            return (
                .slice,
                "\(frameworks) with \(data.rawValue) data asks what is left or leaks between neighbours, and engines that are "
                    + "shared in turns have no isolation in hardware that evidence could show"
            )
        case .restricted:
            return (
                .gpu,
                "\(frameworks) with restricted data: published covert channels cross MIG instances, so no slice is enough"
            )
        }
    }

    private func derivedResidency(_ workload: Workload) -> String? {
        guard workload.needs.residency.isEmpty, !compliance.sites.isEmpty, !workload.needs.frameworks.isEmpty,
            let data = workload.needs.data
        else { return nil }
        switch data {
        case .open, .internal: return nil
        case .personal, .health, .cardholder, .restricted:
            return "\(data.rawValue) data stays at the sites that 'compliance.sites' names"
        }
    }

    private mutating func addSeparationTests(_ price: Quantity) {
        let tested = separationTested
        guard !tested.isEmpty else { return }
        let count = compliance.separationTestsPerYear
        for index in platforms.indices where platforms[index].model != .bareMetal {
            platforms[index].licences.append(
                Licence(
                    name: "Separation tests (PCI DSS A1.1.4)",
                    metric: .perPlatform(units: count),
                    pricePerYear: price,
                    onlyFor: tested
                )
            )
            derived.append(
                DerivedConstraint(
                    name: platforms[index].model.rawValue,
                    subject: .auditScope,
                    value: "\(count) separation \(count == 1 ? "test" : "tests") a year",
                    because:
                        "customers of several organisations share its servers and \(tested.joined(separator: ", ")) "
                        + "declares pci-dss: Appendix A1 applies, which it does not to servers dedicated to one customer"
                )
            )
        }
    }
}
