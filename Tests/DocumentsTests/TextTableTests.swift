import Documents
import Testing

/// Columns line up for whoever reads them on a terminal.
@Suite struct TextTableTests {
    @Test("words to the left, numbers to the right, no trailing spaces")
    func aligned() {
        let table = TextTable(
            header: ["metric", "overhead", "verdict"],
            alignments: [.left, .right],
            rows: [["step time", "+2.6 %", "overhead"], ["p99", "+15.3 %", ""], ["naïve 日本", "0.0 %"]]
        )
        #expect(
            table.render() == """
                metric      overhead  verdict
                ──────────  ────────  ────────
                step time     +2.6 %  overhead
                p99          +15.3 %
                naïve 日本     0.0 %

                """
        )
    }

    @Test("no header, no rows, rows longer than the header and control characters are all fine")
    func edges() {
        #expect(TextTable(header: []).render().isEmpty)
        #expect(TextTable(header: ["a"]).render() == "a\n─\n")
        #expect(TextTable(header: [], rows: [["a", "b"], ["ccc"]]).render() == "a    b\nccc\n")
        #expect(TextTable(header: ["a"], rows: [["x\ny", "more"]]).render() == "a\n───  ────\nx y  more\n")
        #expect(TextTable(header: [], rows: [["😀e\u{301}", "b"], ["abc", "c"]]).render() == "😀e\u{301}  b\nabc  c\n")
        #expect(!TextTable(header: [], rows: [["\u{1b}[2J"]]).render().contains("\u{1b}"))
    }
}
