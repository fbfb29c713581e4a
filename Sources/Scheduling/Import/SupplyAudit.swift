package import Documents

/// Holds what a trace asks for against what the cluster has.
///
/// Published tables have demanded a third more GPUs of a type than there were; a replay of such a trace on that cluster
/// says nothing about the waits that people saw. Where the trace says when jobs started, what ran at once counts; else what
/// its jobs ask for on average between the first submission and the last; where no job leaves, all that they ask for.
package enum SupplyAudit {
    /// What is wrong, in sentences; empty when nothing is.
    ///
    /// - Parameters:
    ///   - imported: the trace.
    ///   - cluster: what it is to be replayed on.
    ///   - departures: whether jobs leave when they end.
    ///   - priced: the jobs as a deployment model makes them, in step with the trace; without it they are as they stand.
    ///   - saysWaits: whether more demand than supply is said to make waits grow: that depends on the model.
    /// - Returns: a warning for each thing of which more is asked than there is.
    package static func check(
        _ imported: ImportedTrace,
        against cluster: ClusterDescription,
        departures: Bool = true,
        priced: Trace? = nil,
        saysWaits: Bool = true
    ) -> [Diagnostic] {
        let trace = imported.trace
        var findings: [Diagnostic] = []
        func hold(_ supply: Int64, of type: String, where included: (Int) -> Bool) {
            if let sentence = excess(imported, priced, supply, departures, saysWaits, of: type, where: included) {
                findings.append(Diagnostic(.warning, sentence))
            }
        }
        hold(Int64(clamping: cluster.gpuCount), of: "") { _ in true }
        guard case .nodes(let groups) = cluster else { return findings }
        for (index, name) in trace.gpuTypes.enumerated() {
            var supply: Int64 = 0
            for group in groups where group.gpuType == name {
                supply = Scan.saturating(Int64(clamping: group.count), Int64(clamping: group.gpus), supply)
            }
            // Only jobs that accept no other type count against it.
            let mask = UInt64(1) << UInt64(index)
            if supply > 0 { hold(supply, of: " of type \(quoted(name))") { trace.gpuTypeMask[$0] == mask } }
        }
        return findings
    }

    /// In what some jobs ask for more than there is; nil where they do not.
    private static func excess(
        _ imported: ImportedTrace,
        _ priced: Trace?,
        _ supply: Int64,
        _ departures: Bool,
        _ saysWaits: Bool,
        of type: String,
        where included: (Int) -> Bool
    ) -> String? {
        let limit = Scan.saturating(supply, 1_000, 0)
        guard departures else {
            let asked = asked(imported.trace, where: included)
            return asked > limit
                ? "its jobs ask for \(text(asked)) GPUs\(type) in all, and the estate has \(supply): not all can be placed"
                : nil
        }
        if let peak = peak(imported, where: included) {
            guard peak.milliGPUs > limit else { return nil }
            return "by its own account the trace ran \(text(peak.milliGPUs)) GPUs\(type) at once "
                + "(\(text(peak.time)) s into it), and the estate has \(supply)"
        }
        let jobs = priced ?? imported.trace
        guard let offered = offered(jobs, where: included), offered > Double(limit) / 1_000 else {
            return nil
        }
        return
            "between its first submission and its last its jobs ask for \(NumberText.significant(offered, 4)) GPUs\(type) on "
            + "average, and the estate has \(supply)\(saysWaits ? ": waits grow for as long as it lasts" : "")"
    }

    /// GPUs that jobs ask for in all, in thousandths; the size of a slice depends on the GPU, so slices do not count.
    private static func asked(_ trace: Trace, where included: (Int) -> Bool) -> Int64 {
        var total: Int64 = 0
        for job in 0..<trace.count where trace.gpus[job] > 0 && trace.profile[job] == TraceJob.none && included(job) {
            total = Scan.saturating(Int64(trace.gpus[job]), Int64(max(trace.gpuMilli[job], 0)), total)
        }
        return total
    }

    /// GPU time that jobs ask for over the time in which they come, in GPUs.
    ///
    /// Nil of fewer than a hundred jobs, or where they come within ten times their mean length: such a burst is no demand.
    private static func offered(_ trace: Trace, where included: (Int) -> Bool) -> Double? {
        guard let first = trace.submit.first, let last = trace.submit.last, last > first else { return nil }
        var total = 0.0
        var (jobs, length) = (0.0, 0.0)
        for job in 0..<trace.count where trace.gpus[job] > 0 && trace.profile[job] == TraceJob.none && included(job) {
            jobs += 1
            length += Double(max(trace.duration[job], 0))
            total +=
                Double(max(trace.duration[job], 0)) * Double(trace.gpus[job]) * Double(max(trace.gpuMilli[job], 0))
                / 1_000
        }
        let span = Double(last - first)
        return jobs >= 100 && span >= 10 * length / jobs ? total / span : nil
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
