import Cost
import Documents
import Estate
import Probability
import Study

/// In how many draws a workload misses its tail-latency objective: where it was put, and wherever it may stand.
///
/// Eligibility is judged at the expected inputs; this says what that leaves open.
struct LatencyRisk: Sendable {
    var workload: String
    var objective: Double
    /// Share of draws in which the 99th percentile is above the objective on the chosen platform.
    var byChoice: Double
    /// Share in which it is above on every platform that nothing else excludes.
    var everywhere: Double

    /// Draws that are looked at.
    static let draws = 16_384

    /// Nothing without an objective, without a measured latency, or without a platform it could be judged on.
    init?(_ preparation: Preparation, _ pricer: Pricer, workload position: Int, on chosen: Int) {
        let workload = preparation.study.workloads[position]
        guard let objective = workload.needs.latencyP99Milliseconds,
            let key = workload.needs.measuredP99Milliseconds?.key, let latency = pricer.model.input(key)
        else { return nil }
        let platforms = preparation.study.platforms
        let open = platforms.indices.filter { platform in
            preparation.eligibility[position][platform].rejections.allSatisfy { $0.code == "latency" }
        }
        guard open.contains(chosen) else { return nil }
        let terms = open.map { platform -> (speed: Double, overhead: Int?, interference: Int?) in
            let terms = platforms[platform]
            let speed = if case .held(_, _, let speed) = preparation.shares[position][platform] { speed } else { 0.0 }
            return (
                speed, workload.overhead[terms.model].flatMap { pricer.model.input($0.key) },
                terms.model.sharesGPU ? pricer.model.input(terms.interference.key) : nil
            )
        }
        let count = min(LatencyRisk.draws, pricer.table.count)
        guard count > 0 else { return nil }
        var (missed, missedEverywhere) = (0, 0)
        for draw in 0..<count {
            let base = pricer.table.value(latency, draw: draw)
            var isMet = false
            for (place, term) in zip(open, terms) {
                let overhead = term.overhead.map { pricer.table.value($0, draw: draw) } ?? 0
                let neighbours = term.interference.map { pricer.table.value($0, draw: draw) } ?? 0
                let isAbove = !(base * (1 + overhead) * (1 + neighbours) <= objective * term.speed)
                if !isAbove { isMet = true }
                if place == chosen, isAbove { missed += 1 }
            }
            if !isMet { missedEverywhere += 1 }
        }
        self.workload = workload.name
        self.objective = objective
        byChoice = Double(missed) / Double(count)
        everywhere = Double(missedEverywhere) / Double(count)
    }

    /// Whether it is worth a word.
    var isOpen: Bool { byChoice > 0.001 }

    /// For the decision's sentence.
    var caveat: String {
        "\(workload) misses its p99 objective of \(NumberText.plain(objective)) ms in "
            + "\(NumberText.percent(byChoice, 0)) of the draws there"
            + (everywhere > 0.001 ? ", and in \(NumberText.percent(everywhere, 0)) wherever it stands." : ".")
    }
}
