import Estate

/// What a study knows of a workload's jobs: enough to take a recorded trace to bare metal, and from there under a model.
package struct WorkloadTerms: Sendable, Hashable {
    /// The part of their time on bare metal in which they work.
    package var activity: Double
    /// The part of a GPU that they can use while they work.
    package var need: Double
    /// The least speed, relative to a whole GPU, at which they take a part of one.
    package var leastSpeed: Double
    /// GPU memory of a job that states none, in MiB.
    package var memoryMiB: Int32
    /// Time on bare metal over the time that the trace says, start-up and slices aside.
    package var bareMetalShare: Double

    package init(activity: Double, need: Double, leastSpeed: Double, memoryMiB: Int32, bareMetalShare: Double) {
        self.activity = activity
        self.need = need
        self.leastSpeed = leastSpeed
        self.memoryMiB = memoryMiB
        self.bareMetalShare = bareMetalShare
    }

    /// Time held under an overhead over time held on bare metal.
    ///
    /// Only work stretches: time in which a job has a GPU and does nothing takes as long as before.
    package func stretch(_ overhead: Double) -> Double {
        activity * max(1 + overhead, 0.1) + 1 - activity
    }

    /// What a job needs, by the time that it holds under an overhead.
    package func traits(_ overhead: Double) -> JobTraits {
        let active = activity * max(1 + overhead, 0.1) / stretch(overhead)
        return JobTraits(
            need: SliceSpeedModel.standard.split(active * need),
            leastSpeed: leastSpeed,
            activity: active
        )
    }
}

/// The jobs of workloads in bare-metal work.
package struct NormalisedJobs: Sendable {
    /// The jobs; ``TraceJob/speedClass`` is the workload's position.
    package let trace: Trace
    /// Jobs that named a type of GPU, which is not asked any more.
    package let typed: Int
    /// Jobs that stated no GPU memory, and have their workload's.
    package let unknownMemory: Int
    /// Jobs that were shorter than the start-up they were recorded with.
    package let swallowed: Int

    /// Takes jobs to bare metal: start-up and slices come off first, then each workload's own overhead on the part of its time
    /// in which it works.
    ///
    /// - Parameters:
    ///   - jobs: a trace whose ``TraceJob/speedClass`` is the position of the workload.
    ///   - workloads: what is known of each.
    ///   - recorded: what the trace was recorded under; its overhead is in ``WorkloadTerms/bareMetalShare``.
    /// - Throws: ``SimulationError``, as ``WorkTrace``.
    package init(
        _ jobs: Trace,
        _ workloads: [WorkloadTerms],
        under recorded: RecordedModel
    ) throws(SimulationError) {
        var own = jobs
        var (typed, unknownMemory) = (0, 0)
        for index in 0..<own.count {
            var one = own[index]
            if one.gpuTypes != 0 { typed += 1 }
            one.gpuTypes = 0
            one.cpuMilli = 0
            one.memoryMiB = 0
            one.priority = 0
            if one.gpuMemoryMiB <= 0 {
                unknownMemory += 1
                one.gpuMemoryMiB = workloads[Int(one.speedClass)].memoryMiB
            }
            own[index] = one
        }
        own.gpuTypes = []
        let traits = workloads.map {
            JobTraits(
                need: SliceSpeedModel.standard.split($0.activity * $0.need),
                leastSpeed: 1,
                activity: $0.activity
            )
        }
        let work = try WorkTrace(own, under: recorded, traits: TraitTable(classes: traits))
        var trace = work.trace
        for index in 0..<trace.count {
            var one = trace[index]
            let share = workloads[Int(one.speedClass)].bareMetalShare
            one.duration = WorkTrace.scaled(one.duration, share)
            one.requested = TraceJob.unknown
            trace[index] = one
        }
        self.trace = trace
        self.typed = typed
        self.unknownMemory = unknownMemory
        swallowed = work.swallowed
    }

    /// The jobs as long as they hold what they are given.
    ///
    /// - Parameter factors: by workload, how many times as long as on bare metal.
    /// - Returns: the jobs in the same order.
    package func stretched(_ factors: [Double]) -> Trace {
        var stretched = trace
        for index in 0..<stretched.count {
            var one = stretched[index]
            one.duration = WorkTrace.scaled(one.duration, factors[Int(one.speedClass)])
            stretched[index] = one
        }
        return stretched
    }
}
