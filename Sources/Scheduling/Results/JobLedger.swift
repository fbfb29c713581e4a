/// What each job of a replay is worth, in step with the trace that was replayed.
///
/// A deployment model changes how long a job holds what it was given, never the work that it does: that stands here.
package struct JobLedger: Sendable {
    /// How long each works on a whole GPU, or on all the GPUs it asks for, on bare metal, in milliseconds.
    package var work: ContiguousArray<Int64>
    /// How long each holds its GPUs before it works, in milliseconds: boot and the creation of its instances.
    package var inactive: ContiguousArray<Int64>
    /// What each keeps busy while it works, in GPUs of the reference model: useful GPU-hours are this times work.
    package var busyGPUs: ContiguousArray<Float>

    /// Takes the columns as they are; they must have one length.
    package init(work: ContiguousArray<Int64>, inactive: ContiguousArray<Int64>, busyGPUs: ContiguousArray<Float>) {
        self.work = work
        self.inactive = inactive
        self.busyGPUs = busyGPUs
    }

    /// Of a trace that is replayed as it stands: its durations are bare-metal work, its sizes what jobs keep busy.
    ///
    /// - Parameters:
    ///   - trace: the jobs.
    ///   - result: of its replay, which knows what part of a GPU a profile is.
    ///   - startUpMilliseconds: what stood before each job's work.
    package init(_ trace: Trace, _ result: SimulationResult, startUpMilliseconds: Int64 = 0) {
        work = trace.duration
        inactive = ContiguousArray(repeating: startUpMilliseconds, count: trace.count)
        busyGPUs = ContiguousArray(
            (0..<trace.count).map { job in
                if trace.profile[job] != TraceJob.none, result.gpuEquivalents.indices.contains(job) {
                    return result.gpuEquivalents[job]
                }
                return Float(max(trace.gpus[job], 0)) * Float(max(trace.gpuMilli[job], 0)) / 1_000
            }
        )
    }
}
