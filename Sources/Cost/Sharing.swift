import Estate
import Study

/// How a job holds a GPU under one deployment model.
///
/// The words, once for the whole engine:
/// - *activity* (of a workload) is a share of **time**: of the hours an allocated GPU is held, those in which it runs
///   anything at all (`DCGM_FI_PROF_GR_ENGINE_ACTIVE`).
/// - *compute need* is a share of **space**: of a whole GPU's compute, what the job can use while it is active
///   (`SM_ACTIVE / GR_ENGINE_ACTIVE`). The two multiply and never describe the same loss twice; where only
///   `DCGM_FI_PROF_SM_ACTIVE`, which is their product, is known, state it as activity with a compute need of 1.
/// - A *job-hour* is one job holding its share for an hour. Active job-hours stretch with overhead, interference and
///   slow slices; inactive ones (a person thinking) do not.
/// - A *useful GPU-hour* is the work of one whole reference GPU in a busy hour on bare metal. A workload whose billed
///   hours h were seen at activity a on whole GPUs with stretch k has T = h a / k active job-hours on bare metal and
///   T times its compute need useful GPU-hours, on every platform.
struct Sharing: Sendable {
    enum Rule: Sendable {
        /// One job, one GPU.
        case whole
        /// One job, one MIG instance of a profile.
        case slices([Slice])
        /// One job, one of n equal turns; n is limited by the platform and by memory.
        case timeSlices(maximum: Double)
    }

    /// One MIG profile, as a job meets it.
    struct Slice: Sendable {
        let name: String
        /// The part of a GPU it costs: one over the instances that a GPU holds.
        let gpuShare: Double
        /// Its part of the GPU's compute, never above `gpuShare`.
        let computeShare: Double
        let memoryGiB: Double
    }

    /// What a job holds and how it runs there.
    struct Held {
        /// GPU-hours held a month, in whole GPUs.
        var gpuHours: Double
        /// The part of a GPU that one job holds.
        var gpuShare: Double
        /// Speed while active against a whole GPU, before overhead: 0 to 1.
        var speed: Double
        /// Which profile, or nil.
        var slice: Int?
    }

    let rule: Rule
    /// Memory of the whole GPU.
    let memoryGiB: Double

    init(model: DeploymentModel, gpu: GPUModel, maximumSharesPerGPU: Int) {
        memoryGiB = Double(gpu.memoryFloorMiB) / 1024
        switch model.sharing {
        case .none: rule = .whole
        case .partitioned:
            let options = (try? gpu.migGeometry?.sliceOptions()) ?? []
            rule = .slices(
                options.filter { $0.perGPU > 0 }.map { option in
                    let share = 1 / Double(option.perGPU)
                    return Slice(
                        name: option.profile.name,
                        gpuShare: share,
                        computeShare: min(option.computeShare, share),
                        memoryGiB: Double(option.memoryMiB) / 1024
                    )
                }
            )
        // How an SR-IOV device divides its virtual functions is its own affair: equal turns are the neutral guess.
        case .timeSliced, .virtualFunctions:
            rule = .timeSlices(maximum: Double(max(1, min(maximumSharesPerGPU, 1024))))
        }
    }

    /// Into how many equal turns a GPU is cut: the platform's most, fewer where memory allows fewer, 1 where nothing is.
    @inline(__always)
    func turns(memory: Double) -> Double {
        guard case .timeSlices(let maximum) = rule else { return 1 }
        return max(1, min(maximum, (memoryGiB / max(memory, 1e-6)).rounded(.down)))
    }

    /// The cheapest way to hold a GPU for a demand; the whole GPU where no slice has the memory.
    ///
    /// - Parameters:
    ///   - active: Active job-hours on a whole bare-metal GPU (T).
    ///   - inactive: Job-hours in which the job holds its share and does nothing (I).
    ///   - stretch: (1 + overhead) (1 + interference) of the platform (k).
    ///   - need: Compute need, above 0 to 1.
    ///   - memory: Memory that a job needs on a GPU, GiB.
    /// - Returns: What is held, in whole GPUs.
    @inline(__always)
    func held(active: Double, inactive: Double, stretch: Double, need: Double, memory: Double) -> Held {
        let busy = active * stretch
        switch rule {
        case .whole: return Held(gpuHours: busy + inactive, gpuShare: 1, speed: 1, slice: nil)
        case .slices(let slices):
            var best = Held(gpuHours: .infinity, gpuShare: 1, speed: 1, slice: nil)
            for index in slices.indices where slices[index].memoryGiB >= memory {
                let slice = slices[index]
                let speed = min(1, slice.computeShare / need)
                let hours = (busy / speed + inactive) * slice.gpuShare
                if hours < best.gpuHours {
                    best = Held(gpuHours: hours, gpuShare: slice.gpuShare, speed: speed, slice: index)
                }
            }
            if best.gpuHours == .infinity { best.gpuHours = busy + inactive }
            return best
        case .timeSlices:
            let turns = turns(memory: memory)
            // Turns are of time: whatever a job leaves of the GPU's compute while it runs, nobody else uses. So a
            // share is never below the job's busy part.
            let held = busy + inactive
            let hours = max(held / turns, busy)
            return Held(gpuHours: hours, gpuShare: held > 0 ? hours / held : 1 / turns, speed: 1, slice: nil)
        }
    }

    /// Job-hours of which `gpuHours` are the whole GPUs held, seen at an activity on this platform, with their speed.
    ///
    /// The inverse of `held`: what was observed here costs the same hours when it is priced here.
    func jobs(gpuHours: Double, activity: Double, stretch: Double, need: Double, memory: Double)
        -> (hours: Double, speed: Double)
    {
        switch rule {
        case .whole: return (gpuHours, 1)
        case .slices(let slices):
            var smallest: Int?
            for index in slices.indices where slices[index].memoryGiB >= memory {
                let slice = slices[index]
                let speed = min(1, slice.computeShare / need)
                let hours = gpuHours / slice.gpuShare
                let again = held(
                    active: hours * activity * speed / stretch,
                    inactive: hours * (1 - activity),
                    stretch: stretch,
                    need: need,
                    memory: memory
                )
                if again.slice == index { return (hours, speed) }
                if smallest.map({ slices[$0].gpuShare > slice.gpuShare }) ?? true { smallest = index }
            }
            guard let smallest else { return (gpuHours, 1) }
            return (gpuHours / slices[smallest].gpuShare, min(1, slices[smallest].computeShare / need))
        case .timeSlices:
            let turns = turns(memory: memory)
            return (gpuHours / max(1 / turns, activity), 1)
        }
    }
}
