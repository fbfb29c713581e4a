/// What a job asks of one node, without its host memory: jobs of one request are alike to every placement policy.
package struct NodeRequest: Sendable, Hashable {
    /// CPU in thousandths of a processor, at least 0.
    package let cpuMilli: Int64
    /// GPUs; 0 for a CPU job.
    package let gpus: Int
    /// Thousandths of each GPU: 1,000 for whole ones, 1...999 only for a single GPU, 0 without GPUs.
    package let gpuMilli: Int
    /// GPU types that will do, one bit per name in ``Trace/gpuTypes``; 0 for any, and without GPUs.
    package let types: UInt64

    /// Makes a request; nil where the numbers make no sense or it is not for GPUs or shares of them.
    ///
    /// More than 1,000 thousandths count as 1,000, as in the preparation of the openb trace.
    package init?(cpuMilli: Int64, gpus: Int, gpuMilli: Int, types: UInt64 = 0) {
        guard cpuMilli >= 0, (0...64).contains(gpus) else { return nil }
        self.cpuMilli = cpuMilli
        self.gpus = gpus
        if gpus == 0 {
            self.gpuMilli = 0
            self.types = 0
        } else {
            guard gpuMilli > 0, gpus == 1 || gpuMilli >= 1_000 else { return nil }
            self.gpuMilli = min(gpuMilli, 1_000)
            self.types = types
        }
    }

    /// The request of a job; nil for one that asks for a MIG profile or for something that makes no sense.
    package init?(_ job: TraceJob) {
        guard job.profile == TraceJob.none else { return nil }
        self.init(
            cpuMilli: Int64(job.cpuMilli),
            gpus: Int(job.gpus),
            gpuMilli: Int(job.gpuMilli),
            types: job.gpuTypes
        )
    }

    /// Whether it shares one GPU with others.
    package var isShare: Bool { gpuMilli > 0 && gpuMilli < 1_000 }

    /// Thousandths of GPUs in all.
    package var totalMilli: Int { gpus * gpuMilli }

    /// What GPU clustering keeps together: shares, and whole GPUs by their number; bit 0 for shares, 0 without GPUs.
    var affinity: UInt64 {
        if gpus == 0 { return 0 }
        return isShare ? 1 : 1 << UInt64(min(gpus, 63))
    }
}
