package import Documents
package import Estate
package import Evidence

/// Why a session's outcome makes no record.
package enum MeasureRecordError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nothing was measured, with the first reason.
    case nothingMeasured(String)
    /// A sample cannot enter a record.
    case sample(metric: String, SampleError)
    /// The record cannot be written.
    case writing(JSONWritingError)

    /// What was found, and what to do.
    package var description: String {
        switch self {
        case .nothingMeasured(let reason): "nothing was measured: \(reason)"
        case .sample(let metric, let error): "a sample of \(metric) \(error)"
        case .writing(let error): "the record cannot be written: \(error)"
        }
    }
}

extension MeasureOutcome {
    /// The record of the session: one host, one boot, and the rounds as its runs.
    ///
    /// Metrics without samples are not in it; why is among the blind spots, after those given. `boot` tells this boot
    /// from others: the kernel's boot identifier. Throws where nothing was measured.
    package func record(
        host: String,
        boot: String,
        facts: [HostFact] = [],
        blindSpots: [String] = [],
        tool: Record.Tool? = nil,
        created: String? = nil,
        declared: DeploymentModel? = nil,
        detected: DeploymentModel? = nil
    ) throws(MeasureRecordError) -> Record {
        let measured = measured
        guard !measured.isEmpty else {
            throw .nothingMeasured(refusals.first?.reason ?? "no run was done")
        }
        var runs: [Run] = []
        for round in rounds {
            if let run = try round.run(metrics: measured, marks: marks) { runs.append(run) }
        }
        let place = Host(
            id: host,
            facts: facts,
            blindSpots: blindSpots + sentences,
            boots: [Boot(id: boot, runs: runs)]
        )
        let content = Record.Content(
            created: created.flatMap { Timestamp($0) },
            tool: tool,
            declaredModel: declared,
            detectedModel: detected,
            metrics: measured,
            hosts: [place]
        )
        do { return try Record(content) } catch { throw .writing(error) }
    }
}

extension MeasuredRound {
    /// The round as a run of a record; nil where it has no samples.
    fileprivate func run(metrics: [Metric], marks: [Disturbance]) throws(MeasureRecordError) -> Run? {
        var summaries: [SampleSummary] = []
        for metric in metrics {
            for probe in probes {
                for series in probe.samples.series where series.metric == metric.name && !series.values.isEmpty {
                    do { summaries.append(try series.summary()) } catch {
                        throw .sample(metric: metric.name, error)
                    }
                }
            }
        }
        guard !summaries.isEmpty else { return nil }
        var conditions: [Condition] = []
        func add(_ condition: Condition) {
            if !conditions.contains(where: { $0.name == condition.name }) { conditions.append(condition) }
        }
        for probe in probes { for condition in probe.samples.conditions { add(condition) } }
        for mark in marks { add(Condition(name: mark.kind.rawValue, value: "yes")) }
        var kinds: Set<Disturbance.Kind> = []
        for probe in probes { kinds.formUnion(probe.report.disturbances.map(\.kind)) }
        if !kinds.isEmpty {
            add(Condition(name: "disturbed", value: kinds.map(\.rawValue).sorted().joined(separator: ", ")))
        }
        return Run(
            id: "round-\(number)",
            started: Timestamp(started),
            conditions: conditions,
            // Each probe leaves out its own warm-up; what they have in common is stated.
            warmUpExcluded: probes.map(\.samples.warmUpExcluded).max() ?? 0,
            series: summaries
        )
    }
}
