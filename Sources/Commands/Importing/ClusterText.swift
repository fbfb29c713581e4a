import Documents
import Importing

/// Telemetry and traces as tables for people.
enum ClusterText {
    /// How many GPUs and instances a table shows; the file has all.
    private static let shownPlaces = 40

    /// Telemetry: each GPU and instance, sliced GPUs as wholes, teams, and lines for a study.
    static func telemetry(_ telemetry: GPUTelemetry, source: String) -> String {
        var text = "\(source)\n"
        if let window = telemetry.window {
            text += "from \(InstantText.text(window.lowerBound)) to \(InstantText.text(window.upperBound))\n"
        }
        text +=
            "activity is the mean of \(telemetry.metric) (\(telemetry.meaning.activityWords ?? telemetry.meaning.rawValue)); "
        text += "duty is the share of scrapes above \(NumberText.percent(telemetry.threshold))\n\n"
        let hasPods = telemetry.places.contains { $0.allocatedScrapes != nil }
        var places = TextTable(
            header: ["GPU or instance", "scrapes", "missing", "activity", "duty"]
                + (hasPods ? ["allocated", "activity then"] : []),
            alignments: [.left, .right, .right, .right, .right, .right, .right]
        )
        for one in telemetry.places.prefix(shownPlaces) {
            var cells = [
                one.place.words, NumberText.grouped(one.scrapes), one.missing.map(NumberText.grouped) ?? "not known",
                NumberText.percent(one.activity), NumberText.percent(one.duty),
            ]
            if hasPods {
                let share = one.scrapes > 0 ? Double(one.allocatedScrapes ?? 0) / Double(one.scrapes) : 0
                cells += [NumberText.percent(share), one.allocatedActivity.map { NumberText.percent($0) } ?? "-"]
            }
            places.rows.append(cells)
        }
        text += places.render()
        if telemetry.places.count > shownPlaces {
            text += "… and \(NumberText.grouped(telemetry.places.count - shownPlaces)) more, all in the file\n"
        }
        text += "all: activity \(NumberText.percent(telemetry.activity)), duty \(NumberText.percent(telemetry.duty))"
        if let allocated = telemetry.allocatedActivity {
            text += ", activity while allocated \(NumberText.percent(allocated))"
        }
        text += "\n"
        if !telemetry.slicedGPUs.isEmpty { text += "\n" + sliced(telemetry).render() }
        if !telemetry.teams.isEmpty { text += "\n" + teams(telemetry).render() }
        text += "\nFor a study:\n" + telemetry.studyLines(source: source).joined(separator: "\n") + "\n"
        return text
    }

    private static func sliced(_ telemetry: GPUTelemetry) -> TextTable {
        TextTable(
            header: ["GPU in slices", "scrapes", "sliced", "activity by slices", "duty of any"],
            alignments: [.left, .right, .right, .right, .right],
            rows: telemetry.slicedGPUs.prefix(shownPlaces).map {
                [
                    $0.place.words, NumberText.grouped($0.scrapes), NumberText.percent($0.instancedShare),
                    NumberText.percent($0.activity), NumberText.percent($0.duty),
                ]
            }
        )
    }

    private static func teams(_ telemetry: GPUTelemetry) -> TextTable {
        TextTable(
            header: ["team", "pods", "GPU-hours", "a month", "activity", "duty", "shared scrapes"],
            alignments: [.left, .right, .right, .right, .right, .right, .right],
            rows: telemetry.teams.map {
                [
                    $0.name.isEmpty ? "(no namespace)" : $0.name, NumberText.grouped($0.pods),
                    $0.gpuHours.map { NumberText.significant($0, 4) } ?? "not known",
                    telemetry.hoursPerMonth($0).map { NumberText.significant($0, 4) } ?? "not known",
                    NumberText.percent($0.activity), NumberText.percent($0.duty), NumberText.grouped($0.sharedScrapes),
                ]
            }
        )
    }

    /// A trace: what became a job, what was left out and why.
    static func trace(_ trace: ClusterTrace, source: String) -> String {
        var text = "\(source)\n"
        text += "\(counted(trace.pods, "pod")), \(counted(trace.jobs.count, "job")), "
        text +=
            "\(counted(trace.skipped, "pod")) left out; \(counted(trace.censored, "job")) still ran"
        text += trace.knownUntil.map { " at \(InstantText.text($0))" } ?? ""
        text += "\n"
        guard !trace.entries.isEmpty else { return text }
        let table = TextTable(
            header: ["", "pods", "finding", "rule", "such as"],
            alignments: [.left, .right, .left, .left, .left],
            rows: trace.entries.map {
                [
                    $0.finding.isSkipped ? "left out" : "noted", NumberText.grouped($0.count), $0.finding.rawValue,
                    $0.finding.explanation, $0.examples.first ?? "",
                ]
            }
        )
        return text + "\n" + table.render()
    }
}
