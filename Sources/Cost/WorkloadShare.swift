import Documents
import Estate
import Study

/// What one job of a workload gets on a platform, at the expected inputs.
package enum WorkloadShare: Sendable, Hashable {
    /// A part of a GPU: in words (`whole GPU`, `2g.20gb`, `1 of 4 time slices`), as a share of a GPU, and its speed while
    /// active against a whole GPU, before overhead.
    case held(text: String, gpuShare: Double, speed: Double)
    /// Nothing fits: one clause that says why.
    case none(reason: String)
}

extension CostModel {
    /// What a job of a workload gets on a platform; workload and platform by position.
    package func share(workload: Int, platform: Int) -> WorkloadShare {
        guard demand.indices.contains(workload), terms.indices.contains(platform) else {
            return .none(reason: "there is no such workload or platform")
        }
        let slab = CostSlab(self, .expected(self), 0..<1)
        let sharing = terms[platform].sharing
        let input = demand[workload]
        let memory = slab.lanes(input.memory, 0, Bounds.count)
        let gpu = study.estate.shape.gpu.name
        guard memory <= sharing.memoryGiB else {
            return .none(
                reason: "a job needs \(NumberText.significant(memory, 3)) GiB on one GPU and \(gpu) has "
                    + "\(NumberText.significant(sharing.memoryGiB, 3))"
            )
        }
        let at = workload * platforms.count + platform
        let held = sharing.held(
            active: slab.active[workload],
            inactive: slab.inactive[workload],
            stretch: slab.stretch[at],
            need: slab.lanes(input.need, 0, Bounds.computeNeed),
            memory: memory
        )
        switch sharing.rule {
        case .whole: return .held(text: "whole GPU", gpuShare: 1, speed: 1)
        case .timeSlices:
            let turns = sharing.turns(memory: memory)
            let text = turns > 1 ? "1 of \(Bounds.integer(turns)) time slices" : "whole GPU"
            return .held(text: text, gpuShare: held.gpuShare, speed: 1)
        case .slices(let slices):
            guard let slice = held.slice else {
                let why =
                    slices.isEmpty
                    ? "no MIG profile of \(gpu) is known"
                    : "no MIG profile of \(gpu) has \(NumberText.significant(memory, 3)) GiB"
                return .none(reason: why)
            }
            return .held(text: slices[slice].name, gpuShare: held.gpuShare, speed: held.speed)
        }
    }
}
