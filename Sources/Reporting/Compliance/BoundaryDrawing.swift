import Compliance
import Estate

/// The audit boundary of one model as a stack, from the workload down to the site.
struct BoundaryDrawing {
    let boundary: AuditBoundary

    /// The drawing: a box a part; full line inside, dashed where it must be shown to be apart, a word alone where there is none.
    var drawing: Markup {
        let height = boundary.parts.count * Self.step
        let id: Markup = "boundary-\(boundary.model.rawValue)"
        let boxes = boundary.parts.enumerated().map { index, part -> Markup in
            let top = index * Self.step
            let name: Markup = "<text x=\"10\" y=\"\(top + 20)\">\(part.name)</text>\n"
            return switch part.place {
            case .inside:
                """
                <rect class="part inside" x="1" y="\(top + 2)" width="99%" height="\(Self.step - 4)"/>
                \(name)
                """
            case .unlessApart:
                """
                <rect class="part apart" x="1" y="\(top + 2)" width="99%" height="\(Self.step - 4)"/>
                \(name)
                """
            case .absent:
                "<text class=\"words\" x=\"10\" y=\"\(top + 20)\">not there: \(part.name)</text>\n"
            }
        }
        return """
            <svg class="chart" role="img" aria-labelledby="\(id)-d" width="100%" height="\(height)">
            <desc id="\(id)-d">\(description)</desc>
            \(boxes.joined())</svg>
            """
    }

    private static let step = 30

    private var description: String {
        func names(_ place: AuditBoundary.Part.Place) -> String {
            boundary.parts.filter { $0.place == place }.map(\.name).joined(separator: ", ")
        }
        return
            "Audit boundary under \(boundary.model.title). Inside: \(names(.inside)). Inside unless shown to be apart: "
            + "\(names(.unlessApart)). Not there: \(names(.absent))."
    }
}
