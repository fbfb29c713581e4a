import Documents
import Estate

/// What the study says for its auditors.
extension StudyAssembly {
    func complianceTerms(_ reader: Reader?) -> ComplianceTerms {
        guard let reader, let section = section(reader, StudySchema.compliance) else { return ComplianceTerms() }
        return ComplianceTerms(
            frameworks: frameworks(section, also: []),
            data: optional(section["data"]) { reader throws(DocumentError) in try reader.choice("kind of data") },
            tenants: optional(section["tenants"]) { reader throws(DocumentError) in
                try reader.choice("word for who shares")
            },
            sites: texts(section, "sites"),
            derives: flag(section, "derive") ?? true,
            separationTestsPerYear: integer(section, "separation_tests_per_year", in: 0...365) ?? 2,
            maximumEvidenceAgeDays: integer(section, "max_evidence_age_days", in: 1...36_500),
            statements: optional(section["statements"]) { reader throws(DocumentError) in
                try reader.nonEmptyString()
            },
            evidence: complianceEvidence(section["evidence"])
        )
    }

    /// The frameworks named here and those of all workloads; a name that is none is an error with the nearest.
    func frameworks(_ section: ObjectReader, also common: [String]) -> [String] {
        guard let reader = section["frameworks"] else { return common }
        let named = texts(section, "frameworks")
        for name in named where !Framework.names.contains(name) {
            let hint =
                nearest(name, in: Framework.names).map { "did you mean '\($0)'?" }
                ?? "known are \(Framework.names.joined(separator: ", "))"
            findings.add(reader.fail("\(quoted(name)) is not a framework; \(hint)"))
        }
        return named + common.filter { !named.contains($0) }
    }

    private func complianceEvidence(_ reader: Reader?) -> [ComplianceEvidence] {
        var list: [ComplianceEvidence] = []
        for reader in self.list(reader, maximum: 10_000) ?? [] {
            guard let section = section(reader, StudySchema.complianceEvidence) else { continue }
            let path = value(section, "path", expected: "the path of a record or a capture") {
                reader throws(DocumentError) in try reader.nonEmptyString()
            }
            let host = value(section, "host", expected: "the name of the host") { reader throws(DocumentError) in
                try reader.nonEmptyString()
            }
            let model = value(section, "model", expected: "a deployment model such as 'vm-passthrough'") {
                reader throws(DocumentError) in try reader.deploymentModel()
            }
            let collected = optional(section["collected"]) { reader throws(DocumentError) in
                try reader.calendarDate()
            }
            guard let path, let host, let model else { continue }
            guard !list.contains(where: { $0.path == path && $0.model == model }) else {
                findings.add(reader.fail("\(quoted(path)) stands twice for \(model); keep one"))
                continue
            }
            list.append(
                ComplianceEvidence(path: path, host: host, model: model, collected: collected, line: reader.line)
            )
        }
        return list
    }

    /// The study with what follows from frameworks and kinds of data, and with the tests that its scope asks for.
    func derived(_ study: Study, prices: ObjectReader?) -> Study {
        let spec = QuantitySpec(
            "prices.separation_test",
            "Separation test by a third party",
            unit: "¤ per test",
            kind: .money,
            book: "separation_test",
            neutral: 0
        )
        let stated = numbers.optional(prices, "separation_test", spec)
        let price = study.separationTested.isEmpty ? nil : stated ?? numbers.fromBook(spec)
        let result = study.derivingConstraints(testPrice: price)
        for constraint in result.derived { findings.note(constraint.sentence) }
        return result
    }
}
