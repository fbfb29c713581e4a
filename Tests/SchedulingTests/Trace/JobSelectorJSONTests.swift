import Documents
import Testing

@testable import Scheduling

/// Selectors in `decision.json`.
@Suite struct JobSelectorJSONTests {
    private static func read(_ text: String) throws -> JobSelector {
        try JobSelector(Reader(JSONDocument.parse(Array(text.utf8), file: "d.json"), file: "d.json"))
    }

    @Test(arguments: [
        (JobSelector(), #""all""#),
        (JobSelector(teams: ["a, b", "c:d"]), #"{"team":["a, b","c:d"]}"#),
        (JobSelector(classes: ["notebook"], gpus: 1...1), #"{"class":["notebook"],"gpus":"1"}"#),
        (JobSelector(profiles: ["1g.10gb"], gpus: 2...8), #"{"gpus":"2-8","profile":["1g.10gb"]}"#),
        (JobSelector(gpus: 8...1_000_000_000), #"{"gpus":"8-"}"#),
    ])
    func `what is written is read again`(_ selector: JobSelector, _ text: String) throws {
        #expect(try String(decoding: selector.json.canonical(), as: UTF8.self) == text)
        #expect(try Self.read(text) == selector)
    }

    @Test func `the text of an option is read as well`() throws {
        #expect(try Self.read(#""team:vision,gpus:2-""#) == JobSelector(teams: ["vision"], gpus: 2...1_000_000_000))
        #expect(try Self.read(#""*""#) == JobSelector())
    }

    @Test(arguments: [
        ("{}", "selects nothing"), ("3", "3 is not"), (#"{"teams": ["a"]}"#, "did you mean 'team'?"),
        (#"{"team": "a"}"#, "is not"), (#"{"team": []}"#, "names none"), (#"{"team": [""]}"#, "d.json"),
        (#"{"gpus": "8-2"}"#, "2-8"), (#""queue:x""#, "known are team"),
    ])
    func `anything else is refused at its place`(_ text: String, _ word: String) {
        let error = #expect(throws: DocumentError.self) { try Self.read(text) }
        #expect(error?.description.contains("d.json") == true)
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
}
