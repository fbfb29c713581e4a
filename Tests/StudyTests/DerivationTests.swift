import Estate
import Probability
import Study
import Testing

@Suite("Derived constraints") struct DerivationTests {
    private func study(_ compliance: String, needs: String = "{}", platforms: String = "[bare-metal, bare-metal-mig]")
        throws -> Study
    {
        try Fixture.read(
            Fixture.minimal + "\n    needs: \(needs)\nplatforms: \(platforms)\n"
                + (compliance.isEmpty ? "" : "compliance: \(compliance)\n")
        )
    }

    @Test(
        "framework and kind of data give a tenancy where none is stated",
        arguments: [
            ("health", Tenancy.slice), ("personal", .slice), ("cardholder", .slice), ("restricted", .gpu),
            ("internal", .shared),
            ("open", .shared),
        ]
    ) func tenancy(_ data: String, _ expected: Tenancy) throws {
        let derived = try study("{frameworks: [hipaa], data: \(data)}")
        #expect(derived.workloads[0].needs.tenancy == expected)
        let constraints = derived.derived.filter { $0.subject == .tenancy }
        #expect(constraints.map(\.value) == (expected == .shared ? [] : [expected.rawValue]))
        for constraint in constraints { #expect(derived.notes.contains(constraint.sentence)) }
    }

    @Test("what is stated is not touched, and nothing follows without framework or data") func stated() throws {
        let stated = try study(
            "{frameworks: [hipaa], data: health, sites: [oslo]}",
            needs: "{tenancy: shared, sites: [bergen]}"
        )
        #expect(stated.workloads[0].needs.tenancy == .shared && stated.workloads[0].needs.residency == ["bergen"])
        #expect(stated.derived.isEmpty)
        #expect(try study("{data: health}").derived.isEmpty)
        #expect(try study("{frameworks: [hipaa]}").derived.isEmpty)
        #expect(try study("{frameworks: [hipaa], data: health, derive: false}").derived.isEmpty)
        #expect(try study("").derived.isEmpty)
    }

    @Test("sites follow for regulated data") func sites() throws {
        let derived = try study("{frameworks: [gdpr], data: personal, sites: [frankfurt, oslo]}")
        #expect(derived.workloads[0].needs.residency == ["frankfurt", "oslo"])
        #expect(derived.derived.contains { $0.subject == .residency && $0.value == "frankfurt, oslo" })
    }

    @Test("a workload's own data and frameworks come first") func own() throws {
        let derived = try study("{frameworks: [gdpr], data: open}", needs: "{frameworks: [hipaa], data: restricted}")
        #expect(derived.workloads[0].needs.frameworks == ["hipaa", "gdpr"])
        #expect(derived.workloads[0].needs.tenancy == .gpu)
    }

    @Test(
        "tests of separation are a provider's, on every platform but bare metal",
        arguments: [
            ("{frameworks: [pci-dss], tenants: several}", 1), ("{frameworks: [pci-dss], tenants: one}", 0),
            ("{frameworks: [pci-dss]}", 0), ("{frameworks: [hipaa], tenants: several}", 0),
            ("{frameworks: [pci-dss], tenants: several, separation_tests_per_year: 0}", 0),
        ]
    ) func separation(_ compliance: String, _ count: Int) throws {
        let derived = try study(compliance)
        for platform in derived.platforms {
            let tests = platform.licences.filter { !$0.onlyFor.isEmpty }
            #expect(tests.count == (platform.model == .bareMetal ? 0 : count), "\(platform.model)")
            #expect(tests.allSatisfy { $0.metric == .perPlatform(units: 2) && $0.pricePerYear.provenance.isAssumed })
        }
        #expect(derived.derived.contains { $0.subject == .auditScope } == (count > 0))
        #expect((derived.quantity(key: "prices.separation_test") != nil) == (count > 0))
    }

    @Test("a stated price of a test is declared") func price() throws {
        let text =
            Fixture.minimal + """

                platforms: [bare-metal, bare-metal-mig]
                compliance: {frameworks: [pci-dss], tenants: several}
                prices: {separation_test: 12000}
                """
        let price = try #require(try Fixture.read(text).quantity(key: "prices.separation_test"))
        #expect(!price.provenance.isAssumed && price.distribution.mean == 12_000)
    }

    @Test(
        "what is wrong is said",
        arguments: [
            ("{frameworks: [hippa]}", "'hippa' is not a framework; did you mean 'hipaa'?"),
            ("{data: helth}", "'helth' is not a kind of data; did you mean 'health'?"),
            ("{tenants: many}", "expected 'one' or 'several'"),
            ("{tenant: one}", "'tenant' is not a key here; did you mean 'tenants'?"),
            ("{max_evidence_age_days: 0}", "expected 1 to 36500"),
            ("{evidence: [{path: a.tar, host: h}]}", "model: is missing"),
            (
                "{evidence: [{path: a, host: h, model: bare-metal}, {path: a, host: h, model: bare-metal}]}",
                "stands twice"
            ),
        ]
    ) func errors(_ compliance: String, _ problem: String) {
        let error = #expect(throws: StudyErrors.self) { try study(compliance) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }
}
