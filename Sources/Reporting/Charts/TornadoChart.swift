import Decision

/// How far the saving moves when one input goes from its P10 to its P90.
struct TornadoChart {
    var id: Markup
    var bars: [TornadoBar]
    /// The saving at the expected inputs; nil where none is known.
    var expected: Double?
    var unit: String

    /// The drawing.
    var drawing: Markup {
        let values = bars.flatMap { [$0.lowResult, $0.highResult] } + (expected.map { [$0] } ?? [])
        let axis = Axis(covering: values, style: .amount(unit: unit))
        var chart = RowChart(
            id: id,
            title: "What moves the saving most",
            description: description,
            axis: axis
        )
        for bar in bars {
            chart.label(bar.title, value: bar.isAssumed ? "assumed" : "")
            chart.label(
                Self.words(bar),
                style: "words"
            )
            chart.track { track in
                let centre = middle(of: bar)
                track.bar(centre, bar.lowResult, .hatchedA)
                track.bar(centre, bar.highResult, .plain("gain"))
                track.rule(0, style: "zero")
                track.rule(centre, style: "level")
            }
        }
        return chart.drawing()
    }

    private func middle(of bar: TornadoBar) -> Double {
        guard let expected, expected.isFinite else { return (bar.lowResult + bar.highResult) / 2 }
        return expected
    }

    /// `0.06 to 0.12 USD per kWh gives 10,200 to 14,100`.
    static func words(_ bar: TornadoBar) -> String {
        "\(Figures.bare(bar.lowInput, unit: bar.unit)) to \(Figures.value(bar.highInput, unit: bar.unit)) gives "
            + "\(Figures.amount(bar.lowResult)) to \(Figures.amount(bar.highResult))"
    }

    private var description: String {
        bars.map { "\($0.title): \(Self.words($0))." }.joined(separator: " ")
    }
}
