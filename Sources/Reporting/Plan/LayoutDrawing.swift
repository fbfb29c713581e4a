import Documents
import Estate
package import Scheduling

/// A host's GPUs as rows of slots, in SVG: an instance is a box over its memory slices.
struct LayoutDrawing {
    /// A name of our own: letters, digits, hyphens.
    let id: String
    let title: String
    let host: PlannedHost
    /// Units of the picture: pixels on a telephone.
    private let width = 340.0
    private let left = 60.0
    private let row = 26.0

    init(id: String, title: String, host: PlannedHost) {
        self.id = id
        self.title = title
        self.host = host
    }

    /// Rows: GPUs that look alike share one.
    private var rows: [(name: String, gpu: PlannedGPU)] {
        var rows: [(first: Int, last: Int, gpu: PlannedGPU)] = []
        for gpu in host.gpus {
            if let before = rows.last, LayoutBlocks.row(before.gpu) == LayoutBlocks.row(gpu),
                before.last + 1 == gpu.index
            {
                rows[rows.count - 1].last = gpu.index
            } else {
                rows.append((gpu.index, gpu.index, gpu))
            }
        }
        return rows.map { ($0.first == $0.last ? "GPU \($0.first)" : "GPU \($0.first)–\($0.last)", $0.gpu) }
    }

    /// Its height.
    var height: Double { Double(rows.count) * row + 2 }

    /// The drawing for a page.
    var drawing: Markup {
        """
        <svg class="chart layout" id="\(id)" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" width="100%" role="img" \
        aria-labelledby="\(id)-t">
        <title id="\(id)-t">\(title): \(words)</title>
        \(content(top: 0))</svg>

        """
    }

    /// What is drawn, in words.
    private var words: String {
        rows.map { entry in
            let what = entry.gpu.isWhole ? "whole" : entry.gpu.layout.description
            return "\(entry.name) \(what)\(entry.gpu.isSpare ? ", spare" : "")"
        }.joined(separator: "; ")
    }

    /// The rows, from a height on.
    func content(top: Double) -> Markup {
        var markup = Markup()
        for (index, entry) in rows.enumerated() {
            let y = top + Double(index) * row + 2
            markup += text(0, y + 15, entry.name, "words")
            markup += self.gpu(entry.gpu, y)
        }
        return markup
    }

    private func gpu(_ gpu: PlannedGPU, _ y: Double) -> Markup {
        let space = width - left - 1
        guard case .mig(let instances) = gpu.mode else {
            var markup = box(left, y, space, isFilled: !gpu.isSpare)
            markup += text(left + 5, y + 15, gpu.isSpare ? "spare" : gpu.isBusy ? "whole, busy" : "whole", "strong")
            return markup
        }
        let slices = LayoutBlocks.slices(gpu)
        let cell = space / Double(slices)
        var markup = Markup()
        for slice in 0...slices {
            let x = left + Double(slice) * cell
            markup +=
                "<line class=\"dashed\" x1=\"\(Self.number(x))\" x2=\"\(Self.number(x))\" y1=\"\(Self.number(y))\" "
            markup += "y2=\"\(Self.number(y + 21))\"/>\n"
        }
        for one in instances {
            let x = left + Double(one.instance.start) * cell
            let size = Double(one.instance.size) * cell
            markup += box(x + 0.75, y, size - 1.5, isFilled: !gpu.isSpare)
            // A box too narrow for the whole name has a shorter one, which the title spells out.
            let labels = LayoutBlocks.labels(one.instance.profile).enumerated().map { number, label in
                label + (one.hasJob ? number == 0 ? " *" : "*" : "")
            }
            let label = labels.first { Double($0.count) * 7.7 + 8 <= size } ?? labels[labels.count - 1]
            markup += text(x + 5, y + 15, label, "strong")
        }
        return markup
    }

    private func box(_ x: Double, _ y: Double, _ width: Double, isFilled: Bool) -> Markup {
        let style: Markup = isFilled ? "band" : "hatch-a-ground"
        return """
            <rect class="\(style)" x="\(Self.number(x))" y="\(Self.number(y))" width="\(Self.number(width))" height="21" rx="2" \
            stroke="currentColor" stroke-width=".7"/>

            """
    }

    private func text(_ x: Double, _ y: Double, _ words: String, _ style: Markup) -> Markup {
        "<text class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\">\(words)</text>\n"
    }

    static func number(_ value: Double) -> String { NumberText.plain((value * 100).rounded() / 100) }
}

extension Report {
    /// One host before and after as a picture of its own, light and dark; nil where there is no host.
    ///
    /// The first host whose layouts change, else the first with slices.
    package static func planPicture(_ plan: LayoutPlan) -> String? {
        let looks = PlanReport(plan: plan).looks
        let changed = looks.first { look in
            look.present.map { $0.gpus.map(\.mode) != look.host.gpus.map(\.mode) } ?? false
        }
        guard
            let look = changed ?? looks.first(where: { $0.host.gpus.contains { !$0.isWhole && !$0.isSpare } })
                ?? looks.first
        else { return nil }
        var parts: [(title: String, drawing: LayoutDrawing)] = []
        if let present = look.present {
            parts.append(("\(look.title), now", LayoutDrawing(id: "now", title: "now", host: present)))
        }
        parts.append(("\(look.title), planned", LayoutDrawing(id: "planned", title: "planned", host: look.host)))
        var body = Markup()
        var y = 8.0
        for part in parts {
            body += "<text class=\"head\" x=\"8\" y=\"\(LayoutDrawing.number(y + 12))\">\(part.title)</text>\n"
            body +=
                "<g transform=\"translate(8 \(LayoutDrawing.number(y + 18)))\">\n\(part.drawing.content(top: 0))</g>\n"
            y += part.drawing.height + 32
        }
        let picture: Markup = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 356 \(LayoutDrawing.number(y))" width="712" role="img">
            <title>\(look.title): its GPUs as memory slices, now and as planned</title>
            <style>
            svg { color: #1b1b1a; background: #fff; font: 12px ui-sans-serif, system-ui, "Liberation Sans", Arial, sans-serif; }
            text { fill: #1b1b1a; } .words { fill: #585651; } .strong, .head { font-weight: 700; }
            .band { fill: #dfeaf2; } .hatch-a-ground { fill: #fff; } .dashed { stroke: #d8d5cc; stroke-dasharray: 4 3; }
            @media (prefers-color-scheme: dark) {
            svg { color: #e9e7e1; background: #16181a; } text { fill: #e9e7e1; } .words { fill: #aeaba3; }
            .band { fill: #22384a; } .hatch-a-ground { fill: #16181a; } .dashed { stroke: #3b3f43; }
            }
            </style>
            \(body)</svg>

            """
        return picture.html
    }
}
