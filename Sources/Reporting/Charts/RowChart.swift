import Documents

/// A chart of rows, each a line of words with a track beneath, over one axis.
///
/// Words stand above what they name, so nothing overlaps at any width; long words wrap by an estimate of what fits on
/// the narrowest screen served (390 pixels).
struct RowChart {
    let axis: Axis
    private let id: Markup
    private let title: String
    private let description: String
    private var body = Markup()
    private var definitions = Markup()
    private var y = 4

    /// Characters that fit on one line of the narrowest drawing.
    private static let columns = 43
    private static let lineHeight = 18

    /// A chart; `id` is a word of ours, unique on the page.
    init(id: Markup, title: String, description: String, axis: Axis) {
        self.id = id
        self.title = title
        self.description = description
        self.axis = axis
    }

    /// A line of words with a figure at its right end; the figure moves to a line of its own where both do not fit.
    mutating func label(_ text: String, value: String = "", style: Markup = "label") {
        let lines = Self.wrap(text)
        let isShared = Self.width(lines.last ?? "") + Self.width(value) + 2 <= Self.columns
        for (index, line) in lines.enumerated() {
            y += Self.lineHeight
            body += "<text class=\"\(style)\" x=\"0\" y=\"\(y)\">\(line)</text>\n"
            if isShared, !value.isEmpty, index == lines.count - 1 { figure(value) }
        }
        guard !isShared, !value.isEmpty else { return }
        for line in Self.wrap(value) {
            y += Self.lineHeight
            figure(line)
        }
    }

    private mutating func figure(_ text: String) {
        body += "<text class=\"value\" x=\"100%\" y=\"\(y)\" text-anchor=\"end\">\(text)</text>\n"
    }

    /// A track of a height, in pixels, with the axis' grid; `draw` gets its vertical middle.
    mutating func track(height: Int = 20, _ draw: (inout Track) -> Void) {
        y += 6
        var track = Track(axis: axis, id: id, top: y, height: height)
        for tick in axis.ticks {
            guard let x = axis.position(tick) else { continue }
            let style: Markup = tick == 0 ? "zero" : "grid"
            body += "<line class=\"\(style)\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(y)\" y2=\"\(y + height)\"/>"
        }
        draw(&track)
        body += track.body + "\n"
        y += height + 4
    }

    /// Vertical room.
    mutating func gap(_ pixels: Int) { y += pixels }

    /// A pattern or other definition that the rows refer to.
    mutating func define(_ markup: Markup) { definitions += markup }

    /// The finished drawing, with the axis at its foot.
    func drawing() -> Markup {
        var foot = Markup()
        for tick in axis.ticks {
            guard let x = axis.position(tick) else { continue }
            foot += "<line class=\"tick\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(y + 2)\" y2=\"\(y + 7)\"/>"
            foot += "<text class=\"tick\" x=\"\(x)\" y=\"\(y + 21)\" text-anchor=\"middle\">\(axis.label(tick))</text>"
        }
        foot += "<text class=\"axis\" x=\"50%\" y=\"\(y + 40)\" text-anchor=\"middle\">\(axis.title)</text>"
        return """
            <svg class="chart" role="img" aria-labelledby="\(id)-title \(id)-desc" width="100%" height="\(y + 48)">
            <title id="\(id)-title">\(title)</title>
            <desc id="\(id)-desc">\(description)</desc>
            <defs>\(Self.patterns(id))\(definitions)</defs>
            \(body)\(foot)
            </svg>

            """
    }

    /// Hatches, so that no meaning rests on colour alone.
    private static func patterns(_ id: Markup) -> Markup {
        let kinds: [(Markup, Markup)] = [("a", "45"), ("b", "-45")]
        return kinds.map { name, angle -> Markup in
            """
            <pattern id="\(id)-hatch-\(name)" width="6" height="6" patternUnits="userSpaceOnUse" \
            patternTransform="rotate(\(angle))"><rect class="hatch-\(name)-ground" width="6" height="6"/>\
            <rect class="hatch-\(name)" width="3" height="6"/></pattern>
            """
        }.joined()
    }

    /// Words in lines that fit; a word longer than a line is broken; at most four lines, then an ellipsis.
    static func wrap(_ text: String, columns: Int = RowChart.columns) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var word = String(word)
            if !line.isEmpty, width(line) + 1 + width(word) <= columns {
                line += " " + word
                continue
            }
            if !line.isEmpty { lines.append(line) }
            while width(word) > columns, lines.count < 4 {
                let head = String(word.prefix(columns / 2))
                lines.append(head)
                word.removeFirst(head.count)
            }
            line = word
            if lines.count >= 4 { break }
        }
        if !line.isEmpty, lines.count < 4 {
            lines.append(line)
        } else if lines.count > 3, !line.isEmpty {
            lines = Array(lines.prefix(4))
            lines[3] = String(lines[3].prefix(columns - 1)) + "…"
        }
        return lines.isEmpty ? [""] : lines
    }

    /// About how many figures wide a text is, from the proportions of common sans-serif faces.
    static func width(_ text: String) -> Int {
        var tenths = 0
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x1100...0x11FF, 0x2E80...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0x1F000...0x3FFFF:
                tenths += 20
            case 0x20, 0x21, 0x27...0x29, 0x2C...0x2E, 0x3A, 0x3B, 0x49, 0x5B, 0x5D, 0x66, 0x69...0x6A, 0x6C, 0x74:
                tenths += 6
            case 0x25, 0x40, 0x4D, 0x57, 0x6D, 0x77: tenths += 16
            case 0x41...0x5A: tenths += 12
            default: tenths += 10
            }
        }
        return (tenths + 9) / 10
    }
}

