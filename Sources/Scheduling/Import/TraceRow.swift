/// One row of a file as it was read, before it is known to make sense.
struct TraceRow {
    /// The job's number or name; absent where the format has none.
    var job = FieldRange.absent
    var submit: Int64?
    var start: Int64?
    var end: Int64?
    var duration: Int64?
    var requested = TraceJob.unknown
    /// GPUs or instances; nil where it is not known.
    var gpus: Int64?
    /// Thousandths of each GPU.
    var gpuMilli: Int64 = 1_000
    var profile = TraceJob.none
    var gpuMemoryMiB: Int64 = 0
    var gpuTypes: UInt64 = 0
    var cpuMilli: Int64 = 0
    var memoryMiB: Int64 = 0
    var nodes: Int64 = 0
    var team = TraceJob.none
    var priority: Int64 = 0
    var speedClass: Int32 = 0
    /// Whether the job had not ended when the file was written.
    var isRunning = false
    /// Whether when it could run stands for a submission that is not known.
    var isFromEligible = false
    /// Whether its times are of the calendar, so that those before 1990 are no times.
    var isDated = false
    /// Whether its file says when it was submitted or started.
    var isTimed = false
}
