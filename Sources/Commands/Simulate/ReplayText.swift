import Documents
import Estate
import Scheduling

/// What `assay simulate` prints for people, and the audit as JSON.
enum ReplayText {
    static func audit(_ imported: ImportedTrace, file: String, supply: [Diagnostic]) -> String {
        let audit = imported.audit
        var text =
            "\(file): \(imported.format.rawValue), \(counted(audit.rows, "row")), "
            + "\(counted(audit.jobs, "job")), \(counted(audit.skipped, "row")) left out\n"
        var table = TextTable(header: ["", "rows", "what", "first lines"], alignments: [.left, .right, .left, .left])
        for entry in audit.entries {
            table.rows.append([
                entry.finding.disposition.rawValue, NumberText.grouped(entry.count), entry.finding.explanation,
                entry.lines.map(String.init).joined(separator: ", ") + (entry.count > entry.lines.count ? ", …" : ""),
            ])
        }
        if !table.rows.isEmpty { text += "\n" + table.render() }
        for diagnostic in supply { text += "\n\(diagnostic.description)" }
        return text + (supply.isEmpty ? "" : "\n")
    }

    static func auditJSON(_ imported: ImportedTrace, supply: [Diagnostic]) -> JSON {
        let audit = imported.audit
        return .object([
            JSONMember("format", .string(imported.format.rawValue)), JSONMember("bytes", .integer(audit.bytes)),
            JSONMember("rows", .integer(audit.rows)), JSONMember("jobs", .integer(audit.jobs)),
            JSONMember("skipped", .integer(audit.skipped)),
            JSONMember(
                "findings",
                .array(
                    audit.entries.map { entry in
                        .object([
                            JSONMember("finding", .string(entry.finding.code)),
                            JSONMember("disposition", .string(entry.finding.disposition.rawValue)),
                            JSONMember("rows", .integer(entry.count)),
                            JSONMember("first_lines", .array(entry.lines.map(JSON.integer))),
                            JSONMember("explanation", .string(entry.finding.explanation)),
                        ])
                    }
                )
            ),
            JSONMember("supply", .array(supply.map { .string($0.message) })),
        ])
    }

    /// A member of `--json` with notes on the command line; none without them.
    static func members(of notes: [Diagnostic]) -> [JSONMember] {
        notes.isEmpty ? [] : [JSONMember("notes", .array(notes.map { .string($0.message) }))]
    }

    static func summary(_ summary: ReplaySummary, parsing: Double) -> String {
        var rows: [[String]] = [
            ["GPUs", NumberText.grouped(summary.gpus)], ["jobs", NumberText.grouped(summary.jobs)],
        ]
        func add(_ name: String, _ value: Double?, _ text: (Double) -> String) {
            if let value { rows.append([name, text(value)]) }
        }
        if summary.makespan != nil { rows.append(["completed", NumberText.grouped(summary.completed)]) }
        if summary.arrivedShare != nil { rows.append(["placed", NumberText.grouped(summary.started)]) }
        if summary.lost > 0 { rows.append(["lost: did not fit on arrival", NumberText.grouped(summary.lost)]) }
        for (reason, count) in summary.rejected {
            rows.append(["rejected: \(reason.explanation)", NumberText.grouped(count)])
        }
        add("wait, mean", summary.meanWait, duration)
        add("wait, median", summary.medianWait, duration)
        add("wait, p95", summary.p95Wait, duration)
        add("wait, p99", summary.p99Wait, duration)
        add("wait, longest", summary.maximumWait, duration)
        add("from first submission to last end", summary.makespan, duration)
        add("arrived", summary.arrivedShare) { NumberText.percent($0) }
        add("allocated", summary.allocatedShare) { NumberText.percent($0) }
        add("active", summary.activeShare) { NumberText.percent($0) }
        add("fragmented", summary.fragmentedShare) { NumberText.percent($0) }
        if summary.held > 0 { rows.append(["held back by a quota", NumberText.grouped(summary.held)]) }
        if summary.repartitions > 0 {
            rows.append(["MIG instances created", NumberText.grouped(summary.repartitions)])
        }
        if summary.backfilled > 0 {
            rows.append(["started early by backfill", NumberText.grouped(summary.backfilled)])
        }
        rows.append([
            "read, replayed",
            "\(NumberText.significant(parsing, 2)) s, \(NumberText.significant(summary.seconds, 2)) s",
        ])
        return TextTable(header: [], alignments: [.left, .right], rows: rows).render()
    }

    /// The table of a sweep; `hasTimes` says whether jobs leave.
    static func sweep(_ cells: [SweepCell], keys: [String], hasTimes: Bool) -> String {
        var table = TextTable(
            header: keys + (hasTimes ? ["completed", "mean wait", "p99 wait", "makespan"] : ["placed"])
                + ["rejected", "allocated", "fragmented", "seconds"]
        )
        table.alignments = Array(repeating: .left, count: keys.count) + Array(repeating: .right, count: 8)
        table.rows = cells.map(\.row)
        return table.render()
    }

    /// The row of one replay of a sweep.
    static func row(_ setting: ReplaySetting, _ summary: ReplaySummary, keys: [String]) -> [String] {
        let rejected = summary.rejected.reduce(0) { $0 + $1.count }
        let times =
            summary.makespan.map { makespan in
                [
                    NumberText.grouped(summary.completed), summary.meanWait.map(duration) ?? "-",
                    summary.p99Wait.map(duration) ?? "-", duration(makespan),
                ]
            } ?? [NumberText.grouped(summary.started)]
        return keys.map { setting.value(of: $0) } + times + [
            NumberText.grouped(rejected), NumberText.percent(summary.allocatedShare),
            NumberText.percent(summary.fragmentedShare), NumberText.significant(summary.seconds, 2),
        ]
    }

    /// Seconds as people read them: `12.3 s`, `4.5 h`, `3.2 d`.
    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(NumberText.fixed(seconds, 1)) s"
        case ..<7_200: "\(NumberText.fixed(seconds / 60, 1)) min"
        case ..<172_800: "\(NumberText.fixed(seconds / 3_600, 1)) h"
        default: "\(NumberText.grouped(seconds / 86_400, 1)) d"
        }
    }
}

extension ReplaySetting {
    /// A key of a sweep as text.
    func value(of key: String) -> String {
        switch key {
        case "queue": queue
        case "place": placement.rawValue
        case "gpus": gpus.map(String.init) ?? "-"
        case "model": model?.rawValue ?? "mixed"
        case "seed": String(seed)
        default: "\(queue), \(placement.rawValue)"
        }
    }
}
