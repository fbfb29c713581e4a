import Documents
import Estate
import Evidence
import Testing

@testable import Compliance

@Suite("Outputs of comply") struct OutputTests {
    private func assessed(_ name: String = "icu01") throws -> ComplianceResult {
        let source = Fixture.source(.vmPassthrough, [Fixture.host(name, detected: .vmPassthrough, Fixture.perfect)])
        return try Fixture.assess(Fixture.request(models: [.vmPassthrough], [source]))
    }

    @Test(
        "identifiers are version 5 of a fixed namespace",
        arguments: [
            ("finding", "34136d9e-cfbe-5f1d-8873-55b60517f426"), ("", "e016a654-d333-532a-81af-f93a820217c9"),
        ]
    ) func uuids(_ name: String, _ expected: String) {
        #expect(ContentHash.uuid(name) == expected)
    }

    @Test("the hash is SHA-256") func hash() {
        #expect(
            ContentHash.of(Array("abc".utf8))
                == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }

    @Test(
        "times are written as RFC 3339 and read back to the same second",
        arguments: [
            0.0, 951_782_400, 1_709_208_000, 1_795_348_799, 4_102_444_799, 253_402_300_799,
        ]
    ) func times(_ seconds: Double) {
        #expect(Timestamp(epochSeconds: seconds).seconds == seconds)
    }

    @Test("the same request gives the same bytes, another file another identifier") func determinism() throws {
        let catalogue = try ControlCatalogue.standard()
        func text(_ result: ComplianceResult) throws -> String {
            try OSCALWriter(result, catalogue: catalogue, tool: "t").assessmentResults.pretty()
        }
        let first = try text(try assessed())
        #expect(try text(try assessed()) == first)
        var request = try assessed().request
        request.sources[0].hash = "sha256:other"
        #expect(try text(try Fixture.assess(request)) != first)
    }

    @Test("satisfied is said of our own objective alone, and only where evidence supports") func satisfied() throws {
        let catalogue = try ControlCatalogue.standard()
        let result = try assessed()
        let text = try OSCALWriter(result, catalogue: catalogue, tool: "t").assessmentResults.pretty()
        let supported = result.results.count { $0.status == .supported }
        #expect(supported > 0)
        #expect(text.split(separator: "\n").count { $0.contains("\"state\": \"satisfied\"") } == supported)
        let targets = text.split(separator: "\n").filter { $0.contains("\"target-id\"") }
        #expect(!targets.isEmpty && targets.allSatisfy { $0.contains(".assay\"") })
    }

    @Test(
        "a cell that a spreadsheet would run is defused",
        arguments: [
            "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", " =1+1",
        ]
    ) func csv(_ hostile: String) throws {
        var request = Fixture.request([.nist80053])
        request.workloads = [ScopedWorkload(name: hostile)]
        let rows = try Fixture.assess(request).csv().split(separator: "\n").dropFirst()
        #expect(!rows.isEmpty)
        for row in rows {
            let quoted = hostile.replacing("\"", with: "\"\"")
            #expect(row.contains("'" + quoted) && !row.contains(",\(quoted)"), "\(row)")
        }
    }

    @Test("every changed byte of a file and of the manifest is found") func manifest() throws {
        let content = Array("one line of evidence\n".utf8)
        let manifest = Manifest(
            files: [.init(file: "a.json", content: content)],
            sources: [.init(file: "x/a", content: content)]
        )
        let text = try manifest.json.pretty()
        #expect(try Manifest(try JSONDocument.parse(text: text, file: "m"), file: "m") == manifest)
        #expect(manifest.differences({ _ in content }, present: ["a.json", "manifest.json"]).isEmpty)
        for index in content.indices {
            for bit in 0..<8 {
                var altered = content
                altered[index] ^= 1 << UInt8(bit)
                #expect(manifest.differences({ _ in altered }, present: []).count == 1)
            }
        }
        #expect(manifest.differences({ _ in nil }, present: []) == ["a.json: is missing"])
        #expect(manifest.differences({ _ in content }, present: ["b"]) == ["b: is not in the manifest"])
        let bytes = Array(text.utf8)
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 1
            // What still reads as the same list is found by its layout.
            let read = (try? JSONDocument.parse(altered, file: "m")).flatMap { try? Manifest($0, file: "m") }
            if let read { #expect(try Array(read.json.pretty().utf8) != altered) }
        }
    }

    @Test("a difference names what changed, for the better and the worse") func difference() throws {
        let catalogue = try ControlCatalogue.standard()
        func outline(_ facts: [String: String]) throws -> ComplianceOutline {
            let source = Fixture.source(.bareMetal, [Fixture.host(detected: .bareMetal, facts)])
            let result = try Fixture.assess(Fixture.request([.nist80053], [source]))
            let text = try result.json(catalogue, tool: "t").pretty()
            return try ComplianceOutline(try JSONDocument.parse(text: text, file: "c"), file: "c")
        }
        var worse = Fixture.perfect
        worse["secure_boot"] = "off"
        let same = ComplianceDifference(try outline(Fixture.perfect), try outline(Fixture.perfect))
        #expect(same.changes.isEmpty && same.lines.isEmpty && same.unchanged > 40)
        let found = ComplianceDifference(try outline(Fixture.perfect), try outline(worse))
        let change = try #require(found.changes.first { $0.name.contains("SI-7(9)") })
        #expect(change.before == "supported" && change.after == "contradicted" && change.isWorse)
        #expect(found.lines == ["icu01 secure_boot (icu01.record.json): on → off"])
        let back = ComplianceDifference(try outline(worse), try outline(Fixture.perfect))
        #expect(back.changes.count == found.changes.count && back.changes.allSatisfy { !$0.isWorse })
    }
}
