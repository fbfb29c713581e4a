import Documents
import Testing

/// Nothing that was read from a file can move the cursor, change colours or turn the direction of writing.
@Suite struct TerminalTextTests {
    @Test(
        "control characters become spaces, marks of direction U+FFFD, and all else stays",
        arguments: [
            ("plain text", "plain text"), ("\u{1B}[2J\u{7}\u{0}", " [2J  "), ("\u{9B}31mred\u{7F}", " 31mred "),
            ("a\rb", "a b"), ("gpj\u{202E}exe", "gpj\u{FFFD}exe"), ("日本語 µs é 👩‍👩‍👧", "日本語 µs é 👩‍👩‍👧"),
            ("\u{FFFE}", "\u{FFFD}"), ("", ""),
        ]
    )
    func visible(text: String, shown: String) {
        #expect(oneLine(text) == shown)
        #expect(terminalText(text) == shown)
    }

    @Test("a text of several lines keeps them and its tabulators; one line does not")
    func lines() {
        #expect(terminalText("a\tb\nc\u{1B}d\n") == "a\tb\nc d\n")
        #expect(oneLine("a\tb\nc") == "a b c")
    }
}
