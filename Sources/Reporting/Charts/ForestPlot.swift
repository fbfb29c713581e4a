/// Effects with their intervals, one row each, about the line of no effect.
struct ForestPlot {
    /// One effect.
    struct Row {
        var label: String
        /// The verdict, or how the figure entered, in words.
        var words: String
        var shape: Track.Shape
        /// Shares; nil when the effect could not be formed.
        var interval: (estimate: Double, low: Double, high: Double)?
        /// Whether the figure is assumed or descriptive only: drawn dashed.
        var isWeak: Bool
    }

    var id: Markup
    var title: String
    var rows: [Row]
    /// Effects within plus or minus this share count as equal; drawn as a band.
    var margin: Double?
    /// What the axis shows.
    var quantity: String

    /// The drawing.
    var drawing: Markup {
        let axis = Axis(covering: covered, style: .share(title: quantity))
        var chart = RowChart(id: id, title: title, description: description, axis: axis)
        for row in rows {
            let figure = row.interval.map { Figures.interval($0.estimate, $0.low, $0.high) } ?? "no figure"
            chart.label(row.label, value: figure)
            chart.label(row.words, style: "words")
            chart.track { track in
                if let margin { track.bar(-margin, margin, .plain("band"), inset: 0) }
                track.rule(0, style: "zero")
                guard let interval = row.interval else { return }
                track.interval(interval.low, interval.high, style: row.isWeak ? "interval dashed" : "interval")
                track.mark(interval.estimate, row.shape)
            }
            chart.gap(4)
        }
        return chart.drawing()
    }

    private var description: String {
        rows.map { row in
            let figure = row.interval.map { Figures.interval($0.estimate, $0.low, $0.high) } ?? "no figure"
            return "\(row.label): \(figure), \(row.words)."
        }.joined(separator: " ")
    }

    /// What the axis covers: every estimate, and intervals as far as they do not dwarf the rest.
    ///
    /// A longer interval runs off the edge, where it has no end mark; the figures beside it are whole.
    private var covered: [Double] {
        let intervals = rows.compactMap(\.interval)
        let estimates = intervals.map(\.estimate).filter(\.isFinite)
        let extents = intervals.map { max($0.low.magnitude, $0.high.magnitude) }.filter(\.isFinite).sorted()
        let middle = extents.isEmpty ? 0 : extents[extents.count / 2]
        let bound = max(4 * (estimates.map(\.magnitude).max() ?? 0), 3 * middle, 0.01)
        let ends = intervals.flatMap { [$0.low, $0.high] }.filter(\.isFinite).map { min(max($0, -bound), bound) }
        return estimates + ends + (margin.map { [-$0, $0] } ?? [])
    }
}
