package import Estate
package import Scheduling
package import Study

/// What was decided for one workload.
package struct WorkloadDecision: Sendable {
    package var name: String
    package var model: DeploymentModel
    /// Share of the draws in which the cheapest eligible assignment of all workloads puts this one there.
    package var probability: Estimated
    /// Expected cost of the best assignment that keeps this workload there, above the best of the draw.
    package var regretPerMonth: Estimated
    package var flipPoints: [FlipPoint]
    package var options: [WorkloadOption]
    /// The representative job: hours today and on the chosen model, when the study states them.
    package var job: JobTime?
    /// Its jobs in the study's trace; nil without one.
    package var jobs: JobSelector?

    /// Makes one from its parts.
    package init(
        name: String,
        model: DeploymentModel,
        probability: Estimated,
        regretPerMonth: Estimated,
        flipPoints: [FlipPoint],
        options: [WorkloadOption],
        job: JobTime? = nil,
        jobs: JobSelector? = nil
    ) {
        self.name = name
        self.model = model
        self.probability = probability
        self.regretPerMonth = regretPerMonth
        self.flipPoints = flipPoints
        self.options = options
        self.job = job
        self.jobs = jobs
    }
}

/// One deployment model for one workload.
package struct WorkloadOption: Sendable {
    package var model: DeploymentModel
    /// Why it cannot be; empty when it is eligible.
    package var rejections: [Rejection]
    /// Cost with the workload there minus without it, the others as chosen; absent when rejected.
    package var marginalCostPerMonth: Spread?
    package var probability: Estimated?
    /// Overhead against bare metal, as a share.
    package var overhead: Spread
    package var overheadProvenance: Provenance
    /// What a job gets: `whole GPU`, `2g.20gb`, `1 of 4 time slices`.
    package var share: String

    /// Makes one from its parts.
    package init(
        model: DeploymentModel,
        rejections: [Rejection],
        marginalCostPerMonth: Spread? = nil,
        probability: Estimated? = nil,
        overhead: Spread,
        overheadProvenance: Provenance,
        share: String
    ) {
        self.model = model
        self.rejections = rejections
        self.marginalCostPerMonth = marginalCostPerMonth
        self.probability = probability
        self.overhead = overhead
        self.overheadProvenance = overheadProvenance
        self.share = share
    }
}

/// Why a deployment model cannot serve a workload.
package struct Rejection: Sendable, Hashable {
    /// A stable code: `latency`, `tenancy`, `residency`, `rdma`, `live-migration`, `snapshots`, `memory`, `gang`,
    /// `serving`.
    package var code: String
    /// The key of the study, within the workload, whose change lifts it; nil where the code says it.
    package var key: String?
    package var sentence: String

    package init(code: String, key: String? = nil, sentence: String) {
        self.code = code
        self.key = key
        self.sentence = sentence
    }
}

/// The representative job before and after.
package struct JobTime: Sendable {
    package var hoursToday: Double
    package var hoursChosen: Spread
    /// GPU-hours a month that the change frees.
    package var freedGPUHoursPerMonth: Spread

    /// Makes one from its parts.
    package init(
        hoursToday: Double,
        hoursChosen: Spread,
        freedGPUHoursPerMonth: Spread
    ) {
        self.hoursToday = hoursToday
        self.hoursChosen = hoursChosen
        self.freedGPUHoursPerMonth = freedGPUHoursPerMonth
    }
}
