package import Documents
package import Estate
package import Evidence

/// Why the records of a pair's runs make no record of an arm.
package enum PairRecordError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A metric is defined in two ways.
    case metricDiffers(String)
    /// The record cannot be written.
    case writing(JSONWritingError)
    /// There is no run of that arm.
    case empty

    package var description: String {
        switch self {
        case .metricDiffers(let name):
            "the metric \(quoted(name)) has another unit or direction in another run; measure with the same command"
        case .writing(let error): "the record of an arm cannot be written: \(error)"
        case .empty: "no pair was completed"
        }
    }
}

/// The two records of a pair: the runs of each arm, labelled with the pair and the block that they belong to.
package struct PairRecords: Sendable {
    /// The record of each arm: of the local machine and the remote one, or of the two models of a crossover.
    package let arms: [Record]

    /// What is said of each arm.
    package struct Labels: Sendable, Hashable {
        /// The deployment model of each arm, where it was declared.
        package var declared: [DeploymentModel?]
        /// The name by which the remote machine was called.
        package var remoteName: String
        /// What made the records.
        package var tool: Record.Tool
        /// When, in the form of RFC 3339.
        package var created: String
        /// The identifier of the plan.
        package var plan: String

        /// What is said.
        package init(
            declared: [DeploymentModel?],
            remoteName: String,
            tool: Record.Tool,
            created: String,
            plan: String
        ) {
            self.declared = declared
            self.remoteName = remoteName
            self.tool = tool
            self.created = created
            self.plan = plan
        }
    }

    /// Joins the records of the runs that are done.
    ///
    /// `records` are by place in the plan. Runs are dated by this machine's clock, which both arms share. A machine is
    /// named once, whatever it calls itself in its second model; two that call themselves alike are told apart.
    package init(
        _ plan: PairPlan,
        _ state: PairState,
        records: [Int: Record],
        labels: Labels
    ) throws(PairRecordError) {
        let done = plan.slots.compactMap { slot in
            state.finished[slot.index] == nil ? nil : records[slot.index].map { (slot: slot, record: $0) }
        }
        var names: [PairSide: String] = [:]
        for side in PairSide.allCases {
            names[side] = done.first { $0.slot.side == side }?.record.hosts.first?.id ?? side.rawValue
        }
        let boots = PairSide.allCases.map { side in
            done.first { $0.slot.side == side }?.record.hosts.first?.boots.first?.id
        }
        if names[.local] == names[.remote], boots[0] != boots[1] {
            names[.remote, default: ""] += " (\(labels.remoteName))"
        }
        let leftOut = Self.countersNotInAll(done.map(\.record))
        var gaps = Self.gaps(plan, state)
        if !leftOut.isEmpty {
            gaps.append(
                "\(leftOut.joined(separator: ", ")) \(leftOut.count == 1 ? "is" : "are") not in every run of the pair (0, or too "
                    + "little to see), so no ratio can be formed, and left out."
            )
        }
        var arms: [Record] = []
        for arm in 0...1 {
            var builder = ArmBuilder(leftOut: Set(leftOut))
            for (slot, record) in done where slot.arm == arm {
                let name = names[slot.side] ?? slot.side.rawValue
                try builder.add(record, slot, host: name, started: state.started[slot.index])
            }
            arms.append(
                try builder.record(
                    declared: labels.declared.indices.contains(arm) ? labels.declared[arm] : nil,
                    labels: labels,
                    design: plan.design,
                    gaps: gaps
                )
            )
        }
        self.arms = arms
    }

    /// Counters around a job that some of the runs do not have: each run leaves out by itself what was 0 in it.
    private static func countersNotInAll(_ records: [Record]) -> [String] {
        let known = records.map { Set($0.metrics.map(\.name)) }
        return JobMetric.allCases.map(\.rawValue).filter { name in
            known.contains { $0.contains(name) } && !known.allSatisfy { $0.contains(name) }
        }
    }

    /// What is missing of the plan, for the reader of the records.
    private static func gaps(_ plan: PairPlan, _ state: PairState) -> [String] {
        var sentences: [String] = []
        if !state.lost.isEmpty {
            let reason = state.reasons.last.map { "; the last reason: \($0.reason)" } ?? ""
            sentences.append("\(state.lost.count) of \(plan.pairs) pairs were lost and are left out\(reason).")
        }
        if state.discarded > 0 {
            sentences.append(
                "\(state.discarded) \(state.discarded == 1 ? "run was" : "runs were") made and left out, because the other "
                    + "machine's run did not follow at once."
            )
        }
        return sentences
    }
}

