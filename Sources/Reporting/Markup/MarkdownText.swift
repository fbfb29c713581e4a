import Documents

/// Outside text as it may stand in a Markdown document.
enum MarkdownText {
    /// Text for a paragraph or a table cell: one line, what Markdown or HTML reads as markup escaped.
    static func escape(_ text: String) -> String {
        var result = ""
        var isFirst = true
        for scalar in text.unicodeScalars {
            let shown = scalar.visible
            switch shown {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\\", "`", "*", "_", "[", "]", "|", "~", "$":
                result += "\\"
                result.unicodeScalars.append(shown)
            case "#" where isFirst, "+" where isFirst, "-" where isFirst, "=" where isFirst:
                result += "\\"
                result.unicodeScalars.append(shown)
            default: result.unicodeScalars.append(shown)
            }
            if shown != " " { isFirst = false }
        }
        return result
    }

    /// A block of code, fenced by more backticks than the text holds in a row.
    static func code(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            oneLine(String(line))
        }
        let fence = String(repeating: "`", count: max(3, longestRun(in: text) + 1))
        return "\(fence)sh\n\(lines.joined(separator: "\n"))\n\(fence)\n"
    }

    /// Short code inside a line.
    ///
    /// A bar would end a table cell even inside code, so it is spelled with a backslash there.
    static func inlineCode(_ text: String) -> String {
        let clean = oneLine(text)
        let fence = String(repeating: "`", count: longestRun(in: clean) + 1)
        let pad = clean.hasPrefix("`") || clean.hasSuffix("`") || clean.isEmpty ? " " : ""
        let cell = clean.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
        return fence + pad + cell + pad + fence
    }

    /// A table of cells that are Markdown already.
    static func table(header: [String], numeric: Set<Int> = [], rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "None.\n\n" }
        func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |\n" }
        let rule = header.indices.map { numeric.contains($0) ? "---:" : "---" }
        return line(header) + line(rule) + rows.map(line).joined() + "\n"
    }

    private static func longestRun(in text: String) -> Int {
        var longest = 0
        var run = 0
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}
