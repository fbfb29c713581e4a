package import Documents

/// Holds what a trace says ran at once against what the cluster has.
///
/// Published tables have demanded a third more GPUs of a type than there were; a replay of such a trace on that cluster
/// says nothing about the waits that people saw.
package enum SupplyAudit {
    /// What is wrong, in sentences; empty when nothing is, or when the trace does not say when jobs started.
    package static func check(_ imported: ImportedTrace, against cluster: ClusterDescription) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        let trace = imported.trace
        if let peak = peak(imported, where: { _ in true }) {
            let supply = Int64(clamping: cluster.gpuCount)
            if peak.milliGPUs > Scan.saturating(supply, 1_000, 0) {
                findings.append(
                    Diagnostic(
                        .warning,
                        "by its own account the trace ran \(text(peak.milliGPUs)) GPUs at once "
                            + "(\(text(peak.time)) s into it), and the estate has \(supply)"
                    )
                )
            }
        }
        guard case .nodes(let groups) = cluster else { return findings }
        for (index, name) in trace.gpuTypes.enumerated() {
            var supply: Int64 = 0
            for group in groups where group.gpuType == name {
                supply = Scan.saturating(Int64(clamping: group.count), Int64(clamping: group.gpus), supply)
            }
            // Only jobs that accept no other type count against it.
            let mask = UInt64(1) << UInt64(index)
            guard supply > 0, let peak = peak(imported, where: { trace.gpuTypeMask[$0] == mask }),
                peak.milliGPUs > Scan.saturating(supply, 1_000, 0)
            else { continue }
            findings.append(
                Diagnostic(
                    .warning,
                    "by its own account the trace ran \(text(peak.milliGPUs)) GPUs of type \(quoted(name)) at once "
                        + "(\(text(peak.time)) s into it), and the estate has \(supply)"
                )
            )
        }
        return findings
    }

    private static func text(_ thousandths: Int64) -> String {
        NumberText.plain(Double(thousandths) / 1_000)
    }

    /// The most that ran at once, in thousandths of GPUs, and when, in milliseconds; nil when starts are not known.
    private static func peak(
        _ imported: ImportedTrace,
        where included: (Int) -> Bool
    ) -> (milliGPUs: Int64, time: Int64)? {
        let trace = imported.trace
        // An event in one number, ends before starts of the same instant, so that sorting is by one key.
        var events: [(time: Int64, change: Int64)] = []
        for job in 0..<trace.count {
            let start = imported.recordedStart[job]
            // The size of a slice depends on the GPU, so slices cannot be counted here.
            guard start != TraceJob.unknown, trace.gpus[job] > 0, trace.profile[job] == TraceJob.none, included(job),
                trace.duration[job] > 0
            else { continue }
            let size = Int64(trace.gpus[job]) * Int64(trace.gpuMilli[job])
            events.append((start, size))
            events.append((Scan.saturating(start, 1, trace.duration[job]), -size))
        }
        guard !events.isEmpty else { return nil }
        events.sort { ($0.time, $0.change) < ($1.time, $1.change) }
        var (now, most, when): (Int64, Int64, Int64) = (0, 0, 0)
        for event in events {
            now += event.change
            if now > most { (most, when) = (now, event.time) }
        }
        return (most, when)
    }
}
