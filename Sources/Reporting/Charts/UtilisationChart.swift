import Documents
import Scheduling

/// The estate over time: what worked, what was allocated and idle, what was left over on GPUs in part use.
struct UtilisationChart {
    var id: Markup
    var report: ReplayReport

    /// The drawing: shares of the GPUs above, jobs that waited beneath.
    var drawing: Markup {
        let spans = report.series.spans
        let (unit, scale) = TimeScale.unit(Double(spans.count) * Double(report.series.spanMilliseconds))
        let from = spans.first?.start ?? 0
        func x(_ index: Int) -> Double {
            Double(spans[index].start - from) / scale + Double(report.series.spanMilliseconds) / 2 / scale
        }
        let axis = Axis(
            // Up to a second where nothing took any time.
            covering: [0, report.makespanSeconds > 0 ? Double(report.makespanSeconds) * 1_000 / scale : 1],
            style: .amount(unit: "\(unit) from the first submission")
        )
        var chart = RowChart(id: id, title: "Utilisation over time", description: description, axis: axis)
        let gpus = Double(max(report.gpus, 1))
        chart.label("GPUs, from 0 to 100 %", value: "\(NumberText.percent(report.allocatedShare)) allocated")
        chart.track(height: 150) { track in
            func area(_ low: (ReplaySeries.Span) -> Double, _ high: (ReplaySeries.Span) -> Double, _ style: Markup) {
                track.area(
                    spans.indices.map { (x($0), low(spans[$0]) / gpus, high(spans[$0]) / gpus) },
                    style: style
                )
            }
            area({ _ in 0 }, { $0.activeGPUs }, "gain")
            area({ $0.activeGPUs }, { $0.allocatedGPUs }, "band")
            area({ $0.allocatedGPUs }, { $0.allocatedGPUs + $0.fragmentedGPUs }, "total")
        }
        let most = spans.map(\.waiting).max() ?? 0
        chart.label("Jobs that waited, from 0 to \(NumberText.grouped(most.rounded(.up)))")
        chart.track(height: 60) { track in
            track.area(
                spans.indices.map { (x($0), 0, spans[$0].waiting / max(most.rounded(.up), 1)) },
                style: "gain"
            )
        }
        return chart.drawing()
    }

    private var description: String {
        let spans = report.series.spans
        let peak = spans.map(\.allocatedGPUs).max() ?? 0
        let queue = spans.map(\.waiting).max() ?? 0
        return
            "Of \(NumberText.grouped(report.gpus)) GPUs, \(NumberText.percent(report.allocatedShare)) were allocated on "
            + "average, \(NumberText.percent(report.activeShare)) worked and "
            + "\(NumberText.percent(report.fragmentedShare)) stood idle on GPUs of which a part was in use. The most in one "
            + "span was \(NumberText.grouped(peak, 1)) GPUs; the longest queue \(NumberText.grouped(queue, 1)) jobs."
    }
}

/// The unit that suits a length of time.
enum TimeScale {
    /// Its name, and how many milliseconds it has.
    static func unit(_ milliseconds: Double) -> (name: String, scale: Double) {
        switch milliseconds {
        case ..<300_000: ("seconds", 1_000)
        case ..<18_000_000: ("minutes", 60_000)
        case ..<432_000_000: ("hours", 3_600_000)
        default: ("days", 86_400_000)
        }
    }

    /// Seconds as people read them: `12.3 s`, `4.5 h`, `3.2 d`.
    static func words(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(NumberText.fixed(seconds, 1)) s"
        case ..<7_200: "\(NumberText.fixed(seconds / 60, 1)) min"
        case ..<172_800: "\(NumberText.fixed(seconds / 3_600, 1)) h"
        default: "\(NumberText.grouped(seconds / 86_400, 1)) d"
        }
    }
}
