/// A table for the terminal: columns aligned, two spaces between them, a rule under the header.
package struct TextTable: Sendable, Hashable {
    /// On which side a column's cells stand.
    package enum Alignment: Sendable, Hashable {
        /// Words.
        case left
        /// Numbers.
        case right
    }

    /// The names of the columns; a table without any has no header.
    package var header: [String]
    /// The side per column; left where none is given.
    package var alignments: [Alignment]
    /// The cells; a short row leaves its last columns empty.
    package var rows: [[String]]

    /// A table, to which rows may be added.
    package init(header: [String], alignments: [Alignment] = [], rows: [[String]] = []) {
        self.header = header
        self.alignments = alignments
        self.rows = rows
    }

    /// The table as lines without trailing spaces, each ended by a line break; empty without header and rows.
    ///
    /// Control characters in cells become spaces: ``oneLine(_:)``.
    package func render() -> String {
        let cells = (header.isEmpty ? [] : [header]) + rows
        let clean = cells.map { $0.map(oneLine) }
        var widths: [Int] = []
        for row in clean {
            for (column, cell) in row.enumerated() {
                let width = Self.width(cell)
                if column < widths.count { widths[column] = max(widths[column], width) } else { widths.append(width) }
            }
        }
        var lines = clean.map { line($0, widths) }
        if !header.isEmpty {
            lines.insert(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "), at: 1)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func line(_ row: [String], _ widths: [Int]) -> String {
        var text = ""
        for (column, cell) in row.enumerated() {
            if column > 0 { text += "  " }
            let padding = String(repeating: " ", count: widths[column] - Self.width(cell))
            let right = column < alignments.count && alignments[column] == .right
            text += right ? padding + cell : cell + padding
        }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// The columns that a terminal gives the text: one a character, two for East Asian wide ones and emoji.
    static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + width(of: $1) }
    }

    private static func width(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return 2
        default:
            break
        }
        if scalar.properties.isEmojiPresentation { return 2 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }
}
