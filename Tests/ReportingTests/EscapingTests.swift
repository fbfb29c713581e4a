import Testing

@testable import Reporting

/// Names from a study that try to become something else.
private let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='x", "</title></style></svg>",
    "a|b|c", "line\nbreak\r\n# heading", "[x](javascript:alert(1))", "`code` ``two``", "*bold* _it_ ~s~",
    "&amp; &lt; &#x3c;",
    "\u{202E}gpj.exe", "\u{0}\u{1B}[2Jnul", "{{template}} \\(swift) %s", "]]> --> <!--", "日本語の名前とても長い名前です",
    "javascript:alert(1)",
    "https://example.com/\"onclick=\"x", String(repeating: "x", count: 300), "",
]

@Suite("Text from outside") struct EscapingTests {
    @Test("never becomes markup in a page", arguments: hostile) func html(text: String) throws {
        let fixture = Fixture { text + " " + $0 }
        for html in [Report.html(try fixture.result()), Report.comparisonHTML(fixture.comparison())] {
            let page = try StrictHTML(html)
            for element in page.elements {
                for (key, value) in element.attributes where key == "href" {
                    let isKnown = value.hasPrefix("#") || value.hasPrefix("https://") || value.hasPrefix("http://")
                    #expect(isKnown, "\(value)")
                }
            }
            for target in page.all("a").compactMap({ $0.attributes["href"] }) where target.hasPrefix("#") {
                #expect(page.ids.contains(String(target.dropFirst())))
            }
            let outside = html.unicodeScalars.filter { $0.properties.generalCategory == .control && $0 != "\n" }
            #expect(outside.isEmpty)
            #expect(!html.unicodeScalars.contains("\u{202E}"))
        }
    }

    @Test("the reader sees the text as it was written") func shown() throws {
        let fixture = Fixture { "<b>&\"'" + $0 }
        let page = try StrictHTML(Report.html(try fixture.result()))
        #expect(page.all("h1").first?.text == "<b>&\"'fintech-training")
        #expect(page.all("title").first?.text.hasPrefix("<b>&\"'fintech-training") == true)
    }

    @Test("keeps every table of the Markdown in its columns", arguments: hostile) func markdown(text: String) throws {
        let markdown = Report.markdown(try Fixture { text + " " + $0 }.result())
        var columns: Int?
        var isCode = false
        var tables = 0
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode, line.hasPrefix("|") else {
                columns = nil
                continue
            }
            let bars = Self.bars(in: line)
            if columns == nil { tables += 1 }
            #expect(bars == columns ?? bars, "\(line.prefix(120))")
            columns = bars
        }
        #expect(tables >= 14)
        #expect(!isCode)
        // Outside code, no tag of HTML is left, and no link that the report did not make.
        let prose = Self.withoutCode(markdown)
        #expect(!prose.contains("<") && !prose.split(separator: "](").dropLast().contains { !$0.hasSuffix("\\") })
    }

    @Test("never moves a terminal's cursor", arguments: hostile) func summary(text: String) throws {
        let summary = Report.summary(try Fixture { text + " " + $0 }.result())
        #expect(!summary.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
        #expect(!summary.unicodeScalars.contains("\u{202E}"))
        #expect(summary.contains("97.5 %") && summary.contains("13,450 USD"))
    }

    @Test(
        "is escaped for Markdown",
        arguments: [
            ("plain text.", "plain text."), ("a|b", "a\\|b"), ("<b>", "&lt;b&gt;"), ("a\nb", "a b"), ("# h", "\\# h"),
            ("a # b", "a # b"), ("- x", "\\- x"), ("-5 to 3", "\\-5 to 3"), ("`x`", "\\`x\\`"), ("\\", "\\\\"),
            ("[l](u)", "\\[l\\](u)"), ("R&D", "R&amp;D"), ("", ""),
        ]
    )
    func escapes(text: String, expected: String) {
        #expect(MarkdownText.escape(text) == expected)
    }

    @Test("code is fenced by more backticks than it holds")
    func fences() {
        #expect(MarkdownText.code("a") == "```sh\na\n```\n")
        #expect(MarkdownText.code("a\n````\nb") == "`````sh\na\n````\nb\n`````\n")
        #expect(MarkdownText.inlineCode("k") == "`k`")
        #expect(MarkdownText.inlineCode("`k`") == "`` `k` ``")
        #expect(MarkdownText.inlineCode("a|b") == "`a\\|b`")
    }

    @Test(
        "becomes a link only when it is an address of the web",
        arguments: [
            ("see https://a.org/x?y=1&z, p. 3", "https://a.org/x?y=1&z"), ("(https://a.org)", nil),
            ("https://a.org/).", "https://a.org/"), ("javascript:alert(1)", nil), ("file:///etc/passwd", nil),
            ("https://", nil),
            ("https://a.org/\u{e9}", nil),
        ] as [(String, String?)]
    )
    func links(text: String, address: String?) throws {
        let page = try StrictHTML("<!DOCTYPE html>\n<p>\(Page.linked(text).html)</p>")
        #expect(page.all("a").first?.attributes["href"] == address)
        #expect(page.all("p").first?.text == text)
    }

    @Test("interpolated strings are escaped, markup is not, whatever a ternary makes of them") func interpolation() {
        let name = "<i>"
        let bold: Markup = "<b>\(name)</b>"
        #expect(bold.html == "<b>&lt;i&gt;</b>")
        #expect(("\(bold)\(3)\(true ? name : "x")" as Markup).html == "<b>&lt;i&gt;</b>3&lt;i&gt;")
        #expect(Markup(plain: "a\u{0}\u{FFFE}b").html == "a \u{FFFD}b")
    }

    /// Bars that end a cell: those without a backslash before them.
    private static func bars(in line: Substring) -> Int {
        var count = 0
        var isEscaped = false
        for character in line {
            if character == "|", !isEscaped { count += 1 }
            isEscaped = character == "\\" && !isEscaped
        }
        return count
    }

    private static func withoutCode(_ markdown: String) -> String {
        var result = ""
        var isCode = false
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") { isCode.toggle() } else if !isCode { result += line + "\n" }
        }
        return result
    }
}
