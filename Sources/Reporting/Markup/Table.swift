/// A table with a caption, headers with scope, and a frame that scrolls by itself where the page is narrow.
struct Table {
    /// A column and the side its cells stand on.
    struct Column {
        var title: Markup
        var isNumeric: Bool

        /// Words.
        static func text(_ title: Markup) -> Column { Column(title: title, isNumeric: false) }
        /// Numbers, on the right.
        static func number(_ title: Markup) -> Column { Column(title: title, isNumeric: true) }
    }

    /// A row: its first cell is its header.
    struct Row {
        var id: String?
        var cells: [Markup]
        var isTotal = false

        init(id: String? = nil, _ cells: [Markup], isTotal: Bool = false) {
            self.id = id
            self.cells = cells
            self.isTotal = isTotal
        }
    }

    var caption: Markup
    var columns: [Column]
    var rows: [Row]
    /// Shown instead of an empty table.
    var whenEmpty: Markup = "None."
    /// A class for the style sheet: a word of ours.
    var style: Markup = ""

    /// The table as HTML.
    var markup: Markup {
        guard !rows.isEmpty else { return "<p class=\"empty\">\(caption): \(whenEmpty)</p>\n" }
        let head = columns.map { column -> Markup in
            "<th scope=\"col\"\(role("columnheader"))\(column.isNumeric ? numeric : Markup())>\(column.title)</th>"
        }
        // The frame takes the focus so that a keyboard can scroll it; the caption names it.
        return """
            <div class="frame \(size) \(style)" tabindex="0" role="group" \
            aria-label="Table: \(Self.words(of: caption))">
            <table\(role("table"))>
            <caption><span>\(caption)</span></caption>
            <thead\(role("rowgroup"))><tr\(role("row"))>\(head.joined())</tr></thead>
            <tbody\(role("rowgroup"))>
            \(rows.map(row).joined())</tbody>
            </table>
            </div>

            """
    }

    private func row(_ row: Row) -> Markup {
        let id: Markup = row.id.map { " id=\"\($0)\"" } ?? ""
        let total: Markup = row.isTotal ? " class=\"total\"" : ""
        let cells = row.cells.enumerated().map { index, cell -> Markup in
            guard index > 0 else { return "<th scope=\"row\"\(role("rowheader"))>\(cell)</th>" }
            let column = columns.indices.contains(index) ? columns[index] : .text("")
            let style = column.isNumeric ? numeric : Markup()
            guard isWide else { return "<td\(style)>\(cell)</td>" }
            let label = Self.words(of: column.title)
            return "<td\(role("cell"))\(style) data-label=\"\(label)\"><div>\(cell)</div></td>"
        }
        return "<tr\(role("row"))\(id)\(total)>\(cells.joined())</tr>\n"
    }

    private var isWide: Bool { columns.count > 4 || style == "cards" }

    /// A role for the parts of a wide table: on a phone its rows become cards, and without the role they would lose
    /// their meaning to a screen reader.
    private func role(_ name: Markup) -> Markup { isWide ? " role=\"\(name)\"" : "" }

    /// Many columns scroll rather than squeeze; few do not stretch.
    private var size: Markup { isWide ? "wide" : columns.count < 4 ? "slim" : "plain" }

    private var numeric: Markup { " class=\"n\"" }

    /// The caption without its tags: an attribute holds text only.
    private static func words(of markup: Markup) -> Markup {
        var text = ""
        var isInTag = false
        for character in markup.html {
            switch character {
            case "<": isInTag = true
            case ">" where isInTag: isInTag = false
            default: if !isInTag { text.append(character) }
            }
        }
        return Markup(escaped: text)
    }
}

extension Markup {
    /// Text that was escaped before.
    fileprivate init(escaped: String) { self = "\(raw: escaped)" }
}

extension Markup.Interpolation {
    fileprivate mutating func appendInterpolation(raw escaped: String) { html += escaped }
}
