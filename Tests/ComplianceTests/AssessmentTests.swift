import Documents
import Estate
import Evidence
import Study
import Testing

@testable import Compliance

@Suite("Results") struct AssessmentTests {
    private func statement(
        _ control: String,
        _ answer: Statement.Answer,
        on: String = "2026-11-01",
        model: DeploymentModel? = nil
    ) throws -> Statement {
        Statement(
            control: control,
            model: model,
            workload: nil,
            answer: answer,
            text: "as I looked",
            by: "A. Auditee, platform lead",
            on: try #require(CalendarDate(on)),
            file: "s.yaml",
            line: 2
        )
    }

    private func result(_ control: String, in results: ComplianceResult) throws -> ControlResult {
        try #require(results.results.first { $0.control == control })
    }

    @Test(
        "controls about shared resources are never supported, whatever the evidence",
        arguments: DeploymentModel.allCases
    )
    func sharing(_ model: DeploymentModel) throws {
        let source = Fixture.source(model, [Fixture.host(detected: model, Fixture.perfect)])
        var request = Fixture.request(models: [model], [source])
        request.workloads = [ScopedWorkload(name: "w", tenancy: .shared, sites: ["frankfurt"])]
        request.sites[model] = ["frankfurt"]
        let found = try Fixture.assess(request)
        let shared = Set(found.controls.filter(\.isAboutSharing).map(\.key))
        #expect(shared.isSuperset(of: ["nist-800-53:SC-4", "nist-800-53:SC-31"]))
        for result in found.results where shared.contains(result.control) { #expect(result.status != .supported) }
        // The same evidence does support others: the rule is not that nothing is.
        #expect(found.results.contains { $0.status == .supported })
    }

    @Test("supported means that every check of the control passed on collected lines") func meaning() throws {
        let models = DeploymentModel.allCases
        let sources = models.map {
            Fixture.source($0, [Fixture.host(detected: $0, Fixture.perfect)], file: "\($0).record.json")
        }
        let found = try Fixture.assess(Fixture.request(models: models, sources))
        for result in found.results where result.status == .supported {
            let told = result.checks.filter { $0.outcome != .notApplicable }
            #expect(!told.isEmpty && told.allSatisfy { $0.outcome == .passes && !$0.lines.isEmpty })
            for line in told.flatMap(\.lines) { #expect(!found.lines[line].fact.isDeclared) }
        }
    }

    @Test("without evidence nothing is supported and nothing is contradicted") func nothing() throws {
        let found = try Fixture.assess(Fixture.request(models: DeploymentModel.allCases))
        #expect(found.results.allSatisfy { [.needsStatement, .notApplicable].contains($0.status) })
        #expect(found.warnings.contains { $0.contains("There is no evidence of bare-metal") })
        for result in found.results where result.status == .needsStatement { #expect(result.question != nil) }
        for result in found.results { #expect(!result.reason.isEmpty, "\(result.control)") }
    }

    @Test(
        "taking one fact away, or turning it, never makes a control supported that was not",
        arguments: Fixture.perfect.keys.sorted()
    )
    func monotone(_ fact: String) throws {
        func supported(_ facts: [String: String]) throws -> Set<String> {
            let source = Fixture.source(.vmPassthrough, [Fixture.host(detected: .vmPassthrough, facts)])
            let found = try Fixture.assess(Fixture.request(models: [.vmPassthrough], [source]))
            return Set(found.results.filter { $0.status == .supported }.map(\.control))
        }
        let all = try supported(Fixture.perfect)
        var less = Fixture.perfect
        less[fact] = nil
        // Without the word that it is a guest or not, what it shows is taken as the host's.
        if fact != "virtualization" { #expect(try supported(less).isSubset(of: all)) }
        less[fact + "!"] = Fixture.perfect[fact]
        #expect(try supported(less).isSubset(of: all))
    }

    @Test("a failed check contradicts, and a person's yes beside it is named as contradicted") func contradiction()
        throws
    {
        var facts = Fixture.perfect
        facts["time_source"] = "systemd-timesyncd, not synchronized"
        let source = Fixture.source(.bareMetal, [Fixture.host(detected: .bareMetal, facts)])
        var request = Fixture.request([.nist80053], [source])
        request.statements = [try statement("nist-800-53:AU-8", .yes)]
        let found = try result("nist-800-53:AU-8", in: Fixture.assess(request))
        #expect(found.status == .contradicted && found.reason.contains("which this evidence contradicts"))
    }

    @Test(
        "a person's answer is shown with its name; it supports nothing",
        arguments: [
            (Statement.Answer.yes, ControlResult.Status.needsStatement), (.no, .contradicted),
            (.notApplicable, .notApplicable),
        ]
    ) func statements(_ answer: Statement.Answer, _ status: ControlResult.Status) throws {
        var request = Fixture.request([.nist80053])
        request.statements = [try statement("nist-800-53:AC-2", answer)]
        let found = try result("nist-800-53:AC-2", in: Fixture.assess(request))
        #expect(found.status == status && found.statement?.by == "A. Auditee, platform lead")
        #expect(found.reason.contains("A. Auditee"))
    }

    @Test(
        "old, undated and future evidence is set aside, with the reason",
        arguments: [
            ("2026-01-01T00:00:00Z", "325 days ago"), (nil, "nobody says when"),
            ("2027-01-01T00:00:00Z", "after the day"),
        ] as [(String?, String)]
    ) func age(_ collected: String?, _ reason: String) throws {
        let host = Fixture.host(detected: .bareMetal, Fixture.perfect)
        var request = Fixture.request([.nist80053], [Fixture.source(.bareMetal, [host], collected: collected)])
        request.maximumAgeDays = 90
        let found = try Fixture.assess(request)
        #expect(found.setAside[0]?.contains(reason) == true, "\(found.setAside)")
        #expect(found.warnings.contains { $0.contains(reason) })
        #expect(found.results.allSatisfy { $0.status != .supported })
        request.maximumAgeDays = 400
        request.sources[0].collected = Fixture.noon
        #expect(try Fixture.assess(request).results.contains { $0.status == .supported })
    }

    @Test("evidence that shows another model than the one claimed is set aside, with what was detected")
    func otherModel() throws {
        let wrong = Fixture.source(.bareMetal, [Fixture.host(detected: .vmPassthrough, Fixture.perfect)])
        var found = try Fixture.assess(Fixture.request([.nist80053], [wrong]))
        #expect(found.setAside[0]?.contains("vm-passthrough was detected on icu01") == true)
        #expect(
            found.results.allSatisfy { $0.status != .supported } && found.warnings.contains { $0.contains("claimed") }
        )
        var facts = Fixture.perfect
        facts["virtualization"] = "yes"
        found = try Fixture.assess(Fixture.request([.nist80053], [Fixture.source(.bareMetal, [Fixture.host(facts)])]))
        #expect(found.setAside[0]?.contains("icu01 is a virtual machine") == true)
    }

    @Test("an old statement does not count, and is said") func oldStatement() throws {
        var request = Fixture.request([.nist80053])
        request.maximumAgeDays = 90
        request.statements = [try statement("nist-800-53:AC-2", .no, on: "2025-01-01")]
        let found = try Fixture.assess(request)
        #expect(try result("nist-800-53:AC-2", in: found).statement == nil)
        #expect(found.warnings.contains { $0.contains("s.yaml:2") && $0.contains("at most 90 days") })
    }

    @Test("two files that disagree about a host are named, and the worse one decides") func twoStories() throws {
        var other = Fixture.perfect
        other["secure_boot"] = "off"
        let sources = [
            Fixture.source(.bareMetal, [Fixture.host(detected: .bareMetal, Fixture.perfect)], file: "a.json"),
            Fixture.source(.bareMetal, [Fixture.host(detected: .bareMetal, other)], file: "b.json"),
        ]
        let found = try Fixture.assess(Fixture.request([.nist80053], sources))
        #expect(
            found.warnings.contains { $0.contains("a.json") && $0.contains("b.json") && $0.contains("secure_boot") }
        )
        #expect(try result("nist-800-53:SI-7(9)", in: found).status == .contradicted)
    }

    @Test(
        "Appendix A1 binds providers, and not servers of one customer",
        arguments: [
            (ComplianceTerms.Tenants.one, DeploymentModel.vmVGPU, ControlResult.Status.notApplicable),
            (.several, .vmVGPU, .needsStatement), (.several, .bareMetal, .notApplicable),
        ]
    ) func appendix(_ tenants: ComplianceTerms.Tenants, _ model: DeploymentModel, _ status: ControlResult.Status) throws
    {
        var request = Fixture.request([.pciDSS], models: [model])
        request.tenants = tenants
        #expect(try result("pci-dss:A1.1.4", in: Fixture.assess(request)).status == status)
    }

    @Test("a framework that one workload declares is not the other's") func declared() throws {
        var request = Fixture.request([.hipaa])
        request.workloads = [ScopedWorkload(name: "care", frameworks: ["hipaa"]), ScopedWorkload(name: "toys")]
        let found = try Fixture.assess(request)
        #expect(found.results.filter { $0.workload == "toys" }.allSatisfy { $0.status == .notApplicable })
        #expect(found.results.contains { $0.workload == "care" && $0.status == .needsStatement })
        request.workloads[0].frameworks = []
        #expect(try Fixture.assess(request).results.contains { $0.workload == "toys" && $0.status == .needsStatement })
    }

    @Test("recommendations for hypervisors come with every virtual model, and only there") func hypervisors() throws {
        #expect(
            try Fixture.assess(Fixture.request([.hipaa], models: [.vmVGPU])).shownFrameworks == [.hipaa, .nist800125]
        )
        #expect(try Fixture.assess(Fixture.request([.hipaa], models: [.bareMetal])).shownFrameworks == [.hipaa])
    }

    @Test("a fully virtual host shared in turns has more inside its boundary than bare metal") func boundary() {
        func inside(_ model: DeploymentModel) -> Set<String> {
            Set(AuditBoundary(model, tenants: .several).parts.filter { $0.place != .absent }.map(\.name))
        }
        for model in DeploymentModel.allCases where model != .bareMetal {
            #expect(inside(model).isStrictSuperset(of: inside(.bareMetal)), "\(model)")
        }
        #expect(inside(.vmVGPU).contains("Hypervisor") && !inside(.bareMetalMIG).contains("Hypervisor"))
        #expect(AuditBoundary(.vmVGPU, tenants: .several).parts.contains { $0.reason.contains("Customers of other") })
    }

    @Test("no output says 'compliant'") func words() throws {
        let catalogue = try ControlCatalogue.standard()
        let source = Fixture.source(.vmVGPU, [Fixture.host(detected: .vmVGPU, Fixture.perfect)])
        let found = try Fixture.assess(Fixture.request(models: [.vmVGPU], [source]))
        let writer = OSCALWriter(found, catalogue: catalogue, tool: "assay")
        let texts = try [
            found.json(catalogue, tool: "assay").pretty(), found.csv(), found.questionsYAML(),
            writer.assessmentResults.pretty(), writer.componentDefinition.pretty(),
        ]
        for text in texts { #expect(!text.lowercased().contains("compliant")) }
    }
}