/// Gathers the runs of one arm.
private struct ArmBuilder {
    let leftOut: Set<String>
    private var metrics: [Metric] = []
    private var hosts: [Host] = []
    private var detected: Set<DeploymentModel> = []
    private var isDetectedEverywhere = true

    init(leftOut: Set<String>) { self.leftOut = leftOut }

    mutating func add(
        _ record: Record,
        _ slot: PairSlot,
        host name: String,
        started: String?
    ) throws(PairRecordError) {
        for metric in record.metrics where !leftOut.contains(metric.name) {
            if let known = metrics.first(where: { $0.name == metric.name }) {
                guard known == metric else { throw .metricDiffers(metric.name) }
            } else {
                metrics.append(metric)
            }
        }
        if let model = record.content.detectedModel { detected.insert(model) } else { isDetectedEverywhere = false }
        let runs = record.runs.count
        var number = 0
        for host in record.hosts {
            let place = self.place(name, host)
            for boot in host.boots {
                var made: [Run] = []
                for run in boot.runs {
                    number += 1
                    made.append(labelled(run, slot, started: started, number: runs > 1 ? number : nil))
                }
                if let known = hosts[place].boots.firstIndex(where: { $0.id == boot.id }) {
                    hosts[place].boots[known].runs += made
                } else {
                    hosts[place].boots.append(Boot(id: boot.id, runs: made))
                }
            }
        }
    }

    /// The host of that name, made at its first record; what later ones say otherwise is noted.
    private mutating func place(_ name: String, _ host: Host) -> Int {
        guard let place = hosts.firstIndex(where: { $0.id == name }) else {
            hosts.append(Host(id: name, facts: host.facts, blindSpots: host.blindSpots, boots: []))
            return hosts.count - 1
        }
        for fact in host.facts {
            guard let known = hosts[place].facts.first(where: { $0.name == fact.name }) else {
                hosts[place].facts.append(fact)
                continue
            }
            // How a job spent its time is a result of each run, and no two are alike.
            guard known.value != fact.value, !ComparisonGate.outcomes.contains(fact.name) else { continue }
            let changed = "\(fact.name) changed between the runs, first from \(known.value) to \(fact.value)."
            if !hosts[place].blindSpots.contains(where: { $0.hasPrefix("\(fact.name) changed ") }) {
                hosts[place].blindSpots.append(changed)
            }
        }
        for spot in host.blindSpots where !hosts[place].blindSpots.contains(spot) {
            hosts[place].blindSpots.append(spot)
        }
        return place
    }

    private func labelled(_ run: Run, _ slot: PairSlot, started: String?, number: Int?) -> Run {
        let conditions = run.conditions.filter { !["pair", "block"].contains($0.name.lowercased()) }
        return Run(
            id: "run-\(slot.index + 1)" + (number.map { "-\($0)" } ?? ""),
            // Several runs of one record keep the distances that their own clock gave them.
            started: number == nil ? started.flatMap { Timestamp($0) } ?? run.started : run.started,
            conditions: conditions + [
                Condition(name: "pair", value: String(slot.pair)), Condition(name: "block", value: String(slot.block)),
            ],
            warmUpExcluded: run.warmUpExcluded,
            series: run.series.filter { !leftOut.contains($0.metric) }
        )
    }

    func record(
        declared: DeploymentModel?,
        labels: PairRecords.Labels,
        design: PairDesign,
        gaps: [String]
    ) throws(PairRecordError) -> Record {
        guard !hosts.isEmpty else { throw .empty }
        let plan = HostFact(name: "pair_plan", value: labels.plan, evidence: "assay measure --pair")
        let kind = HostFact(name: "pair_design", value: design.rawValue, evidence: "assay measure --pair")
        let places = hosts.map { host in
            Host(
                id: host.id,
                facts: host.facts.filter { !["pair_plan", "pair_design"].contains($0.name) } + [plan, kind],
                blindSpots: host.blindSpots + gaps,
                boots: host.boots
            )
        }
        let content = Record.Content(
            created: Timestamp(labels.created),
            tool: labels.tool,
            declaredModel: declared,
            detectedModel: detected.count == 1 && isDetectedEverywhere ? detected.first : nil,
            metrics: metrics,
            hosts: places
        )
        do { return try Record(content) } catch { throw .writing(error) }
    }
}
