import Documents
import Scheduling

/// What one node's GPUs and slices held: a lane for each, a bar for each job.
struct GanttChart {
    var id: Markup
    var timeline: NodeTimeline
    /// What a job is called, by its index.
    var jobName: (Int) -> String

    /// The drawing.
    var drawing: Markup {
        let from = timeline.span.lowerBound
        let length = Double(timeline.span.upperBound - from)
        let (unit, scale) = TimeScale.unit(length)
        let axis = Axis(covering: [0, length > 0 ? length / scale : 1], style: .amount(unit: unit))
        var chart = RowChart(
            id: id,
            title: "Node \(timeline.node), its GPUs and slices",
            description: description,
            axis: axis
        )
        var gpu = -1
        for lane in timeline.lanes {
            let held = lane.bars.reduce(0.0) { sum, bar in
                sum + Double(min(bar.end, timeline.span.upperBound) - max(bar.start, from))
            }
            if lane.gpu != gpu { chart.gap(gpu < 0 ? 0 : 6) }
            gpu = lane.gpu
            chart.label(
                "GPU \(lane.gpu), \(lane.name)",
                value: "\(Self.count(lane)), \(NumberText.percent(length > 0 ? held / length : 0, 0)) of the time",
                style: "words"
            )
            chart.track(height: 14) { track in
                for (index, bar) in lane.bars.enumerated() {
                    let start = Double(max(bar.start, from) - from) / scale
                    let end = Double(min(bar.end, timeline.span.upperBound) - from) / scale
                    // Two looks in turn, so that one job is told from the next.
                    track.bar(start, end, .plain(index % 2 == 0 ? "gain" : "total"), inset: 1)
                }
            }
        }
        return chart.drawing()
    }

    private static func count(_ lane: NodeTimeline.Lane) -> String {
        counted(lane.bars.count, "job")
    }

    private var description: String {
        timeline.lanes.map { lane in
            let names = lane.bars.prefix(3).map { jobName($0.job) }.joined(separator: ", ")
            return "GPU \(lane.gpu), \(lane.name): \(Self.count(lane)) (\(names)\(lane.bars.count > 3 ? ", …" : ""))."
        }.joined(separator: " ")
    }
}
