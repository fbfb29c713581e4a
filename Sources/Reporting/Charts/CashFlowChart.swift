import Decision

/// Cash paid in each year, one bar for each way of changing.
struct CashFlowChart {
    var id: Markup
    var options: [TimingOption]
    var unit: String

    /// The drawing.
    var drawing: Markup {
        let values = options.flatMap { $0.cashByYear.flatMap { [$0.p10, $0.mean, $0.p90] } }
        let axis = Axis(covering: values, style: .amount(unit: unit))
        var chart = RowChart(id: id, title: "Cash paid in each year", description: description, axis: axis)
        for year in 0..<(options.map(\.cashByYear.count).max() ?? 0) {
            chart.label("Year \(year + 1)", style: "label strong")
            for option in options where option.cashByYear.indices.contains(year) {
                let cash = option.cashByYear[year]
                chart.label(Words.title(of: option.kind), value: Figures.amount(cash.mean))
                chart.track(height: 14) { track in
                    track.bar(0, cash.mean, Self.fill(option.kind))
                    track.interval(cash.p10, cash.p90)
                }
            }
            chart.gap(8)
        }
        return chart.drawing()
    }

    private static func fill(_ kind: TimingOption.Kind) -> Track.Fill {
        switch kind {
        case .stay: .plain("total")
        case .switchNow: .plain("gain")
        case .switchAtRenewal: .hatchedA
        }
    }

    private var description: String {
        options.map { option in
            let years = option.cashByYear.enumerated().map {
                "year \($0.offset + 1) \(Figures.amount($0.element.mean))"
            }
            return "\(Words.title(of: option.kind)): \(years.joined(separator: ", "))."
        }.joined(separator: " ")
    }
}
