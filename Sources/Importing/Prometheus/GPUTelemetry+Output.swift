package import Documents

extension GPUTelemetry {
    /// The columns of ``csv``.
    private static let columns = [
        "host", "gpu", "uuid", "model", "instance", "profile", "metric", "threshold", "first", "last", "interval_s",
        "scrapes", "missing", "invalid", "coverage", "activity", "duty", "allocated_scrapes", "allocated_activity",
        "compute_share",
    ]

    /// The other means that a place may have, in the order of columns.
    private static let others: [GPUMeaning] = [
        .engineActive, .utilisation, .multiprocessorActive, .occupancy, .tensorActive, .memoryActive, .memoryUsed,
        .power,
    ]

    /// A table with a line for each GPU and instance: shares are 0 to 1, cells that are not known are empty.
    package var csv: String {
        let shown = Self.others.filter { meaning in places.contains { $0.means[meaning] != nil } }
        let hasMost = places.contains { $0.mostMemoryMiB != nil }
        let header =
            Self.columns + shown.map { "mean_\($0.rawValue)" }
            + (hasMost ? ["most_\(GPUMeaning.memoryUsed.rawValue)"] : [])
        var text = header.joined(separator: ",") + "\n"
        for one in places {
            var cells = [
                one.place.host, one.place.index, one.place.uuid, one.model, one.place.instance, one.place.profile,
                metric,
                NumberText.plain(threshold), one.span.map { InstantText.text($0.lowerBound) } ?? "",
                one.span.map { InstantText.text($0.upperBound) } ?? "", Self.cell(one.intervalSeconds),
                String(one.scrapes), one.missing.map(String.init) ?? "", String(one.invalid), Self.cell(one.coverage),
                Self.cell(one.activity), Self.cell(one.duty), one.allocatedScrapes.map(String.init) ?? "",
                Self.cell(one.allocatedActivity), Self.cell(one.computeShare),
            ]
            cells += shown.map { Self.cell(one.means[$0]) }
            if hasMost { cells.append(Self.cell(one.mostMemoryMiB)) }
            text += cells.map(Self.quotedCell).joined(separator: ",") + "\n"
        }
        return text
    }

    private static func cell(_ number: Double?) -> String { number.map { NumberText.significant($0, 6) } ?? "" }

    private static func quotedCell(_ text: String) -> String {
        let clean = String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control })
        )
        let guarded = clean.first.map { "=+@".contains($0) } ?? false ? "_" + clean : clean
        guard guarded.contains(where: { ",\"".contains($0) }) else { return guarded }
        return "\"" + guarded.replacing("\"", with: "\"\"") + "\""
    }

    /// The same with the sliced GPUs, the teams, and what must be known to read it; `source` says where it is from.
    package func json(source: String) -> JSON {
        .fields([
            "schema": "assay-telemetry/1",
            "source": .string(source),
            "metric": .string(metric),
            "metric_says": meaning.activityWords.map { .string($0) },
            "threshold": .number(threshold),
            "from": window.map { .string(InstantText.text($0.lowerBound)) },
            "to": window.map { .string(InstantText.text($0.upperBound)) },
            "scrapes": .integer(scrapes),
            "activity": .number(activity),
            "duty": .number(duty),
            "allocated_activity": JSON.finite(allocatedActivity),
            "places": .array(places.map(Self.json)),
            "sliced_gpus": .array(slicedGPUs.map(Self.json)),
            "teams": .array(teams.map(json)),
            "study": .array(studyLines(source: source).map { .string($0) }),
            "notes": .array(
                notes.map { .fields(["severity": .string($0.severity.rawValue), "message": .string($0.message)]) }
            ),
        ])
    }

    private static func json(_ one: Place) -> JSON {
        .fields([
            "host": text(one.place.host), "gpu": text(one.place.index), "uuid": text(one.place.uuid),
            "model": text(one.model), "instance": text(one.place.instance), "profile": text(one.place.profile),
            "from": one.span.map { .string(InstantText.text($0.lowerBound)) },
            "to": one.span.map { .string(InstantText.text($0.upperBound)) },
            "interval_s": JSON.finite(one.intervalSeconds),
            "scrapes": .integer(one.scrapes),
            "missing_scrapes": one.missing.map { .integer($0) },
            "invalid_scrapes": .integer(one.invalid),
            "coverage": JSON.finite(one.coverage),
            "activity": .number(one.activity),
            "duty": .number(one.duty),
            "allocated_scrapes": one.allocatedScrapes.map { .integer($0) },
            "allocated_activity": JSON.finite(one.allocatedActivity),
            "compute_share": JSON.finite(one.computeShare),
            "means": .object(
                others.compactMap { meaning in
                    JSON.finite(one.means[meaning]).map { JSONMember(meaning.rawValue, $0) }
                }
            ),
            "most_memory_used_mib": JSON.finite(one.mostMemoryMiB),
            "counter_resets": .integer(one.counterResets),
        ])
    }

    private static func json(_ one: SlicedGPU) -> JSON {
        .fields([
            "host": text(one.place.host), "gpu": text(one.place.index), "uuid": text(one.place.uuid),
            "model": text(one.model),
            "scrapes": .integer(one.scrapes), "activity": .number(one.activity), "duty": .number(one.duty),
            "instanced_share": .number(one.instancedShare),
        ])
    }

    private func json(_ one: Team) -> JSON {
        .fields([
            "name": .string(one.name), "gpu_hours": JSON.finite(one.gpuHours),
            "gpu_hours_per_month": JSON.finite(hoursPerMonth(one)),
            "activity": .number(one.activity), "duty": .number(one.duty), "scrapes": .integer(one.scrapes),
            "shared_scrapes": .integer(one.sharedScrapes), "pods": .integer(one.pods),
        ])
    }

    private static func text(_ text: String) -> JSON? { text.isEmpty ? nil : .string(text) }

    /// A team's GPU-hours for a month of 730 hours, if it went on as in the window; nil without times.
    package func hoursPerMonth(_ team: Team) -> Double? {
        guard let hours = team.gpuHours, let window, window.upperBound > window.lowerBound else { return nil }
        return hours * 730 / (Double(window.upperBound - window.lowerBound) / 3_600_000)
    }

    /// Lines for a study's `workloads`: what was observed, with its source; the class of the work is the reader's to say.
    package func studyLines(source: String) -> [String] {
        guard !teams.isEmpty else {
            return ["activity: \(number(activity, source))", "activity_metric: \(scalar(metric))"]
        }
        var lines = ["workloads:"]
        for team in teams {
            lines.append("  - name: \(scalar(team.name.isEmpty ? "unnamed" : team.name))")
            lines.append("    # class: what the work is, such as batch-inference, is not in the metrics")
            if let hours = hoursPerMonth(team) {
                lines.append("    gpu_hours_per_month: \(NumberText.significant(hours, 4))")
            }
            lines.append("    activity: \(number(team.activity, source))")
            if meaning == .multiprocessorActive { lines.append("    compute_need: 1") }
            lines.append("    activity_metric: \(scalar(metric))")
        }
        return lines
    }

    private func number(_ share: Double, _ source: String) -> String {
        let date = window.map { ", date: " + InstantText.date($0.upperBound) } ?? ""
        return "{value: \(NumberText.fixed(share, 4)), source: \(scalar(source))\(date)}"
    }

    /// Text as YAML reads it back whatever it holds: in double quotes, as JSON writes them.
    private func scalar(_ text: String) -> String {
        guard let json = try? JSON.string(text).canonical() else { return "\"\"" }
        return String(decoding: json, as: UTF8.self)
    }
}
