import Documents
import Scheduling

/// Waits as distributions: the curve of all jobs, then a row for each team and size.
struct WaitsChart {
    var id: Markup
    var report: ReplayReport
    /// How many teams are shown, those with the most useful GPU-hours first.
    static let teamLimit = 12

    /// The curve: what share of the jobs waited at most so long.
    var curve: Markup {
        let waits = report.waitPercentiles
        // The last hundredth would press all others against the axis.
        let longest = waits.count > 99 ? waits[99] : waits.last ?? 0
        let (axis, scale) = Self.axis(longest)
        var chart = RowChart(
            id: "\(id)-curve",
            title: "How many jobs waited at most so long",
            description: Self.words(report.all),
            axis: axis
        )
        chart.label(
            "Jobs that had started after, from 0 to 100 %",
            value: report.all.wait.map { "median \(TimeScale.words($0.p50))" } ?? ""
        )
        chart.track(height: 110) { track in
            // A step at each percentage: that many jobs had started.
            var points: [(x: Double, low: Double, high: Double)] = []
            for (percent, wait) in waits.enumerated() {
                let x = wait * 1_000 / scale
                if let last = points.last { points.append((min(x, axis.high), 0, last.high)) }
                // What lies beyond the axis is not drawn at its end.
                if x > axis.high { break }
                points.append((x, 0, Double(percent) / 100))
            }
            // Where nobody waited, all had started from the first moment on.
            if longest <= 0, let last = points.last { points.append((1, 0, last.high)) }
            track.area(points, style: "gain")
            if let wait = report.all.wait {
                // Grey on the area would not be seen: ink on a rim of paper stands out from both.
                track.rule(wait.p95 * 1_000 / scale, style: "rim")
                track.rule(wait.p95 * 1_000 / scale, style: "over dashed")
            }
        }
        return chart.drawing()
    }

    /// The rows: a bar from the median to the 95th percentile, a line on to the 99th.
    var groups: Markup {
        let rows = shown
        let longest = rows.compactMap { $0.wait?.p99 }.max() ?? 0
        let (axis, scale) = Self.axis(longest)
        var chart = RowChart(
            id: "\(id)-groups",
            title: "Waits by team and size",
            description: rows.map(Self.words).joined(separator: " "),
            axis: axis
        )
        for group in rows {
            guard let wait = group.wait else { continue }
            chart.label(
                group.name,
                value: "\(TimeScale.words(wait.p50)), \(TimeScale.words(wait.p95)), \(TimeScale.words(wait.p99))"
            )
            chart.track { track in
                track.interval(wait.p95 * 1_000 / scale, wait.p99 * 1_000 / scale)
                track.bar(wait.p50 * 1_000 / scale, wait.p95 * 1_000 / scale, .plain("gain"), inset: 5)
                track.mark(wait.p50 * 1_000 / scale, .disc)
            }
        }
        return chart.drawing()
    }

    /// The axis up to a wait in seconds, and the milliseconds of its unit; up to a second where nobody waited.
    private static func axis(_ longest: Double) -> (axis: Axis, scale: Double) {
        let (unit, scale) = TimeScale.unit(max(longest, 1) * 1_000)
        let end = longest > 0 ? longest * 1_000 / scale : 1
        return (Axis(covering: [0, end], style: .amount(unit: "\(unit) of waiting")), scale)
    }

    private var shown: [ReplayReport.Group] {
        let teams = report.teams.enumerated().sorted {
            ($1.element.usefulGPUHours, $0.offset) < ($0.element.usefulGPUHours, $1.offset)
        }
        return ([report.all] + teams.prefix(Self.teamLimit).map(\.element) + report.sizes).filter { $0.wait != nil }
    }

    private static func words(_ group: ReplayReport.Group) -> String {
        guard let wait = group.wait else { return "\(group.name): none started." }
        return
            "\(group.name): half of \(NumberText.grouped(wait.count)) jobs waited at most \(TimeScale.words(wait.p50)), "
            + "95 % at most \(TimeScale.words(wait.p95)), 99 % at most \(TimeScale.words(wait.p99))."
    }
}
