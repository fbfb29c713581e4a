import Documents
import Estate
import Foundation
import Testing

@testable import Compliance

@Suite("The catalogue of controls") struct CatalogueTests {
    @Test(
        "every identifier of NIST SP 800-53 stands in NIST's own catalogue",
        .enabled(
            if: Fixture.shared("oscal/catalogs") != nil,
            "skipped: ../shared/data/oscal is not beside the checkout"
        )
    )
    func identifiers() throws {
        let path = try #require(Fixture.shared("oscal/catalogs/nist_800-53r5.0.1_full_oscal1.0.0.json"))
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        var known: Set<String> = []
        func walk(_ object: Any) {
            if let fields = object as? [String: Any] {
                for control in fields["controls"] as? [[String: Any]] ?? [] {
                    if let id = control["id"] as? String { known.insert(id) }
                }
                fields.values.forEach(walk)
            } else if let list = object as? [Any] {
                list.forEach(walk)
            }
        }
        walk(try JSONSerialization.jsonObject(with: data))
        try #require(known.count > 1_000)
        let ours = try ControlCatalogue.standard().controls(of: .nist80053)
        #expect(ours.count > 40)
        for control in ours { #expect(known.contains(control.token), "\(control.identifier)") }
        #expect(!known.contains("sc-400"))
    }

    @Test("every framework has controls, a title and a note; every check speaks for a control") func complete() throws {
        let catalogue = try ControlCatalogue.standard()
        for framework in Framework.allCases {
            #expect(!catalogue.controls(of: framework).isEmpty && catalogue.entry(framework) != nil, "\(framework)")
        }
        let used = Set(catalogue.controls.flatMap(\.checks))
        for check in EvidenceCheck.all where !["declared-model"].contains(check.id) {
            #expect(used.contains(check.id), "\(check.id)")
        }
        #expect(Set(EvidenceCheck.all.map(\.id)).count == EvidenceCheck.all.count)
    }

    @Test("tokens are what OSCAL takes, and differ") func tokens() throws {
        let controls = try ControlCatalogue.standard().controls
        #expect(Set(controls.map(\.token)).count == controls.count)
        for control in controls {
            let first = try #require(control.token.unicodeScalars.first)
            #expect(first.properties.isAlphabetic, "\(control.token)")
            #expect(control.token.allSatisfy { $0.isLetter || $0.isNumber || ".-_".contains($0) }, "\(control.token)")
        }
    }

    @Test("what is from memory is marked, and nothing says 'compliant'") func honesty() throws {
        let catalogue = try ControlCatalogue.standard()
        #expect(AuditControl.Confidence.memory.words.contains("unverified"))
        #expect(catalogue.controls.contains { $0.confidence == .memory })
        #expect(catalogue.controls(of: .gdpr).allSatisfy { $0.confidence == .memory })
        for control in catalogue.controls {
            let words = "\(control.title) \(control.meaning) \(control.question)".lowercased()
            #expect(!words.contains("compliant"), "\(control.key)")
            #expect(control.question.hasSuffix("?"), "\(control.key)")
        }
        for key in ["SC-4", "SC-31"] {
            #expect(try catalogue.controls(named: key).allSatisfy(\.isAboutSharing))
        }
    }

    @Test("every model that shares something has papers that bear on it") func papers() throws {
        let catalogue = try ControlCatalogue.standard()
        for model in DeploymentModel.allCases { #expect(!catalogue.sideChannels(of: model).isEmpty, "\(model)") }
        #expect(catalogue.sideChannels(of: .bareMetalMIG).contains { $0.title.contains("Behind Bars") })
        #expect(catalogue.sideChannels(of: .vmPassthrough).contains { $0.title.contains("NVBleed") })
        #expect(catalogue.sideChannels(of: .vmVGPU).contains { $0.boundary == "vgpu" })
    }

    @Test(
        "an unknown name is answered with the nearest",
        arguments: [
            ("hippa", "did you mean 'hipaa'?"), ("pci-ds", "did you mean 'pci-dss'?"), ("sox", "no controls of 'sox'"),
            ("quality", "known are hipaa"),
        ]
    ) func frameworks(_ name: String, _ hint: String) {
        let error = #expect(throws: ComplianceError.self) { try ControlCatalogue.framework(named: name) }
        #expect(error?.description.contains(hint) == true)
    }

    @Test("an unknown control is answered with the nearest") func controls() throws {
        let catalogue = try ControlCatalogue.standard()
        let error = #expect(throws: ComplianceError.self) { try catalogue.controls(named: "SC-44") }
        #expect(error?.description.contains("did you mean 'SC-4'?") == true)
        #expect(try catalogue.controls(named: "sc-4").map(\.key) == ["nist-800-53:SC-4"])
        #expect(try catalogue.controls(named: "pci-dss:A1.1.4").count == 1)
        #expect(try ControlCatalogue.framework(named: "PCI") == .pciDSS)
    }

    @Test(
        "a catalogue with a reference that leads nowhere is refused",
        arguments: [
            (#""source": "nist-53""#, #""source": "nist-54""#, "is not among the sources"),
            (#""checks": ["time-source"]"#, #""checks": ["time-sauce"]"#, "is not a check"),
            (#""id": "AU-9""#, #""id": "AU-8""#, "stands twice"),
        ]
    ) func damaged(_ old: String, _ new: String, _ problem: String) throws {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/Compliance/Controls/controls.json")
        let text = try String(contentsOf: url, encoding: .utf8)
        let place = try #require(text.range(of: old))
        let damaged = text.replacingCharacters(in: place, with: new)
        let error = #expect(throws: DocumentError.self) {
            try ControlCatalogue(json: Array(damaged.utf8), file: "c.json")
        }
        #expect(error?.description.contains(problem) == true)
    }
}
