import Documents
import Estate
import Study
import Testing

@testable import Compliance

@Suite("Statements") struct StatementTests {
    private func read(_ text: String) throws -> [Statement] {
        try Statement.read(
            try YAMLDocument.parse(text, file: "s.yaml"),
            file: "s.yaml",
            catalogue: try ControlCatalogue.standard(),
            workloads: ["triage"]
        )
    }

    private func entry(_ lines: String...) -> String {
        "statements:\n" + lines.enumerated().map { ($0.offset == 0 ? "  - " : "    ") + $0.element + "\n" }.joined()
    }

    @Test("an answer carries who and when") func reads() throws {
        let text = entry("control: SC-4", "answer: yes", "text: probed in May", "by: A. B., CISO", "on: 2026-05-04")
        let found = try read(text)
        #expect(found.count == 1 && found[0].control == "nist-800-53:SC-4" && found[0].by == "A. B., CISO")
        #expect(found[0].on.description == "2026-05-04" && found[0].line == 2)
    }

    @Test("what is not filled in is an open question, not an answer") func open() throws {
        #expect(try read(entry("control: SC-4", "answer: \"\"", "by: \"\"")).isEmpty)
        #expect(try read("statements: []").isEmpty)
        #expect(try read("statements:").isEmpty)
    }

    @Test("the file of questions that an assessment writes can be read back, all of it open") func questions() throws {
        let found = try Fixture.assess(Fixture.request())
        let text = found.questionsYAML()
        #expect(text.split(separator: "\n").count { $0.hasPrefix("  - control:") } > 50)
        #expect(try read(text).isEmpty)
    }

    @Test(
        "what is wrong is said with its line, what was found and what to do",
        arguments: [
            (
                ["control: SC-44", "answer: yes"],
                "s.yaml:2: statements[0].control: 'SC-44' is not a control of this catalogue; did you mean 'SC-4'?"
            ),
            (
                ["control: SC-4", "answr: yes"],
                "s.yaml:3: statements[0]: 'answr' is not a key here; did you mean 'answer'?"
            ),
            (["control: SC-4", "answer: maybe"], "is not an answer; expected 'yes', 'no' or 'not-applicable'"),
            (["control: SC-4", "answer: yes", "text: t", "on: 2026-05-04"], "by: is missing; expected who states it"),
            (["control: SC-4", "answer: yes", "text: t", "by: b"], "on: is missing; expected the day it was stated"),
            (
                ["control: SC-4", "answer: yes", "text: t", "by: b", "on: yesterday"],
                "is not a date such as 2026-11-22"
            ),
            (["control: SC-4", "workload: tirage"], "did you mean 'triage'?"),
            (["control: SC-4", "model: vm-vgpus"], "did you mean 'vm-vgpu'?"),
        ]
    ) func errors(_ lines: [String], _ problem: String) {
        let text =
            "statements:\n" + lines.enumerated().map { ($0.offset == 0 ? "  - " : "    ") + $0.element + "\n" }.joined()
        let error = #expect(throws: StudyErrors.self) { try read(text) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }

    @Test(
        "statements that contradict one another are refused with both lines",
        arguments: [
            ("", "", true), ("model: vm-vgpu", "", true), ("model: vm-vgpu", "model: bare-metal", false),
            ("workload: triage", "model: bare-metal", true),
        ]
    ) func contradiction(_ first: String, _ second: String, _ isRefused: Bool) throws {
        func one(_ answer: String, _ scope: String) -> String {
            "  - control: SC-4\n    answer: \(answer)\n    text: t\n    by: b\n    on: 2026-05-04\n"
                + (scope.isEmpty ? "" : "    \(scope)\n")
        }
        let text = "statements:\n" + one("yes", first) + one("no", second)
        guard isRefused else {
            #expect(try read(text).count == 2)
            return
        }
        let error = #expect(throws: StudyErrors.self) { try read(text) }
        #expect(error?.description.contains("'no' contradicts 'yes' on line 2") == true, "\(error?.description ?? "")")
    }
}
