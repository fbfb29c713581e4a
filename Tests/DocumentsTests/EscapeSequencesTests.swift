import Testing

@testable import Documents

@Suite("Escape sequences of terminals")
struct EscapeSequencesTests {
    @Test("Colours and titles are no part of a line")
    func colours() {
        func shown(_ text: String) -> String {
            String(decoding: Array(text.utf8).withUnsafeBytes { EscapeSequences.stripped($0) }, as: UTF8.self)
        }
        #expect(shown("\u{1B}[1mstep\u{1B}[0m_time=\u{1B}[32;1m0.5\u{1B}[m s") == "step_time=0.5 s")
        #expect(shown("\u{1B}]0;title\u{07}t=1\u{1B}(B") == "t=1")
        #expect(shown("\u{1B}]8;;http://x\u{1B}\\t=1\u{1B}]8;;\u{1B}\\") == "t=1")
        for cut in ["\u{1B}", "\u{1B}[", "\u{1B}[1", "\u{1B}]0;ti", "\u{1B}("] { #expect(shown("t=1" + cut) == "t=1") }
    }
}
