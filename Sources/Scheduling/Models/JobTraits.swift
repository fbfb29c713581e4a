/// What is known of a class of jobs beyond its trace: what it needs of a GPU, and how slow a part may make it.
package struct JobTraits: Sendable, Hashable {
    /// What it needs of one whole GPU.
    package var need: JobNeed
    /// The least speed, relative to a whole GPU, at which it may be given a part of one; above 1: never a part.
    package var leastSpeed: Double
    /// The part of its time in which it has work on a whole GPU (engine activity), at least ``JobNeed/total``, at most 1.
    ///
    /// A turn on a time-sliced GPU is the whole GPU's, however little of it the work fills; so this is what neighbours
    /// must wait for.
    package let activity: Double

    package init(need: JobNeed, leastSpeed: Double, activity: Double? = nil) {
        self.need = need
        self.leastSpeed = leastSpeed
        self.activity = min(max(activity ?? need.total, need.total), 1)
    }

    /// What a job is taken to need of a GPU where nothing says: the middle of the 32 training jobs that MISO measured.
    ///
    /// From their 2g speeds (3g where 2g is too small) by ``SliceSpeedModel/need(speed:on:)``: median 0.45, and eight in
    /// ten lie between 0.08 and 0.83, which is a speed of 0.51 to 0.91 on half of the memory and three of seven compute slices.
    package static let usualNeed = 0.45

    /// Of a class of which nothing is known: it needs what is usual, accepts half the speed, and leaves neighbours no turn.
    package static let unknown = JobTraits(
        need: SliceSpeedModel.standard.split(usualNeed),
        leastSpeed: 0.5,
        activity: 1
    )
}

/// Traits by class of the trace, and the speed model that goes with them.
package struct TraitTable: Sendable, Hashable {
    /// By ``TraceJob/speedClass``; classes beyond have ``JobTraits/unknown``.
    package var classes: [JobTraits]
    /// Speeds on slices.
    package var speeds: SliceSpeedModel

    package init(classes: [JobTraits] = [], speeds: SliceSpeedModel = .standard) {
        self.classes = classes
        self.speeds = speeds
    }

    /// Whether a job's need is ``JobTraits/unknown``'s and nothing that its trace or its class states.
    func isAssumed(_ job: TraceJob) -> Bool { traits(of: job) == .unknown }

    /// Whether the class of a job says what it needs.
    func isStated(_ job: TraceJob) -> Bool {
        classes.indices.contains(Int(job.speedClass)) && classes[Int(job.speedClass)] != .unknown
    }

    /// The traits of a job; a share that its trace states stands for its need where its class has none.
    func traits(of job: TraceJob) -> JobTraits {
        if isStated(job) { return classes[Int(job.speedClass)] }
        guard job.gpus == 1, job.gpuMilli > 0, job.gpuMilli < 1_000 else { return .unknown }
        return JobTraits(need: speeds.split(Double(job.gpuMilli) / 1_000), leastSpeed: JobTraits.unknown.leastSpeed)
    }
}
