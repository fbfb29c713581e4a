import Compliance
import Documents
import Estate
import Evidence
import Study
import Testing

@testable import Reporting

@Suite("The evidence binder") struct BinderTests {
    private static let hostile = "<script>alert('x')</script>\u{202E}\"&"

    private func result(name: String = "icu01", workload: String = "triage") throws -> ComplianceResult {
        func host(_ values: KeyValuePairs<String, String>) -> EvidenceHost {
            EvidenceHost(
                name: name,
                detectedModel: .bareMetalMIG,
                facts: values.map {
                    EvidenceFact(
                        HostFact(name: $0.key, value: $0.value, evidence: "read by \(name)"),
                        place: "facts.\($0.key)"
                    )
                }
            )
        }
        let source = EvidenceSource(
            kind: .record,
            file: "\(name).record.json",
            hash: ContentHash.of([1]),
            model: .bareMetalMIG,
            collected: Timestamp("2026-11-01T00:00:00Z"),
            hosts: [
                host(["mig": "on", "secure_boot": "off", "time_source": "systemd-timesyncd, synchronized", "ecc": "on"])
            ]
        )
        var request = ComplianceRequest(
            title: "care \(name)",
            frameworks: Framework.allCases,
            models: [.bareMetal, .bareMetalMIG, .vmVGPU],
            sources: [source],
            asOf: try #require(Timestamp("2026-11-22T00:00:00Z"))
        )
        request.workloads = [ScopedWorkload(name: workload, tenancy: .slice), ScopedWorkload(name: "research")]
        return try assess(request, catalogue: try ControlCatalogue.standard())
    }

    private func page(_ result: ComplianceResult) throws -> StrictHTML {
        try StrictHTML(
            Report.binderHTML(result, catalogue: try ControlCatalogue.standard(), copies: ["evidence-1-a.json"])
        )
    }

    @Test("from each control under each model a click leads to its checks, and a second to the raw line")
    func twoClicks() throws {
        let result = try result()
        let page = try page(result)
        let links = page.all("a").compactMap { $0.attributes["href"] }
        for link in links where link.hasPrefix("#") { #expect(page.ids.contains(String(link.dropFirst())), "\(link)") }
        for control in result.controls {
            for model in result.request.models {
                #expect(links.contains("#r-\(control.token)--\(model.rawValue)"), "\(control.key) \(model)")
            }
        }
        // Every line that a check read is reached, and stands there with its hash.
        let cited = Set(result.results.flatMap(\.checks).flatMap(\.lines))
        #expect(cited.count >= 4)
        let codes = Set(page.all("code").map(\.text))
        let raw = page.all("pre").map(\.text)
        for line in cited {
            #expect(links.contains("#line-\(line + 1)"))
            #expect(codes.contains(result.lines[line].fact.hash))
            #expect(raw.contains(result.lines[line].fact.raw))
        }
    }

    @Test("names from files cannot become markup, and every tag is closed") func hostile() throws {
        let result = try result(name: Self.hostile, workload: Self.hostile)
        let page = try page(result)
        #expect(page.all("script").isEmpty)
        #expect(page.all("h1").first?.text.contains("<script>") == true)
        #expect(!page.elements.contains { $0.text.contains("\u{202E}") })
    }

    @Test("the page says what it is not, marks what is unverified, and names papers") func words() throws {
        let page = try page(try result())
        let text = try #require(page.all("main").first).text
        #expect(text.contains("No result here is a verdict on a framework"))
        #expect(text.contains("unverified") && text.contains("Behind Bars") && text.contains("NVBleed"))
        #expect(!text.lowercased().contains("compliant"))
        #expect(page.all("svg").count == 3 && page.all("desc").allSatisfy { !$0.text.isEmpty })
    }

    @Test("made-up inputs are called so at the head") func illustrative() throws {
        var request = try result().request
        request.isIllustrative = true
        let made = try page(try assess(request, catalogue: try ControlCatalogue.standard()))
        #expect(made.all("p").contains { $0.text.contains("evidence of nothing") })
    }
}
