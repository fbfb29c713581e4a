import Estate
import Probability
package import Scheduling
package import Study

/// What a study's workloads want of slices and whole GPUs at once, for `assay plan`.
package enum LayoutDemand {
    /// Demands with where they are from.
    package struct Levels: Sendable {
        /// What was counted: a sentence.
        package var source: String
        /// What runs at the end of the trace; nil without one.
        package var now: [PlanDemand]?
        /// By percentile, as asked for.
        package var percentiles: [(percent: Double, demand: [PlanDemand])]
        /// What a reader should know.
        package var notes: [String]
    }

    /// The demand of a study: of its trace where it has one, else from what its workloads state.
    ///
    /// - Throws: ``DecisionError`` where trace and study do not go together.
    package static func levels(
        _ study: Study,
        trace: RecordedTrace?,
        percentiles: [Double]
    ) throws(DecisionError) -> Levels {
        let shape = study.estate.shape
        guard let trace, let terms = study.trace else {
            return try stated(study, percentiles)
        }
        let work = try TracedWork(trace, terms, study)
        let traits = study.workloads.indices.map { workload in
            JobTraits(
                need: SliceSpeedModel.standard.split(work.jobs[workload].activity * work.jobs[workload].need),
                leastSpeed: study.workloads[workload].leastSpeed?.distribution.mean ?? 0.5,
                activity: work.jobs[workload].activity
            )
        }
        do {
            let counted = try ConcurrentDemand(
                work.trace,
                teams: study.workloads.map(\.name),
                traits: TraitTable(classes: traits),
                geometry: shape.gpu.migGeometry,
                gpusPerHost: shape.gpusPerHost
            )
            return Levels(
                source: "jobs of \(trace.file) that run at once if nobody waits, on bare metal",
                now: counted.now,
                percentiles: percentiles.map { ($0, counted.demand(at: $0)) },
                notes: work.notes + [
                    "\(counted.sliced) jobs of \(trace.file) are given a slice, \(counted.whole) whole GPUs: the cheapest slice "
                        + "with a job's memory on which it keeps its workload's least speed."
                ]
            )
        } catch {
            throw .trace("\(trace.file): \(error)")
        }
    }

    /// From GPU-hours a month: the mean, and the mean times the ratio of peak to mean for every percentile above 50.
    private static func stated(_ study: Study, _ percentiles: [Double]) throws(DecisionError) -> Levels {
        let shape = study.estate.shape
        func demand(_ isPeak: Bool) throws(DecisionError) -> [PlanDemand] {
            var rows: [PlanDemand] = []
            for workload in study.workloads {
                let activity = min(max(workload.activity.distribution.mean, 0), 1)
                let need = min(max(workload.computeNeed.distribution.mean, 1e-6), 1)
                let memory = min(max(workload.memoryGiB.distribution.mean * 1_024, 1), 1e9)
                let job = TraceJob(
                    id: 0,
                    submit: 0,
                    duration: 1,
                    gpus: Int32(clamping: workload.gpusPerJob),
                    gpuMemoryMiB: Int32(clamping: Int(memory))
                )
                let traits = JobTraits(
                    need: SliceSpeedModel.standard.split(activity * need),
                    leastSpeed: workload.leastSpeed?.distribution.mean ?? 0.5,
                    activity: activity
                )
                let wish: SliceWish.Wish
                do {
                    wish = try SliceWish(shape.gpu.migGeometry).wish(
                        job,
                        named: nil,
                        traits,
                        gpusPerHost: shape.gpusPerHost
                    )
                } catch {
                    throw .trace(error.description)
                }
                let hoursPerMonth = 730.0
                let peak = isPeak ? max(workload.peakToMean.distribution.mean, 1) : 1
                let jobs =
                    workload.gpuHoursPerMonth.distribution.mean / hoursPerMonth / Double(max(workload.gpusPerJob, 1))
                    * peak / wish.speed
                guard jobs.isFinite, jobs > 0 else { continue }
                let count = Int(min(jobs.rounded(.up), 1e6)) * wish.count
                rows.append(PlanDemand(wish.unit, count: count, team: workload.name))
            }
            return rows
        }
        var levels: [(percent: Double, demand: [PlanDemand])] = []
        for percent in percentiles { levels.append((percent, try demand(percent > 50))) }
        return Levels(
            source: "GPU-hours a month that the study states",
            now: nil,
            percentiles: levels,
            notes: [
                "The study has no trace: up to the 50th percentile its mean demand is planned for, beyond it the mean times "
                    + "'peak_to_mean'."
            ]
        )
    }
}
