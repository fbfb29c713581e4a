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
            "<th scope=\"col\"\(column.isNumeric ? numeric : Markup())>\(column.title)</th>"
        }
        let body = rows.map { row -> Markup in
            let id: Markup = row.id.map { " id=\"\($0)\"" } ?? ""
            let total: Markup = row.isTotal ? " class=\"total\"" : ""
            let cells = row.cells.enumerated().map { index, cell -> Markup in
                let isNumeric = columns.indices.contains(index) && columns[index].isNumeric
                return index == 0
                    ? "<th scope=\"row\">\(cell)</th>" : "<td\(isNumeric ? numeric : Markup())>\(cell)</td>"
            }
            return "<tr\(id)\(total)>\(cells.joined())</tr>\n"
        }
        // The frame takes the focus so that a keyboard can scroll it; the caption names it.
        return """
            <div class="frame \(size) \(style)" tabindex="0" role="group" aria-label="Table: \(Self.words(of: caption))">
            <table>
            <caption>\(caption)</caption>
            <thead><tr>\(head.joined())</tr></thead>
            <tbody>
            \(body.joined())</tbody>
            </table>
            </div>

            """
    }

    /// Many columns scroll rather than squeeze; few do not stretch.
    private var size: Markup { columns.count > 4 ? "wide" : columns.count < 4 ? "slim" : "plain" }

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
