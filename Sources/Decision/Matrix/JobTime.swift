import Cost
import Documents
import Estate
import Probability
import Study

extension JobTime {
    /// Hours of a workload's representative job on another model, and the GPU-hours that the change frees.
    ///
    /// On bare metal the job takes today's hours over 1 + today's overhead; elsewhere that times 1 + the overhead there,
    /// over the speed of its share of a GPU. The workload's billed hours shrink as the job does, and by its share.
    ///
    /// - Parameters:
    ///   - workload: The workload; nothing when it states no job.
    ///   - model: The model the job goes to.
    ///   - share: What it gets there.
    init?(workload: Workload, on model: DeploymentModel, share: WorkloadShare) {
        guard let hours = workload.jobHours?.distribution.mean, hours > 0, hours.isFinite,
            case .held(_, let gpuShare, let speed) = share, speed > 0
        else { return nil }
        let there = workload.overhead[model]?.distribution
        let here = workload.overhead[workload.observedOn]?.distribution
        /// Today's overhead and the one on the chosen model, both at the same end of what is believed.
        func ratio(_ here: Double, _ there: Double) -> Double {
            model == workload.observedOn ? 1 : (1 + there) / (1 + here) / speed
        }
        // Best case: much is lost today and little there; the two beliefs are of different platforms.
        let best = ratio(here?.p90 ?? 0, there?.p10 ?? 0)
        let middle = ratio(here?.p50 ?? 0, there?.p50 ?? 0)
        let worst = ratio(here?.p10 ?? 0, there?.p90 ?? 0)
        let mean = ratio(here?.mean ?? 0, there?.mean ?? 0)
        let billed = workload.gpuHoursPerMonth.distribution.mean
        func freed(_ ratio: Double) -> Double {
            model == workload.observedOn ? 0 : billed * (1 - ratio * gpuShare)
        }
        self.init(
            hoursToday: hours,
            hoursChosen: Spread(p10: hours * best, p50: hours * middle, p90: hours * worst, mean: hours * mean),
            freedGPUHoursPerMonth: Spread(
                p10: freed(worst),
                p50: freed(middle),
                p90: freed(best),
                mean: freed(mean)
            )
        )
    }
}

/// What overhead a job would need for bare metal to bring it under the next whole hour.
struct NextWholeHour {
    /// Hours of the job today and on bare metal.
    var today: Double
    var onBareMetal: Double
    /// The whole hour below the time on bare metal, and the overhead of today's platform that would lead to it.
    var target: Double
    var overheadNeeded: Double

    /// Nothing where there is no whole hour below.
    init?(hours: Double, overhead: Double) {
        guard hours.isFinite, overhead.isFinite, overhead > -1, hours > 0 else { return nil }
        today = hours
        onBareMetal = hours / (1 + overhead)
        target = (onBareMetal - 1e-9).rounded(.down)
        guard target >= 1 else { return nil }
        overheadNeeded = hours / target - 1
    }

    /// Two clauses: `The job of 9 hours takes 8.1 hours on bare metal; under 8 hours would need …`.
    var sentence: String {
        "The job of \(NumberText.plain(today)) hours takes \(NumberText.fixed(onBareMetal, 1)) hours on bare metal; under "
            + "\(NumberText.plain(target)) hours would need an overhead above \(NumberText.percent(overheadNeeded, 1)) "
            + "today."
    }
}
