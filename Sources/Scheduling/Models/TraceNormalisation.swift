package import Estate

/// The deployment model under which a trace was recorded: what its durations hold beyond work.
package struct RecordedModel: Sendable, Hashable {
    /// How GPUs reached the jobs.
    package var model: DeploymentModel
    /// What that cost them.
    package var overheads: ModelOverheads
    /// The geometry of the GPUs, where jobs had MIG instances.
    package var geometry: MIGGeometry?

    package init(_ model: DeploymentModel, overheads: ModelOverheads = ModelOverheads(), geometry: MIGGeometry? = nil) {
        self.model = model
        self.overheads = overheads
        self.geometry = geometry
    }
}

/// A trace in bare-metal work: what each job would take on whole GPUs of its own, without hypervisor or start-up.
package struct WorkTrace: Sendable {
    /// The jobs; a duration is bare-metal work, a profile is none, and ``TraceJob/gpuMemoryMiB`` holds what it had.
    package let trace: Trace
    /// What each keeps busy while it works on whole GPUs, in GPUs.
    package let busyGPUs: ContiguousArray<Float>
    /// What each needs of whole GPUs while it runs there, in GPUs: work times this is useful GPU time.
    package let usefulGPUs: ContiguousArray<Float>
    /// The profile that each asked for, an index into the trace's profiles; empty where none did.
    let asked: ContiguousArray<Int32>
    /// The memory that each states beside its profile, in MiB, 0 for none; empty where none asked for a profile.
    let stated: ContiguousArray<Int32>
    /// Work and requested work before they are rounded to milliseconds, where ``asked`` is not empty: a slow slice would
    /// make a job's own length from a rounded one only to within its slowness.
    let exact: ContiguousArray<(work: Double, requested: Double)>
    /// Traits by class.
    package let traits: TraitTable
    /// Jobs that had no time left once the start-up was taken off; their work is counted as 0.
    package let swallowed: Int

    /// Normalises a trace.
    ///
    /// Start-up and the creation of instances come off first, then overhead, then the speed of the slice. A requested
    /// time is scaled with the duration. Work of a job that had a profile which the geometry lacks is what its trace
    /// says: nothing is known of the slice. Neighbours on a time-sliced GPU are not in the trace, so what they cost
    /// stays in the work, as an upper bound.
    ///
    /// - Throws: ``SimulationError`` for overheads that make no sense or a geometry that does not say what is needed.
    package init(_ recorded: Trace, under model: RecordedModel, traits: TraitTable) throws(SimulationError) {
        try model.overheads.check()
        var trace = recorded
        var busy: ContiguousArray<Float> = []
        busy.reserveCapacity(trace.count)
        var useful = busy
        var swallowed = 0
        let asked = trace.profile.contains { $0 != TraceJob.none } ? trace.profile.array : []
        var exact: ContiguousArray<(work: Double, requested: Double)> = []
        let stated = asked.isEmpty ? [] : trace.gpuMemoryMiB.array
        for index in 0..<trace.count {
            var job = trace[index]
            let known = traits.traits(of: job)
            var speed = 1 / model.overheads.stretch
            var before = model.overheads.startUpMilliseconds
            var slice = SliceShare.whole
            if job.profile != TraceJob.none {
                if let found = try Self.profile(of: job, in: trace, model.geometry), let geometry = model.geometry {
                    do {
                        slice = try SliceShare(found, of: geometry)
                    } catch {
                        throw .geometry(error)
                    }
                    job.gpuMemoryMiB = max(job.gpuMemoryMiB, Int32(clamping: found.memoryMiB ?? 0))
                }
                speed *= traits.speeds.speed(known.need, on: slice)
                before += model.overheads.repartitionMilliseconds
                job.profile = TraceJob.none
            }
            if !asked.isEmpty {
                let hasGPU = job.gpus > 0 && job.duration >= 0
                exact.append(
                    hasGPU
                        ? (
                            Double(max(job.duration - before, 0)) * speed,
                            Double(max(job.requested - before, 0)) * speed
                        ) : (Double(max(job.duration, 0)), Double(max(job.requested, 0)))
                )
            }
            if job.gpus > 0, job.duration >= 0 {
                if job.duration > 0, job.duration <= before { swallowed += 1 }
                job.duration = Self.scaled(job.duration - before, speed)
                if job.requested != TraceJob.unknown { job.requested = Self.scaled(job.requested - before, speed) }
            }
            let gpus = Float(max(job.gpus, 0))
            let share = Float(min(max(job.gpuMilli, 0), 1_000)) / 1_000
            let isStated = traits.isStated(job)
            busy.append(gpus * (isStated ? Float(known.activity) : share))
            useful.append(gpus * (isStated ? Float(known.need.total) : share))
            trace[index] = job
        }
        self.trace = trace
        busyGPUs = busy
        usefulGPUs = useful
        self.asked = asked
        self.stated = stated
        self.exact = exact
        self.traits = traits
        self.swallowed = swallowed
    }

    /// Useful GPU-hours of all jobs.
    package var usefulGPUHours: Double {
        zip(trace.duration, usefulGPUs).reduce(0) { $0 + Double(max($1.0, 0)) * Double($1.1) } / 3_600_000
    }

    private static func profile(
        of job: TraceJob,
        in trace: Trace,
        _ geometry: MIGGeometry?
    ) throws(SimulationError) -> MIGProfile? {
        guard trace.profiles.indices.contains(Int(job.profile)) else { return nil }
        let name = trace.profiles[Int(job.profile)]
        guard let geometry else {
            throw .option("the trace has MIG profile '\(name)', so say which GPU it was recorded on")
        }
        return geometry.profiles.first { $0.name == name }
    }

    /// Time at another speed, at least 0, to the nearest millisecond.
    static func scaled(_ time: Int64, _ factor: Double) -> Int64 {
        scaled(Double(max(time, 0)), factor)
    }

    /// The same of a time that is no whole number of milliseconds.
    static func scaled(_ time: Double, _ factor: Double) -> Int64 {
        let product = (max(time, 0) * factor).rounded()
        return product < 0x1p60 ? Int64(product) : 1 << 60
    }
}