/// The drawing area of one row.
struct Track {
    let axis: Axis
    let id: Markup
    let top: Int
    let height: Int
    fileprivate(set) var body = Markup()

    fileprivate init(axis: Axis, id: Markup, top: Int, height: Int) {
        self.axis = axis
        self.id = id
        self.top = top
        self.height = height
    }

    private var middle: Int { top + height / 2 }

    /// How a bar is filled: words of the style sheet.
    enum Fill {
        case plain(Markup)
        /// Hatched, upwards or downwards.
        case hatchedA, hatchedB
    }

    /// A bar between two values, whichever is lower.
    mutating func bar(_ first: Double, _ second: Double, _ fill: Fill, inset: Int = 2) {
        let low = min(first, second)
        let high = max(first, second)
        guard let x = axis.position(low), let width = axis.width(from: low, to: high) else { return }
        let look: Markup =
            switch fill {
            case .plain(let style): "class=\"\(style)\""
            case .hatchedA: "class=\"edge-a\" fill=\"url(#\(id)-hatch-a)\""
            case .hatchedB: "class=\"edge-b\" fill=\"url(#\(id)-hatch-b)\""
            }
        body += "<rect \(look) x=\"\(x)\" y=\"\(top + inset)\" width=\"\(width)\" height=\"\(height - 2 * inset)\"/>"
    }

    /// A line between two values with short ends.
    mutating func interval(_ low: Double, _ high: Double, style: Markup = "interval") {
        guard low.isFinite, high.isFinite, let left = axis.position(low), let right = axis.position(high) else {
            return
        }
        body += "<line class=\"\(style)\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(middle)\" y2=\"\(middle)\"/>"
        for (x, value) in [(left, low), (right, high)] where axis.contains(value) {
            body += "<line class=\"\(style)\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(middle - 4)\" y2=\"\(middle + 4)\"/>"
        }
    }

    /// A line across the track at a value.
    mutating func rule(_ value: Double, style: Markup) {
        guard let x = axis.position(value), axis.contains(value) else { return }
        body += "<line class=\"\(style)\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(top)\" y2=\"\(top + height)\"/>"
    }

    /// A filled area between two curves over the axis: `low` and `high` are parts of the track's height, 0 to 1.
    ///
    /// Drawn in a box of its own that stretches with the width, so that thousands of points need no percentages.
    mutating func area(_ points: [(x: Double, low: Double, high: Double)], style: Markup) {
        guard points.count > 1, let left = axis.position(axis.low),
            let width = axis.width(from: axis.low, to: axis.high)
        else { return }
        func place(_ x: Double, _ y: Double) -> Markup {
            let across = (min(max(x, axis.low), axis.high) - axis.low) / (axis.high - axis.low)
            return "\(NumberText.fixed(across * 1_000, 2)) \(NumberText.fixed((1 - min(max(y, 0), 1)) * 1_000, 1))"
        }
        let upper = points.map { place($0.x, $0.high) }.joined("L")
        let lower = points.reversed().map { place($0.x, $0.low) }.joined("L")
        body += """
            <svg x="\(left)" y="\(top)" width="\(width)" height="\(height)" viewBox="0 0 1000 1000" \
            preserveAspectRatio="none"><path class="\(style)" d="M\(upper)L\(lower)Z"/></svg>
            """
    }

    /// The shapes of a mark: each verdict has its own.
    enum Shape {
        case disc, ring, diamond, triangle, cross, square
    }

    /// A mark at a value.
    mutating func mark(_ value: Double, _ shape: Shape, style: Markup = "mark") {
        guard let x = axis.position(value) else { return }
        let path: Markup =
            switch shape {
            case .disc: "<circle class=\"\(style)\" r=\"5.5\"/>"
            case .ring: "<circle class=\"\(style) open\" r=\"5\"/>"
            case .diamond: "<path class=\"\(style)\" d=\"M0-7L7 0 0 7-7 0Z\"/>"
            case .triangle: "<path class=\"\(style)\" d=\"M-6 5L0-6 6 5Z\"/>"
            case .cross: "<path class=\"\(style) stroke\" d=\"M-5-5L5 5M-5 5L5-5\"/>"
            case .square: "<path class=\"\(style)\" d=\"M-5-5H5V5H-5Z\"/>"
            }
        body += "<svg class=\"at\" x=\"\(x)\" y=\"\(middle)\" width=\"1\" height=\"1\">\(path)</svg>"
    }
}
