/// What is known of a class of jobs beyond its trace: what it needs of a GPU, and how slow a part may make it.
package struct JobTraits: Sendable, Hashable {
    /// What it needs of one whole GPU.
    package var need: JobNeed
    /// The least speed, relative to a whole GPU, at which it may be given a part of one; above 1: never a part.
    package var leastSpeed: Double
    /// The part of its time in which it has work on a whole GPU (engine activity), at least ``JobNeed/total``, at most 1.
    ///
    /// A turn on a time-sliced GPU is the whole GPU's, however little of it the work fills; so this is what neighbours
    /// must wait for, and what useful GPU-hours count.
    package let activity: Double

    package init(need: JobNeed, leastSpeed: Double, activity: Double? = nil) {
        self.need = need
        self.leastSpeed = leastSpeed
        self.activity = min(max(activity ?? need.total, need.total), 1)
    }

    /// Of a class of which nothing is known: it needs all of a GPU and accepts half the speed.
    package static let unknown = JobTraits(need: SliceSpeedModel.standard.split(1), leastSpeed: 0.5)
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

    /// The traits of a job; a share that its trace states stands for its need where its class has none.
    func traits(of job: TraceJob) -> JobTraits {
        if classes.indices.contains(Int(job.speedClass)) { return classes[Int(job.speedClass)] }
        guard job.gpus == 1, job.gpuMilli > 0, job.gpuMilli < 1_000 else { return .unknown }
        return JobTraits(need: speeds.split(Double(job.gpuMilli) / 1_000), leastSpeed: JobTraits.unknown.leastSpeed)
    }
}
