import Decision

/// How often each assignment is the cheapest, with the error of the draws.
struct ProbabilityChart {
    /// One assignment.
    struct Row {
        var label: String
        var probability: Estimated
        var isChosen: Bool
    }

    var id: Markup
    var rows: [Row]

    /// The drawing.
    var drawing: Markup {
        let axis = Axis(covering: [0, 1], style: .share(title: "share of draws in which it is cheapest"), ticks: 4)
        var chart = RowChart(
            id: id,
            title: "How often each assignment is cheapest",
            description: description,
            axis: axis
        )
        for row in rows {
            chart.label(
                row.label,
                value: Figures.probability(row.probability.value),
                style: row.isChosen ? "label strong" : "label"
            )
            chart.track(height: 18) { track in
                track.bar(0, row.probability.value, row.isChosen ? .plain("gain") : .hatchedA)
                let error = 1.96 * row.probability.standardError
                guard error > 0.002 else { return }
                track.interval(max(0, row.probability.value - error), min(1, row.probability.value + error))
            }
        }
        return chart.drawing()
    }

    private var description: String {
        rows.map { "\($0.label): \(Figures.probability($0.probability.value))." }.joined(separator: " ")
    }
}
