/// What each job of a replay is worth, in step with the trace that was replayed.
///
/// A deployment model changes how long a job holds what it was given, never the work that it does: that stands here.
package struct JobLedger: Sendable {
    /// How long each works on a whole GPU, or on all the GPUs it asks for, on bare metal, in milliseconds.
    package var work: ContiguousArray<Int64>
    /// How long each holds its GPUs before it works, in milliseconds: boot and the creation of its instances.
    package var inactive: ContiguousArray<Int64>
    /// What each keeps busy while it runs, in GPUs of the reference model.
    package var busyGPUs: ContiguousArray<Float>
    /// What each needs of GPUs of the reference model while it runs: useful GPU-hours are this times work.
    package var usefulGPUs: ContiguousArray<Float>

    /// Takes the columns as they are; they must have one length.
    ///
    /// - Parameters:
    ///   - work: by job.
    ///   - inactive: by job.
    ///   - busyGPUs: by job.
    ///   - usefulGPUs: by job; without it what is busy is useful.
    package init(
        work: ContiguousArray<Int64>,
        inactive: ContiguousArray<Int64>,
        busyGPUs: ContiguousArray<Float>,
        usefulGPUs: ContiguousArray<Float>? = nil
    ) {
        self.work = work
        self.inactive = inactive
        self.busyGPUs = busyGPUs
        self.usefulGPUs = usefulGPUs ?? busyGPUs
    }

    /// Of a trace that is replayed as it stands: its durations are bare-metal work, its sizes what jobs keep busy.
    ///
    /// - Parameters:
    ///   - trace: the jobs.
    ///   - result: of its replay, which knows what part of a GPU a profile is, and how long each held it: what it held
    ///     beyond its duration stood before its work (start-up, the creation of instances).
    ///   - startUpMilliseconds: what stood before the work of a job that never ended.
    package init(_ trace: Trace, _ result: SimulationResult, startUpMilliseconds: Int64 = 0) {
        work = trace.duration
        inactive = ContiguousArray(
            trace.duration.indices.map { job in
                guard result.end.indices.contains(job), result.end[job] != SimulationResult.never else {
                    return startUpMilliseconds
                }
                return max(result.end[job] - result.start[job] - max(trace.duration[job], 0), 0)
            }
        )
        busyGPUs = ContiguousArray(
            (0..<trace.count).map { job in
                if trace.profile[job] != TraceJob.none, result.gpuEquivalents.indices.contains(job) {
                    return result.gpuEquivalents[job]
                }
                return Float(max(trace.gpus[job], 0)) * Float(max(trace.gpuMilli[job], 0)) / 1_000
            }
        )
        usefulGPUs = busyGPUs
    }
}
