import Documents

extension ReplaySeries {
    /// The series as CSV: percent of the GPUs, and jobs; times are seconds of the trace.
    package func csv(gpus: Int) -> [UInt8] {
        var text = "time_s,allocated_percent,active_percent,fragmented_percent,waiting,running\n"
        let scale = gpus > 0 ? 100 / Double(gpus) : 0
        for span in spans {
            text += NumberText.fixed(Double(span.start) / 1_000, 3)
            for value in [span.allocatedGPUs * scale, span.activeGPUs * scale, span.fragmentedGPUs * scale] {
                text += "," + NumberText.fixed(value, 4)
            }
            text += "," + NumberText.fixed(span.waiting, 3) + "," + NumberText.fixed(span.running, 3) + "\n"
        }
        return Array(text.utf8)
    }
}

extension ReplayReport {
    /// Waits and slowdowns by team and size as CSV.
    package func groupsCSV() -> [UInt8] {
        var text =
            "group,name,jobs,started,rejected,useful_gpu_hours,mean_wait_s,p50_wait_s,p95_wait_s,p99_wait_s,"
            + "p50_slowdown,p95_slowdown,p99_slowdown\n"
        func field(_ name: String) -> String {
            guard name.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return name }
            return "\"" + name.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
        }
        func number(_ value: Double?) -> String { value.map { NumberText.fixed($0, 3) } ?? "" }
        for (kind, groups) in [("all", [all]), ("team", teams), ("size", sizes)] {
            for group in groups {
                let cells = [
                    kind, field(group.name), String(group.jobs), String(group.started), String(group.rejected),
                    number(group.usefulGPUHours), number(group.wait?.mean), number(group.wait?.p50),
                    number(group.wait?.p95), number(group.wait?.p99), number(group.slowdown?.p50),
                    number(group.slowdown?.p95), number(group.slowdown?.p99),
                ]
                text += cells.joined(separator: ",") + "\n"
            }
        }
        return Array(text.utf8)
    }
}
