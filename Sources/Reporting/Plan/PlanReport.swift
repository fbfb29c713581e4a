import Documents
import Estate
package import Scheduling

/// What one level of demand comes to.
package struct PlanLevel: Sendable {
    /// `now`, `p95`.
    package var name: String
    package var demand: [PlanDemand]
    /// Nil where it does not fit.
    package var totals: PlanTotals?
    /// Why it does not fit.
    package var problem: String?

    package init(name: String, demand: [PlanDemand], totals: PlanTotals?, problem: String?) {
        self.name = name
        self.demand = demand
        self.totals = totals
        self.problem = problem
    }

    /// One line of text.
    package var line: String {
        guard let totals else { return "\(name): \(problem ?? "not planned")" }
        return "\(name): \(totals.wholeGPUs) whole and \(totals.slicedGPUs) sliced of \(totals.gpus) GPUs"
    }
}

/// A plan as people read it.
package struct PlanReport: Sendable {
    package var plan: LayoutPlan
    /// What other levels of demand come to.
    package var levels: [PlanLevel]
    /// What was taken for granted.
    package var assumptions: [String]

    package init(plan: LayoutPlan, levels: [PlanLevel] = [], assumptions: [String] = []) {
        self.plan = plan
        self.levels = levels
        self.assumptions = assumptions
    }

    /// Hosts that look alike, with their names as a hostlist.
    struct Look {
        var names: [String]
        /// As it is to be.
        let host: PlannedHost
        /// As it stands.
        let present: PlannedHost?

        /// The names, short.
        var title: String { (try? Hostlist(names: names).description) ?? names.joined(separator: ", ") }
    }

    /// The hosts, those with one picture once.
    var looks: [Look] {
        struct Key: Hashable {
            let target: [PlannedGPU]
            let present: [PlannedGPU]?
        }
        func plain(_ host: PlannedHost) -> [PlannedGPU] {
            host.gpus.map { gpu in
                var one = gpu
                (one.uuid, one.pciBusID, one.team, one.numaNode) = (nil, nil, nil, nil)
                if case .mig(var instances) = one.mode {
                    for index in instances.indices { instances[index].team = nil }
                    one.mode = .mig(instances)
                }
                return one
            }
        }
        var looks: [Look] = []
        var indexOf: [Key: Int] = [:]
        for (index, host) in plan.hosts.enumerated() {
            let present = plan.present.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            let key = Key(target: plain(host), present: present.map(plain))
            if let known = indexOf[key] {
                looks[known].names.append(host.name)
            } else {
                indexOf[key] = looks.count
                looks.append(Look(names: [host.name], host: host, present: present))
            }
        }
        return looks
    }

    /// The most pictures shown.
    static let lookLimit = 24

    /// How long the steps last: one after another, and with all hosts side by side.
    static func seconds(_ steps: [TransitionStep]) -> (inTurn: Double, atOnce: Double) {
        var byHost: [String: Double] = [:]
        for step in steps { byHost[step.host, default: 0] += step.seconds }
        return (byHost.values.sorted().reduce(0, +), byHost.values.max() ?? 0)
    }

    /// Jobs that must end first.
    static func waits(_ steps: [TransitionStep]) -> Int {
        steps.count {
            switch $0.action {
            case .waitForInstance, .waitForGPU: true
            default: false
            }
        }
    }

    /// What it comes to, in one sentence.
    var lead: String {
        let totals = plan.totals
        var parts: [String] = []
        if totals.slicedGPUs > 0 { parts.append("\(NumberText.grouped(totals.slicedGPUs)) sliced") }
        if totals.wholeGPUs > 0 { parts.append("\(NumberText.grouped(totals.wholeGPUs)) whole") }
        let spare = totals.gpus - totals.slicedGPUs - totals.wholeGPUs
        return
            "\(NumberText.grouped(totals.gpus)) GPUs: \(parts.joined(separator: " and ")), \(NumberText.grouped(spare)) spare."
    }

    /// The proof in one sentence; nil without slices.
    var proofLine: String? {
        guard let proof = plan.proof, plan.totals.slicedGPUs > 0 else { return nil }
        let terms = proof.weights.filter { $0.weight > 0 }.map { "\($0.count) x \($0.weight) (\($0.demand))" }
        let charges = proof.charges.map {
            " less \($0.available) x \($0.charge) (\($0.models.joined(separator: ", ")))"
        }
        return "Why not fewer: weigh the instances; no GPU holds more than \(proof.capacity)"
            + "\(charges.isEmpty ? "" : " beyond its charge"). \(terms.joined(separator: " + "))\(charges.joined()) "
            + "over \(proof.capacity), rounded up, is \(proof.bound)."
    }
}
