import Documents
import Estate

/// What predictions from records need to know of a workload.
extension StudyAssembly {
    /// The scale at which a job will run.
    func scale(_ reader: Reader?, shape: HostShape) -> JobScale? {
        guard let reader, let section = section(reader, StudySchema.scale) else { return nil }
        let nodes = value(section, "nodes", expected: "the number of nodes that the job will span") {
            reader throws(DocumentError) in try reader.int(in: 1...1_000_000)
        }
        let step = value(section, "step_ms", expected: "the work of one step in ms") { reader throws(DocumentError) in
            try reader.double(in: 1e-3...1e9, unit: "ms")
        }
        let ranks = integer(section, "ranks_per_node", in: 1...1_000) ?? shape.gpusPerHost
        let synchronisations =
            optional(section["synchronisations"]) { reader throws(DocumentError) in
                try reader.double(in: 1...1e7, unit: "a step")
            } ?? 1
        let exposed =
            optional(section["exposed"]) { reader throws(DocumentError) in
                try numbers.number(
                    reader,
                    QuantitySpec("scale.exposed", "Exposed synchronisations", unit: "share", kind: .share)
                )
            } ?? 1
        let slack =
            optional(section["slack_ms"]) { reader throws(DocumentError) in
                try reader.double(in: 0...1e9, unit: "ms")
            } ?? 0
        guard let nodes, let step else { return nil }
        if exposed > 0, slack >= step / (synchronisations * exposed) {
            findings.add(
                (section["slack_ms"] ?? reader).fail(
                    "\(NumberText.plain(slack)) ms is no less than the work between two synchronisations, which is "
                        + "\(NumberText.significant(step / (synchronisations * exposed), 3)) ms; then nobody ever waits"
                )
            )
            return nil
        }
        return JobScale(
            nodes: nodes,
            ranksPerNode: ranks,
            stepMilliseconds: step,
            synchronisations: synchronisations,
            exposed: exposed,
            slackMilliseconds: slack
        )
    }

    /// The load of a service; its objective is that of `needs.p99_ms` where it states none of its own.
    func serving(_ reader: Reader?, needs: Needs) -> ServingLoad? {
        guard let reader, let section = section(reader, StudySchema.serving) else { return nil }
        let rate = value(section, "rate_per_s", expected: "requests a second over the fleet") {
            reader throws(DocumentError) in try reader.double(in: 1e-6...1e9, unit: "requests a second")
        }
        let replicas = value(section, "replicas", expected: "the number of replicas") {
            reader throws(DocumentError) in try reader.int(in: 1...10_000)
        }
        let slots = integer(section, "slots", in: 1...10_000) ?? 1
        let objective: (quantile: Double, milliseconds: Double)?
        if let reader = section["objective"] {
            objective = optional(reader) { reader throws(DocumentError) in try reader.latencyObjective() }
            guard objective != nil else { return nil }
        } else {
            objective = needs.latencyP99Milliseconds.map { (0.99, $0) }
        }
        guard let objective else {
            findings.add(
                section.fail("states no objective; write 'objective: p99<200ms' here, or 'p99_ms' among the needs")
            )
            return nil
        }
        guard let rate, let replicas else { return nil }
        guard replicas * slots <= ServingLoad.mostServed else {
            findings.add(
                section.fail(
                    "serves \(replicas) times \(slots) requests at once; expected at most \(ServingLoad.mostServed) in all"
                )
            )
            return nil
        }
        return ServingLoad(
            requestsPerSecond: rate,
            replicas: replicas,
            slots: slots,
            quantile: objective.quantile,
            milliseconds: objective.milliseconds
        )
    }
}

extension Reader {
    /// A quantile and a time, such as `p99<200ms`.
    fileprivate func latencyObjective() throws(DocumentError) -> (quantile: Double, milliseconds: Double) {
        let text = try string()
        let parts = text.filter { $0 != " " }.split(separator: "<", omittingEmptySubsequences: false)
        let units: [(name: String, factor: Double)] = [("ms", 1), ("us", 1e-3), ("s", 1e3)]
        guard parts.count == 2, parts[0].first == "p", let percent = Double(parts[0].dropFirst()),
            let unit = units.first(where: { parts[1].hasSuffix($0.name) }),
            let time = Double(parts[1].dropLast(unit.name.count))
        else { throw fail("\(quoted(text)) is not an objective such as p99<200ms") }
        let milliseconds = time * unit.factor
        guard (1...99.99).contains(percent), (1e-6...1e9).contains(milliseconds) else {
            throw fail("\(quoted(text)) is out of range; quantiles are p1 to p99.99, times 1 ns to 1000000 s")
        }
        return (percent / 100, milliseconds)
    }
}
