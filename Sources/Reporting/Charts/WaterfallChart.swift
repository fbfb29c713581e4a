import Decision

/// From one cost to another, group by group, in an order that sums exactly.
struct WaterfallChart {
    var id: Markup
    var waterfall: Waterfall

    /// The level before and after each step, from the start.
    private var levels: [(before: Double, after: Double)] {
        var level = waterfall.start
        return waterfall.steps.map { step in
            let before = level
            level += step.amount
            return (before, level)
        }
    }

    /// Whether the axis may start at zero without making the steps too small to see.
    private var startsAtZero: Bool {
        let all = [waterfall.start, waterfall.end] + levels.map(\.after)
        guard let low = all.filter(\.isFinite).min(), let high = all.filter(\.isFinite).max() else { return true }
        return low <= 0 || low < high * 0.7
    }

    /// What the reader must know about the axis; empty when it starts at zero.
    var axisNote: String {
        startsAtZero ? "" : "The axis does not start at zero: the totals are marks, not bars."
    }

    /// The drawing.
    var drawing: Markup {
        let levels = self.levels
        let values = [waterfall.start, waterfall.end] + levels.flatMap { [$0.before, $0.after] }
        let axis = Axis(
            covering: values,
            includingZero: startsAtZero,
            style: .amount(unit: waterfall.unit)
        )
        var chart = RowChart(
            id: id,
            title: "\(waterfall.startTitle) to \(waterfall.endTitle)",
            description: description,
            axis: axis
        )
        total(waterfall.startTitle, waterfall.start, in: &chart)
        for (step, level) in zip(waterfall.steps, levels) {
            chart.label(Words.title(of: step.group), value: Figures.amount(step.amount, signed: true))
            chart.track(height: 18) { track in
                guard step.amount != 0 else { return track.rule(level.after, style: "level") }
                track.bar(level.before, level.after, step.amount > 0 ? .hatchedB : .plain("gain"))
                track.rule(level.after, style: "level")
            }
        }
        total(waterfall.endTitle, waterfall.end, in: &chart)
        return chart.drawing()
    }

    private func total(_ title: String, _ amount: Double, in chart: inout RowChart) {
        let isFromZero = startsAtZero
        chart.label(title, value: Figures.amount(amount), style: "label strong")
        chart.track(height: 18) { track in
            if isFromZero { track.bar(0, amount, .plain("total")) } else { track.mark(amount, .diamond, style: "mark") }
        }
    }

    private var description: String {
        let steps = waterfall.steps.map { "\(Words.title(of: $0.group)) \(Figures.amount($0.amount, signed: true))" }
        return "\(waterfall.startTitle) \(Figures.amount(waterfall.start)); \(steps.joined(separator: "; ")); "
            + "\(waterfall.endTitle) \(Figures.amount(waterfall.end)) \(waterfall.unit)."
    }
}
