import Cost
import Estate
import Evidence
import Study

/// A study made ready to decide: evidence in place of priors, compiled, every constraint judged.
struct Preparation: Sendable {
    let study: Study
    let model: CostModel
    /// By workload, then platform.
    let shares: [[WorkloadShare]]
    let eligibility: [[Eligibility]]
    let space: AssignmentSpace
    let notes: [String]
    /// What was predicted from records, for the report.
    let scales: [ScaleUse]
    let servings: [ServingUse]
    /// The replays behind sizes and idle hours; nil for a study without a trace.
    let replay: StudyReplay?

    /// - Throws: When there is nothing to decide, or nothing is eligible for a workload.
    init(_ study: Study, evidence: [ComparedEvidence], trace: RecordedTrace? = nil) throws(DecisionError) {
        guard !study.workloads.isEmpty else { throw .nothingToDecide("workload") }
        guard !study.platforms.isEmpty else { throw .nothingToDecide("platform") }
        guard study.workloads.count <= 64 else { throw .tooManyWorkloads(study.workloads.count) }
        var resolved = ResolvedStudy(study, evidence: evidence)
        let replay = try StudyReplay.of(resolved.study, trace)
        if let replay { resolved.study = replay.study }
        let model: CostModel
        do throws(CostModelError) {
            model = try CostModel(study: resolved.study, replay: replay?.demand)
        } catch {
            throw .cost(error.description)
        }
        self.replay = replay
        let workloads = resolved.study.workloads
        let platforms = resolved.study.platforms
        let shares = workloads.indices.map { workload in
            platforms.indices.map { model.share(workload: workload, platform: $0) }
        }
        let eligibility = workloads.indices.map { workload in
            platforms.indices.map { platform in
                Eligibility(
                    workload: workloads[workload],
                    platform: platforms[platform],
                    share: shares[workload][platform],
                    serving: resolved.servings.first {
                        $0.workload == workloads[workload].name && $0.model == platforms[platform].model
                    }
                )
            }
        }
        var eligible: [[Int]] = []
        for workload in workloads.indices {
            let allowed = platforms.indices.filter { eligibility[workload][$0].isEligible }
            guard !allowed.isEmpty else {
                throw .nothingEligible(
                    workload: workloads[workload].name,
                    rejections: platforms.indices.map {
                        .init(model: platforms[$0].model, rejections: eligibility[workload][$0].rejections)
                    }
                )
            }
            eligible.append(allowed)
        }
        self.study = resolved.study
        scales = resolved.scales
        servings = resolved.servings
        self.model = model
        self.shares = shares
        self.eligibility = eligibility
        space = AssignmentSpace(eligible: eligible, today: model.todayAssignment)
        notes = resolved.notes + (replay.map { ReplayFacts($0).sentences } ?? []) + Preparation.trustNotes(eligibility)
    }

    /// What eligible models were trusted with, each once.
    private static func trustNotes(_ eligibility: [[Eligibility]]) -> [String] {
        var seen: Set<String> = []
        return eligibility.flatMap { $0 }.filter(\.isEligible).flatMap(\.notes).filter { seen.insert($0).inserted }
    }

    /// The models that an assignment names.
    func models(_ assignment: [Int]) -> [DeploymentModel] {
        assignment.map { model.platforms[$0] }
    }
}
