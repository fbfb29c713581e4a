import Documents
import FoundationEssentials
import Probing
import Testing

@Suite("docs/inspect.md")
struct InspectDocumentationTests {
    private static func page() throws -> String {
        let file = HostFixture.folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/inspect.md")
        return String(decoding: try #require(FileManager.default.contents(atPath: file.path)), as: UTF8.self)
    }

    @Test("Every finding, key and word that a host can give stands on the page", arguments: HostFixture.all)
    func words(_ fixture: HostFixture) throws {
        let page = try Self.page()
        let inspection = Inspection(fixture.view())
        for finding in inspection.findings { #expect(page.contains("`\(finding.id)`"), "\(finding.id)") }
        if let platform = inspection.hypervisor.platform { #expect(page.contains("`\(platform)`")) }
        guard case .object(let members) = inspection.json else { return }
        for member in members { #expect(page.contains("`\(member.key)"), "\(member.key)") }
    }

    @Test("Every finding on the page is found on some host")
    func findings() throws {
        let found = Set(HostFixture.all.flatMap { Inspection($0.view()).findings.map(\.id) })
        let table = try #require(try Self.page().split(separator: "## The findings").last)
        let listed = table.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row in
            row.split(separator: "|").first.map {
                $0.split(separator: "`").filter { !$0.contains(" ") && !$0.contains(",") }
            } ?? []
        }
        #expect(Set(listed.map(String.init)) == found)
    }

    @Test("Every name of a hypervisor stands on the page", arguments: HypervisorName.allCases)
    func hypervisors(_ name: HypervisorName) throws { #expect(try Self.page().contains("`\(name.rawValue)`")) }
}
