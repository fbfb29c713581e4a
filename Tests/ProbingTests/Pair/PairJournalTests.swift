import Glibc
import Testing

@testable import Probing

/// The journal survives what happens to files.
@Suite struct PairJournalTests {
    static let events: [PairEvent] = [
        .session, .started(run: 0, at: "2026-01-01T00:00:00Z"),
        .failed(run: 0, PairFailure(.unreachable, "no route to \"host\"\n\u{1B}[2J")),
        .started(run: 0, at: "2026-01-01T00:01:00Z"), .finished(run: 0, id: "sha256:00"), .exchanged,
    ]

    static func path() -> String { "/tmp/assay-journal-\(getpid())-\(UInt64.random(in: 0 ... .max))" }

    @Test("what is written is read")
    func roundTrip() throws {
        let path = Self.path()
        defer { unlink(path) }
        var journal = try PairJournal(creating: path, plan: "the plan")
        for event in Self.events { try journal.append(event) }
        let read = try PairJournal(resuming: path, bytes: try PairFixture.read(path), plan: "the plan")
        #expect(read.events == Self.events)
    }

    @Test("cut at any byte it holds the events that were whole, and goes on from there")
    func truncation() throws {
        let path = Self.path()
        defer { unlink(path) }
        var journal = try PairJournal(creating: path, plan: "the plan")
        for event in Self.events { try journal.append(event) }
        let bytes = try PairFixture.read(path)
        let header = try #require(bytes.firstIndex(of: 0x0A)) + 1
        for length in 0..<bytes.count {
            let cut = Array(bytes[..<length])
            try PairFixture.write(path, cut)
            guard length >= header else {
                #expect(throws: PairJournalError.self) {
                    try PairJournal(resuming: path, bytes: cut, plan: "the plan")
                }
                continue
            }
            var resumed = try PairJournal(resuming: path, bytes: cut, plan: "the plan")
            let whole = cut[header...].count { $0 == 0x0A }
            #expect(resumed.events == Array(Self.events.prefix(whole)), "cut at \(length)")
            try resumed.append(.session)
            let again = try PairJournal(resuming: path, bytes: try PairFixture.read(path), plan: "the plan")
            #expect(again.events == Self.events.prefix(whole) + [.session], "cut at \(length)")
        }
    }

    @Test("another plan is refused, and so is a second journal in its place")
    func otherPlan() throws {
        let path = Self.path()
        defer { unlink(path) }
        _ = try PairJournal(creating: path, plan: "one")
        #expect(throws: PairJournalError.otherPlan(path: path)) {
            try PairJournal(resuming: path, bytes: try PairFixture.read(path), plan: "two")
        }
        #expect(throws: PairJournalError.self) { try PairJournal(creating: path, plan: "one") }
    }

    /// The first line of the journal of the plan `p`; its hash is that of its JSON, `"p"`.
    static let header =
        "{\"plan\":\"p\",\"plan_id\":\"sha256:1fb680aa1ed965bc09f024abd808fad41e7fa0bb2e1ec39e8f237d653d56b456\"}\n"

    @Test(
        "a journal that was altered is refused, with the entry",
        arguments: [
            (header + "x\n{\"event\":\"session\"}\n", "entry 2"), (header + "\n", "entry 2"),
            (header + "{\"event\":\"party\"}\n", "'party' is no event"),
            (header + "{\"event\":\"finished\",\"run\":-1,\"record\":\"x\"}\n", "run"),
            (header + "{\"event\":\"finished\",\"run\":1e300,\"record\":\"x\"}\n", "run"),
            (header + "{\"event\":\"finished\",\"run\":1}\n", "record"),
            (header + "{\"event\":\"failed\",\"run\":1,\"kind\":\"odd\",\"reason\":\"\"}\n", "'odd'"),
            (header.replacing("\"p\"", with: "\"q\""), "the plan was altered"), ("{\"plan\":\"p\"}\n", "plan_id"),
            ("{\"plan\":7}\n", "plan"), ("", "holds no plan"), (String(header.dropLast()), "holds no plan"),
        ]
    )
    func altered(_ text: String, _ words: String) {
        let error = #expect(throws: PairJournalError.self) {
            try PairJournal.parse(Array(text.utf8), file: "journal.jsonl")
        }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("journal.jsonl") == true)
    }
}
