import Documents
import Estate
import Evidence
import Probability
import Study
import Testing

@testable import Decision

/// Comparisons, profiles and decisions for tests of the class of a job.
enum JobClassFixture {
    static func arm(_ record: String) -> Arm { Arm(label: record, records: [record], files: [], hosts: 1, runs: 5) }

    static func metric(
        _ name: String,
        _ estimate: Double,
        reach: Double = 0,
        verdict: Verdict = .overhead,
        isConfirmatory: Bool = true
    ) -> MetricComparison {
        MetricComparison(
            name: name,
            unit: "s",
            direction: .lower,
            isConfirmatory: isConfirmatory,
            baselineValues: [1, 1, 1, 1, 1],
            otherValues: [1, 1, 1, 1, 1],
            overhead: Effect(
                estimate: estimate,
                low: estimate - reach,
                high: estimate + reach,
                level: 0.95,
                method: "paired t, 5 pairs"
            ),
            verdict: verdict
        )
    }

    static func evidence(
        _ workload: String?,
        _ metrics: [MetricComparison],
        component: Bool = false,
        named: String? = nil,
        profile: JobProfile? = nil,
        model: DeploymentModel = .vmPassthrough,
        id: String = "job",
        confounded: Bool = false
    ) -> ComparedEvidence {
        ComparedEvidence(
            workload: workload,
            model: model,
            isComponent: component,
            metric: named,
            comparison: Comparison(
                baseline: arm("sha256:\(id)-bm"),
                other: arm("sha256:\(id)-vm"),
                metrics: metrics,
                validity: [],
                design: .paired,
                unitOfReplication: .run,
                hostsConfounded: confounded,
                control: .none(have: 3),
                margin: 0.01
            ),
            profile: profile
        )
    }

    /// Evidence that names no workload.
    static func evidence(_ metrics: [MetricComparison], component: Bool = false, profile: JobProfile? = nil)
        -> ComparedEvidence
    {
        evidence(nil, metrics, component: component, profile: profile)
    }

    static func component(_ metrics: MetricComparison..., named: String? = nil, confounded: Bool = false)
        -> ComparedEvidence
    {
        evidence(nil, metrics, component: true, named: named, id: "part", confounded: confounded)
    }

    static func profile(
        _ classes: String...,
        gpu: Double? = nil,
        storage: Double? = nil,
        cpu: Double? = nil,
        model: DeploymentModel? = .bareMetal
    ) -> JobProfile {
        var shares: [JobBound: Double] = [:]
        shares[.gpu] = gpu
        shares[.storage] = storage
        shares[.cpu] = cpu
        return JobProfile(records: ["sha256:profile"], model: model, classes: classes, shares: shares)
    }

    /// A workload whose overhead is the published prior, unless declared.
    static func workload(
        _ name: String = "train",
        _ workloadClass: WorkloadClass = .singleNodeTraining,
        _ nature: JobNature = JobNature(),
        declared: Double? = nil
    ) throws -> Workload {
        var workload = try Fixture.workload(name, workloadClass)
        let key = "workloads.\(name).overhead.vm-passthrough"
        if let declared {
            workload.overhead[.vmPassthrough] = try Fixture.quantity(key, declared)
        } else {
            let prior = try #require(OverheadPrior.distribution(workloadClass, under: .vmPassthrough))
            workload.overhead[.vmPassthrough] = Fixture.quantity(key, prior)
        }
        workload.nature = nature
        return workload
    }

    static func decision(_ workloads: [Workload], _ evidence: [ComparedEvidence]) async throws -> Decided {
        let study = try Fixture.study(
            workloads,
            [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough)],
            hosts: 4
        )
        return Decided(result: try await decide(study: study, evidence: evidence))
    }

    /// A decision with what tests look at in it.
    struct Decided {
        var result: DecisionResult

        func option(_ workload: String) throws -> WorkloadOption {
            let found = try #require(result.workloads.first { $0.name == workload })
            return try #require(found.options.first { $0.model == .vmPassthrough })
        }

        func json() throws -> Value {
            try JSONDocument.parse(text: result.json().pretty(), file: "decision.json")
        }

        func overhead(_ workload: String) throws -> Quantity {
            let found = try #require(result.study.workloads.first { $0.name == workload })
            return try #require(found.overhead[.vmPassthrough])
        }

        func notes(_ words: String) -> [String] { result.notes.filter { $0.contains(words) } }
    }
}
